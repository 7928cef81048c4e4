# SPDX-License-Identifier: AGPL-3.0-or-later
"""oTranscribe (.otr): JSON that holds a page of HTML, in which clicked times stand among the words.

The words from one time to the next are a cue; their end is inferred. The times as shown in the text
are not words.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

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
    page = _Page()
    page.feed(text_of(document.get("text")))
    page.close()
    raws = [
        Raw(text=text, start_ms=seconds_ms(time), untimed=time is None)
        for time, parts in page.passages
        if (text := _plain("".join(parts))) or time is not None
    ]
    return assemble(raws, name=name, format_name=NAME, labels=True)


def _plain(text: str) -> str:
    """Return the lines of *text* without space around them and without empty ones."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


class _Page(HTMLParser):
    """Collects the words after each time; None stands for what comes before the first."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[tuple[str | None, list[str]]] = [(None, [])]
        self._in_time = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._in_time:
            self._in_time += tag == "span"
            return
        time = dict(attrs).get("data-timestamp") if tag == "span" else None
        if time is not None:
            self.passages.append((time, []))
            self._in_time = 1
        elif tag in _BLOCKS:
            self.passages[-1][1].append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._in_time:
            self._in_time -= tag == "span"
        elif tag in _BLOCKS:
            self.passages[-1][1].append("\n")

    def handle_data(self, data: str) -> None:
        if not self._in_time:
            self.passages[-1][1].append(data.replace("\n", " "))
