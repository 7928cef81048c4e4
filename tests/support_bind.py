# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small bundle to bind: tagged front pages, and two documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name
from support_pdf import numbered_pdf

from evidencekit.model.bundle import Item, ItemKind, Layout, Numbering, SectionHead, lay_out
from evidencekit.pdf.assemble import Assembled, assemble
from evidencekit.pdf.links import address_of
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.takein import TakenIn, take_in

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.progress import IsCancelled

SECTIONS = (
    SectionHead(letter="A", title="Front"),
    SectionHead(letter="B", title="Documents"),
    SectionHead(letter="C", title="Exhibit"),
)
PARTS = (
    PlacedPart(item="part:front", page=1, pages=1),
    PlacedPart(item="part:index", page=2, pages=2),
    PlacedPart(item="clip:1", page=4, pages=1),
)


def front_pages() -> bytes:
    """Four tagged pages: a front sheet, an index of two pages with links, and a clip's sheet."""
    links = "\n\n".join(
        f'#link("{address_of(item)}")[to {item}]'
        for item in ("part:front", "document:report", "document:mínutes x", "clip:1")
    )
    source = f"""
#set document(title: "Set by typst", author: ())
#set text(lang: "en")
#set page(paper: "a4")
= Front sheet
#pagebreak()
= Index
{links}
#pagebreak()
== continued
#link("{address_of("document:report")}")[again]
#pagebreak()
= Clip one
#link("https://example.org/")[elsewhere]
"""
    return typst.compile(source.encode(), format="pdf", pdf_standards=["ua-1", "a-2a"], timestamp=0)


def write_documents(tmp_path: Path) -> dict[str, TakenIn]:
    """A report with links and bookmarks of its own, and two pages that are turned."""
    report = numbered_pdf(tmp_path / "report.pdf", 12, word="Report")
    with pikepdf.open(report, allow_overwriting_input=True) as pdf:
        with pdf.open_outline() as outline:
            chapter = pikepdf.OutlineItem("Chapter", 3)
            chapter.children.append(pikepdf.OutlineItem("Sub", 11))
            outline.root.append(chapter)
        pdf.Root["/Dests"] = Dictionary(end=Array([pdf.pages[11].obj, Name.Fit]))
        pdf.pages[0].obj["/Annots"] = Array(
            [
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Link,
                    Rect=Array([50, 490, 200, 530]),
                    Dest=Name("/end"),
                )
            ]
        )
        pdf.save()
    turned = numbered_pdf(tmp_path / "minutes.pdf", 2, word="Minutes", Rotate=90)
    return {
        item: take_in(path, tmp_path / f"clean-{path.name}", name=path.name, item=item)
        for item, path in (("document:report", report), ("document:mínutes x", turned))
    }


def layout_of(documents: dict[str, TakenIn], *, numbering: Numbering = Numbering.BATES) -> Layout:
    """Return the layout of the front pages and of two documents."""

    def generated(item: str, section: str, *, exhibit: bool = False, listed: bool = True) -> Item:
        return Item(
            id=item,
            title=f"Title of {item}",
            kind=ItemKind.GENERATED,
            section=section,
            exhibit=exhibit,
            listed=listed,
        )

    items = [
        (generated("part:front", "A"), 1),
        (generated("part:index", "A", listed=False), 2),
        *(
            (Item(id=item, title=f"قضية {item}", kind=ItemKind.DOCUMENT, section="B"), each.pages)
            for item, each in documents.items()
        ),
        (generated("clip:1", "C", exhibit=True), 1),
    ]
    return lay_out(SECTIONS, items, numbering=numbering, exhibit_mark="AD1")


def bind(
    front: bytes,
    documents: dict[str, TakenIn],
    into: Path,
    *,
    parts: tuple[PlacedPart, ...] = PARTS,
    layout: Layout | None = None,
    cancelled: IsCancelled | None = None,
) -> Assembled:
    """Bind them."""
    return assemble(
        front,
        parts,
        documents,
        layout or layout_of(documents),
        title="Re E (A Child) – Bündel",
        language="en-GB",
        into=into,
        cancelled=cancelled,
    )
