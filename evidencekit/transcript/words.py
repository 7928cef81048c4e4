# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding words in a transcript, whatever their case, punctuation and spacing.

Words are compared by a folded form: Unicode compatibility form, without case, apostrophes or
invisible marks. Everything else that is neither letter, mark nor digit only separates. Writing
that puts no spaces between words (Chinese, Japanese, Thai and their like) is compared sign by sign.
The folded form is for finding only; what is printed is always the text as written.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from enum import Enum
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.transcript.openend import is_open

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evidencekit.model.transcript import Cue, Transcript, Word

__all__ = ["Match", "Place", "Token", "find_in_texts", "find_words", "placed_words", "tokens"]

_APOSTROPHES = frozenset("'\u2018\u2019\u201b\u02bc\u02bb\u02b9\u2032\uff07`\u00b4")
#: First and last sign of each script that is written without spaces.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Chinese characters
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
    (0x20000, 0x3FFFF),
)
_HALF_WIDTH_VOICING = "\uff9e\uff9f"
_BETWEEN = "\x00"


@frozen
class Token:
    """One word, or one sign of unspaced writing: its folded form and where it stands."""

    folded: str
    start: int
    end: int


@frozen(kw_only=True)
class Match:
    """Where words were found in a list of texts: from `start` in text `first_text` to `end` in
    text `last_text`.
    """

    first_text: int
    start: int
    last_text: int
    end: int


@frozen(kw_only=True)
class Place:
    """Where words were found in a transcript.

    `first_cue` and `last_cue` index its cues; `start` and `end` are positions in their texts. The
    times are those of the words where the transcript has such, and else those of the cues.
    `end_open` is True where nobody knows when the words end: in the last cue of a transcript that
    gives no ends.
    """

    start_ms: int
    end_ms: int
    first_cue: int
    last_cue: int
    start: int
    end: int
    end_open: bool = False


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of *text*, folded."""
    start: int | None = None
    alone = False
    for at, character in enumerate(text):
        kind = _kind(character)
        if kind is _Kind.JOINS:
            continue
        if start is not None:
            if _attaches(character) if alone else kind is _Kind.WORD:
                continue
            yield _token(text, start, at)
            start = None
        if kind is not _Kind.GAP:
            start, alone = at, kind is _Kind.SIGN
    if start is not None:
        yield _token(text, start, len(text))


def find_in_texts(texts: Sequence[str], words: str) -> tuple[Match, ...]:
    """Return every place where *words* stand in *texts*, read one after the other.

    Places may overlap. No words, or none that can be compared, are found nowhere.
    """
    wanted = [token.folded for token in tokens(words)]
    if not wanted:
        return ()
    placed = [(index, token) for index, text in enumerate(texts) for token in tokens(text)]
    joined = _BETWEEN.join(["", *(token.folded for _, token in placed), ""])
    needle = _BETWEEN.join(["", *wanted, ""])
    starts = [0, *accumulate(len(token.folded) + 1 for _, token in placed)]
    found: list[Match] = []
    at = joined.find(needle)
    while at >= 0:
        number = bisect_right(starts, at) - 1
        first_text, first = placed[number]
        last_text, last = placed[number + len(wanted) - 1]
        found.append(
            Match(first_text=first_text, start=first.start, last_text=last_text, end=last.end)
        )
        at = joined.find(needle, at + 1)
    return tuple(found)


def find_words(transcript: Transcript, words: str) -> tuple[Place, ...]:
    """Return every place where *words* stand in the transcript, also across its cues."""
    found = find_in_texts([cue.text for cue in transcript.cues], words)
    return tuple(_place(transcript.cues, match) for match in found)


def placed_words(cue: Cue) -> tuple[tuple[int, int, Word], ...]:
    """Return the timed words of a cue, each with the stretch of the text that is its own.

    The stretches follow each other and cover the text: what stands between two timed words
    belongs to the first of them. Nothing is returned if the words are not those of the text.
    """
    starts: list[int] = []
    at = 0
    for word in cue.words:
        start = cue.text.find(word.text, at) if word.text else -1
        if start < 0:
            return ()
        starts.append(start)
        at = start + len(word.text)
    if not starts:
        return ()
    edges = [0, *starts[1:], len(cue.text)]
    return tuple(zip(edges, edges[1:], cue.words, strict=False))


def _place(cues: Sequence[Cue], match: Match) -> Place:
    touched = range(match.first_text, match.last_text + 1)
    times: list[int] = []
    end_open = False
    for index in touched:
        cue = cues[index]
        start = match.start if index == match.first_text else 0
        end = match.end if index == match.last_text else len(cue.text)
        words = [word for a, b, word in placed_words(cue) if a < end and b > start]
        if words:
            times.extend(time for word in words for time in (word.start_ms, word.end_ms))
        elif cue.text.strip():
            times.extend((cue.start_ms, cue.end_ms))
            end_open = end_open or is_open(cue)
    return Place(
        start_ms=min(times),
        end_ms=max(times),
        first_cue=match.first_text,
        last_cue=match.last_text,
        start=match.start,
        end=match.end,
        end_open=end_open,
    )


class _Kind(Enum):
    """What a character is to the search."""

    WORD = "part of a word"
    SIGN = "a sign of unspaced writing, which is a word of its own"
    JOINS = "seen through"
    GAP = "separates words"


@lru_cache(maxsize=8192)
def _kind(character: str) -> _Kind:
    if character in _APOSTROPHES:
        return _Kind.JOINS
    category = unicodedata.category(character)
    if category == "Cf":
        return _Kind.JOINS
    if category[0] not in "LMN":
        return _Kind.GAP
    point = ord(character)
    unspaced = any(first <= point <= last for first, last in _UNSPACED)
    return _Kind.SIGN if unspaced else _Kind.WORD


def _attaches(character: str) -> bool:
    """Return whether the character belongs to the sign before it, as an accent does."""
    return character in _HALF_WIDTH_VOICING or unicodedata.category(character)[0] == "M"


def _token(text: str, start: int, end: int) -> Token:
    """Return the token without what it is seen through."""
    while _kind(text[end - 1]) is _Kind.JOINS:
        end -= 1
    kept = "".join(each for each in text[start:end] if _kind(each) is not _Kind.JOINS)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).casefold())
    return Token(folded, start, end)
