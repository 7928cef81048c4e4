# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole way on a disk that takes two names for one if they differ only in capitals."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from support_cli import Desk
from support_folding import folding_folder, folds
from tamper import insider

import evidencekit as ek

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def folding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with folding_folder(tmp_path_factory.mktemp("disk")) as folder:
        yield folder


@pytest.fixture
def folding_desk(folding: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    at = folding / str(abs(hash(request.node.name)))
    at.mkdir()
    yield Desk(at)
    shutil.rmtree(at)


def test_a_package_is_made_verified_served_and_replaced_there(folding_desk: Desk) -> None:
    desk = folding_desk
    assert desk.build("--by", "a clerk").exit_code == 0
    assert ek.verify(desk.out).ok
    copy = desk.outs / "copy"
    served = desk.run("serve", desk.out, "--to", "the court", "-o", copy, "--by", "a clerk")
    assert served.exit_code == 0, served.output
    assert ek.verify(copy).ok
    desk.change('title = "The refusal"', 'title = "The second refusal"')
    # Where a disk is mounted by a program, what was read under the other name is kept for a second.
    other = desk.outs / "PACKAGE"
    again = desk.run("build", "matter.toml", "-o", other)
    assert again.exit_code == 0, again.output
    assert len([each for each in desk.outs.iterdir() if each.name.casefold() == "package"]) == 1
    assert "The second refusal" in (other / "data/bundle.json").read_text(encoding="utf-8")
    assert ek.verify(other).failures == ()


def test_an_output_that_is_the_recordings_in_other_capitals_is_refused(folding_desk: Desk) -> None:
    desk = folding_desk
    before = desk.recording.read_bytes()
    for output in ("RECORDINGS", "Documents"):
        result = desk.run("build", "matter.toml", "-o", output, "--by", "a clerk")
        assert result.exit_code == 6, result.output
    assert desk.recording.read_bytes() == before


def test_the_log_is_one_whatever_capitals_its_folder_is_named_in(folding_desk: Desk) -> None:
    desk = folding_desk
    for folder in (desk.folder, desk.folder.with_name("MATTER")):
        taken = desk.run("intake", folder / "matter.toml", "--by", "a clerk")
        assert taken.exit_code == 0, taken.output
    lines = (desk.folder / "custody.jsonl").read_bytes().splitlines()
    assert len(lines) == 1


def test_a_twin_that_was_lost_on_the_way_there_is_missed_by_name(
    folding: Path, tmp_path: Path
) -> None:
    """Somebody else's package has two files that such a disk cannot hold both."""
    if folds(tmp_path):
        pytest.skip("there is no disk here that could hold both")
    desk = Desk(tmp_path)
    assert desk.build("--by", "a clerk").exit_code == 0
    stored = next((desk.out / "data/recordings").iterdir())
    twin = stored.with_name(stored.name.swapcase())
    twin.write_bytes(b"another recording")
    insider.seal(desk.out)
    there = folding / "twin"
    for each in sorted(desk.out.rglob("*")):
        to = there / each.relative_to(desk.out)
        if each.is_file():
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(each, to)
    named = {(each.code, each.subject) for each in ek.verify(there).failures}
    kept = {each.name for each in (there / "data/recordings").iterdir()}
    lost = {stored.name, twin.name} - kept
    assert len(lost) == 1
    assert ("EK-D002", f"data/recordings/{lost.pop()}") in named
    shutil.rmtree(there)
