# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copy the pages of one PDF into another, with what they lead to and what hides parts of them.

In the library, adding a page takes as many steps as the file then has pages, so five thousand
pages would take twelve million. Here a file never has more than a few: what was copied is taken
out of its list of pages again. The pages stay in the file, and who copies them lists them once,
when all are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf

_AT_ONCE = 64


def copy_pages(pdf: pikepdf.Pdf, source: pikepdf.Pdf) -> tuple[list[pikepdf.Page], int]:
    """Copy the pages of *source* into *pdf*; return them, and how many links lead nowhere.

    The pages are not in `pdf.pages`: the caller has to list them.
    """
    before = len(pdf.pages)
    if _needs_more_than_pages(source):
        dropped = len(pdf.add_pages_from(source, outlines="ignore").dropped_dests)
        return _take_off(pdf, before), dropped
    pages = list(source.pages)
    copied = []
    for start in range(0, len(pages), _AT_ONCE):
        # A link from one of these to a page that is copied later holds all the same: the library
        # keeps the place of that page as long as *source* is open.
        pdf.pages.extend(pages[start : start + _AT_ONCE])
        copied += _take_off(pdf, before)
    return copied, 0


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
