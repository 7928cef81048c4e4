# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of Vosk: utterances of timed words, as it gives them or as videogrep keeps them.

It has no capitals, marks or speakers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import has, one_with, rows, text_of
from evidencekit.transcript.times import seconds_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "vosk"
KIND = Kind.JSON


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for Vosk's JSON, or None."""
    if one_with(document, "content", "start", "end", "words"):
        return "it is a list of content with start, end and words"
    results = document if isinstance(document, list) else [document]
    if any(has(each, "text") and one_with(each.get("result"), "word", "conf") for each in results):
        return "it has results of words with conf"
    return None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    found = rows(document if isinstance(document, list) else [document])
    # An utterance in which nothing was heard has a text, and no result.
    raws = [_raw(each) for each in found if each.get("text") != "" or "result" in each]
    return assemble(raws, name=name, format_name=NAME)


def _raw(each: Mapping[str, Any]) -> Raw:
    words = rows(each.get("words") or each.get("result"))
    first, last = (words[0], words[-1]) if words else ({}, {})
    return Raw(
        text=text_of(each.get("content") or each.get("text")).strip(),
        start_ms=seconds_ms(each.get("start", first.get("start"))),
        end_ms=seconds_ms(each.get("end", last.get("end"))),
        words=tuple(
            Timed(
                text=text_of(word.get("word")),
                start_ms=seconds_ms(word.get("start")),
                end_ms=seconds_ms(word.get("end")),
            )
            for word in words
        ),
    )
