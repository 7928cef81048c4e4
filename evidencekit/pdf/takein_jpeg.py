# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parts of a JPEG file: its picture as it is, without what cameras put around it.

A phone may write where a picture was taken, and a film with sound behind it. Neither is seen on the
page, and both would be inside the bundle for whoever looks. Taking them out leaves the picture's
own bytes as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
#: Baseline, extended and progressive, which every PDF reader decodes.
_READABLE = frozenset((0xC0, 0xC1, 0xC2))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ABOUT = frozenset((0xE1, 0xED, 0xFE))
_EIGHT_BITS = 8


@frozen
class _Segment:
    """A marker and what follows it, from `start` to `end` in the file."""

    marker: int
    start: int
    end: int


@frozen(kw_only=True)
class Jpeg:
    """A JPEG file taken apart: `trailing` is how many bytes follow its picture."""

    data: bytes
    segments: tuple[_Segment, ...]
    end: int

    @property
    def trailing(self) -> int:
        """Return how many bytes come after the picture's end."""
        return len(self.data) - self.end

    @property
    def is_readable(self) -> bool:
        """Return whether PDF readers can decode it as it is."""
        frames = [each for each in self.segments if each.marker in _FRAMES]
        return (
            len(frames) == 1
            and frames[0].marker in _READABLE
            and self.data[frames[0].start + 4 : frames[0].start + 5] == bytes((_EIGHT_BITS,))
        )

    def picture(self, *, with_about: bool) -> bytes:
        """Return the file up to its picture's end, with or without what is said about it."""
        if with_about:
            return self.data[: self.end]
        kept, at = bytearray(), 0
        for each in self.segments:
            if each.marker in _ABOUT:
                kept += self.data[at : each.start]
                at = each.end
        return bytes(kept + self.data[at : self.end])


def taken_apart(data: bytes) -> Jpeg | None:
    """Return a JPEG file's parts, or None if it has no end."""
    segments: list[_Segment] = []
    for each in _segments(data):
        if each.marker == _END:
            return Jpeg(data=data, segments=tuple(segments), end=each.end)
        segments.append(each)
    return None


def _segments(data: bytes) -> Iterator[_Segment]:
    at = 2
    while (at := data.find(b"\xff", at)) >= 0:
        while data[at + 1 : at + 2] == b"\xff":
            at += 1
        if at + 1 >= len(data):
            return
        marker = data[at + 1]
        if marker == 0 or marker in _ALONE or marker == _START:
            at += 2
            continue
        if marker == _END:
            yield _Segment(marker, at, at + 2)
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield _Segment(marker, at, end)
        # What follows a scan's head are its letters, in which FF is always followed by 00.
        at = end
