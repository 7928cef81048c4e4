# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log as a person reads it: one entry after the other, told apart from measured.

A log may come from somebody else. Whatever a terminal might obey, or show in another order than it
is stored, is written out.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from attrs import asdict, frozen

from evidencekit.custody.compare import PinRelation, Relation
from evidencekit.model.custody import Checked, EntryKind
from evidencekit.model.moment import Moment, print_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from evidencekit.custody.compare import LogComparison
    from evidencekit.model.custody import CustodyEntry, CustodyLog, LogHead

_EVENTS = {
    EntryKind.INTAKE: "taken in",
    EntryKind.TRANSFER: "handed over",
    EntryKind.RECEIVED: "received",
    EntryKind.SERVED: "served",
    EntryKind.REPAIR: "log repaired",
    EntryKind.INDEXED: "decoded again and indexed",
}
_CHECKED: dict[str, str] = {
    Checked.BOTH: "checked on both sides",
    Checked.GIVER: "checked at the giver, not checked at the receiver",
}
_CONTROLS = {"Cc", "Cs", "Zl", "Zp"}
#: Characters that make what follows them run the other way.
_TURNS = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


@frozen(kw_only=True)
class LogLine:
    """One entry in words.

    `at` is the computer's time of the entry, in the zone asked for; `told` is what somebody typed;
    `measured` is what the software saw; `head` is the log's head after this entry.
    """

    number: int
    at: str
    event: str
    item: str
    told: tuple[str, ...]
    measured: tuple[str, ...]
    entered_by: str
    software: str
    head: str


def log_lines(
    log: CustodyLog, *, timezone: str, name_of: Callable[[str], str | None] = str
) -> tuple[LogLine, ...]:
    """Return *log* in words, with times as clocks in *timezone* showed them.

    *name_of* gives the printed name of a person's id; without it ids stand as they are.
    """
    zone = ZoneInfo(timezone)

    def named(who: str) -> str:
        return printable(name_of(who) or who)

    return tuple(
        LogLine(
            number=entry.seq,
            at=_local(entry.recorded_at, zone),
            event=_EVENTS[entry.kind],
            item=printable(entry.item or ""),
            told=_told(entry, named, zone),
            measured=_measured(entry),
            entered_by=named(entry.entered_by),
            software=printable(entry.software or ""),
            head=entry.line_sha256,
        )
        for entry in log.entries
    )


def _local(recorded_at: str, zone: ZoneInfo) -> str:
    at = dt.datetime.fromisoformat(recorded_at).astimezone(zone)
    return f"{print_time(at)} {at.tzname()}"


def _told(entry: CustodyEntry, named: Callable[[str], str], zone: ZoneInfo) -> tuple[str, ...]:
    """Return what somebody typed, in the order in which it is asked: who, when, how, what else."""
    words = [
        f"{preposition} {named(who)}"
        for preposition, who in (
            ("from", entry.giver),
            ("to", entry.receiver),
            ("held by", entry.holder),
        )
        if who
    ]
    told = [" ".join(words)]
    if entry.on:
        told.append(_when(entry.on, zone))
    # The note of a repair is the software's own, and says what `measured` says.
    told += [each for each in (entry.how, entry.note) if each and entry.kind != EntryKind.REPAIR]
    return tuple(printable(each) for each in told if each)


def _when(on: str, zone: ZoneInfo) -> str:
    """Write a told time: in the zone if it has one of its own, else as it was told."""
    moment = Moment.of(on)
    if moment.at is None:
        return str(moment)
    at = moment.at.astimezone(zone)
    return f"{print_time(at)} {at.tzname()}"


def _measured(entry: CustodyEntry) -> tuple[str, ...]:
    """Return what the software saw of a file, or of the giver's log."""
    seen: list[str] = []
    if entry.name:
        size = "" if entry.size is None else f", {entry.size:,} bytes"
        seen.append(f"{printable(entry.name)}{size}")
    seen += [f"{each.algorithm} {each.value}" for each in entry.digests]
    if entry.index is not None:
        track = "" if entry.index.track == 1 else f" of audio track {entry.index.track}"
        seen.append(f"index{track}, sha256 {entry.index.sha256}")
    if entry.checked:
        seen.append(_CHECKED.get(entry.checked, f"checked at {printable(entry.checked)}"))
    if entry.cites is not None:
        seen.append(f"the giver's log stood at {at_head(entry.cites)}")
    return tuple(seen)


def at_head(stood: LogHead) -> str:
    """Write where a log stood."""
    entries = "1 entry" if stood.count == 1 else f"{stood.count} entries"
    return f"{entries}, head {stood.head}"


def printable(text: str) -> str:
    r"""Return *text* with what a terminal might obey, or turn round, written out.

    >>> printable("zażółć\x1b[2J")
    'zażółć\\x1b[2J'
    """
    return "".join(
        each.encode("unicode_escape").decode("ascii")
        if unicodedata.category(each) in _CONTROLS or ord(each) in _TURNS
        else each
        for each in text
    )


def entry_document(entry: CustodyEntry) -> dict[str, Any]:
    """Return an entry as `--json` prints it: the keys of the log, and the line's own digest."""
    document = asdict(entry, filter=lambda _, value: value is not None and value != ())
    if entry.digests:
        document["digests"] = {each.algorithm: each.value for each in entry.digests}
    return document


def comparison_text(found: LogComparison, *, a: str, b: str) -> str:
    """Say in words how the logs that the user knows as *a* and *b* stand to each other."""
    longer, extra = (a, found.a_only) if found.a_only else (b, found.b_only)
    shared = _counted(found.common)
    if found.relation is Relation.SAME:
        return f"{a} and {b} are the same log: {shared}, line for line."
    if found.relation is Relation.PREFIX:
        return (
            f"{longer} goes on from the other: they share {shared}, and it has {len(extra)} more."
        )
    if found.relation is Relation.FORK and found.common:
        return (
            f"{a} and {b} part after entry {found.common}: {len(found.a_only)} more in one, "
            f"{len(found.b_only)} more in the other. Two entries follow one; both stand."
        )
    if found.cited is not None:
        stood = at_head(found.cited)
        if found.relation is Relation.CITES:
            return f"One takes over from the other, which stood at {stood}."
        return f"Both take over from a third log, which stood at {stood}."
    return f"{a} and {b} share no entry, and neither takes over from the other."


def pin_text(found: PinRelation, pin: LogHead) -> str:
    """Say in words how a log stands to the count and head that were written down."""
    stood = at_head(pin)
    return {
        PinRelation.SAME: f"The log is the one written down: {stood}.",
        PinRelation.CONTINUED: f"The log is the one written down ({stood}), and goes on from it.",
        PinRelation.CUT_SHORT: f"The log is shorter than what was written down ({stood}): "
        "its last entries are missing, or it is another log.",
        PinRelation.ANOTHER: f"Entry {pin.count} is not the one written down ({stood}): the log "
        "was written anew from there or before, or is another log.",
    }[found]


def _counted(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"
