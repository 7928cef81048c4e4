# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links from generated pages to items of the bundle.

The typesetter cannot link to a page of another file. It links to an address below
`https://bundle.invalid/`, which leads nowhere by its own definition (RFC 2606), and here each such
link becomes one to a page of its item, the first or the one that it names, in the same annotation,
so that the tags stay right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from evidencekit.errors import TypesettingFailed
from evidencekit.pdf.written import written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pikepdf

#: What the address of every item starts with.
BASE = "https://bundle.invalid/"
#: Stands between an item and the page of it that a link leads to; no item's id has one.
WITHIN = "#"


def address_of(item: str) -> str:
    """Return the address that stands for *item* until the pages are bound.

    >>> address_of("document:minutes")
    'https://bundle.invalid/document%3Aminutes'
    """
    return BASE + quote(item, safe="")


def place_in(target: str) -> tuple[str, int]:
    """Return the item of a link's target, and the page of it, counted from 1.

    >>> place_in("document:minutes#2")
    ('document:minutes', 2)
    >>> place_in("clip:3")
    ('clip:3', 1)
    """
    item, _, page = target.partition(WITHIN)
    return item, int(page) if page.isdecimal() else 1


def resolve_links(
    page: pikepdf.Page,
    destinations: Mapping[str, Sequence[Any]],
    labels: Mapping[str, Sequence[str]],
) -> int:
    """Lead the links of *page* to their items, and return how many there were.

    Both mappings give a value for each page of an item; *labels* has what a screen reader reads out
    for the link. A page that the item has no more, in a bundle that was made since, is its first.

    Raises:
        TypesettingFailed: if a link names an item that the bundle does not hold.
    """
    resolved = 0
    for annotation in page.obj.get("/Annots", ()):
        action = annotation.get("/A")
        address = "" if action is None else written(action.get("/URI", ""))
        if not address.startswith(BASE):
            continue
        item, number = place_in(unquote(address.removeprefix(BASE)))
        if item not in destinations:
            msg = f'a page refers to "{item}", which the bundle does not hold'
            raise TypesettingFailed(msg)
        at = number - 1 if 1 <= number <= len(destinations[item]) else 0
        del annotation["/A"]
        annotation["/Dest"] = destinations[item][at]
        annotation["/Contents"] = f"Go to {labels[item][at]}"
        resolved += 1
    return resolved
