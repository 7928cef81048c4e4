# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work on decoded blocks, and hash the file, in other threads while the first decodes on.

FFmpeg, hashing and numpy all leave the interpreter to others while they work, so the threads run
at once. Results do not depend on it: each has its own work, which is done in order. Steps are long,
because every return to the interpreter makes the thread that decodes wait.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from evidencekit.errors import Cancelled, RecordingUnreadable
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

_MOST_WAITING = 2
_READ = 1 << 20


class InOrder:
    """Calls functions one after the other in a thread of its own. Use it with `with`.

    An error of a call is raised by a later `do`, or at the end.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait until the thread has ended."""
        self._thread.shutdown(wait=True, cancel_futures=kind is not None)

    def do(self, function: Callable[..., None], *args: object) -> None:
        """Have *function* called soon; wait where too much is waiting already."""
        self._waiting.append(self._thread.submit(function, *args))
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.popleft().result()

    def finish(self) -> None:
        """Wait until everything is done."""
        while self._waiting:
            self._waiting.popleft().result()


class FileHash:
    """The SHA-256 of a file, taken in a thread of its own unless it is *known*. Use it with `with`:
    nothing is read any more once that is left.
    """

    def __init__(self, path: Path, known: Digest | None = None) -> None:
        self._path = path
        self._left = threading.Event()
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._digest = self._thread.submit(lambda: known or self._hash())

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop reading, and wait until the thread has ended."""
        self._left.set()
        self._thread.shutdown(wait=True)

    def result(self) -> Digest:
        """Return the digest; wait for it if need be.

        Raises:
            RecordingUnreadable: if the file cannot be read.
        """
        return self._digest.result()

    def _hash(self) -> Digest:
        hashed = hashlib.sha256()
        buffer = memoryview(bytearray(_READ))
        try:
            with self._path.open("rb", buffering=0) as file:
                while count := file.readinto(buffer):
                    if self._left.is_set():
                        raise Cancelled
                    hashed.update(buffer[:count])
        except OSError as error:
            reason = f"cannot be read ({error.strerror})"
            raise RecordingUnreadable(str(self._path), reason) from error
        return Digest("sha256", hashed.hexdigest())
