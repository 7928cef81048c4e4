# SPDX-License-Identifier: AGPL-3.0-or-later
"""Times that mean something only on the day they were said, such as "yesterday".

An entry is read years later. A half-known date ("in May 2026", "before the hearing") stays what it
is; one that is counted from the day of speaking becomes another day with every day that passes.
"""

from __future__ import annotations

import datetime as dt
import re

_UNITS = (
    r"(?:minute|hour|day|night|week|fortnight|weekend|month|term|year|morning|afternoon|evening)s?"
)
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_RELATIVE = re.compile(
    rf"\b(?:today|tonight|yesterday|tomorrow|now|recently|the other day"
    rf"|(?:this|last|next) (?:{_UNITS}|{_DAYS})|{_UNITS} ago|{_DAYS}$)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_OFFSETS = {"today": 0, "tonight": 0, "now": 0, "yesterday": -1, "tomorrow": 1}


def relative_words(text: str) -> str | None:
    """Return the words in *text* that count from the day they are said, if no year goes with them.

    >>> relative_words("yesterday evening"), relative_words("in May 2026")
    ('yesterday', None)
    """
    found = _RELATIVE.search(text)
    return found[0] if found is not None and not _YEAR.search(text) else None


def said_as_a_date(words: str, *, today: dt.date) -> str:
    """Say how to write what *words* mean on the day *today*."""
    offset = _OFFSETS.get(words.lower())
    if offset is None:
        return "Write the date, such as 2026-05-20, or what is known of it, such as May 2026"
    return f"Write the date: {today + dt.timedelta(days=offset)}"
