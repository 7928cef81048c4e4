# SPDX-License-Identifier: AGPL-3.0-or-later
"""SBV, which YouTube writes: a line of two times with a comma between, then the words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evidencekit.model.findings import Severity
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.decode import split_lines
from evidencekit.transcript.tally import summed_up
from evidencekit.transcript.times import clock_ms

if TYPE_CHECKING:
    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "sbv"
KIND = Kind.TEXT
_TIME = r"[0-9]{1,3}:[0-9]{2}:[0-9]{2}\.[0-9]{3}"
_TIMINGS = re.compile(rf"[ \t]*({_TIME})[ \t]*,[ \t]*({_TIME})[ \t]*")
_MEANT_AS_TIMINGS = re.compile(r"[ \t]*[0-9]+:[^ \t,]*[ \t]*,[ \t]*[0-9]+:[^ \t,]*[ \t]*")
_BEGINS = re.compile(rf"\s*{_TIMINGS.pattern}(?:[\r\n]|\Z)")


def recognise(text: str) -> str | None:
    """Return why *text* is taken for SBV, or None."""
    return "its first line is two times with a comma between" if _BEGINS.match(text) else None


def read(text: str, name: str) -> Transcript:
    """Return the transcript that *text* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    lines = split_lines(text.replace("\0", "\ufffd"))
    heads = [at for at, line in enumerate(lines) if _is_head(lines, at, line)]
    raws = []
    blanks: list[str] = []
    for at, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        match = _TIMINGS.fullmatch(lines[at])
        words = "\n".join(lines[at + 1 : end]).strip("\n \t")
        if any(not line.strip() for line in words.split("\n")) and words:
            blanks.append(f"line {at + 1}")
        raws.append(
            Raw(
                text=words,
                start_ms=clock_ms(match[1]) if match else None,
                end_ms=clock_ms(match[2]) if match else None,
                line=at + 1,
            )
        )
    found = summed_up(
        "EK-T016",
        Severity.NOTE,
        name,
        blanks,
        one="a blank line stands inside a cue, the words of which go on below it",
        many="blank lines stand inside {count} cues, the words of which go on below them",
    )
    return assemble(raws, name=name, format_name=NAME, labels=True, findings=found)


def _is_head(lines: list[str], at: int, line: str) -> bool:
    """Return whether the line gives times: it can be read as such, or is meant so below a blank."""
    if _TIMINGS.fullmatch(line):
        return True
    return _MEANT_AS_TIMINGS.fullmatch(line) is not None and not lines[at - 1].strip()
