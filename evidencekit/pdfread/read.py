# SPDX-License-Identifier: AGPL-3.0-or-later
"""Look through a PDF: labels, printed numbers, links, bookmarks, text.

It reads what anybody's reader would find, and knows nothing of how the file was made. A file that
is not our own is to be read inside an `Isolate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.errors import PdfUnreadable
from evidencekit.pdfread.corners import Word, band_of, corner_words
from evidencekit.pdfread.fold import text_digest
from evidencekit.pdfread.labels import expand_labels
from evidencekit.pdfread.mupdf import mupdf_errors, quiet_mupdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


@frozen(kw_only=True)
class SeenLink:
    """A link: the words under it, and the ordinal it leads to, or its address, or neither."""

    text: str
    page: int | None = None
    address: str | None = None


@frozen(kw_only=True)
class SeenBookmark:
    """A bookmark. `level` counts from 1; `page` is an ordinal from 1, or None without a target."""

    level: int
    title: str
    page: int | None


@frozen(kw_only=True)
class SeenPage:
    """A page as displayed. `width` and `height` are in points.

    `printed` holds the words in its bottom right corner and `printed_left` those in its bottom
    left, nearest to the corner first. `back` is the page that a link over the first of `printed`
    leads to, which is none of `links`.
    """

    ordinal: int
    label: str
    printed: tuple[str, ...]
    printed_left: tuple[str, ...]
    width: float
    height: float
    has_text: bool
    links: tuple[SeenLink, ...] = ()
    back: int | None = None


@frozen(kw_only=True)
class SeenPdf:
    """What a PDF holds."""

    pages: tuple[SeenPage, ...]
    outline: tuple[SeenBookmark, ...]
    title: str

    @property
    def page_count(self) -> int:
        """The number of pages."""
        return len(self.pages)

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of every page, in order."""
        return tuple(page.label for page in self.pages)


def read_pdf(path: Path) -> SeenPdf:
    """Look through the PDF at *path*.

    Raises:
        PdfUnreadable: if it is missing, locked, damaged, or no PDF.
    """
    with open_pdf(path) as document:
        labels = expand_labels(document.get_page_labels(), document.page_count)
        return SeenPdf(
            pages=tuple(
                _see(document[index], index + 1, label) for index, label in enumerate(labels)
            ),
            outline=bookmarks_of(document),
            title=(document.metadata or {}).get("title") or "",
        )


def page_text(path: Path, ordinal: int) -> str:
    """Return the text of the page with this ordinal, counted from 1.

    Raises:
        PdfUnreadable: if the PDF cannot be read, or has no such page.
    """
    with open_pdf(path) as document:
        if not 1 <= ordinal <= document.page_count:
            reason = f"has no page {ordinal}"
            raise PdfUnreadable(path.name, reason)
        return str(document[ordinal - 1].get_text())


def page_digests(path: Path, first: int, last: int) -> tuple[str, ...]:
    """Return the digest of the text of each page from ordinal *first* to *last*.

    Raises:
        PdfUnreadable: if the PDF cannot be read.
    """
    with open_pdf(path) as document:
        return tuple(
            text_digest(lay_out_text(document[ordinal - 1]).extractText())
            for ordinal in range(first, min(last, document.page_count) + 1)
        )


def page_texts(path: Path) -> Iterator[str]:
    """Yield the text of each page, in order.

    Raises:
        PdfUnreadable: if the PDF cannot be read.
    """
    with open_pdf(path) as document:
        for page in document:
            yield str(page.get_text())


def reader_version() -> str:
    """Return which library reads PDFs here: another version may find words in another order."""
    return f"pymupdf {quiet_mupdf().__version__}"


def open_pdf(path: Path) -> Any:
    """Open a PDF.

    Raises:
        PdfUnreadable: if that is not possible.
    """
    try:
        document = quiet_mupdf().open(path, filetype="pdf")
    except mupdf_errors() as error:
        reason = "cannot be read as a PDF" if path.is_file() else "was not found"
        raise PdfUnreadable(path.name, reason) from error
    if not document.is_pdf or document.needs_pass:
        reason = "needs a password" if document.needs_pass else "is not a PDF"
        document.close()
        raise PdfUnreadable(path.name, reason)
    return document


def bookmarks_of(document: Any) -> tuple[SeenBookmark, ...]:
    """Return the bookmarks of an open PDF, those below others after them."""
    return tuple(
        SeenBookmark(level=level, title=title, page=page if page > 0 else None)
        for level, title, page, *_ in document.get_toc(simple=True)
    )


def _see(page: Any, ordinal: int, label: str) -> SeenPage:
    """Look at one page. Only the words that are asked for become values of ours: a page has some
    hundreds, and few stand at its foot or under a link.
    """
    width, height = page.rect.width, page.rect.height
    words = page.get_text("words")
    foot = _words_in(page, words, (0.0, height - band_of(width, height), width, height))
    corners = corner_words(foot, width=width, height=height)
    links = page.get_links()
    back = back_link(links, corners.right)
    return SeenPage(
        ordinal=ordinal,
        label=label,
        printed=tuple(word.text for word in corners.right),
        printed_left=tuple(word.text for word in corners.left),
        width=width,
        height=height,
        has_text=bool(words),
        links=tuple(_link(link, page, words) for link in links if link is not back),
        back=None if back is None else target_of(back),
    )


def back_link(links: Sequence[Any], right: Sequence[Word]) -> Any | None:
    """Return the link over the word nearest to the bottom right corner, if one lies there.

    The last one, because what was laid over a page later is on top of what was there.
    """
    if not right:
        return None
    x, y = (right[0].left + right[0].right) / 2, (right[0].top + right[0].bottom) / 2
    over = [
        each
        for each in links
        if each["from"].x0 <= x <= each["from"].x1 and each["from"].y0 <= y <= each["from"].y1
    ]
    return over[-1] if over else None


def target_of(link: Any) -> int | None:
    """Return the ordinal of the page that a link leads to, or None."""
    page = link.get("page", -1)
    return page + 1 if isinstance(page, int) and page >= 0 else None


def lay_out_text(page: Any) -> Any:
    """Return the text of a page as PyMuPDF lays it out, always in the same way."""
    import pymupdf

    library: Any = pymupdf
    return page.get_textpage(flags=library.TEXTFLAGS_TEXT)


def place_words(page: Any, words: Iterable[Any]) -> tuple[Word, ...]:
    """Return words as PyMuPDF lists them where they are displayed, which it does not say itself of
    a turned page: its own matrix for that forgets the size of a page's unit.
    """
    place = _TURNED.get(page.rotation, _upright)
    width, height = page.rect.width, page.rect.height
    return tuple(Word(text=each[4], **place(each, width, height)) for each in words)


def _upright(word: Any, _width: float, _height: float) -> dict[str, float]:
    return {"left": word[0], "top": word[1], "right": word[2], "bottom": word[3]}


def _quarter(word: Any, width: float, _height: float) -> dict[str, float]:
    return {"left": width - word[3], "top": word[0], "right": width - word[1], "bottom": word[2]}


def _half(word: Any, width: float, height: float) -> dict[str, float]:
    left, top, right, bottom = word[:4]
    return {
        "left": width - right,
        "top": height - bottom,
        "right": width - left,
        "bottom": height - top,
    }


def _three_quarters(word: Any, _width: float, height: float) -> dict[str, float]:
    return {"left": word[1], "top": height - word[2], "right": word[3], "bottom": height - word[0]}


#: How a page is turned clockwise, in degrees, and where its words are then.
_TURNED = {90: _quarter, 180: _half, 270: _three_quarters}


def _words_in(
    page: Any, words: Iterable[Any], area: tuple[float, float, float, float]
) -> tuple[Word, ...]:
    """Return the words whose middle lies in *area* as displayed, in their order."""
    left, top, right, bottom = _UNTURNED.get(page.rotation, _as_it_is)(
        area, page.rect.width, page.rect.height
    )
    left, top, right, bottom = 2 * left, 2 * top, 2 * right, 2 * bottom
    return place_words(
        page,
        [
            each
            for each in words
            if top <= each[1] + each[3] <= bottom and left <= each[0] + each[2] <= right
        ],
    )


_Area = tuple[float, float, float, float]


def _as_it_is(area: _Area, _width: float, _height: float) -> _Area:
    return area


def _back_a_quarter(area: _Area, width: float, _height: float) -> _Area:
    left, top, right, bottom = area
    return top, width - right, bottom, width - left


def _back_a_half(area: _Area, width: float, height: float) -> _Area:
    left, top, right, bottom = area
    return width - right, height - bottom, width - left, height - top


def _back_three_quarters(area: _Area, _width: float, height: float) -> _Area:
    left, top, right, bottom = area
    return height - bottom, left, height - top, right


#: Where an area of a turned page is before it is turned.
_UNTURNED = {90: _back_a_quarter, 180: _back_a_half, 270: _back_three_quarters}


def _link(link: Any, page: Any, words: Iterable[Any]) -> SeenLink:
    """Return one link with the words whose middle lies under it."""
    box = link["from"]
    under = _words_in(page, words, (box.x0, box.y0, box.x1, box.y1))
    return SeenLink(
        text=" ".join(word.text for word in under), page=target_of(link), address=link.get("uri")
    )
