# SPDX-License-Identifier: AGPL-3.0-or-later
"""Find words of a document that cannot be seen and can still be copied out of it.

A name under a black field, or in the colour of the paper, is on the page for whoever selects it or
searches for it. Whether a word can be seen is asked of a picture of the page. A picture is drawn
only of pages on which something is painted over words or behind them, or words leave no ink of
their own: what a page draws is looked through for that first, and then followed. Words that a
machine read off a scan lie unseen over it and are no finding, unless they lie over a black field.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from evidencekit.pdf.boxes import inherited
from evidencekit.pdf.content import whole_content
from evidencekit.pdf.written import written
from evidencekit.pdfread.fold import fold
from evidencekit.pdfread.mupdf import mupdf_errors, quiet_mupdf
from evidencekit.pdfread.picture import Area, Picture
from evidencekit.pdfread.read import lay_out_text, place_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pikepdf

    from evidencekit.pdfread.corners import Word

#: Words lighter than this, of 255, may not stand out from paper.
_LIGHT = 200
#: What covers words is larger than a line under them, in points.
_LEAST_COVER = 4.0
#: Lower words than this are too small for the picture, in points.
_LEAST_WORD = 3.0
#: More pairs of what is painted than this are not gone through: the page is drawn instead.
_MOST_PAIRS = 100_000
#: What of a word's box is looked at: its middle, where every letter has ink.
_MIDDLE = 0.3
_FIELDS, _PICTURES = {"fill-path", "fill-shade"}, {"fill-image", "fill-imgmask"}
#: Annotations that paint nothing over words.
_READING = {
    "/Link",
    "/Popup",
    "/Text",
    "/Widget",
    "/Underline",
    "/StrikeOut",
    "/Squiggly",
    "/Caret",
}
#: What sets a colour that is white or cannot be told from here, or a way to write without ink.
_FAINT = re.compile(
    rb"\b[37]\s+Tr\b|\b(?:1(?:\.0*)?|0?\.[89]\d*)\s+(?:g|rg)\b|\b0(?:\.0*)?\s+k\b|\bscn?\b|\bgs\b"
)
#: What fills an area, over words or behind them, and a picture that is drawn after words.
_FILLED = re.compile(rb"\s(?:f\*?|F|[bB]\*?|sh)\s")
_PICTURED = re.compile(rb"\s(?:Do|EI)\s")

_Rect = tuple[float, float, float, float]


def may_hide_words(page: pikepdf.Page) -> bool:
    """Say whether what *page* draws may have words that cannot be seen: quick, and often wrong.

    Raises:
        LimitExceeded: if it draws more than any page needs.
    """
    import pikepdf

    annotations = page.obj.get("/Annots")
    if isinstance(annotations, pikepdf.Array) and any(
        isinstance(each, pikepdf.Dictionary) and written(each.get("/Subtype")) not in _READING
        for each in annotations
    ):
        return True
    content = whole_content(page)
    if content is None or _draws_forms(page):
        return True
    first = content.find(b"ET")
    if first < 0:
        return False
    if _PICTURED.search(content, first) is not None:
        return True
    return _FAINT.search(content) is not None or _FILLED.search(content) is not None


def _draws_forms(page: pikepdf.Page) -> bool:
    import pikepdf

    resources = inherited(page, "/Resources")
    objects = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    return isinstance(objects, pikepdf.Dictionary) and any(
        isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Form"
        for each in objects.as_dict().values()
    )


def unseen_words(path: Path, numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return which of the pages *numbers* of a PDF, counted from 1, have words that cannot be seen,
    each with how many. A page that the engine cannot read or draw is passed over.
    """
    found = []
    expected: tuple[type[Exception], ...] = (IndexError, *mupdf_errors())
    with quiet_mupdf().open(path, filetype="pdf") as document:
        for number in numbers:
            try:
                count = _count(document[number - 1])
            except expected:
                continue
            if count:
                found.append((number, count))
    return tuple(found)


def _count(page: Any) -> int:
    layout = lay_out_text(page)
    spans = [
        span
        for block in layout.extractDICT()["blocks"]
        for line in block.get("lines", ())
        for span in line["spans"]
    ]
    pictures, is_covered = _painted(page)
    without_ink = [each["bbox"] for each in spans if each.get("alpha", 255) == 0]
    if not (without_ink or is_covered or any(_grey(each["color"]) >= _LIGHT for each in spans)):
        return 0
    drawn = Picture(page)
    read = list(layout.extractWORDS())
    count = 0
    for raw, word in zip(read, place_words(page, read), strict=True):
        if not fold(word.text) or word.bottom - word.top < _LEAST_WORD:
            continue
        middle = ((raw[0] + raw[2]) / 2, (raw[1] + raw[3]) / 2)
        is_read_off = _holds(without_ink, middle) and _holds(pictures, middle)
        count += _cannot_be_seen(word, drawn, but_dark=is_read_off)
    return count


def _holds(areas: Sequence[_Rect], point: tuple[float, float]) -> bool:
    x, y = point
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in areas)


def _painted(page: Any) -> tuple[list[_Rect], bool]:
    """Return where pictures are, and whether words are where a field is, or a picture that was
    painted after them.
    """
    if any(f"/{each.type[1]}" not in _READING for each in page.annots() or ()):
        return [area for kind, area, *_ in page.get_bboxlog() if kind in _PICTURES], True
    texts: list[_Rect] = []
    fields: list[_Rect] = []
    pictures: list[_Rect] = []
    is_covered = False
    for kind, area, *_ in page.get_bboxlog():
        if kind.endswith("-text"):
            texts.append(area)
        elif min(_sides(area)) >= _LEAST_COVER:
            if kind in _PICTURES:
                pictures.append(area)
                is_covered = is_covered or any(_meet(area, each) for each in texts)
            elif kind in _FIELDS:
                fields.append(area)
    if not is_covered:
        many = len(texts) * len(fields) > _MOST_PAIRS
        is_covered = many or any(_meet(one, other) for one in fields for other in texts)
    return pictures, is_covered


def _grey(colour: int) -> int:
    red, green, blue = colour >> 16 & 255, colour >> 8 & 255, colour & 255
    return (299 * red + 587 * green + 114 * blue) // 1000


def _sides(area: _Rect) -> tuple[float, float]:
    return area[2] - area[0], area[3] - area[1]


def _meet(one: _Rect, other: _Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _cannot_be_seen(word: Word, picture: Picture, *, but_dark: bool) -> bool:
    """Say whether the middle of a word has one colour: that of a field, or, unless *but_dark*, that
    of paper on which nothing stands around it either.
    """
    across, down = word.right - word.left, word.bottom - word.top
    # Across the line that it is written on, which on a turned page goes down.
    x, y = (_MIDDLE * across, 0.0) if down > across else (0.0, _MIDDLE * down)
    middle = Area(word.left + x, word.top + y, word.right - x, word.bottom - y)
    if picture.has_ink(middle):
        return False
    if picture.is_dark(middle):
        return True
    return not but_dark and not picture.has_ink(Area(word.left, word.top, word.right, word.bottom))


def told(pages: Sequence[tuple[int, int]]) -> str:
    """Say how many words there are, and on which pages.

    >>> told([(1, 2), (2, 1), (5, 1)])
    '4 words on pages 1 to 2 and 5'
    """
    count = sum(each for _, each in pages)
    runs = list(_runs(page for page, _ in pages))
    named = [str(first) if first == last else f"{first} to {last}" for first, last in runs]
    listed = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return (
        f"{count} word{'' if count == 1 else 's'} on page{'' if len(pages) == 1 else 's'} {listed}"
    )


def _runs(pages: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of pages that follow each other."""
    first = last = 0
    for page in pages:
        if first and page == last + 1:
            last = page
            continue
        if first:
            yield first, last
        first = last = page
    if first:
        yield first, last
