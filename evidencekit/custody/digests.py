# SPDX-License-Identifier: AGPL-3.0-or-later
"""Digests of files, computed from the bytes on the disk and nothing else.

A file is opened for reading only. One that changes while it is read has no digest: the read is
refused, because what was hashed may never have existed as a file.
"""

from __future__ import annotations

import functools
import hashlib
import os
import stat
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.custody.durable import O_BINARY
from evidencekit.errors import IntakeError
from evidencekit.model.digest import Digest
from evidencekit.model.progress import IsCancelled, OnProgress, Progress, raise_if_cancelled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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
    name = path if shown is None else shown
    return hash_with(hashers_of(tuple(algorithms)), path, name, progress, cancelled, subject)


def hash_with(
    fresh: Sequence[tuple[str, Any]],
    path: Path,
    name: Path | str,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
    subject: str,
) -> FileDigest:
    """Hash a file as `hash_file` does, with what `hashers_of` gave: for many small files in turn.

    Raises:
        IntakeError, Cancelled: as `hash_file`.
    """
    try:
        fd = os.open(path, _READ_ONLY)
    except FileNotFoundError:
        raise IntakeError(str(name), "does not exist.") from None
    except OSError as error:
        raise IntakeError(str(name), f"could not be opened: {error.strerror}.") from error
    try:
        return _hash_open(fd, name, fresh, progress, cancelled, subject)
    except OSError as error:
        raise IntakeError(str(name), f"could not be read to its end: {error.strerror}.") from error
    finally:
        os.close(fd)


def _hash_open(
    fd: int,
    name: Path | str,
    fresh: Sequence[tuple[str, Any]],
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
    subject: str,
) -> FileDigest:
    """Hash an open file from its first byte.

    Of ten thousand small files each microsecond here is a hundredth of a second: a file that comes
    in one read takes no more steps than it needs.
    """
    before = os.fstat(fd)
    if not stat.S_ISREG(before.st_mode):
        what = "a folder" if stat.S_ISDIR(before.st_mode) else "not an ordinary file"
        raise IntakeError(str(name), f"is {what}.")
    size = before.st_size
    # One byte more than there is is asked for: if it does not come, that was the end.
    block = os.read(fd, size + 1 if size < _READ else _READ)
    done = len(block)
    algorithm, new = fresh[0]
    first = new.copy()
    first.update(block)
    hashers = {algorithm: first}
    for algorithm, new in fresh[1:]:
        hashers[algorithm] = new.copy()
        hashers[algorithm].update(block)
    if cancelled is not None:
        raise_if_cancelled(cancelled)
    if progress is not None and block:
        progress(Progress(stage="hash", done=done, total=size, subject=subject))
    if done != size or size >= _READ:
        done = _hash_rest(fd, hashers, done, size, progress, cancelled, subject)
    after = os.fstat(fd)
    if done != size or size != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        raise IntakeError(
            str(name),
            "changed while it was read. Wait until whatever writes it has finished, "
            "or copy it first.",
        )
    if len(hashers) == 1:
        return FileDigest(size=size, digests=(Digest(algorithm, first.hexdigest()),))
    found = [Digest(each, hasher.hexdigest()) for each, hasher in hashers.items()]
    return FileDigest(size=size, digests=tuple(found))


def _hash_rest(
    fd: int,
    hashers: Mapping[str, Any],
    done: int,
    size: int,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
    subject: str,
) -> int:
    """Hash what follows a first block, and return how many bytes there are in all."""
    block = b"first"
    while block and done <= size:  # one that never stops growing must not be read for ever
        block = os.read(fd, min(_READ, size - done + 1))
        for hasher in hashers.values():
            hasher.update(block)
        done += len(block)
        raise_if_cancelled(cancelled)
        if progress is not None and block:
            progress(Progress(stage="hash", done=done, total=size, subject=subject))
    return done


@functools.cache
def hashers_of(algorithms: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """Return a hasher by each of *algorithms*, to be copied: a copy is made sooner than a new one.

    Raises:
        ValueError: if one is not used here.
    """
    for each in algorithms:
        if each not in _HASHERS:
            msg = f"{each} is not an algorithm used here: {', '.join(ALGORITHMS)}"
            raise ValueError(msg)
    return tuple((each, _HASHERS[each]()) for each in algorithms)
