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
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
import typst
from attrs import field, frozen

from evidencekit.errors import TypesettingFailed
from evidencekit.pdf import encode, fonts, measure, textmap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.compose.plan import Part

_TEMPLATE = Path(__file__).parent / "template.typ"
_REGION = re.compile("[A-Za-z]{2}")
_UNDRAWABLE = re.compile(r'text `?"(.*?)"`? could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


@frozen(kw_only=True)
class Typeset:
    """Set pages. `pages[n]` is how many of them part n takes.

    `anchors` says on which page of its part, counted from 1, each heading with an anchor stands.
    """

    pdf: bytes
    pages: tuple[int, ...]
    anchors: Mapping[str, int] = field(factory=dict)


def typeset(parts: Sequence[Part], *, title: str, language: str = "en-GB", created: int) -> Typeset:
    """Set *parts* as one PDF.

    Args:
        parts: what the pages say, in order; at least one.
        title: the document's title, which PDF readers show.
        language: the language of the text as in BCP 47, such as "en-GB".
        created: the time that the PDF states for its making, in seconds since 1970 (UTC). PDF/A
            asks for one; the clock is the caller's to ask.

    Raises:
        TypesettingFailed: if no font has one of the characters, or a part cannot be set.
    """
    if not parts:
        msg = "there are no parts to set"
        raise TypesettingFailed(msg)
    encoder = encode.Encoder()
    encoded = [encoder.part(part) for part in parts]
    folders = fonts.folders(encoder.fonts)
    document = _document(encoded, title=title, language=language)
    try:
        pdf, pages, anchors = _set(document, folders, created)
    except typst.TypstError as error:
        raise _explained(error, parts, document, folders) from None
    return Typeset(pdf=pdf, pages=pages, anchors=anchors)


def _document(encoded: list[dict[str, Any]], *, title: str, language: str) -> dict[str, Any]:
    lang, _, region = language.partition("-")
    return {
        "title": title,
        "lang": lang.lower(),
        "region": region.upper() if _REGION.fullmatch(region) else None,
        "body": measure.BODY,
        "small": measure.SMALL,
        "mono-scale": measure.MONO_SCALE,
        "family": fonts.FAMILY,
        "mono-family": fonts.MONO_FAMILY,
        "parts": encoded,
    }


def _set(
    document: dict[str, Any], folders: tuple[Path, ...], created: int
) -> tuple[bytes, tuple[int, ...], dict[str, int]]:
    """Return the PDF, the lengths of its parts, and the pages of what is noted inside of them."""
    compiler = typst.Compiler(
        str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=fonts.load(folders)
    )
    plan = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    pdf = compiler.compile(
        format="pdf",
        sys_inputs={"plan": plan},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=created,
    )
    if not isinstance(pdf, bytes):
        msg = "the typesetter returned no pages"
        raise TypesettingFailed(msg)
    noted = json.loads(compiler.query("<part>", field="value"))
    starts = [each for each in noted if isinstance(each, int)]
    with pikepdf.open(io.BytesIO(pdf)) as pages:
        lengths = _lengths(starts, len(pages.pages), len(document["parts"]))
        if textmap.mend(pages):
            mended = io.BytesIO()
            pages.save(mended, deterministic_id=True)
            pdf = mended.getvalue()
    return pdf, lengths, _anchors(noted)


def _anchors(noted: Sequence[Any]) -> dict[str, int]:
    """Return the page of each anchor in its part; the part's own first page was noted before it."""
    start = 1
    found: dict[str, int] = {}
    for each in noted:
        if isinstance(each, int):
            start = each
        else:
            anchor, page = each
            found[anchor] = page - start + 1
    return found


def _explained(
    error: typst.TypstError,
    parts: Sequence[Part],
    document: dict[str, Any],
    folders: tuple[Path, ...],
) -> TypesettingFailed:
    """Find the part that cannot be set, by setting each alone, and say why in plain words."""
    for part, encoded in zip(parts, document["parts"], strict=True):
        try:
            _set(document | {"parts": [encoded]}, folders, 0)
        except typst.TypstError as alone:
            return TypesettingFailed(f"{part.item}: {_reason(alone.message)}")
    return TypesettingFailed(_reason(error.message))


def _reason(message: str) -> str:
    """Return a typesetter's message without the words of the matter that it quotes."""
    if found := _UNDRAWABLE.search(message):
        text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found[1])
        named = ", ".join(fonts.named(each) for each in text)
        return f"no font can draw {named} together"
    return re.sub(r'`?"[^"]*"`?', "a text", message.splitlines()[0])


def _lengths(starts: list[int], total: int, count: int) -> tuple[int, ...]:
    """Return how many pages each part has, from the first page of each, counted from 1.

    Raises:
        TypesettingFailed: if there is not one beginning for each part, in order.
    """
    ends = (*starts[1:], total + 1)
    lengths = tuple(end - start for start, end in zip(starts, ends, strict=True))
    if len(starts) != count or starts[:1] != [1] or min(lengths) < 1:
        msg = f"{count} parts were set and {len(starts)} beginnings were found"
        raise TypesettingFailed(msg)
    return lengths
