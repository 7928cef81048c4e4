# SPDX-License-Identifier: AGPL-3.0-or-later
"""A table with a header: .csv or .tsv, with columns for start, end, speaker and text in any order.

Spreadsheets turn times into other things, so nothing is guessed: h:mm:ss and m:ss are times, a
number with a fraction is seconds, and a whole number is neither seconds nor milliseconds until the
header says which. Parts of a day, as spreadsheets keep times, are refused.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.errors import TranscriptError
from evidencekit.transcript import whisper_tsv
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.decode import split_lines
from evidencekit.transcript.times import clock_ms, seconds_ms, whole_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "table"
KIND = Kind.TEXT
_DELIMITERS = "\t;,"
_ROLES = {
    "start": "start begin from in starttime begintime timestamp time tc timecode",
    "end": "end stop to out endtime stoptime",
    "duration": "duration dur length",
    "speaker": "speaker speakername speakerlabel name who person voice participant",
    "text": "text transcript words content utterance speech caption sentence line subtitle",
}
_UNITS = {"ms": "ms", "milliseconds": "ms", "millis": "ms", "s": "s", "sec": "s", "seconds": "s"}
_NUMBER = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,30})?")
_WITH_HALF_OF_DAY = re.compile(
    r"([0-9]{1,2}):([0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?)[ \t]*([AaPp])\.?[Mm]\.?"
)
#: A time of a second and less with so many digits is a part of a day.
_DIGITS_OF_A_PART_OF_A_DAY = 7
_NOON = 12


@frozen(kw_only=True)
class _Column:
    """Where a column stands, and its unit if the header gives one: "ms" or "s"."""

    index: int
    unit: str | None


def recognise(text: str) -> str | None:
    """Return why *text* is taken for a table, or None."""
    if whisper_tsv.recognise(text):
        return None
    header = _header(text)
    return None if header is None else "its first line names columns of start and text"


def read(text: str, name: str) -> Transcript:
    """Return the transcript that *text* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if a row does not fit the header, the unit of the times cannot be known,
            there are more cues than are read, or none of them can be read.
    """
    delimiter, columns, width = _header(text) or ("\t", {}, 0)
    rows = _rows(text.replace("\0", "\ufffd"), delimiter, width, name)
    units = {
        role: _unit([row[column.index] for _, row in rows], column, name)
        for role, column in columns.items()
        if role in {"start", "end", "duration"}
    }

    def time(row: Sequence[str], role: str) -> int | None:
        column = columns.get(role)
        return None if column is None else _time(row[column.index].strip(), units[role])

    raws = []
    for line, row in rows:
        start, end, length = (time(row, role) for role in ("start", "end", "duration"))
        if end is None and start is not None and length is not None:
            end = start + length
        speaker = columns.get("speaker")
        raws.append(
            Raw(
                text=row[columns["text"].index].strip(),
                start_ms=start,
                end_ms=end,
                speaker=(row[speaker.index].strip() or None) if speaker else None,
                line=line,
            )
        )
    return assemble(raws, name=name, format_name=NAME, labels="speaker" not in columns)


def _header(text: str) -> tuple[str, dict[str, _Column], int] | None:
    """Return the delimiter, the columns by role and how many there are; None if it is no header."""
    line = split_lines(text.lstrip("\r\n")[:2000])[0]
    for delimiter in _DELIMITERS:
        if delimiter not in line:
            continue
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        columns: dict[str, _Column] = {}
        twice = False
        for index, cell in enumerate(cells):
            role, unit = _role(cell)
            if role is not None:
                twice = twice or role in columns
                columns[role] = _Column(index=index, unit=unit)
        if "start" in columns and "text" in columns and not twice:
            return delimiter, columns, len(cells)
    return None


def _role(cell: str) -> tuple[str | None, str | None]:
    words = re.sub(r"[^a-z]+", " ", cell.casefold()).split()
    unit = _UNITS.get(words[-1]) if len(words) > 1 else None
    plain = "".join(words[:-1] if unit else words)
    role = next((role for role, names in _ROLES.items() if plain in names.split()), None)
    return role, unit


def _rows(text: str, delimiter: str, width: int, name: str) -> list[tuple[int, list[str]]]:
    """Return each row below the header with the line it begins on."""
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(_with_ends(text), delimiter=delimiter, strict=True)
    header_seen = False
    begins = 1
    try:
        for row in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not header_seen:
                header_seen = True
                continue
            if len(row) > width:
                msg = (
                    f"this row has {len(row)} cells and the header {width}: words that hold the "
                    "separator need quotation marks around them"
                )
                raise TranscriptError(name, line, msg)
            rows.append((line, row + [""] * (width - len(row))))
    except csv.Error as error:
        msg = f"this row cannot be read: {error}"
        raise TranscriptError(name, begins, msg) from None
    return rows


def _with_ends(text: str) -> Iterable[str]:
    return (f"{line}\n" for line in split_lines(text))


def _unit(cells: Sequence[str], column: _Column, name: str) -> str:
    """Return the unit of the plain numbers in a column: as the header says, or seconds.

    Raises:
        TranscriptError: if whole numbers, or parts of a day, leave it open.
    """
    if column.unit:
        return column.unit
    numbers = [cell.strip() for cell in cells if _NUMBER.fullmatch(cell.strip())]
    fractions = [re.split(r"[.,]", number)[1] for number in numbers if re.search(r"[.,]", number)]
    if numbers and not fractions:
        msg = (
            "its times are whole numbers, which may be seconds or milliseconds. Name the unit in "
            "the header, such as start_ms or start_s, or write h:mm:ss"
        )
        raise TranscriptError(name, 1, msg)
    small = all(Decimal(number.replace(",", ".")) < 1 for number in numbers)
    if small and any(len(each) >= _DIGITS_OF_A_PART_OF_A_DAY for each in fractions):
        msg = (
            "its times look like parts of a day, as spreadsheets keep them. Give the column the "
            "format [h]:mm:ss.000 and save it again"
        )
        raise TranscriptError(name, 1, msg)
    return "s"


def _time(cell: str, unit: str) -> int | None:
    if _NUMBER.fullmatch(cell):
        number = cell.replace(",", ".")
        return whole_ms(number) if unit == "ms" else seconds_ms(number)
    if match := _WITH_HALF_OF_DAY.fullmatch(cell):
        # A spreadsheet shows three seconds as 12:00:03 AM.
        hour = int(match[1])
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if match[3] in "Pp" else 0)
        return clock_ms(f"{hour}:{match[2]}")
    return clock_ms(cell)
