# SPDX-License-Identifier: AGPL-3.0-or-later
"""Synthetic videos whose frames tell their own number."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from support_sound import sound

if TYPE_CHECKING:
    from pathlib import Path

RATE = 48_000
FPS = 10


def level(number: int) -> int:
    """How bright frame *number* is."""
    return 20 + number * 4 % 200


def film(
    path: Path,
    seconds: int = 4,
    *,
    sound_at: float | None = 0,
    gap_at: int | None = None,
    size: tuple[int, int] = (160, 96),
) -> Path:
    """Write a video of FPS frames a second, each brighter than the last; frame n begins at n/FPS.

    The left upper quarter is black. The sound starts at *sound_at*; from second *gap_at* on, both
    have time stamps 5 s later.
    """
    width, height = size
    with av.open(str(path), "w") as out:
        pictures = out.add_stream(
            "libx264",
            rate=FPS,
            width=width,
            height=height,
            pix_fmt="yuv420p",
            options={"g": "7", "crf": "4", "preset": "veryfast"},
        )
        pictures.codec_context.time_base = Fraction(1, FPS)
        track = None
        if sound_at is not None:
            track = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        late = 0 if gap_at is None else 5
        for number in range(seconds * FPS):
            image = np.full((height, width, 3), level(number), np.uint8)
            image[: height // 2, : width // 2] = 0
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            after = gap_at is not None and number >= gap_at * FPS
            frame.time_base = Fraction(1, FPS)
            frame.pts = number + (late * FPS if after else 0)
            out.mux(pictures.encode(frame))
        if track is not None and sound_at is not None:
            samples = sound(seconds, rate=RATE)
            for first in range(0, len(samples), 960):
                part = np.ascontiguousarray(samples[first : first + 960]).reshape(1, -1)
                made = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
                made.sample_rate, made.time_base = RATE, Fraction(1, RATE)
                after = gap_at is not None and first >= gap_at * RATE
                made.pts = round(sound_at * RATE) + first + (late * RATE if after else 0)
                out.mux(track.encode(made))
            out.mux(track.encode(None))
        out.mux(pictures.encode(None))
    return path
