# SPDX-License-Identifier: AGPL-3.0-or-later
"""Say whether words stand on the pages of an item, whatever setting them did to them.

Spaces, line ends, hyphens, punctuation and accents do not count. A text may go on from one page to
the next, with the numbers at the foot and a table's head in between. What runs from the right comes
out of a PDF in another order, so its words are looked for one by one and in both directions, and as
a last resort its letters are counted.
"""

from __future__ import annotations

import functools
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
#: From Devanagari to Sinhala, Thai to Myanmar, Khmer, and the scripts of South-East Asia.
_JOINED = (
    range(0x0900, 0x10A0),
    range(0x1780, 0x1800),
    range(0x1A00, 0x1CD0),
    range(0xA800, 0xAC00),
)
_REPEATED = re.compile(r"(.)\1+")
_WORD = re.compile(r"\S+")
#: A text as short as this is not split between pages.
_LEAST_SPLIT = 8
_LEAST_PART = 3


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

    def say(self, item: str, phrase: str) -> bool:
        """Say whether *phrase* stands on the pages of *item*."""
        pages = self._pages(item)
        wanted = letters(phrase)
        if not wanted or _stands(wanted, pages):
            return True
        if _has_marks(phrase) and _stands(_squeezed(wanted), tuple(map(_squeezed, pages))):
            return True
        whole = "".join(pages)
        if any(map(_is_joined, phrase)):
            # Signs that change places with their letters: the words around them are looked for.
            plain = [word for word in _WORD.findall(phrase) if not any(map(_is_joined, word))]
            return all(self.say(item, each) for each in plain)
        if not any(map(_is_turned, phrase)):
            return False
        parts = [each for word in _WORD.findall(phrase) for each in _one_way(letters(word))]
        if all(each in whole or each[::-1] in whole for each in parts):
            return True
        return not Counter("".join(filter(_is_turned, wanted))) - Counter(whole) and all(
            each in whole for each in parts if not any(map(_is_turned, each))
        )


def _has_marks(text: str) -> bool:
    """Say whether *text* has marks that have no letter of their own to stand on."""
    composed = unicodedata.normalize("NFC", text)
    return any(unicodedata.category(each).startswith("M") for each in composed)


def _squeezed(text: str) -> str:
    """Return letters without those that repeat the one before: a sign of several glyphs may come
    out of a PDF once for each of them.
    """
    return _REPEATED.sub(r"\1", text)


def _is_joined(character: str) -> bool:
    """Say whether a letter is of a script whose signs are set in another order than written."""
    return any(ord(character) in each for each in _JOINED)


def _is_turned(character: str) -> bool:
    return unicodedata.bidirectional(character) in _FROM_THE_RIGHT


def _one_way(word: str) -> list[str]:
    """Divide a word where the direction of its letters changes."""
    parts: list[str] = []
    turned: bool | None = None
    for each in word:
        now = _is_turned(each)
        if now is turned:
            parts[-1] += each
        else:
            parts.append(each)
        turned = now
    return parts


def _stands(wanted: str, pages: Sequence[str]) -> bool:
    """Say whether letters stand on one page, or end on the page after the one they begin on."""
    if any(wanted in page for page in pages) or wanted in "".join(pages):
        return True
    if len(wanted) < _LEAST_SPLIT:
        return False
    return any(_goes_on(wanted, pages[index:]) for index in range(len(pages) - 1))


def _goes_on(wanted: str, pages: Sequence[str]) -> bool:
    """Say whether letters begin on the first of *pages*, and each next page has what follows."""
    left = wanted
    for number, page in enumerate(pages):
        if number and left in page:
            return True
        held = _longest_start(left, page)
        if held < _LEAST_PART:
            return False
        left = left[held:]
    return False


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
