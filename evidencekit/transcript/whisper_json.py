# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of Whisper and of what writes the same: segments with times in seconds, and words.

Whisper's segments can lie beyond the recording, last no time or repeat themselves over silence.
They are read as they are; the checks say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.transcript import whisperx
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import has, mapping, one_with, rows, some_text, text_of
from evidencekit.transcript.stream import Spoken, cues_of_words, divided_here
from evidencekit.transcript.times import seconds_ms
from evidencekit.transcript.words import tokens
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "whisper-json"
KIND = Kind.JSON


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for Whisper's JSON, or None."""
    if not isinstance(document, dict) or whisperx.recognise(document):
        return None
    segments, words = document.get("segments"), document.get("words")
    if one_with(segments, "start", "end", "text"):
        return "it has segments with start, end and text"
    if segments == [] and has(document, "text"):
        return "it has text and segments, of which there are none"
    if "text" in document and one_with(words, "word", "start", "end"):
        return "it has text, and words with start and end"
    return None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    language = some_text(document.get("language"))
    segments = rows(document.get("segments"))
    apart = [_timed(each) for each in rows(document.get("words"))]
    if not segments and apart:
        raws = cues_of_words(Spoken(word=word) for word in apart)
        return assemble(
            raws, name=name, format_name=NAME, language=language, findings=[divided_here(name)]
        )
    shared = list(_share_out(segments, apart)) if apart else [() for _ in segments]
    raws = [
        Raw(
            text=text_of(each.get("text")).strip(),
            start_ms=seconds_ms(each.get("start")),
            end_ms=seconds_ms(each.get("end")),
            source_id=some_text(each.get("id")),
            words=tuple(_timed(word) for word in rows(each.get("words"))) or words,
        )
        for each, words in zip(segments, shared, strict=True)
    ]
    return assemble(raws, name=name, format_name=NAME, language=language)


def _timed(word: Mapping[str, Any]) -> Timed:
    return Timed(
        text=text_of(word.get("word") or word.get("text")),
        start_ms=seconds_ms(word.get("start")),
        end_ms=seconds_ms(word.get("end")),
    )


def _share_out(
    segments: Sequence[Mapping[str, Any]], words: Sequence[Timed]
) -> Iterator[tuple[Timed, ...]]:
    """Yield each segment's part of words that stand apart from the segments, in their order."""
    at = 0
    for each in segments:
        wanted = sum(1 for _ in tokens(text_of(mapping(each).get("text"))))
        begin, had = at, 0
        while at < len(words) and had < wanted:
            had += sum(1 for _ in tokens(words[at].text))
            at += 1
        yield tuple(words[begin:at])
