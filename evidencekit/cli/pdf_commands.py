# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands that make other PDFs of a finished bundle: its volumes, and a core bundle."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from evidencekit.cli.printing import echo_json
from evidencekit.cli.running import Watch, errors_as_exits, stoppable

_FILE = click.Path(path_type=Path)
_OUTCOME = "Nothing was written."
_LEAST, _MOST, _USUAL = 5, 5000, 350


@click.command()
@click.argument("package", type=_FILE)
@click.option(
    "--most-pages",
    type=click.IntRange(_LEAST, _MOST),
    default=_USUAL,
    show_default=True,
    help="How many pages a volume may have, its index among them.",
)
@click.option(
    "-o",
    "--output",
    "output",
    type=_FILE,
    help="The folder to write the volumes into. Without it, one beside PACKAGE.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
def volumes(package: Path, most_pages: int, output: Path | None, as_json: bool) -> None:
    """Split a bundle into volumes, between its documents.

    PACKAGE is the folder that build made; it is not changed. Every page keeps its number. Each
    volume has an index of the whole bundle, and its bookmarks; a link into another volume becomes
    words, such as "Volume 2, D14".

    \b
    Example:
      evidencekit volumes "out/NB26C00123 file 2026-05-29" --most-pages 350
    """  # noqa: D301 - \b is click's mark for lines to keep
    with (
        errors_as_exits(as_json=as_json, outcome=_OUTCOME),
        stoppable() as cancelled,
        Watch(quiet=as_json),
    ):
        from evidencekit.package.opened import open_package
        from evidencekit.pipeline.volumes import split_volumes

        into = output or package.with_name(f"{package.name} volumes")
        opened = open_package(package)
        pages = len(opened.record["bundle"]["labels"])
        one = pages <= most_pages
        made = (
            ()
            if one
            else split_volumes(opened, into=into, most_pages=most_pages, cancelled=cancelled)
        )
    if as_json:
        listed = [
            {
                "path": str(each.path),
                "number": each.number,
                "pages": each.pages,
                "first_label": each.first_label,
                "last_label": each.last_label,
            }
            for each in made
        ]
        echo_json({"ok": True, "path": None if one else str(into), "volumes": listed})
        return
    if one:
        click.echo(
            f"The bundle has {pages} pages and fits in one volume of {most_pages}: nothing was "
            f"written. It is {opened.pdf_path}."
        )
        return
    for each in made:
        click.echo(
            f"Volume {each.number}  {each.first_label} to {each.last_label}  {each.pages} pages"
        )
    click.echo(f"Wrote {len(made)} volumes to {into}.")


@click.command()
@click.argument("package", type=_FILE)
@click.argument("items", nargs=-1, required=True, metavar="ITEM...")
@click.option(
    "-o",
    "--output",
    "output",
    type=_FILE,
    help="The PDF to write. Without it, one beside PACKAGE.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
def core(package: Path, items: tuple[str, ...], output: Path | None, as_json: bool) -> None:
    """Make a core bundle of some of a bundle's items.

    PACKAGE is the folder that build made; it is not changed. ITEM is the label of one
    of an item's pages (C5), its number in the index, or its id, such as minutes, clip:3 or
    part:statement: show lists them all. Pages count from 1, and each has its number in the main
    bundle after that, in brackets.

    \b
    Example:
      evidencekit core "out/NB26C00123 file 2026-05-29" part:statement C5 clip:2
    """  # noqa: D301 - \b is click's mark for lines to keep
    with (
        errors_as_exits(as_json=as_json, outcome=_OUTCOME),
        stoppable() as cancelled,
        Watch(quiet=as_json),
    ):
        from evidencekit.package.opened import open_package
        from evidencekit.pdfread import read_pdf
        from evidencekit.pipeline.core import core_bundle

        into = output or package.with_name(f"{package.name} core.pdf")
        core_bundle(open_package(package), items, into=into, cancelled=cancelled)
        pages = read_pdf(into).page_count
    if as_json:
        echo_json({"ok": True, "path": str(into), "pages": pages, "items": list(items)})
        return
    click.echo(f"Wrote {into}: {pages} pages of {len(items)} items.")
