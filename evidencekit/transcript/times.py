# SPDX-License-Identifier: AGPL-3.0-or-later
"""The times that transcripts write, as integer milliseconds.

Fractions of a millisecond are rounded to the nearest, and half of one up; nothing is ever a float.
What is no time, is negative or is longer than any recording is None.

>>> timestamp_ms("01:02.500"), timestamp_ms("1:00:00.001"), timestamp_ms("00:75.000")
(62500, 3600001, None)
>>> clock_ms("0:49"), clock_ms("1:15:10,5"), clock_ms("10:75")
(49000, 4510500, None)
>>> seconds_ms("12.9"), seconds_ms(3), seconds_ms("-1")
(12900, 3000, None)
>>> teams_ms("0:0:6.90")
6090
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

__all__ = [
    "CLOCK",
    "MOST_MS",
    "TEAMS_TIME",
    "TIMESTAMP",
    "clock_ms",
    "looks_like_teams",
    "scaled_ms",
    "seconds_ms",
    "teams_ms",
    "timestamp_ms",
    "whole_ms",
]

#: A time as WebVTT writes it. No more than six digits of hours, so that no number is endless.
TIMESTAMP = re.compile(r"(?:[0-9]{1,6}:)?[0-9]{2}:[0-9]{2}\.[0-9]{3}(?![0-9])")
#: A time as people and programs write it beside words: m:ss or h:mm:ss, with or without a fraction.
CLOCK = re.compile(r"(?:[0-9]{1,3}:[0-9]{1,2}:[0-9]{2}|[0-9]{1,4}:[0-9]{2})(?:[.,][0-9]{1,9})?")
#: A time as Teams writes it outside of files of its own: nothing is padded, the milliseconds too.
TEAMS_TIME = re.compile(r"([0-9]{1,4}):([0-9]{1,2}):([0-9]{1,2})\.([0-9]{1,3})")
_TEAMS_ARROW = re.compile(
    rf"[ \t]*(?:{TEAMS_TIME.pattern})[ \t]*-->[ \t]*(?:{TEAMS_TIME.pattern})[ \t]*"
)
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_ONE_DIGIT = re.compile(r":[0-9](?=[:.])")
#: Above every time that is read.
MOST_MS = 10**13
_SIXTY = 60
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,3})?")
_MOST_DIGITS = 16


def timestamp_ms(text: str) -> int | None:
    """Return the milliseconds of a time that `TIMESTAMP` matches; None if it is out of range."""
    *hours, minutes, rest = text.split(":")
    seconds, millis = rest.split(".")
    if int(minutes) >= _SIXTY or int(seconds) >= _SIXTY:
        return None
    whole = (int(hours[0] if hours else 0) * _SIXTY + int(minutes)) * _SIXTY + int(seconds)
    return whole * 1000 + int(millis)


def clock_ms(text: str) -> int | None:
    """Return the milliseconds of a time that `CLOCK` matches, or None."""
    if CLOCK.fullmatch(text) is None:
        return None
    *hours, minutes, seconds = text.replace(",", ".").split(":")
    if hours and int(minutes) >= _SIXTY:
        return None
    part = seconds_ms(seconds)
    if part is None or Decimal(seconds) >= _SIXTY:
        return None
    return (int(hours[0] if hours else 0) * _SIXTY + int(minutes)) * _SIXTY * 1000 + part


def teams_ms(text: str) -> int | None:
    """Return the milliseconds of a time that `TEAMS_TIME` matches, or None.

    "6.90" is six seconds and 90 milliseconds there, as the ends that follow such starts show.
    """
    match = TEAMS_TIME.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds, millis = (int(each) for each in match.groups())
    if minutes >= _SIXTY or seconds >= _SIXTY:
        return None
    return ((hours * _SIXTY + minutes) * _SIXTY + seconds) * 1000 + millis


def looks_like_teams(text: str) -> bool:
    """Return whether the first line with an arrow has times as `TEAMS_TIME`, one of them unpadded.

    The first is near the recording's start, where padding shows.
    """
    arrow = text.find("-->")
    if arrow < 0:
        return False
    begins = max(text.rfind("\n", 0, arrow), text.rfind("\r", 0, arrow)) + 1
    line = _REST_OF_LINE.match(text, arrow)
    whole = text[begins:arrow] + (line[0] if line else "")
    return bool(_TEAMS_ARROW.fullmatch(whole) and _ONE_DIGIT.search(whole))


def seconds_ms(value: object) -> int | None:
    """Return the milliseconds of a number of seconds: an int, a Decimal, or either as text."""
    return scaled_ms(value, Decimal(1000))


def whole_ms(value: object) -> int | None:
    """Return a number of milliseconds as one, or None."""
    return scaled_ms(value, Decimal(1))


def scaled_ms(value: object, scale: Decimal) -> int | None:
    """Return *value*, a number or its text, times *scale* as milliseconds, or None."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        number = Decimal(value) * scale
    except ArithmeticError:
        return None
    # A number such as 1e999999 is cheap to write and endless as an int.
    if not number.is_finite() or number.adjusted() > _MOST_DIGITS:
        return None
    ms = int(number.to_integral_value(ROUND_HALF_UP))
    return ms if ms < MOST_MS and (number == 0 or not number.is_signed()) else None
