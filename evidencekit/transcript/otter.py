# SPDX-License-Identifier: AGPL-3.0-or-later
"""The text that Otter, Teams (from Word) and others write: a line of name and time, then the words.

    Amara Dean  0:49
    I rang to move it.

There are no ends: each is inferred. "Unknown Speaker" is the program's word for nobody; it stays as
it stands, and a finding says that it may be several people.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evidencekit.model.findings import Severity
from evidencekit.transcript.assemble import assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.decode import split_lines
from evidencekit.transcript.tally import summed_up
from evidencekit.transcript.textlines import Head, cues_below
from evidencekit.transcript.times import CLOCK, clock_ms

if TYPE_CHECKING:
    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "otter"
KIND = Kind.TEXT
_HEAD = re.compile(
    rf"[ \t]*(?P<name>(?![0-9:.,]+[ \t])[^\s:][^\t\r\n:]{{0,79}}?)(?:[ \t]{{2,}}|[ \t]*\t[ \t]*)"
    rf"(?P<time>{CLOCK.pattern})[ \t]*"
)
_LONGEST_HEAD = 200
_UNKNOWN = re.compile(r"unknown(?: speaker)?(?: [0-9]+)?", re.IGNORECASE)


def recognise(text: str) -> str | None:
    """Return why *text* is taken for Otter's text, or None."""
    found = any(_head(line) for line in split_lines(text))
    return "a line of it is a name and, apart, a time" if found else None


def read(text: str, name: str) -> Transcript:
    """Return the transcript that *text* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    lines = split_lines(text.replace("\0", "\ufffd"))
    heads = [
        Head(at=at, start_ms=clock_ms(match["time"]), speaker=match["name"].strip())
        for at, line in enumerate(lines)
        if (match := _head(line))
    ]
    unknown = [f"line {head.at + 1}" for head in heads if _UNKNOWN.fullmatch(head.speaker or "")]
    found = summed_up(
        "EK-T026",
        Severity.NOTE,
        name,
        unknown,
        one="the speaker of a cue is given as unknown",
        many="the speaker of {count} cues is given as unknown, and may be several people",
    )
    return assemble(cues_below(lines, heads), name=name, format_name=NAME, findings=found)


def _head(line: str) -> re.Match[str] | None:
    return _HEAD.fullmatch(line) if len(line) <= _LONGEST_HEAD else None
