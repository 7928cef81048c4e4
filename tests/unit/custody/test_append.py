# SPDX-License-Identifier: AGPL-3.0-or-later
"""An entry is in the log whole, or was never acknowledged; a killed run leaves no mess."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from evidencekit.custody import append as append_module
from evidencekit.custody.append import EntryDraft, Stamp, append, append_after
from evidencekit.custody.durable import hold
from evidencekit.custody.log import parse_log, read_log
from evidencekit.errors import ChainBroken, CustodyError, LogBusy
from evidencekit.model.custody import EntryKind

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-05-20T15:02:11Z"
STAMP = Stamp(recorded_at=AT, entered_by="Ruth Kemp", software="evidencekit test")


def draft(number: int) -> EntryDraft:
    return EntryDraft(
        id=f"entry-{number}", kind=EntryKind.SERVED, recorded_at=AT, entered_by="Ruth Kemp"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "custody.jsonl"


def test_the_line_is_canonical_json_that_names_the_line_before(path: Path) -> None:
    append(path, [evolve(draft(1), note="zażółć\n")], stamp=STAMP)
    append(path, [draft(2)], stamp=STAMP)
    first, second = path.read_bytes().splitlines(keepends=True)
    assert first.decode() == (
        '{"entered_by":"Ruth Kemp","id":"entry-1","kind":"served","note":"zażółć\\n","prev":"'
        + "0" * 64
        + '","recorded_at":"2026-05-20T15:02:11Z","schema":"evidencekit/custody/1","seq":1}\n'
    )
    assert hashlib.sha256(first).hexdigest().encode() in second


def test_an_entry_that_is_in_the_log_is_not_added_again(path: Path) -> None:
    append(path, [draft(1), draft(2)], stamp=STAMP)
    before = path.read_bytes()
    log = append(path, [draft(2), draft(1)], stamp=STAMP)
    assert path.read_bytes() == before
    assert log.count == 2


def test_another_entry_under_a_known_id_is_refused(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    before = path.read_bytes()
    with pytest.raises(CustodyError, match="another entry under the id entry-1"):
        append(path, [draft(2), evolve(draft(1), note="other")], stamp=STAMP)
    assert path.read_bytes() == before


def test_two_drafts_with_one_id_are_refused(path: Path) -> None:
    with pytest.raises(CustodyError, match="have the id"):
        append(path, [draft(1), draft(1)], stamp=STAMP)
    assert not path.exists()


def test_nothing_to_add_makes_no_log(path: Path) -> None:
    assert append(path, [], stamp=STAMP).count == 0
    assert not path.exists()


def test_a_broken_log_is_left_as_it_is(path: Path) -> None:
    append(path, [draft(1), draft(2)], stamp=STAMP)
    broken = path.read_bytes().replace(b"Kemp", b"Kamp", 1)
    path.write_bytes(broken)
    with pytest.raises(ChainBroken):
        append(path, [draft(3)], stamp=STAMP)
    assert path.read_bytes() == broken


def test_a_torn_end_is_set_aside_and_recorded(path: Path) -> None:
    append(path, [draft(1), draft(2)], stamp=STAMP)
    whole = path.read_bytes()
    torn = b'{"entered_by":"Ru'
    path.write_bytes(whole + torn)
    log = append(path, [draft(3)], stamp=STAMP)
    assert path.read_bytes().startswith(whole)
    assert [each.kind for each in log.entries[2:]] == [EntryKind.REPAIR, EntryKind.SERVED]
    repair = log.entries[2]
    digest = hashlib.sha256(torn).hexdigest()
    assert (repair.size, repair.digests[0].value) == (len(torn), digest)
    assert repair.name == f"custody.jsonl.torn-{len(whole)}-{digest}"
    assert path.with_name(repair.name).read_bytes() == torn


def test_a_torn_end_is_set_aside_even_where_nothing_is_added(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    with path.open("ab") as file:
        file.write(b"{")
    assert append(path, [], stamp=STAMP).entries[-1].kind is EntryKind.REPAIR
    assert append(path, [], stamp=STAMP).count == 2


def test_a_log_that_is_nothing_but_a_torn_line_starts_anew(path: Path) -> None:
    path.write_bytes(b'{"half')
    log = append(path, [draft(1)], stamp=STAMP)
    assert [each.kind for each in log.entries] == [EntryKind.REPAIR, EntryKind.SERVED]


def test_set_aside_bytes_that_were_not_recorded_are_recorded_later(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    torn = b'{"half'
    digest = hashlib.sha256(torn).hexdigest()
    path.with_name(f"custody.jsonl.torn-99-{digest}").write_bytes(torn)
    path.with_name(f"custody.jsonl.torn-98-{digest}").write_bytes(b"half a copy")
    log = append(path, [draft(2)], stamp=STAMP)
    assert [each.kind for each in log.entries] == ["served", "repair", "served"]
    assert append(path, [draft(2)], stamp=STAMP).count == 3


def test_a_disk_that_fills_during_the_write_leaves_the_log_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(path, [draft(1)], stamp=STAMP)
    before = path.read_bytes()

    def half(fd: int, data: bytes) -> None:
        os.write(fd, data[:40])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(append_module, "write_all", half)
    with pytest.raises(CustodyError, match="No space left on device"):
        append(path, [draft(2)], stamp=STAMP)
    assert path.read_bytes() == before


def test_an_error_in_the_decision_leaves_the_log_as_it_was(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    torn = path.read_bytes() + b"{"
    path.write_bytes(torn)

    def refuse(_: object) -> list[EntryDraft]:
        msg = "no"
        raise CustodyError(msg)

    with pytest.raises(CustodyError):
        append_after(path, refuse, stamp=STAMP)
    assert path.read_bytes() == torn


def test_the_decision_sees_the_log_that_will_be_appended_to(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    seen = []
    append_after(path, lambda log: seen.append(log.count) or [], stamp=STAMP)
    assert seen == [1]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_an_error_that_says_so(path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        with pytest.raises(CustodyError, match="could not be written"):
            append(path, [draft(1)], stamp=STAMP)
    finally:
        path.parent.chmod(0o700)


def test_a_log_that_another_holds_is_waited_for_and_then_refused(path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from evidencekit.custody.durable import hold\n"
        "with hold(pathlib.Path(sys.argv[1]), seconds=5):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    lock = path.with_name(".custody.jsonl.lock")
    with subprocess.Popen(
        [sys.executable, "-c", program, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LogBusy):
            append(path, [draft(1)], stamp=STAMP, seconds=0)
        holder.kill()
        holder.wait()
        assert append(path, [draft(1)], stamp=STAMP, seconds=5).count == 1


def test_a_lock_file_left_over_blocks_nobody(path: Path) -> None:
    lock = path.with_name(".custody.jsonl.lock")
    lock.write_bytes(b"left over")
    with hold(lock, seconds=0):
        pass
    assert append(path, [draft(1)], stamp=STAMP, seconds=0).count == 1


APPEND_MANY = """
import pathlib, sys
from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.model.custody import EntryKind
AT = "2026-05-20T15:02:11Z"
path, who, count = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
stamp = Stamp(recorded_at=AT, entered_by=who, software="evidencekit test")
for number in range(count):
    draft = EntryDraft(id=f"{who}-{number}", kind=EntryKind.SERVED, recorded_at=AT, entered_by=who)
    append(path, [draft], stamp=stamp)
    print(draft.id, flush=True)
"""


def test_four_processes_appending_at_once_make_one_chain(path: Path) -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", APPEND_MANY, path, who, "25"], stdout=subprocess.DEVNULL
        )
        for who in "abcd"
    ]
    assert [each.wait() for each in runs] == [0, 0, 0, 0]
    log = read_log(path)
    assert sorted(each.id for each in log.entries) == sorted(
        f"{who}-{number}" for who in "abcd" for number in range(25)
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_no_acknowledged_entry_is_lost_when_the_writer_is_killed(path: Path) -> None:
    acknowledged: list[str] = []
    for number in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", APPEND_MANY, path, f"run{number}", "100000"],
            stdout=subprocess.PIPE,
            text=True,
        ) as run:
            assert run.stdout is not None
            acknowledged += [run.stdout.readline().strip() for _ in range(5)]
            run.send_signal(signal.SIGKILL)
            acknowledged += [line.strip() for line in run.stdout if line.endswith("\n")]
    log = append(path, [draft(1)], stamp=STAMP)
    held = [each.id for each in log.entries if each.kind is EntryKind.SERVED]
    assert set(acknowledged) <= set(held)
    assert len(held) == len(set(held))


#: Dies before step N, of the steps that change something on the disk.
DIE_AT = """
import os, pathlib, sys
from evidencekit.custody import append as module
from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.model.custody import EntryKind
AT = "2026-05-20T15:02:11Z"
step, last = 0, int(sys.argv[2])
def counted(real):
    def call(*args):
        global step
        step += 1
        if step == last:
            os._exit(9)
        return real(*args)
    return call
def split(fd, data):
    half = len(data) // 2
    real_write(fd, data[:half])
    counted(real_write)(fd, data[half:])
real_write = module.write_all
module.write_all = counted(split)
module.flush = counted(module.flush)
module.flush_folder = counted(module.flush_folder)
os.ftruncate = counted(os.ftruncate)
stamp = Stamp(recorded_at=AT, entered_by="a", software="evidencekit test")
draft = EntryDraft(id="new", kind=EntryKind.SERVED, recorded_at=AT, entered_by="a")
append(pathlib.Path(sys.argv[1]), [draft], stamp=stamp)
"""


@pytest.mark.parametrize("torn", [b"", b'{"torn'])
def test_a_run_that_dies_at_any_step_leaves_a_log_the_next_run_can_use(
    path: Path, torn: bytes
) -> None:
    append(path, [draft(1), draft(2)], stamp=STAMP)
    start = path.read_bytes()
    died = 0
    for step in range(1, 20):
        for each in path.parent.glob("custody.jsonl*"):
            each.unlink()
        path.write_bytes(start + torn)
        code = subprocess.run([sys.executable, "-c", DIE_AT, path, str(step)], check=False)
        log = append(path, [draft(3)], stamp=STAMP)
        assert path.read_bytes().startswith(start)
        assert parse_log(path.read_bytes()) == log
        ids = [each.id for each in log.entries if each.kind is EntryKind.SERVED]
        assert ids in (
            ["entry-1", "entry-2", "entry-3"],
            ["entry-1", "entry-2", "new", "entry-3"],
        )
        aside = {each.name for each in path.parent.glob("custody.jsonl.torn-*")}
        recorded = {each.name for each in log.entries if each.kind is EntryKind.REPAIR}
        assert aside == recorded
        assert not torn or any(torn == (path.parent / each).read_bytes() for each in aside)
        if code.returncode == 0:
            break
        assert code.returncode == 9
        died += 1
    else:
        pytest.fail("the run never came to its end")
    assert died >= (8 if torn else 3)
