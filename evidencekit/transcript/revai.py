# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON of Rev.ai: monologues, each a row of words in seconds and of the marks between them.

A monologue may last for minutes, so its words are divided into cues; `source_id` counts the
monologues from 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.transcript.assemble import assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import has, one_with, rows, some_text, speaker_label, text_of
from evidencekit.transcript.stream import Spoken, cues_of_words, divided_here
from evidencekit.transcript.times import seconds_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "rev.ai"
KIND = Kind.JSON


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for Rev.ai's JSON, or None."""
    if has(document, "monologues") and one_with(document["monologues"], "elements"):
        return "it has monologues with elements"
    return None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    names = {
        str(each.get("id")): label
        for each in rows(document.get("speakers"))
        if (label := some_text(each.get("name")))
    }
    spoken: list[Spoken] = []
    for number, each in enumerate(rows(document["monologues"]), start=1):
        speaker = names.get(str(each.get("speaker"))) or speaker_label(each.get("speaker"))
        spoken.extend(
            Spoken(word=word, speaker=speaker, source_id=str(number))
            for word in _words(rows(each.get("elements")))
        )
    return assemble(
        cues_of_words(spoken),
        name=name,
        format_name=NAME,
        language=some_text(document.get("language")),
        findings=[divided_here(name)],
    )


def _words(elements: list[Mapping[str, Any]]) -> Iterator[Timed]:
    """Yield the words; a mark follows its word at once, unless a space was written between."""
    spaced = True
    for each in elements:
        value = text_of(each.get("value"))
        if not value.strip():
            spaced = True
            continue
        yield Timed(
            text=value.strip(),
            start_ms=seconds_ms(each.get("ts")),
            end_ms=seconds_ms(each.get("end_ts")),
            glued=not spaced and not value[0].isspace(),
        )
        spaced = value[-1].isspace()
