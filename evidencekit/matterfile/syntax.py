# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with a file that is no TOML or JSON at all.

The parsers say where they stopped, in their own words. What is usually meant (a time without
quotes, curly quotes from a word processor, a table given twice) is told in plain words beside it.
The text itself is never quoted: it may hold names.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

from attrs import frozen

from evidencekit.matterfile.locate import json_lines, json_repeats, toml_lines
from evidencekit.matterfile.pointer import Path, place

_TOML_PLACE = re.compile(r" \(at line ([0-9]+), column ([0-9]+)\)| \(at end of document\)")
_LARGE = "has a number that is too large."
_SECOND = (
    "gives a key or a table for the second time. Put everything about it in one place, and give "
    "each person, recording and document an id of its own."
)
_OPEN = "ends in the middle of something. Look for a quote or bracket that is not closed."
_DEEP = "is nested too deeply to be a matter file."

#: What a line looks like, and what was probably meant. The first that fits is told.
_HINTS: tuple[tuple[str, str], ...] = (
    (
        r"[\u201c\u201d\u201e\u201f\u00ab\u00bb]",
        'It has curly quotes. Type straight ones: "like this".',
    ),
    (r"^[^#\"']*[\u2018\u2019]", 'It has curly quotes. Type straight ones: "like this".'),
    (r"=\s*[0-9]{1,3}:[0-9]", 'Put quotes round a time in a recording: from = "0:12.400".'),
    (
        r"=\s*[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}",
        'Write a date as 2026-03-11, or put quotes round it: "11 March 2026".',
    ),
    (
        r"=\s*[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{1,2}:[0-9]{2}(?![:0-9])",
        "A time needs its seconds: 2026-03-11T14:05:00.",
    ),
    (
        r"=\s*[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]\s*(?![0-9]{2}:[0-9]{2}:[0-9]{2})[^\s#]",
        'The time is malformed. Write 2026-03-11T14:05:00, or quotes: "11 March 2026, 2 pm".',
    ),
    (
        r"=\s*[0-9]{1,2}(st|nd|rd|th)?\s+[^\W\d_]{3}",
        'Put quotes round a date in words, "15 June 2026", or write it as 2026-06-15.',
    ),
    (r"=\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", "There is no such date. Write it as 2026-03-11."),
    (
        r"=\s*(?i:yes|no|not known|not stated)\b",
        'Put quotes round words, also round "yes" and "no".',
    ),
    (r"=\s*(True|TRUE|False|FALSE)\b", "Write true or false in small letters."),
    (r"=\s*\"[^\"]*\\", r"A \ means something in text. Write / between folders."),
    (r"=\s*$|=\s*#", "The value is missing after the = sign."),
    (r"=\s*\{[^}]*$", "A table in braces { } has to stand on one line."),
    (r"=\s*\"[^\"]*\"[^\"]*\"", "It has quotes inside quotes. Put ' ' round the whole text."),
    (r"=\s*0[0-9]", "Put quotes round a number that begins with 0."),
    (r",\s*\}", "Leave out the last comma inside { }."),
    (r"=\s*[^\W\d_]", 'Put quotes round text: title = "Re E (A Child)".'),
    (r"^\s*\[[^\]]*$", "A table's name ends with a ]."),
    (r"^\s*[\w.-]+\s*:", "Write = between a key and its value, not a colon."),
    (r"^\s*[\w-]+\s+[\w-]+[^=]*=", "A key is one word: letters, digits, _ and -."),
)
_TWICE = re.compile("Cannot (overwrite|declare|mutate)|twice|Duplicate|already", re.IGNORECASE)


@frozen(kw_only=True)
class SyntaxFlaw(Exception):
    """The text cannot be parsed: where and why."""

    message: str
    line: int | None = None


@frozen(kw_only=True)
class Parsed:
    """A document, and how to find the lines of its values."""

    document: Any
    locate: Callable[[], dict[Path, int]]


def parse_toml(text: str) -> Parsed:
    """Parse TOML.

    Raises:
        SyntaxFlaw: if it is none.
    """
    text = text.replace("\r\n", "\n")
    try:
        return Parsed(document=tomllib.loads(text), locate=lambda: toml_lines(text))
    except RecursionError as error:
        raise SyntaxFlaw(message=_DEEP) from error
    except ValueError as error:
        raise _toml_flaw(text, str(error)) from error


def parse_json(text: str) -> Parsed:
    """Parse JSON in which no object has a key twice.

    Raises:
        SyntaxFlaw: if it is none.
    """
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except _RepeatedKey:
        path, line = json_repeats(text)[0]
        raise SyntaxFlaw(message=f"gives a key twice: {_shown(path)}.", line=line) from None
    except json.JSONDecodeError as error:
        raise SyntaxFlaw(message=f"is not JSON here: {error.msg}.", line=error.lineno) from error
    except RecursionError as error:
        raise SyntaxFlaw(message=_DEEP) from error
    except ValueError as error:
        raise SyntaxFlaw(message=_LARGE) from error
    return Parsed(document=document, locate=lambda: json_lines(text))


class _RepeatedKey(Exception):
    """An object has a key twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise _RepeatedKey
    return table


def _toml_flaw(text: str, reason: str) -> SyntaxFlaw:
    """Return where TOML parsing stopped, and what was probably meant."""
    found = _TOML_PLACE.search(reason)
    if found is None:
        return SyntaxFlaw(message=_LARGE)
    lines = text.rstrip().split("\n")
    number = min(int(found[1]) if found[1] else len(lines), len(lines))
    if _TWICE.search(reason):
        return SyntaxFlaw(message=_SECOND, line=number)
    if reason.startswith(("Unterminated", "Unclosed")):
        return SyntaxFlaw(message=_OPEN, line=_last_opening(lines))
    hint = _hint(reason, lines[number - 1])
    if hint is None:
        hint = f"The parser says: {_without_content(reason[: found.start()])}."
    return SyntaxFlaw(message=f"is not TOML here. {hint}", line=number)


def _hint(reason: str, line: str) -> str | None:
    if "character '\\n'" in reason:
        return "The text has no closing quote on its line."
    if reason.startswith("Illegal character"):
        return "It has a control character. Take it out."
    return next((hint for looks, hint in _HINTS if re.search(looks, line)), None)


def _last_opening(lines: list[str]) -> int:
    """Return the last line that opens a multi-line text or a list, else the last line."""
    opening = (r'"""', r"'''", r"=\s*[\[{]")
    for number in range(len(lines), 0, -1):
        if any(re.search(each, lines[number - 1]) for each in opening):
            return number
    return len(lines)


def _without_content(reason: str) -> str:
    """Return the parser's words without what they quote from the file."""
    return re.sub(r"\s*\(.*\)|\s*'(?!\]|=|,|\}).*'", "", reason)


def _shown(path: Path) -> str:
    """Return a place without its last key, unless that is an id or key of ours."""
    last = str(path[-1])
    plain = re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", last)
    return place(path) if plain else place(path[:-1]) or "at the first level"
