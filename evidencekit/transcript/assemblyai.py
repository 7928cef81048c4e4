# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of AssemblyAI: words in milliseconds, and utterances where speakers were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.errors import TranscriptError
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import has, one_with, rows, some_text, speaker_label, text_of
from evidencekit.transcript.stream import Spoken, cues_of_words, divided_here
from evidencekit.transcript.times import whole_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "assemblyai"
KIND = Kind.JSON


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for AssemblyAI's JSON, or None."""
    if has(document, "id", "status", "audio_url"):
        return "it has id, status and audio_url"
    if one_with(
        document.get("utterances") if isinstance(document, dict) else None,
        "text",
        "start",
        "end",
        "words",
    ):
        return "it has utterances with text, start, end and words"
    if has(document, "words", "text") and one_with(
        document["words"], "text", "start", "end", "confidence"
    ):
        return "it has words with text, start, end and confidence"
    return None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if it is the record of a job that has no result, there are more cues than
            are read, or none of them can be read.
    """
    status = document.get("status", "completed")
    if status != "completed":
        msg = "the job that it records was not completed, so that it holds no words"
        raise TranscriptError(name, 0, msg)
    language = some_text(document.get("language_code"))
    utterances = rows(document.get("utterances"))
    if utterances:
        raws = [
            Raw(
                text=text_of(each.get("text")).strip(),
                start_ms=whole_ms(each.get("start")),
                end_ms=whole_ms(each.get("end")),
                speaker=speaker_label(each.get("speaker")),
                words=tuple(_timed(word) for word in rows(each.get("words"))),
            )
            for each in utterances
        ]
        return assemble(raws, name=name, format_name=NAME, language=language)
    raws = cues_of_words(
        Spoken(word=_timed(word), speaker=speaker_label(word.get("speaker")))
        for word in rows(document.get("words"))
    )
    return assemble(
        raws, name=name, format_name=NAME, language=language, findings=[divided_here(name)]
    )


def _timed(word: Mapping[str, Any]) -> Timed:
    return Timed(
        text=text_of(word.get("text")),
        start_ms=whole_ms(word.get("start")),
        end_ms=whole_ms(word.get("end")),
    )
