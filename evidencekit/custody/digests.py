# SPDX-License-Identifier: AGPL-3.0-or-later
"""Digests of files, computed from the bytes on the disk and nothing else.

A file is opened for reading only. One that changes while it is read has no digest: the read is
refused, because what was hashed may never have existed as a file.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.durable import O_BINARY
from evidencekit.errors import IntakeError
from evidencekit.model.digest import Digest
from evidencekit.model.progress import IsCancelled, OnProgress, Progress, raise_if_cancelled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_HASHERS = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
ALGORITHMS = tuple(_HASHERS)

# Measured: larger reads are no faster, smaller ones cost calls.
_READ = 1024 * 1024
# A pipe or device is refused, and never waited for.
_READ_ONLY = os.O_RDONLY | O_BINARY | getattr(os, "O_NONBLOCK", 0)


@frozen(kw_only=True)
class FileDigest:
    """A file's size in bytes and its digests, in the order they were asked for."""

    size: int
    digests: tuple[Digest, ...]

    def digest(self, algorithm: str = "sha256") -> Digest:
        """Return the digest by *algorithm*.

        Raises:
            KeyError: if the file was not hashed by it.
        """
        for each in self.digests:
            if each.algorithm == algorithm:
                return each
        raise KeyError(algorithm)

    @property
    def sha256(self) -> str:
        """The SHA-256 in hexadecimal."""
        return self.digest("sha256").value


def hash_file(
    path: Path,
    *,
    algorithms: Sequence[str] = ("sha256",),
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
    subject: str = "",
    shown: str | None = None,
) -> FileDigest:
    """Hash a file in one pass.

    *subject* is the id that progress carries; *shown* is the path that errors name, for a caller
    whose user knows the file by another path than *path*.

    Raises:
        IntakeError: if it is not an ordinary file, cannot be read, or changes while it is read.
        Cancelled: if *cancelled* says so between two reads.
    """
    name = str(path) if shown is None else shown
    for each in algorithms:
        if each not in _HASHERS:
            msg = f"{each} is not an algorithm used here: {', '.join(ALGORITHMS)}"
            raise ValueError(msg)
    try:
        fd = os.open(path, _READ_ONLY)
    except FileNotFoundError:
        raise IntakeError(name, "does not exist.") from None
    except OSError as error:
        raise IntakeError(name, f"could not be opened: {error.strerror}.") from error
    try:
        return _hash_open(fd, name, algorithms, progress, cancelled, subject)
    except OSError as error:
        raise IntakeError(name, f"could not be read to its end: {error.strerror}.") from error
    finally:
        os.close(fd)


def _hash_open(
    fd: int,
    name: str,
    algorithms: Sequence[str],
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
    subject: str,
) -> FileDigest:
    """Hash an open file from its first byte."""
    before = os.fstat(fd)
    if not stat.S_ISREG(before.st_mode):
        what = "a folder" if stat.S_ISDIR(before.st_mode) else "not an ordinary file"
        raise IntakeError(name, f"is {what}.")
    size = before.st_size
    # One byte more than there is is asked for: if it does not come, that was the end.
    block = os.read(fd, min(_READ, size + 1))
    hashers = [_HASHERS[each](block) for each in algorithms]
    done = len(block)
    while block and done <= size:  # one that never stops growing must not be read for ever
        raise_if_cancelled(cancelled)
        if progress is not None:
            progress(Progress(stage="hash", done=done, total=size, subject=subject))
        if done == size and len(block) < _READ:
            break
        block = os.read(fd, min(_READ, size - done + 1))
        for hasher in hashers:
            hasher.update(block)
        done += len(block)
    after = os.fstat(fd)
    if done != size or (size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise IntakeError(
            name,
            "changed while it was read. Wait until whatever writes it has finished, "
            "or copy it first.",
        )
    found = [Digest(hasher.name, hasher.hexdigest()) for hasher in hashers]
    return FileDigest(size=size, digests=tuple(found))
