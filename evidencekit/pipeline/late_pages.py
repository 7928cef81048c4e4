# SPDX-License-Identifier: AGPL-3.0-or-later
"""Set the pages of a bundle that follows a served one: only those that are new, or made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.compose.bundle import compose_generated
from evidencekit.compose.changes import IN_PLACE, changes_part
from evidencekit.compose.plan import Manner, Paragraph, Part, plain
from evidencekit.errors import LayoutUnstable
from evidencekit.model.late import AddedItem, belongs_to, lay_out_late
from evidencekit.model.progress import IsCancelled, raise_if_cancelled
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.typeset import typeset
from evidencekit.pipeline.pages import ROUNDS, Pages, made_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Item, Layout
    from evidencekit.model.material import Material
    from evidencekit.model.matter import Section
    from evidencekit.pipeline.late import Late

_EMPTY = "This page had words in the copy that was served. It is left empty, so that no page moves."


def set_late_pages(
    late: Late,
    material: Material,
    profile: Profile,
    sections: Sequence[Section],
    *,
    bound_pages: Mapping[str, int],
    cancelled: IsCancelled | None = None,
) -> Pages:
    """Compose, set and lay out what is new in a bundle that follows a served one.

    Raises:
        LayoutUnstable: if the labels do not settle.
        TypesettingFailed: if a page cannot be set.
    """
    matter = material.matter
    layout: Layout | None = None
    in_place = [base for base in IN_PLACE if late.followed.item(base) is not None]
    empty: dict[str, int] = dict.fromkeys(in_place, 0)
    for _ in range(ROUNDS):
        raise_if_cancelled(cancelled)
        parts = _parts(late, material, profile, tuple(sections), layout, bound_pages)
        padded = list(_padded(parts, empty))
        made = typeset(
            padded, title=matter.case.title, language=matter.language, created=made_on(material)
        )
        counts = _counts(padded, made.pages)
        laid_out = _lay_out(late, counts, bound_pages, _exhibit_mark(material))
        found = evolve(laid_out, anchors=made.anchors)
        needed = {
            base: max(0, late.pages_in_place(base) - (counts[base] - empty[base])) for base in empty
        }
        if found == layout and needed == empty:
            return Pages(
                pdf=made.pdf, placed=tuple(_placed(counts, layout)), layout=layout, late=late
            )
        layout, empty = found, needed
    raise LayoutUnstable(ROUNDS)


def _exhibit_mark(material: Material) -> str | None:
    statement = material.matter.statement
    return statement.exhibit if statement else None


def _parts(
    late: Late,
    material: Material,
    profile: Profile,
    sections: tuple[Section, ...],
    layout: Layout | None,
    bound_pages: Mapping[str, int],
) -> list[Part]:
    """Return the parts to set: those made anew in place, the new ones, and what changed."""
    titles = {each.id: each.title for each in late.added if each.id not in bound_pages}
    parts = [
        evolve(part, title=titles.get(part.item, part.title))
        for part in compose_generated(material, profile, layout, sections)
        if part.item in titles or part.item in IN_PLACE
    ]
    if late.changes_item is not None:
        parts.append(
            changes_part(
                late.changes,
                layout,
                timezone=material.matter.timezone,
                title=late.changes_item.title,
            )
        )
    return parts


def _padded(parts: Sequence[Part], empty: Mapping[str, int]) -> Iterator[Part]:
    """Put empty pages after a part that has become shorter than it was served."""
    for part in parts:
        yield part
        for _ in range(empty.get(part.item, 0)):
            note = Paragraph(text=plain(_EMPTY), manner=Manner.NOTE)
            yield Part(item=part.item, title=part.title, blocks=(note,), show_title=False)


def _counts(parts: Sequence[Part], pages: Sequence[int]) -> dict[str, int]:
    """Return the pages of each item, in the order in which they were set."""
    counts: dict[str, int] = {}
    for part, number in zip(parts, pages, strict=True):
        counts[part.item] = counts.get(part.item, 0) + number
    return counts


def _lay_out(
    late: Late,
    counts: Mapping[str, int],
    bound_pages: Mapping[str, int],
    exhibit_mark: str | None,
) -> Layout:
    return lay_out_late(
        late.sections,
        late.kept,
        list(_additions(late, counts, bound_pages)),
        numbering=late.followed.numbering,
        exhibit_mark=exhibit_mark,
        last_section=late.last_section,
    )


def _additions(
    late: Late, counts: Mapping[str, int], bound_pages: Mapping[str, int]
) -> Iterator[AddedItem]:
    """Yield what is added. What goes on with the section's last item comes first, to follow it."""
    for base in reversed([each for each in IN_PLACE if each in counts]):
        more = counts[base] - late.pages_in_place(base)
        if more > 0:
            yield AddedItem(item=_item_in_place(late, base), pages=more, continues=True)
    for item in late.added:
        pages = bound_pages.get(item.id) or counts[item.id]
        yield AddedItem(item=item, pages=pages, after=late.inserts.get(item.id))
    if late.changes_item is not None:
        item = late.changes_item
        yield AddedItem(item=item, pages=counts[item.id])


def _item_in_place(late: Late, base: str) -> Item:
    return next(each.item for each in late.kept if each.item.id == base)


def _placed(counts: Mapping[str, int], layout: Layout) -> Iterator[PlacedPart]:
    """Yield where each item is among the pages that were set; an item in place may be in pieces."""
    page = 1
    for item, pages in counts.items():
        entries = [each for each in layout.entries if each.item == item]
        if item in IN_PLACE:
            entries = [each for each in layout.entries if belongs_to(each.item, item)]
        start = page
        for entry in entries:
            yield PlacedPart(item=entry.item, page=start, pages=entry.pages)
            start += entry.pages
        page += pages
