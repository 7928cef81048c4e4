# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sample 0, and where a file's own clock parts from the count of samples."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from support_sound import CORPUS, decode, encode, needs_corpus, read_wav, sound

from evidencekit.media.cut import cut
from evidencekit.media.edits import edit_list
from evidencekit.media.measure import index_recording, read_recording
from evidencekit.media.opening import packets_of
from evidencekit.model.clip import Measurement, TimeShift
from evidencekit.model.timecode import SampleRange, Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RATE = 48_000


def stamped(
    path: Path, *pieces: tuple[float, float], codec: str = "pcm_s16le", picture: bool = False
) -> Path:
    """Write pieces of sound, each (its time stamp in seconds, its length), one after the other."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=RATE, layout="mono")
        film = out.add_stream("mpeg4", rate=25, width=64, height=64, pix_fmt="yuv420p")
        if picture:
            for number in range(25):
                image = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
                image.pts = number
                out.mux(film.encode(image))
            out.mux(film.encode(None))
        for at, seconds in pieces:
            samples = sound(seconds, rate=RATE, seed=round(at))
            size = 960
            for first in range(0, len(samples), size):
                part = np.ascontiguousarray(samples[first : first + size]).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
                frame.sample_rate = RATE
                frame.time_base = Fraction(1, RATE)
                frame.pts = round(at * RATE) + first
                out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def shown(measurement: Measurement) -> dict[str, str]:
    return {each.name: each.stated.value for each in measurement.facts}


def test_a_gap_in_the_time_stamps_is_kept_where_it_is_and_not_filled(tmp_path: Path) -> None:
    source = stamped(tmp_path / "v.mkv", (0, 3), (5, 2))
    measurement, _ = read_recording(source)
    assert measurement.sample_count == 5 * RATE
    assert measurement.time_shifts == (TimeShift(first=3 * RATE, shift_ms=2000),)
    assert shown(measurement)["time stamps: jumps"] == (
        "at 0:03.000 forward by 2.000 s. Nothing is put in or taken out there: sample follows "
        "sample"
    )


@pytest.mark.parametrize(
    ("name", "codec", "rate"), [("v.webm", "libopus", RATE), ("v.mkv", "aac", 44_100)]
)
def test_time_stamps_that_are_rounded_to_milliseconds_are_no_gaps(
    tmp_path: Path, name: str, codec: str, rate: int
) -> None:
    source = encode(tmp_path / name, sound(4, rate=rate), rate=rate, codec=codec)
    assert read_recording(source)[0].time_shifts == ()


def test_a_player_shows_our_time_up_to_a_gap_and_a_later_one_after_it(tmp_path: Path) -> None:
    measurement, _ = read_recording(stamped(tmp_path / "v.mkv", (0, 3), (5, 2), (7.5, 1)))
    assert measurement.time_shifts == (
        TimeShift(first=3 * RATE, shift_ms=2000),
        TimeShift(first=5 * RATE, shift_ms=2500),
    )
    assert [measurement.shown_ms(n * RATE) for n in range(7)] == [
        *(0, 1000, 2000),
        *(5000, 6000),
        *(7500, 8500),
    ]
    assert measurement.shown_ms(3 * RATE - 48) == 2999
    jumps = shown(measurement)["time stamps: jumps"]
    assert jumps.startswith("at 0:03.000 forward by 2.000 s; at 0:05.000 forward by 0.500 s. ")


def test_a_clip_across_a_gap_holds_the_samples_of_both_sides_and_the_gap_is_known(
    tmp_path: Path,
) -> None:
    source = stamped(tmp_path / "v.mkv", (0, 12), (20, 12))
    whole = decode(source)
    for index in (None, index_recording(source)):
        to = tmp_path / f"{index is None}.wav"
        file = cut(source, Span(start_ms=11_500, end_ms=12_500), to=to, index=index)
        assert np.array_equal(read_wav(to), whole[23 * RATE // 2 : 25 * RATE // 2])
    measurement, _ = read_recording(source)
    assert measurement.shifts_within(file.samples) == (TimeShift(first=12 * RATE, shift_ms=8000),)
    assert measurement.shifts_within(SampleRange(0, 12 * RATE)) == ()
    assert measurement.shifts_within(SampleRange(12 * RATE, 13 * RATE)) == ()


def test_time_stamps_that_go_back_or_start_anew_do_not_change_the_samples(tmp_path: Path) -> None:
    pieces = [
        encode(
            tmp_path / f"{n}.ts", sound(2, rate=RATE, seed=n), rate=RATE, codec="aac"
        ).read_bytes()
        for n in range(3)
    ]
    source = tmp_path / "joined.ts"
    source.write_bytes(b"".join(pieces))
    measurement, _ = read_recording(source)
    assert len(measurement.time_shifts) == 2
    assert all(each.first for each in measurement.time_shifts)
    assert " back by 2." in shown(measurement)["time stamps: jumps"]
    index = index_recording(source)
    whole = decode(source)
    assert index.measurement.sample_count == len(whole)
    for start in (0, 1900, 4100):
        to = tmp_path / f"{start}.wav"
        file = cut(source, Span(start_ms=start, end_ms=start + 500), to=to, index=index)
        assert np.array_equal(read_wav(to), whole[file.samples.first : file.samples.end])


class LateStream:
    """A file in which a stream appears on the way, of which PyAV cannot give the packets."""

    def __init__(self) -> None:
        self._packets = iter([1, 2, IndexError, IndexError, 3, None])

    def demux(self, _: object) -> Iterator[object]:
        for each in self._packets:
            if each is IndexError:
                raise IndexError
            yield each


def test_packets_of_a_stream_that_appears_on_the_way_cost_none_of_the_others() -> None:
    assert list(packets_of(LateStream(), None)) == [1, 2, 3, None]


def test_time_stamps_that_wrap_round_are_no_gap(tmp_path: Path) -> None:
    wraps_at = (1 << 33) / 90_000
    with av.open(str(tmp_path / "v.ts"), "w", options={"mpegts_copyts": "1"}) as out:
        stream = out.add_stream("aac", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            sound(6, rate=RATE).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts = round((wraps_at - 3) * RATE)
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    measurement, _ = read_recording(tmp_path / "v.ts")
    assert measurement.sample_count >= 6 * RATE
    assert measurement.time_shifts == ()


def test_sound_that_starts_after_the_picture_is_shown_later_by_a_player(tmp_path: Path) -> None:
    source = stamped(tmp_path / "v.mkv", (1.5, 2), picture=True)
    measurement, _ = read_recording(source)
    assert measurement.sample_count == 2 * RATE
    assert measurement.time_shifts == (TimeShift(first=0, shift_ms=1500),)
    assert measurement.shown_ms(RATE) == 2500
    assert shown(measurement)["time stamps: start"] == "a player shows the first sample at 1.500 s"


def test_many_jumps_are_counted_and_not_all_listed(tmp_path: Path) -> None:
    source = stamped(tmp_path / "v.mkv", *((n * 1.0, 0.5) for n in range(12)))
    measurement, _ = read_recording(source)
    assert len(measurement.time_shifts) == 11
    assert "; and 3 more" in shown(measurement)["time stamps: jumps"]


@pytest.mark.parametrize(
    ("name", "codec", "samples"), [("v.m4a", "aac", 1024), ("v.mp3", "libmp3lame", 1105)]
)
def test_what_an_encoder_put_in_front_is_left_out_and_said_to_be(
    tmp_path: Path, name: str, codec: str, samples: int
) -> None:
    made = sound(3, rate=44_100)
    source = encode(tmp_path / name, made, rate=44_100, codec=codec)
    measurement, _ = read_recording(source)
    assert shown(measurement)["encoder delay"] == (
        f"{samples:,} samples ({samples / 44_100:.3f} s) at the start are left out, as the file "
        "says; sample 0 comes after them"
    )
    assert measurement.time_shifts == ()
    whole = decode(source)[:, 0].astype(float)
    apart = [np.abs(whole[5000 + n : 9000 + n] - made[5000:9000, 0]).mean() for n in range(-3, 4)]
    assert int(np.argmin(apart)) == 3


def edited(tmp_path: Path, length: int, start: int) -> Path:
    """Make an m4a of 6 s whose edit list plays *length* ms from sample *start* on."""
    source = encode(tmp_path / "v.m4a", sound(6, rate=44_100), rate=44_100)
    data = bytearray(source.read_bytes())
    at = data.index(b"elst") + 4
    assert struct.unpack_from(">II", data, at) == (0, 1)
    # An edit's length counts in the file's own unit, which differs between versions of FFmpeg.
    (unit,) = struct.unpack_from(">I", data, data.index(b"mvhd") + 16)
    struct.pack_into(">Ii", data, at + 8, length * unit // 1000, start)
    source.write_bytes(data)
    return source


def test_sound_that_an_edit_list_leaves_out_is_told_of(tmp_path: Path) -> None:
    source = edited(tmp_path, length=2000, start=44_100)
    measurement, _ = read_recording(source)
    assert measurement.length_ms == pytest.approx(2000, abs=50)
    value = shown(measurement)["edit list"]
    assert value.startswith("0:02.000 from 0:01.000 of the track; the track is 0:06.0")
    assert value.endswith("and what the list leaves out is neither played nor decoded")


def test_an_edit_list_that_only_skips_the_encoders_delay_is_no_fact(tmp_path: Path) -> None:
    source = encode(tmp_path / "v.m4a", sound(6, rate=44_100), rate=44_100)
    found = edit_list(source, 1)
    assert found is not None
    assert len(found.edits) == 1
    assert "edit list" not in shown(read_recording(source)[0])
    assert edit_list(source, 2) is None


def test_no_damage_makes_an_edit_list_anything_but_a_list_or_nothing(tmp_path: Path) -> None:
    source = edited(tmp_path, length=2000, start=44_100)
    whole = source.read_bytes()
    moov = whole.index(b"moov")
    chance = np.random.default_rng(4)
    for _ in range(300):
        data = bytearray(whole)
        for at in chance.integers(moov - 4, len(data), 4):
            data[at] = chance.integers(256)
        path = tmp_path / "damaged.m4a"
        path.write_bytes(data[: chance.integers(moov, len(data))])
        found = edit_list(path, 1)
        assert found is None or len(found.edits) <= 1000


@needs_corpus
def test_a_header_that_counts_more_than_is_heard_is_explained() -> None:
    values = shown(read_recording(CORPUS / "mutagen" / "example.opus")[0])
    assert values["disagreement: length, header"] == "header: 0:12.720; decoded: 0:11.354"
    assert values["encoder delay"].startswith("65,535 samples (1.365 s)")
