# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tell an MP4 file whose list of contents is missing from other files that cannot be opened.

A phone writes the `moov` box last. Where recording or copying was interrupted, the sound is there
and the list that finds it is not: a solicitor can act on that, and cannot on "invalid data".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = 8
_LARGE_HEADER = 16
_MAX_BOXES = 1000
_FIRST_BOXES = {b"ftyp", b"styp", b"wide", b"mdat", b"free", b"skip"}


def is_cut_short(path: Path) -> bool:
    """Return True if *path* starts as an MP4 file and has no whole `moov` box."""
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(_HEADER)
        if first[4:8] not in _FIRST_BOXES:
            return False
        return not _has_whole_moov(file, size)


def _has_whole_moov(file: BinaryIO, size: int) -> bool:
    at = 0
    for _ in range(_MAX_BOXES):
        file.seek(at)
        head = file.read(_LARGE_HEADER)
        if len(head) < _HEADER:
            return False
        length = int.from_bytes(head[:4])
        if length == 1:
            length = int.from_bytes(head[8:16])
        elif length == 0:  # reaches to the end of the file
            length = size - at
        if length < _HEADER or at + length > size:
            return False
        if head[4:8] == b"moov":
            return True
        at += length
    return False
