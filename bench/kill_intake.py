# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kill an intake at random moments, and see whether the next one completes it.

Each intake takes in some recordings and is killed with SIGKILL after a random part of the time
that a whole one takes. The log it leaves must be whole entries and at most one torn line; the next
intake must leave one entry for each recording, with the digests that hashlib gives.

    python bench/kill_intake.py [--kills 200] [--seed 1] [--folder .]
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from evidencekit.custody.intake import intake
from evidencekit.custody.log import LOG_NAME, read_bytes, read_log, scan_log
from evidencekit.model.custody import EntryKind
from evidencekit.model.matter import Case, Matter
from evidencekit.model.recording import Recording

NOW = dt.datetime(2026, 5, 20, 15, 2, 11, tzinfo=dt.UTC)
RECORDINGS = 40
MATTER = Matter(
    case=Case(title="Re E (A Child)"),
    recordings=tuple(Recording(id=f"r{each}", file=f"{each}.bin") for each in range(RECORDINGS)),
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--folder", type=Path, default=Path())
    chosen = options.parse_args()
    chance = random.Random(chosen.seed)  # noqa: S311 - to be repeated, not secret
    bad, killed, parts = 0, 0, set[int]()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        digests = fill(folder, chance)
        whole = time_of_one(folder)
        for _ in range(chosen.kills):
            (folder / LOG_NAME).unlink(missing_ok=True)
            for each in folder.glob(f"{LOG_NAME}.torn-*"):
                each.unlink()
            killed += run_and_kill(folder, chance.uniform(0, 1.2 * whole))
            parts.add(scan_log(read_bytes(folder / LOG_NAME)).log.count)
            intake(MATTER, folder=folder, by="Ruth Kemp", now=NOW)
            bad += not is_complete(folder, digests)
    print(
        f"{chosen.kills} kills: {killed} before the intake was done, which left "
        f"{len(parts)} different numbers of entries; {bad} left a log that the next intake did "
        "not complete"
    )
    sys.exit(1 if bad else 0)


def time_of_one(folder: Path) -> float:
    """Return the seconds that an intake takes, the second one: the first one loads modules too."""
    for _ in range(2):
        (folder / LOG_NAME).unlink(missing_ok=True)
        start = time.perf_counter()
        run_and_kill(folder, None)
        whole = time.perf_counter() - start
    return whole


def fill(folder: Path, chance: random.Random) -> dict[str, str]:
    """Write the recordings, and return their digests by id."""
    digests = {}
    for recording in MATTER.recordings:
        data = chance.randbytes(50_000)
        (folder / recording.file).write_bytes(data)
        digests[recording.id] = hashlib.sha256(data).hexdigest()
    return digests


def run_and_kill(folder: Path, seconds: float | None) -> bool:
    """Start an intake, kill it after so many seconds, and say whether that found it at work."""
    child = os.fork()
    if child == 0:
        intake(MATTER, folder=folder, by="Ruth Kemp", now=NOW)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def is_complete(folder: Path, digests: dict[str, str]) -> bool:
    """Say whether the log holds each recording once, and every set-aside end."""
    log = read_log(folder / LOG_NAME)
    taken_in = [each for each in log.entries if each.kind is EntryKind.INTAKE]
    recorded = {each.name for each in log.entries if each.kind is EntryKind.REPAIR}
    aside = {each.name for each in folder.glob(f"{LOG_NAME}.torn-*")}
    found = {each.item: each.digests[0].value for each in taken_in}
    return found == digests and len(taken_in) == RECORDINGS and aside == recorded


if __name__ == "__main__":
    main()
