# SPDX-License-Identifier: AGPL-3.0-or-later
"""A plan's parts as the JSON that the template sets.

The template only draws; what needs measuring is decided here: how wide each column is, where a
word that is longer than its line may be broken, which rows are short enough to stay on one page,
and which way a text runs. Every text stays text. Nothing here becomes markup.
"""

from __future__ import annotations

import functools
import html
import math
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import define, field

from evidencekit.compose import plan
from evidencekit.errors import TypesettingFailed
from evidencekit.pdf import fonts, measure
from evidencekit.pdf.measure import BODY, SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: What a link to an item of the bundle looks like until the pages have their places.
LINK = "https://bundle.invalid/"

#: Millimetres: the page, its margins, and those of a statement (PD 32 para 19.1).
PAGE_WIDTH, MARGIN, WIDE_MARGIN = 210, 25, 35

_TAGS = re.compile("<[^>]*>")
_POINTS_PER_MM = 72 / 25.4
#: Space between two columns, and what a column keeps at the least, in points.
_GAP, _LEAST = 10.0, 42.0
#: Sizes of a part's title and the headings below it; a heading longer than this is set as body.
#: Sizes of the title of a page with few words: of a cover, of a divider; and of what is below it.
_DISPLAYED, _LARGE, _UNDER = 26.0, 72.0, 16.0
_HEADING_SIZES, _LONG_HEADING = {1: 18.0, 2: 14.0}, 200
#: A row with more lines than this may be split between two pages.
_WHOLE_ROW_LINES = 12
#: A table with no more rows stays together with the note to it.
_FEW_ROWS = 6


def link_to(item: str) -> str:
    """Return the address that stands for an item until pages have their places."""
    return LINK + quote(item, safe="")


@define
class Encoder:
    """Encodes parts, and gathers the keys of the fallback fonts that they need."""

    fonts: set[str] = field(factory=set)
    _item: str = ""
    _width: float = 0.0
    _depth: int = 0
    _titled: bool = True

    def part(self, part: plan.Part) -> dict[str, Any]:
        """Return one part for the template."""
        self._item = part.item
        margin = WIDE_MARGIN if part.wide_margins else MARGIN
        self._width = (PAGE_WIDTH - 2 * margin) * _POINTS_PER_MM
        self._titled = part.show_title
        return {
            "title": self._heading(part.title, 1) if part.show_title else None,
            "margin": margin,
            "open": part.wide_margins,
            "head": self._plain(part.running_head, self._width * 0.85, SMALL, is_bold=True)
            if part.running_head
            else None,
            "blocks": list(self._blocks(part.blocks)),
        }

    def _blocks(self, blocks: Sequence[plan.Block]) -> Iterator[dict[str, Any]]:
        """Encode blocks, with numbered paragraphs that follow each other as one list."""
        numbered: list[dict[str, Any]] = []
        for place, block in enumerate(blocks, start=1):
            after = next(
                (each for each in blocks[place:] if not isinstance(each, plan.Space)), None
            )
            if isinstance(block, plan.Numbered):
                text = self._text(block.text, self._width - 36)
                numbered.append({"n": block.number, "text": text})
                if not isinstance(after, plan.Numbered):
                    yield {"kind": "numbered", "items": numbered}
                    numbered = []
            else:
                encoded = self._block(block)
                encoded["keep"] = self._keeps(block, after)
                yield encoded

    def _keeps(self, block: plan.Block, after: plan.Block | None) -> bool:
        """Say whether a block stays on the page of what follows: what introduces it, a signature
        of what is only for who cannot sign, and a few rows of the note to them.
        """
        if isinstance(block, plan.Signature):
            return isinstance(after, plan.Blank)
        if isinstance(block, plan.Table):
            is_note = isinstance(after, plan.Paragraph) and after.manner is plan.Manner.NOTE
            return is_note and len(block.rows) <= _FEW_ROWS
        if not isinstance(block, plan.Paragraph):
            return False
        if isinstance(after, plan.Signature):
            return True
        short = measure.natural(block.text, BODY) < 3 * self._width
        return short and isinstance(
            after, plan.Table | plan.Details | plan.Figure | plan.Spoken | plan.Blank
        )

    @functools.singledispatchmethod
    def _block(self, block: plan.Block) -> dict[str, Any]:
        """Encode one block, by its kind."""
        msg = f"no such block: {type(block).__name__}"
        raise TypeError(msg)

    @_block.register
    def _(self, block: plan.Heading) -> dict[str, Any]:
        heading = self._heading(block.text, block.level + 1)
        if block.anchor:
            heading["anchor"] = f"{self._item}#{block.anchor}"
        return heading

    @_block.register
    def _(self, block: plan.Figure) -> dict[str, Any]:
        self._drawn(html.unescape(_TAGS.sub("\n", block.svg)))
        return {
            "kind": "figure",
            "svg": block.svg,
            "alt": block.alt,
            "caption": self._plain(block.caption, self._width, SMALL),
            "height": block.height_mm,
            "split": self._is_long(block.caption, self._width),
        }

    @_block.register
    def _(self, block: plan.Corner) -> dict[str, Any]:
        natural = max((measure.natural(plan.plain(line), BODY) for line in block.lines), default=0)
        width = round(min(natural * 1.01 + 2, self._width * 0.6), 3)
        return {"kind": "corner", "width": width, "lines": self._lines(block.lines, width)}

    @_block.register
    def _(self, block: plan.Blank) -> dict[str, Any]:
        label = self._plain(block.label, self._width - 24)
        return {
            "kind": "blank",
            "label": label,
            "lines": block.lines,
            "split": block.lines > _WHOLE_ROW_LINES or self._is_long(block.label, self._width - 24),
        }

    @_block.register
    def _(self, block: plan.Signature) -> dict[str, Any]:
        return {
            "kind": "signature",
            "name": self._plain(block.name, self._width * 0.6),
            "lines": self._lines(block.lines, self._width * 0.2),
            "split": self._is_long(block.name, self._width * 0.6)
            or self._is_long("\n".join(block.lines), self._width * 0.2),
        }

    @_block.register
    def _(self, block: plan.Band) -> dict[str, Any]:
        # The band's letters are set apart by a seventeenth of an em.
        shown = self._plain(block.text, (self._width - 24) * 0.85, is_bold=True)
        return {"kind": "band", "text": shown}

    @_block.register
    def _(self, block: plan.Space) -> dict[str, Any]:
        return {"kind": "space", "height": block.height_mm}

    def _heading(self, text: str, level: int) -> dict[str, Any]:
        """Encode a heading. No level is passed over, as PDF/UA asks."""
        wanted = level if self._titled else level - 1
        self._depth = max(1, min(wanted, self._depth + 1))
        size = _HEADING_SIZES.get(level, BODY) if len(text) <= _LONG_HEADING else BODY
        shown = self._plain(text, self._width, size, is_bold=True)
        return {
            "kind": "heading",
            "level": self._depth,
            "look": level,
            "size": size,
            "text": shown,
        }

    @_block.register
    def _(self, block: plan.Paragraph) -> dict[str, Any]:
        small = block.manner in (plan.Manner.NOTE, plan.Manner.SMALL)
        inset = {plan.Manner.QUOTE: 78, plan.Manner.WARNING: 30}.get(block.manner, 0)
        text = self._text(block.text, self._width - inset, SMALL if small else BODY)
        return {"kind": "paragraph", "manner": block.manner.value, "text": text}

    @_block.register
    def _(self, block: plan.CaseHeading) -> dict[str, Any]:
        """Encode a case heading; its title is the part's heading where the part shows none."""
        level = None
        if not self._titled:
            level = self._depth = 1
            self._titled = True
        natural = measure.natural(plan.plain(block.number), BODY)
        number = round(min(natural * 1.01 + 2, self._width * 0.4), 3)
        return {
            "kind": "case",
            "level": level,
            "court": self._plain(block.court, self._width - number - 12, is_bold=True),
            "number": self._plain(block.number, number),
            "number_width": number,
            "lines": self._lines(block.lines, self._width),
            "title": self._plain(block.title, self._width - 24, 14.0, is_bold=True),
            "subtitle": self._plain(block.subtitle, self._width - 24),
        }

    @_block.register
    def _(self, block: plan.Display) -> dict[str, Any]:
        """Encode the few words of a page; its title is the part's heading."""
        self._depth, self._titled = 1, True
        size = _LARGE if block.large else _DISPLAYED
        return {
            "kind": "display",
            "over": self._lines(block.over, self._width),
            "title": self._plain(block.title, self._width, size, is_bold=True),
            "size": size,
            "under": [self._plain(each, self._width, _UNDER) for each in block.under],
            "under_size": _UNDER,
        }

    @_block.register
    def _(self, table: plan.Table) -> dict[str, Any]:
        size = SMALL if table.small else BODY
        widths = self._columns(table, size)
        return {
            "kind": "table",
            "small": table.small,
            "widths": widths,
            "aligns": [column.align.value for column in table.columns],
            "head": [
                self._plain(column.title, width - _GAP, SMALL, is_bold=True)
                for column, width in zip(table.columns, widths, strict=True)
            ],
            "rows": [self._row(row, table.columns, widths, size) for row in table.rows],
        }

    def _row(
        self, row: plan.Row, columns: Sequence[plan.Column], widths: list[float], size: float
    ) -> dict[str, Any]:
        if row.kind is plan.RowKind.SECTION:
            text = tuple(run for cell in row.cells for run in cell)
            cells = [self._text(text, sum(widths), size, is_bold=True)]
            # A long one would fill the pages that it comes again on.
            lines = 4 * self._line_count(text, sum(widths), size)
        else:
            padded = (*row.cells, *((),) * len(widths))[: len(widths)]
            cells = [
                self._text(cell, width - _GAP, size)
                for cell, width in zip(padded, widths, strict=True)
            ]
            lines = max(
                self._line_count(cell, width - _GAP, size)
                for cell, width in zip(padded, widths, strict=True)
            )
        encoded: dict[str, Any] = {"cells": cells, "kind": row.kind.value}
        if row.target is not None:
            encoded["to"] = link_to(row.target)
            encoded["linked"] = _linked(row, columns)
        if lines > _WHOLE_ROW_LINES:
            encoded["split"] = True
        return encoded

    def _line_count(self, text: plan.Text, width: float, size: float) -> int:
        breaks = sum(run.text.count("\n") for run in text)
        return breaks + math.ceil(measure.natural(text, size) * 1.1 / width)

    def _is_long(self, text: str, width: float) -> bool:
        return self._line_count(plan.plain(text), width, BODY) > _WHOLE_ROW_LINES

    def _columns(self, table: plan.Table, size: float) -> list[float]:
        """Give each column its width: its text's for share 0, a part of the rest otherwise."""
        natural = [
            self._column_natural(table, index, size) if column.share == 0 else 0.0
            for index, column in enumerate(table.columns)
        ]
        shares = sum(column.share for column in table.columns)
        spread = sum(1 for column in table.columns if column.share)
        # What must be left for the columns that share the rest; long "as wide as its text"
        # columns give way, the widest first, so that no column starves.
        room = self._width - max(spread * _LEAST, self._width * 0.5 if spread else 0.0)
        cap = _level(natural, room)
        widths = [min(each, cap) for each in natural]
        rest = self._width - sum(widths)
        return [
            round(rest * column.share / shares if column.share else width, 3)
            for column, width in zip(table.columns, widths, strict=True)
        ]

    def _column_natural(self, table: plan.Table, index: int, size: float) -> float:
        texts = [
            measure.natural(row.cells[index], size)
            for row in table.rows
            if row.kind is not plan.RowKind.SECTION and index < len(row.cells)
        ]
        head = measure.measure(table.columns[index].title, SMALL, is_bold=True)
        return max(head, *texts, 0.0) + _GAP + 1.5

    @_block.register
    def _(self, details: plan.Details) -> dict[str, Any]:
        labels = [each.label for each in details.rows]
        widest = max((measure.measure(label, BODY) for label in labels), default=0.0) + 14
        label_width = round(min(widest, self._width * 0.34), 3)
        standing_width = 28.0 if details.show_standing else 0.0
        text_width = self._width - label_width - standing_width
        rows = []
        last = None
        for each in details.rows:
            first = each.label != last
            rows.append(
                {
                    "label": self._plain(each.label, label_width - _GAP) if first else "",
                    "first": first,
                    "text": self._text(each.text, text_width - _GAP),
                    "standing": self._plain(each.standing, standing_width),
                    "split": self._line_count(each.text, text_width, BODY) > _WHOLE_ROW_LINES
                    or self._is_long(each.label, label_width),
                }
            )
            last = each.label
        return {
            "kind": "details",
            "label_width": label_width,
            "standing_width": standing_width,
            "rows": rows,
        }

    @_block.register
    def _(self, spoken: plan.Spoken) -> dict[str, Any]:
        times = max((measure.measure(each.time, SMALL) for each in spoken.lines), default=0.0)
        names = max(
            (measure.measure(each.speaker, BODY, is_bold=True) for each in spoken.lines),
            default=0.0,
        )
        widths = [26.0, times + _GAP, min(names + _GAP + 1, self._width * 0.26)]
        widths = [round(min(each, self._width * 0.3), 3) for each in widths]
        words = self._width - sum(widths)
        return {
            "kind": "spoken",
            "widths": widths,
            "lines": [
                {
                    "number": each.number,
                    "time": self._plain(each.time, widths[1] - 4, SMALL),
                    "speaker": self._plain(each.speaker, widths[2] - 4, is_bold=True),
                    "text": self._text(each.text, words),
                    "mark": self._plain(each.mark, words),
                    "split": self._line_count(each.text, words, BODY) > _WHOLE_ROW_LINES
                    or self._is_long(each.speaker, widths[2])
                    or self._is_long(each.time, widths[1])
                    or self._is_long(each.mark, words),
                }
                for each in spoken.lines
            ],
        }

    def _lines(self, lines: Sequence[str], width: float) -> list[Any]:
        return [self._plain(line, width) for line in lines]

    def _plain(
        self, text: str, width: float, size: float = BODY, *, is_bold: bool = False
    ) -> str | dict[str, Any]:
        return self._text(plan.plain(text), width, size, is_bold=is_bold)

    def _text(
        self, text: plan.Text, width: float, size: float = BODY, *, is_bold: bool = False
    ) -> str | dict[str, Any]:
        """Encode runs: as a bare string where that says all, else with styles and breaks."""
        runs: list[dict[str, Any]] = []
        carried = 0.0
        for run in text:
            words = measure.clean(run.text)
            pieces, carried = measure.pieces(
                words, run.style, carried, width, size, is_bold=is_bold
            )
            encoded: dict[str, Any] = {"p": [self._drawn(piece) for piece in pieces]}
            if run.style is not plan.Style.PLAIN:
                encoded["s"] = run.style.value
            if run.target is not None:
                encoded["to"] = link_to(run.target)
            runs.append(encoded)
        backwards = measure.runs_right_to_left(plan.flat(text))
        if not backwards and len(runs) == 1 and runs[0].keys() == {"p"}:
            match runs[0]["p"]:
                case [str(whole)]:
                    return whole
        return {"runs": runs, "rtl": True} if backwards else {"runs": runs}

    def _drawn(self, text: str) -> str | list[str | dict[str, str]]:
        """Encode text with the fonts that draw what Arimo has not.

        Raises:
            TypesettingFailed: naming the code points that no font has.
        """
        try:
            parts = fonts.segments(text)
        except fonts.Undrawable as lost:
            msg = f"{self._item} holds {lost}, which no font at hand can draw"
            raise TypesettingFailed(msg) from None
        self.fonts.update(key for _, key in parts if key)
        if all(key is None for _, key in parts):
            return text
        return [{"f": fonts.family(key), "t": part} if key else part for part, key in parts]


def _linked(row: plan.Row, columns: Sequence[plan.Column]) -> list[int]:
    """Choose the cells that carry a row's link: what it names, and where that is.

    Four links side by side to one place would be four stops for who reads by ear. The row of a
    section comes again on the next page, as decoration, in which PDF/UA allows no link.
    """
    if row.kind is plan.RowKind.SECTION:
        return []
    told = [index for index, cell in enumerate(row.cells) if plan.flat(cell)]
    named = [index for index in told if index < len(columns) and columns[index].share]
    return sorted({*named, *told[-1:]})


def _level(natural: Sequence[float], room: float) -> float:
    """Return the width that no column may exceed, so that all of them fit in *room*."""
    left = room
    count = sum(1 for each in natural if each)
    for each in sorted(each for each in natural if each):
        if each * count > left:
            return left / count
        left -= each
        count -= 1
    return math.inf
