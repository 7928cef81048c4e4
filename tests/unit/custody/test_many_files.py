# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many files hash the same wherever they are hashed, and the first bad one is the one named."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from evidencekit.custody import many
from evidencekit.custody.many import ToHash, hash_files
from evidencekit.errors import Cancelled, IntakeError, WorkerFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Backwards(Executor):
    """Runs what it is given when it is asked for the last piece, last piece first."""

    def __init__(self, expected: int) -> None:
        self.waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []
        self.expected = expected

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, function, args))
        if len(self.waiting) == self.expected:
            threading.Thread(target=self.run).start()
        return future

    def run(self) -> None:
        for future, function, args in reversed(self.waiting):
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(function(*args))
            except BaseException as error:  # noqa: BLE001 - as an executor does
                future.set_exception(error)


@pytest.fixture
def files(tmp_path: Path) -> list[ToHash]:
    found = []
    for number in range(7):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(bytes([number]) * (number + 1))
        found.append(ToHash(path=path, subject=f"r{number}", shown=f"recordings/{number}.bin"))
    return found


@pytest.fixture(params=["none", "threads", "processes", "backwards"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor | None]:
    if request.param == "none":
        yield None
    elif request.param == "backwards":
        yield Backwards(7)
    else:
        kind = ThreadPoolExecutor if request.param == "threads" else ProcessPoolExecutor
        with kind(2) as pool:
            yield pool


@pytest.fixture
def one_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "_PIECE_FILES", 1)


@pytest.mark.usefixtures("one_a_piece")
def test_digests_come_in_the_order_of_the_files(
    files: list[ToHash], executor: Executor | None
) -> None:
    told = []
    found = hash_files(files, executor=executor, progress=told.append)
    assert [each.sha256 for each in found] == [
        hashlib.sha256(bytes([number]) * (number + 1)).hexdigest() for number in range(7)
    ]
    assert sorted((each.subject, each.done, each.total) for each in told) == [
        (f"r{number}", number + 1, number + 1) for number in range(7)
    ]
    assert {each.stage for each in told} == {"hash"}


@pytest.mark.usefixtures("one_a_piece")
def test_the_error_is_that_of_the_first_bad_file(
    files: list[ToHash], executor: Executor | None
) -> None:
    files[2].path.unlink()
    files[5].path.unlink()
    with pytest.raises(IntakeError) as raised:
        hash_files(files, executor=executor)
    assert raised.value.path == "recordings/2.bin"


@pytest.mark.usefixtures("one_a_piece")
def test_a_cancelled_hash_of_many_stops(files: list[ToHash], executor: Executor | None) -> None:
    with pytest.raises(Cancelled):
        hash_files(files, executor=executor, cancelled=lambda: True)


def test_no_files_give_no_digests(executor: Executor | None) -> None:
    assert hash_files([], executor=executor) == ()


def test_small_files_share_a_piece_of_work_and_large_ones_do_not(files: list[ToHash]) -> None:
    pieces: list[int] = []

    class Counting(Executor):
        def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            pieces.append(len(args[0]))
            future: Future[Any] = Future()
            future.set_result(function(*args))
            return future

    hash_files(files, executor=Counting())
    assert pieces == [7]
    with files[3].path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    pieces.clear()
    hash_files(files, executor=Counting())
    assert pieces == [4, 3]


def test_every_algorithm_asked_for_comes_back_from_other_processes(files: list[ToHash]) -> None:
    with ProcessPoolExecutor(1) as pool:
        (found, *_) = hash_files(files, algorithms=("sha256", "sha512"), executor=pool)
    assert found.digest("sha512").value == hashlib.sha512(b"\0").hexdigest()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_worker_that_is_killed_is_an_error_that_says_so(files: list[ToHash]) -> None:
    with ProcessPoolExecutor(1) as pool:
        pid = pool.submit(os.getpid).result()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(WorkerFailed, match="Run again"):
            hash_files(files, executor=pool)
