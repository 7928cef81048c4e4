# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a command runs: errors become text and exit codes, Ctrl-C a clean stop, work a progress line.

Results go to standard output, everything else to standard error, so that output can be piped.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import click

from evidencekit.cli.exits import Exit, exit_for
from evidencekit.errors import EvidenceError, MatterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from evidencekit.model.progress import Progress

_STAGES = {
    "intake": "Taking in recordings",
    "hash": "Checking digests",
    "documents": "Taking in documents",
    "read": "Decoding recordings and cutting clips",
    "decode": "Decoding",
    "pages": "Setting pages",
    "package": "Writing the package",
    "verify": "Checking",
}


@contextmanager
def errors_as_exits(*, as_json: bool) -> Iterator[None]:
    """Turn an `EvidenceError` into its message and exit code.

    Raises:
        SystemExit: with the code of `exits`.
    """
    try:
        yield
    except EvidenceError as error:
        if as_json:
            click.echo(json.dumps(error_document(error), ensure_ascii=False, indent=2))
        else:
            click.echo(str(error), err=True)
        sys.exit(exit_for(error))
    except KeyboardInterrupt:
        click.echo("Interrupted. Nothing was left behind.", err=True)
        sys.exit(Exit.INTERRUPTED)


def error_document(error: EvidenceError) -> dict[str, Any]:
    """Return an error as `--json` prints it."""
    document: dict[str, Any] = {
        "ok": False,
        "error": {
            "type": type(error).__name__,
            "message": str(error),
            "exit": int(exit_for(error)),
        },
    }
    if isinstance(error, MatterError):
        document["error"]["problems"] = [
            {
                "pointer": each.pointer,
                "line": each.line,
                "place": each.place,
                "message": each.message,
            }
            for each in error.problems
        ]
    return document


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether Ctrl-C (or a polite kill) asked to stop.

    The first signal lets the work stop by itself and clean up; a second ends it at once.
    """
    asked = threading.Event()

    def on_signal(_number: int, _frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    for each in before:
        signal.signal(each, on_signal)
    try:
        yield asked.is_set
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class Watch:
    """Receives progress: times each stage, and shows a line on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing if *quiet* or standard error is no terminal."""
        self._started: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}
        self._show = not quiet and sys.stderr.isatty()

    def __enter__(self) -> Self:
        """Start the display, if there is a terminal."""
        if self._show:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the display away."""
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, step: Progress) -> None:
        """Note one step."""
        now = time.monotonic()
        self._started.setdefault(step.stage, now)
        self._ended[step.stage] = now
        if self._bar is None:
            return
        if step.stage not in self._tasks:
            text = _STAGES.get(step.stage, step.stage)
            self._tasks[step.stage] = self._bar.add_task(text, total=step.total or None)
        self._bar.update(self._tasks[step.stage], completed=step.done, total=step.total or None)

    def stages(self) -> list[dict[str, Any]]:
        """Return each stage with its time: from its first step to the next stage's first."""
        order = sorted(self._started, key=self._started.__getitem__)
        result = []
        for stage, following in zip(order, [*order[1:], None], strict=True):
            end = self._ended[stage] if following is None else self._started[following]
            result.append({"stage": stage, "ms": round((end - self._started[stage]) * 1000)})
        return result
