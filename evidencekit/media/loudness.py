# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was measured of a recording's loudness: loudest moment, average, silence, full scale.

They are facts about samples and nothing else. A recorder, a codec or a quiet room leaves stretches
without sound; a loud voice near a microphone reaches full scale. Why it is so is never said.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evidencekit.media.peaks import peak_values
from evidencekit.model.timecode import format_media_time, samples_to_ms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.media.source import Array
    from evidencekit.model.clip import Measurement

#: How the facts are named, by which findings know them.
PEAK, AVERAGE, SILENCE, FULL_SCALE = "peak level", "average level", "silence", "full scale"

_FULL = 32767
_SHORTEST_MS = 500
_MOST_NAMED = 3


def loudness(found: Measurement) -> Iterator[tuple[str, str]]:
    """Yield what was measured of the whole recording, as names and words."""
    peaks, sample_count, sample_rate = found.peaks, found.sample_count, found.sample_rate
    low, high = peak_values(peaks)
    loudest = max(int(high.max(initial=0)), -int(low.min(initial=0)))
    if loudest == 0:
        yield PEAK, "no sound at all (every sample is zero, in 16 bits)"
    else:
        yield PEAK, f"{20 * math.log10(loudest / (_FULL + 1)):.1f} dBFS"
    if found.average_level is not None:
        yield AVERAGE, f"{found.average_level / 100:.1f} dBFS (RMS of all samples of all channels)"
    bucket_ms = peaks.bucket_samples * 1000 / sample_rate
    shortest = max(1, math.ceil(_SHORTEST_MS / bucket_ms))

    def named(runs: list[tuple[int, int]]) -> str:
        spans = [
            tuple(
                format_media_time(
                    samples_to_ms(min(at * peaks.bucket_samples, sample_count), sample_rate)
                )
                for at in run
            )
            for run in runs[:_MOST_NAMED]
        ]
        shown = ", ".join(f"{start} to {end}" for start, end in spans)
        return f"{shown} and {len(runs) - len(spans)} more" if len(runs) > len(spans) else shown

    silent = [run for run in _runs((low == 0) & (high == 0)) if run[1] - run[0] >= shortest]
    if silent:
        count = "1 stretch" if len(silent) == 1 else f"{len(silent)} stretches"
        zero = "every sample is zero (in 16 bits) for half a second or more"
        yield SILENCE, f"{zero} in {count}: {named(silent)}"
    full = _runs((high >= _FULL) | (low <= -_FULL - 1))
    if full:
        places = "1 place" if len(full) == 1 else f"{len(full)} places"
        yield FULL_SCALE, f"the sound reaches the largest value there is in {places}: {named(full)}"


def _runs(true: Array) -> list[tuple[int, int]]:
    """Return the runs of True as pairs of the first and one after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], true, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
