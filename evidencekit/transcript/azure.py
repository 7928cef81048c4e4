# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of Azure's speech service: batch and fast transcription, and detailed live results.

Times are ticks of 100 nanoseconds, ISO durations or milliseconds, whichever the version of the
service wrote. Phrases come with several readings; the first, which is the service's own choice, is
read as it is displayed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import (
    first,
    has,
    one_with,
    rows,
    some_text,
    speaker_label,
    text_of,
)
from evidencekit.transcript.times import scaled_ms, seconds_ms, whole_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "azure-speech"
KIND = Kind.JSON
_TICK = Decimal("0.0001")
_DURATION = re.compile(
    r"PT(?:(?P<h>[0-9]{1,6})H)?(?:(?P<m>[0-9]{1,6})M)?(?:(?P<s>[0-9]{1,9}(?:\.[0-9]{1,9})?)S)?"
)


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for Azure's JSON, or None."""
    if has(document, "recognizedPhrases"):
        return "it has recognizedPhrases"
    if has(document, "phrases", "combinedPhrases"):
        return "it has phrases and combinedPhrases"
    results = document if isinstance(document, list) else [document]
    if one_with(results, "RecognitionStatus", "Offset", "Duration"):
        return "it has RecognitionStatus, Offset and Duration"
    return None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    if isinstance(document, list) or has(document, "RecognitionStatus"):
        phrases = rows(document if isinstance(document, list) else [document])
    else:
        phrases = rows(document.get("recognizedPhrases") or document.get("phrases"))
    several = len({some_text(each.get("channel")) for each in phrases}) > 1
    raws = [_phrase(each, several=several) for each in phrases]
    language = next((found for each in phrases if (found := some_text(each.get("locale")))), None)
    return assemble(raws, name=name, format_name=NAME, language=language)


def _phrase(phrase: Mapping[str, Any], *, several: bool) -> Raw:
    best = first(phrase.get("nBest") or phrase.get("NBest"))
    shown = best.get("display") or best.get("Display") or phrase.get("DisplayText")
    text = text_of(shown or phrase.get("text"))
    start, end = _times(phrase)
    words = best.get("displayWords") or best.get("words") or best.get("Words")
    voice = speaker_label(phrase.get("speaker", phrase.get("SpeakerId")))
    where = f"Channel {some_text(phrase.get('channel'))}" if several else None
    return Raw(
        text=text.strip(),
        start_ms=start,
        end_ms=end,
        speaker=", ".join(each for each in (where, voice) if each) or None,
        words=tuple(_timed(each) for each in rows(words or phrase.get("words"))),
    )


def _timed(word: Mapping[str, Any]) -> Timed:
    start, end = _times(word)
    text = word.get("displayText") or word.get("word") or word.get("Word") or word.get("text")
    return Timed(text=text_of(text), start_ms=start, end_ms=end)


def _times(each: Mapping[str, Any]) -> tuple[int | None, int | None]:
    start = _time(each, "offset")
    length = _time(each, "duration")
    return start, None if start is None or length is None else start + length


def _time(each: Mapping[str, Any], what: str) -> int | None:
    """Return what the offset or duration is in milliseconds, in whichever unit it is written."""
    if (ticks := each.get(f"{what}InTicks")) is not None:
        return scaled_ms(ticks, _TICK)
    if (millis := each.get(f"{what}Milliseconds")) is not None:
        return whole_ms(millis)
    if (ticks := each.get(what.capitalize())) is not None:
        return scaled_ms(ticks, _TICK)
    value = each.get(what)
    if isinstance(value, str):
        match = _DURATION.fullmatch(value)
        if match is None:
            return None
        seconds = seconds_ms(match["s"] or 0)
        minutes = int(match["h"] or 0) * 60 + int(match["m"] or 0)
        return None if seconds is None else minutes * 60_000 + seconds
    return whole_ms(value)
