# SPDX-License-Identifier: AGPL-3.0-or-later
"""Muted spans: no sound in them, every other sample as it was, and both are told apart."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_sound import encode, left_in, read_wav, sound, write_wav

from evidencekit.errors import ClipUnwritable, SpanReversed
from evidencekit.media.check import Likeness, check_clip
from evidencekit.media.cut import cut
from evidencekit.media.measure import index_recording
from evidencekit.media.mute import merged, mute, silenced
from evidencekit.model.timecode import SampleRange, Span

if TYPE_CHECKING:
    from pathlib import Path

RATE = 8000


def span(start_ms: int, end_ms: int) -> Span:
    return Span(start_ms=start_ms, end_ms=end_ms)


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return write_wav(folder / "visit.wav", sound(12, channels=2), RATE)


def test_only_the_span_is_muted_and_all_else_is_the_recording(visit: Path, tmp_path: Path) -> None:
    made = cut(visit, span(1000, 5000), to=tmp_path / "a.wav", mute=[span(2000, 2500)])
    wanted = read_wav(visit)[8000:40_000].copy()
    wanted[8000:12_000] = 0
    assert np.array_equal(read_wav(made.path), wanted)
    assert made.muted == (SampleRange(16_000, 20_000),)
    assert made.samples_digest.value == hashlib.sha256(wanted.tobytes()).hexdigest()


def test_the_same_with_an_index(visit: Path, tmp_path: Path) -> None:
    spans = [span(8000, 8100), span(8050, 8200), span(8900, 9000)]
    one = cut(visit, span(8000, 9000), to=tmp_path / "a.wav", mute=spans)
    two = cut(
        visit, span(8000, 9000), to=tmp_path / "b.wav", mute=spans, index=index_recording(visit)
    )
    assert one.file_digest == two.file_digest
    assert one.muted == (SampleRange(64_000, 65_600), SampleRange(71_200, 72_000))


def test_a_clip_is_muted_by_its_own_samples(visit: Path, tmp_path: Path) -> None:
    whole = cut(visit, span(1000, 5000), to=tmp_path / "a.flac")
    made = mute(whole.path, [SampleRange(100, 200)], to=tmp_path / "b.wav")
    wanted = read_wav(visit)[8000:40_000].copy()
    wanted[100:200] = 0
    assert np.array_equal(read_wav(made.path), wanted)
    assert made.clip_digest == whole.file_digest
    assert (made.muted, made.sample_count) == ((SampleRange(100, 200),), 32_000)


@pytest.mark.parametrize("ranges", [[], [SampleRange(31_990, 32_001)]])
def test_what_cannot_be_muted_leaves_nothing(
    visit: Path, tmp_path: Path, ranges: list[SampleRange]
) -> None:
    whole = cut(visit, span(1000, 5000), to=tmp_path / "a.wav")
    with pytest.raises(ClipUnwritable):
        mute(whole.path, ranges, to=tmp_path / "b.wav")
    assert left_in(tmp_path) == ["a.wav", "in"]


def test_a_mute_outside_the_clip_is_refused(visit: Path, tmp_path: Path) -> None:
    with pytest.raises(ClipUnwritable, match="not all within the clip"):
        cut(visit, span(1000, 5000), to=tmp_path / "a.wav", mute=[span(4900, 5001)])
    with pytest.raises(SpanReversed):
        cut(visit, span(1000, 5000), to=tmp_path / "a.wav", mute=[span(4900, 4900)])
    assert left_in(tmp_path) == ["in"]


@given(
    first=st.integers(0, 50),
    count=st.integers(1, 60),
    ranges=st.lists(st.tuples(st.integers(0, 120), st.integers(1, 40)), max_size=5),
)
@settings(max_examples=200, deadline=None)
def test_a_sample_is_zero_if_a_range_has_it_and_else_as_it_was(first, count, ranges):
    samples = np.arange(1, 2 * count + 1, dtype=np.int16).reshape(count, 2)
    muted = merged(SampleRange(start, start + length) for start, length in ranges)
    made = silenced(samples, first, muted)
    for at in range(count):
        inside = any(start <= first + at < start + length for start, length in ranges)
        assert made[at].tolist() == ([0, 0] if inside else samples[at].tolist())
    assert all(a.end < b.first for a, b in pairwise(muted))


@pytest.mark.parametrize("kind", ["wav", "m4a"])
def test_a_check_says_where_a_clip_is_muted_and_that_the_rest_is_the_same(
    tmp_path: Path, kind: str
) -> None:
    samples = sound(30, rate=22_050)
    source = (
        write_wav(tmp_path / "visit.wav", samples, 22_050)
        if kind == "wav"
        else encode(tmp_path / "visit.m4a", samples, rate=22_050)
    )
    made = cut(
        source,
        span(3000, 23_000),
        to=tmp_path / "a.wav",
        mute=[span(5000, 6000), span(12_000, 19_500)],
    )
    found = check_clip(made.path, source)
    assert found.likeness is Likeness.MUTED
    assert found.ok
    assert found.samples == made.samples
    assert len(found.muted) == 2
    for ours, told in zip(found.muted, made.muted, strict=True):
        # A sample at the edge may have been zero in the recording.
        assert told.first <= ours.first <= told.first + 2
        assert told.end - 2 <= ours.end <= told.end
    assert "every one the same except 2 muted spans: 0:05.000 to " in found.message


def test_a_clip_changed_anywhere_else_is_no_muted_one(visit: Path, tmp_path: Path) -> None:
    made = cut(visit, span(1000, 5000), to=tmp_path / "a.wav", mute=[span(2000, 2500)])
    samples = read_wav(made.path).copy()
    samples[30_000] += 500
    changed = write_wav(tmp_path / "b.wav", samples, RATE)
    found = check_clip(changed, visit, samples=made.samples)
    assert found.likeness is Likeness.DIFFERENT
    assert found.muted == ()


def test_silence_alone_is_not_from_the_recording(visit: Path, tmp_path: Path) -> None:
    empty = write_wav(tmp_path / "a.wav", np.zeros((8000, 2), np.int16), RATE)
    found = check_clip(empty, visit, samples=SampleRange(0, 8000))
    assert not found.ok


def test_one_channel_alone_without_sound_is_no_muted_span(visit: Path, tmp_path: Path) -> None:
    made = cut(visit, span(1000, 5000), to=tmp_path / "a.wav")
    samples = read_wav(made.path).copy()
    samples[10_000:12_000, 0] = 0
    changed = write_wav(tmp_path / "b.wav", samples, RATE)
    assert check_clip(changed, visit, samples=made.samples).likeness is Likeness.DIFFERENT
