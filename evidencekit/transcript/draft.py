# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft that a program heard, as WebVTT that says so, and is known again by what it says.

The note at its head names program, model and settings. Whoever corrects the draft may leave it
there: a draft stays one until the matter file names who corrected it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.model.transcript import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["MARK", "Heard", "draft_of", "draft_vtt"]

#: What marks a draft, in the file and wherever it is printed.
MARK = "Machine draft, not checked"
_NOTE = re.compile(rf"NOTE[ \t\n]+{MARK}\b[ .\t]*(?:\n|\Z)")
_PROGRAM = re.compile(r"(?m)^program:[ \t]*(\S.*?)[ \t]*$")
_MODEL = re.compile(r"(?m)^model:[ \t]*(\S.*?)[ \t]*$")
_MOST = 200


@frozen(kw_only=True)
class Heard:
    """A stretch of speech as a program heard it; `words` have times where the program gave some."""

    start_ms: int
    end_ms: int
    text: str
    words: tuple[Word, ...] = ()


def draft_vtt(heard: Iterable[Heard], about: Sequence[tuple[str, str]], *, language: str) -> str:
    """Return what was heard as WebVTT. *about* names the program, its model and the settings."""
    lines = ["WEBVTT", f"Language: {language}", "", "NOTE", MARK]
    lines += [f"{name}: {_line(value)}" for name, value in about]
    for number, each in enumerate(heard, start=1):
        lines += [
            "",
            str(number),
            f"{_time(each.start_ms)} --> {_time(each.end_ms)}",
            _spoken(each),
        ]
    return "\n".join(lines) + "\n"


def draft_of(note: str) -> str | None:
    """Return the program and model that a note of WebVTT says a draft was made by, if it does."""
    if not _NOTE.match(note):
        return None
    named = [found[1] for found in (_PROGRAM.search(note), _MODEL.search(note)) if found]
    return ", ".join(named)[:_MOST] or "a program that is not named"


def _spoken(heard: Heard) -> str:
    """Return the text of a cue, with the time of each word before it."""
    words = [each for each in heard.words if each.text.strip()]
    inside = all(heard.start_ms <= each.start_ms <= heard.end_ms for each in words)
    forward = all(a.start_ms <= b.start_ms for a, b in pairwise(words))
    if not words or not inside or not forward:
        return _text(heard.text)
    parts: list[str] = []
    last = heard.start_ms
    for each in words:
        # A time inside a cue must be later than the one before it.
        stamp = f"<{_time(each.start_ms)}>" if each.start_ms > last else ""
        parts.append(f"{stamp}{_text(each.text)}")
        last = each.start_ms
    return " ".join(parts)


def _text(text: str) -> str:
    """Return text as data: no markup, no arrow, on one line."""
    flat = " ".join(text.split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _line(value: str) -> str:
    return " ".join(value.split()).replace("-->", "->")


def _time(ms: int) -> str:
    seconds, millis = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{millis:03}"
