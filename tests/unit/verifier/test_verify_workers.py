# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recordings are decoded side by side, and the report does not show it."""

from __future__ import annotations

import functools
import itertools
import os
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from support_sound import sound, write_wav
from support_verify import build, clip_of, matter_of

import evidencekit as ek
from evidencekit.errors import Cancelled, WorkerFailed
from evidencekit.isolate import Isolate
from evidencekit.verifier import run
from evidencekit.verifier.decoding import compare_here
from evidencekit.verifier.whole import decode_here
from evidencekit.verifier.workers import Job, Workers, processors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Noted(Isolate):
    """A process that notes what it was asked to decode, and when it was done."""

    made: list[Noted]
    asked: list[tuple[int, str, str]]

    def __init__(self, **limits: Any) -> None:
        super().__init__(**limits)
        Noted.made.append(self)

    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        if function in (compare_here, decode_here):
            Noted.asked.append((id(self), function.__name__, args[0].name))
        return super().call(function, *args, **kwargs)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> type[Noted]:
    monkeypatch.setattr(run, "Isolate", Noted)
    Noted.made, Noted.asked = [], []
    return Noted


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ek.Package:
    """A package of three recordings: each but the second has a clip that does not hold."""
    folder = tmp_path_factory.mktemp("three")
    recordings = {}
    for at, seconds in enumerate((2, 5, 3)):
        write_wav(folder / f"{at}.wav", sound(seconds, seed=at + 1))
        recordings[f"r{at}"] = {
            "file": f"{at}.wav",
            "title": f"Number {at}",
            "clip": [clip_of("0:00.200", "0:01.000"), clip_of("0:01.100", "0:01.500")],
        }
    package = build(folder, matter_of(recordings=recordings))
    for at in (0, 2):
        clip = package.record["clips"][2 * at]
        path = package.path / clip["file"]
        changed = bytearray(path.read_bytes())
        changed[-1] ^= 1
        path.write_bytes(changed)
    return package


def with_processors(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(run, "processors", lambda: count)


@pytest.mark.parametrize("full", [False, True])
def test_the_report_is_the_same_however_many_processors_there_are(
    package: ek.Package, full: bool, noted: type[Noted], monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = []
    for count in (1, 2, 5):
        with_processors(monkeypatch, count)
        noted.made, noted.asked = [], []
        reports.append(ek.verify(package.path, full=full))
        assert len({worker for worker, _, _ in noted.asked}) <= count
    with Isolate(seconds=60, memory_mb=4096) as worker:
        reports.append(ek.verify(package.path, full=full, worker=worker))
    assert reports[0] == reports[1] == reports[2] == reports[3]
    wrong = [each for each in reports[0].findings if each.code == "EK-V009"]
    assert len(wrong) == 2


def test_the_longest_recording_is_decoded_first(
    package: ek.Package, noted: type[Noted], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_processors(monkeypatch, 1)
    ek.verify(package.path, full=True)
    decoded = [(function, name.partition(".")[0]) for _, function, name in noted.asked]
    order = [name for function, name in decoded if function == "compare_here"]
    assert [name[-1] for name in order] == ["1", "2", "0"]
    assert decoded[3:] == [("decode_here", name) for name in order]


def test_a_process_that_breaks_takes_only_its_own_recording_with_it(
    package: ek.Package, noted: type[Noted], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_processors(monkeypatch, 2)
    call = Noted.call

    def broken(self: Noted, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        if function is compare_here and "1" in args[0].name:
            msg = "was ended by SIGKILL"
            raise WorkerFailed(msg)
        return call(self, function, *args, **kwargs)

    monkeypatch.setattr(noted, "call", broken)
    report = ek.verify(package.path)
    found = [(each.code, each.subject) for each in report.findings if each.code == "EK-V010"]
    assert found == [("EK-V010", "r1")]
    assert sum(each.code == "EK-V009" for each in report.findings) == 2


def test_cancelling_ends_all_of_it(package: ek.Package, monkeypatch: pytest.MonkeyPatch) -> None:
    with_processors(monkeypatch, 2)
    asked = itertools.count()
    ek.verify(package.path, full=True, cancelled=lambda: next(asked) < 0)
    assert next(asked) > 9
    for many in range(9):
        left = iter(range(many))
        with pytest.raises(Cancelled):
            ek.verify(package.path, full=True, cancelled=functools.partial(is_used_up, left))


def is_used_up(left: Iterator[int]) -> bool:
    return next(left, None) is None


def test_jobs_run_side_by_side_and_what_they_give_comes_in_the_order_given() -> None:
    both = threading.Barrier(2, timeout=30)

    def work(name: str) -> Callable[[Isolate], str]:
        def wait(_: Isolate) -> str:
            both.wait()
            return name

        return wait

    workers = Workers([Isolate(seconds=9, memory_mb=9) for _ in range(2)])
    jobs = [Job(size=size, work=work(str(size))) for size in (1, 4, 2, 3)]
    with workers.doing(jobs) as done:
        assert [each.result() for each in done] == ["1", "4", "2", "3"]


def test_jobs_that_nobody_waits_for_any_more_are_not_begun() -> None:
    begun = []

    def work(_: Isolate) -> None:
        begun.append(1)
        time.sleep(0.05)

    workers = Workers([Isolate(seconds=9, memory_mb=9)])
    with pytest.raises(KeyError), workers.doing([Job(size=1, work=work)] * 9):
        raise KeyError
    assert len(begun) < 9


def test_a_process_serves_one_job_at_a_time_and_is_free_again_when_one_fails() -> None:
    busy: set[int] = set()

    def work(worker: Isolate) -> None:
        assert id(worker) not in busy
        busy.add(id(worker))
        time.sleep(0.01)
        busy.remove(id(worker))
        msg = "took too long"
        raise WorkerFailed(msg)

    workers = Workers([Isolate(seconds=9, memory_mb=9) for _ in range(2)])
    for _ in range(2):
        with workers.doing([Job(size=1, work=work)] * 5) as done:
            assert all(isinstance(each.exception(), WorkerFailed) for each in done)


def test_processors_are_those_that_this_process_may_use() -> None:
    assert 1 <= processors() <= (os.cpu_count() or 1)
