# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of Deepgram: channels of words in seconds, and utterances where they were asked for."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import (
    first,
    has,
    mapping,
    one_with,
    rows,
    some_text,
    speaker_label,
    text_of,
)
from evidencekit.transcript.stream import Spoken, cues_of_words, divided_here
from evidencekit.transcript.times import seconds_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "deepgram"
KIND = Kind.JSON


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for Deepgram's JSON, or None."""
    results = mapping(mapping(document).get("results"))
    if one_with(results.get("channels"), "alternatives"):
        return "it has results with channels of alternatives"
    return None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    results = mapping(document["results"])
    channels = rows(results["channels"])
    language = some_text(channels[0].get("detected_language"))
    several = len(channels) > 1
    utterances = rows(results.get("utterances"))
    if utterances:
        raws = [
            Raw(
                text=text_of(each.get("transcript")).strip(),
                start_ms=seconds_ms(each.get("start")),
                end_ms=seconds_ms(each.get("end")),
                speaker=_speaker(each, each.get("channel"), several=several),
                source_id=some_text(each.get("id")),
                words=tuple(_timed(word) for word in rows(each.get("words"))),
            )
            for each in utterances
        ]
        return assemble(raws, name=name, format_name=NAME, language=language)
    divided = [
        cues_of_words(_spoken(channel, number, several=several))
        for number, channel in enumerate(channels)
    ]
    raws = list(heapq.merge(*divided, key=lambda raw: raw.start_ms or 0))
    return assemble(
        raws, name=name, format_name=NAME, language=language, findings=[divided_here(name)]
    )


def _spoken(channel: Mapping[str, Any], number: int, *, several: bool) -> Iterator[Spoken]:
    for word in rows(first(channel.get("alternatives")).get("words")):
        yield Spoken(word=_timed(word), speaker=_speaker(word, number, several=several))


def _speaker(each: Mapping[str, Any], channel: object, *, several: bool) -> str | None:
    """Return who spoke: by the channel where there are several, and the voice where told."""
    voice = speaker_label(each.get("speaker"))
    if not several:
        return voice
    where = f"Channel {some_text(channel[0] if isinstance(channel, list) and channel else channel)}"
    return where if voice is None else f"{where}, {voice}"


def _timed(word: Mapping[str, Any]) -> Timed:
    written = word.get("punctuated_word") if has(word, "punctuated_word") else word.get("word")
    return Timed(
        text=text_of(written),
        start_ms=seconds_ms(word.get("start")),
        end_ms=seconds_ms(word.get("end")),
    )
