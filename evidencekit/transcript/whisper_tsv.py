# SPDX-License-Identifier: AGPL-3.0-or-later
"""The TSV that Whisper writes: a header of start, end and text, and whole milliseconds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.decode import split_lines
from evidencekit.transcript.times import whole_ms

if TYPE_CHECKING:
    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "whisper-tsv"
KIND = Kind.TEXT
_HEADER = "start\tend\ttext"
_FIRST_TIMES = re.compile(r"start\tend\ttext(?:\r\n|\r|\n)(?:\Z|[0-9]+\t[0-9]+\t)")


def recognise(text: str) -> str | None:
    """Return why *text* is taken for Whisper's TSV, or None."""
    if _FIRST_TIMES.match(text) or text == _HEADER:
        return "its header is start, end, text and its times are whole milliseconds"
    return None


def read(text: str, name: str) -> Transcript:
    """Return the transcript that *text* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    lines = split_lines(text.replace("\0", "\ufffd"))
    raws = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        start, _, rest = line.partition("\t")
        end, _, words = rest.partition("\t")
        raws.append(Raw(text=words.strip(), start_ms=_ms(start), end_ms=_ms(end), line=number))
    return assemble(raws, name=name, format_name=NAME)


def _ms(text: str) -> int | None:
    return whole_ms(text) if text.isascii() and text.isdigit() else None
