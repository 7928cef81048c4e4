# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long an acknowledged append to the custody log takes, beside the least that it could take.

The floor is one write of as many bytes to a file that is open already, and one fsync: no lock, no
log, no check. Floor and append are measured in turn, in one process, on one disk, so that both
meet the same noise. A process's first append to a log is shown by itself: it looks at the log's
end and seeks the new id in all of its bytes; the second reads the log once, and the others go on
from there.

    python bench/append.py [--entries 0,1000,10000] [--rounds 300] [--folder .]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import statistics
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.custody.durable import flush
from evidencekit.custody.known import forget
from evidencekit.custody.log import read_log
from evidencekit.model.custody import EntryKind
from evidencekit.model.digest import Digest

AT = "2026-05-20T15:02:11Z"
STAMP = Stamp(recorded_at=AT, entered_by="Ruth Kemp", software="evidencekit bench")
#: What issue and docs promise of this machine.
PROMISED_MS = 1.0


def draft(number: int) -> EntryDraft:
    """Return an intake entry of the usual length."""
    said = hashlib.sha256(str(number).encode()).hexdigest()
    return EntryDraft(
        id=said,
        kind=EntryKind.INTAKE,
        recorded_at=AT,
        entered_by="Ruth Kemp",
        item=f"visit{number}",
        name=f"visit{number}.m4a",
        size=1_213_004 + number,
        digests=(Digest("sha256", said[::-1]),),
        software="evidencekit bench",
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--entries", default="0,1000,10000")
    options.add_argument("--rounds", type=int, default=300)
    options.add_argument("--folder", type=Path, default=Path())
    chosen = options.parse_args()
    print(
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, filelock {version('filelock')}, in {chosen.folder.resolve()}"
    )
    slow = False
    for entries in (int(each) for each in chosen.entries.split(",")):
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            slow |= measure(Path(folder), entries, chosen.rounds) > PROMISED_MS
    sys.exit(1 if slow else 0)


def measure(folder: Path, entries: int, rounds: int) -> float:
    """Append *rounds* times to a log of *entries*, and return the median in ms."""
    path = folder / "custody.jsonl"
    if entries:
        append(path, [draft(each) for each in range(entries)], stamp=STAMP)
    append(path, [draft(entries)], stamp=STAMP)
    line = path.read_bytes().splitlines(keepends=True)[-1]
    fd = os.open(folder / "floor", os.O_RDWR | os.O_CREAT | os.O_APPEND)
    ours: list[float] = []
    floor: list[float] = []
    for number in range(entries + 1, entries + 1 + rounds):
        new = [draft(number)]
        start = time.perf_counter()
        append(path, new, stamp=STAMP)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        os.write(fd, line)
        flush(fd)
        floor.append(time.perf_counter() - start)
    os.close(fd)
    first = [first_of_a_process(path, entries + 1 + rounds + each) for each in range(30)]
    start = time.perf_counter()
    assert read_log(path).count == entries + 1 + rounds + 30
    read = time.perf_counter() - start
    print(
        f"{entries:>7} entries  append {shown(ours)}   first of a process {shown(first)}   "
        f"write+fsync {shown(floor)}   read and check all {read * 1000:.0f} ms"
    )
    return statistics.median(ours) * 1000


def first_of_a_process(path: Path, number: int) -> float:
    """Append once, as a process does that never saw the log, and return the time in seconds."""
    forget()
    new = [draft(number)]
    start = time.perf_counter()
    append(path, new, stamp=STAMP)
    return time.perf_counter() - start


def shown(seconds: list[float]) -> str:
    """Write median and 95th percentile in ms."""
    ordered = sorted(each * 1000 for each in seconds)
    return f"{statistics.median(ordered):.2f} ms (p95 {ordered[len(ordered) * 95 // 100]:.2f})"


if __name__ == "__main__":
    main()
