# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lowest and highest sample of every 10 ms, for drawing a waveform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evidencekit.model.clip import Peaks

if TYPE_CHECKING:
    from evidencekit.media.source import Array


class PeakMeter:
    """Collects peaks block by block. Every block but the last must hold whole buckets."""

    def __init__(self, bucket_samples: int) -> None:
        self._bucket = bucket_samples
        self._low = bytearray()
        self._high = bytearray()

    def take(self, samples: Array) -> None:
        """Take in 16-bit samples of shape (samples, channels)."""
        count, channels = samples.shape
        whole = count - count % self._bucket
        if whole:
            buckets = samples[:whole].reshape(-1, self._bucket * channels)
            self._add(buckets.min(axis=1), buckets.max(axis=1))
        if whole < count:
            rest = samples[whole:]
            self._add(rest.min(keepdims=True), rest.max(keepdims=True))

    def _add(self, low: Array, high: Array) -> None:
        self._low += low.astype("<i2").tobytes()
        self._high += high.astype("<i2").tobytes()

    def peaks(self) -> Peaks:
        """Return what was collected."""
        return Peaks(bucket_samples=self._bucket, low=bytes(self._low), high=bytes(self._high))


def peak_values(peaks: Peaks) -> tuple[Array, Array]:
    """Return the lowest and the highest values as arrays."""
    return np.frombuffer(peaks.low, "<i2"), np.frombuffer(peaks.high, "<i2")
