# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dates and times of a matter file, in the matter's own time zone.

A time is local unless it says otherwise; one that says otherwise is turned into local time, because
that is what is printed. An hour that the clocks skipped or showed twice is refused, never guessed.

>>> str(moment_in("2026-06-01T12:00:00Z", ZoneInfo("Europe/London")))
'1 June 2026, 13:00'
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evidencekit.model.moment import Moment, in_zone

if TYPE_CHECKING:
    from evidencekit.matterfile.pointer import Step

DEFAULT_ZONE = "Europe/London"

#: The keys whose values are dates, times or words.
MOMENT_KEYS = frozenset(
    ("applied_on", "dated", "decided_on", "hearing_on", "on", "prepared_on", "recorded_at")
)

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_LOOKS_EXACT = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ]\s*[0-9:.]+.{0,6})?")


def zone_named(name: str) -> ZoneInfo | None:
    """Return the time zone *name*, or None where there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def moment_in(text: str, zone: ZoneInfo) -> Moment:
    """Return the moment that *text* names, local to *zone* unless it says otherwise.

    Raises:
        LocalTimeUnclear: if the clocks skipped that hour, or showed it twice.
        ValueError: if *text* has the form of a date or time and there is none such.
    """
    if _TIME.fullmatch(text):
        at = dt.datetime.fromisoformat(text.upper())
        local = in_zone(at, zone) if at.tzinfo is None else _moved(at, zone)
        # A fixed offset, because times of two zones never compare equal in a repeated hour.
        fixed = local.replace(tzinfo=dt.timezone(local.utcoffset() or dt.timedelta()), fold=0)
        return Moment(written=text, on=fixed.date(), at=fixed)
    if looks_exact(text) and not _is_date(text):
        msg = "no such date or time"
        raise ValueError(msg)
    return Moment.of(text)


def looks_exact(text: str) -> bool:
    """Tell whether *text* has the form of an ISO date or time, so that it is not just words."""
    return _LOOKS_EXACT.fullmatch(text) is not None


def is_moment(path: tuple[Step, ...]) -> bool:
    """Tell whether the value at *path* of a matter document is a date, a time or words."""
    by_name = path[:1] in {("people",), ("anonymise",)} or path[-2:-1] == ("speakers",)
    return len(path) > 1 and path[-1] in MOMENT_KEYS and not by_name


def _moved(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    try:
        return at.astimezone(zone)
    except OverflowError as error:
        msg = "no such date or time"
        raise ValueError(msg) from error


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
