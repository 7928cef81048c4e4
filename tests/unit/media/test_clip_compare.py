# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clips held against a new decode of their recording."""

from __future__ import annotations

import pickle
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_sound import encode, read_wav, sound, write_raw_wav, write_wav

from evidencekit.errors import Cancelled, RecordingUnreadable
from evidencekit.media.compare import ClipComparison, ClipUnderTest, compare_clip, compare_clips
from evidencekit.media.cut import cut
from evidencekit.model.timecode import SampleRange, Span

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.clip import ClipFile

RATE = 16_000


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "visit.wav", sound(20, rate=RATE, channels=2), RATE)


@pytest.fixture
def clip(tmp_path: Path, visit: Path) -> ClipFile:
    return cut(visit, Span(start_ms=2000, end_ms=9000), to=tmp_path / "1.wav")


def held(recording: Path, clip: ClipFile, path: Path | None = None) -> ClipComparison:
    return compare_clip(recording, path or clip.path, samples=clip.samples, bits=clip.bits)


@pytest.mark.parametrize("ending", [".wav", ".flac"])
@pytest.mark.parametrize(("name", "codec"), [("v.m4a", "aac"), ("v.flac", "flac")])
def test_a_clip_as_cut_is_equal(tmp_path: Path, name: str, codec: str, ending: str) -> None:
    source = encode(tmp_path / name, sound(9, rate=44_100), rate=44_100, codec=codec)
    file = cut(source, Span(start_ms=1234, end_ms=7891), to=tmp_path / f"1{ending}")
    found = held(source, file)
    assert found.equal
    assert (found.max_difference, found.first_difference) == (0, None)
    assert found.compared == file.samples.count == found.clip_sample_count
    assert found.length_matches
    assert found.clip_digest == found.recording_digest == file.samples_digest
    assert found.decoder == file.decoder


def test_a_24_bit_clip_is_equal_and_its_lowest_bit_counts(tmp_path: Path) -> None:
    values = np.random.default_rng(5).integers(-(1 << 22), 1 << 22, 8000)
    data = bytearray(b"".join(int(each).to_bytes(3, "little", signed=True) for each in values))
    source = write_raw_wav(tmp_path / "v.wav", bytes(data), tag=1, bits=24)
    file = cut(source, Span(start_ms=100, end_ms=900), to=tmp_path / "1.wav")
    assert held(source, file).equal
    altered = bytearray(file.path.read_bytes())
    altered[44 + 3 * 10] ^= 1
    file.path.write_bytes(altered)
    found = held(source, file)
    assert not found.equal
    assert (found.max_difference, found.first_difference) == (1, 810)


@pytest.mark.parametrize("sample", [0, 1, 55_555, 111_999])
def test_one_changed_sample_is_found_where_it_is(visit: Path, clip: ClipFile, sample: int) -> None:
    changed = bytearray(clip.path.read_bytes())
    changed[44 + 4 * sample] ^= 4
    clip.path.write_bytes(changed)
    found = held(visit, clip)
    assert not found.equal
    assert found.max_difference == 4
    assert found.first_difference == clip.samples.first + sample
    assert found.compared == clip.samples.count
    assert found.clip_digest != found.recording_digest == clip.samples_digest


def test_a_clip_shifted_by_one_sample_is_not_equal(visit: Path, clip: ClipFile) -> None:
    shifted = SampleRange(clip.samples.first + 1, clip.samples.end + 1)
    found = compare_clip(visit, clip.path, samples=shifted, bits=16)
    assert not found.equal
    assert found.length_matches
    assert found.max_difference > 100


def test_samples_added_or_missing_at_the_end_are_a_length_that_does_not_match(
    tmp_path: Path, visit: Path, clip: ClipFile
) -> None:
    samples = read_wav(clip.path)
    for name, other in (
        ("longer.wav", np.concatenate([samples, samples[:5]])),
        ("shorter.wav", samples[:-5]),
    ):
        found = held(visit, clip, write_wav(tmp_path / name, other, RATE))
        assert not found.equal
        assert not found.length_matches
        assert found.max_difference == 0
        assert found.clip_sample_count == len(other)
        assert found.compared == min(len(other), clip.samples.count)


def test_a_range_beyond_the_recording_does_not_match(visit: Path, clip: ClipFile) -> None:
    for first in (300_000, 1_000_000):
        samples = SampleRange(first, first + clip.samples.count)
        found = compare_clip(visit, clip.path, samples=samples, bits=16)
        assert not found.equal
        assert not found.length_matches
        assert found.recording_sample_count == 320_000
        assert found.clip_sample_count == clip.samples.count
        assert found.compared == max(0, 320_000 - first)


def test_another_rate_or_number_of_channels_is_not_compared(
    tmp_path: Path, visit: Path, clip: ClipFile
) -> None:
    samples = read_wav(clip.path)
    slower = write_wav(tmp_path / "slower.wav", samples, RATE // 2)
    mono = write_wav(tmp_path / "mono.wav", samples[:, :1], RATE)
    for other in (slower, mono):
        found = held(visit, clip, other)
        assert not found.equal
        assert not found.form_matches
        assert found.compared == 0
        assert found.unreadable is None


def test_an_unreadable_clip_says_why_and_does_not_stop_the_others(
    tmp_path: Path, visit: Path, clip: ClipFile
) -> None:
    (tmp_path / "rubbish.wav").write_bytes(b"rubbish")
    paths = [tmp_path / "none.wav", clip.path, tmp_path / "rubbish.wav"]
    tests = [ClipUnderTest(path=each, samples=clip.samples, bits=16) for each in paths]
    missing, good, rubbish = compare_clips(visit, tests)
    assert good.equal
    assert not missing.equal
    assert missing.unreadable == "was not found"
    assert "cannot be opened" in (rubbish.unreadable or "")


def test_an_unreadable_recording_is_an_error(tmp_path: Path, clip: ClipFile) -> None:
    with pytest.raises(RecordingUnreadable):
        held(tmp_path / "none.wav", clip)


def test_a_comparison_can_be_cancelled(visit: Path, clip: ClipFile) -> None:
    with pytest.raises(Cancelled):
        compare_clip(visit, clip.path, samples=clip.samples, bits=16, cancelled=lambda: True)


def test_a_comparison_survives_pickling(visit: Path, clip: ClipFile) -> None:
    found = held(visit, clip)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own


def test_comparing_takes_no_more_memory_for_a_longer_clip(tmp_path: Path) -> None:
    peaks = []
    for seconds in (10, 100):
        source = write_wav(tmp_path / f"{seconds}.wav", sound(seconds, rate=RATE), RATE)
        samples = SampleRange(0, seconds * RATE)
        tracemalloc.start()
        assert compare_clip(source, source, samples=samples, bits=16).equal
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000
