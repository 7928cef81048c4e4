# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plain text as pages: read as what it says it is written in, and set line for line.

Text is data. What no font can draw, and what would steer the pages instead of standing on them, is
shown by its code point, so that nothing is lost and nothing is hidden.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING

from attrs import define

from evidencekit.compose.plan import Block, Paragraph, Part, Run, Style
from evidencekit.errors import TypesettingFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from evidencekit.pdf.takein_result import Notes

#: About a thousand pages. What is longer is a database, of which somebody must choose a part.
MOST_CHARACTERS = 3_000_000
#: In UTF-32, with room for a mark at the start.
_LARGEST = 4 * MOST_CHARACTERS + 4
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
#: A few stray ones may come from anywhere. What holds more, and one in so many, is no text.
_SOME, _RARE = 8, 50
#: Words set apart by spaces, so that lines form columns only where all letters are of one width.
_COLUMNS = re.compile(r"\S(?: {3,}|\t+)\S")
_LINES_TOGETHER = 40
#: These turn the letters after them around, and can make a name read as another.
_OVERRIDES = frozenset("\u202d\u202e")


def text_blocks(source: Path, notes: Notes) -> tuple[Block, ...]:
    """Return the text of a file as paragraphs, line for line.

    Raises:
        DocumentUnusable: if it is no text, or too much.
    """
    drawable = Drawable()
    text = drawable.text(read_text(source, notes))
    drawable.note(notes)
    return lines_of(text)


def read_text(source: Path, notes: Notes) -> str:
    """Return what a text file says; a finding tells how it was read where it does not say.

    Raises:
        DocumentUnusable: if it is no text, or too much.
    """
    if source.stat().st_size > _LARGEST:
        notes.refuse(_too_much())
    text = decoded(source.read_bytes(), notes)
    if not text.strip():
        notes.refuse("holds no words")
    return text


def decoded(data: bytes, notes: Notes) -> str:
    """Return the text that *data* is.

    Raises:
        DocumentUnusable: if it is none, or too much.
    """
    text = _decoded(data, notes)
    if len(_CONTROLS.findall(text)) > _SOME + len(text) // _RARE:
        notes.refuse("is not text")
    if len(text) > MOST_CHARACTERS:
        notes.refuse(_too_much())
    return text


def lines_of(text: str) -> tuple[Block, ...]:
    """Return *text* as paragraphs that keep its lines, and its columns where it has any."""
    style = Style.MONO if _COLUMNS.search(text) else Style.PLAIN
    return tuple(
        Paragraph(text=(Run(text=each, style=style),)) for each in _together(text.expandtabs(8))
    )


def set_pages(blocks: Iterable[Block], to: Path, notes: Notes) -> None:
    """Set *blocks*, whose words were made drawable, as tagged pages.

    Raises:
        DocumentUnusable: if they cannot be set.
    """
    from evidencekit.pdf.typeset import typeset

    part = Part(item=notes.item, title=notes.item, blocks=tuple(blocks), show_title=False)
    try:
        pages = typeset([part], title=notes.item, created=0)
    except TypesettingFailed as error:
        notes.refuse(f"cannot be set as pages: {error.reason}")
    to.write_bytes(pages.pdf)


@define
class Drawable:
    """Makes words drawable, and counts the characters that had to be shown by their code points."""

    replaced: int = 0

    def text(self, words: str) -> str:
        """Return *words* with a code point in brackets for what cannot or must not be drawn."""
        if words.isascii() and words.isprintable():
            return words
        return "\n".join(self._line(each) for each in _one_kind_of_line_end(words).split("\n"))

    def note(self, notes: Notes) -> None:
        """Say what was shown by its code point."""
        if self.replaced:
            notes.say(
                "EK-P037",
                f"{self.replaced} characters that no font can draw, or that steer a printer, are "
                "shown by their code points, such as [U+0007]",
            )

    def _line(self, line: str) -> str:
        from evidencekit.pdf import fonts

        shown = "".join(
            self._code(each)
            if each in _OVERRIDES or (each != "\t" and unicodedata.category(each) in {"Cc", "Cs"})
            else each
            for each in line
        )
        while True:
            try:
                fonts.segments(shown)
            except fonts.Undrawable as lost:
                codes = "".join(map(self._code, lost.characters))
                changed = shown.replace(lost.characters, codes)
                if changed == shown:
                    return "".join(each if each.isascii() else self._code(each) for each in shown)
                shown = changed
            else:
                return shown

    def _code(self, character: str) -> str:
        self.replaced += 1
        return f"[U+{ord(character):04X}]"


def _decoded(data: bytes, notes: Notes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.removeprefix(mark).decode(encoding, "replace")
    if b"\0" in data[:512]:
        wide = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
        notes.say("EK-P036", "does not say how its letters are written; it was read as UTF-16")
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        notes.warn(
            "EK-P036",
            "does not say how its letters are written; it was read as Windows text (cp1252). Look "
            "whether accents and signs are right",
        )
        return data.decode("cp1252", "replace")


def _one_kind_of_line_end(text: str) -> str:
    return re.sub("\r\n|[\r\v\f\x85\u2028\u2029]", "\n", text)


def _together(text: str) -> Iterator[str]:
    """Yield the lines of *text* in paragraphs, which an empty line ends, none of them very long."""
    lines: list[str] = []
    for line in _one_kind_of_line_end(text).split("\n"):
        if line.strip() and len(lines) < _LINES_TOGETHER:
            lines.append(line.rstrip())
            continue
        if lines:
            yield "\n".join(lines)
        lines = [line.rstrip()] if line.strip() else []
    if lines:
        yield "\n".join(lines)


def _too_much() -> str:
    return (
        f"holds more than {MOST_CHARACTERS // 10**6} million characters. Give the part that matters"
    )
