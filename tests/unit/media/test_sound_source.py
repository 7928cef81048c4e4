# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be opened as a recording, and what is refused, with which reason."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest
from support_sound import decode, encode, left_in, sound, write_raw_wav, write_wav

from evidencekit.errors import RecordingUnreadable
from evidencekit.media.measure import read_recording
from evidencekit.media.source import SoundReader


def reason(path: Path) -> str:
    with pytest.raises(RecordingUnreadable) as caught:
        read_recording(path)
    assert caught.value.path == str(path)
    return caught.value.reason


def test_a_missing_recording_is_named(tmp_path: Path) -> None:
    assert reason(tmp_path / "none.m4a") == "was not found"


def test_a_folder_is_not_a_recording(tmp_path: Path) -> None:
    assert reason(tmp_path) == "is a folder, not a recording"


def test_an_empty_file_is_not_a_recording(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    assert reason(tmp_path / "empty.mp3") == "is empty (0 bytes)"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert reason(tmp_path / "pipe.wav") == "is not a regular file"


@pytest.mark.parametrize("data", [b"hello", bytes(5000), b"<html><body>no sound</body></html>"])
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.m4a"
    path.write_bytes(data)
    assert "cannot be opened as sound" in reason(path)


def test_an_m4a_that_is_cut_short_is_said_to_be_one(tmp_path: Path) -> None:
    source = encode(tmp_path / "v.m4a", sound(3, rate=44_100), rate=44_100)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    assert "MP4 file that is cut short" in reason(source)


def test_a_recording_without_samples_holds_no_sound(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "zero.wav", sound(0))
    assert reason(source) == "holds no sound: its audio stream is empty"


def test_a_video_without_sound_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25, width=64, height=64, pix_fmt="yuv420p")
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    assert reason(path) == "holds no sound, only video"


def test_an_unknown_codec_is_named_as_the_reason(tmp_path: Path) -> None:
    source = write_raw_wav(tmp_path / "odd.wav", bytes(8000), tag=0x1234, bits=16)
    assert "cannot be decoded here" in reason(source)


@pytest.mark.parametrize("rate", [100, 1_000_000])
def test_an_absurd_rate_is_refused(tmp_path: Path, rate: int) -> None:
    source = write_raw_wav(tmp_path / "odd.wav", bytes(8000), tag=1, bits=16, rate=rate)
    assert f"says it has {rate} samples a second" in reason(source)


def test_more_channels_than_can_be_used_are_refused(tmp_path: Path) -> None:
    source = write_raw_wav(tmp_path / "odd.wav", bytes(20_000), tag=1, bits=16, channels=100)
    assert "has 100 channels" in reason(source)


def test_24_channels_are_read_whole(tmp_path: Path) -> None:
    samples = sound(0.5, channels=24)
    source = write_wav(tmp_path / "24.wav", samples)
    assert np.array_equal(decode(source), samples)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m4a", "ffconcat version 1.0\nfile secret.wav\n"),
        ("list.wav", "ffconcat version 1.0\nfile secret.wav\n"),
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsecret.wav\n#EXT-X-ENDLIST\n"),
        ("list.mpd", '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>'),
    ],
)
def test_a_playlist_that_names_other_files_is_refused(tmp_path: Path, name: str, text: str) -> None:
    write_wav(tmp_path / "secret.wav", sound(2))
    (tmp_path / name).write_text(text)
    assert "cannot be opened as sound" in reason(tmp_path / name)


@pytest.mark.parametrize("name", ["concat:a.wav", "http:x.wav", "data:audio.wav", "file:y.wav"])
def test_a_name_that_looks_like_a_protocol_is_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_wav(tmp_path / name, sound(0.5))
    monkeypatch.chdir(tmp_path)
    assert len(decode(Path(name))) == 4000


def test_a_stream_that_changes_its_rate_or_channels_is_refused(tmp_path: Path) -> None:
    one = encode(tmp_path / "1.aac", sound(1, rate=22_050), rate=22_050, container="adts")
    two = encode(
        tmp_path / "2.aac", sound(1, rate=44_100, channels=2), rate=44_100, container="adts"
    )
    both = tmp_path / "both.aac"
    both.write_bytes(one.read_bytes() + two.read_bytes())
    assert "changes part-way from 22050 Hz, 1 channels" in reason(both)


@pytest.mark.parametrize(("first", "then"), [(1, 2), (2, 1)])
def test_a_stream_that_changes_only_its_channels_is_refused(
    tmp_path: Path, first: int, then: int
) -> None:
    """Nothing else tells: rate and sample format stay, and the queue of samples does not look."""
    parts = [
        encode(tmp_path / f"{each}.aac", sound(1, channels=each), rate=8000, container="adts")
        for each in (first, then)
    ]
    both = tmp_path / "both.aac"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    found = reason(both)
    assert f"changes part-way from 8000 Hz, {first} channels" in found
    assert f"to 8000 Hz, {then} channels" in found


def test_a_wrong_ending_does_not_matter_to_the_decode(tmp_path: Path) -> None:
    source = encode(tmp_path / "v.mp3", sound(2, rate=44_100), rate=44_100, codec="libmp3lame")
    renamed = source.with_suffix(".wav")
    renamed.write_bytes(source.read_bytes())
    assert np.array_equal(decode(renamed), decode(source))


def test_tags_that_are_not_utf_8_do_not_stop_a_recording(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "v.wav", sound(1))
    text = b"caf\xe9 \xff\xfe\x00\x00"
    info = b"INFOISFT" + len(text).to_bytes(4, "little") + text
    data = source.read_bytes() + b"LIST" + len(info).to_bytes(4, "little") + info
    source.write_bytes(data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:])
    measurement, _ = read_recording(source)
    assert measurement.sample_count == 8000
    assert any("caf" in each.stated.value for each in measurement.facts)


def test_the_decoder_is_recorded(tmp_path: Path) -> None:
    source = encode(tmp_path / "v.m4a", sound(1, rate=44_100), rate=44_100)
    with SoundReader(source) as reader:
        for _ in reader.blocks():
            pass
        decoder = reader.decoder
    assert (decoder.name, decoder.library) == ("aac", "av")
    assert decoder.library_version == av.__version__
    assert decoder.sample_format == "fltp"
    assert "m4a" in decoder.container


def test_blocks_follow_one_another_and_are_equally_long_but_for_the_last(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "v.wav", sound(60, rate=16_000), 16_000)
    with SoundReader(source) as reader:
        spans = [(block.first, block.end) for block in reader.blocks()]
        length = reader.form.block_samples
    assert [end - first for first, end in spans[:-1]] == [length] * (len(spans) - 1)
    assert [first for first, _ in spans[1:]] == [end for _, end in spans[:-1]]
    assert spans[-1][1] == 60 * 16_000
    assert len(spans) > 2


def test_reading_writes_nothing_beside_the_recording(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "v.wav", sound(1))
    read_recording(source)
    assert left_in(tmp_path) == ["v.wav"]
