# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of WhisperX: Whisper's segments with aligned words and speakers.

Words that its alignment model has no letters for, such as "2014." or "£13.60", carry no times; they
are kept with the word before them. A segment has the speaker of most of its words. Where single
words of it are given to another, the segment's speaker stands and a finding says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.model.findings import Severity
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import has, one_with, rows, some_text, speaker_label, text_of
from evidencekit.transcript.tally import summed_up
from evidencekit.transcript.times import seconds_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "whisperx"
KIND = Kind.JSON


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for WhisperX's JSON, or None."""
    if not has(document, "segments") or not one_with(document["segments"], "start", "text"):
        return None
    if has(document, "word_segments"):
        return "it has segments and word_segments"
    if any("speaker" in each for each in rows(document["segments"])):
        return "it has segments with speakers"
    return None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    segments = rows(document["segments"])
    raws = [
        Raw(
            text=text_of(each.get("text")).strip(),
            start_ms=seconds_ms(each.get("start")),
            end_ms=seconds_ms(each.get("end")),
            speaker=speaker_label(each.get("speaker")),
            words=tuple(
                Timed(
                    text=text_of(word.get("word")),
                    start_ms=seconds_ms(word.get("start")),
                    end_ms=seconds_ms(word.get("end")),
                )
                for word in rows(each.get("words"))
            ),
        )
        for each in segments
    ]
    others = [f"cue {n}" for n, each in enumerate(segments, start=1) if _has_other_speaker(each)]
    found = summed_up(
        "EK-T023",
        Severity.WARNING,
        name,
        others,
        one="words of a cue are given to another speaker than the cue; the cue's is used",
        many="words of {count} cues are given to another speaker than the cue; the cue's is used",
    )
    language = some_text(document.get("language"))
    return assemble(raws, name=name, format_name=NAME, language=language, findings=found)


def _has_other_speaker(segment: Mapping[str, Any]) -> bool:
    speaker = segment.get("speaker")
    return speaker is not None and any(
        word.get("speaker", speaker) != speaker for word in rows(segment.get("words"))
    )
