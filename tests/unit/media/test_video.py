# SPDX-License-Identifier: AGPL-3.0-or-later
"""Viewing copies and stills of a video: cut at frames, upright, and said to be what they are."""

from __future__ import annotations

import io
import json
import subprocess
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from attrs import evolve
from PIL import Image
from support_film import FPS, RATE, film
from support_sound import (
    CORPUS,
    decode,
    encode,
    left_in,
    needs_corpus,
    needs_ffmpeg,
    read_wav,
    sound,
    write_wav,
)

from evidencekit.errors import (
    Cancelled,
    ClipUnwritable,
    RecordingUnreadable,
    SpanOutsideRecording,
    SpanReversed,
)
from evidencekit.media.cut import cut
from evidencekit.media.measure import read_recording
from evidencekit.media.pictures import has_pictures
from evidencekit.media.planned import NOT_MADE, planned_copy
from evidencekit.media.video import stills, viewing_copy
from evidencekit.model.timecode import Span

if TYPE_CHECKING:
    from pathlib import Path


def span(start_ms: int, end_ms: int) -> Span:
    return Span(start_ms=start_ms, end_ms=end_ms)


def frames_of(path: Path) -> list[tuple[Fraction, np.ndarray]]:
    with av.open(str(path)) as given:
        return [
            (frame.pts * frame.time_base, frame.to_ndarray(format="gray"))
            for frame in given.decode(given.streams.video[0])
        ]


def number_of(picture: np.ndarray) -> float:
    """Which frame a picture is, by its brightness, within one pass of the scale."""
    return (float(picture[:80, 100:150].mean()) - 20) / 4


def test_a_viewing_copy_holds_the_frames_on_view_in_the_span(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv")
    made = viewing_copy(source, span(1250, 2550), to=tmp_path / "1.mp4")
    shown = frames_of(made.path)
    assert [round(number_of(picture)) for _, picture in shown] == list(range(12, 26))
    assert [at for at, _ in shown] == [
        0,
        *(Fraction(n, FPS) - Fraction(1250, 1000) for n in range(13, 26)),
    ]
    assert (made.start, made.end) == (Fraction(12, FPS), Fraction(2550, 1000))
    assert made.frames == len(shown) == 14
    assert (made.width, made.height) == shown[0][1].shape[::-1] == (160, 96 + 28)


def test_a_viewing_copy_says_what_it_is_under_its_picture_and_in_its_file(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv", size=(640, 360))
    made = viewing_copy(source, span(1000, 2000), to=tmp_path / "1.mp4")
    assert made.label == (
        "Viewing copy, re-encoded: 0:01.000 to 0:02.000. The exact sound is in the clip."
    )
    strip = frames_of(made.path)[0][1][360:]
    assert strip.shape == (28, 640)
    assert strip.min() < 40
    assert (strip > 150).sum() > 200
    with av.open(str(made.path)) as given:
        assert given.metadata["title"] == "Viewing copy, re-encoded"
        assert given.metadata["comment"] == made.label


def test_a_viewing_copy_has_the_sound_of_the_clip(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv")
    made = viewing_copy(source, span(1000, 3000), to=tmp_path / "1.mp4")
    clip = cut(source, span(1000, 3000), to=tmp_path / "1.wav")
    exact = read_wav(clip.path)[:, 0].astype(float)
    with av.open(str(made.path)) as given:
        heard = np.concatenate([f.to_ndarray()[0] for f in given.decode(given.streams.audio[0])])
    apart = [
        np.corrcoef(heard[10_000 + n : 60_000 + n], exact[10_000:60_000])[0, 1]
        for n in range(-4, 5)
    ]
    assert int(np.argmax(apart)) == 4
    assert max(apart) > 0.95
    assert len(heard) == pytest.approx(2 * RATE, abs=2048)


def test_a_viewing_copy_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv")
    one, two = (viewing_copy(source, span(500, 900), to=tmp_path / f"{n}.mp4") for n in (1, 2))
    assert one.path.read_bytes() == two.path.read_bytes()
    assert one.file_digest == two.file_digest


def test_the_original_is_left_as_it_was(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv")
    before = source.read_bytes()
    viewing_copy(source, span(500, 900), to=tmp_path / "1.mp4")
    stills(source, span(500, 900), 2)
    assert source.read_bytes() == before
    assert left_in(tmp_path) == ["1.mp4", "v.mkv"]


def test_stills_are_the_frames_on_view_each_with_its_time(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv")
    made = stills(source, span(1000, 3000), 4, picture="png")
    assert [each.wanted_ms for each in made] == [1250, 1750, 2250, 2750]
    assert [each.at for each in made] == [Fraction(n, FPS) for n in (12, 17, 22, 27)]
    assert [each.at_ms for each in made] == [1200, 1700, 2200, 2700]
    for each, number in zip(made, (12, 17, 22, 27), strict=True):
        image = Image.open(io.BytesIO(each.data))
        assert (image.format, image.size) == ("PNG", (each.width, each.height))
        assert round(number_of(np.asarray(image.convert("L")))) == number
    assert made == stills(source, span(1000, 3000), 4, picture="png")
    (jpeg,) = stills(source, span(1000, 3000), 1)
    assert jpeg.media_type == "image/jpeg"
    assert Image.open(io.BytesIO(jpeg.data)).format == "JPEG"


def test_times_are_counted_from_the_sound_where_that_starts_later(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv", sound_at=1.5)
    (still,) = stills(source, span(1000, 1100), 1, picture="png")
    assert still.at == Fraction(25, FPS) - Fraction(3, 2)
    picture = np.asarray(Image.open(io.BytesIO(still.data)).convert("L"))
    assert round(number_of(picture)) == 25
    made = viewing_copy(source, span(1000, 1500), to=tmp_path / "1.mp4")
    assert round(number_of(frames_of(made.path)[0][1])) == 25


def test_a_jump_in_the_time_stamps_is_followed_where_the_measurement_is_given(
    tmp_path: Path,
) -> None:
    source = film(tmp_path / "v.mkv", gap_at=2)
    measurement, _ = read_recording(source)
    assert [each.shift_ms for each in measurement.time_shifts] == [5000]
    (before, after) = (
        stills(source, span(at, at + 20), 1, measurement=measurement, picture="png")[0]
        for at in (1510, 3010)
    )
    for still, number in ((before, 15), (after, 30)):
        picture = np.asarray(Image.open(io.BytesIO(still.data)).convert("L"))
        assert round(number_of(picture)) == number
        assert still.at == Fraction(number, FPS)


def test_a_video_without_sound_is_counted_from_its_own_start(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv", sound_at=None)
    made = viewing_copy(source, span(1000, 2000), to=tmp_path / "1.mp4")
    assert round(number_of(frames_of(made.path)[0][1])) == 10
    with av.open(str(made.path)) as given:
        assert not given.streams.audio


@needs_ffmpeg
def test_a_picture_that_a_phone_held_upright_is_turned(tmp_path: Path) -> None:
    plain = film(tmp_path / "v.mkv", sound_at=None)
    turned = tmp_path / "turned.mp4"
    command = ["ffmpeg", "-v", "error", "-i", str(plain), "-c", "copy"]
    subprocess.run([*command, "-metadata:s:v", "rotate=90", str(turned)], check=True)
    with av.open(str(turned)) as given:
        if not next(given.decode(given.streams.video[0])).rotation:
            pytest.skip("this ffmpeg command does not mark a video as turned")
    (still,) = stills(turned, span(1000, 1100), 1, picture="png")
    assert (still.width, still.height) == (96, 160)
    oracle = tmp_path / "oracle.png"
    command = ["ffmpeg", "-v", "error", "-ss", "1.0", "-i", str(turned), "-frames:v", "1"]
    subprocess.run([*command, str(oracle)], check=True)
    ours = np.asarray(Image.open(io.BytesIO(still.data)).convert("L")).astype(int)
    theirs = np.asarray(Image.open(oracle).convert("L")).astype(int)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).mean() < 6
    made = viewing_copy(turned, span(1000, 1500), to=tmp_path / "1.mp4")
    assert (made.width, made.height) == (96, 160 + 28)


@needs_ffmpeg
def test_a_viewing_copy_opens_in_another_program(tmp_path: Path) -> None:
    made = viewing_copy(film(tmp_path / "v.mkv"), span(1000, 3000), to=tmp_path / "1.mp4")
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-count_frames"]
    done = subprocess.run([*command, str(made.path)], capture_output=True, check=True)
    kinds = {each["codec_type"]: each for each in json.loads(done.stdout)["streams"]}
    assert kinds["video"]["nb_read_frames"] == str(made.frames)
    assert kinds["audio"]["codec_name"] == "aac"
    assert done.stderr == b""


def test_what_is_no_video_has_no_copy_and_no_stills(tmp_path: Path) -> None:
    source = encode(tmp_path / "v.m4a", sound(2, rate=RATE), rate=RATE)
    for call in (
        lambda: viewing_copy(source, span(0, 1000), to=tmp_path / "1.mp4"),
        lambda: stills(source, span(0, 1000), 2),
    ):
        with pytest.raises(RecordingUnreadable, match="holds no moving pictures"):
            call()
    assert not has_pictures(source)
    assert has_pictures(film(tmp_path / "v.mkv"))
    assert left_in(tmp_path) == ["v.m4a", "v.mkv"]


def test_a_bad_span_name_or_count_is_refused(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv")
    with pytest.raises(SpanReversed):
        viewing_copy(source, span(1000, 1000), to=tmp_path / "1.mp4")
    with pytest.raises(SpanReversed):
        stills(source, span(1000, 900), 2)
    with pytest.raises(SpanOutsideRecording):
        viewing_copy(source, span(1000, 9000), to=tmp_path / "1.mp4")
    with pytest.raises(ClipUnwritable, match=r"must end in \.mp4"):
        viewing_copy(source, span(0, 1000), to=tmp_path / "1.mkv")
    with pytest.raises(ClipUnwritable, match="exists already"):
        viewing_copy(source, span(0, 1000), to=film(tmp_path / "x.mp4", sound_at=None))
    for count in (0, 61):
        with pytest.raises(ValueError, match="from 1 to 60"):
            stills(source, span(0, 1000), count)
    assert left_in(tmp_path) == ["v.mkv", "x.mp4"]


def test_cancelling_a_viewing_copy_leaves_nothing_behind(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv")
    answers = iter([False] * 12)
    with pytest.raises(Cancelled):
        viewing_copy(
            source,
            span(0, 3000),
            to=tmp_path / "1.mp4",
            cancelled=lambda: next(answers, True),
        )
    assert left_in(tmp_path) == ["v.mkv"]


@pytest.mark.parametrize(
    ("how", "spans"),
    [
        ({}, [(1250, 2550), (0, 4000), (3900, 3999), (1000, 1001), (0, 90)]),
        ({"sound_at": 1.5}, [(1000, 1500), (0, 700)]),
        ({"gap_at": 2}, [(1510, 3010), (100, 3900)]),
    ],
)
def test_what_a_viewing_copy_would_be_is_told_without_making_it(
    tmp_path: Path, how: dict[str, Any], spans: list[tuple[int, int]]
) -> None:
    source = film(tmp_path / "v.mkv", **how)
    measurement, _ = read_recording(source)
    for number, (start, end) in enumerate(spans):
        to = tmp_path / f"{number}.mp4"
        planned = planned_copy(source, span(start, end), to=to, measurement=measurement)
        assert not to.exists()
        made = viewing_copy(source, span(start, end), to=to, measurement=measurement)
        assert planned == evolve(made, file_digest=NOT_MADE)


def test_what_cannot_be_seen_is_no_planned_copy_either(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "v.wav", sound(2))
    with pytest.raises(RecordingUnreadable, match="holds no moving pictures"):
        planned_copy(source, span(0, 500), to=tmp_path / "1.mp4")
    source = film(tmp_path / "v.mkv")
    with pytest.raises(RecordingUnreadable, match="holds no pictures in that span"):
        planned_copy(source, span(9000, 9500), to=tmp_path / "1.mp4")


@needs_corpus
def test_a_real_video_is_planned_as_it_is_copied(tmp_path: Path) -> None:
    source = CORPUS / "videogrep" / "manifesto.mp4"
    for number, (start, end) in enumerate(((12_400, 14_400), (0, 777), (30_010, 31_999))):
        to = tmp_path / f"{number}.mp4"
        planned = planned_copy(source, span(start, end), to=to)
        made = viewing_copy(source, span(start, end), to=to)
        assert planned == evolve(made, file_digest=NOT_MADE)


def test_the_channels_of_a_clip_stay_apart_in_its_viewing_copy(tmp_path: Path) -> None:
    source = film(tmp_path / "v.mkv")
    alone = np.zeros((48_000, 6), np.int16)
    alone[:, 4] = sound(1, rate=48_000)[:, 0]
    given = write_wav(tmp_path / "six.wav", alone, 48_000)
    viewing_copy(source, span(0, 1000), to=tmp_path / "1.mp4", sound=given)
    heard = np.abs(decode(tmp_path / "1.mp4").astype(int)).max(axis=0)
    assert heard.shape == (6,)
    assert heard[4] > 1000
    assert np.delete(heard, 4).max() < 100


@needs_corpus
def test_a_real_video_is_copied_and_stilled(tmp_path: Path) -> None:
    source = CORPUS / "videogrep" / "manifesto.mp4"
    made = viewing_copy(source, span(12_400, 14_400), to=tmp_path / "1.mp4")
    assert (made.frames, made.start) == (50, Fraction(124, 10))
    assert [each.at_ms for each in stills(source, span(12_400, 14_400), 2)] == [12_880, 13_880]
