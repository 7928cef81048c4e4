# SPDX-License-Identifier: AGPL-3.0-or-later
"""How loud a clip is."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_sound import encode, sound, write_raw_wav, write_wav

from evidencekit.media.cut import cut
from evidencekit.media.levels import levels, to_audio_segment
from evidencekit.model.stated import Standing
from evidencekit.model.timecode import Span

if TYPE_CHECKING:
    from pathlib import Path


def values(path: Path) -> dict[str, str]:
    return {each.name: each.stated.value for each in levels(path)}


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("seconds", [0.5, 30])
def test_levels_are_those_of_plain_arithmetic(
    tmp_path: Path, channels: int, seconds: float
) -> None:
    samples = sound(seconds, channels=channels)
    found = values(write_wav(tmp_path / "1.wav", samples))
    whole = samples.astype(float) / 32768
    peak = 20 * np.log10(np.abs(whole).max())
    average = 20 * np.log10(np.sqrt((whole**2).mean()))
    assert float(found["peak level"].removesuffix(" dBFS")) == pytest.approx(peak, abs=0.06)
    assert float(found["average level"].removesuffix(" dBFS")) == pytest.approx(average, abs=0.06)


def test_levels_are_measured_by_pydub(tmp_path: Path) -> None:
    facts = levels(write_wav(tmp_path / "1.wav", sound(1)))
    assert [each.name for each in facts] == ["peak level", "average level"]
    assert all(each.stated.standing is Standing.MEASURED for each in facts)
    assert all((each.stated.by or "").startswith("pydub ") for each in facts)


def test_silence_has_no_level(tmp_path: Path) -> None:
    source = write_raw_wav(tmp_path / "1.wav", b"\x80" * 8000, tag=1, bits=8)
    assert set(values(source).values()) == {"no sound at all (every sample is zero)"}


def test_a_24_bit_clip_has_the_level_of_its_upper_16_bits(tmp_path: Path) -> None:
    half = (1 << 22).to_bytes(3, "little") * 4000
    source = write_raw_wav(tmp_path / "1.wav", half, tag=1, bits=24)
    assert values(source) == {"peak level": "-6.0 dBFS", "average level": "-6.0 dBFS"}


def test_an_audio_segment_holds_the_clips_samples(tmp_path: Path) -> None:
    samples = sound(3, rate=44_100, channels=2)
    source = encode(tmp_path / "1.flac", samples, rate=44_100, codec="flac")
    segment = to_audio_segment(source)
    assert (segment.frame_rate, segment.channels, segment.sample_width) == (44_100, 2, 2)
    assert segment.raw_data == samples.tobytes()


def test_measuring_prints_and_warns_of_nothing(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "1.wav", sound(1))
    code = (
        "import sys; from pathlib import Path; from evidencekit.media.levels import levels; "
        "levels(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(source)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_clip_file_hands_itself_over_to_pydub(tmp_path: Path) -> None:
    samples = sound(3, rate=44_100, channels=2)
    source = write_wav(tmp_path / "visit.wav", samples, 44_100)
    made = cut(source, Span(start_ms=1000, end_ms=2000), to=tmp_path / "clip.flac")
    segment = made.to_audio_segment()
    assert (segment.frame_rate, segment.channels, segment.sample_width) == (44_100, 2, 2)
    assert segment.raw_data == samples[44_100:88_200].tobytes()
