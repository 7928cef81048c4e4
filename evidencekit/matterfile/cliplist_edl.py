# SPDX-License-Identifier: AGPL-3.0-or-later
"""Edit decision lists (CMX 3600): events with timecodes of the source, counted in frames.

A clip is an event's stretch of its source. Blends, changes of speed and black are no passage of a
recording as it is. The name of the source is in a comment, and a marker's name becomes the title.
"""

from __future__ import annotations

import re
from fractions import Fraction

from attrs import evolve

from evidencekit.matterfile.cliplist_parts import Listed, Rejected, to_ms

__all__ = ["read", "recognise"]

_CODE = r"[0-9]{1,2}[:;.][0-9]{2}[:;.][0-9]{2}[:;.,][0-9]{2,3}"
_EVENT = re.compile(
    rf"\s*(?P<number>[0-9]{{1,6}})\s+(?P<reel>\S+)\s+(?P<track>\S+)\s+(?P<cut>[A-Z][A-Z0-9]*)"
    rf"(?:\s+[0-9]{{1,3}})?\s+(?P<start>{_CODE})\s+(?P<end>{_CODE})\s+{_CODE}\s+{_CODE}\s*"
)
_MEANT_AS_EVENT = re.compile(r"\s*[0-9]{3,6}\s+\S")
_HEAD = re.compile(
    r"(?:TITLE:|FCM:|[0-9]{3,6}[ \t]+\S+[ \t]+(?:V|A|AA|B|NONE)[0-9/A-Z]*[ \t]+C[ \t])"
)
_SOURCE = re.compile(r"\*\s*(?:FROM CLIP NAME|SOURCE FILE):\s*(.*)", re.IGNORECASE)
_TITLE = re.compile(
    rf"\*\s*(?:LOC:\s*{_CODE}\s+\S+|COMMENT:)\s+(.*?)\s*|.*\|M:([^|]*?)\s*(?:\|.*)?", re.IGNORECASE
)
_BLACK = frozenset({"BL", "BLK", "BLACK"})
_SIXTY = 60
_LONGEST_LINE = 1000


def recognise(text: str) -> bool:
    """Return whether *text* is an EDL: it begins with a title, a frame code mode or an event."""
    return _HEAD.match(text.lstrip()[:200]) is not None


def read(text: str, *, rate: Fraction, starts_at: str | None = None) -> list[Listed | Rejected]:
    """Return what each event is; *rate* frames pass in a second, and the source's first frame is
    called *starts_at*.

    Raises:
        ValueError: if *starts_at* is no timecode.
    """
    drop = False
    zero = Fraction(0)
    if starts_at is not None:
        known = _seconds(starts_at, rate, drop=False)
        if known is None:
            msg = f'"{starts_at[:20]}" is no timecode at this frame rate, such as 01:00:00:00'
            raise ValueError(msg)
        zero = known
    found: list[Listed | Rejected] = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        words = line.strip()[:_LONGEST_LINE]
        if words.upper().startswith("FCM:"):
            drop = "NON" not in words.upper()
        elif match := _EVENT.fullmatch(words):
            if match["reel"].upper() not in _BLACK:
                found.append(_event(match, number, rate, zero, drop=drop))
        elif _MEANT_AS_EVENT.match(words):
            found.append(Rejected(line=number, reason="is no event that can be read"))
        elif found:
            _add(found, words)
    return found


def _event(
    match: re.Match[str], number: int, rate: Fraction, zero: Fraction, *, drop: bool
) -> Listed | Rejected:
    if match["cut"] != "C":
        reason = "is a blend of two passages. A clip is one, from a cut to a cut"
        return Rejected(line=number, reason=reason)
    times = []
    for code in (match["start"], match["end"]):
        seconds = _seconds(code, rate, drop=drop)
        ms = None if seconds is None else to_ms(seconds - zero)
        if ms is None:
            reason = f'"{code}" is no time of the source at this frame rate'
            return Rejected(line=number, reason=reason)
        times.append(ms)
    return Listed(
        title="",
        start_ms=times[0],
        end_ms=times[1],
        line=number,
        source=match["reel"],
    )


def _add(found: list[Listed | Rejected], words: str) -> None:
    """Add what a comment says to the event above it."""
    last = found[-1]
    if isinstance(last, Rejected):
        return
    if words.startswith("M2"):
        reason = "is played at another speed, so that its times are not those of the recording"
        found[-1] = Rejected(line=last.line, reason=reason)
    elif match := _SOURCE.fullmatch(words):
        name = match[1].strip()
        reel = last.also[0] if last.also else (last.source or "")
        found[-1] = evolve(last, source=name or last.source, also=(reel, name))
    elif match := _TITLE.fullmatch(words):
        title = (match[1] or match[2] or "").strip()
        found[-1] = evolve(last, title=title or last.title)


def _seconds(code: str, rate: Fraction, *, drop: bool) -> Fraction | None:
    """Return the time of a timecode, or None if there is none of that number."""
    parts = re.fullmatch(
        r"([0-9]{1,2})[:;.]([0-9]{2})[:;.]([0-9]{2})([:;.,])([0-9]{2,3})", code.strip()
    )
    if parts is None:
        return None
    hours, minutes, seconds, frames = (int(parts[group]) for group in (1, 2, 3, 5))
    nominal = -(-rate.numerator // rate.denominator)
    if minutes >= _SIXTY or seconds >= _SIXTY or frames >= nominal:
        return None
    whole = (hours * _SIXTY + minutes) * _SIXTY + seconds
    count = whole * nominal + frames
    if drop or ";" in code:
        if rate.denominator == 1 or nominal % 30:
            return None
        # Two numbers of every thirty are left out each minute, but not in every tenth.
        skipped = nominal // 15
        if seconds == 0 and frames < skipped and minutes % 10:
            return None
        total = hours * _SIXTY + minutes
        count -= skipped * (total - total // 10)
    return count / rate
