# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bundle's index as a CSV file, in the columns that BunTool reads.

A row an item, `filename,userdefined_title,date,section` with section 0; a row a section, marked
1. BunTool keeps one row a filename, so each filename is written once: section rows are numbered,
as BunTool's own are, and an item without a file of its own is named by its page of the bundle.

Titles come from other people. A cell that a spreadsheet would take for a formula gets an
apostrophe in front. The byte order mark makes Excel read the file as UTF-8; BunTool skips the
header that bears it.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evidencekit.model.bundle import IndexEntry, Layout
    from evidencekit.model.moment import Moment

COLUMNS = ("filename", "userdefined_title", "date", "section")

_FORMULA = ("=", "+", "-", "@")


def write_index_csv(
    path: Path,
    layout: Layout,
    *,
    bundle_name: str,
    file_names: Mapping[str, str] | None = None,
) -> None:
    """Write the index of *layout* at *path*.

    *bundle_name* is the bundle's own file name; *file_names* maps an item's id to the file that
    holds it alone, of which the last part is written.
    """
    path.write_bytes(index_csv(layout, bundle_name=bundle_name, file_names=file_names or {}))


def index_csv(layout: Layout, *, bundle_name: str, file_names: Mapping[str, str]) -> bytes:
    """Return the bytes of the index."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, section in enumerate(layout.sections, start=1):
        title = _cell(f"{section.letter} {section.title}".strip())
        writer.writerow((f"SECTION_BREAK_{number}", title, "", "1"))
        writer.writerows(
            (
                _cell(_file_name(entry, bundle_name, file_names)),
                _cell(entry.title),
                _cell(_date(entry.dated)),
                "0",
            )
            for entry in layout.section_entries(section.letter)
            if entry.number is not None
        )
    return text.getvalue().encode("utf-8-sig")


def _file_name(entry: IndexEntry, bundle_name: str, file_names: Mapping[str, str]) -> str:
    """Return the item's own file, or its page in the bundle."""
    own = file_names.get(entry.item)
    return PurePosixPath(own).name if own else f"{bundle_name}#page={entry.pdf_page}"


def _date(moment: Moment | None) -> str:
    """Return an ISO date, the words that stand for one, or nothing."""
    if moment is None:
        return ""
    return moment.on.isoformat() if moment.on is not None else moment.written


def _cell(text: str) -> str:
    """Return *text* on one line, and as text to any spreadsheet."""
    line = "".join(" " if unicodedata.category(each) == "Cc" else each for each in text)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line
