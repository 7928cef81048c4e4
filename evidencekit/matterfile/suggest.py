# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody probably meant by a word that is none of those expected."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CLOSE = 0.7

#: What people write for a value, where spelling alone would not lead to it.
MEANT = {
    "declined": "refused",
    "said no": "refused",
    "objected": "refused",
    "consented": "agreed",
    "consent": "agreed",
    "yes": "agreed",
    "said yes": "agreed",
    "conditional": "agreed with conditions",
    "no answer": "asked, no answer",
    "no reply": "asked, no answer",
    "asked": "asked, no answer",
    "never asked": "not asked",
    "unasked": "not asked",
    "unknown": "not known",
    "don't know": "not known",
    "revoked": "withdrew",
    "changed her mind": "withdrew",
    "changed his mind": "withdrew",
    "recorded it": "made the recording",
    "maker": "made the recording",
    "voicemail": "left the message",
    "mentioned": "mentioned only",
    "spoke": "heard",
    "speaks": "heard",
    "continued": "went on",
    "ended": "stopped",
}


#: What people write for a key.
MEANT_KEYS = {
    "begin": "from",
    "date": "dated",
    "end": "to",
    "filename": "file",
    "name": "title",
    "participants": "people",
    "path": "file",
    "persons": "people",
    "start": "from",
    "stop": "to",
}


def closest(word: str, known: Iterable[str], *, close: float = _CLOSE) -> str | None:
    """Return the one of *known* that *word* was probably meant to be, or None."""
    choices = list(known)
    plain = word.strip().casefold()
    if (meant := MEANT.get(plain)) in choices:
        return meant
    by_plain = {choice.casefold(): choice for choice in choices}
    if plain in by_plain:
        return by_plain[plain]
    found = difflib.get_close_matches(plain[:100], by_plain, n=1, cutoff=close)
    return by_plain[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a sentence that suggests, with a space before it; empty where nothing is close."""
    found = closest(word, known)
    return "" if found is None else f' Did you mean "{found}"?'
