# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run the same kind of work over many files, on this machine's cores or a caller's executor.

By default each piece runs in a process of its own with limits on time and memory, because files
come from strangers. With an executor the caller decides where it runs. Results come back in the
order of the tasks, whatever order they finish in, so they never depend on where they ran.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.errors import EvidenceError, RecordingUnreadable, SeveralErrors, WorkerFailed
from evidencekit.isolate import Isolate
from evidencekit.model.progress import IsCancelled, OnProgress, Progress, raise_if_cancelled

if TYPE_CHECKING:
    from evidencekit.model.recording import Recording

#: A recording of a day decodes in minutes; what takes longer than this hangs.
SECONDS = 3600
MEMORY_MB = 4096
_POLL_SECONDS = 0.1


@frozen(kw_only=True)
class Task:
    """One call: a function that pickles, its arguments, and the id to name in progress.

    `failed` says what it means that the process of this call hung, died or ran out of memory: an
    error that names the file, or a result that stands for it.
    """

    subject: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    failed: Callable[[WorkerFailed], Any] | None = None


def unreadable(recording: Recording) -> Callable[[WorkerFailed], EvidenceError]:
    """Return what says of which recording a worker failed."""
    return lambda error: RecordingUnreadable(recording.file, f"cannot be read: {error}")


def run_all(
    tasks: Sequence[Task],
    *,
    stage: str,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
    seconds: int = SECONDS,
) -> tuple[Any, ...]:
    """Run *tasks* and return their results in the order given.

    All tasks are run even when one fails, so that every bad file is named at once.

    Raises:
        EvidenceError: what the one failing task raised.
        SeveralErrors: if more than one failed.
        Cancelled: if *cancelled* returned True.
    """
    if not tasks:
        return ()
    if executor is not None:
        futures = [executor.submit(task.function, *task.arguments) for task in tasks]
        return _collect(tasks, futures, stage, progress, cancelled)
    lanes = min(len(tasks), os.cpu_count() or 1)
    idle: queue.LifoQueue[Isolate] = queue.LifoQueue()
    with ExitStack() as workers, ThreadPoolExecutor(lanes) as threads:
        for _ in range(lanes):
            worker = Isolate(seconds=seconds, memory_mb=MEMORY_MB, cancelled=cancelled)
            idle.put(workers.enter_context(worker))
        futures = [threads.submit(_run_isolated, task, idle, cancelled) for task in tasks]
        return _collect(tasks, futures, stage, progress, cancelled)


def _run_isolated(task: Task, idle: queue.LifoQueue[Isolate], cancelled: IsCancelled | None) -> Any:
    """Run one task in a worker that has nothing to do. A worker serves many tasks, because it
    takes longer to start one than to read most files.
    """
    raise_if_cancelled(cancelled)
    worker = idle.get()
    try:
        return worker.call(task.function, *task.arguments)
    finally:
        idle.put(worker)


def _collect(
    tasks: Sequence[Task],
    futures: Sequence[Future[Any]],
    stage: str,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> tuple[Any, ...]:
    """Wait for all futures, tell of each that ends, and put results and errors in task order."""
    subjects = {id(future): task.subject for task, future in zip(tasks, futures, strict=True)}
    pending = set(futures)
    try:
        while pending:
            raise_if_cancelled(cancelled)
            done, pending = wait(pending, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                if progress is not None:
                    progress(
                        Progress(
                            stage=stage,
                            done=len(futures) - len(pending),
                            total=len(futures),
                            subject=subjects[id(future)],
                        )
                    )
    finally:
        for future in pending:
            future.cancel()
    # Whoever asks to stop is not told of what failed because it was stopped.
    raise_if_cancelled(cancelled)
    results = [_outcome(task, future) for task, future in zip(tasks, futures, strict=True)]
    errors = tuple(each for each in results if isinstance(each, EvidenceError))
    if len(errors) > 1:
        raise SeveralErrors(errors)
    if errors:
        raise errors[0]
    return tuple(results)


def _outcome(task: Task, future: Future[Any]) -> Any:
    """Return a task's result, or the error that says why there is none."""
    error = future.exception()
    if isinstance(error, WorkerFailed) and task.failed is not None:
        return task.failed(error)
    if isinstance(error, EvidenceError):
        return error
    return future.result()
