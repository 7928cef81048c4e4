# SPDX-License-Identifier: AGPL-3.0-or-later
"""The face that page labels are printed in: one embedded subset for a whole bundle.

Labels are letters, digits and a few signs, and a subset of those is shipped, because making one
takes as long as numbering a thousand pages. A label with any other character has a subset of its
own made.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.errors import TypesettingFailed

if TYPE_CHECKING:
    from collections.abc import Collection

    import pikepdf

DIGITS = "0123456789"
#: The characters of the subset that is shipped: all of ASCII that leaves ink, and the space.
SHIPPED = "".join(map(chr, range(0x20, 0x7F)))
_FACE = "Arimo-Bold.ttf"
#: What only a typesetter needs, and takes long to read.
_UNUSED = ("GSUB", "GPOS", "GDEF", "DSIG", "meta", "STAT", "kern")
#: Where the shipped subset and what is to be known of it lie, beside the faces.
_FOLDER = Path(__file__).parent / "fonts" / "label"
_FONT, _FACTS = "label.ttf", "label.json"


@frozen(kw_only=True)
class LabelFace:
    """A subset: its font program, glyph numbers, widths at size 1, and what a PDF says of it."""

    data: bytes
    glyphs: Mapping[str, int]
    widths: Mapping[str, float]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int


def label_face(characters: Collection[str]) -> LabelFace:
    """Return a subset of the bold face that holds *characters*: the one shipped, if it does.

    Raises:
        TypesettingFailed: if the face lacks one of the characters.
    """
    shipped = shipped_face()
    if all(each in shipped.glyphs for each in characters):
        return shipped
    return subset_face(characters)


@functools.cache
def shipped_face() -> LabelFace:
    """Read the subset that is shipped."""
    facts = json.loads((_FOLDER / _FACTS).read_text("utf-8"))
    return LabelFace(
        data=(_FOLDER / _FONT).read_bytes(),
        glyphs={each: glyph for each, (glyph, _) in facts["characters"].items()},
        widths={each: width / facts["units"] for each, (_, width) in facts["characters"].items()},
        box=tuple(facts["box"]),
        ascent=facts["ascent"],
        descent=facts["descent"],
        cap_height=facts["cap_height"],
    )


def subset_face(characters: Collection[str]) -> LabelFace:
    """Make a subset of the bold face.

    Raises:
        TypesettingFailed: if the face lacks one of the characters.
    """
    from fontTools import subset
    from fontTools.ttLib import TTFont

    from evidencekit.pdf.fonts import FACES

    wanted = sorted(set(characters))
    face = TTFont(FACES / _FACE, recalcTimestamp=False)
    known = face.getBestCmap()
    if missing := [each for each in wanted if ord(each) not in known]:
        points = " ".join(f"U+{ord(each):04X}" for each in missing)
        msg = f"page labels cannot be printed with {points}"
        raise TypesettingFailed(msg)
    options = subset.Options(notdef_outline=True, layout_features=[], hinting=False)
    for table in _UNUSED:
        if table in face:
            del face[table]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(each) for each in wanted])
    subsetter.subset(face)
    buffer = io.BytesIO()
    face.save(buffer)
    cmap, head = face.getBestCmap(), face["head"]
    scale = 1000 / head.unitsPerEm
    return LabelFace(
        data=buffer.getvalue(),
        glyphs={each: face.getGlyphID(cmap[ord(each)]) for each in wanted},
        widths={each: face["hmtx"][cmap[ord(each)]][0] / head.unitsPerEm for each in wanted},
        box=(
            round(head.xMin * scale),
            round(head.yMin * scale),
            round(head.xMax * scale),
            round(head.yMax * scale),
        ),
        ascent=round(face["hhea"].ascent * scale),
        descent=round(face["hhea"].descent * scale),
        cap_height=round(face["OS/2"].sCapHeight * scale),
    )


def facts_of(face: LabelFace, *, units: int) -> dict[str, Any]:
    """Return what `shipped_face` reads beside the font program."""
    return {
        "units": units,
        "box": list(face.box),
        "ascent": face.ascent,
        "descent": face.descent,
        "cap_height": face.cap_height,
        "characters": {
            each: [glyph, round(face.widths[each] * units)] for each, glyph in face.glyphs.items()
        },
    }


def embed(pdf: pikepdf.Pdf, face: LabelFace) -> pikepdf.Object:
    """Put the subset into *pdf*, and return the font."""
    import pikepdf

    name = pikepdf.Name(f"/{_tag(face.data)}+Arimo-Bold")
    by_glyph = sorted((face.glyphs[each], face.widths[each]) for each in face.glyphs)
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=pikepdf.Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=_descriptor(pdf, face, name),
        CIDToGIDMap=pikepdf.Name.Identity,
        W=pikepdf.Array(
            [
                value
                for glyph, width in by_glyph
                for value in (glyph, pikepdf.Array([round(width * 1000)]))
            ]
        ),
    )
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type0,
        BaseFont=name,
        Encoding=pikepdf.Name("/Identity-H"),
        DescendantFonts=pikepdf.Array([pdf.make_indirect(descendant)]),
        ToUnicode=pdf.make_stream(_to_unicode(face.glyphs)),
    )
    return pdf.make_indirect(font)


def _tag(data: bytes) -> str:
    """Return the six letters that mark a subset, the same for the same font."""
    number = int.from_bytes(hashlib.sha256(data).digest()[:8], "big")
    return "".join(chr(ord("A") + number // 26**place % 26) for place in range(6))


def _descriptor(pdf: pikepdf.Pdf, face: LabelFace, name: pikepdf.Name) -> pikepdf.Object:
    """Return the font's descriptor with its program."""
    import pikepdf

    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=name,
            Flags=4,
            FontBBox=pikepdf.Array(list(face.box)),
            ItalicAngle=0,
            Ascent=face.ascent,
            Descent=face.descent,
            CapHeight=face.cap_height,
            StemV=140,
            FontFile2=pdf.make_stream(face.data, Length1=len(face.data)),
        )
    )


def _to_unicode(glyphs: Mapping[str, int]) -> bytes:
    """Return the map by which a reader finds the characters of the stamp."""
    lines = [
        b"<%04X> <%b>" % (glyph, character.encode("utf-16-be").hex().upper().encode())
        for character, glyph in sorted(glyphs.items(), key=lambda each: each[1])
    ]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    body = b"".join(
        b"%d beginbfchar\n%b\nendbfchar\n" % (len(block), b"\n".join(block)) for block in blocks
    )
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n" + body + b"endcmap\n"
        b"CMapName currentdict /CMap defineresource pop\nend\nend\n"
    )
