# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bundle's items in order, and the parts that evidencekit writes for them.

`bundle_items` says what the bundle holds; `compose_generated` says what stands on the pages of the
items that are not somebody else's documents. The two agree: one part for each such item, in the
same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose import (
    clips,
    consent,
    coverage,
    custody,
    dividers,
    front,
    index,
    minutes,
    recordings,
)
from evidencekit.compose.placeholder import placeholder_part
from evidencekit.compose.statement import statement_part
from evidencekit.model.bundle import Item, ItemKind, Layout, SectionHead, is_divider
from evidencekit.model.material import Material, Outcome, TakenDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.compose.plan import Part
    from evidencekit.court.profile import Profile
    from evidencekit.model.matter import Section
    from evidencekit.model.moment import Moment

#: The parts that a declarant exhibits: the statement refers to them by the exhibit's own pages.
EXHIBITED = ("recordings", "clips", "consent", "custody", "coverage", "minutes comparison")

_TITLES = {
    "statement": "Witness statement",
    "recordings": recordings.TITLE,
    "consent": consent.TITLE,
    "custody": custody.TITLE,
    "coverage": coverage.TITLE,
    "minutes comparison": minutes.TITLE,
}
_FRONT = ("front", "index")


def bundle_items(
    material: Material, profile: Profile, sections: tuple[Section, ...]
) -> tuple[Item, ...]:
    """Return every item in the order of the bundle. Front sheet and index always come first, behind
    a cover where there is one.

    A document that was withheld or left out has no page and is no item; the record accounts for it.

    Raises:
        ValueError: if a section names something that is neither a part nor a document taken in;
            `resolve_sections` refuses that first.
    """
    del profile
    found: list[Item] = []
    for place, section in enumerate(sections):
        if place == 0:
            found.extend(_first(section.letter, cover=material.options.cover))
        elif material.options.dividers:
            found.append(dividers.divider_item(section.letter))
        for name in section.contents:
            if name not in _FRONT:
                found.extend(_items(material, section.letter, name))
    return tuple(found)


def _first(section: str, *, cover: bool) -> tuple[Item, ...]:
    named = [(front.ITEM, front.TITLE), (index.ITEM, index.TITLE)]
    if cover:
        named.insert(0, (dividers.COVER, dividers.COVER_TITLE))
    return tuple(
        Item(id=item, title=title, kind=ItemKind.GENERATED, section=section, listed=False)
        for item, title in named
    )


def _items(material: Material, section: str, name: str) -> Iterator[Item]:
    """Yield the items that one name in a section's contents stands for."""
    exhibit = _exhibited(material, name)
    if name == "clips":
        yield from _clip_items(material, section, exhibit=exhibit)
    elif name in _TITLES:
        if _is_empty(material, name):
            return
        signed = name == "statement" and _is_signed(material)
        yield Item(
            id=f"part:{name}",
            title=_part_title(material, name),
            kind=ItemKind.DOCUMENT if signed else ItemKind.GENERATED,
            section=section,
            exhibit=exhibit,
        )
    else:
        yield from _document_items(_taken(material, name), section)


def _exhibited(material: Material, name: str) -> bool:
    statement = material.matter.statement
    return statement is not None and statement.exhibit is not None and name in EXHIBITED


def _is_empty(material: Material, name: str) -> bool:
    """Return whether a part that a section names has nothing to print."""
    if name == "statement":
        return material.matter.statement is None
    return name == "minutes comparison" and not material.matter.disputed


def _is_signed(material: Material) -> bool:
    """Return whether a signed statement is bound in, in the place of the draft."""
    statement = material.matter.statement
    return statement is not None and statement.signed is not None


def _part_title(material: Material, name: str) -> str:
    statement = material.matter.statement
    if name != "statement" or statement is None:
        return _TITLES[name]
    who = material.matter.name_of(statement.by)
    draft = "" if statement.signed else " (draft, unsigned)"
    return f"Witness statement of {who}{draft}"


def _clip_items(material: Material, section: str, *, exhibit: bool) -> Iterator[Item]:
    for read in material.recordings:
        told = read.recording.recorded_at
        when: Moment | None = told.value if told else None
        for clip in read.clips:
            yield Item(
                id=clips.clip_item(clip.number),
                title=clips.clip_title(clip),
                kind=ItemKind.GENERATED,
                section=section,
                dated=when,
                exhibit=exhibit,
            )


def _taken(material: Material, document: str) -> TakenDocument:
    for each in material.documents:
        if each.document.id == document:
            return each
    msg = f"a section names {document!r}, which is neither a part nor a document taken in"
    raise ValueError(msg)


def _document_items(taken: TakenDocument, section: str) -> Iterator[Item]:
    kinds = {
        Outcome.INCLUDED: ItemKind.DOCUMENT,
        Outcome.PLACEHOLDER: ItemKind.PLACEHOLDER,
    }
    kind = kinds.get(taken.outcome)
    if kind is not None:
        yield Item(
            id=f"document:{taken.document.id}",
            title=taken.document.title,
            kind=kind,
            section=section,
            dated=taken.document.dated,
        )


def compose_generated(
    material: Material,
    profile: Profile,
    layout: Layout | None,
    sections: tuple[Section, ...],
) -> tuple[Part, ...]:
    """Return a part for every item that is not somebody else's document, in the bundle's order.

    Each part has its item's title, so that index, bookmark and page say the same.
    """
    items = bundle_items(material, profile, sections)
    clip_sheets = {part.item: part for part in clips.clip_parts(material, profile, layout)}
    parts = []
    for item in items:
        if item.kind is ItemKind.DOCUMENT:
            continue
        if item.id == index.ITEM:
            part = index.index_part(
                material, profile, layout, sections=_heads(sections), items=items
            )
        elif is_divider(item.id):
            titles = {each.letter: each.title for each in sections}
            part = dividers.divider_part(item, titles[item.section])
        else:
            part = clip_sheets.get(item.id) or _part(material, profile, layout, item)
        parts.append(part)
    return tuple(parts)


def _heads(sections: tuple[Section, ...]) -> tuple[SectionHead, ...]:
    return tuple(SectionHead(letter=each.letter, title=each.title) for each in sections)


def _part(material: Material, profile: Profile, layout: Layout | None, item: Item) -> Part:
    if item.kind is ItemKind.PLACEHOLDER:
        return placeholder_part(_taken(material, item.id.removeprefix("document:")))
    makers = {
        front.ITEM: front.front_part,
        dividers.COVER: dividers.cover_part,
        recordings.ITEM: recordings.recordings_part,
        custody.ITEM: custody.custody_part,
        coverage.ITEM: coverage.coverage_part,
        minutes.ITEM: minutes.minutes_part,
        consent.ITEM: consent.consent_part,
        "part:statement": statement_part,
    }
    part: Part | None = makers[item.id](material, profile, layout)
    if part is None:
        msg = f"{item.id} is an item of the bundle and has nothing to print"
        raise ValueError(msg)
    return part
