# SPDX-License-Identifier: AGPL-3.0-or-later
"""Print a page's label at its displayed bottom right, and its exhibit number at the bottom left.

One embedded subset of one font serves the whole bundle, so the look depends on no viewer, and the
text can be read back. The stamp is marked as an artifact: it is about the page, not of it. Pages
must leave the graphics state as they found it (see `content.Wrapper`), since the stamp follows
what they draw.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

from evidencekit.errors import TypesettingFailed
from evidencekit.pdf.boxes import View, inherited, settle_boxes, view_of
from evidencekit.pdf.content import streams_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pikepdf

    from evidencekit.model.bundle import PageMark

#: Sizes and distances from the page's edges, in points on a page as wide as A4.
LABEL_SIZE = 13.0
EXHIBIT_SIZE = 10.0
SIDE = 34.0
BASELINE = 20.0
#: A plan larger than this is printed smaller than it is, so its label is larger.
_LARGE_SIDE = 850.0
_A4_SIDE = 595.276
#: What either side may take of a narrow page, whose two numbers must not meet.
_LARGEST_SHARE = 0.08
#: What the stream with the numbers starts with, by which `kept` finds it.
STAMP_START = b"/Artifact <</Type/Pagination/Subtype/Footer>> BDC\nq\n"
_FONT_NAME = "/EKF"
_FACE = "Arimo-Bold.ttf"
#: What only a typesetter needs, and takes long to read.
_UNUSED = ("GSUB", "GPOS", "GDEF", "DSIG", "meta", "STAT", "kern")


class Stamper:
    """Stamps the pages of one PDF. *characters* are all that its labels are made of."""

    def __init__(self, pdf: pikepdf.Pdf, characters: Iterable[str]) -> None:
        self._pdf = pdf
        self._glyphs, self._widths, self._font = _embed(pdf, characters)

    def stamp(self, page: pikepdf.Page, mark: PageMark) -> None:
        """Print *mark* onto *page*, after everything that it draws."""
        import pikepdf

        view = view_of(page)
        settle_boxes(page, view)
        scale = label_scale(view.width, view.height)
        name = self._name_in(page).encode()
        y = BASELINE * scale
        side = side_of(view.width, view.height)
        shows = []
        if mark.exhibit is not None:
            # First, because readers that list text in this order then divide the two.
            size = EXHIBIT_SIZE * scale
            shows.append(self._text(view, mark.exhibit, name, size=size, x=side, y=y))
        size = LABEL_SIZE * scale
        right = view.width - side - self._width(mark.label) * size
        shows.append(self._text(view, mark.label, name, size=size, x=right, y=y))
        content = STAMP_START + b"".join(shows) + b"Q\nEMC\n"
        stream = self._pdf.make_indirect(self._pdf.make_stream(content))
        page.obj["/Contents"] = pikepdf.Array([*streams_of(page), stream])

    def small(
        self, page: pikepdf.Page, text: str, *, size: float, x: float, y: float
    ) -> pikepdf.Object:
        """Return a stream that prints *text* at (x, y) points from the displayed bottom left."""
        name = self._name_in(page).encode()
        shows = self._text(view_of(page), text, name, size=size, x=x, y=y)
        content = b"/Artifact <</Type/Pagination>> BDC\nq\n" + shows + b"Q\nEMC\n"
        return self._pdf.make_indirect(self._pdf.make_stream(content))

    def _width(self, text: str) -> float:
        """Return the width of *text* at size 1."""
        return sum(self._widths[character] for character in text)

    def _text(
        self, view: View, text: str, name: bytes, *, size: float, x: float, y: float
    ) -> bytes:
        """Return the operators that write *text*, black whatever the page has set."""
        codes = b"".join(b"%04X" % self._glyphs[character] for character in text)
        matrix = b" ".join(b"%.4f" % each for each in view.matrix(x, y))
        return b"BT 0 g 0 Tc 0 Tw 100 Tz 0 TL 0 Tr 0 Ts %b %.4f Tf %b Tm <%b> Tj ET\n" % (
            name,
            size / view.unit,
            matrix,
            codes,
        )

    def _name_in(self, page: pikepdf.Page) -> str:
        """Return the font's name in this page's resources, where another may have it already."""
        fonts = self._fonts_of(page)
        number = 0
        while True:
            name = f"{_FONT_NAME}{number or ''}"
            found = fonts.get(name)
            if found is None:
                fonts[name] = self._font
                return name
            if getattr(found, "objgen", None) == self._font.objgen:
                return name
            number += 1

    def _fonts_of(self, page: pikepdf.Page) -> Any:
        """Return the page's dictionary of fonts, made where there is none."""
        import pikepdf

        resources = inherited(page, "/Resources")
        if not isinstance(resources, pikepdf.Dictionary):
            resources = pikepdf.Dictionary()
        if "/Resources" not in page.obj:
            page.obj["/Resources"] = resources
            resources = page.obj["/Resources"]
        if not isinstance(resources.get("/Font"), pikepdf.Dictionary):
            resources["/Font"] = pikepdf.Dictionary()
        return resources["/Font"]


def label_scale(width: float, height: float) -> float:
    """Return how much larger a label is on a page larger than A4 or letter."""
    shorter = min(width, height)
    return shorter / _A4_SIDE if shorter > _LARGE_SIDE else 1.0


def side_of(width: float, height: float) -> float:
    """Return how far from the page's sides its numbers are."""
    return min(SIDE * label_scale(width, height), width * _LARGEST_SHARE)


def _embed(
    pdf: pikepdf.Pdf, characters: Iterable[str]
) -> tuple[dict[str, int], dict[str, float], pikepdf.Object]:
    """Embed a subset of the bold face; return glyph numbers, widths at size 1, and the font.

    Raises:
        TypesettingFailed: if the face lacks one of the characters.
    """
    import pikepdf
    from fontTools import subset
    from fontTools.ttLib import TTFont

    from evidencekit.pdf.fonts import FACES

    wanted = sorted(set(characters) | set("0123456789"))
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
    cmap, units = face.getBestCmap(), face["head"].unitsPerEm
    glyphs = {each: face.getGlyphID(cmap[ord(each)]) for each in wanted}
    widths = {each: face["hmtx"][cmap[ord(each)]][0] / units for each in wanted}
    data = buffer.getvalue()
    name = pikepdf.Name(f"/{_tag(data)}+Arimo-Bold")
    descriptor = _descriptor(pdf, face, data, name)
    by_glyph = sorted((glyphs[each], widths[each]) for each in wanted)
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=pikepdf.Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=descriptor,
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
        ToUnicode=pdf.make_stream(_to_unicode(glyphs)),
    )
    return glyphs, widths, pdf.make_indirect(font)


def _tag(data: bytes) -> str:
    """Return the six letters that mark a subset, the same for the same font."""
    number = int.from_bytes(hashlib.sha256(data).digest()[:8], "big")
    return "".join(chr(ord("A") + number // 26**place % 26) for place in range(6))


def _descriptor(
    pdf: pikepdf.Pdf,
    face: Any,
    data: bytes,
    name: pikepdf.Name,
) -> pikepdf.Object:
    """Return the font's descriptor with its program."""
    import pikepdf

    head, scale = face["head"], 1000 / face["head"].unitsPerEm
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=name,
            Flags=4,
            FontBBox=pikepdf.Array(
                [round(each * scale) for each in (head.xMin, head.yMin, head.xMax, head.yMax)]
            ),
            ItalicAngle=0,
            Ascent=round(face["hhea"].ascent * scale),
            Descent=round(face["hhea"].descent * scale),
            CapHeight=round(face["OS/2"].sCapHeight * scale),
            StemV=140,
            FontFile2=pdf.make_stream(data, Length1=len(data)),
        )
    )


def _to_unicode(glyphs: dict[str, int]) -> bytes:
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
