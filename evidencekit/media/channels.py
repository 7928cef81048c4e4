# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which channels of a recording the channels of a clip are, told by their samples alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evidencekit.media.form import integer_blocks
from evidencekit.media.pace import Pace
from evidencekit.media.source import SoundReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from evidencekit.media.source import Array
    from evidencekit.model.progress import IsCancelled

_TOLERATED = 1  # of 32,768, as decoders differ


def channels_alike(
    clip: Path,
    recording: Path,
    firsts: Sequence[int],
    *,
    samples: int,
    track: int = 1,
    cancelled: IsCancelled | None = None,
) -> dict[int, Array]:
    """Hold every channel of *clip* against every channel of *recording*, at several places.

    *firsts* are the numbers of the recording's samples at which the clip may start, and *samples*
    is how many it has. What is returned for each is True at [i, k] where the clip's channel i is
    nowhere further than 1 of 32,768 from the recording's channel k, counted from 0. Where the clip
    has no sound at all it may have been muted, and nothing is held against anything.

    Raises:
        RecordingUnreadable: if either cannot be decoded.
        Cancelled: if *cancelled* says so.
    """
    running = {first: _Held(clip, first) for first in firsts}
    with SoundReader(recording, track=track) as sound:
        pace = Pace(total=sound.size, cancelled=cancelled)
        for form, first, integers in integer_blocks(sound, pace):
            end = first + len(integers)
            touched = [each for each in firsts if each < end and first < each + samples]
            if not touched and all(each + samples <= first for each in firsts):
                break
            values = form.to_16(integers) if touched else integers
            for each in touched:
                running[each].take(first, values)
    return {first: held.alike for first, held in running.items()}


def one_each(alike: Array) -> tuple[int, ...]:
    """Return for each channel of a clip the first like it that no earlier one took, from 1.

    Without one for each, none is returned.
    """
    taken: list[int] = []
    for row in alike:
        free = [int(each) + 1 for each in np.flatnonzero(row) if int(each) + 1 not in taken]
        if not free:
            return ()
        taken.append(free[0])
    return tuple(taken)


class _Held:
    """A clip held against one place while the decode of its recording passes."""

    def __init__(self, clip: Path, first: int) -> None:
        self._first = first
        self._parts = _parts(clip)
        self._rest: Array | None = None
        self.alike: Array = np.zeros((0, 0), bool)

    def take(self, first: int, values: Array) -> None:
        """Take in a block of the recording, in 16 bits, that begins with sample *first*."""
        part = values[max(0, self._first - first) :]
        while len(part):
            theirs = self._rest if self._rest is not None else next(self._parts, None)
            if theirs is None:
                return
            count = min(len(theirs), len(part))
            self._hold(theirs[:count], part[:count])
            self._rest = theirs[count:] if count < len(theirs) else None
            part = part[count:]

    def _hold(self, theirs: Array, ours: Array) -> None:
        if not self.alike.size:
            self.alike = np.ones((theirs.shape[1], ours.shape[1]), bool)
        sounding = theirs.any(axis=1)
        theirs, ours = theirs[sounding].astype(np.int32), ours[sounding].astype(np.int32)
        for i, k in np.argwhere(self.alike):
            apart = np.abs(theirs[:, i] - ours[:, k])
            self.alike[i, k] = not len(apart) or int(apart.max()) <= _TOLERATED


def _parts(clip: Path) -> Iterator[Array]:
    with SoundReader(clip) as sound:
        for form, _, integers in integer_blocks(sound):
            yield form.to_16(integers)
