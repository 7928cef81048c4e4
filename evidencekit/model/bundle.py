# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bundle's pages: items in sections, and the label that each page carries.

A label is printed on the page, is the page label that a PDF reader shows, is what the index says,
and is where the index's link leads. There is one place where labels are made: `lay_out`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from evidencekit.model.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Sequence


#: The items that are an index: of a bundle; of a volume or a core bundle.
INDEXES = ("part:index", "volume:index")
#: What the id of a section's divider begins with.
DIVIDER = "divider:"
#: What is printed before a page's label, and leads back to the index with it.
INDEX_WORD = "Index"
#: What stands on every page of a statement that is a draft.
DRAFT_MARK = "DRAFT - not signed"


def is_divider(item: str) -> bool:
    """Say whether an item is the divider of a section."""
    return item.startswith(DIVIDER)


class Numbering(StrEnum):
    """`BATES`: a letter a section, pages from 1 in each. `ARABIC`: 1 to the last page."""

    BATES = "bates"
    ARABIC = "arabic"


class ItemKind(StrEnum):
    """`GENERATED`: pages set by evidencekit. `DOCUMENT`: somebody else's pages, bound in.
    `PLACEHOLDER`: a page that names a document and says why it is not there.
    """

    GENERATED = "generated"
    DOCUMENT = "document"
    PLACEHOLDER = "placeholder"


@frozen(kw_only=True)
class Item:
    """One entry of the bundle before it has pages.

    `id` is unique in the bundle: "part:consent", "document:minutes", "clip:3", "recording:visit".
    `listed` is False for pages that the index does not name (the index itself).
    `exhibit` is True for pages that belong to the declarant's exhibit.
    """

    id: str
    title: str
    kind: ItemKind
    section: str
    dated: Moment | None = None
    exhibit: bool = False
    listed: bool = True


@frozen(kw_only=True)
class SectionHead:
    """A section's letter and title."""

    letter: str
    title: str


@frozen(kw_only=True)
class IndexEntry:
    """One item with its pages. `pdf_page` is the ordinal of its first page, counted from 1.

    `number` counts the listed entries from 1 and is None for an unlisted one. `exhibit_first` and
    `exhibit_last` are the exhibit's own fixed page numbers, such as "AD1/1".
    """

    item: str
    number: int | None
    section: str
    title: str
    kind: ItemKind
    dated: Moment | None
    pages: int
    pdf_page: int
    first_label: str
    last_label: str
    exhibit_first: str | None = None
    exhibit_last: str | None = None

    @property
    def labels(self) -> str:
        """The labels as the index prints them: "D3" or "D3-D7"."""
        if self.first_label == self.last_label:
            return self.first_label
        return f"{self.first_label}-{self.last_label}"

    @property
    def exhibit_pages(self) -> str | None:
        """The exhibit's own pages as the index prints them: "AD1/4" or "AD1/1-3"; None outside it.

        >>> entry = IndexEntry(item="part:consent", number=1, section="D", title="Consent schedule",
        ...     kind=ItemKind.GENERATED, dated=None, pages=2, pdf_page=8, first_label="D8",
        ...     last_label="D9", exhibit_first="AD1/8", exhibit_last="AD1/9")
        >>> entry.exhibit_pages
        'AD1/8-9'
        """
        if self.exhibit_first is None or self.exhibit_last in {None, self.exhibit_first}:
            return self.exhibit_first
        return f"{self.exhibit_first}-{str(self.exhibit_last).rpartition('/')[2]}"


@frozen(kw_only=True)
class PageMark:
    """What one page carries: its bundle label, and its exhibit number if it has one."""

    label: str
    exhibit: str | None = None


@frozen(kw_only=True)
class Layout:
    """Where everything is. `marks[n]` belongs to the page with ordinal n + 1.

    `anchors` says on which page of an item, counted from 1, a heading inside of it stands, by item
    and anchor: "part:recordings#R2".
    """

    numbering: Numbering
    sections: tuple[SectionHead, ...]
    entries: tuple[IndexEntry, ...]
    marks: tuple[PageMark, ...]
    anchors: Mapping[str, int] = field(factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every page's label, in order."""
        return tuple(mark.label for mark in self.marks)

    def entry(self, item: str) -> IndexEntry | None:
        """Return the entry of an item, or None."""
        return next((each for each in self.entries if each.item == item), None)

    def section_entries(self, letter: str) -> tuple[IndexEntry, ...]:
        """Return the entries of one section, in order."""
        return tuple(each for each in self.entries if each.section == letter)


def lay_out(
    sections: Sequence[SectionHead],
    items: Sequence[tuple[Item, int]],
    *,
    numbering: Numbering,
    exhibit_mark: str | None = None,
) -> Layout:
    """Give every page its label, in the order of *items*, each with its number of pages.

    Bates numbering is PD 27A para 1.2 (2 March 2026): the first section begins at page A1, the
    second at B1, and so through each section. Arabic numbering is 1, 2, 3 onwards.

    Raises:
        ValueError: if an item has no page, its section is not given, its id is not unique, or the
            items are not grouped by section in the order of *sections*.
    """
    _check_order(sections, items)
    entries: list[IndexEntry] = []
    marks: list[PageMark] = []
    in_section: dict[str, int] = {}
    exhibit_page = number = 0
    for item, pages in items:
        before = in_section.get(item.section, 0)
        in_section[item.section] = before + pages
        exhibit = item.exhibit and exhibit_mark is not None
        new = tuple(
            PageMark(
                label=f"{item.section}{before + page}"
                if numbering is Numbering.BATES
                else str(len(marks) + page),
                exhibit=f"{exhibit_mark}/{exhibit_page + page}" if exhibit else None,
            )
            for page in range(1, pages + 1)
        )
        number += item.listed
        entries.append(
            IndexEntry(
                item=item.id,
                number=number if item.listed else None,
                section=item.section,
                title=item.title,
                kind=item.kind,
                dated=item.dated,
                pages=pages,
                pdf_page=len(marks) + 1,
                first_label=new[0].label,
                last_label=new[-1].label,
                exhibit_first=new[0].exhibit,
                exhibit_last=new[-1].exhibit,
            )
        )
        exhibit_page += pages if exhibit else 0
        marks.extend(new)
    return Layout(
        numbering=numbering,
        sections=tuple(sections),
        entries=tuple(entries),
        marks=tuple(marks),
    )


def _check_order(sections: Sequence[SectionHead], items: Sequence[tuple[Item, int]]) -> None:
    """Refuse what would give two pages one label, or a label without a page."""
    letters = [each.letter for each in sections]
    order = [letters.index(item.section) for item, _ in items]
    if order != sorted(order):
        msg = "items are not grouped by section"
        raise ValueError(msg)
    if len({item.id for item, _ in items}) != len(items):
        msg = "two items have one id"
        raise ValueError(msg)
    if any(pages < 1 for _, pages in items):
        msg = "an item has no page"
        raise ValueError(msg)
