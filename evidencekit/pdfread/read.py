# SPDX-License-Identifier: AGPL-3.0-or-later
"""Look through a PDF: labels, printed numbers, links, bookmarks, text.

It reads what anybody's reader would find, and knows nothing of how the file was made. A file that
is not our own is to be read inside an `Isolate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.errors import PdfUnreadable
from evidencekit.pdfread.corners import Word, corners_of
from evidencekit.pdfread.fold import text_digest
from evidencekit.pdfread.labels import expand_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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
    left, nearest to the corner first.
    """

    ordinal: int
    label: str
    printed: tuple[str, ...]
    printed_left: tuple[str, ...]
    width: float
    height: float
    has_text: bool
    links: tuple[SeenLink, ...] = ()


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
    import pymupdf

    library: Any = pymupdf
    return f"pymupdf {library.__version__}"


def open_pdf(path: Path) -> Any:
    """Open a PDF.

    Raises:
        PdfUnreadable: if that is not possible.
    """
    import pymupdf

    library: Any = pymupdf
    library.TOOLS.mupdf_display_errors(False)
    try:
        document = library.open(path, filetype="pdf")
    except (RuntimeError, ValueError) as error:
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
    """Look at one page."""
    width, height = page.rect.width, page.rect.height
    words = place_words(page, page.get_text("words"))
    corners = corners_of(words, width=width, height=height)
    return SeenPage(
        ordinal=ordinal,
        label=label,
        printed=corners.right,
        printed_left=corners.left,
        width=width,
        height=height,
        has_text=bool(words),
        links=tuple(_link(link, page, words) for link in page.get_links()),
    )


def lay_out_text(page: Any) -> Any:
    """Return the text of a page as PyMuPDF lays it out, always in the same way."""
    import pymupdf

    library: Any = pymupdf
    return page.get_textpage(flags=library.TEXTFLAGS_TEXT)


def place_words(page: Any, words: Iterable[Any]) -> tuple[Word, ...]:
    """Return words as PyMuPDF lists them where they are displayed, which a turned page does not
    say.
    """
    import pymupdf

    library: Any = pymupdf
    turn = page.rotation_matrix
    placed = ((library.Rect(each[:4]) * turn, each[4]) for each in words)
    return tuple(
        Word(left=box.x0, top=box.y0, right=box.x1, bottom=box.y1, text=text)
        for box, text in placed
    )


def _link(link: Any, page: Any, words: tuple[Word, ...]) -> SeenLink:
    """Return one link with the words whose middle lies under it."""
    box = link["from"] * page.rotation_matrix
    text = " ".join(
        word.text
        for word in words
        if box.x0 <= (word.left + word.right) / 2 <= box.x1
        and box.y0 <= (word.top + word.bottom) / 2 <= box.y1
    )
    target = link.get("page", -1)
    return SeenLink(
        text=text,
        page=target + 1 if isinstance(target, int) and target >= 0 else None,
        address=link.get("uri"),
    )
