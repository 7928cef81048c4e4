# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a page cites a document or the declarant's exhibit.

A schedule cites a document by its bundle label. A witness statement never does: it cites a
document by title and date, and its own exhibit by the exhibit's fixed pages, so that it survives a
bundle that somebody else makes (the other side often does).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.facts import listed
from evidencekit.compose.labels import UNKNOWN, label
from evidencekit.compose.plan import Run, Style, Text, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from evidencekit.model.bundle import Layout
    from evidencekit.model.matter import Document, Matter


def document_item(document_id: str) -> str:
    """Return the id of the bundle's item that holds a document."""
    return f"document:{document_id}"


def cite_by_label(matter: Matter, layout: Layout | None) -> Callable[[str], Text]:
    """Return what cites a document by its label, as a link: "E2"."""

    def cite(document_id: str) -> Text:
        if matter.document(document_id) is None:
            return plain(document_id)
        item = document_item(document_id)
        return (Run(text=label(layout, item), target=item),)

    return cite


def cite_by_title(matter: Matter) -> Callable[[str], Text]:
    """Return what cites a document by its title and date, in bold (PD 32 para 19.1)."""

    def cite(document_id: str) -> Text:
        document = matter.document(document_id)
        return plain(document_id) if document is None else titled(document)

    return cite


def titled(document: Document) -> Text:
    """Return a document's title and date, in bold, as a link to it."""
    dated = "undated" if document.dated is None else f"dated {document.dated}"
    text = f"“{document.title}”, {dated}"
    return (Run(text=text, style=Style.BOLD, target=document_item(document.id)),)


def exhibit_pages(layout: Layout | None, items: Iterable[str], *, mark: str) -> str | None:
    """Return the exhibit pages of *items*: "AD1/1 to AD1/7", or "AD1/4 to AD1/7 and AD1/16".

    None means that none of them is in the exhibit. Before there is a layout, "?" stands for each.
    """
    if layout is None:
        return f"{mark}/{UNKNOWN}"
    runs: list[tuple[str, str, int]] = []
    entries = [entry for item in items if (entry := layout.entry(item)) is not None]
    for entry in sorted(entries, key=lambda entry: entry.pdf_page):
        first, last = entry.exhibit_first, entry.exhibit_last
        if first is None or last is None:
            continue
        if runs and _number(first) == runs[-1][2] + 1:
            first = runs.pop()[0]
        runs.append((first, last, _number(last)))
    shown = [first if first == last else f"{first} to {last}" for first, last, _ in runs]
    return listed(shown) if shown else None


def _number(exhibit_page: str) -> int:
    return int(exhibit_page.rpartition("/")[2])
