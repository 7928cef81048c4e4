# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index of a volume, and that of a core bundle: what is where, in words that hold on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.plan import (
    Align,
    Column,
    Paragraph,
    Part,
    Row,
    RowKind,
    Run,
    Style,
    Table,
    bold,
    plain,
)
from evidencekit.model.bundle import is_divider
from evidencekit.model.moment import Moment, print_date

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from evidencekit.model.bundle import IndexEntry, SectionHead

_COLUMNS = (
    Column(title="No.", share=0, align=Align.RIGHT),
    Column(title="Document", share=8),
    Column(title="Date", share=4),
)


def volume_index_part(
    item: str,
    entries: Sequence[IndexEntry],
    sections: Sequence[SectionHead],
    volume_of: Mapping[str, int],
    *,
    volume: int,
    volumes: int,
    about: str,
) -> Part:
    """Return the index of one volume: every item of the bundle, and the volume that it is in.

    *about* says in a line of which case and hearing it is, since a volume may lie alone on a desk.
    """
    rows = []
    for head in sections:
        held = [each for each in entries if each.section == head.letter]
        if not held:
            continue
        rows.append(_section(head))
        rows += [
            Row(
                cells=(
                    *_cells(each),
                    plain(str(volume_of[each.item])),
                    plain(each.labels),
                ),
                kind=RowKind.NORMAL if volume_of[each.item] == volume else RowKind.MUTED,
                target=each.item if volume_of[each.item] == volume else None,
            )
            for each in held
            if not is_divider(each.item)
        ]
    columns = (
        *_COLUMNS,
        Column(title="Volume", share=0, align=Align.RIGHT),
        Column(title="Page", share=0, align=Align.RIGHT),
    )
    text = (
        f"This is volume {volume} of {volumes}. Pages have the numbers that they have in the whole "
        "bundle. What is in another volume is in grey."
    )
    return Part(
        item=item,
        title=f"Volume {volume} of {volumes}",
        blocks=(
            Paragraph(text=bold(about)),
            Paragraph(text=plain(text)),
            Table(columns=columns, rows=tuple(rows)),
        ),
    )


def core_index_part(
    item: str,
    entries: Sequence[IndexEntry],
    sections: Sequence[SectionHead],
    pages: Mapping[str, str],
    wanted: Collection[str],
    *,
    about: str,
) -> Part:
    """Return the index of a core bundle. *pages* gives each item's own pages there, if known;
    *about* says of which case and hearing it is.
    """
    rows = []
    for head in sections:
        held = [each for each in entries if each.section == head.letter and each.item in wanted]
        if not held:
            continue
        rows.append(_section(head))
        rows += [
            Row(
                cells=(*_cells(each), plain(pages.get(each.item, "?")), plain(each.labels)),
                target=each.item,
            )
            for each in held
            if not is_divider(each.item)
        ]
    columns = (
        *_COLUMNS,
        Column(title="Page", share=0, align=Align.RIGHT),
        Column(title="Main bundle", share=0, align=Align.RIGHT),
    )
    text = (
        "Each page has its number in this core bundle, and after it in brackets its number in the "
        "main bundle."
    )
    return Part(
        item=item,
        title="Core bundle: index",
        blocks=(
            Paragraph(text=bold(about)),
            Paragraph(text=plain(text)),
            Table(columns=columns, rows=tuple(rows)),
        ),
    )


def _section(head: SectionHead) -> Row:
    text = (Run(text=f"{head.letter}   {head.title}", style=Style.BOLD),)
    return Row(cells=(text,), kind=RowKind.SECTION)


def _cells(entry: IndexEntry) -> tuple[tuple[Run, ...], ...]:
    return (
        plain("" if entry.number is None else str(entry.number)),
        plain(entry.title),
        plain(_date(entry.dated)),
    )


def _date(moment: Moment | None) -> str:
    if moment is None:
        return ""
    return print_date(moment.on) if moment.on is not None else moment.written
