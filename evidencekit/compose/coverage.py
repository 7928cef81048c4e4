# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of each recording the clips hold, and how much they leave out.

Everything is counted in samples. A passage that two clips hold counts once; what the clips do not
hold is listed as plainly as what they do, because "you chose the passages" is the first thing that
is said about clips.

>>> from evidencekit.model.timecode import SampleRange
>>> merged([SampleRange(5, 9), SampleRange(0, 3), SampleRange(8, 12)], sample_count=10)
(SampleRange(first=0, end=3), SampleRange(first=5, end=10))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.compose import drawing
from evidencekit.compose.drawing import Line, Passage
from evidencekit.compose.facts import (
    counted,
    recording_name,
    seconds_of_ms,
    where_whole,
)
from evidencekit.compose.labels import label
from evidencekit.compose.others import other_recordings
from evidencekit.compose.plan import (
    Align,
    Block,
    Column,
    Figure,
    Heading,
    Manner,
    Paragraph,
    Part,
    Row,
    Run,
    Table,
    Text,
    plain,
)
from evidencekit.model.timecode import SampleRange, format_media_time, samples_to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Layout
    from evidencekit.model.material import Material, ReadRecording

ITEM = "part:coverage"
TITLE = "What the clips hold and what they leave out"


@frozen(kw_only=True)
class Coverage:
    """The samples of a recording that its clips hold (`used`) and the rest (`gaps`).

    Both are in order and do not overlap; together they are the whole recording.
    """

    recording: str
    sample_count: int
    sample_rate: int
    used: tuple[SampleRange, ...]
    gaps: tuple[SampleRange, ...]

    @property
    def used_samples(self) -> int:
        """How many samples the clips hold."""
        return sum(each.count for each in self.used)

    @property
    def used_ms(self) -> int:
        """How many milliseconds the clips hold: the sum of the lengths that are printed."""
        return sum(each.length_ms(self.sample_rate) for each in self.used)

    @property
    def share_per_mille(self) -> int:
        """The share that the clips hold, in thousandths, rounded down."""
        return self.used_samples * 1000 // self.sample_count if self.sample_count else 0


def merged(ranges: Iterable[SampleRange], *, sample_count: int) -> tuple[SampleRange, ...]:
    """Return the samples of *ranges* that a recording has, in order, each once.

    Ranges that touch become one.
    """
    found: list[SampleRange] = []
    for each in sorted(ranges, key=lambda one: (one.first, one.end)):
        first, end = each.first, min(each.end, sample_count)
        if first >= end:
            continue
        if found and first <= found[-1].end:
            last = found.pop()
            first, end = last.first, max(last.end, end)
        found.append(SampleRange(first, end))
    return tuple(found)


def gaps_between(used: tuple[SampleRange, ...], *, sample_count: int) -> tuple[SampleRange, ...]:
    """Return the samples that *used*, in order and without overlaps, leaves out."""
    edges = [0, *(edge for each in used for edge in (each.first, each.end)), sample_count]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple(SampleRange(first, end) for first, end in pairs if first < end)


def coverage_of(recording: ReadRecording) -> Coverage:
    """Return what the clips of a recording hold of it."""
    count = recording.measurement.sample_count
    used = merged((clip.file.samples for clip in recording.clips), sample_count=count)
    return Coverage(
        recording=recording.recording.id,
        sample_count=count,
        sample_rate=recording.measurement.sample_rate,
        used=used,
        gaps=gaps_between(used, sample_count=count),
    )


def coverage_line(read: ReadRecording, coverage: Coverage) -> str:
    """Say how much is used: "2 clips, 34.3 s of 142.0 s (24.1 per cent)."."""
    share = coverage.share_per_mille
    whole_ms = samples_to_ms(coverage.sample_count, coverage.sample_rate)
    return (
        f"{counted(len(read.clips), 'clip')}, {seconds_of_ms(coverage.used_ms)} of "
        f"{seconds_of_ms(whole_ms)} ({share // 10}.{share % 10} per cent). "
        f"Whole recording: {where_whole(read.recording.whole_recording)}."
    )


def coverage_part(material: Material, profile: Profile, layout: Layout | None) -> Part:
    """Return the account of what the clips hold: a bar and a table a recording, then the
    recordings that are held and not used.
    """
    del profile
    blocks: list[Block] = [
        Paragraph(
            text=plain(
                "Each bar is a recording from end to end; the shaded passages are the clips. A "
                "passage that two clips hold counts once. Lengths are measured and shares are "
                "rounded down."
            ),
            manner=Manner.NOTE,
        )
    ]
    for read in material.recordings:
        blocks.extend(_one_recording(read, layout))
    blocks.extend(other_recordings(material.matter))
    return Part(item=ITEM, title=TITLE, blocks=tuple(blocks))


def _one_recording(read: ReadRecording, layout: Layout | None) -> tuple[Block, ...]:
    coverage = coverage_of(read)
    line = coverage_line(read, coverage)
    figure = Figure(
        svg=bar_svg(coverage, _passages(read)),
        alt=f"{recording_name(read)}, as a bar with its clips shaded. {line}",
        height_mm=13,
    )
    return (
        Heading(text=f"R{read.number}: {read.recording.shown_title}"),
        Paragraph(text=plain(line)),
        figure,
        _passages_table(read, coverage, layout),
    )


def _passages(read: ReadRecording) -> tuple[Passage, ...]:
    return tuple(Passage(number=clip.number, samples=clip.file.samples) for clip in read.clips)


def bar_svg(
    coverage: Coverage, passages: tuple[Passage, ...], *, width: int = 640, height: int = 52
) -> str:
    """Return a recording as a bar with its clips shaded."""
    line = Line(sample_count=coverage.sample_count, sample_rate=coverage.sample_rate, width=width)
    top, bottom = 16, height - 20
    shades = [line.between(each) for each in coverage.used]
    return drawing.document(
        width,
        height,
        drawing.box(line.left, top, line.right - line.left, bottom - top, fill="#ffffff"),
        *(
            drawing.box(x, top, wide, bottom - top, fill=drawing.SHADE, stroke=drawing.INK)
            for x, wide in shades
        ),
        drawing.path(f"M{line.left} {bottom}V{top}H{line.right}V{bottom}"),
        drawing.axis(line, bottom),
        drawing.numbers(line, passages, top - 4),
    )


def _passages_table(read: ReadRecording, coverage: Coverage, layout: Layout | None) -> Table:
    used = set(coverage.used)
    rows = tuple(
        _passage_row(read, each, layout, rate=coverage.sample_rate, used=each in used)
        for each in sorted((*coverage.used, *coverage.gaps), key=lambda one: one.first)
    )
    columns = (
        Column(title="From", share=0, align=Align.RIGHT),
        Column(title="To", share=0, align=Align.RIGHT),
        Column(title="Length", share=0, align=Align.RIGHT),
        Column(title="Used in"),
    )
    return Table(columns=columns, rows=rows, small=True)


def _passage_row(
    read: ReadRecording, samples: SampleRange, layout: Layout | None, *, rate: int, used: bool
) -> Row:
    cells = (
        plain(format_media_time(samples_to_ms(samples.first, rate))),
        plain(format_media_time(samples_to_ms(samples.end, rate))),
        plain(seconds_of_ms(samples.length_ms(rate))),
        _clips_in(read, samples, layout) if used else plain("not used"),
    )
    return Row(cells=cells)


def _clips_in(read: ReadRecording, samples: SampleRange, layout: Layout | None) -> Text:
    """Return the clips that lie in a used passage, each with its page, as links."""
    runs: list[Run] = []
    for clip in read.clips:
        held = clip.file.samples
        if held.first < samples.end and samples.first < held.end:
            if runs:
                runs.append(Run(text="; "))
            item = f"clip:{clip.number}"
            runs.append(Run(text=f"Clip {clip.number} ({label(layout, item)})", target=item))
    return tuple(runs)
