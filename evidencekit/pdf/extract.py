# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take items out of a finished bundle, so that they can be bound again without being made again.

Generated pages are taken as `kept` takes them; a document becomes a file of its own, with its
links and layers. The printed numbers come off, and whoever binds the pages prints them anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.model.bundle import ItemKind
from evidencekit.pdf.backlinks import drop_back_link
from evidencekit.pdf.kept import KeptPages, take_out, unstamp, untag
from evidencekit.pdf.outline import OutlineLine, read_outline
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.save import save
from evidencekit.pdf.takein_result import TakenIn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pikepdf

    from evidencekit.model.bundle import IndexEntry

#: In a bundle's bookmarks, items are below sections, and a document's own below its item.
_ITEMS = 2


@frozen(kw_only=True)
class Extracted:
    """Items taken out of a bundle: the generated ones in one file, each document in its own."""

    kept: KeptPages | None
    documents: Mapping[str, TakenIn]


@frozen(kw_only=True)
class BundleFacts:
    """What a bundle's PDF says of itself. `created` is in seconds since 1970."""

    title: str
    language: str
    created: int


def facts_of(path: Path) -> BundleFacts:
    """Read what the PDF says of itself, so that what is made of it says the same."""
    import pikepdf
    from pikepdf.models.metadata import decode_pdf_date

    with pikepdf.open(path) as pdf:
        made = pdf.docinfo.get("/CreationDate")
        try:
            created = 0 if made is None else int(decode_pdf_date(str(made)).timestamp())
        except ValueError:
            created = 0
        return BundleFacts(
            title=str(pdf.docinfo.get("/Title", "Bundle")),
            language=str(pdf.Root.get("/Lang", "en-GB")),
            created=created,
        )


def extract(source: Path, entries: Sequence[IndexEntry], *, scratch: Path) -> Extracted:
    """Take the items *entries* out of the bundle *source*, into files in *scratch*.

    Their places are those of the bundle. Links to other items of it are dropped.

    Raises:
        AssemblyError: if the bundle has not those pages.
    """
    import pikepdf

    documents = {}
    made = [each for each in entries if each.kind is not ItemKind.DOCUMENT]
    with pikepdf.open(source) as pdf:
        total = len(pdf.pages)
        outline, _ = read_outline(pdf)
        for number, entry in enumerate(entries):
            if entry.kind is ItemKind.DOCUMENT:
                path = scratch / f"{number}.pdf"
                _write_document(pdf, entry, path)
                documents[entry.item] = TakenIn(
                    path=path, pages=entry.pages, outline=_own_outline(outline, entry)
                )
    items: list[str | None] = [None] * total
    for entry in entries:
        items[entry.pdf_page - 1 : entry.pdf_page - 1 + entry.pages] = [entry.item] * entry.pages
    kept = None
    if made:
        wanted = [PlacedPart(item=each.item, page=each.pdf_page, pages=each.pages) for each in made]
        kept = take_out(source, wanted, items, to=scratch / "kept.pdf")
    return Extracted(kept=kept, documents=documents)


def _write_document(pdf: pikepdf.Pdf, entry: IndexEntry, path: Path) -> None:
    import pikepdf

    with pikepdf.new() as target:
        first = entry.pdf_page - 1
        target.add_pages_from(pdf, range(first, first + entry.pages), outlines="ignore")
        for page in target.pages:
            unstamp(page)
            drop_back_link(page)
            untag(page)
        save(target, path)


def _own_outline(outline: Sequence[OutlineLine], entry: IndexEntry) -> tuple[OutlineLine, ...]:
    """Return the bookmarks that a document had of itself, below its item in the bundle."""
    pages = range(entry.pdf_page, entry.pdf_page + entry.pages)
    start = next(
        (n for n, line in enumerate(outline) if line.level == _ITEMS and line.page == pages.start),
        None,
    )
    if start is None:
        return ()
    lines = []
    for line in outline[start + 1 :]:
        if line.level <= _ITEMS:
            break
        own = line.page is not None and line.page in pages
        page = line.page - pages.start + 1 if own and line.page is not None else None
        lines.append(OutlineLine(level=line.level - _ITEMS, title=line.title, page=page))
    return tuple(lines)
