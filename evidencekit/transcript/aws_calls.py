# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of Amazon Transcribe Call Analytics, which is another shape than Transcribe's own: turns
with a role, and offsets in milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import has, one_with, rows, some_text, text_of
from evidencekit.transcript.times import whole_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "aws-call-analytics"
KIND = Kind.JSON


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for Call Analytics' JSON, or None."""
    if has(document, "Transcript") and one_with(
        document["Transcript"], "Content", "BeginOffsetMillis"
    ):
        return "it has a Transcript with BeginOffsetMillis"
    return None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    raws = [
        Raw(
            text=text_of(each.get("Content")).strip(),
            start_ms=whole_ms(each.get("BeginOffsetMillis")),
            end_ms=whole_ms(each.get("EndOffsetMillis")),
            speaker=some_text(each.get("ParticipantRole")) or some_text(each.get("ParticipantId")),
            source_id=some_text(each.get("Id")),
            words=tuple(_timed(item) for item in rows(each.get("Items"))),
        )
        for each in rows(document["Transcript"])
    ]
    language = some_text(document.get("LanguageCode"))
    return assemble(raws, name=name, format_name=NAME, language=language)


def _timed(item: Mapping[str, Any]) -> Timed:
    text = text_of(item.get("Content"))
    return Timed(
        text=text,
        start_ms=whole_ms(item.get("BeginOffsetMillis")),
        end_ms=whole_ms(item.get("EndOffsetMillis")),
        glued=bool(text) and not any(character.isalnum() for character in text),
    )
