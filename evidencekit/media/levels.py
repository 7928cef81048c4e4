# SPDX-License-Identifier: AGPL-3.0-or-later
"""How loud a clip is, measured with pydub. The only module that knows pydub.

pydub never decodes or cuts here: it is given the samples of a clip, in 16 bits, a stretch at a
time, so that a long clip is never in memory whole.
"""

from __future__ import annotations

import math
import warnings
from importlib import metadata
from typing import TYPE_CHECKING, Any

from evidencekit.media.form import integer_blocks
from evidencekit.media.source import SoundReader
from evidencekit.model.clip import Fact
from evidencekit.model.stated import measured

if TYPE_CHECKING:
    from pathlib import Path

    from pydub import AudioSegment

_FULL_SCALE = 32768


def levels(path: Path) -> tuple[Fact, ...]:
    """Return the peak level and the average level of the clip at *path*, against full scale.

    Raises:
        RecordingUnreadable: if the file cannot be decoded.
    """
    segment_of = _audio_segment()
    peak = 0
    squares = 0.0
    count = 0
    with SoundReader(path) as sound:
        for form, _, integers in integer_blocks(sound):
            samples = form.to_16(integers)
            segment = segment_of(
                data=samples.astype("<i2").tobytes(),
                sample_width=2,
                frame_rate=sound.form.sample_rate,
                channels=sound.form.channels,
            )
            peak = max(peak, segment.max)
            squares += float(segment.rms) ** 2 * len(samples)
            count += len(samples)
    by = f"pydub {metadata.version('pydub')}"
    return tuple(
        Fact(name=name, stated=measured(_decibels(value), by=by))
        for name, value in (
            ("peak level", float(peak)),
            ("average level", math.sqrt(squares / count)),
        )
    )


def to_audio_segment(path: Path) -> AudioSegment:
    """Return the clip at *path* as pydub's type, in 16 bits, for callers who work with pydub.

    All of it is held in memory.

    Raises:
        RecordingUnreadable: if the file cannot be decoded.
    """
    with SoundReader(path) as sound:
        data = b"".join(
            form.to_16(integers).astype("<i2").tobytes()
            for form, _, integers in integer_blocks(sound)
        )
        return _audio_segment()(
            data=data,
            sample_width=2,
            frame_rate=sound.form.sample_rate,
            channels=sound.form.channels,
        )


def _audio_segment() -> Any:
    """Return pydub's class. Its import warns of an ffmpeg command that is not used here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
    return AudioSegment


def _decibels(value: float) -> str:
    """Write a sample value as decibels below full scale."""
    if value == 0:
        return "no sound at all (every sample is zero)"
    return f"{20 * math.log10(value / _FULL_SCALE):.1f} dBFS"
