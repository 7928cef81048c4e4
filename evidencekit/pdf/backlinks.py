# SPDX-License-Identifier: AGPL-3.0-or-later
"""The way back: on every page, the page number and the small word before it lead to the index.

The link leads to the row of the page's own item, so that who came from the index is where they
left it. It lies over what `stamp` prints and covers nothing of the page. Only the index's own pages
have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from evidencekit.model.bundle import INDEXES
from evidencekit.model.late import CONTINUED
from evidencekit.pdf.links import BASE
from evidencekit.pdf.written import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pikepdf

    from evidencekit.model.bundle import Layout
    from evidencekit.pdf.stamp import Stamper
    from evidencekit.pdf.tagging import Tagger

#: The name of the annotation, by which it is taken off again.
NAME = "evidencekit index"
#: What a screen reader says of it.
SAID = "Back to the index"
#: How far above its row the index is shown.
_ABOVE = 24.0
#: The annotation without its destination. It is flagged as one that prints (F 4), which archives
#: ask of each, and has no border.
_LINK = (
    b"<</Type/Annot/Subtype/Link/Rect[%.2f %.2f %.2f %.2f]/Border[0 0 0]/F 4/NM("
    + NAME.encode()
    + b")/Contents("
    + SAID.encode()
    + b")>>"
)


def is_index(item: str) -> bool:
    """Say whether an item is the index, or a continuation of it."""
    return item.partition(CONTINUED)[0] in INDEXES


def add_back_links(
    pdf: pikepdf.Pdf,
    pages: Sequence[pikepdf.Page],
    layout: Layout,
    rows: IndexRows,
    *,
    stamper: Stamper,
    tagger: Tagger,
) -> tuple[int | None, ...]:
    """Give every page its way back; return for each page the ordinal that it leads to, or None.

    This comes when everything else is tagged: one tag holds all ways back of an item.
    """
    if rows.first is None:
        return (None,) * len(pages)
    found: list[int | None] = []
    for entry in layout.entries:
        if is_index(entry.item):
            found += [None] * entry.pages
            continue
        ordinal, goal = rows.found.get(entry.item, rows.first)
        own = slice(entry.pdf_page - 1, entry.pdf_page - 1 + entry.pages)
        links = [
            _add(pdf, page, stamper.area(page, mark.label), goal)
            for page, mark in zip(pages[own], layout.marks[own], strict=True)
        ]
        tagger.tag_back(entry.item, links, pages[own])
        found += [ordinal] * entry.pages
    return tuple(found)


def drop_back_link(page: pikepdf.Page) -> None:
    """Take a page's way back off, which is put on again where the page is bound."""
    import pikepdf

    annotations = page.obj.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return
    left = [each for each in annotations if not is_back_link(each)]
    if len(left) == len(annotations):
        return
    if left:
        page.obj["/Annots"] = pikepdf.Array(left)
    else:
        del page.obj["/Annots"]


def is_back_link(annotation: Any) -> bool:
    """Say whether an annotation is a way back that was put there by `add_back_links`."""
    import pikepdf

    return isinstance(annotation, pikepdf.Dictionary) and written(annotation.get("/NM", "")) == NAME


def _add(pdf: pikepdf.Pdf, page: pikepdf.Page, area: Sequence[float], goal: Any) -> Any:
    import pikepdf

    # Read as text, which takes half the time of setting each key.
    link = pdf.make_indirect(pikepdf.Object.parse(_LINK % tuple(area)))
    link["/Dest"] = goal
    annotations = page.obj.get("/Annots")
    # An array of its own: several pages may share one.
    held = list(annotations) if isinstance(annotations, pikepdf.Array) else []
    page.obj["/Annots"] = pikepdf.Array([*held, link])
    return link


class IndexRows:
    """Where in the index each item stands: the ordinal of the page, and the destination there.

    Read before links are resolved, while those of the index still name items.
    """

    def __init__(self, pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Page], layout: Layout) -> None:
        self._pdf = pdf
        self.found: dict[str, tuple[int, Any]] = {}
        self.first: tuple[int, Any] | None = None
        for ordinal in _ordinals(layout):
            page = pages[ordinal - 1]
            if self.first is None:
                self.first = (ordinal, self._goal(page, None))
            for item, top in _targets(page):
                if item not in self.found:
                    self.found[item] = (ordinal, self._goal(page, top))

    def _goal(self, page: pikepdf.Page, top: float | None) -> Any:
        import pikepdf

        shown = None if top is None else round(top + _ABOVE, 2)
        return self._pdf.make_indirect(
            pikepdf.Array([page.obj, pikepdf.Name.XYZ, None, shown, None])
        )


def _ordinals(layout: Layout) -> Iterator[int]:
    for entry in layout.entries:
        if is_index(entry.item):
            yield from range(entry.pdf_page, entry.pdf_page + entry.pages)


def _targets(page: pikepdf.Page) -> Iterator[tuple[str, float]]:
    """Yield the items that links of a page of the index name, with the top of each link."""
    for annotation in page.obj.get("/Annots", ()):
        action = annotation.get("/A")
        address = "" if action is None else written(action.get("/URI", ""))
        if address.startswith(BASE):
            yield unquote(address.removeprefix(BASE)), float(annotation["/Rect"][3])
