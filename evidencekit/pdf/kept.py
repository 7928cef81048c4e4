# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take pages out of a bundle that was served, so that they stand in the next one as they were.

Setting such pages anew would trust that another version of this software breaks every line at the
same place. So the pages themselves are taken, without what `assemble` put on them and puts on
again: the printed numbers, and where each link leads in the new bundle. Their tags stay behind,
because a structure tree does not survive being cut.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.errors import AssemblyError
from evidencekit.pdf.backlinks import drop_back_link
from evidencekit.pdf.boxes import inherited
from evidencekit.pdf.content import streams_of
from evidencekit.pdf.links import WITHIN, address_of
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.save import save
from evidencekit.pdf.stamp import STAMP_START

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pikepdf

_FONT = re.compile(rb"(/[^\s/]+) [0-9.]+ Tf")


@frozen(kw_only=True)
class KeptPages:
    """A file of pages taken from a served bundle, and where each item's are in it."""

    path: Path
    placed: tuple[PlacedPart, ...]


def take_out(
    served: Path, wanted: Sequence[PlacedPart], items: Sequence[str | None], *, to: Path
) -> KeptPages:
    """Write the pages of *wanted* from the bundle *served* to *to*, one after the other.

    *wanted* says where each is in the served bundle; *items* gives, for each of its pages, the id
    by which the next bundle knows the item that the page belongs to; a link to a page whose item
    it does not hold is dropped.

    Raises:
        AssemblyError: if the served bundle has not those pages.
    """
    import pikepdf

    placed = []
    with pikepdf.open(served) as source, pikepdf.new() as target:
        if len(source.pages) != len(items):
            msg = f"the served bundle has {len(source.pages)} pages and not {len(items)}"
            raise AssemblyError(msg)
        item_of = {
            page.obj.objgen: target
            for page, target in zip(source.pages, _targets(items), strict=True)
        }
        for part in wanted:
            first = len(target.pages) + 1
            placed.append(PlacedPart(item=part.item, page=first, pages=part.pages))
            for page in source.pages[part.page - 1 : part.page - 1 + part.pages]:
                unstamp(page)
                drop_back_link(page)
                _unlink(page, item_of)
                untag(page)
                target.pages.append(page)
        save(target, to)
    return KeptPages(path=to, placed=tuple(placed))


def _targets(items: Sequence[str | None]) -> list[str | None]:
    """Return for each page what a link to it leads to: its item, and which page of that it is."""
    seen: dict[str, int] = {}
    found: list[str | None] = []
    for item in items:
        if item is not None:
            seen[item] = seen.get(item, 0) + 1
        first = item is None or seen[item] == 1
        found.append(item if first else f"{item}{WITHIN}{seen[str(item)]}")
    return found


def unstamp(page: pikepdf.Page) -> None:
    """Take off the numbers that `stamp` printed last, and the font that they were printed in."""
    import pikepdf

    streams = streams_of(page)
    stamp = streams[-1].read_bytes() if streams else b""
    if not stamp.startswith(STAMP_START):
        return
    page.obj["/Contents"] = pikepdf.Array(streams[:-1])
    resources = inherited(page, "/Resources")
    fonts = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
    for name in {match.group(1).decode("latin-1") for match in _FONT.finditer(stamp)}:
        if fonts is not None and name in fonts:
            del fonts[name]


def _unlink(page: pikepdf.Page, item_of: Mapping[tuple[int, int], str | None]) -> None:
    """Turn each link into the address of where it leads, as the typesetter wrote it."""
    import pikepdf

    staying = []
    for annotation in page.obj.get("/Annots", ()):
        goal = annotation.get("/Dest")
        if not isinstance(goal, pikepdf.Array) or not len(goal):
            staying.append(annotation)
            continue
        item = item_of.get(getattr(goal[0], "objgen", (0, 0)))
        if item is None:
            continue
        staying.append(annotation)
        del annotation["/Dest"]
        annotation["/A"] = pikepdf.Dictionary(
            S=pikepdf.Name.URI, URI=pikepdf.String(address_of(item))
        )
    if "/Annots" in page.obj:
        page.obj["/Annots"] = pikepdf.Array(staying)


def untag(page: pikepdf.Page) -> None:
    """Cut the ties to the structure tree that is left behind."""
    if "/StructParents" in page.obj:
        del page.obj["/StructParents"]
    for annotation in page.obj.get("/Annots", ()):
        for key in ("/StructParent", "/P", "/Parent"):
            if key in annotation:
                del annotation[key]
