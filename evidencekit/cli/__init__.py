# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line: arguments, progress and exit codes. It has no rules of its own."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    import io
    import os
    import sys

    from evidencekit.cli.commands import evidencekit

    # Titles come in every script and consoles do not. Better an escape than a crash.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        evidencekit(prog_name="evidencekit")
    except BrokenPipeError:
        # Who reads our output has seen enough. What is left of it goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
