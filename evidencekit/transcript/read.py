# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a transcript file, whatever its format.

The content says which format it is, never the name. A format is one module with `NAME`, `KIND`,
`recognise(content)`, which returns why the content is taken for it or None, and
`read(content, name)`; `KIND` says whether the content is handed over as text, parsed JSON or XML,
or bytes. It is added by naming it in `FORMATS`, or in `BY_LOOK` if only the look of lines tells
it, which is asked when no other fits. If two fit, nothing is guessed: the error names both.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from evidencekit.errors import TranscriptError
from evidencekit.model.transcript import Transcript
from evidencekit.transcript import (
    assemblyai,
    aws,
    aws_calls,
    azure,
    deepgram,
    docx,
    elan,
    google,
    otranscribe,
    otter,
    revai,
    sbv,
    srt,
    table,
    teams,
    teams_metadata,
    textgrid,
    timed_text,
    ttml,
    vosk,
    vtt,
    whisper_cpp,
    whisper_json,
    whisper_tsv,
    whisperx,
)
from evidencekit.transcript.content import Content, Kind
from evidencekit.transcript.decode import decode
from evidencekit.transcript.limits import MOST_BYTES
from evidencekit.transcript.tally import noted

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BY_LOOK", "FORMATS", "Format", "read_text", "read_transcript"]


@frozen(kw_only=True)
class Format:
    """A format that can be read. `by_look` is for what only the look of its lines tells."""

    name: str
    recognise: Callable[[Any], str | None]
    read: Callable[[Any, str], Transcript]
    kind: Kind = Kind.TEXT
    by_look: bool = False


_WITH_SIGNS = (
    vtt, srt, sbv, teams, teams_metadata, ttml, elan, textgrid, whisper_json, whisper_tsv,
    whisperx, whisper_cpp, aws, aws_calls, google, azure, deepgram, assemblyai, revai, vosk,
    otranscribe, table, docx,
)  # fmt: skip
BY_LOOK = (otter, timed_text)
FORMATS: tuple[Format, ...] = tuple(
    Format(
        name=module.NAME,
        recognise=module.recognise,
        read=module.read,
        kind=module.KIND,
        by_look=module in BY_LOOK,
    )
    for module in (*_WITH_SIGNS, *BY_LOOK)
)
#: These say themselves what they are.
_NEED_NO_REASON = frozenset({vtt.NAME, srt.NAME})
#: How other files begin that are taken for transcripts, and what to do with them.
_OTHER_FILES = (
    (b"PK\x03\x04", "it is a zip or an office document, but none of Word's .docx"),
    (b"\xd0\xcf\x11\xe0", "it is an older or a locked office document. Save it as .docx"),
    (b"%PDF", "it is a PDF, which holds pages and no cues"),
    (b"{\\rtf", "it is rich text (.rtf). Save it as .docx or plain text"),
    (b"RIFF", "it is a recording"),
    (b"ID3", "it is a recording"),
    (b"ooBinaryFile", "it is a binary file of Praat's. Save it as a text file there"),
)


def read_transcript(path: Path, *, name: str, encoding: str | None = None) -> Transcript:
    """Return the transcript in the file at *path*; *name* is what errors and findings call it.

    Without *encoding* the file is UTF-8, or has a byte order mark.

    Raises:
        TranscriptError: if the file cannot be opened, is too large, is not in its encoding, or is
            of no format that is known or of more than one.
    """
    data = _contents(path, name)
    of_bytes = [each for each in FORMATS if each.kind is Kind.BYTES]
    if any(each.recognise(data) for each in of_bytes):
        return _read(Content(name=name, data=data), name, of_bytes)
    for begins, reason in _OTHER_FILES:
        if data.startswith(begins):
            msg = f"{reason}. Export the transcript from the program that made it"
            raise TranscriptError(name, 0, msg)
    return read_text(decode(data, name=name, encoding=encoding), name=name)


def read_text(text: str, *, name: str, formats: Sequence[Format] = FORMATS) -> Transcript:
    """Return the transcript that *text* holds.

    Raises:
        TranscriptError: as `read_transcript`.
    """
    if not text.strip():
        msg = "it is empty"
        raise TranscriptError(name, 0, msg)
    transcript = _read(Content(name=name, text=text), name, formats)
    if count := text.count("\0"):
        message = f"NUL characters, {count} in all, are shown as \N{REPLACEMENT CHARACTER}"
        finding = noted("EK-T014", name, message)
        transcript = evolve(transcript, findings=(*transcript.findings, finding))
    return transcript


def _read(content: Content, name: str, formats: Sequence[Format]) -> Transcript:
    chosen, reason = _choose(content, name, formats)
    transcript = chosen.read(content.seen_as(chosen.kind), name)
    if chosen.name in _NEED_NO_REASON:
        return transcript
    finding = noted("EK-T020", name, f"it was read as {chosen.name}, because {reason}")
    return evolve(transcript, findings=(finding, *transcript.findings))


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


def _choose(content: Content, name: str, formats: Sequence[Format]) -> tuple[Format, str]:
    fits = _fitting(content, [each for each in formats if not each.by_look])
    if not fits:
        fits = _fitting(content, [each for each in formats if each.by_look])
    if len(fits) == 1:
        return fits[0]
    known = ", ".join(each.name for each in formats)
    if not fits and content.problem:
        raise TranscriptError(name, 0, content.problem)
    if not fits:
        msg = (
            f"its content is of no transcript format that is known here ({known}). Export it from "
            "the program that made it in one of these"
        )
        raise TranscriptError(name, 0, msg)
    listed = " and ".join(f"{each.name} ({why})" for each, why in fits)
    msg = f"its content fits {listed}. Export it again in one of these formats only"
    raise TranscriptError(name, 0, msg)


def _fitting(content: Content, formats: Sequence[Format]) -> list[tuple[Format, str]]:
    found = []
    for each in formats:
        seen = content.seen_as(each.kind)
        if seen is not None and (why := each.recognise(seen)):
            found.append((each, why))
    return found
