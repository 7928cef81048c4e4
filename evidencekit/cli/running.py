# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a command runs: errors become text and exit codes, Ctrl-C a clean stop, work a progress line.

Results go to standard output, everything else to standard error, so that output can be piped. With
`--json` an error is a result: it goes to standard output, as JSON.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import rich_click as click
from click.exceptions import Abort, ClickException
from click.exceptions import Exit as ClickExit

from evidencekit.cli.exits import Exit
from evidencekit.cli.printing import echo_json
from evidencekit.cli.saying import error_document, verdict

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
_ORDER = (
    *(
        "init",
        "validate",
        "facts",
        "transcribe",
        "find",
        "clips-from",
        "intake",
        "build",
        "verify",
        "show",
    ),
    "statement",
    *("clip", "serve", "transfer", "receive", "log", "key", "seal", "sign-pdf", "volumes"),
    *("core", "check", "schema"),
)


class Commands(click.RichGroup):
    """A group that lists its commands in the order of the work, not of the alphabet, and whose
    usage errors are JSON too, where `--json` was among the arguments.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the work; those it does not know come last."""
        names = super().list_commands(ctx)
        return sorted(names, key=lambda name: (*_ORDER, name).index(name))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        as_json = "--json" in (*ctx._protected_args, *ctx.args)  # noqa: SLF001 - no other way
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if not as_json:
                raise
            echo_json(
                {
                    "ok": False,
                    "error": {
                        "type": "UsageError",
                        "message": error.format_message(),
                        "exit": int(Exit.USAGE),
                    },
                }
            )
            sys.exit(Exit.USAGE)


@contextmanager
def errors_as_exits(*, as_json: bool, outcome: str = "") -> Iterator[dict[str, Any]]:
    """Turn an error into its message and exit code.

    *outcome* says what an error means for what the command makes, such as "Nothing was built.".
    What the block puts into the mapping it is given goes into an error's JSON.

    Raises:
        SystemExit: with the code of `exits`.
    """
    said: dict[str, Any] = {}
    try:
        yield said
    except (ClickException, ClickExit, Abort, BrokenPipeError):
        raise  # a broken pipe is who reads our output having seen enough
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a traceback helps no user
        code, text = verdict(error, outcome)
        if as_json:
            echo_json(error_document(error, text, code) | said)
        else:
            click.echo(text, err=True)
        sys.exit(code)


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
        self._task: Any = None
        self._stage = ""
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
        if step.stage != self._stage:
            # One line: what is done now. The stages behind are of no interest any more.
            if self._task is not None:
                self._bar.remove_task(self._task)
            text = _STAGES.get(step.stage, step.stage)
            self._stage = step.stage
            self._task = self._bar.add_task(text, total=step.total or None)
        self._bar.update(self._task, completed=step.done, total=step.total or None)

    def stages(self) -> list[dict[str, Any]]:
        """Return each stage with its time: from its first step to the next stage's first."""
        order = sorted(self._started, key=self._started.__getitem__)
        result = []
        for stage, following in zip(order, [*order[1:], None], strict=True):
            end = self._ended[stage] if following is None else self._started[following]
            result.append({"stage": stage, "ms": round((end - self._started[stage]) * 1000)})
        return result
