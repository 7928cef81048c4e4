# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each system is asked for its own way of having bytes on the disk, and for a lock that dies."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from evidencekit.custody.durable import LockHeldError, flush, flush_folder, hold, write_all

if TYPE_CHECKING:
    from pathlib import Path


def test_a_mac_is_told_to_empty_the_drives_cache_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "fcntl", lambda fd, command: asked.append((fd, command)))
    flush(7)
    assert asked == [(7, 51)]


def test_windows_keeps_its_folders_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    flush_folder(tmp_path / "that is not even there")


def test_a_write_that_takes_a_part_goes_on_until_all_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:3]))
    fd = os.open(tmp_path / "a", os.O_WRONLY | os.O_CREAT)
    write_all(fd, b"0123456789")
    os.close(fd)
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_a_lock_excludes_another_holder_in_the_same_process(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    with hold(lock, seconds=0), pytest.raises(LockHeldError), hold(lock, seconds=0):
        pass
    with hold(lock, seconds=0):
        pass


def test_a_lock_that_would_outlive_its_holder_is_not_used_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.name == "nt":
        pytest.skip("Windows locks in another way")
    import errno
    import fcntl

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(OSError, match="not implemented"), hold(tmp_path / ".lock", seconds=0):
        pytest.fail("a lock was held")
