# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bytes that are on the disk when a call returns, and a lock that dies with its holder.

Three promises carry the custody log and the hand-over of a package: a write is whole or raises, a
flushed file survives the process (and, as far as the disk tells the truth, the power), and a
killed process leaves no lock that blocks the next one.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from evidencekit.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Windows opens in text mode unless told otherwise.
O_BINARY = getattr(os, "O_BINARY", 0)
#: Neither follow a link at the end of the path, nor wait for the other end of a pipe.
O_NO_SURPRISE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

_FULLFSYNC = 51  # macOS: fsync alone leaves the bytes in the drive's cache

#: What a file system says that does not know how to do what it was asked.
_NO_SUCH_CALL = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOTTY, errno.EOPNOTSUPP})


class LockHeldError(EvidenceError):
    """Another process holds the lock."""


def write_all(fd: int, data: bytes) -> None:
    """Write all of *data*; one call to the system may take only a part."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def flush(fd: int) -> None:
    """Have the file's bytes on the disk."""
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(fd, _FULLFSYNC)
        except OSError as error:  # a server's disk, or one formatted elsewhere
            if error.errno not in _NO_SUCH_CALL:
                raise
            os.fsync(fd)
    else:
        os.fsync(fd)


def flush_folder(folder: Path) -> None:
    """Have the folder's list of names on the disk; Windows does so by itself.

    Some file systems of servers cannot be told to, and say so; any other error is one.
    """
    if sys.platform == "win32":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_SUCH_CALL:
            raise
    finally:
        os.close(fd)


@contextmanager
def hold(lock_path: Path, *, seconds: float) -> Iterator[None]:
    """Hold the lock that *lock_path* stands for, and leave no file of it behind.

    The file is removed while it is held, as the last thing that is done under the lock. Whoever
    waits for the removed file is told by the system that it has no name any more, and starts over
    with the new one (`filelock` looks). Where an open file cannot be removed (Windows), it goes on
    release, or stays. A file that a killed run left means nothing by itself.

    Raises:
        LockHeldError: if another process held it for so many *seconds*.
        OSError: if the folder cannot be written, or its file system has no such locks. A lock
            that would outlive its holder is not used in their place.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(lock_path, timeout=seconds, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise LockHeldError from None
    try:
        yield
    finally:
        with suppress(OSError):
            lock_path.unlink()
        lock.release()
