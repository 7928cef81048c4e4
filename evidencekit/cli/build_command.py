# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command that makes the bundle."""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from attrs import asdict

from evidencekit.cli.exits import Exit
from evidencekit.cli.options import matter_argument
from evidencekit.cli.printing import echo_json, print_build, to_look_at
from evidencekit.cli.running import Watch, errors_as_exits, stoppable

if TYPE_CHECKING:
    from evidencekit.model.matter import Matter

_FILE = click.Path(path_type=Path)


@click.command()
@matter_argument()
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
    "--attachments",
    is_flag=True,
    help="Write the files inside the documents (attached to an e-mail, embedded in a PDF) into the "
    "package. They are listed in any case, and never bound in by themselves.",
)
@click.option(
    "--append",
    "append_to",
    type=_FILE,
    metavar="PACKAGE",
    help="An earlier package of this matter, whose bundle somebody has: its pages keep their "
    "numbers, and what is new comes at the end of its section, or of the bundle. Not needed for a "
    "copy made with serve.",
)
@click.option(
    "--insert",
    "insert",
    multiple=True,
    metavar="ID=AFTER",
    help="Put a new document between pages that somebody has, after the item AFTER, with numbers "
    "such as E3A. Courts ask for new pages at the end. May be repeated.",
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
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
def build(
    matter_file: Path,
    output: Path | None,
    by: str,
    password_files: tuple[str, ...],
    ocr: str | None,
    placeholders: tuple[str, ...],
    attachments: bool,
    append_to: Path | None,
    insert: tuple[str, ...],
    originals: str,
    edition: str,
    replace_sealed: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Build the bundle: a folder with the PDF, the clips, the originals and the record of it all.

    MATTER is the matter file: matter.toml in this folder, if you name none. Recordings that are not
    taken in yet are taken in first. If anything is wrong, nothing is built. An earlier package of
    the same name is replaced when the new one is complete, and not before; a sealed one is not
    replaced.

    \b
    Examples:
      evidencekit build matter.toml --by "Ruth Kemp, Kemp Law"
      evidencekit build matter.toml -o "Bundle for 15 June" --placeholder minutes
      evidencekit build matter.toml -o "Bundle 2" --append "Bundle for 15 June"
    """  # noqa: D301 - \b is click's mark for lines to keep
    with (
        errors_as_exits(as_json=as_json, outcome="Nothing was built.") as said,
        stoppable() as cancelled,
        Watch(quiet=as_json) as watch,
        ExitStack() as run,
    ):
        from evidencekit.errors import PackageSealed
        from evidencekit.isolate import kept_workers
        from evidencekit.package.handover import is_sealed, sealed_name
        from evidencekit.package.names import package_name
        from evidencekit.pipeline.build import build as make
        from evidencekit.pipeline.checking import load_checked
        from evidencekit.pipeline.intake import take_in_new
        from evidencekit.pipeline.preflight import check_inputs

        run.enter_context(kept_workers())
        matter = load_checked(matter_file)
        folder = matter_file.parent
        ids = [each.id for each in matter.documents]
        _check_placeholders(placeholders, ids)
        passwords = _passwords(password_files, [*ids, *_signed_id(matter)])
        inserts = _inserts(insert, ids)
        into = output or Path("out") / package_name(
            number=matter.case.number,
            title=matter.case.title,
            edition=edition,
            prepared_on=matter.case.prepared_on,
        )
        _check_appended(append_to, into)
        would_keep = sealed_name(into) if is_sealed(into) else None
        if would_keep is not None and not replace_sealed:
            raise PackageSealed(str(into), would_keep.name)  # before anything is taken in
        check_inputs(matter, folder, placeholders=placeholders)
        now = dt.datetime.now(dt.UTC)
        said["taken_in"] = new = take_in_new(
            matter, folder, by=said_by(by), now=now, progress=watch, cancelled=cancelled
        )
        if new and not as_json:
            click.echo(f"Taken in now: {', '.join(new)} (entered by: {by}).")
        before = _labels_of(into)
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
            attachments=attachments,
            append_to=append_to,
            inserts=inserts,
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
                "renumbered": _renumbered(before, _labels_of(into)),
                "findings": [asdict(each) for each in package.findings],
                "stages": watch.stages(),
            }
        )
    else:
        print_build(package, shown_path=into, renumbered=_renumbered(before, _labels_of(into)))
        if would_keep is not None:
            click.echo(f'The sealed package of that name is kept as "{would_keep.name}".')
    if strict and to_look_at(package.findings):
        sys.exit(Exit.FINDINGS)


def _signed_id(matter: Matter) -> list[str]:
    """Return what a password for the signed statement is given by, where there is one."""
    from evidencekit.pipeline.documents import SIGNED_ID

    statement = matter.statement
    return [SIGNED_ID] if statement is not None and statement.signed is not None else []


def _passwords(given: tuple[str, ...], documents: list[str]) -> dict[str, str]:
    """Read each ID=FILE: a password is never an argument, where others could see it."""
    found = {}
    for each in given:
        ident, sign, name = each.partition("=")
        if not sign or ident not in documents:
            msg = f'"{each}" is not ID=FILE with the id of a document (statement for a signed one).'
            raise click.BadParameter(msg, param_hint="--password")
        try:
            lines = Path(name).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{name} cannot be read as text."
            raise click.BadParameter(msg, param_hint="--password") from error
        found[ident] = lines[0] if lines else ""
    return found


def _labels_of(path: Path) -> dict[str, str]:
    """Return the labels of each item of the package at *path*; none where there is no package."""
    from evidencekit.errors import NotAPackage
    from evidencekit.package.opened import open_package

    try:
        return {each.item: each.labels for each in open_package(path).index}
    except NotAPackage:
        return {}


def _renumbered(before: dict[str, str], now: dict[str, str]) -> list[dict[str, str | None]]:
    """Return the old-to-new table of a package that replaced another: what has other numbers."""
    return [
        {"item": item, "before": labels, "now": now.get(item)}
        for item, labels in before.items()
        if now.get(item) != labels
    ]


def _check_appended(append_to: Path | None, into: Path) -> None:
    """Refuse to replace the package that is appended to."""
    if append_to is not None and append_to.resolve() == into.resolve():
        msg = "it is the package that would be replaced. Name another with -o."
        raise click.BadParameter(msg, param_hint="--append")


def _inserts(given: tuple[str, ...], documents: list[str]) -> dict[str, str]:
    """Read each ID=AFTER."""
    found = {}
    for each in given:
        ident, sign, after = each.partition("=")
        if not sign or ident not in documents or not after:
            msg = f'"{each}" is not ID=AFTER with the id of a document and what it is to follow.'
            raise click.BadParameter(msg, param_hint="--insert")
        found[ident] = after
    return found


def _check_placeholders(placeholders: tuple[str, ...], documents: list[str]) -> None:
    """Refuse an id that no document has, before it is passed over in silence."""
    for each in placeholders:
        if each not in documents:
            ids = f"The ids are: {', '.join(documents)}." if documents else "There are none."
            msg = f'"{each}" is not the id of a document. {ids}'
            raise click.BadParameter(msg, param_hint="--placeholder")


def said_by(by: str) -> str:
    """Refuse an empty name, which the custody log would show for ever."""
    if not by.strip():
        msg = "it is empty. Give a name or a role, for the custody log"
        raise click.BadParameter(msg, param_hint="--by")
    return by
