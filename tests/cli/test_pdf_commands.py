# SPDX-License-Identifier: AGPL-3.0-or-later
"""volumes and core, run as a user would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from support_served import Cycle

from evidencekit.cli.exits import Exit
from evidencekit.cli.pdf_commands import core, volumes


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return Cycle(tmp_path_factory.mktemp("pdf-commands")).build().path


def _run(command, *arguments):
    return CliRunner().invoke(command, [str(each) for each in arguments])


def test_volumes_names_each_and_where_it_is(package, tmp_path):
    result = _run(volumes, package, "--most-pages", 14, "-o", tmp_path / "split")
    assert result.exit_code == 0, result.output
    first, *_, last = result.output.splitlines()
    assert first.startswith("Volume 1  A1 to ")
    written = sorted((tmp_path / "split").iterdir())
    assert last == f"Wrote {len(written)} volumes to {tmp_path / 'split'}."


def test_volumes_as_json(package, tmp_path):
    result = _run(volumes, package, "--most-pages", 14, "-o", tmp_path / "split", "--json")
    document = json.loads(result.output)
    assert document["ok"]
    assert [each["number"] for each in document["volumes"]] == [
        number + 1 for number in range(len(document["volumes"]))
    ]
    assert all(Path(each["path"]).is_file() for each in document["volumes"])


def test_a_bundle_that_fits_into_one_volume_is_not_split(package, tmp_path):
    result = _run(volumes, package, "-o", tmp_path / "split")
    assert result.exit_code == 0, result.output
    assert "fits in one volume" in result.output
    assert not (tmp_path / "split").exists()


def test_volumes_too_small_for_an_item_say_which(package, tmp_path):
    result = _run(volumes, package, "--most-pages", 5, "-o", tmp_path / "split")
    assert result.exit_code not in {0, 1}
    assert "part:statement" in result.stderr
    assert not (tmp_path / "split").exists()


def test_core_writes_a_pdf_of_the_items_named(package, tmp_path):
    result = _run(core, package, "minutes", "clip:2", "-o", tmp_path / "core.pdf")
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"Wrote {tmp_path / 'core.pdf'}: ")
    assert (tmp_path / "core.pdf").read_bytes().startswith(b"%PDF-")


def test_core_as_json(package, tmp_path):
    result = _run(core, package, "minutes", "-o", tmp_path / "core.pdf", "--json")
    document = json.loads(result.output)
    assert (document["ok"], document["items"]) == (True, ["minutes"])
    assert document["pages"] > 1


def test_core_of_an_item_that_is_not_there_lists_those_that_are(package, tmp_path):
    result = _run(core, package, "nobody", "-o", tmp_path / "core.pdf")
    assert result.exit_code not in {0, 1}
    assert "document:minutes" in result.stderr
    assert not (tmp_path / "core.pdf").exists()


@pytest.mark.parametrize("command", [volumes, core])
def test_what_is_no_package_is_named(command, tmp_path):
    result = _run(command, tmp_path, *(["x"] if command is core else []))
    assert result.exit_code == Exit.INPUT
    assert "data/bundle.json" in result.stderr
