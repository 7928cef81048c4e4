# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links from generated pages to items of the bundle.

The typesetter cannot link to a page of another file. It links to an address below
`https://bundle.invalid/`, which leads nowhere by its own definition (RFC 2606), and here each such
link becomes one to its item's first page, in the same annotation, so that the tags stay right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from evidencekit.errors import TypesettingFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pikepdf

#: What the address of every item starts with.
BASE = "https://bundle.invalid/"


def address_of(item: str) -> str:
    """Return the address that stands for *item* until the pages are bound.

    >>> address_of("document:minutes")
    'https://bundle.invalid/document%3Aminutes'
    """
    return BASE + quote(item, safe="")


def resolve_links(
    page: pikepdf.Page, destinations: Mapping[str, Any], labels: Mapping[str, str]
) -> int:
    """Lead the links of *page* to their items, and return how many there were.

    *labels* gives the page label of each item, which a screen reader reads out for the link.

    Raises:
        TypesettingFailed: if a link names an item that the bundle does not hold.
    """
    resolved = 0
    for annotation in page.obj.get("/Annots", ()):
        action = annotation.get("/A")
        address = "" if action is None else str(action.get("/URI", ""))
        if not address.startswith(BASE):
            continue
        item = unquote(address.removeprefix(BASE))
        if item not in destinations:
            msg = f'a page refers to "{item}", which the bundle does not hold'
            raise TypesettingFailed(msg)
        del annotation["/A"]
        annotation["/Dest"] = destinations[item]
        annotation["/Contents"] = f"Go to {labels[item]}"
        resolved += 1
    return resolved
