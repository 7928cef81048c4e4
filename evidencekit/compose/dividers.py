# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cover, and the pages that divide the sections, for a bundle that is printed.

Both are options of the matter. They say nothing that stands nowhere else, so neither is listed in
the index: a divider is what the section's row in it leads to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.plan import Display, Part
from evidencekit.model.bundle import DIVIDER, Item, ItemKind

if TYPE_CHECKING:
    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Layout
    from evidencekit.model.material import Material

COVER = "part:cover"
COVER_TITLE = "Cover"


def divider_item(letter: str) -> Item:
    """Return the item that is a section's divider."""
    return Item(
        id=f"{DIVIDER}{letter}",
        title=f"Divider of section {letter}",
        kind=ItemKind.GENERATED,
        section=letter,
        listed=False,
    )


def divider_part(item: Item, title: str) -> Part:
    """Return a section's divider: its letter and title, and nothing that could go out of date."""
    return Part(
        item=item.id,
        title=item.title,
        blocks=(Display(title=item.section, under=(title,), large=True),),
        show_title=False,
    )


def cover_part(material: Material, profile: Profile, layout: Layout | None) -> Part:
    """Return the cover: the case, what this is, and for which hearing. What was not told is left
    out here, because the front sheet says of it that it is not stated.
    """
    del profile, layout
    case = material.matter.case
    over = [each for each in (case.court, case.number) if each]
    under = ["Bundle"]
    if case.hearing_on is not None:
        under.append(f"Hearing: {case.hearing_on}")
    if case.whose:
        under.append(case.whose)
    return Part(
        item=COVER,
        title=COVER_TITLE,
        blocks=(Display(over=tuple(over), title=case.title, under=tuple(under)),),
        show_title=False,
    )
