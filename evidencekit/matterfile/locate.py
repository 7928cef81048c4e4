# SPDX-License-Identifier: AGPL-3.0-or-later
r"""On which line of a matter file a value stands.

`tomllib` and `json` give no positions, so this reads the text a second time, after an error, for
positions alone. It expects text that its parser has accepted: it skips values without judging them
and follows tables, dotted keys, inline tables and arrays of tables as TOML defines them.

>>> toml_lines('[case]\ntitle = "Re E"\n')
{('case',): 1, ('case', 'title'): 2}
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable

from evidencekit.matterfile.pointer import Path

_ReadValue = Callable[[Path], None]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_TOML_STRING = re.compile(
    r'"""(?:\\.|(?!""").)*"{3,5}'
    r"|'''(?:(?!''').)*'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_JSON_STRING = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_TOML_SCALAR = re.compile(r"[^,\]}#\n\r]+")
_JSON_SCALAR = re.compile(r"[^,\]}\s]+")


def toml_lines(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every key, table and list item of valid TOML."""
    return _Toml(text).read()


def json_lines(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every key and list item of valid JSON."""
    scanner = _Scanner(text)
    scanner.json_value(())
    return scanner.lines


def json_repeats(text: str) -> tuple[tuple[Path, int], ...]:
    """Return the keys that an object of valid JSON has again, each with its line."""
    scanner = _Scanner(text)
    scanner.json_value(())
    return tuple(scanner.repeats)


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Return the line of *path*, or of the nearest table or list that holds it."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


class _Scanner:
    """A position in the text, and the lines found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.repeats: list[tuple[Path, int]] = []
        self._counted = 0
        self._line = 1

    def note(self, path: Path) -> None:
        """Remember that *path* begins here; the first mention counts."""
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        if path in self.lines:
            self.repeats.append((path, self._line))
        self.lines.setdefault(path, self._line)

    def peek(self) -> str:
        """Return the character here, or nothing at the end."""
        return self.text[self.at : self.at + 1]

    def skip(self) -> None:
        """Go on past blanks, line ends and comments."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def past(self, pattern: re.Pattern[str]) -> str:
        """Go on past what *pattern* matches here, and return it."""
        found = pattern.match(self.text, self.at)
        if found is None or not found.group():
            msg = "the text is not what its parser accepted"
            raise ValueError(msg)
        self.at = found.end()
        return found.group()

    def json_value(self, path: Path) -> None:
        """Go on past a JSON value at *path*."""
        self.skip()
        if self.peek() == "{":
            self._json_object(path)
        elif self.peek() == "[":
            self.items(path, self.json_value)
        else:
            self.past(_JSON_STRING if self.peek() == '"' else _JSON_SCALAR)

    def _json_object(self, path: Path) -> None:
        self.at += 1
        self.skip()
        while self.peek() not in ("}", ""):
            start = self.at
            key = json.loads(self.past(_JSON_STRING), strict=False)
            self.at, end = start, self.at
            self.note((*path, key))
            self.at = end
            self.skip()
            self.at += 1  # the colon
            self.json_value((*path, key))
            self.comma()
        self.at += 1

    def items(self, path: Path, read_value: _ReadValue) -> None:
        """Go on past a list at *path*, reading each item with *read_value*."""
        self.at += 1
        self.skip()
        index = 0
        while self.peek() not in ("]", ""):
            self.note((*path, index))
            read_value((*path, index))
            index += 1
            self.comma()
        self.at += 1

    def comma(self) -> None:
        """Go on past a comma, if there is one, and what is blank around it."""
        self.skip()
        if self.peek() == ",":
            self.at += 1
            self.skip()


class _Toml(_Scanner):
    """Follows the tables of a TOML document."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._counts: dict[Path, int] = {}

    def read(self) -> dict[Path, int]:
        """Return the lines of the whole document."""
        table: Path = ()
        self.skip()
        while self.peek():
            if self.text.startswith("[[", self.at):
                table = self._header(2)
            elif self.peek() == "[":
                table = self._header(1)
            else:
                self._pair(table)
            self.skip()
        return self.lines

    def _header(self, brackets: int) -> Path:
        """Read [a.b] or [[a.b]] and return the path of the table that it opens."""
        start = self.at
        self.at += brackets
        *outer, last = self._key()
        path = self._within(tuple(outer))
        path = (*path, last)
        end, self.at = self.at + brackets, start
        for length in range(1, len(path) + 1):
            self.note(path[:length])
        if brackets == len("[["):
            index = self._counts[path] = self._counts.get(path, -1) + 1
            path = (*path, index)
            self.note(path)
        elif path in self._counts:
            path = (*path, self._counts[path])
        self.at = end
        return path

    def _within(self, keys: tuple[str, ...]) -> Path:
        """Return the path of a table; inside an array of tables, its last one is meant."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._counts:
                path = (*path, self._counts[path])
        return path

    def _key(self) -> tuple[str, ...]:
        """Read a key, dotted or not."""
        parts = []
        while True:
            self._spaces()
            if self.peek() in "\"'":
                parts.append(_toml_text(self.past(_TOML_STRING)))
            else:
                parts.append(self.past(_BARE))
            self._spaces()
            if self.peek() != ".":
                return tuple(parts)
            self.at += 1

    def _pair(self, table: Path) -> None:
        """Read a key, the sign and its value."""
        start = self.at
        keys = self._key()
        end, self.at = self.at, start
        for length in range(1, len(keys) + 1):
            self.note((*table, *keys[:length]))
        self.at = end + 1  # the sign
        self._value((*table, *keys))

    def _value(self, path: Path) -> None:
        self.skip()
        if self.peek() == "{":
            self.at += 1
            self.skip()
            while self.peek() not in ("}", ""):
                self._pair(path)
                self.comma()
            self.at += 1
        elif self.peek() == "[":
            self.items(path, self._value)
        elif self.peek() in "\"'":
            self.past(_TOML_STRING)
        else:
            self.past(_TOML_SCALAR)

    def _spaces(self) -> None:
        while self.peek() in (" ", "\t"):
            self.at += 1


def _toml_text(written: str) -> str:
    """Return what a quoted key says."""
    return str(tomllib.loads(f"key = {written}")["key"])
