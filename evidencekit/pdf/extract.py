# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take items out of a finished bundle, so that they can be bound again without being made again.

Generated pages are taken as `kept` takes them; a document becomes a file of its own, with its
links and layers. The printed numbers come off, and whoever binds the pages prints them anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.model.bundle import ItemKind
from evidencekit.pdf.backlinks import drop_back_link, is_back_link
from evidencekit.pdf.boxes import view_of
from evidencekit.pdf.content import streams_of
from evidencekit.pdf.kept import KeptPages, take_out, unstamp, untag
from evidencekit.pdf.outline import OutlineLine, read_outline
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.save import save
from evidencekit.pdf.stamp import Stamper
from evidencekit.pdf.takein_result import TakenIn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pikepdf

    from evidencekit.model.bundle import IndexEntry

_NOTE_SIZE = 6.0
#: The lines of one row of a table are no further from each other.
_ROW = 20.0
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


def note_where(
    source: Path,
    to: Path,
    entries: Sequence[IndexEntry],
    *,
    said: Callable[[str, str], str],
) -> None:
    """Write a copy of the bundle in which links out of a file say in words where they lead.

    *said* gives, for the items a link stands in and leads to, what is printed beside it, or
    nothing for a link that stays. Only generated pages are looked at: a document's links lead to
    its own pages.
    """
    import pikepdf

    with pikepdf.open(source) as pdf:
        pages = list(pdf.pages)
        item_at = {
            pages[entry.pdf_page - 1 + number].obj.objgen: entry.item
            for entry in entries
            for number in range(entry.pages)
        }
        notes: list[_Note] = []
        for entry in entries:
            if entry.kind is ItemKind.DOCUMENT:
                continue
            for page in pages[entry.pdf_page - 1 : entry.pdf_page - 1 + entry.pages]:
                found = []
                for link in page.obj.get("/Annots", ()):
                    goal = None if is_back_link(link) else link.get("/Dest")
                    if isinstance(goal, pikepdf.Array) and len(goal):
                        target = item_at.get(getattr(goal[0], "objgen", (0, 0)))
                        text = said(entry.item, target) if target is not None else ""
                        if text and target is not None:
                            found.append(_note(page, target, text, link["/Rect"]))
                notes += _one_a_row(found)
        _print_notes(pdf, notes)
        save(pdf, to)


@frozen(kw_only=True)
class _Note:
    """Words to be printed after the end of a link to an item."""

    page: Any
    target: str
    text: str
    right: float
    top: float


def _note(page: pikepdf.Page, target: str, text: str, rect: Any) -> _Note:
    _, _, right, top = (float(each) for each in rect)
    return _Note(page=page, target=target, text=text, right=right, top=top)


def _one_a_row(notes: Sequence[_Note]) -> list[_Note]:
    """Of links to one item that stand in one row, note the one that ends furthest to the right."""
    rows: list[list[_Note]] = []
    for note in sorted(notes, key=lambda each: (each.target, -each.top)):
        last = rows[-1][-1] if rows else None
        if last is None or last.target != note.target or last.top - note.top > _ROW:
            rows.append([])
        rows[-1].append(note)
    return [max(row, key=lambda each: each.right) for row in rows]


def _print_notes(pdf: pikepdf.Pdf, notes: Sequence[_Note]) -> None:
    """Print each note, small."""
    import pikepdf

    if not notes:
        return
    stamper = Stamper(pdf, "".join(sorted({note.text for note in notes})))
    for note in notes:
        box = view_of(note.page).box
        drawn = stamper.small(
            note.page,
            note.text,
            size=_NOTE_SIZE,
            x=note.right - box.left + 1.5,
            y=note.top - box.bottom - _NOTE_SIZE,
        )
        streams = streams_of(note.page)
        # The page's own number stays last: by that it is found, and taken off.
        note.page.obj["/Contents"] = pikepdf.Array([*streams[:-1], drawn, streams[-1]])
