# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether words that somebody typed are in the text of a page.

Punctuation, capitals, accents, white space and hyphens at line ends do not count, and an ellipsis
stands for words that were left out. Whole words are compared: "no" is not found in "know".
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from evidencekit.model.material import Minuted
from evidencekit.pdfread.read import open_pdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_LEFT_OUT = re.compile(r"[\[(]?(?:\.\s?\.\s?\.|\u2026)[\])]?")


@frozen(kw_only=True)
class Wanted:
    """Words to look for on a page, counted from 1; None looks on every page."""

    words: str
    page: int | None = None


def look_for(path: Path, wanted: Sequence[Wanted]) -> tuple[int, tuple[Minuted, ...]]:
    """Return how many pages the PDF at *path* has, and what was seen of each of *wanted*.

    Raises:
        PdfUnreadable: if the PDF cannot be read.
    """
    with open_pdf(path) as document:
        count = document.page_count
        return count, tuple(_look(document, each, count) for each in wanted)


def _look(document: Any, wanted: Wanted, count: int) -> Minuted:
    pages = range(1, count + 1) if wanted.page is None else (wanted.page,)
    readings = [
        (str(document[page - 1].get_text()), str(document[page - 1].get_text(sort=True)))
        for page in pages
        if page <= count
    ]
    texts = [text for reading in readings for text in reading if any(map(str.isalnum, text))]
    if not texts:
        return Minuted.NO_TEXT
    return Minuted.FOUND if any(holds(each, wanted.words) for each in texts) else Minuted.NOT_FOUND


def holds(text: str, words: str) -> bool:
    r"""Tell whether *text* has these *words*, one after another.

    >>> holds("She had can-\ncelled the (nursery) appointment.", "Cancelled the nursery")
    True
    >>> holds("I know", "no")
    False
    """
    page = _Letters.of(text)
    at = 0
    pieces = [_Letters.of(each).letters for each in _LEFT_OUT.split(words)]
    wanted = [each for each in pieces if each]
    for piece in wanted:
        found = page.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return bool(wanted)


@frozen(kw_only=True)
class _Letters:
    """The letters and digits of a text, and at which of them a word begins or has just ended."""

    letters: str
    edges: frozenset[int] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> _Letters:
        """Fold a text."""
        folded: list[str] = []
        edges = {0}
        for each in _plain(text):
            if each.isalnum():
                folded.extend(each.casefold())
            else:
                edges.add(len(folded))
        edges.add(len(folded))
        return cls(letters="".join(folded), edges=frozenset(edges))

    def find(self, piece: str, start: int) -> int:
        """Return where *piece* stands as whole words from *start* on, or -1."""
        at = self.letters.find(piece, start)
        while at >= 0 and not (at in self.edges and at + len(piece) in self.edges):
            at = self.letters.find(piece, at + 1)
        return at


def _plain(text: str) -> Iterable[str]:
    """Yield the characters of *text* without marks, which stand inside words."""
    return (each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
