# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compose and set the generated pages until every page number printed on them is the right one.

Pages print the numbers of other pages, and a number's length can move a line and with it a page.
So the pages are composed with the labels of the last layout and set again until a layout gives the
same labels as the one it was composed from. Nothing is estimated.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.compose.bundle import bundle_items, compose_generated
from evidencekit.errors import LayoutUnstable
from evidencekit.model.bundle import Item, ItemKind, Layout, SectionHead, lay_out
from evidencekit.model.progress import IsCancelled, raise_if_cancelled
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.typeset import typeset
from evidencekit.pipeline.late import Late

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from evidencekit.compose.plan import Part
    from evidencekit.court.profile import Profile
    from evidencekit.model.material import Material
    from evidencekit.model.matter import Section

#: How often pages are set at most until their numbers agree.
ROUNDS = 8


@frozen(kw_only=True)
class Pages:
    """The PDF of the generated parts, where each is in it, and every page of the bundle.

    `late` says how the bundle follows the one that was served, if one was.
    """

    pdf: bytes
    placed: tuple[PlacedPart, ...]
    layout: Layout
    late: Late | None = None


def set_pages(
    material: Material,
    profile: Profile,
    sections: Sequence[Section],
    *,
    bound_pages: Mapping[str, int],
    cancelled: IsCancelled | None = None,
) -> Pages:
    """Compose, set and lay out. *bound_pages* gives the page count of each item bound in.

    Raises:
        LayoutUnstable: if the labels do not settle.
        TypesettingFailed: if a page cannot be set.
    """
    items = items_of(material, profile, sections, bound_pages)
    used = {item.section for item in items}
    heads = [
        SectionHead(letter=each.letter, title=each.title)
        for each in sections
        if each.letter in used
    ]
    matter = material.matter
    statement = matter.statement
    layout: Layout | None = None
    for _ in range(ROUNDS):
        raise_if_cancelled(cancelled)
        parts = [
            part
            for part in compose_generated(material, profile, layout, tuple(sections))
            if part.item not in bound_pages
        ]
        made = typeset(
            parts,
            title=matter.case.title,
            language=matter.language,
            created=made_on(material),
        )
        placed = _placed(parts, made.pages)
        counts = {each.item: each.pages for each in placed} | dict(bound_pages)
        laid_out = lay_out(
            heads,
            [(item, counts[item.id]) for item in items],
            numbering=profile.numbering,
            exhibit_mark=statement.exhibit if statement else None,
        )
        found = evolve(laid_out, anchors=made.anchors)
        if found == layout:
            return Pages(pdf=made.pdf, placed=placed, layout=layout)
        layout = found
    raise LayoutUnstable(ROUNDS)


def items_of(
    material: Material,
    profile: Profile,
    sections: Sequence[Section],
    bound: Collection[str],
) -> tuple[Item, ...]:
    """Return the items of the bundle; those in *bound* are bound in, whatever they would be."""
    return tuple(
        evolve(item, kind=ItemKind.DOCUMENT) if item.id in bound else item
        for item in bundle_items(material, profile, tuple(sections))
    )


def _placed(parts: Sequence[Part], counts: Sequence[int]) -> tuple[PlacedPart, ...]:
    """Return where each part's pages are in the file of generated pages."""
    placed = []
    page = 1
    for part, pages in zip(parts, counts, strict=True):
        placed.append(PlacedPart(item=part.item, page=page, pages=pages))
        page += pages
    return tuple(placed)


def made_on(material: Material) -> int:
    """Return when the PDF says it was made, in seconds since 1970.

    PDF/A asks for a time and the computer's clock is never asked, since two builds must agree: it
    is the day the matter gives as prepared, else the time of the custody log's last entry.
    """
    prepared = material.matter.case.prepared_on
    if prepared is not None and prepared.on is not None:
        return int(dt.datetime.combine(prepared.on, dt.time(), tzinfo=dt.UTC).timestamp())
    if material.log.entries:
        return int(dt.datetime.fromisoformat(material.log.entries[-1].recorded_at).timestamp())
    return 0
