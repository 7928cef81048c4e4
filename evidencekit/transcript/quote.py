# SPDX-License-Identifier: AGPL-3.0-or-later
"""A clip's span from its words: they must occur exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.errors import QuoteNotUnique, SpanOutsideRecording
from evidencekit.model.timecode import Span
from evidencekit.transcript.words import find_words

if TYPE_CHECKING:
    from evidencekit.model.transcript import Transcript

__all__ = ["span_of_quote"]


def span_of_quote(
    transcript: Transcript, quote: str, *, before_ms: int, after_ms: int, length_ms: int, where: str
) -> Span:
    """Return the span in which *quote* is spoken, made wider and kept inside the recording.

    Words that nobody knows the end of last to the recording's end.

    Raises:
        QuoteNotUnique: if the words occur nowhere, or more than once.
        SpanOutsideRecording: if they stand at a time beyond the recording's end.
    """
    places = find_words(transcript, quote)
    if len(places) != 1:
        raise QuoteNotUnique(where, tuple((place.start_ms, place.end_ms) for place in places))
    place = places[0]
    if place.start_ms >= length_ms:
        raise SpanOutsideRecording(where, place.start_ms, place.end_ms, length_ms)
    return Span(
        start_ms=max(0, place.start_ms - before_ms),
        end_ms=length_ms if place.end_open else min(length_ms, place.end_ms + after_ms),
    )
