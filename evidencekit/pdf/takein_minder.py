# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run one program and end it with all that it started, also when whoever asked for it is gone.

The minder is this file, run as a script: `python -I -S takein_minder.py SECONDS PROGRAM ...`. It
ends the program when its time is over, and when its own standard input closes, which it does when
the process at the other end dies, however it dies.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

#: What a program that ran out of time is said to have ended with.
OUT_OF_TIME = 124


def mind(seconds: float, command: list[str]) -> int:
    """Run *command* and return its exit code."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as program:
        threading.Thread(target=_end_with_caller, args=(program,), daemon=True).start()
        try:
            return program.wait(seconds)
        except subprocess.TimeoutExpired:
            return OUT_OF_TIME
        finally:
            _end(program)


def run(command: list[str], *, seconds: float, folder: str, environment: dict[str, str]) -> int:
    """Run *command* in *folder* in the care of a minder, and return its exit code."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(seconds), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
    ) as minder:
        return minder.wait()


def _end_with_caller(program: subprocess.Popen[bytes]) -> None:
    while os.read(0, 1024):
        pass
    _end(program)
    os._exit(1)


def _end(program: subprocess.Popen[bytes]) -> None:
    """End the program and what it started, which may go on when it itself has ended."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(program.pid, signal.SIGKILL)
        return
    subprocess.run(
        ["taskkill", "/F", "/T", "/PID", str(program.pid)],  # noqa: S607 - a part of Windows
        check=False,
        capture_output=True,
    )


if __name__ == "__main__":
    # Not sys.exit, which would wait for the thread that reads.
    os._exit(mind(float(sys.argv[1]), sys.argv[2:]) & 0xFF)
