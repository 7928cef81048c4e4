# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command that makes the copy which leaves the firm."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from attrs import asdict

from evidencekit.cli.printing import echo_json, findings_text
from evidencekit.cli.running import Watch, errors_as_exits, stoppable
from evidencekit.errors import MatterError, Problem
from evidencekit.model.bundle import ItemKind
from evidencekit.model.printable import printable

if TYPE_CHECKING:
    from evidencekit.pipeline.serve import ServedCopy

_FILE = click.Path(path_type=Path)
_OUTCOME = "Nothing was handed over."


@click.command()
@click.argument("package", type=_FILE)
@click.option("--to", "to", required=True, metavar="WHO", help="On whom the copy is served.")
@click.option(
    "--matter",
    "matter_file",
    type=_FILE,
    default=Path("matter.toml"),
    show_default=True,
    help="The matter file that PACKAGE was built from. What is served is noted beside it.",
)
@click.option(
    "-o",
    "--output",
    "output",
    type=_FILE,
    help="The copy to make: a folder. Without it, one beside PACKAGE.",
)
@click.option("--zip", "as_zip", is_flag=True, help="Make one zip file instead of a folder.")
@click.option("--by", default="not stated", help="Who runs this, for the custody log.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
def serve(
    package: Path,
    to: str,
    matter_file: Path,
    output: Path | None,
    as_zip: bool,
    by: str,
    as_json: bool,
) -> None:
    """Make the copy for the court or another party, and keep its page numbers for ever.

    PACKAGE is the folder that build made. The copy holds the bundle, the clips, the recordings
    that the matter file says are served, a page to read first, and a list of digests. It is
    searched for everything that is to stay in the firm, and not handed over if there is any.

    From then on every build keeps each page, clip and exhibit number of it; what is new follows,
    and a page says what changed.

    \b
    Example:
      evidencekit serve "out/NB26C00123 file 2026-05-29" --to "Norbury Council, applicant"
    """  # noqa: D301 - \b is click's mark for lines to keep
    if not to.strip() or not by.strip():
        msg = "it is empty. Give a name or a role"
        raise click.BadParameter(msg, param_hint="--to" if not to.strip() else "--by")
    with (
        errors_as_exits(as_json=as_json, outcome=_OUTCOME),
        stoppable() as cancelled,
        Watch(quiet=as_json) as watch,
    ):
        from evidencekit.package.opened import open_package
        from evidencekit.pipeline.serve import copy_name
        from evidencekit.pipeline.serve import serve as make

        if not matter_file.is_file():
            words = (
                "was not found here. Run this in the folder of the matter, or name its matter "
                "file: --matter FILE."
            )
            raise MatterError(str(matter_file), (Problem(pointer="", message=words),))
        opened = open_package(package)
        folder = matter_file.parent
        now = dt.datetime.now(dt.UTC)
        into = output or package.parent / copy_name(opened, folder, now=now)
        if as_zip and into.suffix.lower() != ".zip":
            into = into.with_name(f"{into.name}.zip")
        copy = make(
            opened,
            into=into,
            to=to,
            now=now,
            folder=folder,
            as_zip=as_zip,
            by=by,
            progress=watch,
            cancelled=cancelled,
        )
    if as_json:
        echo_json(_document(copy))
    else:
        _print(copy)


def _titles(copy: ServedCopy) -> list[str]:
    """Return what the index calls each document whose pages are in the copy."""
    return [each.item.title for each in copy.served.items if each.item.kind is ItemKind.DOCUMENT]


def _document(copy: ServedCopy) -> dict[str, object]:
    return {
        "ok": True,
        "path": str(copy.path),
        "number": copy.number,
        "to": copy.to,
        "served_at": copy.served_at,
        "pages": copy.pages,
        "bundle_sha256": copy.bundle_sha256,
        "checksums_sha256": copy.checksums_sha256,
        "documents": _titles(copy),
        "withheld": copy.withheld,
        "files": list(copy.files),
        "findings": [asdict(each) for each in copy.findings],
    }


def _print(copy: ServedCopy) -> None:
    from evidencekit.compose.readme import CLIPS, RECORDINGS

    clips = sum(each.startswith(f"{CLIPS}/") for each in copy.files)
    whole = sum(each.startswith(f"{RECORDINGS}/") for each in copy.files)
    click.echo(f"Copy {copy.number}, for {copy.to}")
    click.echo(f"  bundle  {copy.pages} pages · clips {clips} · whole recordings {whole}")
    titles = _titles(copy)
    click.echo(f"  documents in it ({len(titles)})")
    for title in titles:
        click.echo(f"    {printable(title)}")
    if copy.withheld:
        click.echo(f"  withheld  {copy.withheld} document{'' if copy.withheld == 1 else 's'}")
    click.echo(
        f"  searched  {len(copy.files)} files for paths, matter files, names of withheld items: "
        "none found.\n            It does not read documents for privilege: look through the "
        "titles above."
    )
    click.echo(f"  for the letter  sha256 of CHECKSUMS.txt is {copy.checksums_sha256}")
    for line in findings_text(copy.findings):
        click.echo(line)
    click.echo(f"Wrote {copy.path}. Every later build keeps its numbers.")
    click.echo(f"Next: send it to {printable(copy.to)}, with the sha256 above in the letter.")
