# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read the bundle's PDF, and the documents bound into it, in a worker with limits.

A page may be made to hang or crash what reads it. Pages are therefore asked for in lots, and one by
one where a lot fails, so that the one page is named and the others are looked at all the same.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from evidencekit.errors import Cancelled, EvidenceError, PdfUnreadable
from evidencekit.model.bundle import INDEX_WORD
from evidencekit.pdfread import (
    HeldDocument,
    SeenFile,
    ShownPage,
    hold_against,
    read_structure,
    show_pages,
)
from evidencekit.verifier.record import inside, number, rows, table, text, values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from evidencekit.isolate import Isolate

_AT_ONCE = 50
#: After this many pages that cannot be looked at, the rest is not tried.
_MOST_FAILURES = 3


@frozen(kw_only=True)
class Entry:
    """A row of the index in the record, with values of the kinds that they should be.

    `first` is the ordinal of its first page and `last` that of its last; `number` is None where the
    index does not count it.
    """

    item: str
    kind: str
    number: int | None
    section: str
    title: str
    dated: str
    first: int
    pages: int
    first_label: str
    last_label: str
    exhibit_first: str = ""
    exhibit_last: str = ""

    @property
    def exhibit(self) -> str:
        """The exhibit's own pages as the index prints them, or nothing."""
        if self.exhibit_first == self.exhibit_last:
            return self.exhibit_first
        return f"{self.exhibit_first}-{self.exhibit_last.rpartition('/')[2]}"

    @property
    def last(self) -> int:
        """The ordinal of the last page."""
        return self.first + self.pages - 1

    @property
    def is_document(self) -> bool:
        """Whether its pages are somebody else's."""
        return self.kind == "document"

    @property
    def labels(self) -> str:
        """The labels as the index prints them."""
        if self.first_label == self.last_label:
            return self.first_label
        return f"{self.first_label}-{self.last_label}"


@frozen(kw_only=True)
class Bundle:
    """The record's account of the bundle, beside what was seen of the PDF.

    `back_links` gives for each page the ordinal of the page of the index that its number leads back
    to; a bundle made before there were such links has none. `pages` holds each page by its ordinal;
    `unread` says why one of them could not be looked at. `held` holds each document by its item, or
    the reason why it was not compared.
    """

    path: str
    record: Mapping[str, Any]
    labels: tuple[str, ...]
    exhibit_labels: tuple[str | None, ...]
    entries: tuple[Entry, ...]
    file: SeenFile
    back_links: tuple[int | None, ...] = ()
    pages: Mapping[int, ShownPage] = field(factory=dict)
    unread: Mapping[int, str] = field(factory=dict)
    held: Mapping[str, HeldDocument | str] = field(factory=dict)

    def page_name(self, ordinal: int) -> str:
        """Return what a reader calls a page: "E1 (pdf page 21)"."""
        label = self.labels[ordinal - 1] if 1 <= ordinal <= len(self.labels) else ""
        return f"{label} (pdf page {ordinal})" if label else f"pdf page {ordinal}"

    def pages_name(self, entry: Entry) -> str:
        """Return what a reader calls the pages of an item: "E1-E3 (pdf pages 21 to 23)"."""
        if entry.pages == 1:
            return self.page_name(entry.first)
        return f"{entry.labels} (pdf pages {entry.first} to {entry.last})"

    def entry(self, item: str) -> Entry | None:
        """Return the entry of an item, or None."""
        return next((each for each in self.entries if each.item == item), None)

    def entry_of_page(self, ordinal: int) -> Entry | None:
        """Return the entry that a page belongs to, or None."""
        return self._owners.get(ordinal)

    @functools.cached_property
    def _owners(self) -> dict[int, Entry]:
        owners: dict[int, Entry] = {}
        for entry in self.entries:
            for ordinal in self.ordinals(entry):
                owners.setdefault(ordinal, entry)
        return owners

    def ordinals(self, entry: Entry) -> range:
        """Return the ordinals of an item's pages, as far as the bundle has them."""
        return range(max(entry.first, 1), min(entry.last, len(self.labels)) + 1)

    def stamps(self, ordinal: int) -> tuple[str, ...]:
        """Return what is to be printed at the foot of a page: its exhibit number, the word that
        leads back to the index, its label.
        """
        index = ordinal - 1
        exhibit = self.exhibit_labels[index] if index < len(self.exhibit_labels) else None
        label = self.labels[index] if index < len(self.labels) else None
        back = INDEX_WORD if self.back_link(ordinal) is not None else None
        return tuple(each for each in (exhibit, back, label) if each)

    def back_link(self, ordinal: int) -> int | None:
        """Return the page of the index that a page's number leads back to, or None."""
        return self.back_links[ordinal - 1] if 0 < ordinal <= len(self.back_links) else None


def read_bundle(
    root: Path,
    record: Mapping[str, Any],
    path: Path,
    *,
    worker: Isolate,
) -> Bundle:
    """Look in *worker* at all pages of the PDF at *path*, and at the documents bound into it.

    Raises:
        PdfUnreadable: if it cannot be read at all.
        WorkerFailed: if reading it takes too long or too much.
        Cancelled: if the worker's caller asked for it.
    """
    bundle = table(record, "bundle")
    labels = tuple(_strings(bundle, "labels"))
    entries = tuple(_entry(each) for each in rows(bundle, "index"))
    reader = _Reader(worker, path)
    file = worker.call(read_structure, path)
    read = Bundle(
        path=text(bundle, "path"),
        record=record,
        labels=labels,
        exhibit_labels=tuple(
            each if isinstance(each, str) else None for each in values(bundle, "exhibit_labels")
        ),
        back_links=tuple(
            each if isinstance(each, int) else None for each in values(bundle, "back_links")
        ),
        entries=entries,
        file=file,
    )
    if file.repaired:
        return read
    held = {
        entry.item: reader.hold(root, entry, read)
        for entry in entries
        if entry.is_document and 1 <= entry.first <= entry.last <= len(labels)
    }
    count = min(file.page_count, max(len(labels), 1))
    pages, unread = reader.show(range(1, count + 1), read, held)
    return evolve(read, pages=pages, unread=unread, held=held)


def _strings(value: Any, key: str) -> list[str]:
    return [each if isinstance(each, str) else "" for each in values(value, key)]


def _entry(row: Mapping[str, Any]) -> Entry:
    counted = number(row, "number")
    return Entry(
        item=text(row, "item"),
        kind=text(row, "kind"),
        number=counted if counted > 0 else None,
        section=text(row, "section"),
        title=text(row, "title"),
        dated=text(row, "dated"),
        first=number(row, "pdf_page"),
        pages=max(number(row, "pages"), 0),
        first_label=text(row, "first_label"),
        last_label=text(row, "last_label"),
        exhibit_first=text(row, "exhibit_first"),
        exhibit_last=text(row, "exhibit_last"),
    )


class _Reader:
    """Asks one worker for pages of one PDF."""

    def __init__(self, worker: Isolate, path: Path) -> None:
        self._worker = worker
        self._path = path
        self._failures = 0

    def show(
        self, ordinals: Sequence[int], bundle: Bundle, held: Mapping[str, HeldDocument | str]
    ) -> tuple[dict[int, ShownPage], dict[int, str]]:
        """Return the pages by ordinal, and why some could not be looked at."""
        pages: dict[int, ShownPage] = {}
        unread: dict[int, str] = {}
        drawn = {
            page.ordinal
            for each in held.values()
            if isinstance(each, HeldDocument)
            for page in each.held
        }
        documents = {
            ordinal
            for entry in bundle.entries
            if entry.is_document
            for ordinal in bundle.ordinals(entry)
        }

        def ask(lot: Sequence[int]) -> tuple[ShownPage, ...]:
            return self._worker.call(
                show_pages,
                self._path,
                tuple(lot),
                generated=set(lot) - documents,
                unpictured=set(lot) & drawn,
            )

        for start in range(0, len(ordinals), _AT_ONCE):
            lot = ordinals[start : start + _AT_ONCE]
            pages |= dict(self._each(lot, ask, unread))
        return pages, unread

    def _each(
        self,
        lot: Sequence[int],
        ask: Callable[[Sequence[int]], tuple[ShownPage, ...]],
        unread: dict[int, str],
    ) -> list[tuple[int, ShownPage]]:
        """Ask for a lot of pages, and for each alone if that fails."""
        try:
            return [(page.ordinal, page) for page in ask(lot)]
        except Cancelled:
            raise
        except EvidenceError as error:
            if len(lot) == 1:
                self._failures += 1
                unread[lot[0]] = str(error)
                return []
        found = []
        for ordinal in lot:
            if self._failures >= _MOST_FAILURES:
                unread[ordinal] = "too many pages could not be looked at"
                continue
            found += self._each([ordinal], ask, unread)
        return found

    def hold(self, root: Path, entry: Entry, bundle: Bundle) -> HeldDocument | str:
        """Compare a document with its pages, or say why that was not done."""
        stored = source_of(bundle.record, entry.item)
        source = inside(root, stored) if stored else None
        if source is None:
            return ABSENT
        if not _is_pdf(source):
            return NO_PDF
        lots = [
            range(start, min(start + _AT_ONCE, entry.pages))
            for start in range(0, entry.pages, _AT_ONCE)
        ]
        shrunk = _shrunk(bundle.record, entry.item)
        found: list[HeldDocument] = []
        for lot in lots:
            try:
                found.append(
                    self._worker.call(
                        hold_against,
                        self._path,
                        source,
                        first=entry.first + lot.start,
                        stamps=tuple(bundle.stamps(entry.first + index) for index in lot),
                        per_mille=tuple(shrunk.get(index + 1, _WHOLE) for index in lot),
                        start=lot.start,
                    )
                )
            except Cancelled:
                raise
            except EvidenceError as error:
                return error.reason if isinstance(error, PdfUnreadable) else str(error)
        return HeldDocument(
            pages=found[0].pages,
            plain=found[0].plain,
            titles=found[0].titles,
            held=tuple(page for each in found for page in each.held),
        )


def _shrunk(record: Mapping[str, Any], item: str) -> dict[int, int]:
    """Return at how many thousandths of their size pages of a document are shown, by page."""
    return {
        number(page, "page"): number(page, "per_mille")
        for page in rows(_seen_of(record, item), "shrunk_pages")
        if _LEAST_SHOWN <= number(page, "per_mille") < _WHOLE
    }


def _seen_of(record: Mapping[str, Any], item: str) -> Mapping[str, Any]:
    """Return what the record says of the file that the pages of an item come from."""
    if item == "part:statement":
        return table(table(record, "statement"), "signed_file")
    return next(
        (each for each in rows(record, "documents") if f"document:{text(each, 'id')}" == item), {}
    )


#: A page shown smaller than this has no room for a label, nor for itself.
_LEAST_SHOWN = 300
_WHOLE = 1000
#: Why a document was not compared with its pages.
ABSENT = "is not in the package"
NO_PDF = "is not a PDF"
_HEAD = 1024


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return b"%PDF-" in file.read(_HEAD)


def source_of(record: Mapping[str, Any], item: str) -> str:
    """Return where the package stores the file that the pages of an item come from."""
    wanted = next(
        (
            text(each, "input")
            for each in rows(record, "documents")
            if f"document:{text(each, 'id')}" == item
        ),
        text(table(record, "statement"), "signed_input") if item == "part:statement" else item,
    )
    return next(
        (text(each, "stored") for each in rows(record, "inputs") if text(each, "id") == wanted), ""
    )
