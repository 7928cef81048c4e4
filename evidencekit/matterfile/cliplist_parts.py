# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the lists of clips share: a passage as listed, a line that is none, and exact times."""

from __future__ import annotations

import re
from fractions import Fraction

from attrs import frozen

from evidencekit.errors import Problem

__all__ = ["Listed", "Rejected", "exact_rate", "frame_rate", "to_ms"]

_RATE = re.compile(r"([0-9]{1,6})(?:/([0-9]{1,6})|\.([0-9]{1,12}))?")
_NTSC = tuple(Fraction(nominal * 1000, 1001) for nominal in (24, 30, 48, 60, 120))
_CLOSE = Fraction(1, 200)
_MOST_FRAMES = 1_000_000
_MOST_MS = 1000 * 3_600_000


@frozen(kw_only=True)
class Listed:
    """A passage as a list names it; `source` and `also` are what the list calls its source."""

    title: str
    start_ms: int
    end_ms: int
    line: int | None = None
    place: str = ""
    source: str | None = None
    also: tuple[str, ...] = ()

    def is_from(self, source: str) -> bool:
        """Return whether the passage is from the source of that name."""
        return source == self.source or source in self.also


@frozen(kw_only=True)
class Rejected:
    """A line, or a place in a list without lines, that cannot be a clip."""

    reason: str
    line: int | None = None
    place: str = ""

    def problem(self) -> Problem:
        """Return the same as a problem of a file."""
        return Problem(pointer="", message=self.reason, place=self.place, line=self.line)


def frame_rate(text: str) -> Fraction:
    """Return the frames in a second that *text* names, exactly.

    >>> frame_rate("29.97"), frame_rate("25")
    (Fraction(30000, 1001), Fraction(25, 1))

    Raises:
        ValueError: if it names none.
    """
    match = _RATE.fullmatch(text.strip())
    try:
        rate = Fraction(text.strip()) if match else Fraction(0)
    except ZeroDivisionError:
        rate = Fraction(0)
    if not 0 < rate <= _MOST_FRAMES:
        msg = f'"{text[:20]}" is no number of frames a second, such as 25, 29.97 or 30000/1001'
        raise ValueError(msg)
    return exact_rate(rate)


def exact_rate(rate: Fraction) -> Fraction:
    """Return the NTSC rate that *rate* is a rounding of, or *rate* itself."""
    if rate.denominator == 1:
        return rate
    return next((exact for exact in _NTSC if abs(exact - rate) < _CLOSE), rate)


def to_ms(seconds: Fraction) -> int | None:
    """Return the nearest millisecond, half of one up; None for what is no time in a recording."""
    ms = (seconds * 2000 + 1) // 2
    return int(ms) if 0 <= ms < _MOST_MS else None
