# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a transcript file, whatever its format.

The content says which format it is, never the name. A format is one module with `NAME`,
`recognise(text)`, which returns why the text is taken for it or None, and `read(text, name)`; it
is added by naming it in `FORMATS`. If two fit, nothing is guessed: the error names both.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.errors import TranscriptError
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.transcript import Transcript
from evidencekit.transcript import srt, vtt
from evidencekit.transcript.decode import decode
from evidencekit.transcript.limits import MOST_BYTES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMATS", "Format", "read_text", "read_transcript"]


@frozen(kw_only=True)
class Format:
    """A format that can be read."""

    name: str
    recognise: Callable[[str], str | None]
    read: Callable[[str, str], Transcript]


FORMATS: tuple[Format, ...] = tuple(
    Format(name=module.NAME, recognise=module.recognise, read=module.read) for module in (vtt, srt)
)


def read_transcript(path: Path, *, name: str, encoding: str | None = None) -> Transcript:
    """Return the transcript in the file at *path*; *name* is what errors and findings call it.

    Without *encoding* the file is UTF-8, or has a byte order mark.

    Raises:
        TranscriptError: if the file cannot be opened, is too large, is not in its encoding, or is
            of no format that is known or of more than one.
    """
    return read_text(decode(_contents(path, name), name=name, encoding=encoding), name=name)


def read_text(text: str, *, name: str, formats: Sequence[Format] = FORMATS) -> Transcript:
    """Return the transcript that *text* holds.

    Raises:
        TranscriptError: as `read_transcript`.
    """
    chosen = _choose(text, name, formats)
    transcript = chosen.read(text, name)
    if count := text.count("\0"):
        finding = Finding(
            code="EK-T014",
            severity=Severity.NOTE,
            subject=name,
            message=f"NUL characters, {count} in all, are shown as \N{REPLACEMENT CHARACTER}",
            group="transcript",
        )
        transcript = evolve(transcript, findings=(*transcript.findings, finding))
    return transcript


def _contents(path: Path, name: str) -> bytes:
    try:
        # A pipe would make the opening wait for ever.
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                msg = "it is not a file"
                raise TranscriptError(name, 0, msg)
            contents = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "a bad name"
        msg = f"it cannot be opened: {reason}"
        raise TranscriptError(name, 0, msg) from None
    if len(contents) > MOST_BYTES:
        msg = f"it is larger than {MOST_BYTES // 1024**2} MB, which no transcript is"
        raise TranscriptError(name, 0, msg)
    return contents


def _choose(text: str, name: str, formats: Sequence[Format]) -> Format:
    if not text.strip():
        msg = "it is empty"
        raise TranscriptError(name, 0, msg)
    fits = [(each, why) for each in formats if (why := each.recognise(text))]
    if len(fits) == 1:
        return fits[0][0]
    known = ", ".join(each.name for each in formats)
    if not fits:
        msg = (
            f"its content is of no transcript format that is known here ({known}). Export it from "
            "the program that made it in one of these"
        )
        raise TranscriptError(name, 0, msg)
    listed = " and ".join(f"{each.name} ({why})" for each, why in fits)
    msg = f"its content fits {listed}. Export it again in one of these formats only"
    raise TranscriptError(name, 0, msg)
