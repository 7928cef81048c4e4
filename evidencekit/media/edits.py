# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read the edit lists of an MP4 file's audio tracks.

An edit list says which part of a track is to be played. A recording that was trimmed on a phone may
still hold the rest of its sound, which no player plays and no decode gives: that is a fact to show.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from attrs import frozen

from evidencekit.media.mp4 import Box, boxes, contents, inside

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = 8
_MOST_EDITS = 1000


@frozen(kw_only=True)
class Edit:
    """One entry: play `length_ms` of the track from `from_ms` on, or nothing if that is None."""

    length_ms: int
    from_ms: int | None


@frozen(kw_only=True)
class EditList:
    """The edits of one track, whose own sound is `track_ms` long."""

    track_ms: int
    edits: tuple[Edit, ...]


def edit_list(path: Path, track: int) -> EditList | None:
    """Return the edit list of the *track*-th audio track, from 1; None if there is none to read."""
    try:
        with path.open("rb") as file:
            whole = Box(kind=b"", at=0, end=path.stat().st_size)
            return _of_track(file, inside(file, whole, b"moov"), track)
    except (OSError, struct.error, ZeroDivisionError):
        return None


def _of_track(file: BinaryIO, moov: Box | None, track: int) -> EditList | None:
    if moov is None:
        return None
    tracks = [each for each in boxes(file, moov.at, moov.end) if each.kind == b"trak"]
    sound = [each for each in tracks if _is_sound(file, each)]
    if not 1 <= track <= len(sound):
        return None
    elst = contents(file, inside(file, sound[track - 1], b"edts", b"elst"))
    if not elst:
        return None
    movie_scale, _ = _scale(contents(file, inside(file, moov, b"mvhd")))
    media_scale, length = _scale(contents(file, inside(file, sound[track - 1], b"mdia", b"mdhd")))
    entry = struct.Struct(">QqI" if elst[0] == 1 else ">IiI")
    (count,) = struct.unpack_from(">I", elst, 4)
    edits = []
    for number in range(min(count, _MOST_EDITS)):
        duration, start, _ = entry.unpack_from(elst, _HEADER + number * entry.size)
        edits.append(
            Edit(
                length_ms=duration * 1000 // movie_scale,
                from_ms=None if start < 0 else start * 1000 // media_scale,
            )
        )
    return EditList(track_ms=length * 1000 // media_scale, edits=tuple(edits))


def _is_sound(file: BinaryIO, track: Box) -> bool:
    return contents(file, inside(file, track, b"mdia", b"hdlr"))[8:12] == b"soun"


def _scale(header: bytes) -> tuple[int, int]:
    """Return time scale and duration of an `mvhd` or `mdhd` box."""
    if header[:1] == b"\1":
        scale, duration = struct.unpack_from(">IQ", header, 20)
    else:
        scale, duration = struct.unpack_from(">II", header, 12)
    return scale, duration
