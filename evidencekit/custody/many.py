# SPDX-License-Identifier: AGPL-3.0-or-later
"""Digests of many files, one after the other or by a caller's executor.

Results come in the order of the files, wherever they were hashed, and the error raised is that of
the first file that has one. One after the other is the default: hashing keeps a core and a disk
busy, and handing small files to threads took twice as long when it was measured.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.digests import FileDigest, hash_with, hashers_of
from evidencekit.errors import WorkerFailed
from evidencekit.model.progress import Progress, raise_if_cancelled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor, Future

    from evidencekit.model.progress import IsCancelled, OnProgress

#: A piece of work is so many bytes or files, so that small files do not cost a message each.
_PIECE_BYTES = 64 * 1024 * 1024
_PIECE_FILES = 256
_POLL_SECONDS = 0.1


@frozen(kw_only=True)
class ToHash:
    """A file to hash. `subject` is the id that progress carries; `shown` is what errors name."""

    path: Path
    subject: str
    shown: str


def hash_files(
    files: Sequence[ToHash],
    *,
    algorithms: Sequence[str] = ("sha256",),
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[FileDigest, ...]:
    """Hash *files*, and return their digests in the same order.

    With an *executor* of processes, *files* must be where its workers find them too.

    Raises:
        IntakeError: as `hash_file`, for the first file that cannot be hashed.
        WorkerFailed: if a process of the executor was killed.
        Cancelled: if *cancelled* says so.
    """
    if executor is None:
        return _hash_piece(files, algorithms, progress, cancelled)
    pieces = _pieces(files)
    # Threads can be asked to stop in the middle of a file; another process cannot.
    stop = cancelled if isinstance(executor, ThreadPoolExecutor) else None
    futures = [
        executor.submit(_hash_piece, piece, tuple(algorithms), None, stop) for piece in pieces
    ]
    try:
        _wait(futures, pieces, progress, cancelled)
        return tuple(each for future in futures for each in future.result())
    except BrokenExecutor as error:
        msg = "ended before it was done. Run again."
        raise WorkerFailed(msg) from error
    finally:
        for future in futures:
            future.cancel()


def _hash_piece(
    files: Sequence[ToHash],
    algorithms: Sequence[str],
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> tuple[FileDigest, ...]:
    """Hash files one after the other."""
    fresh = hashers_of(tuple(algorithms))
    return tuple(
        [
            hash_with(fresh, each.path, each.shown, progress, cancelled, each.subject)
            for each in files
        ]
    )


def _pieces(files: Sequence[ToHash]) -> list[tuple[ToHash, ...]]:
    """Split *files* into pieces of work, in order."""
    pieces: list[tuple[ToHash, ...]] = []
    piece: list[ToHash] = []
    size = 0
    for each in files:
        with suppress(OSError):  # whoever hashes it says so
            size += each.path.stat().st_size
        piece.append(each)
        if size >= _PIECE_BYTES or len(piece) >= _PIECE_FILES:
            pieces.append(tuple(piece))
            piece, size = [], 0
    return [*pieces, tuple(piece)] if piece else pieces


def _wait(
    futures: Sequence[Future[tuple[FileDigest, ...]]],
    pieces: Sequence[Sequence[ToHash]],
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> None:
    """Wait until all are done, or all that come before the first that failed."""
    place_of = {future: place for place, future in enumerate(futures)}
    pending = set(futures)
    while pending:
        raise_if_cancelled(cancelled)
        done, pending = wait(pending, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            place = place_of[future]
            if future.exception() is not None:
                later = futures[place + 1 :]
                for each in later:
                    each.cancel()
                pending = pending.difference(later)
            elif progress is not None:
                _tell(pieces[place], future.result(), progress)


def _tell(files: Sequence[ToHash], found: Sequence[FileDigest], progress: OnProgress) -> None:
    """Tell of each file that it is hashed."""
    for file, digest in zip(files, found, strict=True):
        progress(Progress(stage="hash", done=digest.size, total=digest.size, subject=file.subject))
