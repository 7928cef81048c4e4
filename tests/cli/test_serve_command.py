# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command that serves, as somebody types it."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from support_served import Cycle

from evidencekit.cli.serve_command import serve


@pytest.fixture(scope="module")
def cycle(tmp_path_factory):
    cycle = Cycle(tmp_path_factory.mktemp("cli"), "smallest")
    cycle.package = cycle.build()
    return cycle


def run(cycle, *arguments: str):
    matter = str(cycle.folder / "matter.toml")
    return CliRunner().invoke(serve, [str(cycle.package.path), "--matter", matter, *arguments])


def test_it_names_the_copy_and_gives_the_digest_for_the_letter(cycle):
    done = run(cycle, "--to", "the court", "--by", "Ruth Kemp")
    assert done.exit_code == 0, done.output
    (copy,) = cycle.root.glob("Re E (A Child) served copy *")
    assert str(copy) in done.output
    assert "names of withheld items: none found." in done.output
    assert "sha256 of CHECKSUMS.txt is " in done.output
    assert done.output.endswith(
        "Next: send it to the court, with the sha256 above in the letter.\n"
    )
    assert copy.name.endswith(f"{dt.datetime.now(ZoneInfo('Europe/London')):%Y-%m-%d}")
    assert (copy / "CHECKSUMS.txt").is_file()


def test_json_says_what_was_made_and_a_zip_ends_in_zip(cycle):
    done = run(cycle, "--to", "a party", "--zip", "--json", "-o", str(cycle.root / "for a party"))
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert said["ok"] is True
    assert said["to"] == "a party"
    assert said["path"] == str(cycle.root / "for a party.zip")
    with zipfile.ZipFile(said["path"]) as archive:
        assert sorted(archive.namelist()) == sorted(said["files"])


def test_what_is_there_is_left_and_the_code_is_that_of_the_output(cycle):
    (cycle.root / "there").mkdir()
    done = run(cycle, "--to", "the court", "-o", str(cycle.root / "there"), "--json")
    assert done.exit_code == 6
    assert json.loads(done.output)["error"]["type"] == "AlreadyExists"


@pytest.mark.parametrize("arguments", [("--to", " "), ("--to", "x", "--by", " "), ()])
def test_without_saying_on_whom_nothing_is_served(cycle, arguments):
    before = (cycle.folder / "custody.jsonl").read_bytes()
    assert run(cycle, *arguments).exit_code == 2
    assert (cycle.folder / "custody.jsonl").read_bytes() == before


def test_a_matter_file_elsewhere_is_told_from_the_one_that_was_built_from(cycle, tmp_path):
    done = CliRunner().invoke(
        serve,
        [str(cycle.package.path), "--matter", str(tmp_path / "matter.toml"), "--to", "the court"],
    )
    assert done.exit_code == 3
    assert "matter.toml was not found here." in done.output
    assert "--matter FILE. Nothing was handed over." in done.output
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "matter.toml").write_text("another", encoding="utf-8")
    done = CliRunner().invoke(
        serve,
        [str(cycle.package.path), "--matter", str(tmp_path / "matter.toml"), "--to", "the court"],
    )
    assert done.exit_code == 6
    assert "was not built from the custody log" in done.output
