# SPDX-License-Identifier: AGPL-3.0-or-later
"""References from one page to another, by the label that the other page carries.

The first time that pages are laid out there are no labels yet, and "?" stands for each; the pages
are composed again with the labels found, until nothing changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.plan import Run, Style, Text

if TYPE_CHECKING:
    from evidencekit.model.bundle import Layout

#: Stands for a label while there is none.
UNKNOWN = "?"


def label(layout: Layout | None, item_id: str) -> str:
    """Return the labels of an item, "D3" or "D3-D7"."""
    entry = layout.entry(item_id) if layout else None
    return entry.labels if entry else UNKNOWN


def first_label(layout: Layout | None, item_id: str) -> str:
    """Return the label of an item's first page."""
    entry = layout.entry(item_id) if layout else None
    return entry.first_label if entry else UNKNOWN


def page_ref(layout: Layout | None, item_id: str, *, style: Style = Style.PLAIN) -> Text:
    """Return an item's labels as a link to it."""
    return (Run(text=label(layout, item_id), style=style, target=item_id),)


def document_page(layout: Layout | None, item_id: str, page: int) -> str:
    """Return the label of the page with ordinal *page* of an item.

    A page that the item does not have gets the label of the whole item, because a matter may name
    a page of the paper copy that the PDF lacks.
    """
    entry = layout.entry(item_id) if layout else None
    if layout is None or entry is None or not 1 <= page <= entry.pages:
        return label(layout, item_id)
    return layout.marks[entry.pdf_page + page - 2].label


def document_page_ref(layout: Layout | None, item_id: str, page: int | None) -> Run:
    """Return the label of a page of an item as a link to that page, or of the whole item."""
    if page is None:
        return Run(text=label(layout, item_id), target=item_id)
    return Run(text=document_page(layout, item_id, page), target=page_target(layout, item_id, page))


def page_target(layout: Layout | None, item_id: str, page: int | None) -> str:
    """Return what a link to a page of an item leads to: the item, where it has no such page."""
    entry = layout.entry(item_id) if layout else None
    if entry is None or page is None or not 1 < page <= entry.pages:
        return item_id
    return f"{item_id}#{page}"


def anchor_ref(layout: Layout | None, item_id: str, anchor: str) -> Run:
    """Return the label of the page that a heading inside an item stands on, as a link to it.

    Pages that were kept from an earlier bundle have no anchors: the item is cited then.
    """
    page = layout.anchors.get(f"{item_id}#{anchor}") if layout else None
    return document_page_ref(layout, item_id, page)


def exhibit_ref(layout: Layout | None, item_id: str) -> Text:
    """Return an item's exhibit pages, "AD1/1" or "AD1/1 to AD1/4", as a link to it.

    A witness statement cites these and never the bundle's labels, so that it survives a bundle
    that somebody else paginates. An item outside the exhibit has its bundle label instead.
    """
    entry = layout.entry(item_id) if layout else None
    if entry is None or entry.exhibit_first is None:
        return page_ref(layout, item_id)
    text = entry.exhibit_first
    if entry.exhibit_last != entry.exhibit_first:
        text = f"{text} to {entry.exhibit_last}"
    return (Run(text=text, target=item_id),)
