# SPDX-License-Identifier: AGPL-3.0-or-later
"""Aligning the words of two transcripts of one recording, quickly at any length.

Runs of words that occur once in each and stand in the same order in both are taken as the same
words. What lies between two such runs is compared word by word. A stretch too long for that, such
as an hour of one repeated word, is first divided at a moment of the recording, because both
transcripts keep its time.
"""

from __future__ import annotations

from bisect import bisect_left
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["aligned"]

#: How many words make a run that is unlikely to be said twice.
_RUN = 4
#: The comparison word by word takes time in proportion to the product of the lengths, and more.
_MOST_PRODUCT = 90_000


def aligned(
    before: Sequence[str],
    after: Sequence[str],
    *,
    before_ms: Sequence[int],
    after_ms: Sequence[int],
) -> list[tuple[int, int]]:
    """Return the pairs of indexes at which the words are the same, in order.

    *before_ms* and *after_ms* say when each word is spoken, as far as is known.
    """
    pairs: list[tuple[int, int]] = []
    low_a = low_b = 0
    for a, b in [*_anchors(before, after), (len(before), len(after))]:
        stretches = _stretches(low_a, a, low_b, b, before_ms, after_ms)
        for from_a, to_a, from_b, to_b in stretches:
            pairs.extend(_within(before, after, from_a, to_a, from_b, to_b))
        if a < len(before):
            pairs.append((a, b))
        low_a, low_b = a + 1, b + 1
    return pairs


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Return the words of runs that are unique in both, as far as they stand in the same order."""
    unique_a, unique_b = _unique_runs(before), _unique_runs(after)
    starts = sorted((at, unique_b[run]) for run, at in unique_a.items() if run in unique_b)
    anchors: list[tuple[int, int]] = []
    for a, b in _longest_ascending(starts):
        for step in range(_RUN):
            if not anchors or (a + step > anchors[-1][0] and b + step > anchors[-1][1]):
                anchors.append((a + step, b + step))
    return anchors


def _unique_runs(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    twice: set[tuple[str, ...]] = set()
    for at in range(len(words) - _RUN + 1):
        run = tuple(words[at : at + _RUN])
        if run in found:
            twice.add(run)
        else:
            found[run] = at
    return {run: at for run, at in found.items() if run not in twice}


def _longest_ascending(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of *pairs*, which ascend in the first, that ascends in the second."""
    tails: list[int] = []
    tail_at: list[int] = []
    came_from: list[int] = []
    for at, (_, b) in enumerate(pairs):
        length = bisect_left(tails, b)
        came_from.append(tail_at[length - 1] if length else -1)
        if length == len(tails):
            tails.append(b)
            tail_at.append(at)
        else:
            tails[length], tail_at[length] = b, at
    found: list[tuple[int, int]] = []
    at = tail_at[-1] if tail_at else -1
    while at >= 0:
        found.append(pairs[at])
        at = came_from[at]
    return found[::-1]


def _stretches(
    from_a: int,
    to_a: int,
    from_b: int,
    to_b: int,
    before_ms: Sequence[int],
    after_ms: Sequence[int],
) -> Iterator[tuple[int, int, int, int]]:
    """Divide a stretch at moments of the recording until each part is short enough."""
    waiting = [(from_a, to_a, from_b, to_b)]
    while waiting:
        a, a_end, b, b_end = waiting.pop()
        if (a_end - a) * (b_end - b) <= _MOST_PRODUCT:
            yield a, a_end, b, b_end
            continue
        middle_a, middle_b = _middle(a, a_end, b, b_end, before_ms, after_ms)
        waiting.append((middle_a, a_end, middle_b, b_end))
        waiting.append((a, middle_a, b, middle_b))


def _middle(
    a: int, a_end: int, b: int, b_end: int, before_ms: Sequence[int], after_ms: Sequence[int]
) -> tuple[int, int]:
    """Return where both are divided: the longer one in its middle, the other at the same time."""
    if a_end - a >= b_end - b:
        middle = _first_of_its_time(before_ms, a, a_end)
        return middle, bisect_left(after_ms, before_ms[middle], b, b_end)
    middle = _first_of_its_time(after_ms, b, b_end)
    return bisect_left(before_ms, after_ms[middle], a, a_end), middle


def _first_of_its_time(times: Sequence[int], low: int, high: int) -> int:
    """Return the middle, or the first word of the same time, unless that would divide nothing."""
    middle = (low + high) // 2
    first = bisect_left(times, times[middle], low, high)
    return first if first > low else middle


def _within(
    before: Sequence[str], after: Sequence[str], a: int, a_end: int, b: int, b_end: int
) -> Iterator[tuple[int, int]]:
    if a == a_end or b == b_end:
        return
    matcher = SequenceMatcher(None, before[a:a_end], after[b:b_end], autojunk=False)
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            yield a + block.a + step, b + block.b + step
