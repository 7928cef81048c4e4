# SPDX-License-Identifier: AGPL-3.0-or-later
"""The WebVTT that Teams gives as metadata content: each cue is a JSON object with a speaker's name,
the words, and times of day. Its words are read, and not printed as JSON.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.decode import split_lines
from evidencekit.transcript.shape import mapping, some_text, text_of
from evidencekit.transcript.times import TIMESTAMP, timestamp_ms

if TYPE_CHECKING:
    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "teams-metadata"
KIND = Kind.TEXT
_TIMINGS = re.compile(rf"({TIMESTAMP.pattern})[ \t]+-->[ \t]+({TIMESTAMP.pattern}).*")
_FIRST = re.compile(r'WEBVTT[^-]*?-->[^\r\n]*(?:\r\n|\r|\n)\{[^\r\n]*"spokenText"')


def recognise(text: str) -> str | None:
    """Return why *text* is taken for Teams' metadata content, or None."""
    return "its cues are JSON with spokenText" if _FIRST.match(text[:20_000]) else None


def read(text: str, name: str) -> Transcript:
    """Return the transcript that *text* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    lines = split_lines(text.replace("\0", "\ufffd"))
    heads = [at for at, line in enumerate(lines) if "-->" in line and not line.startswith("{")]
    raws = []
    for at, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        match = _TIMINGS.fullmatch(lines[at])
        payload = "\n".join(lines[at + 1 : end]).strip()
        try:
            said = mapping(json.loads(payload))
        except (ValueError, RecursionError):
            said = {}
        known = match is not None and "spokenText" in said
        raws.append(
            Raw(
                text=text_of(said.get("spokenText")).strip() if said else payload,
                start_ms=timestamp_ms(match[1]) if match and known else None,
                end_ms=timestamp_ms(match[2]) if match and known else None,
                speaker=some_text(said.get("speakerName")),
                line=at + 1,
            )
        )
    return assemble(raws, name=name, format_name=NAME)
