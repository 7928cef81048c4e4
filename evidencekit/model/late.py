# SPDX-License-Identifier: AGPL-3.0-or-later
"""Page labels of a bundle that follows a served one: what was served keeps its labels for ever.

`lay_out` numbers a bundle from nothing. `lay_out_late` takes the pages that were served with the
labels that they carry, and numbers only what is new: in Bates numbering at the end of each section,
in Arabic numbering at the end of the bundle (EW-GEN-11). Exhibit pages run on from the last one.
"""

from __future__ import annotations

import re
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
#: A label such as E3A, of a page put between E3 and E4: what it was put behind, and its letters.
_INSERTED = re.compile(r"([A-Z]*[0-9]+)([A-Z]+)", re.ASCII)
_LETTERS = 26


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
    an entry of their own where something does. `after` is the id of a kept item behind which the
    pages stand, under its last number and a letter, because somebody asked for that.
    """

    item: Item
    pages: int
    continues: bool = False
    after: str | None = None


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
            each
            if each.after is not None
            else evolve(each, item=evolve(each.item, section=last_section.letter))
            for each in added
        ]
    inserted = [_at_home(each, kept) for each in added if each.after is not None]
    added = [each for each in added if each.after is None]
    _check(sections, kept, [*added, *inserted])
    maker = _Maker(kept, numbering, exhibit_mark, inserted)
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


def inserted_behind(label: str) -> str | None:
    """Return the label behind which a page with *label* was put: E3 for E3A; None for any other."""
    match = _INSERTED.fullmatch(label)
    return match[1] if match else None


def insertion(number: int) -> str:
    """Return the letters of the page put somewhere as number *number*, from 1.

    >>> insertion(1), insertion(27)
    ('A', 'AA')
    """
    letters = ""
    while number:
        number, letter = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + letter) + letters
    return letters


def _base(label: str) -> str:
    return inserted_behind(label) or label


def _at_home(added: AddedItem, kept: Sequence[KeptItem]) -> AddedItem:
    """Return an item that is put behind a kept one, in the section of that."""
    home = next((each.item.section for each in kept if each.item.id == added.after), None)
    if home is None:
        msg = f"there is no {added.after} that something could be put behind"
        raise ValueError(msg)
    return evolve(added, item=evolve(added.item, section=home))


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
        self,
        kept: Sequence[KeptItem],
        numbering: Numbering,
        exhibit_mark: str | None,
        inserted: Sequence[AddedItem],
    ) -> None:
        self._inserted = inserted
        # What was put behind a page before stays next to it, and what is put there now follows.
        self._behind = Counter(
            behind
            for each in kept
            for mark in each.marks
            if (behind := inserted_behind(mark.label))
        )
        last_at = {_base(each.marks[-1].label): each.item.id for each in kept}
        self._anchors = {each.item.id: last_at[_base(each.marks[-1].label)] for each in kept}
        self._bates = numbering is Numbering.BATES
        self._numbering = numbering
        self._mark = exhibit_mark
        self._in_section = Counter[str]()
        self._exhibit_pages = 0
        self._slots = Counter[str]()
        for each in kept:
            self._in_section[each.item.section] += sum(
                inserted_behind(mark.label) is None for mark in each.marks
            )
            self._slots[each.item.id.partition(CONTINUED)[0]] += 1
            self._exhibit_pages += sum(self._is_ours(mark) for mark in each.marks)
        self._items: list[tuple[Item, tuple[PageMark, ...]]] = []

    def _is_ours(self, mark: PageMark) -> bool:
        return mark.exhibit is not None and mark.exhibit.rpartition("/")[0] == self._mark

    def keep(self, kept: Iterable[KeptItem]) -> None:
        """Lay kept items with the marks that they have."""
        for each in kept:
            self._items.append((each.item, each.marks))
            for new in self._inserted:
                if new.after is not None and self._anchors[new.after] == each.item.id:
                    self._items.append((new.item, self._between(_base(each.marks[-1].label), new)))

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

    def _between(self, behind: str, added: AddedItem) -> tuple[PageMark, ...]:
        """Return the marks of pages put behind the page with the label *behind*."""
        marks = []
        for _ in range(added.pages):
            self._behind[behind] += 1
            marks.append(PageMark(label=f"{behind}{insertion(self._behind[behind])}"))
        return tuple(marks)

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
