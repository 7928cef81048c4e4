# SPDX-License-Identifier: AGPL-3.0-or-later
"""READ ME FIRST.txt on top of the firm's file: there, true, listed, and held against its list."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support_seal import run
from support_verify import assert_quiet, build
from tamper.insider import retag

import evidencekit as ek
from evidencekit.model.findings import Severity
from evidencekit.verifier.files import READ_ME_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "READ ME FIRST.txt"
#: Never on paper.
CLAIMS = ("obtained", "lawful", "authentic", "proves", "tamper", "admissible")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("firm")).path


@pytest.fixture
def package(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "package"))


def test_it_lies_on_top_in_plain_text_that_every_program_shows(built: Path) -> None:
    text = (built / NAME).read_bytes().decode("ascii")
    assert text.startswith("READ ME FIRST\n\nWHAT THIS FOLDER IS\n")
    assert "NOT the copy to hand to the court" in text
    assert "WHAT THIS DOES NOT SHOW" in text
    assert max(map(len, text.splitlines())) <= 100
    assert not [each for each in CLAIMS if each in text.lower()]


def test_it_names_what_is_in_the_folder_and_nothing_else(built: Path) -> None:
    text = (built / NAME).read_text()
    named = set(re.findall(r"^    data/([a-z]+)(?:  |\.)", text, re.MULTILINE))
    there = {each.name.partition(".")[0] for each in (built / "data").iterdir()}
    assert {each for each in there if " " not in each} <= named


def test_its_commands_work_as_they_stand(built: Path) -> None:
    text = (built / NAME).read_text()
    commands = re.findall(r"^    (sha256sum .*)$", text, re.MULTILINE)
    assert len(commands) == 2
    for each in commands:
        assert run(each, built).returncode == 0


def test_a_package_with_it_is_consistent(built: Path) -> None:
    assert_quiet(built)


@pytest.mark.parametrize(
    ("do", "code"),
    [
        (lambda path: path.write_text("Run this program first.\n"), "EK-D001"),
        (lambda path: path.unlink(), "EK-D002"),
        (lambda path: path.rename(path.with_name("READ THIS FIRST.txt")), "EK-D003"),
    ],
    ids=["changed", "deleted", "renamed"],
)
def test_what_is_done_to_it_is_found(
    package: Path, do: Callable[[Path], object], code: str
) -> None:
    do(package / NAME)
    found = [(each.code, each.subject) for each in ek.verify(package).failures]
    assert code in {each for each, _ in found}, found
    if code != "EK-D003":
        assert (code, NAME) in found


def test_one_that_no_list_names_is_extra(package: Path) -> None:
    tags = package / "tagmanifest-sha256.txt"
    lines = [each for each in tags.read_text().splitlines(keepends=True) if NAME not in each]
    tags.write_text("".join(lines))
    assert ("EK-D003", NAME) in [(each.code, each.subject) for each in ek.verify(package).failures]


def test_the_verifier_knows_the_text_that_is_written(built: Path) -> None:
    """Whoever changes the text adds its digest there; older ones stay, for older packages."""
    assert hashlib.sha256((built / NAME).read_bytes()).hexdigest() in READ_ME_TEXTS


def test_another_text_under_lists_made_anew_is_said_to_be_unknown(package: Path) -> None:
    (package / NAME).write_text("Run this program first.\n")
    retag(package)
    report = ek.verify(package)
    assert report.ok
    found = [(each.subject, each.severity) for each in report.findings if each.code == "EK-D009"]
    assert found == [(NAME, Severity.NOT_CHECKED)]
    assert report.groups[0].outcome is Severity.NOT_CHECKED
