# SPDX-License-Identifier: AGPL-3.0-or-later
"""A child's name gets neither into the custody log nor out of it."""

import subprocess
import sys

import pytest
from support_examples import copy_example


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "evidencekit", *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def folder(tmp_path):
    return copy_example("home-visit", tmp_path)


TRANSFER = ("transfer", "matter.toml", "--what", "visit", "--by", "Ruth Kemp")


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--how", {"--from": "amara", "--to": "Kemp Law", "--how": "e-mail to Ella"}),
        ("--to", {"--from": "amara", "--to": "Ella Dean", "--how": "in person"}),
        ("--note", {"--from": "amara", "--to": "x", "--how": "y", "--note": "ELLA was there"}),
    ],
)
def test_a_childs_name_is_refused_before_it_is_written_for_ever(folder, option, told):
    before = (folder / "custody.jsonl").read_bytes()
    result = run(folder, *TRANSFER, *(part for pair in told.items() for part in pair))
    assert result.returncode == 2
    assert option in result.stderr
    assert '"child"' in result.stderr
    assert "Ella" not in result.stderr.replace("\n", " ")
    assert (folder / "custody.jsonl").read_bytes() == before


def test_a_child_who_gave_or_received_is_shown_by_the_id(folder):
    told = ("--from", "amara", "--to", "child", "--how", "phone handed over")
    assert run(folder, *TRANSFER, *told).returncode == 0
    shown = run(folder, "log", ".")
    assert "child" in shown.stdout
    assert "Ella" not in shown.stdout
