# SPDX-License-Identifier: AGPL-3.0-or-later
"""The times that people and spreadsheets write into a table of clips.

A colon makes a clock's time, m:ss or h:mm:ss; a number without one is seconds. What could be meant
in two ways is refused, with the ways of writing each: a clip that begins somewhere else than meant
looks like any other.

>>> table_time("1:02.5"), table_time("62.5"), table_time("1:00:02"), table_time("62")
(62500, 62500, 3602000, 62000)
"""

from __future__ import annotations

import re
from fractions import Fraction

from evidencekit.matterfile.cliplist_parts import to_ms
from evidencekit.model.timecode import parse_media_time

__all__ = ["is_seconds", "table_time"]

_NUMBER = re.compile(r"([0-9]{1,9})(?:([.,])([0-9]{1,12}))?")
_SHOWN = 30
_SIXTY = 60
_TWO, _THREE = 2, 3  # digits


def is_seconds(text: str) -> bool:
    """Return True for a number with a fraction that cannot be minutes and seconds, such as 12.5.

    In a table with one of these, 12.50 is seconds, too.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or not match[3]:
        return False
    return not (_could_be_clock(match) or _could_be_whole(match))


def table_time(text: str, *, seconds: bool = False) -> int:
    """Return the milliseconds that a cell names. *seconds*: that plain numbers are, is known.

    Raises:
        ValueError: if it is no time, or could be two.
    """
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    match = _NUMBER.fullmatch(text)
    if match is None:
        return parse_media_time(_dotted(text, shown))
    whole, _, fraction = match.groups()
    if _could_be_whole(match):
        msg = (
            f'"{shown}" could be {whole}.{fraction} seconds or {whole}{fraction} seconds: write '
            f"{whole}.{fraction} or {whole}{fraction}"
        )
        raise ValueError(msg)
    if _could_be_clock(match) and not seconds:
        msg = (
            f'"{shown}" could be {whole}.{fraction} seconds or {whole} min {fraction} s: '
            f"write {whole}.{fraction}0 or {whole}:{fraction}"
        )
        raise ValueError(msg)
    found = to_ms(Fraction(f"{whole}.{fraction or 0}"))
    if found is None:
        msg = f'"{shown}" is no time in a recording'
        raise ValueError(msg)
    return found


def _could_be_clock(match: re.Match[str]) -> bool:
    """Return True for 1.30, which people write for a minute and a half."""
    fraction = match[3] or ""
    return len(fraction) == _TWO and int(fraction) < _SIXTY


def _could_be_whole(match: re.Match[str]) -> bool:
    """Return True for 1,230, in which the comma may part the thousands."""
    return match[2] == "," and len(match[3]) == _THREE and match[1] != "0"


def _dotted(text: str, shown: str) -> str:
    """Return a clock's time with a decimal point.

    Raises:
        ValueError: if it counts frames, or parts of a day.
    """
    if re.fullmatch(r"[0-9]{1,3}(?::[0-9]{1,3}){3}", text):
        msg = f'"{shown}" counts frames, or has a part too many: write h:mm:ss.mmm'
        raise ValueError(msg)
    if re.search(r"[ap]\.?m\.?$", text, re.IGNORECASE):
        msg = f'"{shown}" is a time of day. Times in a recording are counted from its beginning'
        raise ValueError(msg)
    if re.fullmatch(r"[0-9]{1,4}:[0-9]", text):
        msg = f'"{shown}" has one digit of seconds: write two, such as 1:05'
        raise ValueError(msg)
    return text.replace(",", ".") if re.search(r"[0-9],[0-9]+$", text) else text
