# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a PDF file is put together: in one piece or with later additions, and what acts in it.

Two readers can see two documents in one file, if it has something before its beginning, behind its
end, or an earlier revision inside. Only the form is looked at here; nothing in the file is run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.model.references import resolved
from evidencekit.pdfread.objects import page_of, trailer_of
from evidencekit.pdfread.read import SeenBookmark, bookmarks_of, open_pdf, reader_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evidencekit.pdfread.objects import Entry

_HEAD = b"%PDF-"
_TAIL = 1024
_END = re.compile(rb"startxref\s+([0-9]{1,20})\s+%%EOF[\r\n]{0,2}\Z")
_TITLE = re.compile(r"<(\w+:title)\b[^>]*>(.*?)</\1>", re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_LONGEST_METADATA = 1_000_000
#: What a page tree or an outline of more nodes than this is made for is not to be read.
_MOST_NODES = 2_000_000
#: What a catalog may hold without anything being run, sent, hidden or opened elsewhere.
_HARMLESS = frozenset(
    {
        "Dests",
        "Extensions",
        "Lang",
        "MarkInfo",
        "Metadata",
        "OCProperties",
        "OpenAction",
        "Outlines",
        "OutputIntents",
        "PageLabels",
        "PageLayout",
        "PageMode",
        "Pages",
        "StructTreeRoot",
        "Type",
        "Version",
        "ViewerPreferences",
    }
)


@frozen(kw_only=True)
class SeenFile:
    """What was seen of a file's form.

    `begins` and `ends` say whether the PDF is all that the file holds; `revisions` whether it was
    added to; `repaired` whether it could be read as it stands. `tree_fault` is what is wrong with
    its page tree. `opens_at` is the ordinal of the page it opens at, None where it does anything
    else on opening. `unusual` are entries by which it could act, hide or hold something more.
    `titles` are the titles that a reader may show, `layers` the number of layers.
    """

    begins: bool
    ends: bool
    revised: bool
    repaired: bool
    encrypted: bool
    tree_fault: str = ""
    opens_at: int | None = None
    unusual: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    layers: int = 0
    acting_bookmarks: int = 0
    page_count: int = 0
    read_by: str = ""
    outline: tuple[SeenBookmark, ...] = ()


def read_structure(path: Path) -> SeenFile:
    """Look at the form of the PDF at *path*.

    Raises:
        PdfUnreadable: if it is missing, locked, damaged beyond reading, or no PDF.
    """
    begins, ends = _ends(path)
    with open_pdf(path) as document:
        trailer = trailer_of(document)
        pages = [page_of(document, index).number for index in range(document.page_count)]
        return SeenFile(
            begins=begins,
            ends=ends,
            revised=bool(trailer["Prev"] or trailer["XRefStm"]),
            repaired=bool(document.is_repaired),
            encrypted=bool(trailer["Encrypt"]),
            tree_fault=_tree_fault(trailer["Root"]["Pages"], pages),
            opens_at=_opens_at(trailer["Root"]["OpenAction"], pages),
            unusual=tuple(_unusual(trailer["Root"])),
            titles=_titles(document, trailer),
            layers=sum(1 for _ in trailer["Root"]["OCProperties"]["OCGs"].items()),
            acting_bookmarks=_acting_bookmarks(trailer["Root"]["Outlines"]),
            page_count=len(pages),
            read_by=reader_version(),
            outline=bookmarks_of(document),
        )


def _ends(path: Path) -> tuple[bool, bool]:
    """Return whether the file begins as a PDF, and ends with one."""
    with path.open("rb") as file:
        begins = file.read(len(_HEAD)) == _HEAD
        size = file.seek(0, 2)
        file.seek(max(size - _TAIL, 0))
        tail = file.read()
    found = _END.search(tail)
    return begins, found is not None and int(found[1]) < size


def _tree_fault(root: Entry, pages: list[int]) -> str:
    """Walk the page tree; return what is wrong with it, or nothing."""
    seen: set[int] = set()
    found: list[int] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.number in seen or len(seen) > _MOST_NODES:
            return "names a part of itself twice"
        seen.add(node.number)
        if node["Kids"]:
            waiting += reversed(list(node["Kids"].items()))
        else:
            found.append(node.number)
    return "" if found == pages else "lists other pages than a reader shows"


def _opens_at(action: Entry, pages: list[int]) -> int | None:
    """Return the page that the file opens at, if it only opens there."""
    if not action:
        return 1
    first = next(action.items(), None)
    if first is None or first.number not in pages:
        return None
    return pages.index(first.number) + 1


def _unusual(catalog: Entry) -> Iterator[str]:
    """Yield what the catalog holds beyond pages, bookmarks, labels and tags."""
    for key in catalog.entries():
        if key == "Names":
            yield from (f"Names/{each}" for each in catalog[key].entries() if each != "Dests")
        elif key not in _HARMLESS:
            yield key


def _titles(document: Any, trailer: Entry) -> tuple[str, ...]:
    """Return the title in the information dictionary, and the one in the metadata stream."""
    about = str(document.get_xml_metadata() or "")[:_LONGEST_METADATA]
    return (
        trailer["Info"]["Title"].text,
        *(resolved(_TAGS.sub("", found[2])).strip() for found in _TITLE.finditer(about)),
    )


def _acting_bookmarks(outlines: Entry) -> int:
    """Count the bookmarks that do something else than lead to a page."""
    count = 0
    seen: set[int] = set()
    waiting = [outlines["First"]]
    while waiting and len(seen) <= _MOST_NODES:
        node = waiting.pop()
        if not node or node.number in seen:
            continue
        seen.add(node.number)
        count += bool(node["A"]) and node["A"]["S"].name != "GoTo"
        waiting += [node["Next"], node["First"]]
    return count
