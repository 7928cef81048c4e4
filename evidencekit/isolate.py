# SPDX-License-Identifier: AGPL-3.0-or-later
"""A worker process for files that others made, with a time and a memory limit.

A hostile or broken PDF can loop for ever, take all memory, or crash the library that reads it. So
it is read in a process of its own. One worker serves many calls, because starting one costs more
than most calls do; it is killed and started again when it runs over its limits or dies.

The worker is `python -m evidencekit.isolate`, not `multiprocessing`'s spawn, so that it also works
from a script without a main guard. What it sends back is not trusted either: only values of this
package's own classes, and plain ones, are ever unpickled.

>>> import math
>>> with Isolate(seconds=30, memory_mb=1024) as worker:
...     worker.call(math.gcd, 12, 18)
6
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import io
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from contextvars import ContextVar
from enum import Enum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

import attrs

from evidencekit.errors import Cancelled, EvidenceError, WorkerFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

__all__ = ["Isolate", "kept_workers"]

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = Path(__file__).parent
_HEADER = 8
_LARGEST_ANSWER = 512 * 1024 * 1024
_POLL_SECONDS = 0.05
#: As many as two stages that run side by side have.
_MOST_KEPT = 2 * (os.cpu_count() or 1)
#: How much later than the caller the worker ends itself, for when the caller is gone.
_GRACE_SECONDS = 5
_PLAIN = {
    "builtins": {"set", "frozenset", "complex", "bytearray", "slice", "range"},
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "decimal": {"Decimal"},
    "fractions": {"Fraction"},
    "pathlib": {"PosixPath", "PurePosixPath", "PureWindowsPath", "WindowsPath"},
    # Where Python 3.13 says that paths come from.
    "pathlib._local": {"PosixPath", "PurePosixPath", "PureWindowsPath", "WindowsPath"},
}


@attrs.frozen
class _Worker:
    """A process that waits for requests, and the queue that its answers come to."""

    process: subprocess.Popen[bytes]
    answers: queue.SimpleQueue[bytes | None]
    folder: str

    def end(self) -> None:
        """End it and wait for it, so that no zombie is left."""
        self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()


class _Kept:
    """Workers that have nothing to do, by memory limit and by the folder they were started in."""

    def __init__(self) -> None:
        self._idle: list[tuple[tuple[int, str], _Worker]] = []
        self._lock = threading.Lock()
        self._most = _MOST_KEPT

    def take(self, memory_mb: int) -> _Worker | None:
        wanted = (memory_mb, _here())
        with self._lock:
            for at in reversed(range(len(self._idle))):
                if self._idle[at][0] == wanted:
                    worker = self._idle.pop(at)[1]
                    if worker.process.poll() is None:
                        return worker
                    worker.end()
        return None

    def give(self, memory_mb: int, worker: _Worker) -> None:
        with self._lock:
            self._idle.append(((memory_mb, worker.folder), worker))
            while len(self._idle) > self._most:
                self._idle.pop(0)[1].end()

    def end(self) -> None:
        """End them all, and keep none that is given back later."""
        with self._lock:
            self._most = 0
            while self._idle:
                self._idle.pop()[1].end()


_kept: ContextVar[_Kept | None] = ContextVar("kept workers of this run", default=None)


@contextlib.contextmanager
def kept_workers() -> Iterator[None]:
    """Keep the workers of every `Isolate` of one run for the next one of that run.

    Starting a worker and loading what it needs takes longer than most documents and recordings do,
    and a build has several stages. At the end of the run all are gone: what read the files of one
    matter, or of one package, never reads those of another.
    """
    if _kept.get() is not None:
        yield
        return
    kept = _Kept()
    token = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(token)
        kept.end()


class Isolate:
    """Call functions in a process of its own, at most *seconds* and *memory_mb* each.

    The memory limit is on the address space, and holds where the system knows such a limit
    (POSIX). `cancelled` is asked while waiting. Calls from several threads wait for each other.
    """

    def __init__(
        self, *, seconds: int, memory_mb: int, cancelled: Callable[[], bool] | None = None
    ) -> None:
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._cancelled = cancelled
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._kept = _kept.get()

    def __enter__(self) -> Self:
        """Return itself; the worker starts with the first call."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the worker, or leave it to the next one of this run."""
        self.close()

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what *function* returns in the worker, or raise the error of ours it raises.

        Function and arguments must be picklable.

        Raises:
            WorkerFailed: if it takes too long or too much memory, dies, or fails otherwise.
            Cancelled: if the caller asked for it.
        """
        request = pickle.dumps((self._seconds, function, args, kwargs))
        with self._lock:
            try:
                fine, answer = _load(self._ask(request))
            except BaseException:
                self._kill()
                raise
            if not fine and isinstance(answer, WorkerFailed):
                # A library that ran out of memory half way is not to be relied on again.
                self._kill()
        if fine:
            return answer  # type: ignore[no-any-return]
        if isinstance(answer, EvidenceError):
            raise answer
        msg = "sent back something that is not an answer"
        raise WorkerFailed(msg)

    def close(self) -> None:
        """End the worker and wait until it is gone, or leave it to the next one of this run."""
        with self._lock:
            if self._kept is not None and self._worker is not None:
                self._kept.give(self._memory_mb, self._worker)
                self._worker = None
            self._kill()

    def _ask(self, request: bytes) -> bytes:
        """Send a request and wait for its answer."""
        worker = self._running()
        process = worker.process
        assert process.stdin is not None  # noqa: S101 - Popen was given a pipe
        try:
            process.stdin.write(len(request).to_bytes(_HEADER, "big") + request)
            process.stdin.flush()
        except OSError as error:
            raise WorkerFailed(_how_it_ended(process)) from error
        deadline = time.monotonic() + self._seconds
        while True:
            try:
                answer = worker.answers.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                if self._cancelled is not None and self._cancelled():
                    raise Cancelled from None
                if time.monotonic() > deadline:
                    msg = f"took longer than {self._seconds} seconds"
                    raise WorkerFailed(msg) from None
                continue
            if answer is None:
                raise WorkerFailed(_how_it_ended(process))
            return answer

    def _running(self) -> _Worker:
        """Return the worker, started if there is none."""
        if self._worker is not None and self._worker.process.poll() is None:
            return self._worker
        self._kill()
        kept = None if self._kept is None else self._kept.take(self._memory_mb)
        self._worker = kept or _started(self._memory_mb)
        return self._worker

    def _kill(self) -> None:
        """End the worker, if there is one."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


def _started(memory_mb: int) -> _Worker:
    # -P: a file called json.py beside somebody's recordings must not become a module of ours.
    command = [sys.executable, "-P", "-m", "evidencekit.isolate", str(memory_mb)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_import_path())},
    )
    assert process.stdout is not None  # noqa: S101 - Popen was given a pipe
    answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_forward, args=(process.stdout, answers), daemon=True).start()
    return _Worker(process, answers, _here())


def _here() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # it is gone
        return ""


def _import_path() -> list[str]:
    """Return where the worker looks for modules: where this process does, as full paths."""
    return [str(Path(entry).resolve()) for entry in sys.path if entry]


def _how_it_ended(process: subprocess.Popen[bytes]) -> str:
    """Say how a worker that is gone ended."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        code = process.wait(timeout=1)
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by {signal.Signals(-code).name}"
        return f"ended by itself with code {code}"
    return "closed its connection"


def _forward(pipe: IO[bytes], answers: queue.SimpleQueue[bytes | None]) -> None:
    """Put each answer into the queue, and None when the worker has closed its side."""
    with pipe:
        while (answer := _read_frame(pipe)) is not None:
            answers.put(answer)
    answers.put(None)


def _read_frame(pipe: IO[bytes]) -> bytes | None:
    """Return the next message, or None at the end of the pipe."""
    header = pipe.read(_HEADER)
    length = int.from_bytes(header, "big")
    if len(header) < _HEADER or length > _LARGEST_ANSWER:
        return None
    frame = pipe.read(length)
    return frame if len(frame) == length else None


class _OwnClasses(pickle.Unpickler):
    """Unpickles this package's own values and plain ones, and nothing that could act."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        """Return a class that is only data.

        Raises:
            UnpicklingError: for anything else.
        """
        if global_name in _PLAIN.get(module_name, ()):
            return getattr(importlib.import_module(module_name), global_name)
        if module_name.startswith("evidencekit.") and "." not in global_name:
            found = getattr(importlib.import_module(module_name), global_name, None)
            if isinstance(found, type) and (
                attrs.has(found) or issubclass(found, (EvidenceError, Enum))
            ):
                return found
        msg = f"{module_name}.{global_name} is not a result"
        raise pickle.UnpicklingError(msg)


def _load(answer: bytes) -> tuple[bool, Any]:
    """Unpickle an answer of the worker.

    Raises:
        WorkerFailed: if it holds anything but our own values.
    """
    try:
        fine, value = _OwnClasses(io.BytesIO(answer)).load()
    except Exception as error:
        msg = "sent back something that is not an answer"
        raise WorkerFailed(msg) from error
    return bool(fine), value


# What follows runs in the worker.


def _serve(memory_mb: int) -> None:
    """Answer requests until the caller closes its side."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(memory_mb)
    # Libraries write to the standard output; the answers go where they cannot reach.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while (request := _read_frame(sys.stdin.buffer)) is not None:
        answer = _answer(request, memory_mb)
        out.write(len(answer).to_bytes(_HEADER, "big") + answer)
        out.flush()


def _limit_memory(memory_mb: int) -> None:
    """Set the limit, where the system has one, and write no core files."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 1024 * 1024,) * 2)


def _answer(request: bytes, memory_mb: int) -> bytes:
    """Run one request and return its pickled answer."""
    seconds, function, args, kwargs = pickle.loads(request)  # noqa: S301 - from our own caller
    # Ends this process even if a library holds the interpreter and the caller has gone.
    faulthandler.dump_traceback_later(seconds + _GRACE_SECONDS, exit=True)
    try:
        return pickle.dumps((True, function(*args, **kwargs)))
    except EvidenceError as error:
        return pickle.dumps((False, error))
    except MemoryError:
        return pickle.dumps((False, WorkerFailed(f"needs more than {memory_mb} MB of memory")))
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller must hear of it
        return pickle.dumps((False, WorkerFailed(f"failed with {_where(error)}")))
    finally:
        faulthandler.cancel_dump_traceback_later()


def _where(error: Exception) -> str:
    """Name an error's type and place. Its text is left out: it may quote what the file says."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if Path(each.filename).is_relative_to(_PACKAGE)]
    frame = (ours or frames)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
