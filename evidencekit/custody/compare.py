# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hold two logs beside each other: which entries they share, and where they part.

Logs are never merged. Two copies of one log are the same, or one is the beginning of the other; if
each goes on in its own way, two entries follow one, and that is a fork: shown, not resolved. A
receiver's log shares no entry with the giver's, and cites it.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import takewhile

from attrs import frozen

from evidencekit.model.custody import CustodyEntry, CustodyLog, EntryKind, LogHead


class Relation(StrEnum):
    """How two logs stand to each other."""

    SAME = "same"
    PREFIX = "prefix"
    FORK = "fork"
    CITES = "cites"
    UNRELATED = "unrelated"


@frozen(kw_only=True)
class LogComparison:
    """What two logs share. `common` is how many first entries are the same line for line.

    `a_only` and `b_only` are what follows in each. `cited` is where the cited log stood: for
    `CITES`, in the other; for a fork of two logs that both take over from a third, in that.
    """

    relation: Relation
    common: int
    a_only: tuple[CustodyEntry, ...] = ()
    b_only: tuple[CustodyEntry, ...] = ()
    cited: LogHead | None = None


def compare_logs(a: CustodyLog, b: CustodyLog) -> LogComparison:
    """Compare two logs that were read, line for line."""
    same = takewhile(
        lambda pair: pair[0].line_sha256 == pair[1].line_sha256,
        zip(a.entries, b.entries, strict=False),
    )
    common = sum(1 for _ in same)
    relation, cited = _relation(a, b, common)
    return LogComparison(
        relation=relation,
        common=common,
        a_only=a.entries[common:],
        b_only=b.entries[common:],
        cited=cited,
    )


def _relation(a: CustodyLog, b: CustodyLog, common: int) -> tuple[Relation, LogHead | None]:
    if common == a.count == b.count:
        return Relation.SAME, None
    if common in {a.count, b.count}:
        return Relation.PREFIX, None
    if common:
        return Relation.FORK, None
    for citing, cited in ((a, b), (b, a)):
        for head in _cited(citing):
            if head in _heads(cited):
                return Relation.CITES, head
    both = [each for each in _cited(a) if each in _cited(b)]
    return (Relation.FORK, both[0]) if both else (Relation.UNRELATED, None)


def _cited(log: CustodyLog) -> tuple[LogHead, ...]:
    """Return where other logs stood when this one took over from them."""
    return tuple(
        each.cites
        for each in log.entries
        if each.kind is EntryKind.RECEIVED and each.cites is not None
    )


def _heads(log: CustodyLog) -> set[LogHead]:
    """Return where the log stood after each of its entries."""
    return {LogHead(count=each.seq, head=each.line_sha256) for each in log.entries}


class PinRelation(StrEnum):
    """How a log stands to a count and head that were written down."""

    SAME = "same"
    CONTINUED = "continued"
    CUT_SHORT = "cut short"
    ANOTHER = "another log"


def compare_with_pin(log: CustodyLog, pin: LogHead) -> PinRelation:
    """Say whether *log* is the one whose count and head were written down, and goes on from there.

    A log that is shorter than it was then has lost entries, whatever its chain says. One that has
    another entry in that place was written anew, or is another log.
    """
    if pin.count > log.count:
        return PinRelation.CUT_SHORT
    head = log.entries[pin.count - 1].line_sha256 if pin.count else CustodyLog().head
    if head != pin.head:
        return PinRelation.ANOTHER
    return PinRelation.SAME if pin.count == log.count else PinRelation.CONTINUED
