# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is missing is named at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_cli import Desk

import evidencekit as ek
from evidencekit.errors import DocumentUnusable, IntakeError, PathEscapes, SeveralErrors
from evidencekit.pipeline.preflight import check_inputs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def matter(desk: Desk) -> ek.Matter:
    return ek.load_matter(desk.matter)


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
