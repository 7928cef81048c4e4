# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each system is asked for its own way of having bytes on the disk, and for a lock that dies."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

import pytest

from evidencekit.custody.durable import LockHeldError, flush, flush_folder, hold, write_all

if TYPE_CHECKING:
    from collections.abc import Callable
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


@pytest.mark.parametrize("code", [errno.ENOTSUP, errno.EINVAL, errno.ENOTTY])
def test_a_mac_whose_disk_is_a_servers_is_told_to_flush_as_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "fcntl", raising(code))
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    flush(7)
    assert flushed == [7]


def test_a_mac_whose_disk_fails_is_not_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "fcntl", raising(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        flush(7)


@pytest.mark.skipif(os.name == "nt", reason="folders are not flushed there")
def test_a_disk_that_cannot_flush_a_folder_is_used_and_one_that_fails_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", raising(errno.EINVAL))
    flush_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", raising(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        flush_folder(tmp_path)


def raising(code: int) -> Callable[..., None]:
    """Return a call to the system that fails with *code*."""

    def call(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    return call


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


def test_a_lock_leaves_no_file_behind(tmp_path: Path) -> None:
    with hold(tmp_path / ".lock", seconds=0):
        assert [each.name for each in tmp_path.iterdir()] == [".lock"]
    if os.name != "nt":
        assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="x"), hold(tmp_path / ".lock", seconds=0):
        raise ValueError("x")  # noqa: EM101 - the text does not matter
    if os.name != "nt":
        assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_lock_whose_file_is_removed_at_each_release_still_keeps_others_out(
    tmp_path: Path,
) -> None:
    """Six processes count in turn; one that came in beside another would lose a number."""
    (tmp_path / "count").write_text("0")
    children = []
    for _ in range(6):
        child = os.fork()
        if child == 0:
            for _ in range(40):
                with hold(tmp_path / ".lock", seconds=60):
                    number = int((tmp_path / "count").read_text())
                    (tmp_path / "count").write_text(str(number + 1))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(each, 0)[1] for each in children] == [0] * 6
    assert (tmp_path / "count").read_text() == "240"
    assert [each.name for each in tmp_path.iterdir()] == ["count"]


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
