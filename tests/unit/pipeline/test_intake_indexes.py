# SPDX-License-Identifier: AGPL-3.0-or-later
"""Intake decodes each recording once and keeps an index; no sound, no entry in the log."""

from __future__ import annotations

import hashlib
import shutil
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from support_cli import Desk
from support_examples import NOW
from support_sound import encode, left_in, needs_ffmpeg, sound, write_wav

import evidencekit as ek
from evidencekit.custody.log import LOG_NAME, parse_log, read_bytes
from evidencekit.custody.reading import log_lines
from evidencekit.errors import (
    CustodyError,
    DigestMismatch,
    IntakeError,
    PathEscapes,
    RecordingUnreadable,
    SeveralErrors,
)
from evidencekit.media import measure
from evidencekit.media.indexfile import read_index
from evidencekit.media.measure import index_recording
from evidencekit.model.custody import EntryKind
from evidencekit.pipeline.intake import IndexJob, index_one, intake, take_in_new

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.media.index import RecordingIndex
    from evidencekit.model.custody import CustodyLog

SECOND = """\
[recordings.second]
file = "recordings/second.wav"
[documents]"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def matter(desk: Desk) -> ek.Matter:
    return ek.load_matter(desk.matter)


def log_of(desk: Desk) -> CustodyLog:
    return parse_log(read_bytes(desk.folder / LOG_NAME))


def take_in(desk: Desk, **options: object) -> ek.Report:
    return intake(matter(desk), folder=desk.folder, by="a clerk", now=NOW, **options)


def kept_in(desk: Desk) -> list[Path]:
    return sorted((desk.folder / "index").glob("*"))


def codes(report: ek.Report) -> list[tuple[str, str]]:
    return [(each.subject, each.code) for each in report.findings]


def two(desk: Desk) -> Path:
    """Put a second recording on the desk."""
    desk.change("[documents]", SECOND)
    return write_wav(desk.folder / "recordings/second.wav", sound(2, seed=3))


def test_the_entry_holds_the_digest_of_the_index_that_is_kept_beside_the_log(desk: Desk) -> None:
    take_in(desk)
    (entry,) = log_of(desk).entries
    (kept,) = kept_in(desk)
    assert entry.index is not None
    assert kept.name == f"{hashlib.sha256(desk.recording.read_bytes()).hexdigest()}.ekindex"
    assert entry.index.sha256 == hashlib.sha256(kept.read_bytes()).hexdigest()
    index = read_index(kept.read_bytes())
    whole = index_recording(desk.recording)
    assert index.digests == whole.digests
    assert index.measurement.peaks == whole.measurement.peaks
    assert entry.index.samples_sha256 == whole.samples_digest.value
    assert entry.index.track == 1


def test_no_name_of_a_person_or_file_is_in_an_index(desk: Desk) -> None:
    renamed = desk.recording.rename(desk.recording.with_name("Zuleika.wav"))
    desk.change("recordings/visit.wav", f"recordings/{renamed.name}")
    with pytest.raises(ek.EvidenceError):  # a child's name in a file's name is refused
        matter(desk)
    assert b"Zuleika" not in b"".join(
        each.read_bytes() for each in [index_kept_of(renamed, desk.folder)]
    )


def index_kept_of(path: Path, folder: Path) -> Path:
    from evidencekit.media.indexfile import save_index

    return save_index(index_recording(path), folder / "x.ekindex")


def test_running_it_again_adds_nothing_and_decodes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(desk)
    before = read_bytes(desk.folder / LOG_NAME)
    monkeypatch.setattr(measure, "index_recording", None)
    assert codes(take_in(desk, executor=Here())) == [("visit", "EK-D010")]
    assert read_bytes(desk.folder / LOG_NAME) == before


class Here:
    """An executor that calls at once, in this process."""

    def submit(self, function: object, *args: object) -> object:
        from concurrent.futures import Future

        future: Future[object] = Future()
        try:
            future.set_result(function(*args))  # type: ignore[operator]
        except Exception as error:  # noqa: BLE001 - as executors do
            future.set_exception(error)
        return future


def test_recordings_are_taken_in_in_processes_of_a_callers_executor(desk: Desk) -> None:
    two(desk)
    with ProcessPoolExecutor(2) as executor:
        take_in(desk, executor=executor)
    by_executor = [each.read_bytes() for each in kept_in(desk)], log_of(desk)
    shutil.rmtree(desk.folder / "index")
    (desk.folder / LOG_NAME).unlink()
    take_in(desk)
    assert ([each.read_bytes() for each in kept_in(desk)], log_of(desk)) == by_executor
    assert len(by_executor[0]) == 2


@pytest.mark.parametrize("lost", ["missing", "damaged", "another's"])
def test_an_index_that_was_lost_is_made_again_and_its_digest_entered(desk: Desk, lost: str) -> None:
    take_in(desk)
    (kept,) = kept_in(desk)
    whole = kept.read_bytes()
    if lost == "missing":
        kept.unlink()
    else:
        kept.write_bytes(whole[:-1] if lost == "damaged" else forged(whole))
    assert codes(take_in(desk)) == [("visit", "EK-D010")]
    assert kept.read_bytes() == whole  # the same decoder: the entry of intake names it still
    assert log_of(desk).count == 1


def forged(whole: bytes) -> bytes:
    """Return an index that is whole by its own sum, and lies about its peaks."""
    body = whole[:-33] + bytes([whole[-33] ^ 1])
    return body + hashlib.sha256(body).digest()


def test_a_log_without_an_index_gets_one_with_the_next_intake(desk: Desk) -> None:
    from evidencekit.custody.intake import intake as enter

    enter(matter(desk), folder=desk.folder, by="a clerk", now=NOW)
    assert log_of(desk).entries[0].index is None
    assert take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW) == ()
    assert log_of(desk).count == 1
    report = take_in(desk)
    assert ("visit", "EK-D013") in codes(report)
    assert report.summary[0].message == (
        "0 taken in, 1 in the log already; 1 decoded again and indexed"
    )
    lines = log_lines(log_of(desk), timezone="Europe/London")
    assert lines[1].measured == (f"index, sha256 {log_of(desk).entries[1].index.sha256}",)
    first, second = log_of(desk).entries
    assert (first.kind, second.kind, second.item) == (EntryKind.INTAKE, EntryKind.INDEXED, "visit")
    assert second.index is not None
    assert second.index.sha256 == hashlib.sha256(kept_in(desk)[0].read_bytes()).hexdigest()
    assert log_of(desk).index_of("visit") == second.index
    take_in(desk)
    assert log_of(desk).count == 2


def test_what_is_no_sound_is_not_entered_and_the_right_file_can_be(desk: Desk) -> None:
    right = desk.recording.read_bytes()
    desk.recording.write_bytes(b"a letter " * 100)
    with pytest.raises(RecordingUnreadable) as raised:
        take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW)
    assert raised.value.path == "recordings/visit.wav"
    assert log_of(desk).count == 0
    assert not (desk.folder / "index").exists()
    desk.recording.write_bytes(right)
    assert take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW) == ("visit",)
    assert take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW) == ()


def test_if_one_fails_none_is_entered_and_no_index_is_left(desk: Desk) -> None:
    two(desk).write_bytes(b"a letter " * 100)
    with pytest.raises(RecordingUnreadable, match=r"recordings/second\.wav"):
        take_in(desk)
    assert log_of(desk).count == 0
    assert kept_in(desk) == []
    desk.recording.write_bytes(b"a letter " * 100)
    with pytest.raises(SeveralErrors):
        take_in(desk)


def test_what_a_killed_run_left_behind_is_overwritten_and_believed_by_nobody(desk: Desk) -> None:
    take_in(desk)
    (kept,) = kept_in(desk)
    whole = kept.read_bytes()
    (desk.folder / LOG_NAME).unlink()
    kept.write_bytes(forged(whole))
    take_in(desk)
    assert kept.read_bytes() == whole
    assert left_in(desk.folder / "index") == [kept.name]


def test_an_index_kept_before_stays_when_a_later_intake_fails(desk: Desk) -> None:
    take_in(desk)
    (kept,) = kept_in(desk)
    two(desk).write_bytes(b"a letter " * 100)
    with pytest.raises(RecordingUnreadable):
        take_in(desk)
    assert kept_in(desk) == [kept]


def test_a_recording_that_was_changed_is_refused_before_anything_is_decoded(desk: Desk) -> None:
    take_in(desk)
    desk.recording.write_bytes(b"a letter " * 100)
    with pytest.raises(DigestMismatch):
        take_in(desk)


def test_a_log_whose_end_is_torn_is_mended_on_the_way(desk: Desk) -> None:
    take_in(desk)
    with (desk.folder / LOG_NAME).open("ab") as file:
        file.write(b'{"schema":"evidencekit/cust')
    assert take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW) == ()
    assert log_of(desk).count == 2


def test_intake_can_be_cancelled(desk: Desk) -> None:
    with pytest.raises(ek.Cancelled):
        take_in(desk, cancelled=lambda: True)
    assert log_of(desk).count == 0


def test_an_index_that_cannot_be_written_stops_intake(desk: Desk) -> None:
    (desk.folder / "index").write_text("a file where the folder would be")
    with pytest.raises((CustodyError, IntakeError)):
        take_in(desk)
    assert log_of(desk).count == 0


def test_an_index_is_not_written_through_a_link(desk: Desk) -> None:
    outside = desk.folder.parent / "outside"
    outside.mkdir()
    (desk.folder / "index").symlink_to(outside)
    with pytest.raises(PathEscapes):
        take_in(desk)
    assert list(outside.iterdir()) == []
    assert log_of(desk).count == 0


@pytest.mark.parametrize("grows", [True, False])
def test_a_file_that_changes_while_it_is_decoded_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, grows: bool
) -> None:
    def decode_slowly(path: Path, **options: object) -> RecordingIndex:
        made = index_recording(path, **options)
        with path.open("r+b") as file:
            file.seek(0 if not grows else path.stat().st_size)
            file.write(b"RIFF")
        return made

    monkeypatch.setattr(measure, "index_recording", decode_slowly)
    with pytest.raises(IntakeError, match="changed while it was read"):
        take_in(desk, executor=Here())
    assert log_of(desk).count == 0


def test_a_file_that_is_another_one_by_the_time_it_is_decoded_is_refused(desk: Desk) -> None:
    (recording,) = matter(desk).recordings
    job = IndexJob(recording=recording, folder=desk.folder, sha256="0" * 64, recorded=None)
    with pytest.raises(IntakeError, match="changed while it was read"):
        index_one(job)


@needs_ffmpeg
def test_a_copy_with_other_tags_is_said_to_be_one_and_a_second_name_too(desk: Desk) -> None:
    desk.change("[documents]", SECOND.replace("second.wav", "second.flac"))
    desk.change("[documents]", '[recordings.third]\nfile = "recordings/third.flac"\n[documents]')
    desk.change("recordings/visit.wav", "recordings/visit.flac")
    there = desk.folder / "recordings"
    encode(there / "visit.flac", sound(3), codec="flac")
    encode(there / "second.flac", sound(3), codec="flac", tags={"title": "another"})
    shutil.copy(there / "visit.flac", there / "third.flac")
    found = {each.code: each for each in take_in(desk).findings}
    assert found["EK-D016"].subject == "second"
    assert "with the same sound, sample for sample, as when" in found["EK-D016"].message
    assert found["EK-D011"].subject == "third"
    assert len(kept_in(desk)) == 2  # one file under two names has one index


@needs_ffmpeg
def test_the_track_that_was_chosen_is_indexed(desk: Desk) -> None:
    desk.change("recordings/visit.wav", "recordings/visit.mka")
    tracks = [sound(2, seed=seed) for seed in (1, 2)]
    encode(desk.folder / "recordings/visit.mka", *tracks, codec="flac")
    desk.change('made_by = "amara"', 'made_by = "amara"\ntrack = 2')
    take_in(desk)
    (kept,) = kept_in(desk)
    assert kept.name.endswith("-track2.ekindex")
    assert log_of(desk).index_of("visit") is None
    assert log_of(desk).index_of("visit", track=2) is not None
    desk.change("track = 2", "track = 1")
    take_in(desk)
    assert [each.index.track for each in log_of(desk).entries if each.index] == [2, 1]
    desk.change("track = 1", "track = 3")
    with pytest.raises(RecordingUnreadable, match="2 audio tracks; there is no number 3"):
        take_in(desk)


def test_a_channel_that_is_not_there_is_refused(desk: Desk) -> None:
    desk.change('made_by = "amara"', 'made_by = "amara"\nchannel = "right"')
    with pytest.raises(RecordingUnreadable, match="has 1 channel; there is no number 2"):
        take_in(desk)
    assert log_of(desk).count == 0


def test_an_index_of_another_version_of_the_decoder_is_made_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_another(path: Path, **options: object) -> RecordingIndex:
        made = index_recording(path, **options)
        decoder = evolve(made.measurement.decoder, library_version="1.0")
        return evolve(made, measurement=evolve(made.measurement, decoder=decoder))

    with monkeypatch.context() as patch:
        patch.setattr(measure, "index_recording", by_another)
        take_in(desk, executor=Here())
    take_in(desk)
    assert [each.kind for each in log_of(desk).entries] == [EntryKind.INTAKE, EntryKind.INDEXED]
