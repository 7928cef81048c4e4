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
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from evidencekit.media.channels import channels_alike, one_each
from evidencekit.media.form import integer_blocks
from evidencekit.media.pace import Pace
from evidencekit.media.source import Array, SoundReader
from evidencekit.model.channels import wrong_choice
from evidencekit.model.progress import IsCancelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_STRETCH = 2048
_STRETCHES = 4
_SILENCE = 64
_SUM_OF = 64
_PEAKS = 16
_MOST_PLACES = 1000
_MOST_MATCHED = 4  # places at which the other channels are looked at
_TOLERATED = 1


@frozen(kw_only=True)
class Place:
    """A place where stretches of a clip were found: it would start at sample `first`.

    `votes` counts the stretches that say so, of `of`; `channels` are the recording's, from 1 and in
    the clip's order, none where all channels of both belong together.
    """

    first: int
    channels: tuple[int, ...]
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
    channels: tuple[int, ...] | None = (),
    cancelled: IsCancelled | None = None,
) -> tuple[Place, ...]:
    """Return the places in *recording* that *clip* may come from, the likeliest first.

    A clip of fewer channels than the recording is looked for in each of those, or in the ones that
    *channels* names. Where it has several, which of the recording's each of them is, is found out
    in a pass of its own; so it is, with None for *channels*, of a clip that has all of them, in
    whatever order.

    Raises:
        RecordingUnreadable: if either cannot be decoded.
        TooManyPlaces: if the clip has no stretch that tells one place from another.
        Cancelled: if *cancelled* says so.
    """
    wanted = _wanted(clip)
    search = _Searching(recording=recording, track=track, wanted=wanted, cancelled=cancelled)
    places = search.places(channels)
    if all(len(each.channels) in (0, wanted.channels) for each in places):
        return places
    return _with_all_channels(clip, places, search)


@frozen(kw_only=True)
class _Searching:
    """A clip's stretches, and the recording that they are looked for in."""

    recording: Path
    track: int
    wanted: _Wanted
    cancelled: IsCancelled | None

    def places(self, channels: tuple[int, ...] | None) -> tuple[Place, ...]:
        """Return the places where stretches are, the likeliest first, in one pass."""
        found: Counter[tuple[int, tuple[int, ...]]] = Counter()
        with SoundReader(self.recording, track=self.track) as sound:
            pace = Pace(total=sound.size, cancelled=self.cancelled)
            searches: list[_Search] | None = None
            for form, first, integers in integer_blocks(sound, pace):
                if searches is None:
                    there = sound.form.channels
                    searches = _searches(there, self.wanted, channels)
                    if not searches:
                        return ()
                samples = form.to_16(integers)
                for search in searches:
                    for place in search.take(first, samples):
                        found[place, search.channels] += 1
                if len(found) > _MOST_PLACES:
                    raise TooManyPlaces
        ordered = sorted(found.items(), key=lambda each: (-each[1], each[0]))
        return tuple(
            Place(first=first, channels=its, votes=votes, of=len(self.wanted.stretches))
            for (first, its), votes in ordered
            if first >= 0
        )


@frozen(kw_only=True, eq=False)
class _Wanted:
    """The stretches of a clip that are looked for, all of its `column`, of `channels`."""

    stretches: tuple[_Stretch, ...]
    column: int
    channels: int
    samples: int


def _wanted(clip: Path) -> _Wanted:
    """Return the stretches of a clip where most goes on, of the channel in which it does."""
    best: list[list[tuple[int, int, Array]]] = []
    with SoundReader(clip) as sound:
        for form, first, integers in integer_blocks(sound):
            samples = form.to_16(integers)
            best = best or [[] for _ in range(samples.shape[1])]
            for column, kept in enumerate(best):
                _keep_busiest(kept, first, samples[:, column].astype(np.int64))
        count = sound.sample_count
    busy = [
        [(at, part) for moves, at, part in kept if moves > len(part) * _TOLERATED] for kept in best
    ]
    moves = [sum(each[0] for each in kept) for kept in best]
    column = max(range(len(best)), key=lambda each: (bool(busy[each]), moves[each], -each))
    if not busy[column]:
        raise TooManyPlaces
    return _Wanted(
        stretches=tuple(_telling(at, part) for at, part in busy[column]),
        column=column,
        channels=len(best),
        samples=count,
    )


def _keep_busiest(best: list[tuple[int, int, Array]], first: int, values: Array) -> None:
    """Keep of a block's samples what moves more than what was kept before."""
    for begins, sounding in _between_silences(values):
        start = _busiest(sounding)
        part = sounding[start : start + _STRETCH]
        entry = (int(np.abs(np.diff(part)).sum()), first + begins + start, part)
        if len(best) < _STRETCHES:
            heapq.heappush(best, entry)
        elif entry[:2] > best[0][:2]:
            heapq.heapreplace(best, entry)


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


def _with_all_channels(
    clip: Path, places: Sequence[Place], search: _Searching
) -> tuple[Place, ...]:
    """Return the places where every channel of the clip is one of the recording's, and which.

    Of one that is in several, or is silent, the first that no other took is meant.
    """
    firsts = tuple(dict.fromkeys(each.first for each in places))[:_MOST_MATCHED]
    alike = channels_alike(
        clip,
        search.recording,
        firsts,
        samples=search.wanted.samples,
        track=search.track,
        cancelled=search.cancelled,
    )
    votes = {each.first: each.votes for each in reversed(places)}
    made = ((first, one_each(alike[first])) for first in firsts)
    return tuple(
        Place(first=first, channels=chosen, votes=votes[first], of=len(search.wanted.stretches))
        for first, chosen in made
        if chosen
    )


def _searches(channels: int, wanted: _Wanted, chosen: tuple[int, ...] | None) -> list[_Search]:
    """Return the searches for a clip: in which column of the recording, and what that would mean.

    What a search of a clip of several channels finds is the channel of one of them.
    """
    if chosen:
        fits = wrong_choice(chosen, there=channels) is None and len(chosen) == wanted.channels
        return [_Search(wanted, chosen[wanted.column], chosen)] if fits else []
    if wanted.channels == channels and chosen is not None:
        return [_Search(wanted, wanted.column + 1, ())]
    if wanted.channels <= channels:
        return [_Search(wanted, each, (each,)) for each in range(1, channels + 1)]
    return []


class _Search:
    """Looks for stretches in channel *number* of a recording while its decode passes."""

    def __init__(self, wanted: _Wanted, number: int, channels: tuple[int, ...]) -> None:
        self.channels = channels
        self._stretches = wanted.stretches
        self._column = number - 1
        self._longest = max(len(each.values) for each in wanted.stretches)
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
