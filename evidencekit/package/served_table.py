# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where everything that was served is now: the old-to-new table of a package's record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.model.served import is_superseded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evidencekit.model.bundle import IndexEntry, Layout
    from evidencekit.model.served import Served


def served_table(served: Iterable[Served], layout: Layout) -> tuple[dict[str, Any], ...]:
    """Return each served copy with its items: their labels, and where those pages are now.

    A label is the same then and now; what may change is the ordinal of its page in the PDF. `now`
    is the id of the item that the pages belong to now, and `newer` the labels of the version that
    replaced it, where there is one.
    """
    holders = dict(_holders(layout))
    return tuple(_copy(each, layout, holders) for each in served)


def _holders(layout: Layout) -> Iterator[tuple[str, tuple[IndexEntry, int]]]:
    """Yield each label with its item and its page in the PDF."""
    for entry in layout.entries:
        for page in range(entry.pages):
            ordinal = entry.pdf_page + page
            yield layout.marks[ordinal - 1].label, (entry, ordinal)


def _copy(
    served: Served, layout: Layout, holders: Mapping[str, tuple[IndexEntry, int]]
) -> dict[str, Any]:
    items = []
    for each, page in served.first_pages:
        entry, ordinal = holders[each.marks[0].label]
        newer = layout.entry(each.item.id) if entry.item != each.item.id else None
        items.append(
            {
                "item": each.item.id,
                "title": each.item.title,
                "labels": each.labels,
                "exhibit_first": each.marks[0].exhibit,
                "pages": len(each.marks),
                "pdf_page": page,
                "now": entry.item,
                "pdf_page_now": ordinal,
                "newer": newer.labels if newer is not None and is_superseded(entry.item) else None,
            }
        )
    return {
        "number": served.number,
        "kind": "served" if served.was_served else "earlier bundle",
        "entry": served.entry or None,
        "to": served.to or None,
        "served_at": served.served_at or None,
        "prepared_on": served.prepared_on,
        "edition": served.edition,
        "bundle_sha256": served.bundle_sha256,
        "custody": {"entries": served.log_count, "head": served.log_head}
        if served.log_count
        else None,
        "items": items,
    }
