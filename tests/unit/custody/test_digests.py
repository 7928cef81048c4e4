# SPDX-License-Identifier: AGPL-3.0-or-later
"""Digests are those of the stock tools, and a file that moves under the reader has none."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from evidencekit.custody.digests import hash_file
from evidencekit.errors import Cancelled, IntakeError

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1024 * 1024


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 7])
def test_digest_and_size_are_what_the_stock_tools_say(tmp_path: Path, size: int) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(os.urandom(size))
    found = hash_file(file, algorithms=("sha256", "sha512"))
    assert found.size == size
    for algorithm in ("sha256", "sha512"):
        tool = shutil.which(f"{algorithm}sum")
        if tool is None:
            pytest.skip(f"{algorithm}sum is not installed")
        told = subprocess.run([tool, file], capture_output=True, text=True, check=True).stdout
        assert told.split()[0] == found.digest(algorithm).value


def test_the_digest_asked_for_is_the_one_returned(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"abc")
    found = hash_file(file)
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(KeyError):
        found.digest("sha512")


def test_an_algorithm_that_is_not_offered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="md5"):
        hash_file(tmp_path / "a.bin", algorithms=("md5",))


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(2 * MIB))

    def grow(_: object) -> None:
        with file.open("ab") as more:
            more.write(bytes(MIB))

    with pytest.raises(IntakeError, match="changed while it was read"):
        hash_file(file, progress=grow)


def test_a_file_rewritten_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(2 * MIB))

    def rewrite(_: object) -> None:
        with file.open("r+b") as same:
            same.write(b"x")
        os.utime(file, ns=(0, 0))

    with pytest.raises(IntakeError, match="changed while it was read"):
        hash_file(file, progress=rewrite)


def test_a_file_cut_short_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(3 * MIB))
    with pytest.raises(IntakeError, match="changed while it was read"):
        hash_file(file, progress=lambda _: os.truncate(file, MIB))


def test_a_missing_file_is_named_as_its_user_knows_it(tmp_path: Path) -> None:
    with pytest.raises(IntakeError) as raised:
        hash_file(tmp_path / "a.m4a", shown="recordings/a.m4a")
    assert raised.value == IntakeError("recordings/a.m4a", "does not exist.")


@pytest.mark.parametrize(
    ("call", "words"), [("open", "could not be opened"), ("read", "could not be read to its end")]
)
def test_what_the_system_refuses_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, words: str
) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"abc")

    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, call, refuse)
        with pytest.raises(IntakeError, match=f"{words}: Input/output error"):
            hash_file(file)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match=r"is a folder\."):
        hash_file(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(IntakeError, match="not an ordinary file"):
        hash_file(tmp_path / "pipe")


def test_progress_counts_to_the_size_and_carries_the_id(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(2 * MIB + 5))
    steps = []
    hash_file(file, progress=steps.append, subject="visit")
    assert [each.done for each in steps] == [MIB, 2 * MIB, 2 * MIB + 5]
    assert {(each.stage, each.total, each.subject) for each in steps} == {
        ("hash", 2 * MIB + 5, "visit")
    }


def test_a_cancelled_hash_stops(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(MIB))
    with pytest.raises(Cancelled):
        hash_file(file, cancelled=lambda: True)


def test_a_read_only_file_is_hashed_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"abc")
    file.chmod(0o400)
    before = file.stat()
    hash_file(file)
    assert (before.st_mtime_ns, before.st_ctime_ns) == (
        file.stat().st_mtime_ns,
        file.stat().st_ctime_ns,
    )
