# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work over many files: all of it is done, in order, wherever it runs, or stops when asked."""

from __future__ import annotations

import math
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.errors import Cancelled, EvidenceError, SeveralErrors, WorkerFailed
from evidencekit.media.probe import file_facts
from evidencekit.model.timecode import Span, format_media_time
from evidencekit.pipeline.work import Task, run_all

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.progress import Progress


def double(number: int) -> int:
    return 2 * number


def slowly(number: int) -> int:
    time.sleep(0.01 * (5 - number))
    return number


def fail(text: str) -> None:
    raise EvidenceError(text)


def task(function: Any, *arguments: Any, **more: Any) -> Task:
    return Task(subject=str(arguments), function=function, arguments=arguments, **more)


class Here:
    """An executor that runs everything at once, in this thread, last submitted first."""

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - that is what an executor does
            future.set_exception(error)
        return future


@given(st.lists(st.integers(), max_size=20))
def test_results_come_in_the_order_of_the_tasks(numbers: list[int]) -> None:
    tasks = [task(double, each) for each in numbers]
    found = run_all(tasks, stage="read", executor=Here())  # type: ignore[arg-type]
    assert found == tuple(2 * each for each in numbers)


def test_results_do_not_depend_on_which_ends_first() -> None:
    with ThreadPoolExecutor(5) as executor:
        found = run_all([task(slowly, each) for each in range(5)], stage="x", executor=executor)
    assert found == (0, 1, 2, 3, 4)


def test_without_an_executor_each_piece_runs_in_a_process_of_its_own() -> None:
    own, *others = run_all([task(os.getpid), task(os.getpid), task(os.getpid)], stage="read")
    assert os.getpid() not in {own, *others}
    assert run_all([task(math.gcd, 12, 18)], stage="read") == (6,)
    span = Span(start_ms=0, end_ms=7)
    assert run_all([task(format_media_time, 62_500), task(span.samples, 1000)], stage="read")


def test_no_tasks_give_no_results() -> None:
    assert run_all([], stage="read", cancelled=lambda: True) == ()


def test_one_error_is_raised_as_it_is() -> None:
    tasks = [task(double, 1), task(fail, "the second"), task(double, 3)]
    with pytest.raises(EvidenceError, match="the second") as raised:
        run_all(tasks, stage="read", executor=Here())  # type: ignore[arg-type]
    assert not isinstance(raised.value, SeveralErrors)


def test_several_errors_are_raised_together_in_the_order_of_the_tasks() -> None:
    tasks = [task(fail, "one"), task(double, 1), task(fail, "two"), task(fail, "three")]
    with pytest.raises(SeveralErrors) as raised:
        run_all(tasks, stage="read", executor=Here())  # type: ignore[arg-type]
    assert raised.value == SeveralErrors(
        [EvidenceError("one"), EvidenceError("two"), EvidenceError("three")]
    )


def test_errors_of_workers_are_named_at_once_too(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.wav", "two.wav")]
    for each in paths:
        each.write_bytes(b"no sound " * 100)
    with pytest.raises(SeveralErrors) as raised:
        run_all([task(file_facts, each) for each in paths], stage="look")
    assert [str(each).split()[0] for each in raised.value.errors] == [str(each) for each in paths]


def test_a_fault_of_our_own_is_not_taken_for_a_bad_file() -> None:
    with pytest.raises(ZeroDivisionError):
        run_all([task(divmod, 1, 0)], stage="x", executor=Here())  # type: ignore[arg-type]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_worker_that_dies_or_hangs_names_the_file_it_was_given() -> None:
    def named(error: WorkerFailed) -> EvidenceError:
        return EvidenceError(f"a.pdf: {error}")

    with pytest.raises(EvidenceError, match=r"a\.pdf: .* ended by SIGABRT"):
        run_all([task(os.abort, failed=named)], stage="documents")
    with pytest.raises(EvidenceError, match=r"a\.pdf: .* took longer than 1 seconds"):
        run_all([task(time.sleep, 600, failed=named)], stage="documents", seconds=1)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_what_stands_for_a_failed_worker_may_be_a_result() -> None:
    found = run_all(
        [task(os.abort, failed=lambda _: "a placeholder"), task(math.gcd, 4, 6)],
        stage="documents",
    )
    assert found == ("a placeholder", 2)


def test_each_piece_that_ends_is_told_of_once_by_its_id() -> None:
    steps: list[Progress] = []
    with ThreadPoolExecutor(3) as executor:
        tasks = [Task(subject=f"r{each}", function=double, arguments=(each,)) for each in range(9)]
        run_all(tasks, stage="read", executor=executor, progress=steps.append)
    assert sorted(each.subject for each in steps) == [f"r{each}" for each in range(9)]
    assert {(each.stage, each.total) for each in steps} == {("read", 9)}
    assert steps[-1].done == 9
    assert [each.done for each in steps] == sorted(each.done for each in steps)


def test_cancelling_starts_nothing_more_and_ends_what_runs() -> None:
    asked = threading.Event()
    started: list[int] = []

    def note(number: int) -> None:
        started.append(number)
        asked.set()
        time.sleep(0.2)

    tasks = [task(note, each) for each in range(50)]
    with ThreadPoolExecutor(1) as executor, pytest.raises(Cancelled):
        run_all(tasks, stage="read", executor=executor, cancelled=asked.is_set)
    assert len(started) < 5


def test_cancelling_ends_a_worker_that_would_run_for_ever() -> None:
    asked = threading.Event()
    threading.Timer(0.5, asked.set).start()
    with pytest.raises(Cancelled):
        run_all([task(time.sleep, 600), task(time.sleep, 600)], stage="x", cancelled=asked.is_set)


def test_who_asked_to_stop_is_not_told_of_errors() -> None:
    with pytest.raises(Cancelled):
        run_all(
            [task(fail, "because it was stopped")],
            stage="read",
            executor=Here(),  # type: ignore[arg-type]
            cancelled=iter([False, True, True]).__next__,
        )
