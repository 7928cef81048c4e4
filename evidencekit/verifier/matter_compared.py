# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the record says and what the matter told, held side by side, value by value."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen

from evidencekit.model.findings import Finding
from evidencekit.verifier.record import text
from evidencekit.verifier.result import INTEGRITY, error

if TYPE_CHECKING:
    from collections.abc import Sequence

MATTER = "data/matter/matter.json"


@frozen(kw_only=True)
class Comparison:
    """Record and matter, and where they differ."""

    record: Mapping[str, Any]
    matter: Mapping[str, Any]
    findings: list[Finding] = field(factory=list)

    def add(self, subject: str, message: str, *, there: bool = True) -> None:
        """Add a finding: that *subject* is not in the record as the matter has it."""
        end = f" as {MATTER} has it" if there else ""
        self.findings.append(error("EK-K030", subject, f"{message}{end}", group=INTEGRITY))

    def same(
        self,
        subject: str,
        recorded: Mapping[str, Any],
        told: Mapping[str, Any],
        keys: Sequence[str],
        *,
        within: str = "",
    ) -> None:
        """Compare values by key."""
        for key in keys:
            if not self.agree(recorded.get(key), told.get(key)):
                words = f"{within}{key.replace('_', ' ')}"
                self.add(subject, f'"{words}" is not in the record')

    def agree(self, recorded: Any, told: Any) -> bool:
        """Say whether a recorded value is the one told; a moment may be written in two ways."""
        if isinstance(told, bool) or isinstance(recorded, bool):
            return bool(yes_or_no(recorded) == yes_or_no(told))
        if recorded == told:
            return True
        if not (isinstance(recorded, str) and isinstance(told, str)):
            return False
        one, other = self._moment(recorded), self._moment(told)
        if one is not None and other is not None:
            return bool(one & other)
        # Words for a day that a program also gave as a date: the words are recorded.
        return other is not None and one is None and _is_day(told)

    def _moment(self, written: str) -> frozenset[str] | None:
        return _moment(written, text(self.record, "timezone"))

    def ids(self, subject: str, recorded: Sequence[str], told: Sequence[str]) -> None:
        """Compare which there are."""
        for each in sorted(set(told) - set(recorded)):
            self.add(each, f"is among the {subject} in {MATTER} and not in the record", there=False)
        for each in sorted(set(recorded) - set(told)):
            self.add(each, f"is among the {subject} in the record and not in {MATTER}", there=False)


def yes_or_no(value: Any) -> Any:
    """Return the word that the record has for a bare true or false, and other values unchanged."""
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


@functools.cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _moment(written: str, timezone: str) -> frozenset[str] | None:
    """Return the moments that a text can stand for, as text to compare; None where it is words.

    An hour that a zone's clocks show twice can be either.
    """
    try:
        at = dt.datetime.fromisoformat(written.strip().upper())
    except ValueError:
        return None
    if _is_day(written):
        return frozenset({written})
    zone = _zone(timezone)
    if at.tzinfo is None:
        if zone is None:
            return frozenset({at.isoformat()})
        readings = [at.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    else:
        readings = [at]
    try:
        return frozenset(each.astimezone(dt.UTC).isoformat() for each in readings)
    except OverflowError:
        return frozenset({at.isoformat()})


def _is_day(written: str) -> bool:
    try:
        dt.date.fromisoformat(written)
    except ValueError:
        return False
    return True
