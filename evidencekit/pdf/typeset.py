# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plans set as pages: one tagged PDF of all parts, each beginning on a new page.

The PDF is PDF/UA-1 and PDF/A-2a as typst writes them. Text is handed over as data and never as
markup; nothing is fetched, no file is read, no package imported, and the clock is not asked: the
same parts give the same bytes. A character that no font has stops the work with its code point,
because a name that is silently lost is worse than no page.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
import typst
from attrs import frozen

from evidencekit.errors import TypesettingFailed
from evidencekit.pdf import encode, fonts, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.compose.plan import Part

_TEMPLATE = Path(__file__).parent / "template.typ"
_REGION = re.compile("[A-Za-z]{2}")
_UNDRAWABLE = re.compile(r'text `?"(.*?)"`? could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


@frozen(kw_only=True)
class Typeset:
    """Set pages. `pages[n]` is how many of them part n takes."""

    pdf: bytes
    pages: tuple[int, ...]


def typeset(
    parts: Sequence[Part], *, title: str, language: str = "en-GB", created: int | None = None
) -> Typeset:
    """Set *parts* as one PDF.

    Args:
        parts: what the pages say, in order; at least one.
        title: the document's title, which PDF readers show.
        language: the language of the text as in BCP 47, such as "en-GB".
        created: the time that the PDF states for its making, in seconds since 1970 (UTC); None
            states none.

    Raises:
        TypesettingFailed: if no font has one of the characters, or a part cannot be set.
    """
    encoder = encode.Encoder()
    encoded = [encoder.part(part) for part in parts]
    encoder.characters["title"] = set(title) | encoder.characters.get("title", set())
    choice = _choose_fonts(encoder.characters)
    document = _document(encoded, title=title, language=language, dated=created is not None)
    document["families"] = choice.families
    try:
        pdf, pages = _set(document, choice.folders, created)
    except typst.TypstError as error:
        raise _explained(error, parts, document, choice.folders) from None
    return Typeset(pdf=pdf, pages=pages)


def _document(
    encoded: list[dict[str, Any]], *, title: str, language: str, dated: bool
) -> dict[str, Any]:
    lang, _, region = language.partition("-")
    return {
        "title": title,
        "lang": lang.lower(),
        "region": region.upper() if _REGION.fullmatch(region) else None,
        "dated": dated,
        "body": measure.BODY,
        "small": measure.SMALL,
        "mono-scale": measure.MONO_SCALE,
        "mono-family": fonts.MONO_FAMILY,
        "parts": encoded,
    }


def _choose_fonts(characters: dict[str, set[str]]) -> fonts.FontChoice:
    """Choose fonts for everything that is said.

    Raises:
        TypesettingFailed: naming the code points that no font has, and the item that holds them.
    """
    choice = fonts.choose(set().union(*characters.values()))
    if choice.missing:
        lost = set(choice.missing)
        item = next(item for item, held in characters.items() if held & lost)
        named = ", ".join(_named(each) for each in choice.missing if each in characters[item])
        msg = f"{item} holds {named}, which no font at hand can draw"
        raise TypesettingFailed(msg)
    return choice


def _named(character: str) -> str:
    """Return a code point with its name, if it has one."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def _set(
    document: dict[str, Any], folders: tuple[Path, ...], created: int | None
) -> tuple[bytes, tuple[int, ...]]:
    """Return the PDF and the lengths of its parts."""
    compiler = typst.Compiler(
        str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=fonts.load(folders)
    )
    plan = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    pdf = compiler.compile(
        format="pdf",
        sys_inputs={"plan": plan},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=created or 0,
    )
    if not isinstance(pdf, bytes):
        msg = "the typesetter returned no pages"
        raise TypesettingFailed(msg)
    noted = json.loads(compiler.query("<part>", field="value"))
    return pdf, _lengths(pdf, noted, len(document["parts"]))


def _explained(
    error: typst.TypstError,
    parts: Sequence[Part],
    document: dict[str, Any],
    folders: tuple[Path, ...],
) -> TypesettingFailed:
    """Find the part that cannot be set, by setting each alone, and say why in plain words."""
    for part, encoded in zip(parts, document["parts"], strict=True):
        try:
            _set(document | {"parts": [encoded]}, folders, None)
        except typst.TypstError as alone:
            return TypesettingFailed(f"{part.item}: {_reason(alone.message)}")
    return TypesettingFailed(_reason(error.message))


def _reason(message: str) -> str:
    """Return a typesetter's message without the words of the matter that it quotes."""
    if found := _UNDRAWABLE.search(message):
        text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found[1])
        named = ", ".join(_named(each) for each in text)
        return f"no font can draw {named} together"
    return re.sub(r'`?"[^"]*"`?', "a text", message.splitlines()[0])


def _lengths(pdf: bytes, starts: list[int], count: int) -> tuple[int, ...]:
    """Return how many pages each part has, from the first page of each, counted from 1.

    Raises:
        TypesettingFailed: if there is not one beginning for each part, in order.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        total = len(document.pages)
    lengths = tuple(
        after - first for first, after in zip(starts, (*starts[1:], total + 1), strict=True)
    )
    if len(starts) != count or starts[:1] != [1] or min(lengths) < 1:
        msg = f"{count} parts were set and {len(starts)} beginnings were found"
        raise TypesettingFailed(msg)
    return lengths
