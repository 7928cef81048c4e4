# SPDX-License-Identifier: AGPL-3.0-or-later
"""The numbers that a document's pages had before they were bound in, so that "page 3 of the report"
can be found.

They are the page labels that the document defines. Where it defines none, they are the numbers
that are printed at the head or foot of its pages, if they count on from page to page in one place;
a number that stands alone, or a year that stands on each page, is none.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from evidencekit.pdf.boxes import A4_WIDTH
from evidencekit.pdfread.mupdf import mupdf_errors, quiet_mupdf
from evidencekit.pdfread.read import place_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evidencekit.pdf.takein_result import TakenIn

#: The height of head and foot on a page as wide as A4, in points.
_BAND = 80.0
_NUMBER = re.compile(r"[-\u2013(\[]?(\d{1,5})[-\u2013)\].]?")
#: On at least so many pages, and this share of them, a number must count on.
_FEWEST = 2
_SHARE = 0.6
_THIRDS = 3


def own_numbers(taken: TakenIn) -> tuple[str | None, ...]:
    """Return the number that each page had, or None where it had none; empty if none had one.

    Runs where documents are taken in, and before anything is moved on their pages.
    """
    if len(taken.source_labels) == taken.pages:
        numbers = tuple(label or None for label in taken.source_labels)
    else:
        numbers = _printed(taken.path, taken.pages)
    return numbers if any(numbers) else ()


def _printed(path: Path, pages: int) -> tuple[str | None, ...]:
    """Return the numbers printed on the pages, where they count on."""
    with quiet_mupdf().open(path, filetype="pdf") as document:
        if document.page_count != pages:
            return ()
        seen = [set(_numbers(page)) for page in document]
    votes = Counter(
        (place, number - ordinal)
        for ordinal, numbers in enumerate(seen, start=1)
        for place, number in numbers
    )
    # Of equals the first in a fixed order, so that the same document gives the same answer.
    best = max(sorted(votes), key=lambda each: votes[each], default=None)
    if best is None or votes[best] < max(_FEWEST, _SHARE * pages):
        return ()
    place, offset = best
    return tuple(
        str(ordinal + offset) if (place, ordinal + offset) in numbers else None
        for ordinal, numbers in enumerate(seen, start=1)
    )


def _numbers(page: Any) -> Iterator[tuple[tuple[str, int], int]]:
    """Yield the numbers at the head and foot of a page as displayed, and about where each is."""
    edge = page.rect
    band = _BAND * max(1.0, min(edge.width, edge.height) / A4_WIDTH)
    try:
        words = page.get_text("words")
    except mupdf_errors():
        return
    for word in place_words(page, words):
        match = _NUMBER.fullmatch(word.text)
        if match is None:
            continue
        third = int(_THIRDS * (word.left + word.right) / 2 / edge.width)
        if word.bottom <= band:
            yield ("head", third), int(match[1])
        elif word.top >= edge.height - band:
            yield ("foot", third), int(match[1])
