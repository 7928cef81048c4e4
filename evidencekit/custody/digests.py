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
    """A file's size in bytes and its digests, in the order they were asked for.

    `values` are in hexadecimal, in the order of `algorithms`. A `Digest` is made when it is asked
    for: of ten thousand small files, making them takes a tenth of the time of hashing.
    """

    size: int
    algorithms: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def digests(self) -> tuple[Digest, ...]:
        """The digests, in the order they were asked for."""
        return tuple([Digest(*each) for each in zip(self.algorithms, self.values, strict=True)])

    def digest(self, algorithm: str = "sha256") -> Digest:
        """Return the digest by *algorithm*.

        Raises:
            KeyError: if the file was not hashed by it.
        """
        return Digest(algorithm, self._value(algorithm))

    @property
    def sha256(self) -> str:
        """The SHA-256 in hexadecimal."""
        return self._value("sha256")

    def _value(self, algorithm: str) -> str:
        if algorithm not in self.algorithms:
            raise KeyError(algorithm)
        return self.values[self.algorithms.index(algorithm)]


@frozen(kw_only=True)
class Hashers:
    """A hasher by each algorithm, to be copied: a copy is made sooner than a new one."""

    algorithms: tuple[str, ...]
    first: Any
    others: tuple[Any, ...]


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
    fresh: Hashers,
    path: Path,
    name: Path | str,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
    subject: str,
) -> FileDigest:
    """Hash a file as `hash_file` does, with what `hashers_of` gave: for many small files in turn.

    Of ten thousand small files each microsecond here is a hundredth of a second: a file that comes
    in one read takes no more steps than it needs.

    Raises:
        IntakeError, Cancelled: as `hash_file`.
    """
    try:
        fd = os.open(str(path), _READ_ONLY)  # `os.open` asks a `Path` for its text in two steps
    except FileNotFoundError:
        raise IntakeError(str(name), "does not exist.") from None
    except OSError as error:
        raise IntakeError(str(name), f"could not be opened: {error.strerror}.") from error
    try:
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            raise _no_file(name, before)
        size = before.st_size
        # One byte more than there is is asked for: if it does not come, that was the end.
        block = os.read(fd, size + 1 if size < _READ else _READ)
        first = fresh.first.copy()
        first.update(block)
        if size >= _READ or len(block) != size or fresh.others or progress or cancelled:
            return _hash_on(fd, name, fresh, first, block, before, progress, cancelled, subject)
        after = os.fstat(fd)
    except OSError as error:
        raise IntakeError(str(name), f"could not be read to its end: {error.strerror}.") from error
    finally:
        os.close(fd)
    if size != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        raise _changed(name)
    return FileDigest(size=size, algorithms=fresh.algorithms, values=(first.hexdigest(),))


def _hash_on(
    fd: int,
    name: Path | str,
    fresh: Hashers,
    first: Any,
    block: bytes,
    before: os.stat_result,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
    subject: str,
) -> FileDigest:
    """Hash what follows the first *block* of an open file, by all algorithms."""
    size = before.st_size
    hashers = (first, *(each.copy() for each in fresh.others))
    for each in hashers[1:]:
        each.update(block)
    raise_if_cancelled(cancelled)
    if progress is not None and block:
        progress(Progress(stage="hash", done=len(block), total=size, subject=subject))
    done = len(block)
    if done != size or size >= _READ:
        done = _hash_rest(fd, hashers, done, size, progress, cancelled, subject)
    after = os.fstat(fd)
    if done != size or size != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        raise _changed(name)
    values = tuple([each.hexdigest() for each in hashers])
    return FileDigest(size=size, algorithms=fresh.algorithms, values=values)


def _no_file(name: Path | str, status: os.stat_result) -> IntakeError:
    what = "a folder" if stat.S_ISDIR(status.st_mode) else "not an ordinary file"
    return IntakeError(str(name), f"is {what}.")


def _changed(name: Path | str) -> IntakeError:
    return IntakeError(
        str(name),
        "changed while it was read. Wait until whatever writes it has finished, or copy it first.",
    )


def _hash_rest(
    fd: int,
    hashers: Sequence[Any],
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
        for hasher in hashers:
            hasher.update(block)
        done += len(block)
        raise_if_cancelled(cancelled)
        if progress is not None and block:
            progress(Progress(stage="hash", done=done, total=size, subject=subject))
    return done


@functools.cache
def hashers_of(algorithms: tuple[str, ...]) -> Hashers:
    """Return hashers by *algorithms*.

    Raises:
        ValueError: if one is not used here.
    """
    for each in algorithms:
        if each not in _HASHERS:
            msg = f"{each} is not an algorithm used here: {', '.join(ALGORITHMS)}"
            raise ValueError(msg)
    first, *others = (_HASHERS[each]() for each in algorithms)
    return Hashers(algorithms=algorithms, first=first, others=tuple(others))
