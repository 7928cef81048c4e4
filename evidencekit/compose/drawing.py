# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the drawings of recordings have in common: a line of time with shaded passages on it.

All coordinates are integers, so that a drawing is the same on any machine. Shades are grey, with
an outline, so that they survive a black and white copy.
"""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape, quoteattr

from attrs import frozen

from evidencekit.model.timecode import SampleRange

FONT_SIZE = 11
INK = "#1a1a1a"
PALE = "#e6e6e6"
SHADE = "#c4c4c4"

_FONT = "Arimo"
_MARGIN = 20
_MOST_TICKS = 8
#: Seconds between two ticks; the first that gives few enough is taken.
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
#: Width of a character, in hundredths of the font size, on the safe side for digits and capitals.
_CHARACTER = 60


@frozen(kw_only=True)
class Passage:
    """A clip as it is marked in a drawing: its number and its samples."""

    number: int
    samples: SampleRange


@frozen(kw_only=True)
class Line:
    """A recording's time laid along a drawing's width: *sample_count* samples, *width* units."""

    sample_count: int
    sample_rate: int
    width: int

    @property
    def left(self) -> int:
        """Where the first sample is."""
        return _MARGIN if self.width > 4 * _MARGIN else 0

    @property
    def right(self) -> int:
        """Where the last sample is."""
        return self.width - self.left

    def at(self, sample: int) -> int:
        """Return where a sample is; one outside the recording is at its edge."""
        inside = min(max(sample, 0), self.sample_count)
        return self.left + inside * (self.right - self.left) // max(self.sample_count, 1)

    def between(self, samples: SampleRange) -> tuple[int, int]:
        """Return where a range starts and how wide it is, at least one unit, so that it shows."""
        start, end = self.at(samples.first), self.at(samples.end)
        return (start, end - start) if end > start else (min(start, self.right - 1), 1)


def document(width: int, height: int, *parts: str) -> str:
    """Return a whole SVG document."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    )


def box(x: int, y: int, width: int, height: int, *, fill: str, stroke: str = "none") -> str:
    """Return a rectangle."""
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill={quoteattr(fill)} '
        f"stroke={quoteattr(stroke)}/>"
    )


def path(data: str, *, stroke: str = INK, width: int = 1) -> str:
    """Return a path that is drawn and not filled."""
    return f'<path d="{data}" fill="none" stroke={quoteattr(stroke)} stroke-width="{width}"/>'


def words(x: int, y: int, text: str, *, anchor: str = "middle", bold: bool = False) -> str:
    """Return text at its baseline. The text is data, whatever it holds."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" font-family="{_FONT}" font-size="{FONT_SIZE}"{weight} '
        f"text-anchor={quoteattr(anchor)} fill={quoteattr(INK)}>{escape(text)}</text>"
    )


#: Widths of letters in hundredths of the font size, by Arial's measure, rather too wide.
_WIDTHS = {
    **dict.fromkeys("ijl'|.,:;!`", 28),
    **dict.fromkeys(' fIt/\\[]()-"r*', 36),
    **dict.fromkeys("abcdeghknopqsuvxyzJ0123456789?#$_+=<>~", 57),
    **dict.fromkeys("ABEFKLPSTVXYZ", 68),
    **dict.fromkeys("CDGHNOQRUw&", 79),
    **dict.fromkeys("mMW%@—…", 101),
}
_WIDE = 101
_OTHER = 74


def text_width(text: str, *, bold: bool = False) -> int:
    """Return how wide text of a transcript is, rather too much than too little."""
    hundredths = sum(_sign_width(sign) for sign in text) * FONT_SIZE
    return -(-hundredths * (107 if bold else 100) // 10_000)


def _sign_width(sign: str) -> int:
    known = _WIDTHS.get(sign)
    if known is not None:
        return known
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return _WIDE if unicodedata.east_asian_width(sign) in "WF" else _OTHER


def words_width(text: str) -> int:
    """Return about how wide text is, rather too much than too little."""
    return len(text) * FONT_SIZE * _CHARACTER // 100


def clock(second: int) -> str:
    """Write whole seconds as m:ss, or h:mm:ss from one hour on."""
    minutes, rest = divmod(second, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def tick_step(sample_count: int, sample_rate: int) -> int:
    """Return how many seconds lie between two ticks."""
    length = sample_count // max(sample_rate, 1)
    step = next((each for each in _STEPS if length // each <= _MOST_TICKS), None)
    if step is None:
        day = _STEPS[-1]
        step = day * -(-length // (day * _MOST_TICKS))
    return step


def axis(line: Line, y: int) -> str:
    """Return the line of time at height *y* with its ticks and their times below it."""
    step = tick_step(line.sample_count, line.sample_rate)
    length = line.sample_count // max(line.sample_rate, 1)
    ticks = range(0, length + 1, step)
    places = [line.at(second * line.sample_rate) for second in ticks]
    marks = "".join(f"M{x} {y}v4" for x in places)
    times = "".join(
        words(x, y + 5 + FONT_SIZE, clock(second)) for x, second in zip(places, ticks, strict=True)
    )
    return path(f"M{line.left} {y}H{line.right}{marks}") + times


def numbers(
    line: Line, passages: tuple[Passage, ...], y: int, *, highlight: SampleRange | None = None
) -> str:
    """Return the passages' numbers above them.

    The highlighted passage is named in full. A number that would run into another is left out:
    the passage itself is still shaded, and the tables name it.
    """
    first = [each for each in passages if each.samples == highlight]
    others = [each for each in passages if each.samples != highlight]
    taken: list[tuple[int, int]] = []
    drawn: list[str] = []
    for each in (*first, *others):
        lit = each.samples == highlight
        text = f"Clip {each.number}" if lit else str(each.number)
        half = words_width(text) // 2 + 1
        start, width = line.between(each.samples)
        middle = min(max(start + width // 2, half), line.width - half)
        if any(middle - half < end and begin < middle + half for begin, end in taken):
            continue
        taken.append((middle - half, middle + half))
        drawn.append(words(middle, y, text, bold=lit))
    return "".join(drawn)
