# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of Google's speech service, versions 1 and 2: results, each with its best alternative.

Times are "12.9s" or seconds and nanoseconds apart. Where speakers were asked for in version 1, the
last result repeats all words of the others, now with a speaker: then it alone is read, and a
finding says so. Without word times a result begins where the one before it ended.
"""

from __future__ import annotations

from decimal import Decimal
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
from evidencekit.transcript.tally import noted
from evidencekit.transcript.times import scaled_ms, seconds_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evidencekit.model.findings import Finding
    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "google-speech"
KIND = Kind.JSON
_MS_PER_NANO = Decimal("0.000001")


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for Google's JSON, or None."""
    results = _results(document)
    if one_with(results, "alternatives") or (
        isinstance(results, list) and any(has(each, "alternatives") for each in results)
    ):
        return "it has results with alternatives"
    return None


def _results(document: Any) -> Any:
    found = mapping(document)
    return found.get("results", mapping(found.get("response")).get("results"))


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    results = rows(_results(document))
    language = next(
        (found for each in results if (found := some_text(_either(each, "languageCode")))), None
    )
    findings: list[Finding] = []
    spoken = [_words(each) for each in results]
    if len(results) > 1 and _repeats_all(spoken):
        message = "its last result repeats the words of the others with speakers, and alone is read"
        findings.append(noted("EK-T021", name, message))
        results, spoken = results[-1:], spoken[-1:]
    if any(each.speaker for words in spoken for each in words):
        raws = cues_of_words(each for words in spoken for each in words)
        findings.append(divided_here(name))
    else:
        raws = _one_a_result(results, spoken)
    return assemble(raws, name=name, format_name=NAME, language=language, findings=findings)


def _repeats_all(spoken: Sequence[Sequence[Spoken]]) -> bool:
    last = spoken[-1]
    before = [each.word.text for words in spoken[:-1] for each in words]
    return (
        bool(before)
        and any(each.speaker for each in last)
        and ([each.word.text for each in last[: len(before)]] == before)
    )


def _one_a_result(
    results: Sequence[Mapping[str, Any]], spoken: Sequence[Sequence[Spoken]]
) -> list[Raw]:
    raws: list[Raw] = []
    ended: int | None = 0
    for each, words in zip(results, spoken, strict=True):
        text = text_of(first(each.get("alternatives")).get("transcript")).strip()
        starts = [w.word.start_ms for w in words if w.word.start_ms is not None]
        ends = [w.word.end_ms for w in words if w.word.end_ms is not None]
        result_end = _time(_either(each, "resultEndTime", "resultEndOffset"))
        if text or words:
            raws.append(
                Raw(
                    text=text or " ".join(w.word.text for w in words),
                    start_ms=starts[0] if starts else (ended if result_end is not None else None),
                    end_ms=ends[-1] if ends else result_end,
                    words=tuple(w.word for w in words),
                )
            )
        ended = result_end if result_end is not None else ended
    return raws


def _words(result: Mapping[str, Any]) -> list[Spoken]:
    channel = some_text(_either(result, "channelTag"))
    found = []
    for word in rows(first(result.get("alternatives")).get("words")):
        label = _either(word, "speakerLabel")
        tag = _either(word, "speakerTag")
        # A tag of 0 stands for a word without one.
        tagged = None if some_text(tag) == "0" else speaker_label(tag)
        speaker = speaker_label(label) or tagged
        start = _either(word, "startTime", "startOffset")
        end = _either(word, "endTime", "endOffset")
        timed = Timed(
            text=text_of(word.get("word")),
            # The service leaves out what is zero, so that a word with an end begins at 0.
            start_ms=0 if start is None and end is not None else _time(start),
            end_ms=_time(end),
        )
        where = f"Channel {channel}" if channel not in {None, "0"} else None
        label_shown = ", ".join(each for each in (where, speaker) if each) or None
        found.append(Spoken(word=timed, speaker=label_shown))
    return found


def _either(each: Mapping[str, Any], *names: str) -> Any:
    """Return the first of the fields that is there, in JSON's spelling or in protobuf's."""
    for name in names:
        for spelt in (name, "".join(f"_{c.lower()}" if c.isupper() else c for c in name)):
            if spelt in each:
                return each[spelt]
    return None


def _time(value: object) -> int | None:
    if isinstance(value, str):
        return seconds_ms(value.removesuffix("s"))
    if isinstance(value, dict):
        if not value:
            return 0
        seconds = seconds_ms(value.get("seconds", 0))
        nanos = scaled_ms(value.get("nanos", 0), _MS_PER_NANO)
        return None if seconds is None or nanos is None else seconds + nanos
    return None
