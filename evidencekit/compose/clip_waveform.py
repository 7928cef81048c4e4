# SPDX-License-Identifier: AGPL-3.0-or-later
"""The drawing of one clip, with its words under it.

A word stands where the transcript says that it begins. Where it gives no times of words, or where
there are too many of them to be read, a line of the excerpt stands where its cue begins, by its
number and as many of its words as there is room for. No time is ever worked out from another.

A clip is drawn in up to four rows, one under the other, as music is: as few as its words need.
Time runs from left to right, whichever way the words are read.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.compose import drawing
from evidencekit.compose.drawing import Line, text_width
from evidencekit.compose.waveform import trace
from evidencekit.model.timecode import SampleRange, format_media_time, samples_to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evidencekit.model.clip import ClipFile, Peaks
    from evidencekit.model.material import CutClip
    from evidencekit.model.transcript import ExcerptLine

_WIDTH = 640
_UNITS_PER_MM = 4
_MOST_ROWS = 4
_MOST_DEEP = 3
_HEAD = 20
_DEEP = 15
_BELOW = 12
_BETWEEN = 14
_TALL, _LOW = 48, 40
_APART = 5
_MOST_TICKS = 8
_LEADER = "#8c8c8c"
_MORE = "…"
_BEFORE = "←"
#: Milliseconds between two ticks; the first that gives few enough is taken.
_STEPS_MS = (
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000,
    300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000,
)  # fmt: skip
#: Lengths up to which a clip has one row at the most, two, three, where only lines are shown.
_ROW_ENDS_MS = (30_000, 60_000, 120_000)
#: A clip without words has a second row beyond this length.
_LONG_MS = 120_000


class Shown(Enum):
    """What stands under a clip's waveform."""

    WORDS = "words"
    LINES = "lines"
    NOTHING = "nothing"


@frozen(kw_only=True)
class ClipDrawing:
    """A clip as drawn: what is under it, in how many rows, and how many labels had no room."""

    svg: str
    height_mm: int
    shown: Shown
    rows: int
    words: int = 0
    shortened: bool = False
    left_out: int = 0
    earlier: bool = False
    backwards: bool = False


@frozen(kw_only=True)
class _Mark:
    """What is to stand under the waveform from sample `at` of the clip on, and where it ends."""

    at: int
    end: int
    text: str
    number: int | None = None
    earlier: bool = False

    @property
    def lead(self) -> str:
        """What stands before the words: the number of the line."""
        number = "" if self.number is None else str(self.number)
        return f"{number}{_BEFORE}" if self.earlier else number

    @property
    def lead_width(self) -> int:
        return text_width(self.lead, bold=True) + 3 if self.lead else 0

    @property
    def width(self) -> int:
        return self.lead_width + text_width(self.text)


@frozen(kw_only=True)
class _Label:
    """A mark with its place: where it is, how deep, and the text that there was room for."""

    mark: _Mark
    tick: int
    x: int
    text: str

    @property
    def end(self) -> int:
        return self.x + self.mark.lead_width + text_width(self.text)


@frozen(kw_only=True)
class _Row:
    """One row of the drawing: its samples, counted in the clip, and its labels by their depth."""

    samples: SampleRange
    line: Line
    deep: tuple[tuple[_Label, ...], ...] = ()
    left_out: int = 0
    shortened: bool = False


def draw_clip(clip: CutClip, peaks: Peaks) -> ClipDrawing:
    """Return the drawing of *clip* from its *peaks*."""
    file = clip.file
    lines = clip.excerpt.numbered if clip.excerpt else ()
    words, marks = _word_marks(lines, file), _line_marks(lines, file)
    shown, rows = _laid(file, words, marks)
    svg, height = _svg(file, peaks, rows)
    marked = {Shown.WORDS: words, Shown.LINES: marks, Shown.NOTHING: ()}[shown]
    return ClipDrawing(
        svg=svg,
        height_mm=-(-height // _UNITS_PER_MM),
        shown=shown,
        rows=len(rows),
        words=len(marked),
        shortened=any(row.shortened for row in rows),
        left_out=sum(row.left_out for row in rows),
        earlier=any(label.mark.earlier for row in rows for deep in row.deep for label in deep),
        backwards=any(_runs_backwards(mark.text) for mark in marked),
    )


def _laid(
    file: ClipFile, words: Sequence[_Mark], marks: Sequence[_Mark]
) -> tuple[Shown, tuple[_Row, ...]]:
    """Choose what is shown and in how many rows: words, if all can be read; else lines."""
    length_ms = file.length_ms
    if not marks:
        return Shown.NOTHING, _rows(file, (), 1 if length_ms <= _LONG_MS else 2)
    most = 1 + sum(length_ms > end for end in _ROW_ENDS_MS)
    rows: tuple[_Row, ...] = ()
    for shown, wanted, limit in ((Shown.WORDS, words, _MOST_ROWS), (Shown.LINES, marks, most)):
        for count in range(1, limit + 1) if wanted else ():
            rows = _rows(file, wanted, count)
            if not any(row.shortened or row.left_out for row in rows):
                return shown, rows
    return Shown.LINES, rows


def _word_marks(lines: Iterable[ExcerptLine], file: ClipFile) -> tuple[_Mark, ...]:
    """Return a mark a word, in the order they sound; none unless all lines have timed words."""
    lines = tuple(lines)
    if not all(line.words for line in lines):
        return ()
    marks = [
        _mark(file, line, (word.start_ms, word.end_ms), word.text, first=place == 0)
        for line in lines
        for place, word in enumerate(line.words)
    ]
    return tuple(sorted(marks, key=lambda mark: mark.at))


def _line_marks(lines: Iterable[ExcerptLine], file: ClipFile) -> tuple[_Mark, ...]:
    marks = [_mark(file, line, (line.start_ms, line.end_ms), line.text) for line in lines]
    return tuple(sorted(marks, key=lambda mark: mark.at))


def _mark(
    file: ClipFile, line: ExcerptLine, times: tuple[int, int], text: str, *, first: bool = True
) -> _Mark:
    """Return a mark for words of a line; the *first* has the line's number."""
    start, end = (each * file.sample_rate // 1000 - file.samples.first for each in times)
    return _Mark(
        at=min(max(start, 0), file.samples.count - 1),
        end=end,
        text=" ".join(text.split()),
        number=line.number if first else None,
        earlier=first and line.start_ms < file.requested.start_ms,
    )


def _rows(file: ClipFile, marks: Sequence[_Mark], count: int) -> tuple[_Row, ...]:
    """Return the clip in *count* rows of the same length, with the labels of each."""
    total = file.samples.count
    count = min(count, total)
    made: list[_Row] = []
    before: _Mark | None = None
    for number in range(count):
        samples = SampleRange(number * total // count, (number + 1) * total // count)
        line = Line(sample_count=samples.count, sample_rate=file.sample_rate, width=_WIDTH)
        own = [mark for mark in marks if samples.first <= mark.at < samples.end]
        if not own and before is not None and before.end > samples.first:
            own = [evolve(before, at=samples.first, text="", earlier=True)]
        elif own:
            before = own[-1] if own[-1].number is not None else None
        made.append(_with_labels(_Row(samples=samples, line=line), own))
    return tuple(made)


def _with_labels(row: _Row, marks: Sequence[_Mark]) -> _Row:
    """Give every mark a place where it meets no other, at most three deep."""
    deep: list[list[_Label]] = [[] for _ in range(_MOST_DEEP)]
    left_out = 0
    shortened = False
    for mark in marks:
        label = _label(row, mark)
        free = [each for each in deep if not each or each[-1].end + _APART <= label.x]
        if free:
            free[0].append(label)
            continue
        # All are taken: the words that have had the most room give way.
        given = min(deep, key=lambda each: each[-1].x)
        shortened = True
        room = label.tick - _APART - given[-1].x
        if (short := _shortened(given[-1], room)) is not None and short.end + _APART <= label.x:
            given[-1] = short
            given.append(label)
        else:
            left_out += 1
    return _Row(
        samples=row.samples,
        line=row.line,
        deep=tuple(tuple(each) for each in deep if each),
        left_out=left_out,
        shortened=shortened
        or any(label.text != label.mark.text for each in deep for label in each),
    )


def _label(row: _Row, mark: _Mark) -> _Label:
    """Place a mark where it begins; one near the end is moved to the left, and its tick stays."""
    tick = row.line.at(mark.at - row.samples.first)
    room = row.line.width - 2
    label = _Label(mark=mark, tick=tick, x=tick, text=mark.text)
    if label.end <= room:
        return label
    if mark.number is not None and (short := _shortened(label, room - tick)) is not None:
        return short
    x = max(0, room - mark.width)
    return _Label(mark=mark, tick=tick, x=x, text=mark.text)


def _shortened(label: _Label, room: int) -> _Label | None:
    """Return a label cut at a word so that it takes no more than *room*; None if not even its
    number fits.
    """
    mark = label.mark
    left = room - mark.lead_width
    if mark.number is None or left < 0:
        return None
    if text_width(mark.text) <= left:
        return _Label(mark=mark, tick=label.tick, x=label.x, text=mark.text)
    kept = ""
    for piece in _pieces(mark.text):
        if text_width(f"{kept}{piece}{_MORE}") > left:
            break
        kept += piece
    text = f"{kept.rstrip()} {_MORE}".strip() if kept.strip() else ""
    return _Label(mark=mark, tick=label.tick, x=label.x, text=text)


def _pieces(text: str) -> list[str]:
    """Split text where it may be cut: after spaces, and between signs as wide as they are high."""
    pieces: list[str] = []
    for sign in text:
        whole = bool(pieces) and not pieces[-1].endswith(" ") and not _is_wide(sign)
        if whole and not (_is_wide(pieces[-1][-1]) and sign != " " and sign.isalnum()):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF" and sign.isalnum()


def _runs_backwards(text: str) -> bool:
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


def _begins_backwards(text: str) -> bool:
    """Return whether the first letter of *text* is one that is written from the right."""
    kinds = (unicodedata.bidirectional(sign) for sign in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def _svg(file: ClipFile, peaks: Peaks, rows: Sequence[_Row]) -> tuple[str, int]:
    """Return the drawing and its height."""
    tall = _TALL if len(rows) == 1 else _LOW
    parts: list[str] = []
    y = 0
    for number, row in enumerate(rows):
        top, bottom = y + _HEAD, y + _HEAD + tall
        parts += [
            _ruler(file, row, top),
            trace(
                peaks,
                row.line,
                top + 2,
                bottom,
                sample_count=file.samples.count,
                part=number,
                parts=len(rows),
            ),
            _ends(row, top, bottom, first=number == 0, last=number == len(rows) - 1),
            *_labels(row, bottom),
        ]
        y = bottom + (_BELOW + (len(row.deep) - 1) * _DEEP + 4 if row.deep else 4) + _BETWEEN
    height = y - _BETWEEN
    return drawing.document(_WIDTH, height, *parts), height


def _ruler(file: ClipFile, row: _Row, top: int) -> str:
    """Return the line of time above a row, in the times of the recording."""
    rate = file.sample_rate
    first = file.samples.first + row.samples.first
    start_ms, end_ms = (
        samples_to_ms(each, rate) for each in (first, file.samples.first + row.samples.end)
    )
    step = next(
        (each for each in _STEPS_MS if (end_ms - start_ms) // each <= _MOST_TICKS), _STEPS_MS[-1]
    )
    marks, times = "", []
    for at_ms in range(-(-start_ms // step) * step, end_ms + 1, step):
        x = row.line.at(at_ms * rate // 1000 - first)
        time = _time(at_ms, step)
        half = text_width(time) // 2 + 1
        marks += f"M{x} {top}v-4"
        times.append(drawing.words(min(max(x, half), _WIDTH - half), top - 7, time))
    return drawing.path(f"M{row.line.left} {top}H{row.line.right}{marks}") + "".join(times)


def _time(ms: int, step: int) -> str:
    """Write a time as finely as its ruler is divided."""
    written = format_media_time(ms)
    if step >= 1000:  # noqa: PLR2004 - a second
        return written[:-4]
    return written[:-2] if step >= 100 else written  # noqa: PLR2004 - a tenth


def _ends(row: _Row, top: int, bottom: int, *, first: bool, last: bool) -> str:
    """Return the upright lines where the clip starts and ends; thin ones where a row goes on."""
    return "".join(
        drawing.path(f"M{x} {top}V{bottom}", width=2 if strong else 1)
        for x, strong in ((row.line.left, first), (row.line.right, last))
    )


def _labels(row: _Row, bottom: int) -> Iterable[str]:
    """Return what stands under a row: first the lines that lead to it, then the text over them."""
    texts = []
    for depth, labels in enumerate(row.deep):
        y = bottom + _BELOW + depth * _DEEP
        for label in labels:
            yield drawing.path(f"M{label.tick} {bottom}V{y - 9}", stroke=_LEADER)
            texts.append((label, y))
    for label, y in texts:
        yield drawing.box(label.x - 1, y - 9, label.end - label.x + 2, 12, fill="#ffffff")
        if label.mark.lead:
            yield drawing.words(label.x, y, label.mark.lead, anchor="start", bold=True)
        x = label.x + label.mark.lead_width
        if label.text:
            # The mark that words are left out stands at their end, whichever way they run.
            text = f"{label.text}\u200f" if _begins_backwards(label.text) else label.text
            yield drawing.words(x, y, text, anchor="start")
