# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tell a caller how far a decode has come, at most ten times a second, and stop when asked to."""

from __future__ import annotations

import time

from evidencekit.model.progress import IsCancelled, OnProgress, Progress, raise_if_cancelled

_SECONDS_BETWEEN = 0.1


class Pace:
    """Called with the position reached, in bytes of the file.

    The clock decides only how often the caller is told; it never reaches a result.
    """

    def __init__(
        self,
        *,
        total: int,
        subject: str = "",
        progress: OnProgress | None = None,
        cancelled: IsCancelled | None = None,
    ) -> None:
        self._total = total
        self._subject = subject
        self._progress = progress
        self._cancelled = cancelled
        self._next = 0.0

    def __call__(self, done: int) -> None:
        """Report *done*, if it is time to.

        Raises:
            Cancelled: if the caller wants the work to stop.
        """
        raise_if_cancelled(self._cancelled)
        if self._progress is not None and time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN
            self._tell(min(done, self._total))

    def finish(self) -> None:
        """Report that all is done."""
        if self._progress is not None:
            self._tell(self._total)

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(
                Progress(stage="decode", done=done, total=self._total, subject=self._subject)
            )
