# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a clip has no sound and its recording has some: what muting leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evidencekit.model.timecode import SampleRange

if TYPE_CHECKING:
    from evidencekit.media.source import Array

#: Nobody mutes a clip in more places; what differs in more is no muted clip.
_MOST = 10_000


class Silences:
    """Collects, block by block, where a clip is zero and the recording is not: of each run of zeros
    the part from the first sample that differs to the last.
    """

    def __init__(self) -> None:
        self._found: list[list[int]] = []
        self._only = True
        self._reaches = -1

    def take(self, at: int, theirs: Array, differs: Array) -> None:
        """Take samples of the clip, the first with the number *at*, and which of them differ."""
        zero: Array = np.logical_not(theirs.any(axis=1))
        if not self._only or bool((differs & ~zero).any()):
            self._only = False
            return
        begun = self._reaches == at and bool(zero[0])
        edges = np.flatnonzero(np.diff(np.concatenate([[False], zero, [False]]).astype(np.int8)))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            apart = np.flatnonzero(differs[start:end])
            if len(apart):
                first, last = at + start + int(apart[0]), at + start + int(apart[-1])
                self._add(first, last + 1, goes_on=begun and start == 0)
        self._reaches = at + len(zero) if bool(zero[-1]) else -1

    def _add(self, start: int, end: int, *, goes_on: bool) -> None:
        """Add a range; one that goes on from the block before belongs to its last."""
        if goes_on and self._found:
            self._found[-1][1] = end
        else:
            self._found.append([start, end])
        self._only = len(self._found) <= _MOST

    def ranges(self, *, of: int) -> tuple[SampleRange, ...]:
        """Return the ranges; none where the two differ in anything else, or where nothing is left
        of a clip of so many samples.
        """
        silent = sum(end - start for start, end in self._found)
        if not self._only or silent >= of:
            return ()
        return tuple(SampleRange(*each) for each in self._found)
