# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the covering statement says of changes of hands that only the custody log holds.

They were typed into the log by whoever kept it, when they happened or later. So the declarant says
them as the log's, by whom they were entered, and not as known, unless the declarant entered them.
What the matter tells already is not said a second time.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from evidencekit.compose.facts import NOT_STATED, listed
from evidencekit.compose.statement_said import Context, Said, Source, said
from evidencekit.compose.telling import on_date, stopped
from evidencekit.model.custody import CustodyEntry, EntryKind
from evidencekit.model.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.model.matter import Transfer

__all__ = ["logged_changes"]

_KINDS = frozenset({EntryKind.TRANSFER, EntryKind.RECEIVED})


def logged_changes(of: Context) -> Iterator[Said]:
    """Yield a paragraph for each change of hands in the log, its recordings named together."""
    changes = [
        each
        for each in of.material.log.entries
        if each.kind in _KINDS and not any(_tells(of, told, each) for told in of.matter.custody)
    ]
    for _, entries in groupby(changes, key=_same_change):
        yield _change(of, tuple(entries))


def _same_change(entry: CustodyEntry) -> tuple[object, ...]:
    """Return what entries of one change of hands have in common: the log has one a recording."""
    told = (entry.giver, entry.receiver, entry.on, entry.how, entry.note)
    return (entry.kind, entry.entered_by, *told)


def _tells(of: Context, told: Transfer, entry: CustodyEntry) -> bool:
    """Return whether the matter tells what an entry holds: what, when, from whom and to whom."""
    when = str(told.on) if told.on is not None else None
    logged = str(Moment.of(entry.on)) if entry.on is not None else None
    hands = [of.matter.name_of(each) for each in (told.giver, told.receiver)]
    entered = [of.matter.name_of(each) for each in (entry.giver, entry.receiver)]
    return entry.item in told.what and when == logged and hands == entered


def _change(of: Context, entries: tuple[CustodyEntry, ...]) -> Said:
    first = entries[0]
    names = [
        f"R{read.number}" if (read := of.material.recording(each.item or "")) else each.item
        for each in entries
    ]
    what = listed(dict.fromkeys(each for each in names if each)) or "the recordings"
    when = f" {on_date(Moment.of(first.on))}" if first.on is not None else ""
    giver = f" from {of.by(first.giver)}" if first.giver else ""
    receiver = f" to {of.by(first.receiver)}" if first.receiver else ""
    numbers = listed(f"{each.seq:,}" for each in entries)
    entry = f"{'entry' if len(entries) == 1 else 'entries'} {numbers}"
    pages = of.pages(["part:custody"])
    log = f"The custody log ({pages})" if pages is not None else "The custody log"
    missing = [
        f" {label}: {NOT_STATED}."
        for label, told in (
            ("When", first.on),
            ("From whom", first.giver),
            ("To whom", first.receiver),
        )
        if told is None
    ]
    return said(
        f"{log}, in {entry}, says that {what} went{giver}{receiver}{when}.",
        *missing,
        f" How: {stopped(first.how or NOT_STATED)}",
        source=_source(of, first),
    )


def _source(of: Context, entry: CustodyEntry) -> Source:
    if entry.entered_by == of.statement.by:
        return Source()
    by = of.matter.name_of(entry.entered_by) or NOT_STATED
    return Source(own=False, told_by=f"the custody log, where it was entered by {by}")
