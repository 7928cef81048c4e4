# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several channels of a recording, taken out whole, in the order asked for, and never mixed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from support_sound import decode, encode, left_in, read_wav, sound, write_wav

from evidencekit.errors import RecordingUnreadable, TrackMissing
from evidencekit.media.check import Likeness, check_clip
from evidencekit.media.compare import ClipUnderTest, compare_clips
from evidencekit.media.cut import BY_SEEK, cut
from evidencekit.media.measure import index_recording
from evidencekit.model.channels import chosen_channels, wrong_choice
from evidencekit.model.timecode import Span

#: The page that says how anybody takes the same channels out.
PAGE = Path(__file__).parents[3] / "docs" / "verify-without-evidencekit.md"
PAN = "pan=2c|c0=c4|c1=c0"
RATE = 16_000
SECONDS = 24
SPAN = Span(start_ms=20_100, end_ms=21_600)
WANTED = slice(20_100 * RATE // 1000, 21_600 * RATE // 1000)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of six microphones, each with a sound of its own."""
    path = tmp_path_factory.mktemp("room") / "room.wav"
    return write_wav(path, sound(SECONDS, rate=RATE, channels=6), RATE)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    (tmp_path / "clips").mkdir()
    return tmp_path / "clips"


def ffmpeg(*arguments: object) -> None:
    subprocess.run(["ffmpeg", "-v", "error", *map(str, arguments)], check=True)


def test_several_channels_are_those_planes_in_the_order_asked_for(room: Path, clips: Path) -> None:
    whole, index = read_wav(room), index_recording(room)
    for order in ((5, 1), (1, 2, 3), (6, 4, 2), (6, 5, 4, 3, 2, 1)):
        sought, linear = clips / f"{order}-s.wav", clips / f"{order}-l.wav"
        file = cut(room, SPAN, to=sought, index=index, channel=order)
        assert (file.chosen_channels, file.channels, file.way) == (order, len(order), BY_SEEK)
        assert np.array_equal(read_wav(sought), whole[WANTED][:, [each - 1 for each in order]])
        cut(room, SPAN, to=linear, channel=order)
        assert linear.read_bytes() == sought.read_bytes()


@pytest.mark.parametrize(
    ("ending", "codec"), [("flac", "flac"), ("m4a", "aac"), ("opus", "libopus")]
)
def test_channels_of_every_kind_of_file_are_what_ffmpeg_maps_out(
    room: Path, clips: Path, tmp_path: Path, ending: str, codec: str
) -> None:
    source = tmp_path / f"room.{ending}"
    ffmpeg("-i", room, "-c:a", codec, "-strict", "-2", source)
    alone = tmp_path / "alone.wav"
    assert f"`{PAN},`" in PAGE.read_text("utf-8")
    ffmpeg("-i", source, "-map", "0:a:0", "-af", PAN, "-c:a", "pcm_s16le", alone)
    file = cut(source, SPAN, to=clips / "1.wav", index=index_recording(source), channel=(5, 1))
    wanted = slice(file.samples.first, file.samples.end)  # opus is always 48,000 a second
    apart = np.abs(read_wav(file.path).astype(int) - read_wav(alone)[wanted])
    assert apart.max() <= (0 if codec == "flac" else 1)
    assert np.array_equal(read_wav(file.path), decode(source)[wanted][:, [4, 0]])


def test_a_flac_clip_of_two_of_many_channels_can_be_written(room: Path, clips: Path) -> None:
    cut(room, SPAN, to=clips / "1.flac", channel=(2, 6))
    assert np.array_equal(decode(clips / "1.flac"), read_wav(room)[WANTED][:, [1, 5]])


def test_a_change_in_a_channel_that_was_not_chosen_still_keeps_a_seek_from_being_believed(
    room: Path, clips: Path
) -> None:
    index = index_recording(room)
    wrong = bytearray(index.digests)
    wrong[5 * 32] ^= 1  # the block of second 20, of one plane with all channels
    file = cut(room, SPAN, to=clips / "1.wav", index=evolve(index, digests=bytes(wrong)), channel=3)
    assert file.way != BY_SEEK
    assert np.array_equal(read_wav(file.path)[:, 0], read_wav(room)[WANTED][:, 2])


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ((1, 7), "has 6 channels; there is no number 7"),
        ((2, 3, 2), "is to give channel 2 twice; each channel can be named once"),
        ((0,), "has its channels counted from 1; there is no number 0"),
        (-1, "has its channels counted from 1; there is no number -1"),
    ],
)
def test_a_channel_that_is_not_there_or_is_named_twice_is_refused_by_name(
    room: Path, clips: Path, channel: int | tuple[int, ...], words: str
) -> None:
    with pytest.raises(TrackMissing) as caught:
        cut(room, SPAN, to=clips / "1.wav", channel=channel)
    assert caught.value.reason == words
    assert left_in(clips) == []


def test_a_mono_recording_has_no_second_channel(tmp_path: Path, clips: Path) -> None:
    mono = write_wav(tmp_path / "mono.wav", sound(2))
    span = Span(start_ms=0, end_ms=500)
    with pytest.raises(RecordingUnreadable, match="has 1 channel; there is no number 2"):
        cut(mono, span, to=clips / "1.wav", channel=(1, 2))
    cut(mono, span, to=clips / "2.wav", channel=[1])
    assert np.array_equal(read_wav(clips / "2.wav"), read_wav(mono)[:4000])


def test_which_channels_a_clip_holds_is_found_without_being_told(room: Path, clips: Path) -> None:
    for order in ((5, 1), (6, 4, 2), (2, 1, 3, 4, 5, 6)):
        file = cut(room, SPAN, to=clips / f"{order}.wav", channel=order)
        found = check_clip(file.path, room)
        assert (found.likeness, found.channels) == (Likeness.EXACT, order)
        assert (found.samples, found.ok) == (file.samples, True)
        told = check_clip(file.path, room, samples=file.samples, channel=order)
        assert told.likeness is Likeness.EXACT
        other = check_clip(file.path, room, samples=file.samples, channel=order[::-1])
        assert other.likeness is Likeness.DIFFERENT


def test_swapped_channels_are_found_to_be_swapped(tmp_path: Path, clips: Path) -> None:
    call = write_wav(tmp_path / "call.wav", sound(6, rate=RATE, channels=2), RATE)
    span = Span(start_ms=3000, end_ms=4000)
    swapped = cut(call, span, to=clips / "1.wav", channel=(2, 1))
    found = check_clip(swapped.path, call)
    assert found.channels == (2, 1)
    assert "the clip holds channels 2 and 1 of the recording, in that order" in found.notes
    alone = cut(call, span, to=clips / "3.wav", channel=2)
    said = "the clip holds channel 2 of the recording alone"
    assert said in check_clip(alone.path, call).notes
    straight = cut(call, span, to=clips / "2.wav")
    assert check_clip(straight.path, call).channels == ()
    assert not any("channel" in each for each in check_clip(straight.path, call).notes)


def test_a_silent_channel_does_not_hide_the_others(tmp_path: Path, clips: Path) -> None:
    samples = sound(6, rate=RATE, channels=4)
    samples[:, 0] = 0
    source = write_wav(tmp_path / "v.wav", samples, RATE)
    file = cut(source, Span(start_ms=3000, end_ms=4000), to=clips / "1.wav", channel=(1, 4))
    found = check_clip(file.path, source)
    assert (found.likeness, found.channels) == (Likeness.EXACT, (1, 4))


def test_a_clip_of_several_channels_from_elsewhere_is_not_found(
    tmp_path: Path, room: Path, clips: Path
) -> None:
    other = write_wav(tmp_path / "o.wav", sound(6, rate=RATE, channels=6, seed=9), RATE)
    file = cut(other, Span(start_ms=1000, end_ms=2000), to=clips / "1.wav", channel=(1, 4))
    assert not check_clip(file.path, room).ok
    # One channel of it is the room's, and the other is not.
    mixed = np.stack([read_wav(room)[WANTED][:, 2], read_wav(other)[: RATE * 3 // 2, 0]], axis=1)
    write_wav(clips / "2.wav", mixed, RATE)
    assert not check_clip(clips / "2.wav", room).ok


def test_one_clip_in_many_is_compared_by_its_own_channels(room: Path, clips: Path) -> None:
    made = [cut(room, SPAN, to=clips / f"{each}.wav", channel=each) for each in ((1, 2), (2, 1))]
    tests = [
        ClipUnderTest(path=each.path, samples=each.samples, bits=16, channels=channels)
        for each in made
        for channels in ((1, 2), (2, 1), (1, 9))
    ]
    results = compare_clips(room, tests)
    assert [each.equal for each in results] == [True, False, False, False, True, False]
    assert [each.form_matches for each in results] == [True, True, False] * 2


def test_muting_takes_the_sound_out_of_every_chosen_channel(room: Path, clips: Path) -> None:
    muted = Span(start_ms=20_500, end_ms=20_800)
    file = cut(room, SPAN, to=clips / "1.wav", channel=(4, 1), mute=[muted])
    expected = read_wav(room)[WANTED][:, [3, 0]].copy()
    expected[400 * 16 : 700 * 16] = 0
    assert np.array_equal(read_wav(file.path), expected)
    found = check_clip(file.path, room)
    assert (found.likeness, found.channels) == (Likeness.MUTED, (4, 1))


def test_a_channel_of_a_chosen_track_is_of_that_track(tmp_path: Path, clips: Path) -> None:
    tracks = [sound(3, rate=RATE, channels=2, seed=seed) for seed in (1, 2)]
    source = encode(tmp_path / "v.mka", *tracks, rate=RATE, codec="flac")
    span = Span(start_ms=1000, end_ms=2000)
    cut(source, span, to=clips / "1.wav", track=2, channel=(2, 1))
    assert np.array_equal(read_wav(clips / "1.wav"), tracks[1][RATE : 2 * RATE, ::-1])


def test_a_choice_is_one_number_or_several() -> None:
    assert [chosen_channels(each) for each in (None, 2, [3, 1], ())] == [(), (2,), (3, 1), ()]
    assert wrong_choice((), there=1) is None
    assert wrong_choice((64,)) is None
