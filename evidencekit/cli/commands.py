# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import rich_click as click
from attrs import asdict

from evidencekit.cli.clip_command import clip
from evidencekit.cli.custody_commands import log, name_no_child, receive, transfer
from evidencekit.cli.exits import Exit
from evidencekit.cli.find_command import clips_from, find
from evidencekit.cli.pdf_commands import core, volumes
from evidencekit.cli.printing import (
    echo_json,
    print_build,
    print_package,
    print_report,
    print_validation,
    report_document,
    to_look_at,
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
        click.echo(f"Wrote {path}. Open it in a text editor, fill in what you know, then run:")
        click.echo(f'  evidencekit validate "{path}"')


@evidencekit.command()
@click.argument("file", type=_FILE)
@click.option(
    "--kind",
    type=click.Choice(["matter", "bundle", "custody", "report"]),
    help="What FILE is. Needed only where neither its name nor its first line says so.",
)
@as_json
def validate(file: Path, kind: str | None, as_json: bool) -> None:
    """Check a matter file and list everything that is wrong with it.

    Each problem comes with its line. What you have not said yet is listed too: it will be printed
    as "not stated". Nothing is changed. FILE can also be one of the JSON files that evidencekit
    writes.
    """
    with errors_as_exits(as_json=as_json):
        from evidencekit.pipeline.checking import validate_file

        report = validate_file(file, kind=kind)
        if as_json:
            echo_json(report_document(report))
        elif report.kind == "matter":
            print_validation(report)
        else:
            print_report(report)
        if not report.ok:
            sys.exit(Exit.MATTER_FILE if report.kind == "matter" else Exit.FINDINGS)


@evidencekit.command()
@click.argument("matter_file", metavar="MATTER", type=_FILE)
@click.option("--by", required=True, help="Who runs this, for the log: a name or a role.")
@click.option(
    "--holder",
    help="Who holds the files, if that is not who runs this: an id of the matter file, or words.",
)
@click.option("--sha512", is_flag=True, help="Record SHA-512 beside SHA-256. Three times as slow.")
@as_json
def intake(matter_file: Path, by: str, holder: str | None, sha512: bool, as_json: bool) -> None:
    """Take the recordings in: note the fingerprint of each, so that a change would show.

    MATTER is the matter file. Run this as soon as the recordings arrive. The custody log,
    custody.jsonl beside the matter file, gets an entry a recording: its digest (SHA-256), size and
    the time. From then on a file that differs is refused. Each recording is decoded once, and an
    index of its sound is kept in the folder index, so that clips are cut quickly and can be proved.
    Running it again adds nothing.

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
            by=_said_by(by),
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


def _said_by(by: str) -> str:
    if not by.strip():
        msg = "it is empty. Give a name or a role, for the custody log"
        raise click.BadParameter(msg, param_hint="--by")
    return by


def _said_holder(holder: str | None) -> str | None:
    if holder is not None and not holder.strip():
        msg = "it is empty: say who, or leave the option out"
        raise click.BadParameter(msg, param_hint="--holder")
    return holder


@evidencekit.command()
@click.argument("matter_file", metavar="MATTER", type=_FILE)
@click.option(
    "-o",
    "--output",
    "output",
    type=_FILE,
    help="The package to make: a folder. Without it, one named after the case, in the folder out.",
)
@click.option(
    "--by",
    default="not stated",
    help="Who runs this, for the custody log, where a recording is not taken in yet.",
)
@click.option(
    "--password",
    "password_files",
    multiple=True,
    metavar="ID=FILE",
    help="Open this document with the password in the first line of FILE. May be repeated.",
)
@click.option(
    "--ocr",
    metavar="LANGUAGE",
    help="Read the words of scanned pages, such as eng or eng+cym. Needs tesseract.",
)
@click.option(
    "--placeholder",
    "placeholders",
    multiple=True,
    metavar="ID",
    help="A document's id: if it is missing or cannot be opened, a page that says so stands in "
    "its place. May be repeated.",
)
@click.option(
    "--originals",
    type=click.Choice(["copy", "leave"]),
    default="copy",
    show_default=True,
    help="Copy the recordings into the package, or leave them where they are and note who holds "
    "them.",
)
@click.option(
    "--edition",
    type=click.Choice(["file"]),
    default="file",
    show_default=True,
    help="The firm's file, which holds everything and stays in the firm.",
)
@click.option(
    "--replace-sealed",
    is_flag=True,
    help="If the package of that name is sealed, keep it beside the new one under another name. "
    "Without this, a sealed package stays and nothing is built.",
)
@click.option("--strict", is_flag=True, help="End with code 1 if there is anything to look at.")
@as_json
def build(
    matter_file: Path,
    output: Path | None,
    by: str,
    password_files: tuple[str, ...],
    ocr: str | None,
    placeholders: tuple[str, ...],
    originals: str,
    edition: str,
    replace_sealed: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Build the bundle: a folder with the PDF, the clips, the originals and the record of it all.

    MATTER is the matter file. Recordings that are not taken in yet are taken in first. If anything
    is wrong, nothing is built. An earlier package of the same name is replaced when the new one is
    complete, and not before; a sealed one is not replaced.

    \b
    Examples:
      evidencekit build matter.toml --by "Ruth Kemp, Kemp Law"
      evidencekit build matter.toml -o "Bundle for 15 June" --placeholder minutes
    """  # noqa: D301 - \b is click's mark for lines to keep
    with (
        errors_as_exits(as_json=as_json, outcome="Nothing was built.") as said,
        stoppable() as cancelled,
        Watch(quiet=as_json) as watch,
    ):
        from evidencekit.errors import PackageSealed
        from evidencekit.package.handover import is_sealed, sealed_name
        from evidencekit.package.names import package_name
        from evidencekit.pipeline.build import build as make
        from evidencekit.pipeline.checking import load_checked
        from evidencekit.pipeline.intake import take_in_new
        from evidencekit.pipeline.preflight import check_inputs

        matter = load_checked(matter_file)
        folder = matter_file.parent
        ids = [each.id for each in matter.documents]
        _check_placeholders(placeholders, ids)
        passwords = _passwords(password_files, ids)
        into = output or Path("out") / package_name(
            number=matter.case.number,
            title=matter.case.title,
            edition=edition,
            prepared_on=matter.case.prepared_on,
        )
        would_keep = sealed_name(into) if is_sealed(into) else None
        if would_keep is not None and not replace_sealed:
            raise PackageSealed(str(into), would_keep.name)  # before anything is taken in
        check_inputs(matter, folder, placeholders=placeholders)
        now = dt.datetime.now(dt.UTC)
        said["taken_in"] = new = take_in_new(
            matter, folder, by=_said_by(by), now=now, progress=watch, cancelled=cancelled
        )
        if new and not as_json:
            click.echo(f"Taken in now: {', '.join(new)} (entered by: {by}).")
        package = make(
            matter,
            folder=folder,
            into=into,
            replace_sealed=replace_sealed,
            edition=edition,
            originals=originals,
            placeholders=placeholders,
            passwords=passwords,
            ocr=ocr,
            matter_file=matter_file,
            now=now,
            progress=watch,
            cancelled=cancelled,
        )
    if as_json:
        echo_json(
            {
                "ok": True,
                "path": str(into),
                "pdf": str(package.pdf_path),
                "pages": package.record["bundle"]["pages"],
                "taken_in": new,
                "sealed_kept_as": None if would_keep is None else str(would_keep),
                "findings": [asdict(each) for each in package.findings],
                "stages": watch.stages(),
            }
        )
    else:
        print_build(package, shown_path=into)
        if would_keep is not None:
            click.echo(f'The sealed package of that name is kept as "{would_keep.name}".')
    if strict and to_look_at(package.findings):
        sys.exit(Exit.FINDINGS)


def _passwords(given: tuple[str, ...], documents: list[str]) -> dict[str, str]:
    """Read each ID=FILE: a password is never an argument, where others could see it."""
    found = {}
    for each in given:
        ident, sign, name = each.partition("=")
        if not sign or ident not in documents:
            msg = f'"{each}" is not ID=FILE with the id of a document.'
            raise click.BadParameter(msg, param_hint="--password")
        try:
            lines = Path(name).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{name} cannot be read as text."
            raise click.BadParameter(msg, param_hint="--password") from error
        found[ident] = lines[0] if lines else ""
    return found


def _check_placeholders(placeholders: tuple[str, ...], documents: list[str]) -> None:
    """Refuse an id that no document has, before it is passed over in silence."""
    for each in placeholders:
        if each not in documents:
            ids = f"The ids are: {', '.join(documents)}." if documents else "There are none."
            msg = f'"{each}" is not the id of a document. {ids}'
            raise click.BadParameter(msg, param_hint="--placeholder")


@evidencekit.command()
@click.argument("matter_file", metavar="MATTER", type=_FILE)
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

    MATTER is the matter file. The draft says what the matter file says, in the first person of the
    person who makes it, with a blank where words are missing. It is the same as in the bundle, and
    a draft until it is signed.
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
    *(clip, clips_from, core, find, key, log, receive, seal, serve, sign_pdf, transfer),
    *(transcribe, verify, volumes),
):
    evidencekit.add_command(_command)
