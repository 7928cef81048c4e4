# SPDX-License-Identifier: AGPL-3.0-or-later
"""A generated part as a Word document, for a lawyer to edit.

Paragraph for paragraph it says what the PDF says: numbers are written out, not counted by Word, so
that a paragraph that is deleted does not renumber what the record and a signed copy refer to.
Places to fill are in square brackets and highlighted. Same part, same bytes: no clock, no user's
name.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from functools import singledispatchmethod
from typing import TYPE_CHECKING, Any

from evidencekit.compose import plan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from evidencekit.model.moment import Moment

__all__ = ["write_docx"]

_FONT = "Arial"
_MARGIN_CM, _WIDE_MARGIN_CM = 2.5, 3.5
#: ZIP cannot say less: the first day it knows.
_EPOCH = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - a document's own dates carry no zone
#: What XML 1.0 cannot hold.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: A place to fill inside a line, as `compose.telling.to_complete` writes it.
_TO_COMPLETE = re.compile(r"(\[[^\[\]]*: to be completed\])")


def write_docx(part: plan.Part, path: Path, *, title: str, prepared_on: Moment | None) -> None:
    """Write *part* as a .docx at *path*.

    The document's own dates are *prepared_on*, or 1 January 1980 where that is not a date.
    """
    from docx import Document

    document = Document()
    writer = _Writer(document, wide_margins=part.wide_margins)
    if part.running_head:
        writer.running_head(part.running_head)
    _set_properties(document, title=title, prepared_on=prepared_on)
    if part.show_title:
        writer.heading(part.title, level=1)
    for block, after in zip(part.blocks, (*part.blocks, None)[1:], strict=True):
        writer.block(block)
        kept = isinstance(block, plan.Signature) and isinstance(after, plan.Blank)
        if kept or isinstance(after, plan.Signature | plan.Space):
            writer.keep_with_next()
    made = io.BytesIO()
    document.save(made)
    path.write_bytes(_same_bytes(made.getvalue()))


def _set_properties(document: Any, *, title: str, prepared_on: Moment | None) -> None:
    """Set the document's properties, and take out what the empty template brought along."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    date = prepared_on.on if prepared_on is not None else None
    at = dt.datetime.combine(date, dt.time()) if date is not None else _EPOCH
    properties = document.core_properties
    properties.title = _xml_text(title)[:255]
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = at
    properties.language = "en-GB"
    properties.revision = 1
    relationships = document.part.package.rels
    unwanted = {RELATIONSHIP_TYPE.THUMBNAIL, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES}
    for name, relationship in list(relationships.items()):
        if relationship.reltype in unwanted:
            del relationships[name]


def _same_bytes(archive: bytes) -> bytes:
    """Return the archive with the same members and no times of its own."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            member = zipfile.ZipInfo(name, date_time=_EPOCH.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o644 << 16
            target.writestr(member, source.read(name))
    return made.getvalue()


def _xml_text(text: str) -> str:
    """Return *text* with a mark in place of each character that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


class _Writer:
    """Writes blocks into a document, one after the other."""

    def __init__(self, document: Any, *, wide_margins: bool) -> None:
        self._document = document
        self._set_page(_WIDE_MARGIN_CM if wide_margins else _MARGIN_CM)
        self._set_styles()
        self._set_footer()

    def _set_page(self, margin_cm: float) -> None:
        from docx.shared import Cm

        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(margin_cm)
        section.top_margin = section.bottom_margin = Cm(margin_cm)
        section.footer_distance = Cm(1.5)

    def _set_styles(self) -> None:
        from docx.shared import Pt

        styles = self._document.styles
        self._set_font(styles["Normal"], 12)
        form = styles["Normal"].paragraph_format
        form.line_spacing, form.space_after = 1.5, Pt(6)
        for level, size in ((1, 13), (2, 12), (3, 12)):
            style = styles[f"Heading {level}"]
            self._set_font(style, size)
            style.font.bold, style.font.italic = True, level > 1
            style.paragraph_format.space_before = Pt(14 if level == 1 else 10)
            style.paragraph_format.space_after = Pt(6)
            style.paragraph_format.keep_with_next = True

    def _set_font(self, style: Any, size: int) -> None:
        """Set one font for every script; Word keeps four, and falls back where one is missing."""
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        style.font.name, style.font.size = _FONT, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{script}"), _FONT)

    def running_head(self, text: str) -> None:
        """Write *text* at the head of each page but the first."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        section = self._document.sections[0]
        section.different_first_page_header_footer = True
        self._number(section.first_page_footer.paragraphs[0])
        paragraph = section.header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(_xml_text(text)).bold = True

    def _set_footer(self) -> None:
        self._number(self._document.sections[0].footer.paragraphs[0])

    def _number(self, paragraph: Any) -> None:
        """Number the page in its footer."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run("Page ")
        self._field(paragraph, "PAGE")
        paragraph.add_run(" of ")
        self._field(paragraph, "NUMPAGES")

    def _field(self, paragraph: Any, code: str) -> None:
        """Add a field that Word works out when it shows the page."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), code)
        run = OxmlElement("w:r")
        text = OxmlElement("w:t")
        text.text = "1"
        run.append(text)
        field.append(run)
        paragraph._p.append(field)  # noqa: SLF001 - python-docx has no other way to a field

    def heading(self, text: str, *, level: int) -> None:
        """Add a heading; Word has nine levels and three are styled here."""
        self._document.add_paragraph(_xml_text(text), style=f"Heading {min(level, 3)}")

    def keep_with_next(self) -> None:
        """Keep what was written last on the page of what follows: nobody signs an empty page."""
        if self._document.paragraphs:
            self._document.paragraphs[-1].paragraph_format.keep_with_next = True

    def _line(self, text: plan.Text | str, *, align: str = "LEFT", bold: bool = False) -> Any:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = self._document.add_paragraph()
        paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align)
        self._write(paragraph, plan.plain(text) if isinstance(text, str) else text, bold=bold)
        return paragraph

    def _write(self, paragraph: Any, text: Iterable[plan.Run], *, bold: bool = False) -> None:
        """Write runs, with places to fill highlighted."""
        from docx.enum.text import WD_COLOR_INDEX
        from docx.shared import Pt, RGBColor

        for run in text:
            for place, piece in enumerate(_TO_COMPLETE.split(_xml_text(run.text))):
                if not piece:
                    continue
                made = paragraph.add_run(piece)
                made.bold = bold or run.style is plan.Style.BOLD or None
                made.italic = run.style is plan.Style.ITALIC or None
                if run.style is plan.Style.GREY:
                    made.font.color.rgb = RGBColor(0x59, 0x59, 0x59)
                if run.style is plan.Style.SMALL:
                    made.font.size = Pt(10)
                if run.style is plan.Style.MONO:
                    made.font.name = "Courier New"
                if place % 2:
                    made.font.highlight_color = WD_COLOR_INDEX.YELLOW

    @singledispatchmethod
    def block(self, block: Any) -> None:
        """Write one block, by its kind."""
        msg = f"no such block: {type(block).__name__}"
        raise TypeError(msg)

    @block.register
    def _(self, block: plan.Heading) -> None:
        self.heading(block.text, level=block.level)

    @block.register
    def _(self, block: plan.Paragraph) -> None:
        aligns = {plan.Manner.CENTRED: "CENTER", plan.Manner.RIGHT: "RIGHT"}
        self._line(block.text, align=aligns.get(block.manner, "LEFT"))

    @block.register
    def _(self, block: plan.Numbered) -> None:
        from docx.shared import Cm

        paragraph = self._line((plan.Run(text=f"{block.number}.\t"), *block.text))
        form = paragraph.paragraph_format
        form.left_indent, form.first_line_indent = Cm(1.1), Cm(-1.1)
        form.tab_stops.add_tab_stop(Cm(1.1))

    @block.register
    def _(self, block: plan.Band) -> None:
        self._line(block.text, align="CENTER", bold=True)

    @block.register
    def _(self, block: plan.Corner) -> None:
        from docx.shared import Pt

        for line in block.lines:
            form = self._line(line, align="RIGHT").paragraph_format
            form.line_spacing, form.space_after = 1, Pt(0)

    @block.register
    def _(self, block: plan.CaseHeading) -> None:
        from docx.enum.text import WD_TAB_ALIGNMENT
        from docx.shared import Pt

        head = self._line((*plan.bold(block.court), plan.Run(text=f"\t{block.number}")))
        section = self._document.sections[0]
        width = section.page_width - section.left_margin - section.right_margin
        head.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
        head.paragraph_format.space_before = Pt(18)
        for line in block.lines:
            self._line(line, align="CENTER")
        title = self._line(block.title, align="CENTER", bold=True)
        for run in title.runs:
            run.font.size = Pt(14)
        if block.subtitle:
            self._line(block.subtitle, align="CENTER")
        self._document.paragraphs[-1].paragraph_format.space_after = Pt(18)

    @block.register
    def _(self, block: plan.Blank) -> None:
        from docx.enum.text import WD_COLOR_INDEX

        paragraph = self._document.add_paragraph()
        made = paragraph.add_run(f"[{_xml_text(block.label)}]")
        made.font.highlight_color = WD_COLOR_INDEX.YELLOW

    @block.register
    def _(self, block: plan.Signature) -> None:
        from docx.enum.text import WD_TAB_LEADER
        from docx.shared import Cm

        for place, line in enumerate(block.lines):
            paragraph = self._line(f"{line}\t\t")
            paragraph.paragraph_format.keep_with_next = True
            if place == 0:
                name = self._line(f"\t{block.name}").paragraph_format
                name.tab_stops.add_tab_stop(Cm(2.5))
                name.keep_with_next = len(block.lines) > 1
            stops = paragraph.paragraph_format.tab_stops
            stops.add_tab_stop(Cm(2.5))
            stops.add_tab_stop(Cm(11), leader=WD_TAB_LEADER.DOTS)

    @block.register
    def _(self, block: plan.Space) -> None:
        from docx.shared import Mm

        self._document.add_paragraph().paragraph_format.line_spacing = Mm(block.height_mm)

    @block.register
    def _(self, block: plan.Table) -> None:
        rows = [[plan.bold(column.title) for column in block.columns]]
        rows += [list(row.cells) for row in block.rows]
        self._table(rows, columns=len(block.columns))

    @block.register
    def _(self, block: plan.Details) -> None:
        rows = [
            [plan.plain(each.label), each.text, plan.plain(each.standing)] for each in block.rows
        ]
        self._table(rows, columns=3)

    def _table(self, rows: list[list[plan.Text]], *, columns: int) -> None:
        table = self._document.add_table(rows=0, cols=columns, style="Table Grid")
        for row in rows:
            cells = table.add_row().cells
            if len(row) == 1:
                cells[0].merge(cells[-1])
            for cell, text in zip(cells, row, strict=False):
                self._write(cell.paragraphs[0], text)

    @block.register
    def _(self, block: plan.Figure) -> None:
        """Say what a drawing shows; Word takes no SVG without a picture beside it."""
        self._line(f"[{block.alt}]")
        if block.caption:
            self._line(block.caption)

    @block.register
    def _(self, block: plan.Spoken) -> None:
        for line in block.lines:
            number = "" if line.number is None else f"{line.number}."
            lead = f"{number}\t{line.time}\t{line.speaker}"
            mark = f" {line.mark}" if line.mark else ""
            self._line((plan.Run(text=f"{lead}\t"), *line.text, plan.Run(text=mark)))
