# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of clips with a line each: a table with a header, and the labels that Audacity exports."""

from __future__ import annotations

import csv
import re
from fractions import Fraction

from evidencekit.matterfile.cliplist_parts import Listed, Rejected, to_ms
from evidencekit.matterfile.cliplist_times import is_seconds, table_time

__all__ = ["read_labels", "read_table", "recognise_labels", "recognise_table"]

_COLUMNS = {
    "title": "title",
    "name": "title",
    "clip": "title",
    "from": "from",
    "start": "from",
    "begin": "from",
    "to": "to",
    "end": "to",
    "stop": "to",
}
_TIMES = ("from", "to")
_SECONDS = r"[0-9]{1,9}(?:[.,][0-9]{1,30})?"
_LABEL = re.compile(rf"({_SECONDS})\t({_SECONDS})(?:\t(.*))?")


def recognise_labels(text: str) -> bool:
    """Return whether *text* is Audacity's labels: the first line is two numbers and a label."""
    return any(_LABEL.fullmatch(line) for _, line in _lines(text)[:1])


def read_labels(text: str) -> list[Listed | Rejected]:
    """Return what each line is. Lines that give a label's range of pitch are not for a clip."""
    found: list[Listed | Rejected] = []
    for number, line in _lines(text):
        if line.startswith("\\\t"):
            continue
        match = _LABEL.fullmatch(line)
        start = _seconds(match[1]) if match else None
        end = _seconds(match[2]) if match else None
        if match is None or start is None or end is None:
            reason = "is no label: two times in seconds and a name, with tabs between"
            found.append(Rejected(line=number, reason=reason))
        elif start == end:
            reason = "marks a moment. Mark the passage from its start to its end"
            found.append(Rejected(line=number, reason=reason))
        else:
            title = (match[3] or "").strip()
            found.append(Listed(title=title, start_ms=start, end_ms=end, line=number))
    return found


def recognise_table(text: str) -> bool:
    """Return whether *text* begins with a header that names from and to, and maybe title."""
    return _header(text) is not None


def read_table(text: str) -> list[Listed | Rejected]:
    """Return what each row is. Times are as `table_time` says; the whole table tells what a number
    such as 1.30 means.
    """
    delimiter, columns = _header(text) or (",", {})
    found: list[Listed | Rejected] = []
    rows: list[tuple[int, list[str]]] = []
    named: dict[str, str] = {}
    lines = re.split(r"\r\n|\r|\n", text)
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True)
    begins, header_seen = 1, False
    try:
        for row in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if header_seen:
                rows.append((line, row))
            else:
                named = {name: row[at].strip() for name, at in columns.items()}
            header_seen = True
    except csv.Error as error:
        found.append(Rejected(line=begins, reason=f"cannot be read: {error}"))
    times = [columns[name] for name in _TIMES]
    cells = [row[at].strip() for _, row in rows for at in times if at < len(row)]
    seconds = any(map(is_seconds, cells))
    return [_row(row, columns, named, line, seconds=seconds) for line, row in rows] + found


def _lines(text: str) -> list[tuple[int, str]]:
    lines = re.split(r"\r\n|\r|\n", text)
    return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _seconds(text: str) -> int | None:
    return to_ms(Fraction(text.replace(",", ".")))


def _header(text: str) -> tuple[str, dict[str, int]] | None:
    first = next((line for _, line in _lines(text[:5000])), "")
    for delimiter in "\t;,":
        cells = [cell.strip().strip('"').casefold() for cell in first.split(delimiter)]
        columns = [_COLUMNS.get(cell) for cell in cells]
        once = all(columns.count(name) == 1 for name in _TIMES)
        if once and columns.count("title") <= 1:
            names = [name for name in ("title", *_TIMES) if name in columns]
            return delimiter, {name: columns.index(name) for name in names}
    return None


def _row(
    row: list[str], columns: dict[str, int], named: dict[str, str], line: int, *, seconds: bool
) -> Listed | Rejected:
    if len(row) <= max(columns.values()):
        return Rejected(line=line, reason="has fewer cells than the header")
    title = row[columns["title"]].strip() if "title" in columns else ""
    if not title and "title" in columns:
        return Rejected(line=line, reason="has no title")
    times: list[int] = []
    for name in _TIMES:
        try:
            times.append(table_time(row[columns[name]].strip(), seconds=seconds))
        except ValueError as error:
            return Rejected(line=line, reason=f"{named[name]}: {error}")
    return Listed(title=title, start_ms=times[0], end_ms=times[1], line=line)
