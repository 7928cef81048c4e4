# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read the edit lists of an MP4 file's audio tracks.

An edit list says which part of a track is to be played. A recording that was trimmed on a phone may
still hold the rest of its sound, which no player plays and no decode gives: that is a fact to show.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER = 8
_LARGEST_MOOV = 64 << 20
_MOST_BOXES = 10_000
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
            moov = _moov(file)
        return _of_track(moov, track)
    except (OSError, struct.error, ZeroDivisionError):
        return None


def _moov(file: BinaryIO) -> bytes:
    """Return what the `moov` box holds; nothing if there is none, or it is absurdly long."""
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(2 * _HEADER)
        if len(head) < _HEADER:
            break
        length = int.from_bytes(head[:4])
        skip = _HEADER
        if length == 1:
            length, skip = int.from_bytes(head[8:16]), 2 * _HEADER
        if head[4:8] == b"moov":
            file.seek(at + skip)
            return file.read(length - skip) if length <= _LARGEST_MOOV else b""
        if length < _HEADER:
            break
        at += length
    return b""


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + _HEADER <= len(data):
        length = int.from_bytes(data[at : at + 4])
        if length < _HEADER:
            return
        yield data[at + 4 : at + 8], data[at + _HEADER : at + length]
        at += length


def _inside(data: bytes, *names: bytes) -> bytes:
    """Return what the first box of that name holds, in the first box of the name before it."""
    for name in names:
        data = next((found for kind, found in _boxes(data) if kind == name), b"")
    return data


def _of_track(moov: bytes, track: int) -> EditList | None:
    sound = [
        found
        for kind, found in _boxes(moov)
        if kind == b"trak" and _inside(found, b"mdia", b"hdlr")[8:12] == b"soun"
    ]
    if not 1 <= track <= len(sound):
        return None
    elst = _inside(sound[track - 1], b"edts", b"elst")
    if not elst:
        return None
    movie_scale, _ = _scale(_inside(moov, b"mvhd"))
    media_scale, length = _scale(_inside(sound[track - 1], b"mdia", b"mdhd"))
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


def _scale(header: bytes) -> tuple[int, int]:
    """Return time scale and duration of an `mvhd` or `mdhd` box."""
    if header[:1] == b"\1":
        scale, duration = struct.unpack_from(">IQ", header, 20)
    else:
        scale, duration = struct.unpack_from(">II", header, 12)
    return scale, duration
