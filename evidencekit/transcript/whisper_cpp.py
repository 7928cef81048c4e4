# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of whisper.cpp: offsets in milliseconds, and tokens that are parts of words.

A token that begins with a space begins a word. Tokens in square brackets with an underscore are the
program's own marks. A letter of several bytes may be torn over two tokens; such a cue's tokens do
not spell its text, and only the cue's own times are used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import (
    has,
    mapping,
    one_with,
    rows,
    some_text,
    speaker_label,
    text_of,
)
from evidencekit.transcript.times import whole_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "whisper.cpp"
KIND = Kind.JSON
_MARK = re.compile(r"\[_[A-Z]+_(?:[0-9]+)?\]|<\|[^|]*\|>")


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for whisper.cpp's JSON, or None."""
    if not has(document, "transcription"):
        return None
    found = document["transcription"]
    if one_with(found, "offsets", "text"):
        return "it has a transcription with offsets"
    return "it has systeminfo and a transcription" if has(document, "systeminfo") else None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    raws = [
        Raw(
            text=text_of(each.get("text")).strip(),
            start_ms=whole_ms(mapping(each.get("offsets")).get("from")),
            end_ms=whole_ms(mapping(each.get("offsets")).get("to")),
            speaker=_speaker(each.get("speaker")),
            words=_words(each),
        )
        for each in rows(document["transcription"])
    ]
    language = some_text(mapping(document.get("result")).get("language"))
    return assemble(raws, name=name, format_name=NAME, language=language)


def _speaker(value: object) -> str | None:
    """Return the channel that spoke; "?" is the program's word for not knowing."""
    return None if value == "?" else speaker_label(value)


def _words(segment: Mapping[str, Any]) -> tuple[Timed, ...]:
    parts: list[tuple[list[str], int | None, int | None]] = []
    for token in rows(segment.get("tokens")):
        text = text_of(token.get("text"))
        if not text.strip() or _MARK.fullmatch(text.strip()):
            continue
        offsets = mapping(token.get("offsets"))
        begins, ends = whole_ms(offsets.get("from")), whole_ms(offsets.get("to"))
        if parts and not text[0].isspace():
            pieces, begun, _ = parts.pop()
            pieces.append(text)
            parts.append((pieces, begun, ends))
        else:
            parts.append(([text], begins, ends))
    return tuple(
        Timed(text="".join(pieces), start_ms=begins, end_ms=ends) for pieces, begins, ends in parts
    )
