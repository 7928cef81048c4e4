# SPDX-License-Identifier: AGPL-3.0-or-later
"""Print a page's label at its displayed bottom right, and its exhibit number at the bottom left.

One embedded subset of one font serves the whole bundle, so the look depends on no viewer, and the
text can be read back. The stamp is marked as an artifact: it is about the page, not of it. Pages
must leave the graphics state as they found it (see `content.Wrapper`), since the stamp follows
what they draw.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.model.bundle import INDEX_WORD
from evidencekit.pdf.boxes import View, inherited, settle_boxes, view_of
from evidencekit.pdf.content import streams_of
from evidencekit.pdf.label_face import DIGITS, embed, label_face

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pikepdf

    from evidencekit.model.bundle import PageMark

#: Sizes and distances from the page's edges, in points on a page as wide as A4.
LABEL_SIZE = 13.0
EXHIBIT_SIZE = 10.0
#: The word before the label, which leads back to the index with it.
WORD = INDEX_WORD
WORD_SIZE = 8.0
_GAP = 6.0
_BLUE = b"0.1 0.2 0.5 rg"
#: Room around what is clicked, and the height of capitals as a share of their size.
_AROUND = 3.0
_CAPITALS = 0.72
SIDE = 34.0
#: The width kept free for a label, which in a core bundle is two numbers.
FREE_WIDTH = 92.0
BASELINE = 20.0
#: A plan larger than this is printed smaller than it is, so its label is larger.
_LARGE_SIDE = 850.0
_A4_SIDE = 595.276
#: What either side may take of a narrow page, whose two numbers must not meet.
_LARGEST_SHARE = 0.08
#: What the stream with the numbers starts with, by which `kept` finds it.
STAMP_START = b"/Artifact <</Type/Pagination/Subtype/Footer>> BDC\nq\n"
_FONT_NAME = "/EKF"


@frozen
class _Foot:
    """Where the label `text` begins at the foot of a page, and the word before it, which is None
    where the free corner is too narrow; in points from the displayed left.
    """

    text: str
    view: View
    scale: float
    side: float
    label: float
    word: float | None


class Stamper:
    """Stamps the pages of one PDF. *characters* are all that its labels are made of."""

    def __init__(self, pdf: pikepdf.Pdf, characters: Iterable[str]) -> None:
        self._pdf = pdf
        face = label_face({*characters, *DIGITS, *WORD})
        self._widths, self._font = face.widths, embed(pdf, face)
        self._codes = {each: b"%04X" % glyph for each, glyph in face.glyphs.items()}
        self._feet: dict[tuple[int, int], _Foot] = {}

    def stamp(self, page: pikepdf.Page, mark: PageMark, *, back: bool = False) -> None:
        """Print *mark* onto *page*, after everything that it draws; with the word that leads *back*
        to the index, where there is room for it.
        """
        import pikepdf

        foot = self._foot(page, mark.label)
        view, scale = foot.view, foot.scale
        settle_boxes(page, view)
        name = self._name_in(page).encode()
        y = BASELINE * scale
        shows = []
        if mark.exhibit is not None:
            # First, because readers that list text in this order then divide the two.
            size = EXHIBIT_SIZE * scale
            shows.append(self._text(view, mark.exhibit, name, size=size, x=foot.side, y=y))
        if back and foot.word is not None:
            small = WORD_SIZE * scale
            shows.append(self._text(view, WORD, name, size=small, x=foot.word, y=y, colour=_BLUE))
        size = LABEL_SIZE * scale
        shows.append(self._text(view, mark.label, name, size=size, x=foot.label, y=y))
        content = STAMP_START + b"".join(shows) + b"Q\nEMC\n"
        stream = self._pdf.make_indirect(self._pdf.make_stream(content))
        page.obj["/Contents"] = pikepdf.Array([*streams_of(page), stream])

    def area(self, page: pikepdf.Page, label: str) -> tuple[float, float, float, float]:
        """Return the rectangle of *page*, in its own units, that holds the label and the word that
        leads back, with some room around them for a finger.
        """
        foot = self._foot(page, label)
        left = foot.label if foot.word is None else foot.word
        around, y = _AROUND * foot.scale, BASELINE * foot.scale
        above = y + LABEL_SIZE * _CAPITALS * foot.scale + around
        *_, x0, y0 = foot.view.matrix(left - around, y - around)
        *_, x1, y1 = foot.view.matrix(foot.view.width - foot.side + around, above)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def _foot(self, page: pikepdf.Page, label: str) -> _Foot:
        """Return where what is printed at a page's foot stands; found once, and asked for twice."""
        known = self._feet.get(page.obj.objgen)
        if known is not None and known.text == label:
            return known
        view = view_of(page)
        scale, side = label_scale(view.width, view.height), side_of(view.width, view.height)
        at = view.width - side - self.width(label) * LABEL_SIZE * scale
        word = at - (self.width(WORD) * WORD_SIZE + _GAP) * scale
        fits = word >= max(view.width - side - FREE_WIDTH * scale, view.width / 2)
        foot = _Foot(label, view, scale, side, at, word if fits else None)
        self._feet[page.obj.objgen] = foot
        return foot

    def small(
        self, page: pikepdf.Page, text: str, *, size: float, x: float, y: float
    ) -> pikepdf.Object:
        """Return a stream that prints *text* at (x, y) points from the displayed bottom left."""
        name = self._name_in(page).encode()
        shows = self._text(view_of(page), text, name, size=size, x=x, y=y)
        content = b"/Artifact <</Type/Pagination>> BDC\nq\n" + shows + b"Q\nEMC\n"
        return self._pdf.make_indirect(self._pdf.make_stream(content))

    def width(self, text: str) -> float:
        """Return the width of *text* at size 1."""
        return sum(self._widths[character] for character in text)

    def _text(
        self,
        view: View,
        text: str,
        name: bytes,
        *,
        size: float,
        x: float,
        y: float,
        colour: bytes = b"0 g",
    ) -> bytes:
        """Return the operators that write *text*, black whatever the page has set."""
        codes = b"".join([self._codes[character] for character in text])
        matrix = b" ".join(b"%.4f" % each for each in view.matrix(x, y))
        return b"BT %b 0 Tc 0 Tw 100 Tz 0 TL 0 Tr 0 Ts %b %.4f Tf %b Tm <%b> Tj ET\n" % (
            colour,
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


@functools.lru_cache(maxsize=256)
def label_scale(width: float, height: float) -> float:
    """Return how much larger a label is on a page larger than A4 or letter."""
    shorter = min(width, height)
    return shorter / _A4_SIDE if shorter > _LARGE_SIDE else 1.0


@functools.lru_cache(maxsize=256)
def side_of(width: float, height: float) -> float:
    """Return how far from the page's sides its numbers are."""
    return min(SIDE * label_scale(width, height), width * _LARGEST_SHARE)
