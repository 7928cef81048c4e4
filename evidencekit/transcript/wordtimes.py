# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laying the timed words of a source over the text of a cue.

Sources give words apart from the text, often without its capitals and marks, and some words without
times. What comes out covers the text: each word as the text writes it, with its marks, and a word
without a time of its own kept together with the one before it. Where the words are not those of the
text, nothing is laid over it, rather than something wrong.
"""

from __future__ import annotations

from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.model.transcript import Word
from evidencekit.transcript.words import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.transcript.words import Token

__all__ = ["Laid", "Timed", "WordsFit", "lay_words"]


@frozen(kw_only=True)
class Timed:
    """A word as a source gives it. `glued` is a mark that has no space before it."""

    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    glued: bool = False


class WordsFit(Enum):
    """How the timed words fit the text."""

    YES = "yes"
    #: Some have no times of their own.
    PARTLY = "partly"
    NO = "no"


@frozen(kw_only=True)
class Laid:
    """The words of a cue, and how they fitted."""

    words: tuple[Word, ...]
    fit: WordsFit


@frozen(kw_only=True)
class _Stretch:
    """A part of the text, with its times as far as they are known."""

    start: int
    start_ms: int | None
    end_ms: int | None


def lay_words(text: str, timed: Sequence[Timed], *, start_ms: int, end_ms: int) -> Laid:
    """Return the words of *text* with their times; the cue runs from *start_ms* to *end_ms*."""
    spoken = [each for each in timed if each.text.strip()]
    if all(each.start_ms is None for each in spoken):
        return Laid(words=(), fit=WordsFit.NO if spoken else WordsFit.YES)
    placed = list(tokens(text))
    starts = _exact(text, spoken, placed) or _by_folded_form(spoken, placed)
    if starts is None:
        return Laid(words=(), fit=WordsFit.NO)
    stretches = _stretches(text, spoken, starts, placed)
    whole = all(each.start_ms is not None and each.end_ms is not None for each in stretches)
    words = _timed(text, stretches, start_ms=start_ms, end_ms=end_ms)
    forward = all(a.start_ms <= b.start_ms for a, b in pairwise(words))
    if not forward or any(word.end_ms < word.start_ms for word in words):
        return Laid(words=(), fit=WordsFit.NO)
    return Laid(words=words, fit=WordsFit.YES if whole else WordsFit.PARTLY)


def _exact(text: str, timed: Sequence[Timed], placed: Sequence[Token]) -> list[int] | None:
    """Return where each word stands as written, if they follow each other and leave none out."""
    starts: list[int] = []
    at = 0
    for each in timed:
        word = each.text.strip()
        start = text.find(word, at, at + len(word) + _FARTHEST)
        if start < 0 or any(character.isalnum() for character in text[at:start]):
            return None
        starts.append(start)
        at = start + len(word)
    left = any(token.start >= at for token in placed[-1:])
    return None if left else starts


#: How far apart two words may stand: what is between them is space and marks.
_FARTHEST = 64


def _by_folded_form(timed: Sequence[Timed], placed: Sequence[Token]) -> list[int] | None:
    """Return where each word stands by its folded form; None if the words differ."""
    starts: list[int] = []
    at = 0
    for each in timed:
        folded = [token.folded for token in tokens(each.text)]
        if [token.folded for token in placed[at : at + len(folded)]] != folded:
            return None
        if folded:
            starts.append(placed[at].start)
        else:  # a mark alone: it belongs to the word before it
            starts.append(starts[-1] if starts else 0)
        at += len(folded)
    return starts if at == len(placed) else None


def _stretches(
    text: str, timed: Sequence[Timed], starts: Sequence[int], placed: Sequence[Token]
) -> list[_Stretch]:
    """Return the stretches of the text, none of which begins inside a word or without a time."""
    inside = {at for token in placed for at in range(token.start + 1, token.end)}
    found: list[_Stretch] = []
    previous = 0
    for each, written in zip(timed, starts, strict=True):
        start = _with_opening_marks(text, written, previous)
        previous = max(previous, written)
        marks_only = not any(character.isalnum() for character in each.text)
        joins = start in inside or (found and start <= found[-1].start)
        if found and (each.glued or marks_only or joins):
            last = found.pop()
            end = each.end_ms if each.end_ms is not None else last.end_ms
            begun = last.start_ms if last.start_ms is not None else each.start_ms
            found.append(_Stretch(start=last.start, start_ms=begun, end_ms=end))
        elif found and each.start_ms is None:
            # Its end is unknown now: the next word's start is the only bound there is.
            last = found.pop()
            found.append(_Stretch(start=last.start, start_ms=last.start_ms, end_ms=None))
        elif found and found[-1].start_ms is None:
            last = found.pop()
            found.append(_Stretch(start=last.start, start_ms=None, end_ms=each.end_ms))
        else:
            found.append(_Stretch(start=start, start_ms=each.start_ms, end_ms=each.end_ms))
    return found


def _with_opening_marks(text: str, start: int, at_least: int) -> int:
    while start > at_least and not text[start - 1].isspace() and not text[start - 1].isalnum():
        start -= 1
    return start


def _timed(
    text: str, stretches: Sequence[_Stretch], *, start_ms: int, end_ms: int
) -> tuple[Word, ...]:
    words: list[Word] = []
    for index, each in enumerate(stretches):
        last = index + 1 == len(stretches)
        part = text[each.start : len(text) if last else stretches[index + 1].start].strip()
        following = end_ms if last else stretches[index + 1].start_ms
        begins = start_ms if each.start_ms is None else each.start_ms
        ends = each.end_ms if each.end_ms is not None else following
        if ends is None:
            ends = end_ms
        words.append(Word(text=part, start_ms=begins, end_ms=ends))
    return tuple(words)
