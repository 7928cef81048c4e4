# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copy the pages of one PDF into another, with what they lead to and what hides parts of them.

In the library, adding a page takes as many steps as the file then has pages, so five thousand
pages would take twelve million. Here a file never has more than a few: what was copied is taken
out of its list of pages again. The pages stay in the file, and who copies them lists them once,
when all are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.pdf.outline import named_destinations
from evidencekit.pdf.written import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pikepdf

_AT_ONCE = 64


def copy_pages(pdf: pikepdf.Pdf, source: pikepdf.Pdf) -> tuple[list[pikepdf.Page], int]:
    """Copy the pages of *source* into *pdf*; return them, and how many links lead nowhere.

    The pages are not in `pdf.pages`: the caller has to list them.
    """
    before = len(pdf.pages)
    lost = _drop_lost_links(source)
    if _needs_more_than_pages(source):
        lost += len(pdf.add_pages_from(source, outlines="ignore").dropped_dests)
        return _take_off(pdf, before), lost
    pages = list(source.pages)
    copied = []
    for start in range(0, len(pages), _AT_ONCE):
        # A link from one of these to a page that is copied later holds all the same: the library
        # keeps the place of that page as long as *source* is open.
        pdf.pages.extend(pages[start : start + _AT_ONCE])
        copied += _take_off(pdf, before)
    return copied, lost


def _take_off(pdf: pikepdf.Pdf, before: int) -> list[pikepdf.Page]:
    """Take all pages but the first *before* out of the list of pages, and return them."""
    pages = list(pdf.pages)[before:]
    del pdf.pages[before:]
    return pages


def _needs_more_than_pages(source: pikepdf.Pdf) -> bool:
    """Return whether parts of the pages are meaningless without what the document says of them."""
    import pikepdf

    names = source.Root.get("/Names")
    return any(key in source.Root for key in ("/Dests", "/OCProperties", "/AcroForm")) or (
        isinstance(names, pikepdf.Dictionary) and "/Dests" in names
    )


def _drop_lost_links(source: pikepdf.Pdf) -> int:
    """Take the names off links that lead to no place of *source*; return how many there were.

    Another document may have such a name, and a link must not lead from one into the other.
    """
    import pikepdf

    names: Mapping[str, Any] | None = None
    dropped = 0
    for page in source.pages:
        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, pikepdf.Array):
            continue
        for link in annotations:
            if not isinstance(link, pikepdf.Dictionary):
                continue
            action = link.get("/A")
            acts, goal = False, link.get("/Dest")
            if isinstance(action, pikepdf.Dictionary):
                acts, goal = True, action.get("/D")
            if not isinstance(goal, (pikepdf.Name, pikepdf.String)):
                continue
            names = named_destinations(source) if names is None else names
            if written(goal) not in names:
                del link["/A" if acts else "/Dest"]
                dropped += 1
    return dropped
