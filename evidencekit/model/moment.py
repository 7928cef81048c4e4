# SPDX-License-Identifier: AGPL-3.0-or-later
"""When something happened, as far as it is known: a time, a date, or words.

A half-known date ("13 March 2026, in the afternoon") is kept and printed as it was written.

>>> str(Moment.of("2026-03-11"))
'11 March 2026'
>>> str(Moment.of("in the spring"))
'in the spring'
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# Not strftime: month names there follow the machine's locale.
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def print_date(day: dt.date) -> str:
    """Write a date as courts do: 11 March 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def print_time(at: dt.datetime) -> str:
    """Write an aware time as 11 March 2026, 14:05, with seconds only where there are any."""
    clock = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    return f"{print_date(at.date())}, {clock}"


@frozen(kw_only=True)
class Moment:
    """A time (`at`, aware), a date (`on`), or neither: then `written` says all there is."""

    written: str
    on: dt.date | None = None
    at: dt.datetime | None = None

    @classmethod
    def of(cls, value: Moment | dt.datetime | dt.date | str) -> Moment:
        """Return a moment from an aware time, a date, or text (an ISO date or time, or words).

        Raises:
            ValueError: if a time has no zone; nobody could say which hour is meant.
        """
        if isinstance(value, Moment):
            return value
        if isinstance(value, str):
            return cls._of_text(value)
        if isinstance(value, dt.datetime):
            if value.tzinfo is None:
                msg = f"{value.isoformat()} has no time zone"
                raise ValueError(msg)
            return cls(written=value.isoformat(), on=value.date(), at=value)
        return cls(written=value.isoformat(), on=value)

    @classmethod
    def _of_text(cls, text: str) -> Moment:
        try:
            return cls(written=text, on=dt.date.fromisoformat(text))
        except ValueError:
            pass
        try:
            at = dt.datetime.fromisoformat(text)
        except ValueError:
            return cls(written=text)
        return cls.of(at) if at.tzinfo is not None else cls(written=text)

    @property
    def sort_key(self) -> tuple[int, str, str]:
        """Order by time and date; what is only words comes last, by its text."""
        if self.at is not None:
            return (0, self.at.astimezone(dt.UTC).isoformat(), self.written)
        if self.on is not None:
            return (0, self.on.isoformat(), self.written)
        return (1, "", self.written)

    def __str__(self) -> str:
        """Write the moment as it is printed."""
        if self.at is not None:
            return print_time(self.at)
        return self.written if self.on is None else print_date(self.on)


class LocalTimeUnclear(ValueError):
    """A local time that the clocks skipped, or showed twice."""


def in_zone(naive: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the local time *naive* in *zone*.

    Raises:
        LocalTimeUnclear: in the hour that is skipped in spring or repeated in autumn.
    """
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    back = first.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None)
    if back != naive:
        msg = f"{naive.isoformat()} does not exist in {zone.key}: the clocks went forward"
    else:
        msg = f"{naive.isoformat()} happened twice in {zone.key}: the clocks went back"
    hint = " or ".join(
        each.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for each in (first, second)
    )
    advice = f"{msg}. Write which is meant: {hint}"
    raise LocalTimeUnclear(advice)
