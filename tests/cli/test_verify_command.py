# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command verify, on all that it takes, and what it says of what it does not take."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from support_sound import sound, write_wav
from support_verify import build

import evidencekit as ek
from evidencekit.cli.commands import evidencekit

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A matter's folder with its package in it."""
    folder = tmp_path_factory.mktemp("verify")
    build(folder)
    return folder


def verify(*arguments: object) -> Result:
    return CliRunner().invoke(evidencekit, ["verify", *map(str, arguments)])


def test_a_package_is_checked_line_by_line(folder: Path) -> None:
    result = verify(folder / "package")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line for line in lines if line.endswith((": ok", " not checked"))] == [
        "integrity: ok",
        "completeness: ok",
        "provenance: ok",
        "clips: ok",
        "signature and time: not checked",
    ]
    checks = [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]
    assert checks == ["files", "record", "pages", "inputs", "custody", "clips", "signature"]
    assert "CONSISTENT with its own lists. Unsigned" in " ".join(result.output.split())


def test_the_report_as_json_fits_its_schema(folder: Path) -> None:
    result = verify(folder / "package", "--json")
    document = json.loads(result.output)
    Draft202012Validator(ek.schema("report")).validate(document)
    assert document["ok"] is True


def test_a_zip_is_checked(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for each in sorted((folder / "package").rglob("*")):
            archive.write(each, each.relative_to(folder / "package"))
    assert verify(tmp_path / "p.zip").exit_code == 0


def test_a_clip_is_checked_against_its_recording(folder: Path) -> None:
    (clip,) = (folder / "package/data/clips").iterdir()
    result = verify("--clip", clip, "--recording", folder / "visit.wav")
    assert result.exit_code == 0, result.output
    words = " ".join(result.output.split())
    assert "samples 800 to 10000 (0:00.100 to 0:01.250) of the recording, every one" in words
    assert "The clip's samples are those of the recording." in words


def test_a_clip_of_another_recording_is_a_finding(folder: Path, tmp_path: Path) -> None:
    (clip,) = (folder / "package/data/clips").iterdir()
    other = write_wav(tmp_path / "other.wav", sound(3, seed=8))
    result = verify("--clip", clip, "--recording", other, "--json")
    assert result.exit_code == 1
    document = json.loads(result.output)
    Draft202012Validator(ek.schema("report")).validate(document)
    assert [each["code"] for each in document["findings"] if each["severity"] == "error"] == [
        "EK-V030"
    ]


def test_a_clip_that_is_no_sound_is_not_checked(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "clip.wav").write_bytes(b"no sound")
    result = verify("--clip", tmp_path / "clip.wav", "--recording", folder / "visit.wav")
    assert result.exit_code == 0
    assert "Not checked, which is not a pass." in result.output


def test_a_seal_that_was_expected_and_is_not_there_is_a_failure(folder: Path) -> None:
    result = verify(folder / "package", "--fingerprint", "ab" * 32)
    assert result.exit_code == 1
    assert "EK-G001" in result.output


def test_a_name_full_of_escape_codes_does_not_reach_the_terminal(
    folder: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for each in sorted((folder / "package").rglob("*")):
            archive.write(each, each.relative_to(folder / "package"))
        archive.writestr("data/\u202e\U000e0041CONSISTENT", b"")
    result = verify(tmp_path / "p.zip")
    assert result.exit_code == 1
    assert r"\u202e\U000e0041CONSISTENT" in result.output
    assert "\u202e" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--clip", "a.wav"),
        ("--recording", "a.wav"),
        ("package", "--clip", "a.wav", "--recording", "b.wav"),
        ("package", "--fingerprint", "zz"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert verify(*arguments).exit_code == 2


def test_what_is_no_package_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.4")
    for each in (tmp_path, tmp_path / "letter.pdf", tmp_path / "nothing"):
        result = verify(each)
        assert result.exit_code == 4
        assert "is not an evidencekit package" in result.output
