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

ALGORITHMS = ("sha256", "sha512")

# Measured: larger reads are no faster, smaller ones cost calls.
_READ = 1024 * 1024


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
        if each not in ALGORITHMS:
            msg = f"{each} is not an algorithm used here: {', '.join(ALGORITHMS)}"
            raise ValueError(msg)
    try:
        fd = _open_ordinary(path, name)
    except FileNotFoundError:
        raise IntakeError(name, "does not exist.") from None
    except OSError as error:
        raise IntakeError(name, f"could not be opened: {error.strerror}.") from error
    try:
        return _hash_open(
            fd, name, algorithms, progress=progress, cancelled=cancelled, subject=subject
        )
    except OSError as error:
        raise IntakeError(name, f"could not be read to its end: {error.strerror}.") from error
    finally:
        os.close(fd)


def _open_ordinary(path: Path, name: str) -> int:
    """Open for reading; a pipe or device is refused, and never waited for."""
    fd = os.open(path, os.O_RDONLY | O_BINARY | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(fd).st_mode
    if stat.S_ISREG(mode):
        return fd
    os.close(fd)
    raise IntakeError(name, f"is {'a folder' if stat.S_ISDIR(mode) else 'not an ordinary file'}.")


def _hash_open(
    fd: int,
    name: str,
    algorithms: Sequence[str],
    *,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
    subject: str,
) -> FileDigest:
    """Hash an open file from its first byte."""
    before = os.fstat(fd)
    hashers = [hashlib.new(each) for each in algorithms]
    done = 0
    while block := os.read(fd, min(_READ, max(before.st_size - done, 0) + 1)):
        raise_if_cancelled(cancelled)
        for hasher in hashers:
            hasher.update(block)
        done += len(block)
        if done > before.st_size:
            break  # it grows; a file that never stops growing must not be read for ever
        if progress is not None:
            progress(Progress(stage="hash", done=done, total=before.st_size, subject=subject))
    after = os.fstat(fd)
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or done != before.st_size:
        raise IntakeError(
            name,
            "changed while it was read. Wait until whatever writes it has finished, "
            "or copy it first.",
        )
    return FileDigest(
        size=done,
        digests=tuple(
            Digest(each, hasher.hexdigest())
            for each, hasher in zip(algorithms, hashers, strict=True)
        ),
    )
