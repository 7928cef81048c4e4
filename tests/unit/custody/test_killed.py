# SPDX-License-Identifier: AGPL-3.0-or-later
"""A run that is killed at any step, or at any moment, leaves a log that the next run can use.

Random kills hardly ever hit the moments between two calls that change the disk, so each call is
made the last in turn. Writes come back half done, so that lines are cut in many places.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.custody.intake import intake
from evidencekit.custody.log import read_log, scan_log
from evidencekit.custody.receive import receive
from evidencekit.custody.transfer import transfer
from evidencekit.model.custody import CustodyLog, EntryKind
from evidencekit.model.matter import Case, Matter
from evidencekit.model.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")

ROOT = Path(__file__).parents[3]
AT = "2026-05-20T15:02:11Z"
NOW = dt.datetime(2026, 5, 20, 15, 2, 11, tzinfo=dt.UTC)
STAMP = Stamp(recorded_at=AT, entered_by="Ruth Kemp", software="evidencekit test")
FILES = {"visit": "visit.m4a", "voicemail": "voicemail.mp3"}
MATTER = Matter(
    case=Case(title="Re E (A Child)"),
    recordings=tuple(Recording(id=key, file=file) for key, file in FILES.items()),
)

#: Forks a process for each step, which does ACTION and dies before the step; says how each ended.
DIE_AT_EACH_STEP = """
import json, os, shutil, sys
sys.path.insert(0, sys.argv[4])
import test_killed as t

action, start, into = t.ACTIONS[sys.argv[1]], sys.argv[2], sys.argv[3]

def dying_at(last):
    step = 0
    def counted(real):
        def call(*args, **kwargs):
            nonlocal step
            step += 1
            if step == last:
                os._exit(9)
            return real(*args, **kwargs)
        return call
    real_open, real_write = os.open, os.write
    counted_open = counted(real_open)
    def opening(path, flags, *rest, **more):
        changes = flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR)
        return (counted_open if changes else real_open)(path, flags, *rest, **more)
    os.open = opening
    os.write = counted(lambda fd, data: real_write(fd, data[: max(len(data) // 2, 1)]))
    for name in ("fsync", "ftruncate", "rename", "replace", "unlink"):
        setattr(os, name, counted(getattr(os, name)))

ends = []
while not ends or ends[-1] == 9:
    folder = os.path.join(into, str(len(ends)))
    shutil.copytree(start, folder)
    child = os.fork()
    if child == 0:
        try:
            dying_at(len(ends) + 1)
            action(t.Path(folder))
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(ends))
"""


def append_one(folder: Path) -> None:
    draft = EntryDraft(id="new", kind=EntryKind.SERVED, recorded_at=AT, entered_by="Ruth Kemp")
    append(folder / "custody.jsonl", [draft], stamp=STAMP)


def take_in(folder: Path) -> None:
    intake(MATTER, folder=folder, by="Ruth Kemp", now=NOW)


def hand_over(folder: Path) -> None:
    transfer(
        MATTER, folder=folder, what=tuple(FILES), giver="amara", receiver="Kemp Law", how="by hand",
        by="Ruth Kemp", now=NOW,
    )  # fmt: skip


def take_over(folder: Path) -> None:
    receive(
        MATTER, folder=folder, giver_log=folder / "giver.jsonl", giver="amara",
        receiver="Kemp Law", how="by hand", by="Ruth Kemp", now=NOW,
    )  # fmt: skip


ACTIONS: dict[str, Callable[[Path], None]] = {
    "append": append_one,
    "intake": take_in,
    "transfer": hand_over,
    "receive": take_over,
}
#: What each action adds: kind and item of each entry.
ADDS = {
    "append": [("served", None)],
    "intake": [("intake", "visit"), ("intake", "voicemail")],
    "transfer": [("transfer", "visit"), ("transfer", "voicemail")],
    "receive": [("received", None), ("intake", "visit"), ("intake", "voicemail")],
}
TORN = b'{"entered_by":"Ru'


def beginning(folder: Path, action: str, torn: bytes) -> bytes:
    """Make the folder that an action starts from, and return the log's whole entries."""
    folder.mkdir()
    for key, file in FILES.items():
        (folder / file).write_bytes(key.encode() * 100)
    path = folder / "custody.jsonl"
    if action == "receive":
        take_in(folder)
        path.rename(folder / "giver.jsonl")
    elif action == "transfer":
        take_in(folder)
    elif action == "append":
        draft = EntryDraft(id="a", kind=EntryKind.SERVED, recorded_at=AT, entered_by="R")
        append(path, [draft], stamp=STAMP)
    whole = path.read_bytes() if path.exists() else b""
    if torn:
        path.write_bytes(whole + torn)
    return whole


def added(log: CustodyLog, before: int) -> list[tuple[str, str | None]]:
    return [
        (each.kind.value, each.item)
        for each in log.entries[before:]
        if each.kind is not EntryKind.REPAIR
    ]


@pytest.mark.parametrize("torn", [b"", TORN], ids=["whole", "torn"])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_run_that_dies_at_any_step_leaves_a_log_the_next_run_can_use(
    tmp_path: Path, action: str, torn: bytes
) -> None:
    whole = beginning(tmp_path / "start", action, torn)
    before = whole.count(b"\n")
    (tmp_path / "runs").mkdir()
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", DIE_AT_EACH_STEP, action, tmp_path / "start", tmp_path / "runs",
         here],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ends = json.loads(done.stdout)
    assert ends == [9] * (len(ends) - 1) + [0], done.stderr
    assert len(ends) > (15 if torn else 10)
    for step in range(len(ends)):
        folder = tmp_path / "runs" / str(step)
        path = folder / "custody.jsonl"
        left = path.read_bytes() if path.exists() else b""
        assert left.startswith(whole)
        found = added(scan_log(left).log, before)
        assert found == ADDS[action][: len(found)], step

        ACTIONS[action](folder)
        log = read_log(path)
        assert path.read_bytes().startswith(whole)
        assert added(log, before) == ADDS[action], step
        aside = {each.name: each.read_bytes() for each in folder.glob("custody.jsonl.torn-*")}
        repairs = [each for each in log.entries if each.kind is EntryKind.REPAIR]
        assert {each.name: each.size for each in repairs} == {
            name: len(data) for name, data in aside.items()
        }, step
        assert not torn or TORN in aside.values(), step
        again = path.read_bytes()
        ACTIONS[action](folder)
        assert path.read_bytes() == again, step


def kill_at_random(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "bench" / name, "--kills", "10", "--folder", folder],
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_was_written_survives_kills_at_random_moments(tmp_path: Path) -> None:
    done = kill_at_random("kill_append.py", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.fullmatch(
        r"10 kills: ([0-9]+) entries said to be written, 0 lost, 0 twice, .*unbroken\n",
        done.stdout,
    )
    assert found, done.stdout
    assert int(found[1]) > 0


def test_an_intake_killed_at_random_moments_is_completed_by_the_next(tmp_path: Path) -> None:
    done = kill_at_random("kill_intake.py", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("10 kills: ")
    assert "0 left a log that the next intake did not complete" in done.stdout
