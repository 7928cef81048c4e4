# SPDX-License-Identifier: AGPL-3.0-or-later
"""Find where in a recording a clip comes from, sample for sample, when nothing says where.

A few short stretches of the clip, where most goes on, are looked for at every sample of the
recording. Nearly every place is ruled out by the sum of 64 samples alone, which a running total
gives at once; what is left is compared in full. A stretch is found if no sample of it is more than
1 of 32,768 away, so that another decoder's rounding does not hide it.
"""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from evidencekit.media.form import integer_blocks
from evidencekit.media.pace import Pace
from evidencekit.media.source import Array, SoundReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evidencekit.model.progress import IsCancelled

_STRETCH = 2048
_STRETCHES = 4
_SILENCE = 64
_SUM_OF = 64
_PEAKS = 16
_MOST_PLACES = 1000
_TOLERATED = 1


@frozen(kw_only=True)
class Place:
    """A place where stretches of a clip were found: it would start at sample `first`.

    `votes` counts the stretches that say so, of `of`; `channel` is the recording's, from 1, or
    None where all channels of both belong together.
    """

    first: int
    channel: int | None
    votes: int
    of: int


class TooManyPlaces(Exception):
    """A clip could come from nearly anywhere: it is silent, or nearly so."""


@frozen(kw_only=True, eq=False)
class _Stretch:
    at: int
    values: Array
    window: int  # where in it the most telling sum begins
    total: int
    peaks: tuple[int, ...]  # where its most telling samples are


def find_places(
    clip: Path,
    recording: Path,
    *,
    track: int = 1,
    channel: int | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[Place, ...]:
    """Return the places in *recording* that *clip* may come from, the likeliest first.

    A clip of one channel is looked for in each channel of a recording that has several, or in the
    one that *channel* names.

    Raises:
        RecordingUnreadable: if either cannot be decoded.
        TooManyPlaces: if the clip has no stretch that tells one place from another.
        Cancelled: if *cancelled* says so.
    """
    stretches, clip_channels = _stretches(clip)
    found: Counter[tuple[int, int | None]] = Counter()
    with SoundReader(recording, track=track) as sound:
        pace = Pace(total=sound.size, cancelled=cancelled)
        searches: list[_Search] | None = None
        for form, first, integers in integer_blocks(sound, pace):
            if searches is None:
                searches = _searches(sound.form.channels, clip_channels, channel, stretches)
            samples = form.to_16(integers)
            for search in searches:
                for place in search.take(first, samples):
                    found[place, search.channel] += 1
            if len(found) > _MOST_PLACES:
                raise TooManyPlaces
    ordered = sorted(found.items(), key=lambda each: (-each[1], each[0][0], each[0][1] or 0))
    return tuple(
        Place(first=first, channel=its, votes=votes, of=len(stretches))
        for (first, its), votes in ordered
        if first >= 0
    )


def _stretches(clip: Path) -> tuple[list[_Stretch], int]:
    """Return the stretches of a clip's first channel where most goes on, and its channels."""
    best: list[tuple[int, int, Array]] = []
    with SoundReader(clip) as sound:
        for form, first, integers in integer_blocks(sound):
            values = form.to_16(integers)[:, 0].astype(np.int64)
            for begins, sounding in _between_silences(values):
                start = _busiest(sounding)
                part = sounding[start : start + _STRETCH]
                entry = (int(np.abs(np.diff(part)).sum()), first + begins + start, part)
                if len(best) < _STRETCHES:
                    heapq.heappush(best, entry)
                else:
                    heapq.heappushpop(best, entry)
        channels = sound.form.channels
    busy = [(at, part) for moves, at, part in best if moves > len(part) * _TOLERATED]
    if not busy:
        raise TooManyPlaces
    return [_telling(at, part) for at, part in busy], channels


def _between_silences(values: Array) -> Iterator[tuple[int, Array]]:
    """Yield what lies between long runs of zeros, with where it begins: a clip may have been muted
    there, and its recording not.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], values == 0, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    long = ends - starts >= _SILENCE
    begins = 0
    for start, end in zip(starts[long].tolist(), ends[long].tolist(), strict=True):
        if start > begins:
            yield begins, values[begins:start]
        begins = end
    if begins < len(values) or not len(values):
        yield begins, values[begins:]


def _busiest(values: Array) -> int:
    """Return where the stretch begins in which the samples move most."""
    if len(values) <= _STRETCH:
        return 0
    moved = np.concatenate([[0], np.cumsum(np.abs(np.diff(values)))])
    starts = np.arange(0, len(values) - _STRETCH + 1, _STRETCH // 4)
    return int(starts[np.argmax(moved[starts + _STRETCH - 1] - moved[starts])])


def _telling(at: int, values: Array) -> _Stretch:
    size = min(_SUM_OF, len(values))
    total = np.concatenate([[0], np.cumsum(values)])
    sums = total[size:] - total[:-size]
    window = int(np.argmax(np.abs(sums)))
    peaks = tuple(int(each) for each in np.argsort(-np.abs(values), kind="stable")[:_PEAKS])
    return _Stretch(at=at, values=values, window=window, total=int(sums[window]), peaks=peaks)


def _searches(
    channels: int, clip_channels: int, channel: int | None, stretches: list[_Stretch]
) -> list[_Search]:
    if channel is not None:
        chosen = [channel] if 1 <= channel <= channels and clip_channels == 1 else []
        return [_Search(stretches, each) for each in chosen]
    if clip_channels == channels:
        return [_Search(stretches, None)]
    if clip_channels == 1:
        return [_Search(stretches, each) for each in range(1, channels + 1)]
    return []


class _Search:
    """Looks for stretches in one channel of a recording while its decode passes."""

    def __init__(self, stretches: list[_Stretch], channel: int | None) -> None:
        self.channel = channel
        self._stretches = stretches
        self._column = 0 if channel is None else channel - 1
        self._longest = max(len(each.values) for each in stretches)
        self._rest: Array = np.empty(0, np.int64)

    def take(self, first: int, samples: Array) -> list[int]:
        """Return where the clip would start, for each stretch that is found up to here."""
        values = np.concatenate([self._rest, samples[:, self._column].astype(np.int64)])
        begins = first - len(self._rest)
        new_from = len(self._rest)
        self._rest = values[-(self._longest - 1) :] if self._longest > 1 else values[:0]
        total = np.concatenate([[0], np.cumsum(values)])
        found = []
        for stretch in self._stretches:
            length = len(stretch.values)
            size = min(_SUM_OF, length)
            count = len(values) - length + 1
            lowest = max(0, new_from - length + 1)  # those before were looked at with their block
            if count <= lowest:
                continue
            at = slice(lowest + stretch.window, count + stretch.window)
            sums = total[at.start + size : at.stop + size] - total[at]
            near = np.flatnonzero(np.abs(sums - stretch.total) <= size * _TOLERATED) + lowest
            for peak in stretch.peaks:
                near = near[np.abs(values[near + peak] - stretch.values[peak]) <= _TOLERATED]
            found += [
                begins + int(each) - stretch.at
                for each in near
                if np.abs(values[each : each + length] - stretch.values).max() <= _TOLERATED
            ]
        return found
