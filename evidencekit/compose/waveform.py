# SPDX-License-Identifier: AGPL-3.0-or-later
"""The drawing of a whole recording, with its clips shaded and one of them marked.

The height is scaled to the loudest moment of the recording, because a telephone in a pocket
records speech so quietly that a true scale would show a flat line; the caption says so.
"""

from __future__ import annotations

import sys
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING

from evidencekit.compose import drawing
from evidencekit.compose.drawing import Line, Passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.model.clip import Peaks
    from evidencekit.model.timecode import SampleRange

_HEAD = 16
_FOOT = 20


def waveform_svg(
    peaks: Peaks,
    *,
    sample_count: int,
    sample_rate: int,
    passages: Sequence[Passage],
    highlight: SampleRange | None,
    width: int = 640,
    height: int = 100,
) -> str:
    """Return the drawing as a whole SVG document.

    *passages* are the recording's clips; *highlight* is the range of the one that the page is
    about, which is drawn darker and named in full.
    """
    line = Line(sample_count=sample_count, sample_rate=sample_rate, width=width)
    top, bottom = _HEAD, height - _FOOT
    shown = tuple(passages)
    others = [each.samples for each in shown if each.samples != highlight]
    return drawing.document(
        width,
        height,
        "".join(_shade(line, each, top, bottom, fill=drawing.PALE) for each in others),
        _shade(line, highlight, top, bottom, fill=drawing.SHADE) if highlight else "",
        trace(peaks, line, top, bottom, sample_count=sample_count),
        "".join(_edges(line, each, top, bottom, strong=False) for each in others),
        _edges(line, highlight, top, bottom, strong=True) if highlight else "",
        drawing.axis(line, bottom),
        drawing.numbers(line, shown, top - 4, highlight=highlight),
    )


def _shade(line: Line, samples: SampleRange, top: int, bottom: int, *, fill: str) -> str:
    start, width = line.between(samples)
    return drawing.box(start, top, width, bottom - top, fill=fill)


def _edges(line: Line, samples: SampleRange, top: int, bottom: int, *, strong: bool) -> str:
    """Return the upright lines at a passage's start and end, which a photocopy keeps."""
    start, width = line.between(samples)
    down = f"V{bottom}"
    return drawing.path(
        f"M{start} {top}{down}M{start + width} {top}{down}", width=2 if strong else 1
    )


def trace(
    peaks: Peaks,
    line: Line,
    top: int,
    bottom: int,
    *,
    sample_count: int,
    part: int = 0,
    parts: int = 1,
) -> str:
    """Return the waveform, one upright stroke a unit of width: of *sample_count* samples, or of the
    part with the number *part* of so many *parts*.
    """
    middle, half = (top + bottom) // 2, (bottom - top) // 2 - 1
    wide = line.right - line.left
    whole = _columns(peaks, sample_count, wide * parts)
    loudest = max((max(high, -low) for low, high in whole), default=0) or 1
    columns = whole[part * wide : (part + 1) * wide]
    data = "".join(
        # Half a unit down at least, or silence would leave no line at all.
        f"M{line.left + x} {middle - high * half // loudest}"
        f"V{max(middle + -low * half // loudest, middle - high * half // loudest + 1)}"
        for x, (low, high) in enumerate(columns)
    )
    return drawing.path(data)


@lru_cache(maxsize=32)
def _columns(peaks: Peaks, sample_count: int, columns: int) -> tuple[tuple[int, int], ...]:
    """Return the lowest and highest sample of each column. Cached, since every clip of a recording
    is drawn over the same waveform.
    """
    low, high = _int16(peaks.low), _int16(peaks.high)
    buckets = min(len(low), len(high))
    if not buckets or sample_count < 1:
        return ()
    found = []
    for column in range(columns):
        first = column * sample_count // columns // peaks.bucket_samples
        end = -(-((column + 1) * sample_count // columns) // peaks.bucket_samples)
        first = min(first, buckets - 1)
        end = min(max(end, first + 1), buckets)
        # Speech swings both ways; clamping keeps a drawing sane whatever the peaks hold.
        found.append((min(0, *low[first:end]), max(0, *high[first:end])))
    return tuple(found)


def _int16(data: bytes) -> array[int]:
    """Return little-endian signed 16-bit integers."""
    values = array("h")
    values.frombytes(data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        values.byteswap()
    return values
