# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each glyph means when text is searched or copied.

Typst maps every glyph of a sign to the whole sign, so that a letter drawn with a mark of its own
above it comes out twice: who looks for the name Ọlọ́run or مُحَمَّد finds nothing. Here the letter is
mapped to the letter and the mark to the mark. Nothing that is drawn changes.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MAPPING = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_VIRAMA = 9


def mend(document: pikepdf.Pdf) -> bool:
    """Give letters and marks a meaning each; say whether anything was changed."""
    changed = False
    for font in _fonts(document):
        stream = font.ToUnicode
        data = stream.read_bytes()
        mapped = {int(gid, 16): _decoded(value) for gid, value in _MAPPING.findall(data)}
        new = _meanings(mapped, font)
        if new:
            stream.write(_MAPPING.sub(functools.partial(_rewritten, new), data))
            changed = True
    return changed


def _fonts(document: pikepdf.Pdf) -> Iterator[Any]:
    """Yield each font that pages use and that says what its glyphs mean."""
    seen = set()
    for page in document.pages:
        fonts: Any = page.Resources.get("/Font", pikepdf.Dictionary())
        for font in fonts.values():
            if font.objgen not in seen and "/ToUnicode" in font and "/DescendantFonts" in font:
                seen.add(font.objgen)
                yield font


def _meanings(mapped: Mapping[int, str], font: Any) -> dict[int, str]:
    """Return the glyphs whose meaning is narrower than the sign they are mapped to."""
    signs: dict[str, list[int]] = {}
    for gid, text in mapped.items():
        if len(text) > 1 and _is_letter_with_marks(text):
            signs.setdefault(text, []).append(gid)
    if not signs:
        return {}
    widths = _widths(font.DescendantFonts[0])
    usual = float(font.DescendantFonts[0].get("/DW", 1000))
    new: dict[int, str] = {}
    for text, glyphs in signs.items():
        letters = [gid for gid in glyphs if widths.get(gid, usual)]
        marks = [gid for gid in glyphs if not widths.get(gid, usual)]
        if marks and len(letters) <= 1:
            new.update(_shared_out(text, letters, marks))
    return new


def _is_letter_with_marks(text: str) -> bool:
    """Say whether *text* is letters and then marks, none of which changes what a letter is."""
    kinds = "".join("m" if unicodedata.category(each)[0] == "M" else "l" for each in text)
    return bool(re.fullmatch("l+m+", kinds)) and all(
        unicodedata.combining(each) != _VIRAMA for each in text
    )


def _shared_out(text: str, letters: Sequence[int], marks: Sequence[int]) -> dict[int, str]:
    """Share a sign's characters out among its glyphs, which come as they are drawn."""
    base = text.rstrip("".join(each for each in text if unicodedata.category(each)[0] == "M"))
    rest = text[len(base) :]
    meanings = dict.fromkeys(letters, base)
    if len(marks) == 1:
        return meanings | {marks[0]: rest}
    if len(marks) != len(rest):
        return {}
    if unicodedata.bidirectional(base[0]) in ("R", "AL"):
        rest = rest[::-1]
    return meanings | dict(zip(marks, rest, strict=True))


def _widths(font: Any) -> dict[int, float]:
    """Read the widths of a font's glyphs."""
    widths: dict[int, float] = {}
    items = iter(font.get("/W", []))
    for first in items:
        follows = next(items)
        if isinstance(follows, pikepdf.Array):
            widths.update({int(first) + n: float(each) for n, each in enumerate(follows)})
        else:
            width = float(next(items))
            widths.update(dict.fromkeys(range(int(first), int(follows) + 1), width))
    return widths


def _decoded(value: bytes) -> str:
    return bytes.fromhex(value.decode("ascii")).decode("utf-16-be", "replace")


def _rewritten(new: Mapping[int, str], found: re.Match[bytes]) -> bytes:
    meaning = new.get(int(found[1], 16))
    if meaning is None:
        return found[0]
    value = meaning.encode("utf-16-be").hex().upper().encode("ascii")
    return b"<%b> <%b>" % (found[1], value)
