# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take in a PDF that somebody else made: repaired, flattened, without anything that acts.

Runs inside an `Isolate`, since a hostile file can hang or crash what reads it. The result is a
clean PDF that pikepdf opens, in which every page leaves the graphics state as it found it, and
findings that say all that was changed, lost or kept and ought to be looked at. What a page looks
like does not change. A file that cannot be used is refused with its reason.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from attrs import frozen

from evidencekit.errors import DocumentUnusable, LimitExceeded, WorkerFailed
from evidencekit.model.findings import Finding, Severity
from evidencekit.pdf.boxes import SHORTEST_SIDE, sheet_around, view_of
from evidencekit.pdf.content import Wrapper, ends_in_an_operator, finish
from evidencekit.pdf.forms import count_signatures, drop_form, flatten, has_form, quiet_mupdf
from evidencekit.pdf.labels import source_labels
from evidencekit.pdf.layers import count_layers
from evidencekit.pdf.neutralise import Neutraliser
from evidencekit.pdf.outline import OutlineLine, read_outline
from evidencekit.pdf.save import save_as

if TYPE_CHECKING:
    import pikepdf

    from evidencekit.isolate import Isolate

_HEAD = 1024
_PLEASE_WAIT = re.compile(r"if this message is not eventually replaced", re.IGNORECASE)
#: A page that saves more states than this without restoring them is no page.
_MOST_UNBALANCED = 10_000


@frozen(kw_only=True)
class TakenIn:
    """A clean PDF at `path`, and what was seen on the way.

    `source_labels` are the page labels that the document had, one a page, or empty.
    """

    path: Path
    pages: int
    findings: tuple[Finding, ...] = ()
    outline: tuple[OutlineLine, ...] = ()
    source_labels: tuple[str, ...] = ()


def take_in(source: Path, to: Path, *, name: str, item: str) -> TakenIn:
    """Write a clean copy of the PDF *source* to *to*.

    Errors call it *name*; findings call it *item*, the id of its item, such as "document:minutes".

    Raises:
        DocumentUnusable: if it is missing, empty, no PDF, locked, damaged beyond repair, without
            pages, or a form that only other software can show.
    """
    _check_head(source, name, item)
    with tempfile.TemporaryDirectory(dir=to.parent) as scratch:
        return _Intake(source, to, name=name, item=item, scratch=Path(scratch)).run()


def take_in_isolated(worker: Isolate, source: Path, to: Path, *, name: str, item: str) -> TakenIn:
    """Do the same in *worker*; a file that hangs or crashes it is refused like any other.

    Raises:
        DocumentUnusable: as `take_in`, or if the worker ran over its limits or died.
        Cancelled: if the worker's caller asked for it.
    """
    try:
        return worker.call(take_in, source, to, name=name, item=item)
    except WorkerFailed as error:
        reason = f"cannot be read: {error}"
        raise DocumentUnusable(name, reason, _document_id(item)) from error


def _check_head(source: Path, name: str, item: str) -> None:
    """Refuse what does not even look like a PDF.

    Raises:
        DocumentUnusable: with the reason.
    """
    reason = ""
    try:
        with source.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        reason = "was not found"
    except OSError:
        reason = "cannot be read"
    else:
        if not head:
            reason = "is empty"
        elif b"%PDF-" not in head:
            reason = "is not a PDF"
    if reason:
        raise DocumentUnusable(name, reason, _document_id(item))


def _document_id(item: str) -> str:
    """Return a document's id, which is what a user names it by, from that of its item."""
    return item.removeprefix("document:")


class _Intake:
    """The steps of taking in one file, each of which may leave a new file behind for the next."""

    def __init__(self, source: Path, to: Path, *, name: str, item: str, scratch: Path) -> None:
        self._at = source
        self._to = to
        self._name = name
        self._item = item
        self._subject = item
        self._scratch = scratch
        self._repaired = False
        self._findings: list[Finding] = []

    def run(self) -> TakenIn:
        """Take the file in."""
        pdf = self._open()
        self._look(pdf)
        outline, complete = read_outline(pdf)
        if not complete:
            self._say("EK-P017", "some of its bookmarks could not be read and are left out")
        labels = source_labels(pdf)
        neutraliser = Neutraliser(pdf)
        neutraliser.run()
        self._findings += neutraliser.findings(self._subject)
        if has_form(pdf):
            pdf = self._flatten(pdf)
        try:
            self._even_out(pdf)
        except LimitExceeded as error:
            self._refuse(f"holds a page that unpacks to more than {error.limit}")
        if self._repaired:
            self._say(
                "EK-P001",
                "the file was damaged and was repaired on reading. Compare its pages with the "
                "original",
                severity=Severity.WARNING,
            )
        pages = len(pdf.pages)
        _save(pdf, self._to)
        pdf.close()
        return TakenIn(
            path=self._to,
            pages=pages,
            findings=tuple(sorted(self._findings, key=lambda each: each.code)),
            outline=outline,
            source_labels=labels,
        )

    def _say(self, code: str, message: str, *, severity: Severity = Severity.NOTE) -> None:
        self._findings.append(
            Finding(
                code=code,
                severity=severity,
                subject=self._subject,
                message=message,
                group="pages",
            )
        )

    def _refuse(self, reason: str) -> NoReturn:
        raise DocumentUnusable(self._name, reason, _document_id(self._item))

    def _open(self) -> pikepdf.Pdf:
        """Open the file, by way of MuPDF's repair where pikepdf alone cannot."""
        import pikepdf

        try:
            pdf = pikepdf.open(self._at)
            declared = _declared_pages(pdf)
            found = len(pdf.pages)
        except pikepdf.PasswordError:
            self._refuse("needs a password")
        except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
            found = 0
        if not found:
            pdf = self._repair()
            declared = found = len(pdf.pages)
        if not found:
            self._refuse("has no pages")
        if declared > found:
            self._say(
                "EK-P019",
                f"says it has {declared} pages, of which {found} could be read",
                severity=Severity.WARNING,
            )
        self._repaired = self._repaired or bool(pdf.get_warnings())
        return pdf

    def _repair(self) -> pikepdf.Pdf:
        """Have MuPDF rebuild the file, whole or else page by page.

        Raises:
            DocumentUnusable: if nothing can be saved from it.
        """
        import pikepdf

        pymupdf = quiet_mupdf()
        try:
            document = pymupdf.open(self._at, filetype="pdf")
            if document.needs_pass:
                self._refuse("needs a password")
            if not document.is_pdf:
                self._refuse("is not a PDF")
            if not document.page_count:
                self._refuse(
                    "has no pages" if not document.is_repaired else "is damaged beyond repair"
                )
        except (RuntimeError, ValueError):
            self._refuse("is damaged beyond repair")
        for number, way in enumerate((_whole, _page_by_page)):
            rebuilt = self._scratch / f"repaired-{number}.pdf"
            try:
                way(document, rebuilt)
                pdf = pikepdf.open(rebuilt)
                pages = len(pdf.pages)
            except (pikepdf.PdfError, RuntimeError, ValueError, TypeError):
                continue
            if pages:
                self._at = rebuilt
                self._repaired = True
                return pdf
        self._refuse("is damaged beyond repair")
        return None

    def _look(self, pdf: pikepdf.Pdf) -> None:
        """Report what the document is, before anything of it is changed."""
        if pdf.is_encrypted:
            self._say("EK-P002", "its owner restricted printing, copying or changing it")
        if signatures := count_signatures(pdf):
            self._say(
                "EK-P003",
                f"carries {signatures} digital signatures, which cannot hold inside a bundle. The "
                "original is unchanged; keep it with the bundle",
                severity=Severity.WARNING,
            )
        self._look_at_xfa(pdf)
        layers, hidden = count_layers(pdf)
        if hidden:
            self._say(
                "EK-P006",
                f"{hidden} of its {layers} layers are hidden, and stay hidden, but can be shown "
                "by a reader. Look whether they were meant for others",
                severity=Severity.WARNING,
            )
        if "/Collection" in pdf.Root:
            self._say(
                "EK-P018",
                "is a portfolio: its contents are the files inside it, not the page that shows",
                severity=Severity.WARNING,
            )
        if "/StructTreeRoot" in pdf.Root:
            self._say("EK-P016", "its accessibility tags are not carried over")

    def _look_at_xfa(self, pdf: pikepdf.Pdf) -> None:
        """Refuse a form whose only page asks to be opened elsewhere.

        Raises:
            DocumentUnusable: if it is one.
        """
        form = pdf.Root.get("/AcroForm")
        if form is None or not hasattr(form, "get") or form.get("/XFA") is None:
            return
        if bool(pdf.Root.get("/NeedsRendering")) or self._asks_to_wait():
            self._refuse(
                'is a form (XFA) that shows only "Please wait". Open it in Adobe Reader and print '
                "it to a new PDF"
            )
        self._say("EK-P005", "holds a second form of itself (XFA), which is not carried over")

    def _asks_to_wait(self) -> bool:
        pymupdf = quiet_mupdf()
        with pymupdf.open(self._at, filetype="pdf") as document:
            return document.page_count == 1 and bool(
                _PLEASE_WAIT.search(" ".join(document[0].get_text().split()))
            )

    def _flatten(self, pdf: pikepdf.Pdf) -> pikepdf.Pdf:
        """Draw the form's fields onto their pages."""
        import pikepdf

        drawn = self._scratch / "flat.pdf"
        try:
            flatten(pdf, drawn, scratch=self._scratch)
        except (RuntimeError, ValueError):
            self._refuse("holds a form that cannot be drawn")
        pdf.close()
        self._at = drawn
        self._say("EK-P004", "its form fields were drawn onto the pages, with their values")
        flat = pikepdf.open(drawn)
        drop_form(flat)
        return flat

    def _even_out(self, pdf: pikepdf.Pdf) -> None:
        """Enclose each page so that a stamp after it starts afresh; put tiny pages onto A4."""
        wrapper = Wrapper(pdf)
        placed = 0
        for page, balance in zip(pdf.pages, self._balances(pdf), strict=True):
            view = view_of(page)
            before, after = balance
            if not ends_in_an_operator(page) and finish(pdf, page, view.box):
                before = after = 0
            inside = b""
            if min(view.width, view.height) < SHORTEST_SIDE:
                box, sheet = view.box, sheet_around(view).array()
                inside = b"%.4f %.4f %.4f %.4f re W n\n" % (
                    box.left,
                    box.bottom,
                    box.width,
                    box.height,
                )
                page.obj["/MediaBox"] = sheet
                page.obj["/CropBox"] = sheet
                placed += 1
            wrapper.wrap(page, missing_before=before, missing_after=after, inside=inside)
        if placed:
            self._say(
                "EK-P008", f"{placed} pages too small for a label were placed on A4, in their size"
            )

    def _balances(self, pdf: pikepdf.Pdf) -> list[tuple[int, int]]:
        """Count for each page the q and Q that are missing before and after it."""
        counts = _balances_in(self._at, len(pdf.pages))
        if counts is None:
            # MuPDF reads the file otherwise than pikepdf did, so let it read what pikepdf made.
            again = self._scratch / "again.pdf"
            _save(pdf, again)
            counts = _balances_in(again, len(pdf.pages))
        return [(0, 0)] * len(pdf.pages) if counts is None else counts


def _balances_in(path: Path, pages: int) -> list[tuple[int, int]] | None:
    """Count for each page of a file, or return None if it cannot be read as so many pages."""
    try:
        with quiet_mupdf().open(path, filetype="pdf") as document:
            if document.needs_pass or document.is_repaired or document.page_count != pages:
                return None
            return [_balance(document, number) for number in range(pages)]
    except (RuntimeError, ValueError):
        return None


def _whole(document: Any, to: Path) -> None:
    pymupdf = quiet_mupdf()
    document.save(to, encryption=pymupdf.PDF_ENCRYPT_NONE, garbage=1)


def _page_by_page(document: Any, to: Path) -> None:
    pymupdf = quiet_mupdf()
    with pymupdf.open() as fresh:
        fresh.insert_pdf(document)
        fresh.save(to, garbage=1)


def _balance(document: Any, number: int) -> tuple[int, int]:
    try:
        before, after = document[number]._count_q_balance()  # noqa: SLF001 - no public form
    except (RuntimeError, ValueError):
        return (0, 0)
    return min(before, _MOST_UNBALANCED), min(after, _MOST_UNBALANCED)


def _save(pdf: pikepdf.Pdf, to: Path) -> None:
    if "/Size" not in pdf.trailer:
        # qpdf corrects this entry, but does not add it where a damaged file lacks it.
        pdf.trailer["/Size"] = len(pdf.objects) + 1
    save_as(pdf, to, encryption=False, deterministic_id=True, fix_metadata_version=False)


def _declared_pages(pdf: pikepdf.Pdf) -> int:
    try:
        return int(pdf.Root.Pages.Count)
    except (AttributeError, KeyError, TypeError, ValueError):
        return 0
