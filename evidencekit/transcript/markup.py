# SPDX-License-Identifier: AGPL-3.0-or-later
"""The markup inside a WebVTT cue: voices, times and formatting.

Voices and times are read; the tags of class, italics, bold, underline, ruby and language are
dropped and what they hold is kept. In one thing this departs from the WebVTT standard on purpose:
whatever stands in angle brackets and is none of its tags, such as "<inaudible>" or "5 < 6", stays
in the text as written, where a player would hide it. Words are evidence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.model.references import resolved
from evidencekit.transcript.times import TIMESTAMP, timestamp_ms

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Piece", "pieces"]

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>c|i|b|u|ruby|rt|v|lang)"
    r"(?P<classes>(?:\.[^\s<>.&]*)*)(?:[ \t\f\n](?P<note>[^<>]*))?>"
)
_STAMP = re.compile(rf"<({TIMESTAMP.pattern})>")
_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]{0,40});?")


@frozen(kw_only=True)
class Piece:
    """Text in one voice from one time on.

    `voice` is None outside of any voice; `span` counts the voices of the cue as they begin, so
    that two voices of one name stay two; `from_ms` is the time that stands before the text, if any.
    """

    text: str
    voice: str | None
    span: int
    from_ms: int | None


def pieces(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a cue's text, in order, without its tags."""
    found: list[Piece] = []
    # Each open tag with the voice that is in effect inside it.
    open_tags: list[tuple[str, str | None, int]] = []
    spans = 0
    from_ms: int | None = None
    for token in _tokens(text):
        _, voice, span = open_tags[-1] if open_tags else ("", None, 0)
        if isinstance(token, int):
            from_ms = token
        elif isinstance(token, str):
            found.append(Piece(text=_plain(token), voice=voice, span=span, from_ms=from_ms))
        elif token["close"]:
            _close(open_tags, token["name"])
        elif token["name"] == "v":
            spans += 1
            voice = re.sub(r"[ \t\f\n]+", " ", _plain(token["note"] or "")).strip() or None
            open_tags.append(("v", voice, spans))
            # An empty voice span still is one: it is kept, and reported as an empty cue.
            found.append(Piece(text="", voice=voice, span=spans, from_ms=from_ms))
        else:
            open_tags.append((token["name"], voice, span))
    return tuple(found)


def _tokens(text: str) -> Iterator[str | int | re.Match[str]]:
    """Yield text as str, times as int and tags as matches."""
    at = plain_from = 0
    while (at := text.find("<", at)) >= 0:
        stamp = _STAMP.match(text, at)
        time = timestamp_ms(stamp[1]) if stamp else None
        tag = None if stamp else _TAG.match(text, at)
        if time is None and tag is None:
            at += 1
            continue
        if plain_from < at:
            yield text[plain_from:at]
        if time is not None and stamp:
            yield time
            at = stamp.end()
        elif tag:
            yield tag
            at = tag.end()
        plain_from = at
    if plain_from < len(text):
        yield text[plain_from:]


def _close(open_tags: list[tuple[str, str | None, int]], name: str) -> None:
    """Close a tag as the standard does: only the innermost, and with ruby its open rt."""
    if open_tags and open_tags[-1][0] == name:
        open_tags.pop()
    elif name == "ruby" and [tag for tag, _, _ in open_tags[-2:]] == ["ruby", "rt"]:
        del open_tags[-2:]


def _plain(text: str) -> str:
    """Resolve character references; one that stands for nothing stays as written."""
    return _REFERENCE.sub(lambda match: resolved(match[0]) or match[0], text)
