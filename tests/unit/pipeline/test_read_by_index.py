# SPDX-License-Identifier: AGPL-3.0-or-later
"""A build by an index is the build without it, and the record says which way was taken."""

from __future__ import annotations

import hashlib
import json
import shutil
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from support_cli import Desk
from support_examples import NOW
from support_sound import encode, needs_ffmpeg, sound

import evidencekit as ek
from evidencekit.custody.intake import check_recordings
from evidencekit.custody.log import LOG_NAME, parse_log, read_bytes
from evidencekit.errors import RecordingUnreadable, SpanOutsideRecording
from evidencekit.media import known, measure, streamform
from evidencekit.media.index import ANCHOR_SIZE, DIGEST_SIZE
from evidencekit.media.measure import index_recording
from evidencekit.media.source import BlockMaker
from evidencekit.model.clip import IndexState
from evidencekit.model.findings import Severity
from evidencekit.pipeline.intake import intake
from evidencekit.pipeline.read import read_recordings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from evidencekit.media.index import RecordingIndex
    from evidencekit.model.findings import Finding
    from evidencekit.model.material import ReadRecording

START, SEEK = "decoded from the start", "seek, every block matched"
CLIPS = """\
from = "0:20.500"
to = "0:21.500"
[[recordings.visit.clip]]
title = "The end"
from = "0:38"
to = "0:40"
"""


class Here:
    """An executor that calls at once, in this process, so that what is patched is patched."""

    def submit(self, function: Any, *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args))
        except Exception as error:  # noqa: BLE001 - as executors do
            future.set_exception(error)
        return future


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with forty seconds of MP3 and two clips far into it, taken in."""
    desk = Desk(tmp_path)
    desk.recording.unlink()
    desk.recording = desk.folder / "recordings/visit.mp3"
    encode(desk.recording, sound(40, rate=16_000), rate=16_000, codec="libmp3lame")
    desk.change("visit.wav", "visit.mp3")
    desk.change('from = "0:00.500"\nto = "0:01.500"\n', CLIPS)
    return desk


def take_in(desk: Desk) -> None:
    intake(ek.load_matter(desk.matter), folder=desk.folder, by="a clerk", now=NOW, executor=Here())


def read(desk: Desk) -> tuple[ReadRecording, tuple[Finding, ...], list[bytes]]:
    """Read the recording and cut its clips; return findings about the index, and clips' bytes."""
    matter = ek.load_matter(desk.matter)
    log = parse_log(read_bytes(desk.folder / LOG_NAME))
    shutil.rmtree(desk.temp)
    desk.temp.mkdir()
    (found,), findings = read_recordings(
        matter,
        folder=desk.folder,
        digests=check_recordings(matter, desk.folder, log),
        log=log,
        clips_folder=desk.temp,
        executor=Here(),  # type: ignore[arg-type]
    )
    of_index = tuple(each for each in findings if each.code == "EK-R003")
    return found, of_index, [each.file.path.read_bytes() for each in found.clips]


def ways(found: ReadRecording) -> list[str]:
    return [each.file.way for each in found.clips]


def same_but_for_the_way(one: ReadRecording, two: ReadRecording) -> bool:
    """Say whether two readings are the same, but for how the samples were reached."""

    def plain(read: ReadRecording) -> ReadRecording:
        clips = tuple(evolve(each, file=evolve(each.file, way="")) for each in read.clips)
        return evolve(read, clips=clips, index=IndexState.USED)

    return plain(one) == plain(two)


def build(desk: Desk, name: str) -> dict[str, bytes]:
    """Build and return every file of the package by its path in it."""
    into = desk.outs / name
    ek.build(ek.load_matter(desk.matter), folder=desk.folder, into=into, now=NOW)
    files = (each for each in into.rglob("*") if each.is_file())
    return {each.relative_to(into).as_posix(): each.read_bytes() for each in files}


def test_a_build_says_that_the_index_was_not_used(desk: Desk) -> None:
    take_in(desk)
    shutil.rmtree(desk.folder / "index")
    said = " ".join(desk.build().stdout.split())
    assert "decoded in full, because its index was not used: it is not in the folder" in said


@needs_ffmpeg
def test_a_build_without_the_index_differs_in_what_it_says_of_the_way_alone(desk: Desk) -> None:
    take_in(desk)
    (kept,) = (desk.folder / "index").iterdir()
    by_index, again = build(desk, "one"), build(desk, "two")
    assert again == by_index
    kept.unlink()
    without = build(desk, "three")
    differ = {name for name, data in by_index.items() if without[name] != data}
    lists = {"bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"}
    assert differ == {"data/bundle.json"} | lists
    one, two = (json.loads(each["data/bundle.json"]) for each in (by_index, without))
    assert [each.pop("way") for each in one["clips"]] == [SEEK, SEEK]
    assert [each.pop("way") for each in two["clips"]] == [START, START]
    assert one["recordings"][0].pop("index") == {"used": True, "why_not": None}
    assert two["recordings"][0].pop("index") == {
        "used": False,
        "why_not": "it is not in the folder index",
    }
    assert [each["code"] for each in two["findings"] if each not in one["findings"]] == ["EK-R003"]
    assert one | {"findings": ()} == two | {"findings": ()}


def test_a_recording_is_decoded_once_at_intake_and_not_again_to_be_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(desk)
    monkeypatch.setattr(known, "read_and_index", None)
    found, findings, _ = read(desk)
    assert (found.index, findings, ways(found)) == (IndexState.USED, (), [SEEK, SEEK])
    assert found.measurement == index_recording(desk.recording).measurement


def change_a_byte(whole: bytes) -> bytes:
    return whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:]


def forge(whole: bytes) -> bytes:
    body = change_a_byte(whole)[:-32]
    return body + hashlib.sha256(body).digest()


@pytest.mark.parametrize("act", [change_a_byte, forge, lambda _: b"", lambda whole: whole + b"x"])
def test_an_index_that_the_log_does_not_name_is_not_believed(
    desk: Desk, act: Callable[[bytes], bytes]
) -> None:
    take_in(desk)
    right, _, clips = read(desk)
    (kept,) = (desk.folder / "index").iterdir()
    kept.write_bytes(act(kept.read_bytes()))
    found, (finding,), bytes_now = read(desk)
    assert (found.index, finding.severity) == (IndexState.CHANGED, Severity.WARNING)
    assert ways(found) == [START, START]
    assert bytes_now == clips
    assert same_but_for_the_way(found, right)


def test_a_log_without_an_index_goes_on_working(desk: Desk) -> None:
    from evidencekit.custody.intake import intake as enter

    enter(ek.load_matter(desk.matter), folder=desk.folder, by="a clerk", now=NOW)
    found, (finding,), clips = read(desk)
    assert (found.index, finding.severity) == (IndexState.NOT_RECORDED, Severity.NOTE)
    assert ways(found) == [START, START]
    take_in(desk)  # makes the index again, and enters its digest
    by_index, findings, bytes_now = read(desk)
    assert (findings, bytes_now) == ((), clips)
    assert same_but_for_the_way(found, by_index)


def lying(change: Callable[[RecordingIndex], RecordingIndex]) -> Callable[..., RecordingIndex]:
    return lambda path, **options: change(index_recording(path, **options))


def other_block(number: int) -> Callable[[RecordingIndex], RecordingIndex]:
    def change(index: RecordingIndex) -> RecordingIndex:
        digests = bytearray(index.digests)
        digests[number * DIGEST_SIZE] ^= 1
        return evolve(index, digests=bytes(digests))

    return change


@pytest.mark.parametrize("number", [0, 5, 9])
def test_an_index_that_the_decoder_contradicts_is_not_used(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(measure, "index_recording", lying(other_block(number)))
        take_in(desk)
    found, (finding,), clips = read(desk)
    assert (found.index, finding.severity) == (IndexState.OTHER_SAMPLES, Severity.WARNING)
    assert ways(found) == [START, START]
    (desk.folder / LOG_NAME).unlink()
    take_in(desk)
    right, (), bytes_now = read(desk)
    assert bytes_now == clips
    assert found.samples_digest == right.samples_digest
    assert same_but_for_the_way(found, right)


def test_an_index_taken_of_blocks_of_another_length_is_used_as_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(streamform, "_BUCKETS_IN_BLOCK", 100)
        take_in(desk)
    found, findings, clips = read(desk)
    assert (found.index, findings) == (IndexState.USED, ())
    (desk.folder / LOG_NAME).unlink()
    take_in(desk)
    right, (), bytes_now = read(desk)
    assert bytes_now == clips
    assert ways(found) == ways(right)


def test_another_version_of_the_decoder_and_its_other_length_are_explained(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(index: RecordingIndex) -> RecordingIndex:
        before = index.measurement
        decoder = evolve(before.decoder, library_version="1.0")
        return evolve(
            index,
            measurement=evolve(before, decoder=decoder, sample_count=before.sample_count - 500),
        )

    with monkeypatch.context() as patch:
        patch.setattr(measure, "index_recording", lying(change))
        take_in(desk)
    found, (finding,), _ = read(desk)
    assert (found.index, finding.severity) == (IndexState.OTHER_DECODER, Severity.NOTE)
    count = found.measurement.sample_count
    assert f"It has {count:,} samples by the one here, and had {count - 500:,}" in finding.message
    assert "The file is the same: versions of FFmpeg differ" in finding.message


def test_a_clip_that_another_version_of_the_decoder_held_is_refused_with_the_reason(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(index: RecordingIndex) -> RecordingIndex:
        before, longer = index.measurement, 3 * 16_000
        decoder = evolve(before.decoder, library_version="1.0")
        measurement = evolve(before, decoder=decoder, sample_count=before.sample_count + longer)
        blocks = -(-measurement.sample_count // index.block_samples) - index.block_count
        return evolve(
            index,
            measurement=measurement,
            digests=index.digests + bytes(blocks * index.planes * DIGEST_SIZE),
            anchors=index.anchors + bytes(blocks * ANCHOR_SIZE),
        )

    desk.change('to = "0:40"', 'to = "0:42"')
    with monkeypatch.context() as patch:
        patch.setattr(measure, "index_recording", lying(change))
        take_in(desk)
    with pytest.raises(SpanOutsideRecording) as raised:
        read(desk)
    assert raised.value.taken_in_ms == raised.value.length_ms + 3000
    assert "The file is the same: versions of FFmpeg differ" in str(raised.value)


@pytest.mark.parametrize("indexed", [True, False])
def test_a_recording_that_decodes_differently_a_second_time_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, indexed: bool
) -> None:
    """Every decode of it gives another first sample, so that no digest can ever be met again."""
    times = iter(range(1, 1000))
    plain = BlockMaker._block

    def block(self: BlockMaker, fifo: object, samples: int) -> object:
        made = plain(self, fifo, samples)  # type: ignore[arg-type]
        if made.first:
            return made
        plane = made.planes[0].copy()
        plane[0] += next(times) / 100
        return evolve(made, planes=(plane, *made.planes[1:]))

    if indexed:
        take_in(desk)
    monkeypatch.setattr(BlockMaker, "_block", block)
    if not indexed:
        take_in(desk)
    with pytest.raises(RecordingUnreadable, match="does not decode to the same samples twice"):
        read(desk)


def test_a_clip_beyond_the_end_is_refused_by_the_index_as_by_a_decode(desk: Desk) -> None:
    desk.change('to = "0:40"', 'to = "0:45"')
    take_in(desk)
    with pytest.raises(SpanOutsideRecording) as by_index:
        read(desk)
    shutil.rmtree(desk.folder / "index")
    with pytest.raises(SpanOutsideRecording) as by_decode:
        read(desk)
    assert by_index.value == by_decode.value


def test_a_quote_widened_past_the_end_is_cut_the_same_by_the_index(desk: Desk) -> None:
    desk.transcript.write_text("WEBVTT\n\n00:39.000 --> 00:39.500\nthe very last words\n")
    desk.change('from = "0:38"\nto = "0:40"', 'quote = "very last words"\nafter = "0:09"')
    take_in(desk)
    by_index, (), clips = read(desk)
    shutil.rmtree(desk.folder / "index")
    by_decode, _, bytes_now = read(desk)
    assert bytes_now == clips
    assert same_but_for_the_way(by_index, by_decode)


def test_one_channel_of_a_chosen_track_is_cut_by_the_index(desk: Desk) -> None:
    tracks = [sound(40, rate=16_000, channels=2, seed=seed) for seed in (1, 2)]
    desk.recording.unlink()
    encode(desk.folder / "recordings/visit.mka", *tracks, rate=16_000, codec="flac")
    desk.change("visit.mp3", "visit.mka")
    desk.change('made_by = "amara"', 'made_by = "amara"\ntrack = 2\nchannel = "right"')
    take_in(desk)
    found, findings, clips = read(desk)
    assert (findings, ways(found)) == ((), [SEEK, SEEK])
    expected = tracks[1][round(20.5 * 16_000) : round(21.5 * 16_000), 1]
    assert clips[0][44:] == expected.tobytes()
    assert [(each.file.track, each.file.channel) for each in found.clips] == [(2, 2), (2, 2)]
    shutil.rmtree(desk.folder / "index")
    assert read(desk)[2] == clips
