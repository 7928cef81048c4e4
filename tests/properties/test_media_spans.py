# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laws of cutting: any span gives exactly its range, and any damage gives a named outcome."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_sound import decode, encode, left_in, read_wav, sound, write_raw_wav, write_wav

from evidencekit.errors import RecordingUnreadable, SpanOutsideRecording
from evidencekit.media.form import round_to_16
from evidencekit.media.measure import Cut, read_recording
from evidencekit.model.timecode import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

RATES = (8000, 11_025, 22_050, 44_100)
LENGTHS = {rate: round(rate * 5.0007) for rate in RATES}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def recordings(folder: Path) -> dict[int, Path]:
    return {
        rate: write_wav(
            folder / f"{rate}.wav", sound(6, rate=rate, channels=2)[: LENGTHS[rate]], rate
        )
        for rate in RATES
    }


spans = st.tuples(st.integers(0, 5200), st.integers(0, 5200)).filter(lambda t: t[0] < t[1])


@given(
    rate=st.sampled_from(RATES), wanted=st.lists(spans, min_size=1, max_size=6), flac=st.booleans()
)
@settings(max_examples=60, deadline=None)
def test_any_set_of_spans_gives_exactly_those_ranges_or_nothing(
    recordings: dict[int, Path], rate: int, wanted: list[tuple[int, int]], flac: bool
) -> None:
    length = LENGTHS[rate]
    whole = read_wav(recordings[rate])
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        ending = "flac" if flac else "wav"
        cuts = [
            Cut(span=Span(start_ms=start, end_ms=end), to=out / f"{n}.{ending}")
            for n, (start, end) in enumerate(wanted)
        ]
        outside = any(
            end > -(-length * 1000 // rate) or -(-start * rate // 1000) >= length
            for start, end in wanted
        )
        if outside:
            with pytest.raises(SpanOutsideRecording):
                read_recording(recordings[rate], cuts=cuts)
            assert left_in(out) == []
            return
        files = read_recording(recordings[rate], cuts=cuts)[1]
        for (start, end), file in zip(wanted, files, strict=True):
            first, last = -(-start * rate // 1000), min(-(-end * rate // 1000), length)
            assert (file.samples.first, file.samples.end) == (first, last)
            assert np.array_equal(decode(file.path), whole[first:last])


@given(st.lists(st.floats(width=32), min_size=1, max_size=300))
def test_rounding_fractions_is_that_of_exact_arithmetic(values: list[float]) -> None:
    found = round_to_16(np.array(values, np.float32)).tolist()
    expected = [
        0 if math.isnan(value) else round(max(-32768.0, min(32767.0, value * 32768)))
        for value in values
    ]
    assert found == expected


@given(
    bits=st.sampled_from([16, 24, 32]),
    channels=st.integers(1, 8),
    seed=st.integers(0, 999),
    count=st.integers(1, 5000),
)
@settings(max_examples=40, deadline=None)
def test_a_clip_of_all_of_a_wav_is_its_data_byte_for_byte(
    bits: int, channels: int, seed: int, count: int
) -> None:
    data = np.random.default_rng(seed).bytes(count * channels * bits // 8)
    with tempfile.TemporaryDirectory() as name:
        source = write_raw_wav(Path(name) / "v.wav", data, tag=1, bits=bits, channels=channels)
        span = Span(start_ms=0, end_ms=-(-count * 1000 // 8000))
        (file,) = read_recording(source, cuts=[Cut(span=span, to=Path(name) / "1.wav")])[1]
        assert file.path.read_bytes()[44 : 44 + len(data)] == data
        assert (file.bits, file.samples.count) == (bits, count)


@pytest.fixture(scope="module")
def originals(folder: Path) -> dict[str, bytes]:
    rate = 44_100
    kinds = (("m4a", "aac"), ("mp3", "libmp3lame"), ("flac", "flac"), ("wav", "pcm_s16le"))
    return {
        ending: encode(
            folder / f"whole.{ending}", sound(0.5, rate=rate), rate=rate, codec=codec
        ).read_bytes()
        for ending, codec in kinds
    }


@given(
    ending=st.sampled_from(["m4a", "mp3", "flac", "wav"]),
    changes=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=30),
    near_start=st.booleans(),
    keep=st.integers(1, 1 << 20),
)
@settings(max_examples=120, deadline=None)
def test_any_damage_to_a_recording_ends_in_samples_or_in_a_reason(
    originals: dict[str, bytes],
    ending: str,
    changes: list[tuple[int, int]],
    near_start: bool,
    keep: int,
) -> None:
    data = bytearray(originals[ending])
    for at, value in changes:
        data[at % (min(len(data), 300) if near_start else len(data))] = value
    data = data[: max(1, keep % (2 * len(data)))]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"damaged.{ending}"
        path.write_bytes(data)
        cuts = [Cut(span=Span(start_ms=0, end_ms=1), to=Path(name) / "1.wav")]
        try:
            measurement, files = read_recording(path, cuts=cuts)
        except (RecordingUnreadable, SpanOutsideRecording):
            assert left_in(Path(name)) == [path.name]
        else:
            assert measurement.sample_count >= files[0].samples.count > 0
