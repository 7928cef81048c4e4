# SPDX-License-Identifier: AGPL-3.0-or-later
"""A CSV file as a table, or row by row where it has more columns than a page can hold.

Cells are words: a formula is shown as it is written and never worked out.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from evidencekit.compose.plan import (
    Align,
    Block,
    Column,
    Detail,
    Details,
    Heading,
    Row,
    Table,
    plain,
)
from evidencekit.pdf.text import MOST_CHARACTERS, Drawable, read_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evidencekit.pdf.takein_result import Notes

_SEPARATORS = ",;\t|"
_LOOKED_AT = 50
#: More columns than this become too narrow to read on A4.
_MOST_COLUMNS = 8
_MOST_ROWS = 20_000
#: A column whose longest cell is no longer is as wide as that; others share what is left.
_SHORT = 12


def table_blocks(source: Path, notes: Notes) -> tuple[Block, ...]:
    """Return the cells of a CSV file as a table whose first row is its head.

    Raises:
        DocumentUnusable: if it is no text, not a table, or too long.
    """
    drawable = Drawable()
    rows = _rows(drawable.text(read_text(source, notes)), notes)
    drawable.note(notes)
    head, *body = rows
    if len(head) > _MOST_COLUMNS:
        notes.say(
            "EK-P036",
            f"has {len(head)} columns, more than a page can hold; each of its rows was set as a "
            "list of its own",
        )
        return tuple(
            block for number, row in enumerate(body, 1) for block in _listed(number, head, row)
        )
    columns = tuple(_column(title, [row[at] for row in body]) for at, title in enumerate(head))
    if all(column.share == 0 for column in columns):
        columns = tuple(Column(title=each.title, align=each.align) for each in columns)
    return (
        Table(
            columns=columns,
            rows=tuple(Row(cells=tuple(map(plain, row))) for row in body),
            small=True,
        ),
    )


def _rows(text: str, notes: Notes) -> list[list[str]]:
    """Return the rows, all of one length.

    Raises:
        DocumentUnusable: if there are too many, or they cannot be told apart.
    """
    before = csv.field_size_limit(MOST_CHARACTERS)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
        rows = [row for row in reader if any(each.strip() for each in row)]
    except csv.Error:
        notes.refuse("cannot be read as a table")
    finally:
        csv.field_size_limit(before)
    if len(rows) > _MOST_ROWS:
        notes.refuse(f"has more than {_MOST_ROWS:,} rows. Give the part that matters")
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


def separator_of(text: str) -> str:
    r"""Return what sets the cells apart: what cuts the first rows most alike.

    >>> separator_of("name;amount\nrent;1,50\n")
    ';'
    """
    head = text.splitlines()[:_LOOKED_AT]

    def alike(separator: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(head, delimiter=separator) if row]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(_SEPARATORS, key=alike)


def _column(title: str, cells: Sequence[str]) -> Column:
    longest = max((len(each) for each in cells), default=0)
    numbers = bool(cells) and all(_is_number(each) for each in cells)
    return Column(
        title=title,
        share=0 if max(longest, len(title)) <= _SHORT else min(max(longest // 10, 1), 6),
        align=Align.RIGHT if numbers else Align.LEFT,
    )


def _is_number(cell: str) -> bool:
    return (
        not cell.strip()
        or cell.strip().lstrip("+-£$€").replace(",", "").replace(".", "", 1).rstrip("%").isdecimal()
    )


def _listed(number: int, head: Sequence[str], row: Sequence[str]) -> tuple[Block, ...]:
    facts = tuple(
        Detail(label=label or f"column {at}", text=plain(cell))
        for at, (label, cell) in enumerate(zip(head, row, strict=True), 1)
        if cell
    )
    return (Heading(text=f"Row {number}"), Details(rows=facts, show_standing=False))
