# SPDX-License-Identifier: AGPL-3.0-or-later
"""mutagen's opinion of a recording, beside FFmpeg's."""

from __future__ import annotations

import math
from importlib import metadata
from typing import TYPE_CHECKING, Any

import mutagen
from attrs import frozen

from evidencekit.media.text import plain
from evidencekit.model.clip import Fact
from evidencekit.model.stated import from_file
from evidencekit.model.timecode import format_media_time

if TYPE_CHECKING:
    from pathlib import Path

_BY = f"mutagen {metadata.version('mutagen')}"
#: What mutagen raises on files that are broken, or are something else, besides its own errors.
_BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    TypeError,
    ValueError,
    mutagen.MutagenError,
)
_LONGEST_MS = 1000 * 3600 * 1000

_ENCODER_TAGS = ("\xa9too", "TSSE", "encoder", "WM/EncodingSettings")
_DATE_TAGS = ("\xa9day", "TDRC", "TDRL", "TYER", "date", "WM/Year")

#: mutagen's classes, and the kinds of `kinds.py`.
_KINDS = {
    "AAC": "raw AAC",
    "AC3": "AC-3",
    "AIFF": "AIFF",
    "ASF": "WMA / ASF",
    "DSDIFF": "DFF",
    "DSF": "DSF",
    "FLAC": "FLAC",
    "MP3": "MP3",
    "MP4": "MP4 / QuickTime",
    "MonkeysAudio": "Monkey's Audio",
    "Musepack": "Musepack",
    "TAK": "TAK",
    "TrueAudio": "TTA",
    "WAVE": "WAV",
    "WavPack": "WavPack",
}


@frozen(kw_only=True)
class SecondOpinion:
    """What mutagen read. `kind` and `length_ms` are None where it gives none."""

    facts: tuple[Fact, ...]
    kind: str | None = None
    length_ms: int | None = None


def second_opinion(path: Path) -> SecondOpinion:
    """Return what mutagen reads in *path*; that it cannot is a fact too."""
    try:
        found = mutagen.File(path)
        if found is None:
            return SecondOpinion(facts=(_fact("format", "not recognised", "type"),))
        return _opinion(found)
    except _BROKEN as error:
        refused = f"could not be read ({type(error).__name__})"
        return SecondOpinion(facts=(_fact("format", refused, "type"),))


def _opinion(found: Any) -> SecondOpinion:
    name = type(found).__name__
    facts = [_fact("format", name, "type")]
    length_ms = _length_ms(getattr(found.info, "length", None))
    if length_ms is not None:
        facts.append(_fact("length", format_media_time(length_ms), "length"))
    encoder = getattr(found.info, "encoder_info", None) or getattr(found.tags, "vendor", None)
    if isinstance(encoder, str) and plain(encoder):
        facts.append(_fact("encoder", plain(encoder), "encoder_info"))
    for what, keys in (("encoder tag", _ENCODER_TAGS), ("date tag", _DATE_TAGS)):
        key, value = _first_tag(found.tags, keys)
        if value:
            facts.append(_fact(what, value, key))
    kind = "Ogg" if name.startswith("Ogg") else _KINDS.get(name)
    return SecondOpinion(facts=tuple(facts), kind=kind, length_ms=length_ms)


def _first_tag(tags: Any, keys: tuple[str, ...]) -> tuple[str, str]:
    """Return the first of *keys* that is there, with its text."""
    if tags is None:
        return "", ""
    for key in keys:
        try:
            value = tags.get(key)
        except ValueError:  # Vorbis comments refuse a key they cannot hold
            continue
        if isinstance(value, list) and value:
            value = value[0]
        text = plain(str(value)) if value is not None else ""
        if text:
            return key, text
    return "", ""


def _length_ms(seconds: object) -> int | None:
    if not isinstance(seconds, int | float) or not math.isfinite(seconds):
        return None
    ms = round(seconds * 1000)
    return ms if 0 < ms < _LONGEST_MS else None


def _fact(name: str, value: str, source: str) -> Fact:
    return Fact(name=f"{name}, second reading", stated=from_file(value, source=source, by=_BY))
