# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was minuted, what the declarant says about it, and what the recording holds, side by side.

The page draws no conclusion: who reads the three decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.clips import clip_item
from evidencekit.compose.facts import (
    NOT_STATED,
    declarant,
    draft_warning,
    recording_name,
    short_time,
    transcript_aid,
)
from evidencekit.compose.labels import anchor_ref, document_page_ref, label
from evidencekit.compose.others import ANCHOR as OTHERS
from evidencekit.compose.plan import (
    Block,
    Column,
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
from evidencekit.compose.spoken import passage_lines
from evidencekit.model.material import Minuted
from evidencekit.model.matter import Comparison, Disputed

if TYPE_CHECKING:
    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Layout
    from evidencekit.model.material import Material, ReadRecording
    from evidencekit.model.timecode import Span

ITEM = "part:minutes comparison"
TITLE = "Passages of documents compared with the recordings"


def minutes_part(material: Material, profile: Profile, layout: Layout | None) -> Part | None:
    """Return the comparison of every disputed passage, or None where there is none."""
    del profile
    matter = material.matter
    if not matter.disputed:
        return None
    seen = [material.minuted_at(place) for place in range(len(matter.disputed))]
    every = all(each is Minuted.FOUND for each in seen)
    intro = (
        f"Each passage below is set out as {'the document has it' if every else 'it was typed'}, "
        f"beside what {declarant(matter)} says about it, and then the words of the recording at "
        "the times named. This page draws no conclusion."
    )
    blocks: list[Block] = [Paragraph(text=plain(intro), manner=Manner.NOTE)]
    for number, each in enumerate(matter.disputed, start=1):
        blocks.extend(_one(material, each, number, layout))
    return Part(item=ITEM, title=TITLE, blocks=tuple(blocks))


def _one(
    material: Material, disputed: Disputed, number: int, layout: Layout | None
) -> tuple[Block, ...]:
    matter = material.matter
    document = matter.document(disputed.document)
    title = document.title if document else disputed.document
    seen = material.minuted_at(number - 1)
    page = "" if disputed.page is None else f", page {disputed.page}"
    table = Table(
        columns=(
            Column(title="As minuted" if seen is Minuted.FOUND else "As typed"),
            Column(title=f"In the words of {declarant(matter)}"),
        ),
        rows=(Row(cells=(plain(disputed.minuted), plain(disputed.my_words or NOT_STATED))),),
    )
    return (
        Heading(text=f"{number}. {title}{page}"),
        Paragraph(text=_where(disputed, layout)),
        *_seen(seen, disputed),
        table,
        *_compared(material, disputed, layout),
    )


def _where(disputed: Disputed, layout: Layout | None) -> Text:
    item = f"document:{disputed.document}"
    return (Run(text="See "), document_page_ref(layout, item, disputed.page), Run(text="."))


def _seen(seen: Minuted, disputed: Disputed) -> tuple[Block, ...]:
    """Say of a passage that was not seen in its document that it is as somebody typed it."""
    paged = disputed.page is not None
    typed = "As typed by whoever made the matter;"
    words = {
        Minuted.NOT_FOUND: f"{typed} these words were not found "
        f"{'on that page' if paged else 'in that document'}.",
        Minuted.NO_TEXT: f"{typed} not compared: "
        f"{'the page has' if paged else 'its pages have'} no text.",
        Minuted.NOT_COMPARED: f"{typed} not compared with the document.",
    }
    if seen is Minuted.FOUND:
        return ()
    return (Paragraph(text=plain(words[seen]), manner=Manner.NOTE),)


def _compared(material: Material, disputed: Disputed, layout: Layout | None) -> tuple[Block, ...]:
    compare = disputed.compare
    if not isinstance(compare, Comparison):
        return (Paragraph(text=_no_comparison(material, compare, layout)),)
    read = material.recording(compare.recording)
    if read is None:
        return (Paragraph(text=plain(f"The recording {compare.recording} is not held.")),)
    return (
        Heading(text=f"The recording, {compare.span}", level=2),
        Paragraph(text=_source(read, compare.span, layout)),
        *_spoken(material, read, compare.span),
    )


def _no_comparison(material: Material, compare: str | None, layout: Layout | None) -> Text:
    """Say that nothing is compared; where others are held, say where they are listed.

    A reader asks whether one of those is of the very meeting. Only the declarant could say.
    """
    others = material.matter.other_recordings
    said = Run(text=f"The recording: {compare or NOT_STATED}.")
    if others is None or not others.listed:
        return (said,)
    item = "part:recordings"
    listed_at = anchor_ref(layout, item, OTHERS)
    return (
        said,
        Run(text=" Other recordings held and not used are listed at "),
        listed_at,
        Run(text="."),
    )


def _source(read: ReadRecording, span: Span, layout: Layout | None) -> Text:
    """Name the recording and the clips that hold any of the passage, as links."""
    samples = span.samples(read.measurement.sample_rate) if span.length_ms > 0 else None
    runs = [
        Run(text=f"{recording_name(read)} (", target=None),
        anchor_ref(layout, "part:recordings", f"R{read.number}"),
        Run(text=f"), at {short_time(span.start_ms)}."),
    ]
    for clip in read.clips:
        held = clip.file.samples
        if samples and held.first < samples.end and samples.first < held.end:
            item = clip_item(clip.number)
            whole = held.first <= samples.first and samples.end <= held.end
            runs.append(Run(text=" "))
            runs.append(Run(text=f"Clip {clip.number} ({label(layout, item)})", target=item))
            runs.append(Run(text=f" holds {'all' if whole else 'some'} of this passage."))
    return tuple(runs)


def _spoken(material: Material, read: ReadRecording, span: Span) -> tuple[Block, ...]:
    source = read.recording.transcript
    if read.transcript is None or source is None:
        return (
            Paragraph(text=plain("No transcript of this passage is supplied."), manner=Manner.NOTE),
        )
    spoken = passage_lines(material.matter, read.transcript, source, span)
    if not spoken.lines:
        words = "The transcript has no words at these times."
        return (Paragraph(text=plain(words), manner=Manner.NOTE),)
    aid = transcript_aid(material.matter, source)
    if draft := draft_warning(source, read.transcript):
        aid = f"{draft} {aid}"
    return (spoken, Paragraph(text=plain(aid), manner=Manner.NOTE))
