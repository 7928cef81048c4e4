# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is odd about a log whose chain holds: said, and left for people to explain.

A chain shows that lines were not changed. It does not show that the computer's clock was right,
that two people of one name are told apart, or that the one who gave a file had ever been given it.
Such entries are kept as they are. Remarks name entries by number, and nobody by name.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from evidencekit.custody.log import LOG_NAME, NO_ENTRY
from evidencekit.model.custody import EntryKind
from evidencekit.model.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from evidencekit.model.custody import CustodyEntry, CustodyLog

REPAIRED = "EK-L010"
CLOCK_BACK = "EK-L011"
NAMESAKES = "EK-L012"
GIVER_UNKNOWN = "EK-L013"
NOT_OF_MATTER = "EK-L014"
TORN = "EK-L018"


def log_remarks(
    log: CustodyLog, *, name_of: Callable[[str], str | None] = str
) -> tuple[Finding, ...]:
    """Return every remark on *log*. *name_of* gives the printed name of a person's id."""
    return (
        *repair_remarks(log.entries),
        *clock_remarks(log),
        *namesake_remarks(log, name_of=name_of),
        *giver_remarks(log, name_of=name_of),
    )


def repair_remarks(entries: Iterable[CustodyEntry]) -> list[Finding]:
    """Say of which entries record that a torn end was set aside."""
    return [
        _remark(
            REPAIRED,
            f"its end was not a whole entry; {each.size} bytes were set aside in "
            f"{each.name}, and entry {each.seq} says so",
        )
        for each in entries
        if each.kind is EntryKind.REPAIR
    ]


def clock_remarks(log: CustodyLog) -> list[Finding]:
    """Say which entries bear an earlier time than the entry before; they are kept as they are."""
    return [
        _remark(
            CLOCK_BACK,
            f"entry {entry.seq} bears an earlier time than entry {previous.seq}: "
            "the clock of the computer differed",
            expected=f"{previous.recorded_at} or later",
            found=entry.recorded_at,
        )
        for previous, entry in pairwise(log.entries)
        if dt.datetime.fromisoformat(entry.recorded_at)
        < dt.datetime.fromisoformat(previous.recorded_at)
    ]


def namesake_remarks(
    log: CustodyLog, *, name_of: Callable[[str], str | None] = str
) -> list[Finding]:
    """Say where holders bear one name, so that paper cannot tell them apart.

    They do if two ids stand for one printed name, if one name is written in two ways, or if giver
    and receiver of an entry are called the same.
    """
    written: dict[str, dict[str, int]] = {}
    for entry in log.entries:
        for who in _holders(entry):
            written.setdefault(_plain(name_of(who) or who), {}).setdefault(who, entry.seq)
    remarks = [
        _remark(
            NAMESAKES,
            f"holders in entries {_listed(sorted(first.values()))} are written differently and "
            "print as one name; whether they are one person is not stated",
        )
        for first in written.values()
        if len(set(first.values())) > 1  # two ways in one entry are giver and receiver: below
    ]
    remarks += [
        _remark(
            NAMESAKES,
            f"giver and receiver of entry {entry.seq} bear one name; whether they are one person "
            "is not stated",
        )
        for entry in log.entries
        if entry.giver
        and entry.receiver
        and _plain(name_of(entry.giver) or entry.giver)
        == _plain(name_of(entry.receiver) or entry.receiver)
    ]
    return remarks


def giver_remarks(log: CustodyLog, *, name_of: Callable[[str], str | None] = str) -> list[Finding]:
    """Say which entries hand over what no earlier entry had put into the giver's hands.

    Nothing is said where no earlier entry names a holder at all.
    """
    holders: dict[str | None, set[str]] = {}
    remarks: list[Finding] = []
    for entry in log.entries:
        held = holders.setdefault(entry.item, set())
        if entry.kind is EntryKind.TRANSFER and entry.giver and held:
            if _plain(name_of(entry.giver) or entry.giver) not in held:
                remarks.append(
                    _remark(
                        GIVER_UNKNOWN,
                        f"entry {entry.seq} is a transfer by one whom no earlier entry names as a "
                        "holder of it; how it came to them is not recorded",
                    )
                )
            held.add(_plain(name_of(entry.giver) or entry.giver))
        for who in (entry.holder, entry.receiver):
            if who:
                held.add(_plain(name_of(who) or who))
    return remarks


def other_matter_remarks(log: CustodyLog, items: Iterable[str]) -> list[Finding]:
    """Say which recordings of the log are not among *items*, the matter's."""
    known = set(items)
    others: dict[str, int] = {}
    for entry in log.entries:
        if entry.kind is EntryKind.INTAKE and entry.item and entry.item not in known:
            others.setdefault(entry.item, entry.seq)
    return [
        Finding(
            code=NOT_OF_MATTER,
            severity=Severity.WARNING,
            subject=item,
            group="custody",
            message=f"entry {seq} of the custody log took it in; the matter has no such recording",
        )
        for item, seq in others.items()
    ]


def standing(log: CustodyLog) -> str:
    """Say how many entries the log has, and its head's first digits."""
    if log.head == NO_ENTRY:
        return "no entries"
    entries = "1 entry" if log.count == 1 else f"{log.count} entries"
    return f"{entries}, unbroken, head {log.head[:8]}"


def _holders(entry: CustodyEntry) -> tuple[str, ...]:
    return tuple(each for each in (entry.holder, entry.giver, entry.receiver) if each)


def _plain(name: str) -> str:
    """Return a name as a reader compares it: no capitals, one space, one form of its accents."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _listed(numbers: Sequence[int]) -> str:
    *rest, last = [str(each) for each in numbers]
    return f"{', '.join(rest)} and {last}" if rest else last


def _remark(code: str, message: str, **seen: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.WARNING,
        subject=LOG_NAME,
        group="custody",
        message=message,
        **seen,
    )
