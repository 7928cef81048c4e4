# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lowest and highest sample of every 10 ms, for drawing a waveform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evidencekit.model.clip import Peaks

if TYPE_CHECKING:
    from evidencekit.media.form import SampleForm
    from evidencekit.media.source import Array, Block


class PeakMeter:
    """Collects peaks block by block. Every block but the last must hold whole buckets.

    The lowest and highest are found among the decoder's own samples and rounded afterwards, which
    gives the same and leaves nearly all samples unrounded.
    """

    def __init__(self, bucket_samples: int, form: SampleForm) -> None:
        self._bucket = bucket_samples
        self._form = form
        self._low = bytearray()
        self._high = bytearray()

    def take(self, block: Block) -> None:
        """Take in a block."""
        wide = block.channels if len(block.planes) == 1 else 1
        low, high = self._of(block.planes[0], wide)
        for plane in block.planes[1:]:
            lower, higher = self._of(plane, wide)
            np.minimum(low, lower, out=low)
            np.maximum(high, higher, out=high)
        if np.isnan(low).any():  # a sample that is no number hides the others
            made = self._form.integers(block).reshape(-1)
            low, high = self._of(self._form.to_16(made), block.channels)
        else:
            low, high = self._form.peak_16(low), self._form.peak_16(high)
        self._low += low.astype("<i2").tobytes()
        self._high += high.astype("<i2").tobytes()

    def _of(self, values: Array, wide: int) -> tuple[Array, Array]:
        """Return lowest and highest of each bucket of values, *wide* of them a sample."""
        size = self._bucket * wide
        whole = len(values) - len(values) % size
        buckets = values[:whole].reshape(-1, size)
        low, high = buckets.min(axis=1), buckets.max(axis=1)
        if whole < len(values):
            rest = values[whole:]
            low, high = np.append(low, rest.min()), np.append(high, rest.max())
        return low, high

    def finish(self) -> Peaks:
        """Return what was collected, and keep none of it: of a long recording it is much."""
        low = bytes(self._low)
        self._low.clear()
        high = bytes(self._high)
        self._high.clear()
        return Peaks(bucket_samples=self._bucket, low=low, high=high)


#: How many buckets a clip is measured in: more than its drawing is wide.
_CLIP_BUCKETS = 4096


class ClipMeter:
    """Collects the peaks of a clip of *count* samples as they are written, in parts of any size."""

    def __init__(self, count: int, form: SampleForm) -> None:
        self._bucket = max(1, count // _CLIP_BUCKETS)
        self._form = form
        self._low = bytearray()
        self._high = bytearray()
        self._rest: Array | None = None

    def take(self, integers: Array) -> None:
        """Take in samples, a row a sample and a column a channel."""
        if self._rest is not None:
            integers = np.concatenate([self._rest, integers])
        whole = len(integers) - len(integers) % self._bucket
        self._rest = integers[whole:].copy() if whole < len(integers) else None
        if whole:
            self._add(integers[:whole].reshape(whole // self._bucket, -1))

    def _add(self, buckets: Array) -> None:
        low, high = self._form.to_16(buckets.min(axis=1)), self._form.to_16(buckets.max(axis=1))
        self._low += low.astype("<i2").tobytes()
        self._high += high.astype("<i2").tobytes()

    def peaks(self) -> Peaks:
        """Return what was collected; the last bucket may be short."""
        if self._rest is not None:
            self._add(self._rest.reshape(1, -1))
            self._rest = None
        return Peaks(bucket_samples=self._bucket, low=bytes(self._low), high=bytes(self._high))


def peak_values(peaks: Peaks) -> tuple[Array, Array]:
    """Return the lowest and the highest values as arrays."""
    return np.frombuffer(peaks.low, "<i2"), np.frombuffer(peaks.high, "<i2")
