# SPDX-License-Identifier: AGPL-3.0-or-later
"""Indexes kept as files: the same bytes every time, and none believed that is damaged or foreign."""

from __future__ import annotations

import hashlib
import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve
from support_sound import encode, left_in, sound, write_raw_wav, write_wav

from evidencekit.media.clipfile import sha256_of
from evidencekit.media.index import digest_of_planes, digests_of_blocks
from evidencekit.media.indexfile import (
    index_bytes,
    index_path,
    load_index,
    read_index,
    save_index,
)
from evidencekit.media.measure import index_recording, read_recording
from evidencekit.media.source import SoundReader
from evidencekit.model.timecode import SampleRange

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.media.index import RecordingIndex

RATE = 16_000


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "visit.wav", sound(5.5, rate=RATE, channels=2), RATE)


def without_facts(index: RecordingIndex) -> RecordingIndex:
    """What a file says of itself is read from it each time."""
    return evolve(index, measurement=evolve(index.measurement, facts=()))


def test_an_index_is_the_same_whatever_its_recording_is_called(tmp_path: Path, visit: Path) -> None:
    other = tmp_path / "visit.mp3"
    other.write_bytes(visit.read_bytes())
    assert index_recording(other).measurement.facts != index_recording(visit).measurement.facts
    assert index_bytes(index_recording(other)) == index_bytes(index_recording(visit))


def test_an_index_holds_the_digests_of_every_four_seconds_and_the_measurement(visit: Path) -> None:
    index = index_recording(visit)
    data = visit.read_bytes()[44:]
    length = 4 * RATE * 4  # in bytes, of two channels
    expected = [
        hashlib.sha256(data[at : at + length]).digest() for at in range(0, len(data), length)
    ]
    assert index.block_count == 2
    assert [index.block_digest(n) for n in range(2)] == expected
    assert [index.block_length(n) for n in range(2)] == [4 * RATE, 3 * RATE // 2]
    assert index.measurement == read_recording(visit)[0]
    assert index.source_digest == sha256_of(visit)
    assert index.blocks_of(SampleRange(4 * RATE - 1, 4 * RATE + 1)) == range(2)
    assert index.blocks_of(SampleRange(4 * RATE, 99 * RATE)) == range(1, 2)


def test_channels_that_the_decoder_keeps_apart_are_hashed_apart(tmp_path: Path) -> None:
    source = encode(tmp_path / "v.m4a", sound(3, rate=RATE, channels=2), rate=RATE)
    index = index_recording(source)
    with SoundReader(source) as reader:
        blocks = list(reader.blocks())
    assert index.planes == 2
    for number, block in enumerate(blocks):
        expected = [
            hashlib.sha256(plane.astype("<f4").tobytes()).digest() for plane in block.planes
        ]
        assert index.block_digest(number) == b"".join(expected)


def test_the_same_samples_in_another_file_have_the_same_samples_digest(tmp_path: Path) -> None:
    samples = sound(3, rate=RATE)
    plain = encode(tmp_path / "1.flac", samples, rate=RATE, codec="flac")
    tagged = encode(tmp_path / "2.flac", samples, rate=RATE, codec="flac", tags={"title": "x"})
    samples[100] += 1
    other = encode(tmp_path / "3.flac", samples, rate=RATE, codec="flac")
    one, two, three = (index_recording(each) for each in (plain, tagged, other))
    assert one.source_digest != two.source_digest
    assert one.samples_digest == two.samples_digest != three.samples_digest


def test_an_index_is_the_same_bytes_on_every_run_and_comes_back_whole(
    tmp_path: Path, visit: Path
) -> None:
    one, two = index_recording(visit), index_recording(visit)
    assert one == two
    assert index_bytes(one) == index_bytes(two)
    assert read_index(index_bytes(one)) == without_facts(one)
    saved = save_index(one, index_path(tmp_path, one.source_digest))
    assert saved == tmp_path / "index" / f"{sha256_of(visit).value}.ekindex"
    assert load_index(saved, source_digest=one.source_digest) == without_facts(one)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own
    assert left_in(saved.parent) == [saved.name]


def test_no_change_of_a_byte_and_no_cut_goes_unnoticed(visit: Path) -> None:
    data = index_bytes(index_recording(visit))
    for at in [*range(0, len(data), 101), len(data) - 1]:
        changed = bytearray(data)
        changed[at] ^= 0x10
        with pytest.raises(ValueError, match="index"):
            read_index(bytes(changed))
    for length in (0, 1, 31, 32, 40, len(data) // 2, len(data) - 1):
        with pytest.raises(ValueError, match="index"):
            read_index(data[:length])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"planes":1', b'"planes":7'),
        (b'"planes":1', b'"plants":1'),
        (b'"block_samples":64000', b'"block_samples":0'),
        (b'"block_samples":64000', b'"block_samples":5000'),
        (b'"block_samples":64000', b'"block_samples":99999999999'),
        (b'"source":"sha256:', b'"source":"sha257:'),
        (b'"jumps":0', b'"jumbs":0'),
        (b'"decoder":{', b'"decoder":{"x":1,'),
        (b'"bytes":[', b'"bytes":[0,'),
        (b'{"block', b'["block'),
    ],
)
def test_an_index_that_is_whole_and_makes_no_sense_is_refused(
    visit: Path, old: bytes, new: bytes
) -> None:
    body = index_bytes(index_recording(visit))[:-32]
    assert old in body
    body = body.replace(old, new, 1)
    with pytest.raises(ValueError):
        read_index(body + hashlib.sha256(body).digest())


def test_an_index_of_another_recording_track_or_decoder_is_as_good_as_none(
    tmp_path: Path, visit: Path
) -> None:
    index = index_recording(visit)
    other = index_recording(write_wav(tmp_path / "o.wav", sound(2, rate=RATE), RATE))
    at = save_index(index, tmp_path / "x.ekindex")
    assert load_index(at, source_digest=other.source_digest) is None
    assert load_index(at, source_digest=index.source_digest, track=2) is None
    for name, value in (("library_version", "1.0"), ("machine", "z80"), ("ffmpeg_version", "1")):
        decoder = evolve(index.measurement.decoder, **{name: value})
        made = evolve(index, measurement=evolve(index.measurement, decoder=decoder))
        save_index(made, at)
        assert read_index(at.read_bytes()) == without_facts(made)
        assert load_index(at, source_digest=index.source_digest) is None
    assert load_index(tmp_path / "none", source_digest=index.source_digest) is None
    assert load_index(tmp_path, source_digest=index.source_digest) is None


def test_arrays_that_do_not_fit_are_no_index(visit: Path) -> None:
    index = index_recording(visit)
    for changed in ({"digests": b""}, {"anchors": index.anchors[1:]}, {"planes": 3}):
        with pytest.raises(ValueError, match="fit together"):
            evolve(index, **changed)


@pytest.mark.parametrize("rate", [1000, 11_025, 48_000, 768_000])
@pytest.mark.parametrize("channels", [1, 24])
def test_blocks_are_whole_buckets_of_bearable_size(
    tmp_path: Path, rate: int, channels: int
) -> None:
    data = np.random.default_rng(3).bytes(rate * channels * 2 // 10 * 2)
    source = write_raw_wav(tmp_path / "v.wav", data, tag=1, bits=16, channels=channels, rate=rate)
    index = index_recording(source)
    assert index.block_samples % (rate // 100) == 0
    assert index.block_samples <= max(rate // 100, min(4 * rate, (1 << 20) // channels))
    assert index.measurement.sample_count == rate // 5


@pytest.mark.parametrize(("planes", "values"), [(1, 2000), (2, 1000)])
@pytest.mark.parametrize("kind", ["i2", ">f4"])
def test_blocks_hashed_together_have_the_digests_that_each_has_alone(
    planes: int, values: int, kind: str
) -> None:
    held = tuple(np.arange(each, each + 5500, dtype=kind) for each in range(planes))
    alone = b"".join(
        digest_of_planes([plane[at : at + values] for plane in held])
        for at in range(0, 5500, values)
    )
    assert digests_of_blocks(held, values) == alone
    assert alone[:32] == hashlib.sha256(held[0][:values].astype(f"<{kind[-2:]}").tobytes()).digest()
