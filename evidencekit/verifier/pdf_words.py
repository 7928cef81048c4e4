# SPDX-License-Identifier: AGPL-3.0-or-later
"""Say whether words stand on the pages of an item, whatever setting them did to them.

Spaces, line ends, hyphens, punctuation and accents do not count. A text may go on from one page to
the next, with the numbers at the foot and a table's head in between. What runs from the right, and
what is written in signs that change places, comes out of a PDF in another order. Such words are
looked for one by one and in both directions, and as a last resort their letters are counted.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from evidencekit.model.late import CONTINUED
from evidencekit.pdfread import letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.verifier.pdf_read import Bundle

_FROM_THE_RIGHT = frozenset({"R", "AL"})
#: From Devanagari to Sinhala, Thai to Myanmar, Khmer, and the scripts of South-East Asia, whose
#: signs are set in another order than they are written in.
_JOINED = (
    range(0x0900, 0x10A0),
    range(0x1780, 0x1800),
    range(0x1A00, 0x1CD0),
    range(0xA800, 0xAC00),
)
_REPEATED = re.compile(r"(.{1,6}?)\1+")
_WORD = re.compile(r"\S+")
#: A text as short as this is not split between pages.
_LEAST_SPLIT = 8
_LEAST_PART = 3
#: So many letters may stand between a text that is split and the end or the start of its page.
_MOST_BESIDE = 800


class Words:
    """The words of the bundle's own pages, by item."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._pages = functools.cache(self._read)

    def _read(self, item: str) -> tuple[str, ...]:
        """Return the letters of each page of an item, and of its continuations."""
        return tuple(
            self._page(ordinal)
            for entry in self._bundle.entries
            if entry.item.partition(CONTINUED)[0] == item
            for ordinal in self._bundle.ordinals(entry)
        )

    def _page(self, ordinal: int) -> str:
        page = self._bundle.pages.get(ordinal)
        found = letters(page.text) if page is not None else ""
        # The numbers at the foot were printed last, the label behind the exhibit's own number.
        for each in reversed(self._bundle.stamps(ordinal)):
            found = found.removesuffix(letters(each))
        return found

    def can_say(self, item: str) -> bool:
        """Say whether there are pages of this item, and all of them could be read."""
        entries = [each for each in self._bundle.entries if each.item == item]
        return bool(entries) and all(
            ordinal in self._bundle.pages
            for each in entries
            for ordinal in self._bundle.ordinals(each)
        )

    def say(self, item: str, phrase: str, *, times: int = 1) -> bool:
        """Say whether *phrase* stands on the pages of *item*, so many times."""
        pages = self._pages(item)
        wanted = letters(phrase)
        if times > 1:
            return "".join(pages).count(wanted) >= times
        if not wanted or _stands(wanted, pages):
            return True
        words = _WORD.findall(phrase)
        if not any(map(_is_odd, words)):
            return False
        whole = "".join(pages)
        plain = (
            "".join(map(letters, run))
            for is_odd, run in itertools.groupby(words, _is_odd)
            if not is_odd
        )
        if not all(_stands(each, pages) for each in plain):
            return False
        odd = [word for word in words if _is_odd(word)]
        return all(_stands_oddly(word, whole) for word in odd) or _all_letters(odd, whole)


def _is_turned(character: str) -> bool:
    return unicodedata.bidirectional(character) in _FROM_THE_RIGHT


def _is_odd(word: str) -> bool:
    """Say whether a word may come out of a PDF otherwise than it went in: written from the right,
    in signs that change places, or with marks that have no letter of their own to stand on.
    """
    composed = unicodedata.normalize("NFC", word)
    return any(
        _is_turned(each)
        or unicodedata.category(each)[0] == "M"
        or any(ord(each) in script for script in _JOINED)
        for each in composed
    )


def _stands_oddly(word: str, whole: str) -> bool:
    """Look for a word in both directions, and for a sign of several glyphs once for each."""
    parts = _one_way(letters(word))
    if all(each in whole or each[::-1] in whole for each in parts):
        return True
    return _squeezed(letters(word)) in _squeezed(whole)


def _all_letters(words: Sequence[str], whole: str) -> bool:
    """Count the letters of words, whose order may be any."""
    return not Counter("".join(map(letters, words))) - Counter(whole)


@functools.lru_cache(maxsize=64)
def _squeezed(text: str) -> str:
    """Return letters without what repeats just before: a sign of several glyphs may come out of a
    PDF as a whole for each of them.
    """
    return _REPEATED.sub(r"\1", text)


def _one_way(word: str) -> list[str]:
    """Divide a word where the direction of its letters changes."""
    return ["".join(run) for _, run in itertools.groupby(word, _is_turned)]


def _stands(wanted: str, pages: Sequence[str]) -> bool:
    """Say whether letters stand on one page, or end on the page after the one they begin on."""
    if any(wanted in page for page in pages) or wanted in "".join(pages):
        return True
    if len(wanted) < _LEAST_SPLIT:
        return False
    return any(_goes_on(wanted, pages[index:]) for index in range(len(pages) - 1))


def _goes_on(wanted: str, pages: Sequence[str]) -> bool:
    """Say whether letters begin towards the end of the first of *pages*, and go on towards the
    start of the next: what is beside them there is the rest of a row, and what every page has.
    """
    page, rest = pages[0], pages[1:]
    end = page[-(_MOST_BESIDE + len(wanted)) :]
    held = _longest_start(wanted, end)
    if held < _LEAST_PART or not rest:
        return False
    start = rest[0][: _MOST_BESIDE + len(wanted)]
    if any(wanted[split:] in start for split in range(held, _LEAST_PART - 1, -1)):
        return True
    return len(rest) > 1 and _goes_on(wanted[held:], rest)


def _longest_start(wanted: str, page: str) -> int:
    """Return how many of the first letters of *wanted* stand together on a page."""
    low, high = 0, len(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        if wanted[:middle] in page:
            low = middle
        else:
            high = middle - 1
    return low
