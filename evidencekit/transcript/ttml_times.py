# SPDX-License-Identifier: AGPL-3.0-or-later
"""The time expressions of TTML, all of which may stand in one file: clock times with a fraction or
with frames, and offsets in hours, minutes, seconds, milliseconds, frames or ticks.

Times are exact fractions of a second until they become milliseconds, so that nested times that are
added up do not gather roundings.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.errors import TranscriptError
from evidencekit.transcript.times import MOST_MS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Clock", "clock_of", "to_ms"]

_CLOCK = re.compile(
    r"(?P<h>[0-9]{2,6}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,18})|:(?P<frames>[0-9]{2,4})(?:\.(?P<sub>[0-9]{1,4}))?)?"
)
_OFFSET = re.compile(r"(?P<number>[0-9]{1,15}(?:\.[0-9]{1,18})?)(?P<unit>ms|h|m|s|f|t)")
_RATIO = re.compile(r"([0-9]{1,9})[ \t:]+([0-9]{1,9})")
_SIXTY = 60
_DEFAULT_FRAMES = 30


@frozen(kw_only=True)
class Clock:
    """How the file counts: `nominal` frames are numbered in a second, `frames` pass in one."""

    nominal: int
    frames: Fraction
    sub_frames: int
    ticks: Fraction
    smpte: bool

    def seconds(self, expression: str | None) -> Fraction | None:
        """Return the time of an expression, or None if it is none or cannot be read."""
        text = (expression or "").strip()
        if match := _OFFSET.fullmatch(text):
            return Fraction(match["number"]) * self._unit(match["unit"])
        match = _CLOCK.fullmatch(text)
        if match is None or int(match["m"]) >= _SIXTY or int(match["s"]) >= _SIXTY:
            return None
        whole = Fraction((int(match["h"]) * _SIXTY + int(match["m"])) * _SIXTY + int(match["s"]))
        if match["frames"]:
            if int(match["frames"]) >= self.nominal:
                return None
            frames = int(match["frames"]) + Fraction(int(match["sub"] or 0), self.sub_frames)
            if self.smpte:
                return (whole * self.nominal + frames) / self.frames
            return whole + frames / self.frames
        return whole + Fraction(f"0.{match['fraction'] or 0}")

    def _unit(self, unit: str) -> Fraction:
        if unit == "f":
            return 1 / self.frames
        if unit == "t":
            return 1 / self.ticks
        return {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1)}.get(
            unit, Fraction(1, 1000)
        )


def clock_of(root: Element, *, name: str) -> Clock:
    """Return how the file counts time.

    Raises:
        TranscriptError: if it counts by the time of day, or in drop-frame form.
    """
    said = {key.rpartition("}")[2]: value.strip() for key, value in root.attrib.items()}
    base = said.get("timeBase", "media")
    if base not in {"media", "smpte"} or said.get("dropMode", "nonDrop") != "nonDrop":
        msg = (
            "its times are of the day or drop-frame, which cannot be laid to a recording. Export "
            "it again with media times"
        )
        raise TranscriptError(name, 0, msg)
    nominal = _whole(said.get("frameRate"), _DEFAULT_FRAMES)
    frames = nominal * _multiplier(said.get("frameRateMultiplier", ""))
    sub_frames = _whole(said.get("subFrameRate"), 1)
    default = frames * sub_frames if "frameRate" in said else Fraction(1)
    ticks = Fraction(_whole(said.get("tickRate"), 0)) or default
    return Clock(
        nominal=nominal, frames=frames, sub_frames=sub_frames, ticks=ticks, smpte=base == "smpte"
    )


def to_ms(seconds: Fraction) -> int | None:
    """Return whole milliseconds, the nearest and half of one up; None beyond every recording."""
    ms = (seconds * 2000 + 1) // 2
    return int(ms) if 0 <= ms < MOST_MS else None


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"[1-9][0-9]{0,9}", text) else default


def _multiplier(text: str) -> Fraction:
    match = _RATIO.fullmatch(text)
    if match is None or int(match[1]) == 0 or int(match[2]) == 0:
        return Fraction(1)
    return Fraction(int(match[1]), int(match[2]))
