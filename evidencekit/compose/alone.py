# SPDX-License-Identifier: AGPL-3.0-or-later
"""The statement and its exhibit without the bundle around them: what their pages then cite.

Somebody else may make the hearing bundle, so nothing here cites a bundle's page: the exhibit's own
pages are cited by its numbers, and what is outside of it by title and date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, fields, has

from evidencekit.compose.plan import Part, Row, Run, flat
from evidencekit.compose.refs import document_item, titled
from evidencekit.model.bundle import IndexEntry, Layout, Numbering, PageMark, SectionHead

if TYPE_CHECKING:
    from collections.abc import Collection

    from evidencekit.model.matter import Matter

STATEMENT = "part:statement"


def alone(layout: Layout, *, exhibit_mark: str | None) -> Layout:
    """Return the layout of statement and exhibit alone: pages from 1, the exhibit's numbers as in
    the bundle, and so in the order of those.
    """
    entries = [each for each in layout.entries if each.item == STATEMENT]
    exhibited = [each for each in layout.entries if each.exhibit_first is not None]
    exhibited.sort(key=_exhibit_number)
    found: list[IndexEntry] = []
    marks: list[PageMark] = []
    for section, group in (("1", entries), ("2", exhibited)):
        for each in group:
            own = layout.marks[each.pdf_page - 1 : each.pdf_page - 1 + each.pages]
            first = len(marks) + 1
            marks += [
                PageMark(label=str(first + place), exhibit=mark.exhibit)
                for place, mark in enumerate(own)
            ]
            found.append(
                evolve(
                    each,
                    section=section,
                    pdf_page=first,
                    first_label=str(first),
                    last_label=str(len(marks)),
                )
            )
    heads = [SectionHead(letter="1", title="Statement")]
    if exhibited:
        heads.append(SectionHead(letter="2", title=f"Exhibit {exhibit_mark}"))
    return Layout(
        numbering=Numbering.ARABIC,
        sections=tuple(heads),
        entries=tuple(found),
        marks=tuple(marks),
    )


def _exhibit_number(entry: IndexEntry) -> int:
    return int((entry.exhibit_first or "").rpartition("/")[2] or 0)


def cited(matter: Matter, layout: Layout) -> Layout:
    """Return a layout to compose the exhibit's pages with, in which a label is what they cite: an
    exhibit page for what is in *layout*, title and date for a document that is not.
    """
    own = tuple(
        evolve(each, first_label=each.exhibit_first, last_label=each.exhibit_last or "")
        for each in layout.entries
        if each.exhibit_first is not None
    )
    outside = tuple(
        IndexEntry(
            item=document_item(each.id),
            number=None,
            section="",
            title=each.title,
            kind=own[0].kind,
            dated=each.dated,
            pages=0,
            pdf_page=1,
            first_label=flat(titled(each)),
            last_label=flat(titled(each)),
        )
        for each in matter.documents
        if own
    )
    return evolve(layout, entries=(*own, *outside))


def without_links(part: Part, items: Collection[str]) -> Part:
    """Return a part whose links to anything but *items* are text alone."""
    unlinked: Part = _unlinked(part, frozenset(items))
    return unlinked


def _unlinked(value: Any, items: frozenset[str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_unlinked(each, items) for each in value)
    if not has(type(value)):
        return value
    changed = {
        each.name: _unlinked(getattr(value, each.name), items)
        for each in fields(type(value))
        if isinstance(getattr(value, each.name), tuple) or has(type(getattr(value, each.name)))
    }
    target = value.target if isinstance(value, Run | Row) else None
    if target is not None and target.partition("#")[0] not in items:
        changed["target"] = None
    return evolve(value, **changed) if changed else value
