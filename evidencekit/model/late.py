# SPDX-License-Identifier: AGPL-3.0-or-later
"""Page labels of a bundle that follows a served one: what was served keeps its labels for ever.

`lay_out` numbers a bundle from nothing. `lay_out_late` takes the pages that were served with the
labels that they carry, and numbers only what is new: in Bates numbering at the end of each section,
in Arabic numbering at the end of the bundle (EW-GEN-11). Exhibit pages run on from the last one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.model.bundle import (
    IndexEntry,
    Item,
    Layout,
    Numbering,
    PageMark,
    SectionHead,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Between an item's id and a number: pages of it that found no room behind its first ones.
CONTINUED = "+"
#: Between an item's id and a number: how it stood in the copy with that number, since replaced.
SUPERSEDED = "@"


@frozen(kw_only=True)
class KeptItem:
    """An item that was served, and the marks that its pages carry."""

    item: Item
    marks: tuple[PageMark, ...]


@frozen(kw_only=True)
class AddedItem:
    """An item that is new, with its number of pages.

    `continues` says that the pages belong to the kept item of the same id, which is made anew in
    its place and has grown: they follow it where nothing stands behind it in its section, and are
    an entry of their own where something does.
    """

    item: Item
    pages: int
    continues: bool = False


def lay_out_late(
    sections: Sequence[SectionHead],
    kept: Sequence[KeptItem],
    added: Sequence[AddedItem],
    *,
    numbering: Numbering,
    exhibit_mark: str | None = None,
    last_section: SectionHead | None = None,
) -> Layout:
    """Give every page its label: the kept ones theirs, the added ones the next.

    *kept* comes in the order in which it was served. *sections* lists the served sections in their
    order, then new ones. In Arabic numbering all that is added stands in *last_section*, whatever
    section it names.

    Raises:
        ValueError: if an added item has no page, a section is not given, or two items have one id.
    """
    if numbering is Numbering.ARABIC and last_section is not None and added:
        sections = [*sections, last_section]
        added = [
            evolve(each, item=evolve(each.item, section=last_section.letter)) for each in added
        ]
    _check(sections, kept, added)
    maker = _Maker(kept, numbering, exhibit_mark)
    if numbering is Numbering.BATES:
        for head in sections:
            maker.keep(each for each in kept if each.item.section == head.letter)
            maker.add(each for each in added if each.item.section == head.letter)
    else:
        maker.keep(kept)
        maker.add(added)
    return maker.layout(sections)


def belongs_to(item_id: str, base: str) -> bool:
    """Say whether an item is *base* itself or a continuation of it."""
    return item_id == base or item_id.startswith(f"{base}{CONTINUED}")


def _check(
    sections: Sequence[SectionHead], kept: Sequence[KeptItem], added: Sequence[AddedItem]
) -> None:
    """Refuse what would lose a page, or give two pages one label."""
    letters = [each.letter for each in sections]
    used = {each.item.section for each in kept} | {each.item.section for each in added}
    if len(set(letters)) != len(letters) or not used <= set(letters):
        msg = "a section is given twice, or not at all"
        raise ValueError(msg)
    ids = [each.item.id for each in kept]
    ids += [each.item.id for each in added if not each.continues]
    if len(set(ids)) != len(ids):
        msg = "two items have one id"
        raise ValueError(msg)
    if any(each.pages < 1 for each in added) or not all(each.marks for each in kept):
        msg = "an item has no page"
        raise ValueError(msg)


class _Maker:
    """Lays pages one after the other. The next label of a section, and the next exhibit page, is
    one more than all that was kept, wherever it stands.
    """

    def __init__(
        self, kept: Sequence[KeptItem], numbering: Numbering, exhibit_mark: str | None
    ) -> None:
        self._bates = numbering is Numbering.BATES
        self._numbering = numbering
        self._mark = exhibit_mark
        self._in_section = Counter[str]()
        self._exhibit_pages = 0
        self._slots = Counter[str]()
        for each in kept:
            self._in_section[each.item.section] += len(each.marks)
            self._slots[each.item.id.partition(CONTINUED)[0]] += 1
            self._exhibit_pages += sum(self._is_ours(mark) for mark in each.marks)
        self._items: list[tuple[Item, tuple[PageMark, ...]]] = []

    def _is_ours(self, mark: PageMark) -> bool:
        return mark.exhibit is not None and mark.exhibit.rpartition("/")[0] == self._mark

    def keep(self, kept: Iterable[KeptItem]) -> None:
        """Lay kept items with the marks that they have."""
        self._items += [(each.item, each.marks) for each in kept]

    def add(self, added: Iterable[AddedItem]) -> None:
        """Lay added items with the next marks."""
        for each in added:
            self._add(each)

    def _add(self, added: AddedItem) -> None:
        item = added.item
        last = self._items[-1] if self._items else None
        follows = (
            added.continues
            and last is not None
            and belongs_to(last[0].id, item.id)
            and last[0].section == item.section
        )
        marks = self._next(item, added.pages)
        if follows and last is not None:
            self._items[-1] = (last[0], (*last[1], *marks))
            return
        if added.continues:
            item = evolve(item, id=f"{item.id}{CONTINUED}{self._slots[item.id]}")
        self._items.append((item, marks))

    def _next(self, item: Item, pages: int) -> tuple[PageMark, ...]:
        exhibit = item.exhibit and self._mark is not None
        marks = []
        for _ in range(pages):
            self._in_section[item.section] += 1
            self._exhibit_pages += exhibit
            label = (
                f"{item.section}{self._in_section[item.section]}"
                if self._bates
                else str(self._in_section.total())
            )
            number = f"{self._mark}/{self._exhibit_pages}" if exhibit else None
            marks.append(PageMark(label=label, exhibit=number))
        return tuple(marks)

    def layout(self, sections: Sequence[SectionHead]) -> Layout:
        """Return what was laid, without the sections that hold nothing."""
        entries = []
        marks: list[PageMark] = []
        number = 0
        for item, own in self._items:
            number += item.listed
            entries.append(
                IndexEntry(
                    item=item.id,
                    number=number if item.listed else None,
                    section=item.section,
                    title=item.title,
                    kind=item.kind,
                    dated=item.dated,
                    pages=len(own),
                    pdf_page=len(marks) + 1,
                    first_label=own[0].label,
                    last_label=own[-1].label,
                    exhibit_first=own[0].exhibit,
                    exhibit_last=own[-1].exhibit,
                )
            )
            marks.extend(own)
        used = {item.section for item, _ in self._items}
        return Layout(
            numbering=self._numbering,
            sections=tuple(each for each in sections if each.letter in used),
            entries=tuple(entries),
            marks=tuple(marks),
        )
