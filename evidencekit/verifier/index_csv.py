# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compare index.csv, row by row, with the index of the record."""

from __future__ import annotations

import csv
import io
import unicodedata
from typing import TYPE_CHECKING, Any

from evidencekit.model.moment import Moment
from evidencekit.verifier.record import bytes_of, number, rows, table, text
from evidencekit.verifier.result import INTEGRITY, error
from evidencekit.verifier.strictjson import NotReadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from evidencekit.model.findings import Finding

INDEX = "data/index.csv"
_LIMIT_BYTES = 64_000_000
_HEADER = ("filename", "userdefined_title", "date", "section")
#: A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@")


def check_index_csv(root: Path, record: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return where the index as a table differs from the record."""
    try:
        data = bytes_of(root, INDEX, most=_LIMIT_BYTES)
        found = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except NotReadable as reason:
        return (error("EK-K031", INDEX, str(reason), group=INTEGRITY),)
    except (UnicodeDecodeError, csv.Error):
        return (error("EK-K031", INDEX, "is not a table in UTF-8", group=INTEGRITY),)
    expected = [list(each) for each in _rows(record)]
    findings = [
        error("EK-K031", INDEX, f"row {place} is not what the record gives", group=INTEGRITY)
        for place, (one, other) in enumerate(zip(expected, found, strict=False), start=1)
        if one != other
    ]
    if len(expected) != len(found):
        findings.append(
            error(
                "EK-K031",
                INDEX,
                "has not as many rows as the record gives",
                group=INTEGRITY,
                expected=len(expected),
                found=len(found),
            )
        )
    return tuple(findings)


def _rows(record: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    yield _HEADER
    bundle = table(record, "bundle")
    own = dict(_own_files(record))
    entries = list(rows(bundle, "index"))
    whole = text(bundle, "path").rpartition("/")[2]
    for place, section in enumerate(rows(bundle, "sections"), start=1):
        letter = text(section, "letter")
        title = f"{letter} {text(section, 'title')}".strip()
        yield (f"SECTION_BREAK_{place}", _cell(title), "", "1")
        for entry in entries:
            if text(entry, "section") != letter or entry.get("number") is None:
                continue
            file = own.get(text(entry, "item"), "").rpartition("/")[2]
            yield (
                _cell(file or f"{whole}#page={number(entry, 'pdf_page')}"),
                _cell(text(entry, "title")),
                _cell(_date(text(entry, "dated"))),
                "0",
            )


def _own_files(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the items that have a file of their own, with its path."""
    for each in rows(record, "inputs"):
        if text(each, "kind") == "document":
            yield text(each, "id"), text(each, "stored")
    for each in rows(record, "clips"):
        yield f"clip:{number(each, 'number')}", text(each, "file")
    yield "part:statement", text(table(record, "statement"), "docx")


def _date(written: str) -> str:
    """Return the day in ISO's form, or the words that stand for one."""
    on = Moment.of(written).on
    return written if on is None else on.isoformat()


def _cell(written: str) -> str:
    line = "".join(" " if unicodedata.category(each) == "Cc" else each for each in written)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line
