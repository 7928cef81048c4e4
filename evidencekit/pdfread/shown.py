# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages show, and what hides on them: words that nobody sees, notes, fields, things that act.

A page is looked at both as text and as a picture, because each can say what the other does not: a
white word can be found and not seen, a field over a paragraph covers what can still be found.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.pdfread.corners import corner_words
from evidencekit.pdfread.fold import fold, text_digest
from evidencekit.pdfread.labels import expand_labels
from evidencekit.pdfread.marks import Mark, acts_of, layers_of, marks_of
from evidencekit.pdfread.objects import page_of
from evidencekit.pdfread.picture import Picture, area_of
from evidencekit.pdfread.read import back_link, lay_out_text, open_pdf, place_words, target_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from evidencekit.pdfread.corners import Word

#: Smaller print than this is no number for anybody, in points as displayed.
_SMALLEST = 5.0
_DARKEST_GREY = 0x80


@frozen(kw_only=True)
class CornerWord:
    """A word in a bottom corner. `flaw` says why it cannot be seen; empty if it can."""

    text: str
    flaw: str = ""


@frozen(kw_only=True)
class ShownLink:
    """A link: where it lies from the top left, the words under it, and the page it leads to.

    `page` is None where it leads anywhere else than to a page of the file.
    """

    left: float
    top: float
    right: float
    bottom: float
    text: str
    page: int | None


@frozen(kw_only=True)
class ShownPage:
    """A page as displayed.

    `text` is its text in the order it was extracted; `digest` that of its letters and digits.
    `right` and `left` are the words in its bottom corners, nearest first. `back` is the page that a
    link over the word at the bottom right leads to. Only of a page of the maker's own are the other
    `links` read, and `unseen` counts the words that are in its text and not in its picture;
    `images` are the digests of the pictures in it, as they are stored. `marks` are its annotations
    other than links, `acts` what would run, open or send something.
    """

    ordinal: int
    label: str
    width: float
    height: float
    text: str
    digest: str
    right: tuple[CornerWord, ...]
    left: tuple[CornerWord, ...]
    links: tuple[ShownLink, ...] = ()
    back: int | None = None
    unseen: int = 0
    images: tuple[str, ...] = ()
    layers: int = 0
    marks: tuple[Mark, ...] = ()
    acts: tuple[str, ...] = ()


def show_pages(
    path: Path,
    ordinals: Sequence[int],
    *,
    generated: Collection[int] = (),
    unpictured: Collection[int] = (),
) -> tuple[ShownPage, ...]:
    """Look at the pages of *path* with these ordinals, counted from 1.

    *generated* are those of the maker's own. Those in *unpictured* are not drawn, which spares
    time where they are drawn elsewhere.

    Raises:
        PdfUnreadable: if the PDF cannot be read.
    """
    with open_pdf(path) as document:
        labels = expand_labels(document.get_page_labels(), document.page_count)
        return tuple(
            _show(
                document,
                ordinal,
                labels[ordinal - 1],
                is_generated=ordinal in generated,
                is_drawn=ordinal not in unpictured,
            )
            for ordinal in ordinals
            if 1 <= ordinal <= document.page_count
        )


def _show(
    document: Any, ordinal: int, label: str, *, is_generated: bool, is_drawn: bool
) -> ShownPage:
    page, entry = document[ordinal - 1], page_of(document, ordinal - 1)
    layout = lay_out_text(page)
    text = layout.extractText()
    words = place_words(page, layout.extractWORDS())
    picture = Picture(page) if is_drawn else None
    corners = corner_words(words, width=page.rect.width, height=page.rect.height)
    spans = list(_spans(layout.extractDICT())) if corners.right or corners.left else []
    links = page.get_links()
    back = back_link(links, corners.right)
    return ShownPage(
        ordinal=ordinal,
        label=label,
        width=page.rect.width,
        height=page.rect.height,
        text=text,
        digest=text_digest(text),
        right=tuple(_corner(word, spans, picture) for word in corners.right),
        left=tuple(_corner(word, spans, picture) for word in corners.left),
        links=tuple(_links([each for each in links if each is not back], words))
        if is_generated
        else (),
        back=None if back is None else target_of(back),
        unseen=_count_unseen(words, picture) if is_generated and picture else 0,
        images=_images(document, page) if is_generated else (),
        layers=layers_of(entry),
        marks=marks_of(entry),
        acts=acts_of(entry),
    )


def _images(document: Any, page: Any) -> tuple[str, ...]:
    """Return the SHA-256 of each picture as it is stored; of one with a mask, which hides parts of
    it, no digest that any could have.
    """
    found = []
    for xref, mask, *_ in page.get_images():
        stored = document.xref_stream_raw(xref) or b""
        found.append("masked" if mask else hashlib.sha256(stored).hexdigest())
    return tuple(sorted(found))


def _spans(layout: Any) -> Iterator[Any]:
    for block in layout["blocks"]:
        for line in block.get("lines", ()):
            yield from line["spans"]


def _corner(word: Word, spans: Sequence[Any], picture: Picture | None) -> CornerWord:
    flaw = _flaw(word, spans)
    if not flaw and picture is not None:
        flaw = picture.flaw(area_of(word))
    return CornerWord(text=word.text, flaw=flaw)


def _flaw(word: Word, spans: Sequence[Any]) -> str:
    """Say why a word as it is written cannot be seen, or nothing."""
    if word.bottom - word.top < _SMALLEST:
        return "too small to be seen"
    own = [span for span in spans if word.text in span["text"].split()]
    if own and all(span.get("alpha", 255) == 0 for span in own):
        return "printed so that it cannot be seen"
    if own and all(_grey(span["color"]) >= _DARKEST_GREY for span in own):
        return "printed in a light colour"
    return ""


def _grey(colour: int) -> int:
    red, green, blue = colour >> 16 & 255, colour >> 8 & 255, colour & 255
    return (299 * red + 587 * green + 114 * blue) // 1000


def _links(links: Sequence[Any], words: Sequence[Word]) -> Iterator[ShownLink]:
    for link in links:
        box = link["from"]
        yield ShownLink(
            left=box.x0,
            top=box.y0,
            right=box.x1,
            bottom=box.y1,
            text=" ".join(
                word.text
                for word in words
                if box.x0 <= (word.left + word.right) / 2 <= box.x1
                and box.y0 <= (word.top + word.bottom) / 2 <= box.y1
            ),
            page=target_of(link),
        )


def _count_unseen(words: Sequence[Word], picture: Picture) -> int:
    """Count the words with a letter or digit that leave no ink."""
    return sum(not picture.has_ink(area_of(word)) for word in words if fold(word.text))
