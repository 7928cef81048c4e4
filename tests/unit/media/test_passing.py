# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is passed over is decoded and counted like the rest; only that nothing is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_sound import encode, sound

from evidencekit.errors import RecordingUnreadable
from evidencekit.media.passing import Walk, blocks_of
from evidencekit.media.source import SoundReader
from evidencekit.model.timecode import SampleRange

if TYPE_CHECKING:
    from pathlib import Path

RATE = 22_050
SECONDS = 12


@pytest.fixture(scope="module", params=["aac", "flac", "pcm_s16le"])
def recording(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    ending = {"aac": ".m4a", "flac": ".flac", "pcm_s16le": ".wav"}[request.param]
    path = tmp_path_factory.mktemp("sound") / f"a{ending}"
    return encode(path, sound(SECONDS, rate=RATE), rate=RATE, codec=request.param)


def whole(path: Path) -> tuple[np.ndarray, int]:
    """Return every sample of a plain decode, and their number."""
    with SoundReader(path) as reader:
        parts = [
            np.concatenate([plane.copy() for plane in each.planes]) for each in reader.blocks()
        ]
        return np.concatenate(parts), reader.sample_count


def looked_at(path: Path, wanted: list[SampleRange]) -> tuple[dict[int, np.ndarray], int]:
    """Return what is yielded, by its first sample, and the number of samples counted."""
    with SoundReader(path) as reader:
        found = {
            each.first: np.concatenate([plane.copy() for plane in each.planes])
            for each in blocks_of(Walk(reader, lambda _: None), wanted)
        }
        return found, reader.sample_count


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [(0, 1)],
        [(100_000, 100_001)],
        [(200_000, 210_000), (40_000, 90_000)],  # not in order
        [(50_000, 60_000), (60_001, 60_002), (60_002, 90_000)],  # one begins in what another took
        [(50_000, 90_000), (60_000, 61_000), (89_999, 120_000)],
        [(1_000_000, 1_000_001), (264_000, 9_000_000)],  # beyond the end
        [(0, 9_000_000)],
    ],
)
def test_every_wanted_sample_is_yielded_and_is_that_of_a_plain_decode(
    recording: Path, spans: list[tuple[int, int]]
) -> None:
    samples, count = whole(recording)
    found, counted = looked_at(recording, [SampleRange(*each) for each in spans])
    assert counted == count
    there = np.zeros(count, bool)
    for first, part in found.items():
        assert np.array_equal(part, samples[first : first + len(part)])
        assert not there[first : first + len(part)].any()
        there[first : first + len(part)] = True
    for first, end in spans:
        assert there[first:end].all()


def test_what_nobody_wants_is_not_yielded(recording: Path) -> None:
    found, _ = looked_at(recording, [SampleRange(130_000, 130_010)])
    assert sum(len(each) for each in found.values()) < 5 * RATE


@pytest.mark.parametrize("wanted", [(0, 1), (25_000, 25_001), (0, 60_000)])
def test_a_stream_that_changes_is_refused_wherever_it_is_looked_at(
    tmp_path: Path, wanted: tuple[int, int]
) -> None:
    one = encode(tmp_path / "1.aac", sound(1, rate=22_050), rate=22_050, container="adts")
    two = encode(tmp_path / "2.aac", sound(1, rate=44_100), rate=44_100, container="adts")
    both = tmp_path / "both.aac"
    both.write_bytes(one.read_bytes() + two.read_bytes())
    with pytest.raises(RecordingUnreadable, match="changes part-way from 22050 Hz"):
        looked_at(both, [SampleRange(*wanted)])


def test_errors_in_what_is_passed_over_are_counted(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.aac", sound(SECONDS, rate=RATE), rate=RATE, container="adts")
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, len(data) // 3 + 3000):
        data[at] ^= 0x5A
    path.write_bytes(data)
    with SoundReader(path) as plain:
        count = sum(each.count for each in plain.blocks())
    with SoundReader(path) as passed:
        assert list(blocks_of(Walk(passed, lambda _: None), [])) == []
    assert passed.decode_errors == plain.decode_errors > 0
    assert passed.sample_count == count
