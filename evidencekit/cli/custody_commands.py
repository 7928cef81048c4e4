# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands that enter who held what into the custody log: transfer, receive."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from evidencekit.cli.options import Command, matter_argument, printed_head
from evidencekit.cli.printing import echo_json, print_report, report_document
from evidencekit.cli.running import Watch, errors_as_exits, stoppable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidencekit.model.custody import LogHead
    from evidencekit.model.findings import Report
    from evidencekit.model.matter import Matter

_FILE = click.Path(path_type=Path)
_as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON, for programs."
)


def _not_empty(_: click.Context, parameter: click.Parameter, value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        msg = "is empty: say it, or leave the option out"
        raise click.BadParameter(msg, param=parameter)
    return value


def _told_when(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Take a date, or words about one, that say the same whenever they are read."""
    from evidencekit.custody.relative import relative_words, said_as_a_date

    _not_empty(context, parameter, value)
    words = relative_words(value or "")
    if words is not None:
        today = dt.datetime.now().astimezone().date()
        how = said_as_a_date(words, today=today)
        msg = f'"{words}" is another day when the log is read. {how}'
        raise click.BadParameter(msg, param=parameter)
    return value


def _as_told(command: Command) -> Command:
    """Give a command the options for what is said of a change of hands."""
    options = (
        click.option(
            "--from", "giver", required=True, callback=_not_empty, help="Who gave: an id, or words."
        ),
        click.option(
            "--to",
            "receiver",
            required=True,
            callback=_not_empty,
            help="Who received: an id, or words.",
        ),
        click.option(
            "--how", required=True, callback=_not_empty, help='How, such as "USB stick, in person".'
        ),
        click.option(
            "--by",
            required=True,
            callback=_not_empty,
            help="Who makes the entry: a name or a role.",
        ),
        click.option(
            "--on",
            callback=_told_when,
            help='When it happened: 2026-05-20, or as far as it is known, such as "May 2026".',
        ),
        click.option("--note", callback=_not_empty, help="Anything else about it."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@matter_argument()
@click.option(
    "--what",
    multiple=True,
    required=True,
    metavar="ID",
    help="The recording that changed hands. May be repeated.",
)
@_as_told
@click.option(
    "--receiver-folder", type=_FILE, help="Where the receiver's copies are, to check them too."
)
@click.option(
    "--receiver-file", type=_FILE, help="The receiver's copy, where one recording changed hands."
)
@_as_json
def transfer(
    matter_file: Path,
    what: tuple[str, ...],
    receiver_folder: Path | None,
    receiver_file: Path | None,
    as_json: bool,
    **told: Any,
) -> None:
    """Record that recordings changed hands: who gave them to whom, how and when.

    Each file is checked first, here and in the receiver's folder if you name it. If one of them is
    not the file that was taken in, nothing is recorded. Files are not copied. MATTER is the matter
    file: matter.toml in this folder, if you name none.

    \b
    Example:
      evidencekit transfer matter.toml --what visit --from amara --to "Ruth Kemp, Kemp Law"
        --how "USB stick, in person" --on 2026-05-20 --by "Ruth Kemp"
    """  # noqa: D301 - \b is click's mark for lines to keep
    if receiver_file is not None and (receiver_folder is not None or len(what) > 1):
        msg = "--receiver-file is the copy of one recording; for several, use --receiver-folder"
        raise click.UsageError(msg)
    with (
        errors_as_exits(as_json=as_json, outcome="Nothing was recorded."),
        stoppable() as cancelled,
        Watch(quiet=as_json) as watch,
    ):
        from evidencekit.custody.transfer import transfer as record
        from evidencekit.pipeline.checking import load_checked

        matter = load_checked(matter_file)
        name_no_child(matter, told)
        report = record(
            matter,
            folder=matter_file.parent,
            what=what,
            receiver_folder=receiver_folder,
            receiver_file=receiver_file,
            now=dt.datetime.now(dt.UTC),
            progress=watch,
            cancelled=cancelled,
            **told,
        )
    _show(report, as_json=as_json)


@click.command()
@matter_argument()
@click.option("--giver-log", type=_FILE, help="The giver's custody.jsonl. It is only read.")
@click.option(
    "--pin",
    callback=printed_head,
    metavar="COUNT:HEAD",
    help="Where the giver's log stood, if the log itself was not given to you.",
)
@click.option(
    "--what",
    multiple=True,
    metavar="ID",
    help="A recording that came. May be repeated; without it, all of the matter's.",
)
@_as_told
@_as_json
def receive(
    matter_file: Path,
    giver_log: Path | None,
    pin: LogHead | None,
    what: tuple[str, ...],
    as_json: bool,
    **told: Any,
) -> None:
    """Start your own custody log for recordings that somebody gave you.

    The first entry says where the giver's log stood; the recordings are then taken in from your
    files, which must be those that the giver took in. Logs are never merged: each holder keeps
    their own. MATTER is the matter file: matter.toml in this folder, if you name none.
    """
    if (giver_log is None) == (pin is None):
        msg = "name the giver's log with --giver-log, or where it stood with --pin"
        raise click.UsageError(msg)
    with (
        errors_as_exits(as_json=as_json, outcome="Nothing was recorded."),
        stoppable() as cancelled,
        Watch(quiet=as_json) as watch,
    ):
        from evidencekit.custody.receive import receive as record
        from evidencekit.pipeline.checking import load_checked

        matter = load_checked(matter_file)
        name_no_child(matter, told)
        cited = giver_log if giver_log is not None else pin
        assert cited is not None  # noqa: S101 - one of them was named
        report = record(
            matter,
            folder=matter_file.parent,
            giver_log=cited,
            what=what or None,
            now=dt.datetime.now(dt.UTC),
            progress=watch,
            cancelled=cancelled,
            **told,
        )
    _show(report, as_json=as_json)


def name_no_child(matter: Matter, told: Mapping[str, Any]) -> None:
    """Refuse a child's name in what is written into the log for ever."""
    from evidencekit.matterfile.names import child_named_in

    for option, value in told.items():
        child = child_named_in(matter.people, value) if isinstance(value, str) else None
        if child is not None:
            msg = f'it contains a name of the child "{child}". Write the id, "{child}".'
            shown = {"giver": "from", "receiver": "to"}.get(option, option)
            raise click.BadParameter(msg, param_hint=f"--{shown}")


def _show(report: Report, *, as_json: bool) -> None:
    if as_json:
        echo_json(report_document(report))
    else:
        print_report(report)
