# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import rich_click as click

from evidencekit.cli.build_command import build, said_by
from evidencekit.cli.clip_command import clip
from evidencekit.cli.custody_commands import name_no_child, receive, transfer
from evidencekit.cli.exits import Exit
from evidencekit.cli.facts_command import facts
from evidencekit.cli.find_command import clips_from, find
from evidencekit.cli.log_command import log
from evidencekit.cli.next_step import intake_command, is_empty, wants_intake
from evidencekit.cli.options import matter_argument
from evidencekit.cli.pdf_commands import core, volumes
from evidencekit.cli.printing import (
    echo_json,
    print_package,
    print_report,
    print_validation,
    report_document,
)
from evidencekit.cli.running import Commands, Watch, errors_as_exits, stoppable
from evidencekit.cli.seal_commands import key, seal, sign_pdf
from evidencekit.cli.serve_command import serve
from evidencekit.cli.transcribe_command import transcribe
from evidencekit.cli.verify_command import verify

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_HELP = click.RichHelpConfiguration(text_paragraph_linebreaks="\n\n")
_FILE = click.Path(path_type=Path)
as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON, for programs."
)


@click.group(cls=Commands, context_settings=_CONTEXT)
@click.rich_config(help_config=_HELP)
@click.version_option(package_name="evidencekit", prog_name="evidencekit")
def evidencekit() -> None:
    """Prepare court bundles from recordings.

    Put the recordings, transcripts and documents of one case in a folder, and open a terminal
    there. They are only ever read, never changed, and nothing leaves this computer. The steps:

    \b
      evidencekit init                    writes matter.toml; fill in what you know
      evidencekit validate matter.toml    says what is wrong or missing in it
      evidencekit build matter.toml       makes the bundle, in the folder out
      evidencekit verify PACKAGE          checks what was made
    """  # noqa: D301 - \b is click's mark for lines to keep


@evidencekit.command()
@click.argument("folder", type=_FILE, default=Path())
@as_json
def init(folder: Path, as_json: bool) -> None:
    """Write a matter file for the recordings, transcripts and documents in FOLDER.

    FOLDER is the folder you are in, if you name none. The matter file, matter.toml, is a text file
    in which you say what you know: who is heard, who agreed, which passages matter. Lines that
    begin with # are blanks to fill in. A matter file that is there already is left as it is.
    """
    with errors_as_exits(as_json=as_json, outcome="Nothing was written."):
        from evidencekit.matterfile.init import init as write

        path = write(folder)
        if as_json:
            echo_json({"ok": True, "path": str(path)})
            return
        if is_empty(path):
            click.echo(f"No recording and no document was found in {folder.resolve().name}.")
        click.echo(f"Wrote {path}. Open it in a text editor, fill in what you know, then run:")
        click.echo(f'  evidencekit validate "{path}"')
        if wants_intake(path):
            click.echo(
                "and, best before anything else, so that a change of a recording would show:"
            )
            click.echo(f"  {intake_command(path)}")


@evidencekit.command()
@matter_argument("file", metavar="[FILE]")
@click.option(
    "--kind",
    type=click.Choice(["matter", "bundle", "custody", "report"]),
    help="What FILE is. Needed only where neither its name nor its first line says so.",
)
@as_json
def validate(file: Path, kind: str | None, as_json: bool) -> None:
    """Check a matter file and list everything that is wrong with it.

    Each problem comes with its line. What you have not said yet is listed too: it will be printed
    as "not stated". Nothing is changed. FILE is matter.toml in this folder, if you name none; it
    can also be one of the JSON files that evidencekit writes.
    """
    with errors_as_exits(as_json=as_json):
        from evidencekit.pipeline.checking import validate_file

        report = validate_file(file, kind=kind)
        if as_json:
            echo_json(report_document(report))
        elif report.kind == "matter":
            print_validation(report, wants_intake=report.ok and wants_intake(file))
        else:
            print_report(report)
        if not report.ok:
            sys.exit(Exit.MATTER_FILE if report.kind == "matter" else Exit.FINDINGS)


@evidencekit.command()
@matter_argument()
@click.option("--by", required=True, help="Who runs this, for the log: a name or a role.")
@click.option(
    "--holder",
    help="Who holds the files, if that is not who runs this: an id of the matter file, or words.",
)
@click.option("--sha512", is_flag=True, help="Record SHA-512 beside SHA-256. Three times as slow.")
@as_json
def intake(matter_file: Path, by: str, holder: str | None, sha512: bool, as_json: bool) -> None:
    """Take the recordings in: note the fingerprint of each, so that a change would show.

    MATTER is the matter file: matter.toml in this folder, if you name none. Run this as soon as the
    recordings arrive. The custody log, custody.jsonl beside the matter file, gets an entry a
    recording: its digest (SHA-256), size and the time. From then on a file that differs is refused.
    Each recording is decoded once, and an index of its sound is kept in the folder index, so that
    clips are cut quickly and can be proved. Running it again adds nothing.

    \b
    Example:
      evidencekit intake matter.toml --by "Ruth Kemp, Kemp Law"
    """  # noqa: D301 - \b is click's mark for lines to keep
    with (
        errors_as_exits(as_json=as_json, outcome="Nothing was taken in."),
        stoppable() as cancelled,
        Watch(quiet=as_json) as watch,
    ):
        from evidencekit.pipeline.checking import load_checked
        from evidencekit.pipeline.intake import intake as take_in

        matter = load_checked(matter_file)
        name_no_child(matter, {"by": by, "holder": holder})
        report = take_in(
            matter,
            folder=matter_file.parent,
            by=said_by(by),
            holder=_said_holder(holder),
            now=dt.datetime.now(dt.UTC),
            algorithms=("sha256", "sha512") if sha512 else ("sha256",),
            progress=watch,
            cancelled=cancelled,
        )
    if as_json:
        echo_json(report_document(report))
    else:
        print_report(report)


def _said_holder(holder: str | None) -> str | None:
    if holder is not None and not holder.strip():
        msg = "it is empty: say who, or leave the option out"
        raise click.BadParameter(msg, param_hint="--holder")
    return holder


@evidencekit.command()
@matter_argument()
@click.option(
    "-o",
    "--output",
    "output",
    type=_FILE,
    help="The file to write: a .docx, or with the exhibit a .pdf. Without it, one beside the "
    "matter file.",
)
@click.option(
    "--with-exhibit",
    is_flag=True,
    help="Write statement and exhibit as one PDF, for a bundle that somebody else makes.",
)
@as_json
def statement(matter_file: Path, output: Path | None, with_exhibit: bool, as_json: bool) -> None:
    """Write the draft covering statement as a Word file, for a lawyer to edit.

    MATTER is the matter file: matter.toml in this folder, if you name none. The draft says what the
    matter file says, in the first person of the person who makes it, with a blank where words are
    missing. It is the same as in the bundle, and a draft until it is signed.
    """
    with (
        errors_as_exits(as_json=as_json, outcome="Nothing was written."),
        stoppable() as cancelled,
        Watch(quiet=as_json) as watch,
    ):
        from evidencekit.pipeline.checking import load_checked
        from evidencekit.pipeline.statement import write_statement
        from evidencekit.pipeline.statement_exhibit import statement_and_exhibit

        matter = load_checked(matter_file)
        write = statement_and_exhibit if with_exhibit else write_statement
        path = write(
            matter, folder=matter_file.parent, to=output, progress=watch, cancelled=cancelled
        )
    if as_json:
        echo_json({"ok": True, "path": str(path)})
    else:
        signed = matter.statement is not None and matter.statement.signed and with_exhibit
        state = (
            "" if signed else " It is a draft until signed; nothing in it was signed for anyone."
        )
        click.echo(f"Wrote {path}.{state}")


@evidencekit.command()
@click.argument("package", type=_FILE)
@as_json
def show(package: Path, as_json: bool) -> None:
    """Show what is in a package: its index, its clips, and what there is to look at.

    PACKAGE is the folder that build made. Nothing is checked: that is what verify is for.
    """
    with errors_as_exits(as_json=as_json):
        from evidencekit.package.opened import open_package

        opened = open_package(package)
        if as_json:
            echo_json(dict(opened.record))
        else:
            print_package(opened)


@evidencekit.command()
@click.argument("name", type=click.Choice(["matter", "bundle", "custody", "report"]))
def schema(name: str) -> None:
    """Print a JSON Schema, for programs that write or read evidencekit's files.

    The schemas are JSON Schema 2020-12. NAME says which: the matter file, the record of a package
    (data/bundle.json), a line of the custody log, or what verify --json prints.
    """
    from evidencekit.matterfile.schema import schema as load

    echo_json(load(name))


for _command in (
    *(
        build,
        clip,
        clips_from,
        core,
        facts,
        find,
        key,
        log,
        receive,
        seal,
        serve,
        sign_pdf,
        transfer,
    ),
    *(transcribe, verify, volumes),
):
    evidencekit.add_command(_command)
