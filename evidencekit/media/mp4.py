# SPDX-License-Identifier: AGPL-3.0-or-later
"""Walk the boxes of an MP4 file, reading nothing but their headers.

A list of contents may be long, and holds nothing that is wanted but a few numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER = 8
_LARGE_HEADER = 16
_MOST_BOXES = 10_000
_LONGEST = 1 << 16
_FIRST_BOXES = {b"ftyp", b"styp", b"wide", b"mdat", b"free", b"skip"}


@frozen(kw_only=True)
class Box:
    """A whole box: what it holds is the bytes from `at` to `end` of the file."""

    kind: bytes
    at: int
    end: int


def boxes(file: BinaryIO, at: int, end: int) -> Iterator[Box]:
    """Yield the boxes that follow one another from byte *at* to *end*, up to one that is not whole.

    A box of length 0 reaches to the end.
    """
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(_LARGE_HEADER)
        if at + _HEADER > end or len(head) < _HEADER:
            return
        length, skip = int.from_bytes(head[:4]), _HEADER
        if length == 1:
            length, skip = int.from_bytes(head[8:16]), _LARGE_HEADER
        elif length == 0:
            length = end - at
        if length < skip or at + length > end:
            return
        yield Box(kind=head[4:8], at=at + skip, end=at + length)
        at += length


def inside(file: BinaryIO, box: Box | None, *kinds: bytes) -> Box | None:
    """Return the first box of the last of *kinds*, in the first box of the one before it."""
    for kind in kinds:
        if box is None:
            return None
        box = next((each for each in boxes(file, box.at, box.end) if each.kind == kind), None)
    return box


def contents(file: BinaryIO, box: Box | None) -> bytes:
    """Return what a box holds, or the first of it where it is long; nothing if there is no box."""
    if box is None:
        return b""
    file.seek(box.at)
    return file.read(min(box.end - box.at, _LONGEST))


def is_cut_short(path: Path) -> bool:
    """Return True if *path* starts as an MP4 file and has no whole `moov` box.

    A phone writes the `moov` box last. Where recording or copying was interrupted, the sound is
    there and the list that finds it is not: a solicitor can act on that, and cannot on "invalid
    data".
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(_HEADER)[4:8] not in _FIRST_BOXES:
            return False
        return all(each.kind != b"moov" for each in boxes(file, 0, size))
