# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index: every item of the bundle with its date and pages, each row a link to it.

It stands in the first section itself, so that every page of the bundle has a label (*Hodgson v
Creation Consumer Finance* [2021] EWHC 2167 (Comm) had an unpaginated index). Its own length is
never estimated: it has as many rows before the labels are known as after.

Where the bundle holds an exhibit, its own pages have a column: the statement cites those, and an
exhibited page may stand in another section than the rest of the exhibit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.labels import UNKNOWN
from evidencekit.compose.plan import (
    Align,
    Column,
    Part,
    Row,
    RowKind,
    Run,
    Style,
    Table,
    Text,
    plain,
)
from evidencekit.model.bundle import IndexEntry, Item, Layout, SectionHead, is_divider
from evidencekit.model.moment import Moment, print_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evidencekit.court.profile import Profile
    from evidencekit.model.material import Material

ITEM = "part:index"
TITLE = "Index"

_NUMBER = Column(title="No.", share=0, align=Align.RIGHT)
_DOCUMENT = Column(title="Document", share=7)
_DATE = Column(title="Date", share=4)
_EXHIBIT = Column(title="Exhibit", share=0, align=Align.RIGHT)
_PAGE = Column(title="Page", share=0, align=Align.RIGHT)


def index_part(
    material: Material,
    profile: Profile,
    layout: Layout | None,
    *,
    sections: Sequence[SectionHead] = (),
    items: Sequence[Item] = (),
) -> Part:
    """Return the index of *layout*; before there is one, of *items* in *sections*."""
    del material, profile
    if layout is None:
        entries = _unlabelled(items)
    else:
        sections, entries = layout.sections, [(each, each.labels) for each in layout.entries]
    exhibited = any(entry.exhibit_pages for entry, _ in entries)
    rows = _rows(sections, entries, exhibited=exhibited)
    columns = (_NUMBER, _DOCUMENT, _DATE, *((_EXHIBIT,) if exhibited else ()), _PAGE)
    return Part(item=ITEM, title=TITLE, blocks=(Table(columns=columns, rows=tuple(rows)),))


def _unlabelled(items: Iterable[Item]) -> list[tuple[IndexEntry, str]]:
    """Return the entries that the items will be, with "?" where their labels will be."""
    entries = []
    number = 0
    for item in items:
        number += item.listed
        entry = IndexEntry(
            item=item.id,
            number=number if item.listed else None,
            section=item.section,
            title=item.title,
            kind=item.kind,
            dated=item.dated,
            pages=1,
            pdf_page=1,
            first_label=UNKNOWN,
            last_label=UNKNOWN,
            exhibit_first=UNKNOWN if item.exhibit else None,
            exhibit_last=UNKNOWN if item.exhibit else None,
        )
        entries.append((entry, UNKNOWN))
    return entries


def _rows(
    sections: Sequence[SectionHead],
    entries: Sequence[tuple[IndexEntry, str]],
    *,
    exhibited: bool,
) -> list[Row]:
    """Return a row a section and a row an entry, in one pass: a bundle may have a thousand."""
    in_section: dict[str, list[tuple[IndexEntry, str]]] = {each.letter: [] for each in sections}
    for entry, labels in entries:
        in_section.setdefault(entry.section, []).append((entry, labels))
    titles = {each.letter: each.title for each in sections}
    rows = []
    for letter, held in in_section.items():
        if not held:
            continue
        heading = f"{letter}   {titles.get(letter, '')}".rstrip()
        text = (Run(text=heading, style=Style.BOLD),)
        rows.append(Row(cells=(text,), kind=RowKind.SECTION, target=held[0][0].item))
        rows.extend(
            _row(entry, labels, exhibited=exhibited)
            for entry, labels in held
            if not is_divider(entry.item)
        )
    return rows


def _row(entry: IndexEntry, labels: str, *, exhibited: bool) -> Row:
    """Return an entry's row. The date is that of the day; the papers themselves give the hour."""
    number = "" if entry.number is None else str(entry.number)
    cells: tuple[Text, ...] = (
        plain(number),
        plain(entry.title),
        plain(_date(entry.dated)),
        *((plain(entry.exhibit_pages or ""),) if exhibited else ()),
        plain(labels),
    )
    return Row(cells=cells, target=entry.item)


def _date(moment: Moment | None) -> str:
    if moment is None:
        return ""
    return print_date(moment.on) if moment.on is not None else moment.written
