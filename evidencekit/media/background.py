# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work on decoded blocks in a second thread, in order, while the first decodes on.

FFmpeg, hashing and numpy all leave the interpreter to others while they work, so the two threads
run at once. Results do not depend on it: there is one thread, and its work is done in order.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_MOST_WAITING = 4


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
