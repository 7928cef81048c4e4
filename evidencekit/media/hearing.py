# SPDX-License-Identifier: AGPL-3.0-or-later
"""A recording's sound as programs that recognise speech take it: one channel, 16,000 a second.

It is decoded as everything is here, so that its times count from the first decoded sample. Channels
are mixed for the program's ears alone; nothing that is made for a court is made of it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from evidencekit.media.form import integer_blocks
from evidencekit.media.pace import Pace
from evidencekit.media.source import SoundReader

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.media.source import Array
    from evidencekit.model.progress import IsCancelled

RATE = 16_000


def sound_to_recognise(
    path: Path, *, track: int = 1, cancelled: IsCancelled | None = None
) -> Array:
    """Return the whole sound as fractions of full scale. All of it is held in memory.

    Raises:
        RecordingUnreadable: if the file cannot be decoded.
        Cancelled: if *cancelled* says so.
    """
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    parts: list[Array] = []
    with SoundReader(path, track=track) as sound:
        pace = Pace(total=sound.size, cancelled=cancelled)
        for form, first, integers in integer_blocks(sound, pace):
            mixed = form.to_16(integers).mean(axis=1, dtype=np.float32)
            samples = np.rint(mixed).astype(np.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            frame.sample_rate = sound.form.sample_rate
            frame.time_base = Fraction(1, frame.sample_rate)
            frame.pts = first
            parts += [made.to_ndarray().reshape(-1) for made in resampler.resample(frame)]
    parts += [made.to_ndarray().reshape(-1) for made in resampler.resample(None)]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)
