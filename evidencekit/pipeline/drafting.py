# SPDX-License-Identifier: AGPL-3.0-or-later
"""Let a program on this machine write a first draft of a transcript.

The program is faster-whisper, with a model that the user has in a folder. Nothing is downloaded and
nothing is sent: what would be fetched is refused instead. Program, model and settings are written
into the draft.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

from evidencekit.errors import AlreadyExists, DependencyMissing, ModelUnusable, OutputError
from evidencekit.model.progress import IsCancelled, OnProgress, Progress, raise_if_cancelled
from evidencekit.model.transcript import Word
from evidencekit.transcript.draft import Heard, draft_vtt

EXTRA = "whisper"
#: What a folder must hold; without its tokenizer, the program would fetch one.
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_THREADS = 4
#: No setting draws at random, so that a second run hears the same.
SETTINGS: dict[str, Any] = {
    "task": "transcribe",
    "beam_size": 5,
    "temperature": 0.0,
    "condition_on_previous_text": False,
    "word_timestamps": True,
    "vad_filter": False,
}


@frozen(kw_only=True)
class Recognised:
    """What a recogniser says of itself and of the sound, and what it hears, as it hears it."""

    program: str
    language: str
    heard: Iterator[Heard]


class Recogniser(Protocol):
    """Takes one channel of sound, 16,000 a second; *language* is a code, or None to be guessed."""

    def __call__(self, samples: Any, *, language: str | None) -> Recognised:
        """Begin to listen."""
        ...


@frozen(kw_only=True)
class Draft:
    """A draft as written."""

    path: Path
    cues: int
    language: str
    program: str
    model_sha256: str


def draft_transcript(
    recording: Path,
    *,
    model: Path,
    to: Path,
    language: str | None = None,
    track: int = 1,
    recogniser: Recogniser | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Draft:
    """Write what the program hears in *recording* as *to*, a .vtt file.

    *recogniser* stands in for the program, for whoever has another.

    Raises:
        DependencyMissing: if the extra "whisper" is not installed.
        ModelUnusable: if *model* is no folder of a model, or the program cannot use it.
        RecordingUnreadable: if the recording cannot be decoded.
        AlreadyExists, OutputError: if the draft cannot be written.
        Cancelled: if *cancelled* says so; nothing is left behind.
    """
    from evidencekit.media.clipfile import sha256_of
    from evidencekit.media.hearing import RATE, sound_to_recognise

    _check_target(to)
    _check_model(model)
    listen = recogniser or faster_whisper(model)
    samples = sound_to_recognise(recording, track=track, cancelled=cancelled)
    length_ms = len(samples) * 1000 // RATE
    said = listen(samples, language=language)
    if language is not None and said.language != language:
        # A model for English alone takes any language for English, and goes on.
        reason = f"hears {said.language}, and {language} was asked for. Name another model"
        raise ModelUnusable(str(model), reason)
    heard = []
    for each in said.heard:
        raise_if_cancelled(cancelled)
        heard.append(each)
        if progress is not None:
            done = min(each.end_ms, length_ms)
            progress(Progress(stage="listen", done=done, total=max(length_ms, 1)))
    digest = _digest(model / "model.bin")
    settings = ", ".join(f"{name} {value}" for name, value in SETTINGS.items())
    about = [
        ("program", said.program),
        ("model", model.resolve().name),
        ("model sha256", digest),
        ("settings", f"{settings}, language {language or 'guessed'}, track {track}, all channels"),
        ("recording sha256", sha256_of(recording).value),
    ]
    _write(to, draft_vtt(heard, about, language=said.language))
    return Draft(
        path=to,
        cues=len(heard),
        language=said.language,
        program=said.program,
        model_sha256=digest,
    )


def faster_whisper(model: Path) -> Recogniser:
    """Return faster-whisper with the model in the folder *model*, cut off from any network.

    Raises:
        DependencyMissing: if it is not installed.
        ModelUnusable: if it cannot use the model.
    """
    # Read by the libraries when they are imported: they must never ask the network for a file.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    try:
        from faster_whisper import WhisperModel
    except ImportError:
        raise DependencyMissing(EXTRA) from None
    try:
        whisper = WhisperModel(
            str(model.resolve()), device="cpu", cpu_threads=_THREADS, local_files_only=True
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelUnusable(str(model), f"cannot be used: {error}") from error
    program = (
        f"faster-whisper {metadata.version('faster-whisper')} "
        f"(CTranslate2 {metadata.version('ctranslate2')})"
    )

    def listen(samples: Any, *, language: str | None) -> Recognised:
        try:
            segments, info = whisper.transcribe(samples, language=language, **SETTINGS)
        except ValueError as error:
            raise ModelUnusable(str(model), f"cannot be used so: {error}") from error
        return Recognised(
            program=program,
            language=str(info.language),
            heard=(_heard(each) for each in segments),
        )

    return listen


def _heard(segment: Any) -> Heard:
    """Return a segment of the program's with its times in whole milliseconds."""
    words = tuple(
        Word(text=each.word.strip(), start_ms=_ms(each.start), end_ms=_ms(each.end))
        for each in segment.words or ()
    )
    return Heard(
        start_ms=_ms(segment.start),
        end_ms=max(_ms(segment.end), _ms(segment.start)),
        text=segment.text,
        words=words,
    )


def _ms(seconds: float) -> int:
    return max(0, round(float(seconds) * 1000))


def _check_model(model: Path) -> None:
    """Refuse what is no folder of this machine: a name alone would be looked for elsewhere."""
    if not model.is_dir():
        reason = (
            "is no folder here. Name the folder that holds the model; nothing is downloaded, so a "
            "model's name alone is not enough"
        )
        raise ModelUnusable(str(model), reason)
    missing = [each for each in _NEEDED if not (model / each).is_file()]
    if missing:
        reason = f"is no model for faster-whisper: it does not hold {' or '.join(missing)}"
        raise ModelUnusable(str(model), reason)


def _check_target(to: Path) -> None:
    if to.suffix.lower() != ".vtt":
        msg = f"{to} must end in .vtt. Nothing was written."
        raise OutputError(msg)
    if os.path.lexists(to):
        raise AlreadyExists(str(to))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(to: Path, text: str) -> None:
    temporary = to.parent / f".{uuid.uuid4().hex}.part"
    try:
        temporary.write_text(text, "utf-8", newline="\n")
        _check_target(to)
        temporary.replace(to)
    except OSError as error:
        msg = f"{to} could not be written: {error.strerror}. Nothing was written."
        raise OutputError(msg) from error
    finally:
        temporary.unlink(missing_ok=True)
