# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kill a process that appends to a custody log, at random moments, and see what the log holds.

Each run appends as fast as it can and says after each append that it is done; it is killed with
SIGKILL some milliseconds later, half of the runs while a line is written in two parts with a wait
between. The next run starts on what the one before left. At the end every entry that was said to
be written must be in the log, once, on one chain, and every torn end set aside and recorded.

    python bench/kill_append.py [--kills 200] [--seed 1] [--folder .]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from evidencekit.custody import append as append_module
from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.custody.durable import write_all
from evidencekit.custody.log import read_log
from evidencekit.model.custody import EntryKind

AT = "2026-05-20T15:02:11Z"
STAMP = Stamp(recorded_at=AT, entered_by="Ruth Kemp", software="evidencekit bench")
LONGEST_LIFE = 0.03


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--folder", type=Path, default=Path())
    chosen = options.parse_args()
    chance = random.Random(chosen.seed)  # noqa: S311 - to be repeated, not secret
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        path = Path(folder) / "custody.jsonl"
        said = [
            entry
            for number in range(chosen.kills)
            for entry in run_and_kill(path, f"run{number}", chance, split=number % 2 == 1)
        ]
        append(path, [draft("last")], stamp=STAMP)
        log = read_log(path)
        held = [each.id for each in log.entries if each.kind is EntryKind.SERVED]
        recorded = {each.name for each in log.entries if each.kind is EntryKind.REPAIR}
        aside = {each.name for each in path.parent.glob("custody.jsonl.torn-*")}
    lost = set(said) - set(held)
    twice = len(held) - len(set(held))
    print(
        f"{chosen.kills} kills: {len(said)} entries said to be written, {len(lost)} lost, "
        f"{twice} twice, {len(recorded)} torn ends set aside and recorded, "
        f"{len(aside ^ recorded)} set aside and not recorded; chain of {log.count} unbroken"
    )
    sys.exit(1 if lost or twice or aside != recorded else 0)


def run_and_kill(path: Path, name: str, chance: random.Random, *, split: bool) -> list[str]:
    """Start a run, kill it, and return the ids that it said were written."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        appends(path, name, writer, split=split)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        first = told.readline() if chance.random() < 0.5 else b""
        time.sleep(chance.uniform(0, LONGEST_LIFE))
        os.kill(child, signal.SIGKILL)
        lines = [first, *told]
    os.waitpid(child, 0)
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


def appends(path: Path, name: str, writer: int, *, split: bool) -> None:
    """Append until killed."""
    if split:
        append_module.write_all = write_in_two
    number = 0
    while True:
        append(path, [draft(f"{name}-{number}")], stamp=STAMP)
        os.write(writer, f"{name}-{number}\n".encode())
        number += 1


def write_in_two(fd: int, data: bytes) -> None:
    """Write with a wait in the middle, where a kill tears the line."""
    write_all(fd, data[: len(data) // 2])
    time.sleep(0.005)
    write_all(fd, data[len(data) // 2 :])


def draft(entry_id: str) -> EntryDraft:
    return EntryDraft(
        id=entry_id, kind=EntryKind.SERVED, recorded_at=AT, entered_by="Ruth Kemp", note="n" * 200
    )


if __name__ == "__main__":
    main()
