# SPDX-License-Identifier: AGPL-3.0-or-later
"""oTranscribe (.otr): JSON that holds a page of HTML, in which clicked times stand among the words.

The words from one time to the next are a cue; their end is inferred. The times as shown in the text
are not words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from evidencekit.model.references import resolved
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.shape import has, text_of
from evidencekit.transcript.times import seconds_ms

if TYPE_CHECKING:
    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "otranscribe"
KIND = Kind.JSON
_BLOCKS = frozenset({"p", "div", "br", "li", "ul", "ol", "blockquote", "h1", "h2", "h3"})
_TOKEN = re.compile(
    r"<(?P<close>/?)(?P<tag>[A-Za-z][A-Za-z0-9]*)(?P<rest>[^<>]*)>"
    r"|(?P<words>[^<]+|<)"
)
_TIME = re.compile(r"""\bdata-timestamp[ \t\r\n]*=[ \t\r\n]*["']?([^"'<>]{0,60})""")


def recognise(document: Any) -> str | None:
    """Return why *document* is taken for oTranscribe's file, or None."""
    if has(document, "text") and (has(document, "media-time") or has(document, "media")):
        return "it has text, media and media-time"
    return None


def read(document: Any, name: str) -> Transcript:
    """Return the transcript that *document* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    raws = [
        Raw(text=text, start_ms=seconds_ms(time), untimed=time is None)
        for time, parts in _passages(text_of(document.get("text")))
        if (text := _plain("".join(parts))) or time is not None
    ]
    return assemble(raws, name=name, format_name=NAME, labels=True)


def _plain(text: str) -> str:
    """Return the lines of *text* without space around them and without empty ones."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _passages(page: str) -> list[tuple[str | None, list[str]]]:
    """Return the words after each time; None stands for what comes before the first."""
    passages: list[tuple[str | None, list[str]]] = [(None, [])]
    in_time = 0
    for token in _TOKEN.finditer(_without_comments(page)):
        tag = (token["tag"] or "").lower()
        time = _TIME.search(token["rest"]) if tag == "span" and not token["close"] else None
        if in_time:
            # The time as shown, up to the end of its own span.
            in_time += 0 if tag != "span" else -1 if token["close"] else 1
        elif time:
            passages.append((time[1], []))
            in_time = 1
        elif tag in _BLOCKS:
            passages[-1][1].append("\n")
        elif token["words"]:
            passages[-1][1].append(resolved(token["words"]).replace("\n", " "))
    return passages


def _without_comments(page: str) -> str:
    """Return *page* without the remarks that pasted text brings along."""
    first, *others = page.split("<!--")
    kept = [first]
    for each in others:
        _, ends, rest = each.partition("-->")
        kept.append(rest if ends else f"<!--{each}")
    return "".join(kept)
