# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is printed in the bottom corners of a page as it is displayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The height of the band at the foot of an A4 page in which numbers are looked for, in points.
_BAND = 48.0
#: A page larger than this has larger margins, and larger numbers in them.
_LARGE_SIDE = 850.0
_A4_SIDE = 595.276


@frozen(kw_only=True)
class Word:
    """A word, and where it is displayed: from the top left, in points."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


@frozen(kw_only=True)
class Corners:
    """The words in the bottom corners, those nearest to the corner first."""

    right: tuple[str, ...]
    left: tuple[str, ...]


@frozen(kw_only=True)
class CornerWords:
    """As `Corners`, with where each word is."""

    right: tuple[Word, ...]
    left: tuple[Word, ...]


def band_of(width: float, height: float) -> float:
    """Return the height of the band at the foot of a page in which numbers are looked for."""
    shorter = min(width, height)
    return _BAND * (shorter / _A4_SIDE if shorter > _LARGE_SIDE else 1.0)


def corners_of(words: Iterable[Word], *, width: float, height: float) -> Corners:
    """Sort the words at the foot of a page into its two corners."""
    found = corner_words(words, width=width, height=height)
    return Corners(
        right=tuple(word.text for word in found.right), left=tuple(word.text for word in found.left)
    )


def corner_words(words: Iterable[Word], *, width: float, height: float) -> CornerWords:
    """Sort the words at the foot of a page into its two corners, and keep where they are."""
    band = band_of(width, height)
    # A word whose middle is inside the band and on the page: some pages hold words beside it.
    foot = [
        word
        for word in words
        if height - band <= (word.top + word.bottom) / 2 <= height
        and 0 <= (word.left + word.right) / 2 <= width
    ]
    right = [word for word in foot if word.left + word.right > width]
    left = [word for word in foot if word.left + word.right <= width]
    right.sort(key=lambda word: (width - word.right) ** 2 + (height - word.bottom) ** 2)
    left.sort(key=lambda word: word.left**2 + (height - word.bottom) ** 2)
    return CornerWords(right=tuple(right), left=tuple(left))
