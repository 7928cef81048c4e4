# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bind generated pages and documents as one PDF, numbered, linked and bookmarked.

The file with the generated pages is the base that the others are added to, because a document's
structure tree does not survive being added to another. What is printed on a page, its page label,
and where index and bookmarks lead all come from one `Layout`.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.errors import AssemblyError, TypesettingFailed
from evidencekit.model.bundle import ItemKind, is_divider
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.progress import IsCancelled, raise_if_cancelled
from evidencekit.pdf.backlinks import IndexRows, add_back_links
from evidencekit.pdf.content import Wrapper
from evidencekit.pdf.copying import copy_pages
from evidencekit.pdf.labels import write_labels
from evidencekit.pdf.links import resolve_links
from evidencekit.pdf.outline import OutlineLine, destination, write_outline
from evidencekit.pdf.save import describe, save
from evidencekit.pdf.stamp import Stamper
from evidencekit.pdf.tagging import Tagger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pikepdf

    from evidencekit.model.bundle import IndexEntry, Layout, PageMark
    from evidencekit.pdf.kept import KeptPages
    from evidencekit.pdf.placed import PlacedPart
    from evidencekit.pdf.takein import TakenIn


@frozen(kw_only=True)
class Assembled:
    """What was bound: the number of pages and of links, and what is to be looked at.

    `back_links` gives, for each page, the ordinal of the page of the index that it leads back to,
    or None.
    """

    pages: int
    links: int
    back_links: tuple[int | None, ...] = ()
    findings: tuple[Finding, ...] = ()


def assemble(
    front: bytes,
    parts: Sequence[PlacedPart],
    documents: Mapping[str, TakenIn],
    layout: Layout,
    *,
    title: str,
    language: str,
    into: Path,
    kept: KeptPages | None = None,
    cancelled: IsCancelled | None = None,
) -> Assembled:
    """Write the bundle to *into*: the pages of *front* and *documents* in the order of *layout*.

    *documents* holds what was taken in by the id of its item, such as "document:minutes"; *kept*
    the generated pages that stand as they were served.

    Raises:
        AssemblyError: if pages and layout do not agree.
        TypesettingFailed: if a generated page refers to an item that the bundle does not hold.
        Cancelled: if the caller asked for it; nothing is written.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(front)) as pdf:
        wrapper = Wrapper(pdf)
        for page in pdf.pages:
            wrapper.wrap(page)
        _check_parts(parts, kept, layout, len(pdf.pages))
        parts = (*parts, *_add_kept(pdf, kept))
        pages, findings = _bind(pdf, parts, documents, layout, cancelled)
        stamper = Stamper(pdf, {each for mark in layout.marks for each in _printed(mark)})
        rows = IndexRows(pdf, pages, layout)
        links = _link(pages, layout)
        tagger = _tag(pdf, pages, layout)
        back_links = add_back_links(pdf, pages, layout, rows, stamper=stamper, tagger=tagger)
        tagger.finish()
        for page, mark, back in zip(pages, layout.marks, back_links, strict=True):
            raise_if_cancelled(cancelled)
            stamper.stamp(page, mark, back=back is not None)
        write_labels(pdf, layout.labels)
        write_outline(pdf, outline_of(layout, documents), pages)
        describe(
            pdf,
            first=pages[0],
            title=title,
            language=language,
            keep_conformance_claims=not documents and kept is None,
        )
        _put_in_order(pdf, pages)
        raise_if_cancelled(cancelled)
        save(pdf, into)
    return Assembled(pages=len(layout.marks), links=links, back_links=back_links, findings=findings)


def outline_of(layout: Layout, documents: Mapping[str, TakenIn]) -> tuple[OutlineLine, ...]:
    """Return the bundle's bookmarks: sections, their items, and each document's own."""
    lines: list[OutlineLine] = []
    for section in layout.sections:
        entries = layout.section_entries(section.letter)
        if not entries:
            continue
        first, last = entries[0].first_label, entries[-1].last_label
        pages = first if first == last else f"{first}-{last}"
        lines.append(
            OutlineLine(
                level=1,
                title=f"{section.letter}  {section.title} ({pages})",
                page=entries[0].pdf_page,
            )
        )
        for entry in entries:
            if is_divider(entry.item):
                # The section's own bookmark leads there.
                continue
            lines.append(
                OutlineLine(
                    level=2, title=f"{entry.first_label}  {entry.title}", page=entry.pdf_page
                )
            )
            taken = documents.get(entry.item)
            if taken is not None:
                lines += (_moved(line, entry) for line in taken.outline)
    return tuple(lines)


def _moved(line: OutlineLine, entry: IndexEntry) -> OutlineLine:
    """Return a document's bookmark, below its item and leading to its page in the bundle."""
    inside = line.page is not None and line.page <= entry.pages
    return OutlineLine(
        level=line.level + 2,
        title=line.title,
        page=entry.pdf_page + line.page - 1 if inside and line.page is not None else None,
    )


def _printed(mark: PageMark) -> str:
    return mark.label + (mark.exhibit or "")


def _check_parts(
    parts: Sequence[PlacedPart], kept: KeptPages | None, layout: Layout, pages: int
) -> None:
    """Refuse generated pages that are not the ones that were laid out.

    Raises:
        TypesettingFailed: if a part is missing, too many, or has another number of pages.
    """
    set_anew = {part.item: part.pages for part in parts}
    placed = set_anew | {part.item: part.pages for part in (kept.placed if kept else ())}
    laid_out = {
        entry.item: entry.pages for entry in layout.entries if entry.kind is not ItemKind.DOCUMENT
    }
    if placed != laid_out or sum(set_anew.values()) != pages:
        different = sorted(
            item for item in placed.keys() | laid_out if placed.get(item) != laid_out.get(item)
        )
        what = ", ".join(different) or f"{pages} pages"
        msg = f"the generated pages are not those laid out: {what}"
        raise TypesettingFailed(msg)


def _add_kept(pdf: pikepdf.Pdf, kept: KeptPages | None) -> tuple[PlacedPart, ...]:
    """Add the pages that were served, and return where they are now."""
    import pikepdf

    if kept is None:
        return ()
    before = len(pdf.pages)
    with pikepdf.open(kept.path) as source:
        pdf.add_pages_from(source, outlines="ignore")
    return tuple(evolve(part, page=before + part.page) for part in kept.placed)


def _bind(
    pdf: pikepdf.Pdf,
    parts: Sequence[PlacedPart],
    documents: Mapping[str, TakenIn],
    layout: Layout,
    cancelled: IsCancelled | None,
) -> tuple[tuple[pikepdf.Page, ...], tuple[Finding, ...]]:
    """Add the documents' pages; return all pages in the order of *layout*."""
    import pikepdf

    findings: list[Finding] = []
    made = list(pdf.pages)
    pages_of = {part.item: made[part.page - 1 : part.page - 1 + part.pages] for part in parts}
    for entry in layout.entries:
        if entry.kind is not ItemKind.DOCUMENT:
            continue
        raise_if_cancelled(cancelled)
        taken = documents.get(entry.item)
        if taken is None or taken.pages != entry.pages:
            msg = f"{entry.item} was laid out with {entry.pages} pages and has not those pages"
            raise AssemblyError(msg)
        with pikepdf.open(taken.path) as source:
            pages_of[entry.item], dropped = copy_pages(pdf, source)
        if dropped:
            findings.append(
                Finding(
                    code="EK-P020",
                    severity=Severity.NOTE,
                    subject=entry.item,
                    message=f"{dropped} of its links lead nowhere",
                    group="pages",
                )
            )
    pages = tuple(page for entry in layout.entries for page in pages_of[entry.item])
    return pages, tuple(findings)


def _tag(pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Page], layout: Layout) -> Tagger:
    """Tag the pages of documents, and those that were served, whose own tags stayed behind."""
    tagger = Tagger(pdf)
    for entry in layout.entries:
        own = pages[entry.pdf_page - 1 : entry.pdf_page - 1 + entry.pages]
        if entry.kind is ItemKind.DOCUMENT or "/StructParents" not in own[0].obj:
            tagger.tag(own, title=entry.title, item=entry.item)
    return tagger


def _put_in_order(pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Page]) -> None:
    """Write the pages as one flat list, in one change instead of one a page.

    This comes last, because `pdf.pages` does not notice it.
    """
    import pikepdf

    root = pdf.Root.Pages
    root["/Kids"] = pikepdf.Array([page.obj for page in pages])
    root["/Count"] = len(pages)
    for page in pages:
        page.obj["/Parent"] = root


def _link(pages: Sequence[pikepdf.Page], layout: Layout) -> int:
    """Resolve the links of the generated pages; return how many there are."""
    own = {
        entry.item: range(entry.pdf_page - 1, entry.pdf_page - 1 + entry.pages)
        for entry in layout.entries
    }
    destinations = {item: [destination(pages[at]) for at in places] for item, places in own.items()}
    labels = {item: [layout.marks[at].label for at in places] for item, places in own.items()}
    return sum(
        resolve_links(pages[entry.pdf_page - 1 + number], destinations, labels)
        for entry in layout.entries
        if entry.kind is not ItemKind.DOCUMENT
        for number in range(entry.pages)
    )
