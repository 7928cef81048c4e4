# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import io
import math
import operator
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evidencekit.errors import Cancelled, DocumentUnusable, WorkerFailed
from evidencekit.isolate import Isolate, _OwnClasses, kept_workers
from evidencekit.model.findings import Finding, Severity
from evidencekit.pdf.takein import take_in

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and signals are POSIX")


def worker_of(isolate: Isolate) -> int:
    return isolate.call(os.getpid)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_one_worker_serves_many_calls():
    with Isolate(seconds=20, memory_mb=1024) as isolate:
        assert isolate.call(math.gcd, 12, 18) == 6
        first = worker_of(isolate)
        assert first == worker_of(isolate)
        assert first != os.getpid()


def test_the_worker_is_gone_afterwards_and_no_zombie_is_left():
    with Isolate(seconds=20, memory_mb=1024) as isolate:
        pid = worker_of(isolate)
    assert is_gone(pid)


def test_a_run_keeps_its_workers_for_its_next_stage_and_ends_them_all():
    with kept_workers():
        with (
            Isolate(seconds=20, memory_mb=1024) as first,
            Isolate(seconds=9, memory_mb=1024) as other,
        ):
            pids = {worker_of(first), worker_of(other)}
        assert len(pids) == 2
        with kept_workers(), Isolate(seconds=30, memory_mb=1024) as third:
            assert worker_of(third) in pids
        with Isolate(seconds=30, memory_mb=2048) as larger:
            assert worker_of(larger) not in pids
            pids.add(worker_of(larger))
        assert not any(map(is_gone, pids))
    assert all(map(is_gone, pids))
    with kept_workers(), Isolate(seconds=20, memory_mb=1024) as later:
        assert worker_of(later) not in pids


def test_a_worker_that_failed_or_was_ended_is_not_kept():
    with kept_workers():
        with Isolate(seconds=1, memory_mb=1024) as isolate:
            slow = worker_of(isolate)
            with pytest.raises(WorkerFailed, match="took longer"):
                isolate.call(time.sleep, 60)
        with Isolate(seconds=20, memory_mb=1024) as isolate:
            ended = worker_of(isolate)
        os.kill(ended, signal.SIGKILL)
        os.waitid(os.P_PID, ended, os.WEXITED | os.WNOWAIT)
        with Isolate(seconds=20, memory_mb=1024) as isolate:
            assert worker_of(isolate) not in {slow, ended}


def test_a_worker_given_back_after_the_run_is_ended():
    with kept_workers():
        isolate = Isolate(seconds=20, memory_mb=1024)
        pid = worker_of(isolate)
    assert not is_gone(pid)
    isolate.close()
    assert is_gone(pid)


def test_workers_end_with_a_run_that_fails():
    pids = []

    @kept_workers()
    def run() -> None:
        with Isolate(seconds=20, memory_mb=1024) as isolate:
            pids.append(worker_of(isolate))
        raise Cancelled

    for _ in range(2):
        with pytest.raises(Cancelled):
            run()
    assert len(set(pids)) == 2
    assert all(map(is_gone, pids))


def test_a_call_that_takes_too_long_ends_and_the_next_one_works():
    with Isolate(seconds=1, memory_mb=1024) as isolate:
        pid = worker_of(isolate)
        with pytest.raises(WorkerFailed, match="took longer than 1 seconds"):
            isolate.call(time.sleep, 60)
        assert is_gone(pid)
        assert isolate.call(math.gcd, 12, 18) == 6


def test_a_call_that_takes_too_much_memory_is_refused():
    with (
        Isolate(seconds=20, memory_mb=512) as isolate,
        pytest.raises(WorkerFailed, match="needs more than 512 MB"),
    ):
        isolate.call(bytes, 10**10)


@pytest.mark.parametrize(
    ("function", "arguments", "reason"),
    [(os._exit, (3,), "ended by itself with code 3"), (os.abort, (), "ended by SIGABRT")],
)
def test_a_worker_that_dies_is_reported_and_replaced(function, arguments, reason):
    with Isolate(seconds=20, memory_mb=1024) as isolate:
        with pytest.raises(WorkerFailed, match=reason):
            isolate.call(function, *arguments)
        assert isolate.call(math.gcd, 12, 18) == 6


def test_our_own_errors_come_through_whole(tmp_path):
    with (
        Isolate(seconds=20, memory_mb=1024) as isolate,
        pytest.raises(DocumentUnusable) as caught,
    ):
        isolate.call(
            take_in, tmp_path / "no.pdf", tmp_path / "to.pdf", name="no.pdf", item="document:no"
        )
    assert caught.value == DocumentUnusable("no.pdf", "was not found", "no")


def test_an_error_of_a_library_is_named_without_its_text():
    with (
        Isolate(seconds=20, memory_mb=1024) as isolate,
        pytest.raises(WorkerFailed, match="FileNotFoundError") as caught,
    ):
        isolate.call(os.listdir, "/Amara-Dean")
    assert "Amara" not in str(caught.value)


def test_values_of_our_own_classes_come_back_and_others_do_not():
    finding = Finding(code="EK-P001", severity=Severity.NOTE, subject="x", message="y")
    with Isolate(seconds=20, memory_mb=1024) as isolate:
        assert isolate.call(max, [finding], key=operator.attrgetter("code")) == finding
        with pytest.raises(WorkerFailed, match="not an answer"):
            isolate.call(operator.attrgetter, "code")


def test_a_path_comes_back_whichever_module_this_python_keeps_it_in(tmp_path):
    with Isolate(seconds=20, memory_mb=1024) as isolate:
        assert isolate.call(max, [tmp_path]) == tmp_path


def test_bytes_that_would_run_something_are_not_unpickled():
    class Hostile:
        def __reduce__(self):
            return os.system, ("true",)

    with pytest.raises(pickle.UnpicklingError, match="is not a result"):
        _OwnClasses(io.BytesIO(pickle.dumps(Hostile()))).load()


def test_what_a_library_prints_does_not_disturb_the_answers():
    with Isolate(seconds=20, memory_mb=1024) as isolate:
        isolate.call(print, "spoken out of turn", flush=True)
        isolate.call(os.write, 1, b"\x00\x00\x00\x00\x00\x00\x00\x05hello")
        assert isolate.call(math.gcd, 12, 18) == 6


def test_the_caller_can_cancel():
    started = time.monotonic()
    with (
        Isolate(
            seconds=60, memory_mb=1024, cancelled=lambda: time.monotonic() > started + 0.3
        ) as isolate,
        pytest.raises(Cancelled),
    ):
        isolate.call(time.sleep, 60)


def test_a_script_without_a_main_guard_can_use_it(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import math\n"
        "from evidencekit.isolate import Isolate\n"
        "with Isolate(seconds=20, memory_mb=1024) as isolate:\n"
        "    print(isolate.call(math.gcd, 12, 18))\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "6\n"


def test_a_module_lying_in_the_folder_is_not_imported(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('hostile')\n")
    (tmp_path / "pickle.py").write_text("raise SystemExit('hostile')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    with Isolate(seconds=20, memory_mb=1024) as isolate:
        assert isolate.call(math.gcd, 12, 18) == 6
        assert Path(isolate.call(os.getcwd)) == tmp_path
