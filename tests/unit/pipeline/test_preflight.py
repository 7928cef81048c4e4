# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is missing is named at once, and no sound, no entry in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_cli import Desk
from support_examples import NOW

import evidencekit as ek
from evidencekit.custody.log import LOG_NAME, parse_log, read_bytes
from evidencekit.errors import (
    DigestMismatch,
    DocumentUnusable,
    IntakeError,
    PathEscapes,
    RecordingUnreadable,
    SeveralErrors,
)
from evidencekit.pipeline.preflight import check_inputs, check_new_recordings, take_in_new

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def matter(desk: Desk) -> ek.Matter:
    return ek.load_matter(desk.matter)


def entries(desk: Desk) -> int:
    return parse_log(read_bytes(desk.folder / LOG_NAME)).count


def test_a_folder_with_everything_in_it_passes(desk: Desk) -> None:
    check_inputs(matter(desk), desk.folder)
    check_inputs(matter(desk), desk.folder, placeholders=["letter"])


def test_each_kind_of_input_is_missed(desk: Desk) -> None:
    desk.change(
        '"transcripts/visit.vtt" }', '"transcripts/visit.vtt", before_correction = "raw.vtt" }'
    )
    desk.change("[documents]", '[statement]\nby = "amara"\nsigned = "signed.pdf"\n[documents]')
    for each in (desk.recording, desk.transcript, desk.letter):
        each.unlink()
    with pytest.raises(SeveralErrors) as raised:
        check_inputs(matter(desk), desk.folder)
    assert [each.path for each in raised.value.errors] == [
        "recordings/visit.wav",
        "transcripts/visit.vtt",
        "raw.vtt",
        "signed.pdf",
        "documents/letter.pdf",
    ]
    with pytest.raises(SeveralErrors) as raised:
        check_inputs(matter(desk), desk.folder, placeholders=["letter"])
    assert len(raised.value.errors) == 4


def test_one_missing_file_is_an_error_of_its_own_kind(desk: Desk) -> None:
    desk.letter.unlink()
    with pytest.raises(DocumentUnusable) as raised:
        check_inputs(matter(desk), desk.folder)
    assert raised.value == DocumentUnusable("documents/letter.pdf", "was not found", "letter")
    desk.letter.mkdir()
    with pytest.raises(IntakeError, match="is a folder"):
        check_inputs(matter(desk), desk.folder, placeholders=["letter"])


def test_a_placeholder_is_no_way_out_of_the_folder(desk: Desk) -> None:
    outside = desk.folder.parent / "outside.pdf"
    desk.letter.rename(outside)
    desk.letter.symlink_to(outside)
    with pytest.raises(PathEscapes):
        check_inputs(matter(desk), desk.folder, placeholders=["letter"])


def test_new_recordings_are_taken_in_once(desk: Desk) -> None:
    assert take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW) == ("visit",)
    assert take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW) == ()
    assert entries(desk) == 1


def test_what_is_no_sound_is_not_entered_and_the_right_file_can_be(desk: Desk) -> None:
    right = desk.recording.read_bytes()
    desk.recording.write_bytes(b"a letter " * 100)
    with pytest.raises(RecordingUnreadable) as raised:
        take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW)
    assert raised.value.path == "recordings/visit.wav"
    assert entries(desk) == 0
    desk.recording.write_bytes(right)
    assert take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW) == ("visit",)


def test_only_new_recordings_are_opened(desk: Desk) -> None:
    take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW)
    desk.recording.write_bytes(b"a letter " * 100)
    log = parse_log(read_bytes(desk.folder / LOG_NAME))
    check_new_recordings(matter(desk), desk.folder, log)
    with pytest.raises(DigestMismatch):
        take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW)


def test_a_log_whose_end_is_torn_is_mended_on_the_way(desk: Desk) -> None:
    take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW)
    with (desk.folder / LOG_NAME).open("ab") as file:
        file.write(b'{"schema":"evidencekit/cust')
    assert take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW) == ()
    assert entries(desk) == 2


def test_looking_can_be_cancelled(desk: Desk) -> None:
    with pytest.raises(ek.Cancelled):
        take_in_new(matter(desk), desk.folder, by="a clerk", now=NOW, cancelled=lambda: True)
    assert entries(desk) == 0
