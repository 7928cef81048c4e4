# SPDX-License-Identifier: AGPL-3.0-or-later
"""The peers of `assemble`: what programs for bundles do with pypdf and reportlab, done well.

Both make the same bundle as ours from the same files and the same index pages: a number in an
embedded face on every page of a document, page labels, a bookmark for each document above its own,
and a link for each row of the index. Ours also tags the pages, leads every page back to the index
and keeps layers and named destinations; the peers do none of that.

`append_and_overlay` is the shortest way there is with pypdf: append, lay one page over each, write
once. `pass_by_pass` goes the way of BunTool, the free program for bundles of the English courts
(bundle.py of TrisSherliker/buntool): pages gathered by pikepdf, numbers laid over them by pypdf,
index put in front, its links added by pypdf, bookmarks and labels added by pikepdf, and the whole
bundle read and written at each of these steps. What BunTool does besides is left out: it sets its
index twice, and finds the rows to be linked by reading the page back with pdfplumber.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_FACE = "evidencekit-bench"
_SIZE, _SIDE, _BASELINE = 13, 34, 20
_A4_WIDTH, _A4_HEIGHT = 595, 842


def append_and_overlay(front: bytes, files: Sequence[Path], into: Path) -> None:
    """Append the files to the index, lay a page with its number over each, and write the bundle."""
    import pypdf
    from pypdf.generic import ArrayObject, NameObject, NullObject

    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(front))
    length = len(writer.pages)
    first_pages = {}
    for path in files:
        first_pages[f"document:{path.stem}"] = len(writer.pages)
        writer.append(path, outline_item=f"Document {path.stem}")
    pages = list(writer.pages)
    for page, number in zip(pages[length:], numbers(len(pages) - length).pages, strict=True):
        page.merge_page(number)
    for page in pages[:length]:
        for annotation in page.get("/Annots", ()):
            link = annotation.get_object()
            if (item := _item_of(link)) is not None:
                goal = pages[first_pages[item]].indirect_reference
                del link["/A"]
                link[NameObject("/Dest")] = ArrayObject(
                    [goal, NameObject("/XYZ"), NullObject(), NullObject(), NullObject()]
                )
    _label(writer, length, len(pages))
    writer.write(into)


def pass_by_pass(front: bytes, files: Sequence[Path], into: Path) -> None:
    """Make the bundle step by step, each reading and writing all of it, as BunTool does."""
    import pikepdf
    import pypdf
    from pikepdf import Dictionary, Name, OutlineItem
    from pypdf.annotations import Link

    step = [into.with_suffix(f".{number}.pdf") for number in range(1, 6)]
    first_pages = _gather(files, step[0])
    reader, writer = pypdf.PdfReader(step[0]), pypdf.PdfWriter()
    for page, number in zip(reader.pages, numbers(len(reader.pages)).pages, strict=True):
        # Since pypdf 7 in this order: a page is changed when it is the writer's.
        writer.add_page(page).merge_scaled_page(number, float(page.mediabox[2]) / _A4_WIDTH)
    writer.write(step[1])

    with pikepdf.open(io.BytesIO(front)) as index, pikepdf.open(step[1]) as rest:
        length = len(index.pages)
        rows = [
            (number, [float(each) for each in link["/Rect"]], item)
            for number, page in enumerate(index.pages)
            for link in page.obj.get("/Annots", ())
            if (item := _item_of(link)) is not None
        ]
        with pikepdf.new() as pdf:
            pdf.pages.extend(index.pages)
            pdf.pages.extend(rest.pages)
            pdf.save(step[2])

    reader, writer = pypdf.PdfReader(step[2]), pypdf.PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    for number, rectangle, item in rows:
        link = Link(rect=tuple(rectangle), target_page_index=length + first_pages[item])
        writer.add_annotation(page_number=number, annotation=link)
    writer.write(step[3])

    with pikepdf.open(step[3]) as pdf:
        with pdf.open_outline() as outline:
            for item, first in first_pages.items():
                outline.root.append(OutlineItem(f"Document {item}", length + first))
        pdf.save(step[4])
    with pikepdf.open(step[4]) as pdf:
        roman = Dictionary(S=Name.r)
        pdf.Root["/PageLabels"] = Dictionary(Nums=[0, roman, length, Dictionary(S=Name.D)])
        pdf.save(into)
    for path in step:
        path.unlink()


def _gather(files: Sequence[Path], into: Path) -> Mapping[str, int]:
    """Put the pages of all files into one; return where each document begins."""
    import pikepdf

    first_pages = {}
    with pikepdf.new() as pdf:
        for path in files:
            first_pages[f"document:{path.stem}"] = len(pdf.pages)
            with pikepdf.open(path) as source:
                pdf.pages.extend(source.pages)
        pdf.save(into)
    return first_pages


def numbers(pages: int) -> Any:
    """Return a PDF of empty pages with a number each, as reportlab makes it."""
    import pypdf
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from evidencekit.pdf.fonts import FACES

    pdfmetrics.registerFont(TTFont(_FACE, FACES / "Arimo-Bold.ttf"))
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(_A4_WIDTH, _A4_HEIGHT))
    for number in range(1, pages + 1):
        canvas.setFont(_FACE, _SIZE)
        canvas.drawRightString(_A4_WIDTH - _SIDE, _BASELINE, f"B{number}")
        canvas.showPage()
    canvas.save()
    return pypdf.PdfReader(made)


def _item_of(link: Any) -> str | None:
    """Return the item that a link of the index stands for, or None if it is another link."""
    from evidencekit.pdf.links import BASE

    address = str(link.get("/A", {}).get("/URI", ""))
    return unquote(address.removeprefix(BASE)) if address.startswith(BASE) else None


def _label(writer: Any, length: int, pages: int) -> None:
    """Give the pages of the index the labels A1 and on, and those after it B1 and on."""
    from pypdf.constants import PageLabelStyle

    writer.set_page_label(0, length - 1, style=PageLabelStyle.DECIMAL, prefix="A", start=1)
    writer.set_page_label(length, pages - 1, style=PageLabelStyle.DECIMAL, prefix="B", start=1)
