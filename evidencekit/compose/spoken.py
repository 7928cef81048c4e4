# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of a passage as printed: who speaks, and where a cue reaches beyond the passage.

A speaker is named only where the matter maps the transcript's label to a person; any other label
is printed as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.facts import listed, quoted, short_time
from evidencekit.compose.plan import Run, Spoken, SpokenLine, Style, Text
from evidencekit.model.transcript import Cue, Edge, Excerpt, ExcerptLine, Transcript

if TYPE_CHECKING:
    from evidencekit.model.matter import Matter
    from evidencekit.model.recording import TranscriptSource
    from evidencekit.model.timecode import Span

_MARKS = {
    Edge.INSIDE: "",
    Edge.CUT_AT_START: "[begins before the {what}]",
    Edge.CUT_AT_END: "[goes on after the {what}]",
    Edge.CUT_AT_BOTH: "[begins before the {what} and goes on after it]",
    Edge.BEFORE: "[before the {what}]",
    Edge.AFTER: "[after the {what}]",
}
_HEARD = "[heard in the clip, not in the excerpt]"


def excerpt_lines(matter: Matter, excerpt: Excerpt, span: Span) -> Spoken:
    """Return a clip's excerpt as numbered lines, with its context unnumbered.

    *span* is the clip's: a context line that sounds inside of it was trimmed off the excerpt, and
    is marked so, because who listens will hear it.
    """
    return Spoken(lines=tuple(_excerpt_line(matter, line, span) for line in excerpt.lines))


def _excerpt_line(matter: Matter, line: ExcerptLine, span: Span) -> SpokenLine:
    heard = line.start_ms < span.end_ms and span.start_ms < line.end_ms
    mark = _MARKS[line.edge].format(what="clip")
    if line.number is None and heard:
        mark = _heard(line, span)
    return SpokenLine(
        number=line.number,
        time=short_time(line.start_ms),
        speaker=(matter.name_of(line.person) if line.person else line.speaker) or "",
        text=_excerpt_text(line),
        mark=mark,
    )


def _heard(line: ExcerptLine, span: Span) -> str:
    """Say how much of a line that is left out of the excerpt is heard in the clip."""
    before, after = line.start_ms < span.start_ms, line.end_ms > span.end_ms
    if before and after:
        return "[partly heard in the clip, not in the excerpt; begins before it and goes on after]"
    if before:
        return "[begins before the clip; its end is heard, not in the excerpt]"
    return "[its beginning is heard, not in the excerpt; goes on after]" if after else _HEARD


def _excerpt_text(line: ExcerptLine) -> Text:
    """Return a line's words; those known to lie outside the clip are grey."""
    runs = [Run(text=line.text)]
    if line.outside_before:
        runs.insert(0, Run(text=f"{line.outside_before} ", style=Style.GREY))
    if line.outside_after:
        runs.append(Run(text=f" {line.outside_after}", style=Style.GREY))
    return tuple(runs)


def passage_lines(
    matter: Matter, transcript: Transcript, source: TranscriptSource | None, span: Span
) -> Spoken:
    """Return the cues that touch *span* as numbered lines.

    Line breaks inside a cue are its layout, not its words: a line has spaces instead.
    """
    touching = [cue for cue in transcript.cues if _touches(cue, span)]
    people = dict(source.speakers) if source else {}
    return Spoken(
        lines=tuple(
            SpokenLine(
                number=number,
                time=short_time(cue.start_ms),
                speaker=matter.name_of(people.get(cue.speaker or "", cue.speaker)) or "",
                text=(Run(text=" ".join(cue.text.split())),),
                mark=_MARKS[_edge(cue, span)].format(what="passage"),
            )
            for number, cue in enumerate(touching, start=1)
        )
    )


def _touches(cue: Cue, span: Span) -> bool:
    if cue.end_ms <= cue.start_ms:
        return span.start_ms <= cue.start_ms < span.end_ms
    return cue.start_ms < span.end_ms and span.start_ms < cue.end_ms


def _edge(cue: Cue, span: Span) -> Edge:
    before, after = cue.start_ms < span.start_ms, cue.end_ms > span.end_ms
    if before and after:
        return Edge.CUT_AT_BOTH
    if before:
        return Edge.CUT_AT_START
    return Edge.CUT_AT_END if after else Edge.INSIDE


def mapped_speakers(matter: Matter, source: TranscriptSource) -> str:
    """Say which labels of the transcript are printed as which people's names, or nothing."""
    pairs = [
        f"{quoted(label)} is printed as {matter.name_of(person)}"
        for label, person in source.speakers
        if matter.name_of(person) != label
    ]
    return f"In the names of speakers, {listed(pairs)}." if pairs else ""
