# SPDX-License-Identifier: AGPL-3.0-or-later
"""The processes that decode: as many recordings side by side as there are processors for them.

How many there are decides only how long it takes. What each recording gives is its own, and is
handed back in the order in which the recordings were named.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import LifoQueue
from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import frozen

from evidencekit.isolate import Isolate

if TYPE_CHECKING:
    from pathlib import Path

R = TypeVar("R")
#: Returns a process, given what says that it is not wanted any more.
Another = Callable[[Callable[[], bool]], Isolate]


@frozen(kw_only=True)
class Job(Generic[R]):
    """Work that one process is needed for; *size* says how long it takes beside the others."""

    size: int
    work: Callable[[Isolate], R]


class Workers:
    """Some processes, each of which does one job at a time. They start when they are needed."""

    def __init__(self, workers: Sequence[Isolate], another: Another | None = None) -> None:
        """*another* makes a process beyond these, for what is done while one of them idles."""
        self._workers = tuple(workers)
        self.another = another
        self._idle: LifoQueue[Isolate] = LifoQueue()
        for each in reversed(self._workers):
            self._idle.put(each)

    def __len__(self) -> int:
        """Return how many jobs can be done at a time."""
        return len(self._workers)

    @property
    def first(self) -> Isolate:
        """The process that is given the first job."""
        return self._workers[0]

    @contextmanager
    def doing(self, jobs: Sequence[Job[R]]) -> Iterator[list[Future[R]]]:
        """Have *jobs* done, the longest first; yields what comes of them, in the order given.

        Jobs that were not begun when the block ends are not begun any more.
        """
        longest_first = sorted(range(len(jobs)), key=lambda at: -jobs[at].size)
        with ThreadPoolExecutor(max_workers=len(self)) as lanes:
            begun = {at: lanes.submit(self._do, jobs[at]) for at in longest_first}
            try:
                yield [begun[at] for at in range(len(jobs))]
            finally:
                lanes.shutdown(cancel_futures=True)

    def _do(self, job: Job[R]) -> R:
        worker = self._idle.get()
        try:
            return job.work(worker)
        finally:
            self._idle.put(worker)


def processors() -> int:
    """Return how many processors this process may use."""
    if counted := getattr(os, "process_cpu_count", lambda: None)():  # from Python 3.13 on
        return int(counted)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


def size_of(path: Path) -> int:
    """Return a file's size in bytes; 0 where it cannot be told, for who reads it will say so."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
