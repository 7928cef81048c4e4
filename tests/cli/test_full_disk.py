# SPDX-License-Identifier: AGPL-3.0-or-later
"""A disk that is really full: what was there stays, what was begun goes, and the reason is said."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from support_cli import Desk, tree

import evidencekit as ek

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = 4096


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 megabytes."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk takes root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted: {done.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def fill(disk: Path, *, but: int = 0) -> Path:
    """Fill the disk, but for so many bytes, and return the file that does it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(_BLOCK))
        except OSError:
            pass
        file.truncate(max(file.tell() - but, 0))
    return filler


def key(desk: Desk) -> Path:
    path = desk.temp / "amara.pem"
    made = desk.run(
        "key", "new", "-o", path, "--name", "Amara Dean", "--password-file", password(desk)
    )
    assert made.exit_code == 0, made.output
    return path


def password(desk: Desk) -> Path:
    path = desk.temp / "password"
    path.write_text("correct horse battery\n", encoding="utf-8")
    return path


def test_an_intake_on_a_full_disk_adds_nothing_and_the_next_one_works(small_disk: Path) -> None:
    desk = Desk(small_disk)
    filler = fill(small_disk)
    before = tree(desk.folder)
    result = desk.run("intake", "--by", "a clerk")
    assert result.exit_code in {4, 6}, result.output
    assert "No space left on device" in result.stderr or "space" in result.stderr
    log = desk.folder / "custody.jsonl"
    assert not log.exists() or log.read_bytes() == b""
    now = {name: data for name, data in tree(desk.folder).items() if not name.endswith("jsonl")}
    assert now == before
    filler.unlink()
    assert desk.run("intake", "--by", "a clerk").exit_code == 0
    assert len(log.read_bytes().splitlines()) == 1


@pytest.mark.parametrize("room", [0, 100 * _BLOCK])
def test_a_build_on_a_full_disk_leaves_the_previous_package(small_disk: Path, room: int) -> None:
    desk = Desk(small_disk)
    assert desk.build("--by", "a clerk").exit_code == 0
    before = tree(desk.outs)
    desk.change('title = "The refusal"', 'title = "The second refusal"')
    filler = fill(small_disk, but=room)
    result = desk.build()
    assert result.exit_code == 6, result.output
    assert "and the disk has" in result.stderr
    assert tree(desk.outs) == before
    filler.unlink()
    assert desk.build().exit_code == 0
    assert ek.verify(desk.out).failures == ()


@pytest.mark.parametrize("room", [0, 3 * _BLOCK])
def test_sealing_on_a_full_disk_leaves_the_package_unsealed_and_whole(
    small_disk: Path, tmp_path: Path, room: int
) -> None:
    pytest.importorskip("asn1crypto")
    desk = Desk(small_disk)
    desk.temp = tmp_path
    assert desk.build("--by", "a clerk").exit_code == 0
    before = tree(desk.outs)
    key_path = key(desk)
    filler = fill(small_disk, but=room)
    arguments = ("seal", desk.out, "--key", key_path, "--password-file", password(desk))
    result = desk.run(*arguments)
    assert result.exit_code in {4, 6}, result.output
    assert "space" in result.stderr.casefold()
    assert tree(desk.outs) == before
    filler.unlink()
    assert desk.run(*arguments).exit_code == 0


@pytest.mark.parametrize("room", [0, 20 * _BLOCK])
def test_serving_on_a_full_disk_leaves_no_copy_and_freezes_nothing(
    small_disk: Path, room: int
) -> None:
    desk = Desk(small_disk)
    assert desk.build("--by", "a clerk").exit_code == 0
    before = tree(desk.folder) | tree(desk.outs)
    filler = fill(small_disk, but=room)
    arguments = (
        "serve",
        desk.out,
        "--to",
        "the court",
        "-o",
        desk.outs / "copy",
        "--by",
        "a clerk",
    )
    result = desk.run(*arguments)
    assert result.exit_code in {4, 6}, result.output
    assert "and the disk has" in result.stderr
    assert tree(desk.folder) | tree(desk.outs) == before
    filler.unlink()
    assert desk.run(*arguments).exit_code == 0
