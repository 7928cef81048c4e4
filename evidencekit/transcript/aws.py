# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of Amazon Transcribe.

Its items are words, the times of which are text, and marks without times. Who spoke is on the item,
or in older files in a list of segments apart. A job split by channels repeats all items in one list
a channel, and there the channel is the speaker where the words have none. Where the file has
segments of its own they are the cues; else the words are divided here.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import first, has, mapping, rows, some_text, text_of
from evidencekit.transcript.stream import Spoken, cues_of_words, divided_here
from evidencekit.transcript.times import seconds_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "aws-transcribe"
KIND = Kind.JSON


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for Amazon Transcribe's JSON, or None."""
    results = mapping(mapping(document).get("results"))
    if has(results, "transcripts") and (has(results, "items") or has(results, "channel_labels")):
        return "it has results with transcripts and items"
    return None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    results = mapping(document["results"])
    language = some_text(results.get("language_code"))
    by_time = _speakers_by_time(results)
    items = rows(results.get("items"))
    segments = rows(results.get("audio_segments"))
    if segments and all(has(each, "items", "start_time") for each in segments):
        raws = _of_segments(segments, items, by_time)
        return assemble(raws, name=name, format_name=NAME, language=language)
    channels = rows(mapping(results.get("channel_labels")).get("channels"))
    if channels:
        raws = _merged(
            [cues_of_words(_spoken(rows(each.get("items")), by_time, each)) for each in channels]
        )
    else:
        raws = cues_of_words(_spoken(items, by_time))
    return assemble(
        raws, name=name, format_name=NAME, language=language, findings=[divided_here(name)]
    )


def _speakers_by_time(results: Mapping[str, Any]) -> dict[tuple[Any, Any], str]:
    """Return who spoke at which start and end, as the list of segments has it."""
    return {
        (item.get("start_time"), item.get("end_time")): label
        for segment in rows(mapping(results.get("speaker_labels")).get("segments"))
        for item in rows(segment.get("items"))
        if (label := some_text(item.get("speaker_label") or segment.get("speaker_label")))
        and isinstance(item.get("start_time"), str)
        and isinstance(item.get("end_time"), str)
    }


def _of_segments(
    segments: Sequence[Mapping[str, Any]],
    items: Sequence[Mapping[str, Any]],
    by_time: Mapping[tuple[Any, Any], str],
) -> list[Raw]:
    by_id = {item.get("id"): item for item in items if isinstance(item.get("id"), int)}
    raws = []
    for each in segments:
        ids = each["items"] if isinstance(each["items"], list) else []
        own = [by_id[i] for i in ids if isinstance(i, int) and i in by_id]
        spoken = list(_spoken(own, by_time, each))
        speaker = some_text(each.get("speaker_label")) or next((s.speaker for s in spoken), None)
        raws.append(
            Raw(
                text=text_of(each.get("transcript")).strip(),
                start_ms=seconds_ms(each.get("start_time")),
                end_ms=seconds_ms(each.get("end_time")),
                speaker=speaker or some_text(each.get("channel_label")),
                source_id=some_text(each.get("id")),
                words=tuple(s.word for s in spoken),
            )
        )
    return raws


def _spoken(
    items: Iterable[Mapping[str, Any]],
    by_time: Mapping[tuple[Any, Any], str],
    channel: Mapping[str, Any] | None = None,
) -> Iterable[Spoken]:
    speaker: str | None = None
    for item in items:
        times = (item.get("start_time"), item.get("end_time"))
        mark = item.get("type") == "punctuation"
        if not mark or speaker is None:
            speaker = (
                some_text(item.get("speaker_label"))
                or (by_time.get(times) if all(isinstance(each, str) for each in times) else None)
                or some_text(item.get("channel_label"))
                or some_text(mapping(channel).get("channel_label"))
            )
        word = Timed(
            text=text_of(first(item.get("alternatives")).get("content")),
            start_ms=None if mark else seconds_ms(times[0]),
            end_ms=None if mark else seconds_ms(times[1]),
            glued=mark,
        )
        yield Spoken(word=word, speaker=speaker)


def _merged(channels: Sequence[Sequence[Raw]]) -> list[Raw]:
    """Return the cues of all channels by their starts; each channel keeps its own order."""
    return list(
        heapq.merge(*channels, key=lambda raw: -1 if raw.start_ms is None else raw.start_ms)
    )
