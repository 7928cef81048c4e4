# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page labels that a PDF reader shows, from the rules a file holds (ISO 32000-1, 12.4.2)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_LETTERS = 26
#: A longer roman or lettered number is some hundred characters of nonsense.
_LARGEST_IN_WORDS = 100_000


def expand_labels(rules: Sequence[Mapping[str, Any]], pages: int) -> tuple[str, ...]:
    """Return the label of each of *pages* pages. *rules* are as PyMuPDF gives them.

    A page before the first rule, or in a file without rules, is labelled with its ordinal, which
    is what readers show.
    """
    labels = [str(ordinal) for ordinal in range(1, pages + 1)]
    ordered = sorted(rules, key=lambda rule: int(rule["startpage"]))
    for rule, following in itertools.zip_longest(ordered, ordered[1:]):
        end = pages if following is None else int(following["startpage"])
        first = max(int(rule["startpage"]), 0)
        write = _STYLES.get(str(rule.get("style", "")), _nothing)
        start = int(rule.get("firstpagenum", 1))
        for index in range(first, min(end, pages)):
            labels[index] = f"{rule.get('prefix', '')}{write(start + index - first)}"
    return tuple(labels)


def _roman(number: int) -> str:
    """Write a number in lower-case roman numerals."""
    if not 0 < number < _LARGEST_IN_WORDS:
        return str(number)
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text


def _letters(number: int) -> str:
    """Write a number as a to z, aa to zz, and so on."""
    if not 0 < number < _LARGEST_IN_WORDS:
        return str(number)
    count, letter = divmod(number - 1, _LETTERS)
    return chr(ord("a") + letter) * (count + 1)


def _nothing(_number: int) -> str:
    """Write no number: a label may be words alone."""
    return ""


_STYLES: Mapping[str, Callable[[int], str]] = {
    "D": str,
    "r": _roman,
    "R": lambda number: _roman(number).upper(),
    "a": _letters,
    "A": lambda number: _letters(number).upper(),
}
