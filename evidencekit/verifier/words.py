# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words on the bundle's pages, to be looked for without regard to where lines end.

Text in a PDF has lost its spaces and its line ends, and may be set with joined letters. So both
what is looked for and where are squashed: compatibility forms undone, white space and invisible
characters left out. Scripts whose letters change shape or run from the right come out of a PDF in
another order, and are not looked for.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import TYPE_CHECKING

from evidencekit.model.bundle import DRAFT_MARK, INDEX_WORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FROM_THE_RIGHT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})
#: Above these come the scripts whose letters change shape; in between, only marks and symbols.
_LAST_SIMPLE = 0x058F
#: Stands for what a format cannot hold.
_NO_CHARACTER = "\ufffd"
_SYMBOLS = range(0x2000, 0x2C00)


def squashed(text: str) -> str:
    r"""Return *text* without what a PDF does not keep.

    >>> squashed("The \\ufb01rst  page\\n")
    'Thefirstpage'
    """
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        each
        for each in plain
        if not each.isspace()
        and each != _NO_CHARACTER
        and unicodedata.category(each) not in {"Cf", "Cc"}
    )


def is_simple(text: str) -> bool:
    """Say whether *text* comes out of a PDF as it went in, but for its spaces."""
    return all(
        (ord(each) <= _LAST_SIMPLE or ord(each) in _SYMBOLS)
        and unicodedata.category(each) not in {"Mn", "Mc", "Me", "Cc", "Cs", "Co", "Cn"}
        and unicodedata.bidirectional(each) not in _FROM_THE_RIGHT
        for each in text
        if not each.isspace()
    )


#: What stands at the head of the pages of a draft.
_HEAD = squashed(DRAFT_MARK)


class PageWords:
    """The squashed words of the pages of one PDF, of which *texts* has the text by ordinal."""

    def __init__(
        self,
        texts: Mapping[int, str],
        labels: Sequence[str],
        exhibit_labels: Sequence[str | None] = (),
    ) -> None:
        self._texts = texts
        self._labels = labels
        self._exhibit_labels = exhibit_labels
        self._page = functools.cache(self._read)

    def _read(self, ordinal: int) -> str:
        return squashed(self._texts.get(ordinal, ""))

    def page(self, ordinal: int) -> str:
        """Return the words of the page with this ordinal, from 1; none where there is no such."""
        return self._page(ordinal)

    def span(self, first: int, pages: int) -> str:
        """Return the words of several pages as one text, without the numbers at their feet and
        what stands at the head of each but the first.
        """
        words = [self._without_foot(each) for each in self._there(first, pages)]
        return "".join([*words[:1], *(each.removeprefix(_HEAD) for each in words[1:])])

    def _there(self, first: int, pages: int) -> Sequence[int]:
        """Return those of these pages that the PDF has: a record may speak of 2,000,000,000."""
        last = max(self._texts, default=0)
        return range(max(first, 1), min(first + pages, last + 1))

    def _without_foot(self, ordinal: int) -> str:
        words = self._page(ordinal)
        feet = [
            squashed(each[ordinal - 1] or "")
            for each in (self._labels, self._exhibit_labels)
            if 1 <= ordinal <= len(each)
        ]
        feet.append(INDEX_WORD)
        # Each once, in any order: a digest may end in the digits of a label.
        left = sorted(filter(None, feet), key=len, reverse=True)
        while found := next((each for each in left if words.endswith(each)), None):
            words = words.removesuffix(found)
            left.remove(found)
        return words

    def holds(self, text: str, first: int, pages: int) -> bool:
        """Say whether *text* stands on these pages, also where it goes on from one to the next."""
        return squashed(text) in self.span(first, pages)

    def count(self, text: str, first: int, pages: int) -> int:
        """Return how often *text* stands on these pages."""
        return self.span(first, pages).count(squashed(text))

    def named(self, first: int, pages: int) -> str:
        """Name pages by their labels and ordinals: "D1 to D3 (pdf pages 9 to 11)"."""
        last = first + pages - 1
        if last <= first:
            return f"{self._label(first)} (pdf page {first})"
        return f"{self._label(first)} to {self._label(last)} (pdf pages {first} to {last})"

    def _label(self, ordinal: int) -> str:
        return self._labels[ordinal - 1] if 1 <= ordinal <= len(self._labels) else "no page"

    def where(self, text: str, first: int, pages: int) -> str:
        """Name the page on which *text* stands, or the first of these pages."""
        wanted = squashed(text)
        found = (each for each in self._there(first, pages) if wanted in self._page(each))
        return self._label(next(found, first))
