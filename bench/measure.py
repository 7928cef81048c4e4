# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shared by the benchmarks: run a command, take its time and peak memory, say on what machine."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Run:
    """One run: wall seconds, and peak resident memory in MB."""

    seconds: float
    peak_mb: float


def run(command: Sequence[str], **environment: str) -> Run:
    """Run *command* in a process of its own and measure it; its children count."""
    code = (
        "import os, resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "seconds = time.perf_counter() - start\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print(seconds, peak / 1024, done.returncode)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *command],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, peak, status = result.stdout.split()
    if status != "0":
        sys.exit(f"{command[0]} ended with {status}: {result.stderr}")
    return Run(float(seconds), float(peak))


def median(measure: Callable[[], Run], times: int = 5) -> Run:
    """Return the medians of *times* runs."""
    runs = [measure() for _ in range(times)]
    return Run(
        statistics.median(each.seconds for each in runs),
        statistics.median(each.peak_mb for each in runs),
    )


def machine(*peers: str) -> str:
    """Say on what the figures were taken; *peers* are packages that ours is compared with."""
    names = ("evidencekit", "av", "pikepdf", "pymupdf", "typst", "numpy", *peers)
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}; {versions}"
    )


def peak_of_this_process() -> float:
    """Return this process's peak resident memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def now() -> float:
    """Return seconds for a difference."""
    return time.perf_counter()
