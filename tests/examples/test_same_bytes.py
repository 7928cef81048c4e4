# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same matter and log give the same bytes: elsewhere, at another time, in another time zone."""

import os
import subprocess
import sys

import pytest
from support_examples import copy_example

SAME = ("data/", "bagit.txt", "manifest-sha256.txt")


def build_in(folder, into, **environment):
    result = subprocess.run(
        [sys.executable, "-m", "evidencekit", "build", "matter.toml", "-o", str(into)],
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return {
        path.relative_to(into).as_posix(): path.read_bytes()
        for path in into.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", ["home-visit", "smallest"])
def test_two_builds_in_two_folders_and_time_zones_give_the_same_bytes(tmp_path, name):
    first = build_in(
        copy_example(name, tmp_path / "here"),
        tmp_path / "one",
        TZ="UTC",
        LC_ALL="C.UTF-8",
        PYTHONHASHSEED="1",
    )
    second = build_in(
        copy_example(name, tmp_path / "somewhere else, deeper"),
        tmp_path / "another name",
        TZ="Pacific/Auckland",
        LC_ALL="C",
        PYTHONHASHSEED="2",
    )
    assert first.keys() == second.keys()
    different = [each for each in first if first[each] != second[each]]
    # Only bag-info.txt holds the time of the run, and the tag manifest its digest.
    assert set(different) <= {"bag-info.txt", "tagmanifest-sha256.txt"}
