# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take in a PDF that somebody else made: repaired, flattened, without anything that acts.

Runs inside an `Isolate`, since a hostile file can hang or crash what reads it. The result is a
clean PDF that pikepdf opens, in which every page leaves the graphics state as it found it, and
findings that say all that was changed, lost or kept and ought to be looked at. What a page looks
like does not change. A file that cannot be used is refused with its reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from evidencekit.errors import LimitExceeded
from evidencekit.model.material import REPAIRED
from evidencekit.pdf.boxes import SHORTEST_SIDE, sheet_around, view_of
from evidencekit.pdf.content import Wrapper, ends_in_an_operator, finish
from evidencekit.pdf.forms import count_signatures, drop_form, flatten, has_form
from evidencekit.pdf.labels import source_labels
from evidencekit.pdf.layers import count_layers
from evidencekit.pdf.neutralise import Neutraliser
from evidencekit.pdf.outline import read_outline
from evidencekit.pdf.save import save_as
from evidencekit.pdf.signatures import look_at, summed_up
from evidencekit.pdf.takein_bombs import oversized_picture
from evidencekit.pdf.takein_embedded import keep_embedded_files
from evidencekit.pdf.takein_result import SignatureOutcome, TakenIn
from evidencekit.pdf.takein_unseen import may_hide_words, told, unseen_words
from evidencekit.pdfread.mupdf import mupdf_errors, quiet_mupdf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pikepdf

    from evidencekit.pdf.takein_result import Notes

_PLEASE_WAIT = re.compile(r"if this message is not eventually replaced", re.IGNORECASE)
_LOCKED = "needs a password"
_WRONG_PASSWORD = "is not opened by the password given for it"  # noqa: S105 - words to a user
_OPENED = "was opened by the password given for it, and is bound in without its lock"
#: A page that saves more states than this without restoring them is no page.
_MOST_UNBALANCED = 10_000


def take_in_pdf(
    source: Path,
    to: Path,
    *,
    notes: Notes,
    scratch: Path,
    password: str | None = None,
    attachments_to: Path | None = None,
    made_here: bool = False,
) -> TakenIn:
    """Write a clean copy of the PDF *source* to *to*; *scratch* is a folder for what comes between.

    *made_here* is for pages that were set from another kind of file, whose tags are ours.

    Raises:
        DocumentUnusable: if it is locked, damaged beyond repair, without pages, or a form that
            only other software can show.
    """
    intake = _Intake(source, to, notes=notes, scratch=scratch, password=password)
    try:
        return intake.run(attachments_to=attachments_to, made_here=made_here)
    except UnicodeDecodeError:
        # What pikepdf raises instead of an error whose words quote bytes that are no text.
        notes.refuse("is damaged beyond repair")


class _Intake:
    """The steps of taking in one file, each of which may leave a new file behind for the next."""

    def __init__(
        self, source: Path, to: Path, *, notes: Notes, scratch: Path, password: str | None
    ) -> None:
        self._source = source
        self._at = source
        self._to = to
        self._notes = notes
        self._scratch = scratch
        self._password = password
        self._repaired = False

    def run(self, *, attachments_to: Path | None, made_here: bool) -> TakenIn:
        """Take the file in."""
        pdf = self._open()
        self._check_pictures(pdf)
        self._look(pdf, made_here=made_here)
        outline, complete = read_outline(pdf)
        if not complete:
            self._notes.say("EK-P017", "some of its bookmarks could not be read and are left out")
        labels = source_labels(pdf)
        keep_embedded_files(pdf, notes=self._notes, to=attachments_to)
        neutraliser = Neutraliser(pdf)
        neutraliser.run()
        self._notes.findings += neutraliser.findings(self._notes.item)
        if has_form(pdf):
            pdf = self._flatten(pdf)
        try:
            self._even_out(pdf)
        except LimitExceeded as error:
            self._notes.refuse(f"holds a page that unpacks to more than {error.limit}")
        if self._repaired:
            self._notes.warn(
                REPAIRED,
                "the file was damaged and was repaired on reading. Compare its pages with the "
                "original",
            )
        pages = len(pdf.pages)
        doubtful = [] if made_here else self._doubtful(pdf)
        _save(pdf, self._to)
        pdf.close()
        self._look_for_unseen_words(doubtful)
        return TakenIn(
            path=self._to,
            pages=pages,
            findings=tuple(sorted(self._notes.findings, key=lambda each: each.code)),
            outline=outline,
            source_labels=labels,
            attachments=tuple(self._notes.attachments),
            signatures=tuple(self._notes.signatures),
            turned=tuple(self._notes.turned),
        )

    def _open(self) -> pikepdf.Pdf:
        """Open the file, by way of MuPDF's repair where pikepdf alone cannot."""
        import pikepdf

        try:
            pdf = self._unlocked()
            declared = _declared_pages(pdf)
            found = len(pdf.pages)
        except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
            found = 0
        if not found:
            pdf = self._repair()
            declared = found = len(pdf.pages)
        if not found:
            self._notes.refuse("has no pages")
        if declared > found:
            self._notes.warn(
                "EK-P019", f"says it has {declared} pages, of which {found} could be read"
            )
        self._repaired = self._repaired or bool(pdf.get_warnings())
        return pdf

    def _unlocked(self) -> pikepdf.Pdf:
        """Open the file, by the password given where it needs one.

        What follows works on a copy without a lock, which is gone when the file is taken in.

        Raises:
            DocumentUnusable: if it needs a password, and none or another was given.
        """
        import pikepdf

        try:
            pdf = pikepdf.open(self._at)
        except pikepdf.PasswordError:
            if self._password is None:
                self._notes.refuse(_LOCKED)
            try:
                locked = pikepdf.open(self._at, password=self._password)
            except pikepdf.PasswordError:
                self._notes.refuse(_WRONG_PASSWORD)
            with locked:
                self._at = self._scratch / "unlocked.pdf"
                _save(locked, self._at)
                self._repaired = bool(locked.get_warnings())
            self._notes.say("EK-P030", _OPENED)
            return pikepdf.open(self._at)
        if self._password is not None:
            self._notes.say("EK-P030", "a password was given for it, which it does not need")
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
                if self._password is None:
                    self._notes.refuse(_LOCKED)
                if not document.authenticate(self._password):
                    self._notes.refuse(_WRONG_PASSWORD)
                self._notes.say("EK-P030", _OPENED)
            if not document.is_pdf:
                self._notes.refuse("is not a PDF")
            if not document.page_count:
                self._notes.refuse(
                    "has no pages" if not document.is_repaired else "is damaged beyond repair"
                )
        except mupdf_errors():
            self._notes.refuse("is damaged beyond repair")
        expected: tuple[type[Exception], ...] = (pikepdf.PdfError, TypeError, *mupdf_errors())
        for number, way in enumerate((_whole, _page_by_page)):
            rebuilt = self._scratch / f"repaired-{number}.pdf"
            try:
                way(document, rebuilt)
                pdf = pikepdf.open(rebuilt)
                pages = len(pdf.pages)
            except expected:
                continue
            if pages:
                self._at = rebuilt
                self._repaired = True
                return pdf
        self._notes.refuse("is damaged beyond repair")
        return None

    def _check_pictures(self, pdf: pikepdf.Pdf) -> None:
        """Refuse a file with a picture that would fill the memory of whoever looks at it."""
        if reason := oversized_picture(pdf):
            self._notes.refuse(reason)

    def _look_at_signatures(self, pdf: pikepdf.Pdf) -> None:
        """Report the digital signatures, as they are in the file as received."""
        signed = count_signatures(pdf)
        if not signed:
            return
        seen = look_at(self._source, count=signed, password=self._password)
        self._notes.signatures += seen
        self._notes.warn(
            "EK-P003",
            f"carries {signed} digital signatures, which cannot hold inside a bundle. The "
            f"original is unchanged; keep it with the bundle. {summed_up(seen)}",
        )
        if any(each.outcome is SignatureOutcome.CHANGED for each in seen):
            self._notes.warn(
                "EK-P046",
                "a digital signature does not fit the bytes it covers: they are not those that "
                "were signed",
            )

    def _look(self, pdf: pikepdf.Pdf, *, made_here: bool) -> None:
        """Report what the document is, before anything of it is changed."""
        if pdf.is_encrypted:
            self._notes.say("EK-P002", "its owner restricted printing, copying or changing it")
        self._look_at_signatures(pdf)
        self._look_at_xfa(pdf)
        layers, hidden = count_layers(pdf)
        if hidden:
            self._notes.warn(
                "EK-P006",
                f"{hidden} of its {layers} layers are hidden, and stay hidden, but can be shown "
                "by a reader. Look whether they were meant for others",
            )
        if "/Collection" in pdf.Root:
            self._notes.warn(
                "EK-P018",
                "is a portfolio: its contents are the files inside it, not the page that shows",
            )
        if "/StructTreeRoot" in pdf.Root and not made_here:
            self._notes.say("EK-P016", "its accessibility tags are not carried over")

    def _look_at_xfa(self, pdf: pikepdf.Pdf) -> None:
        """Refuse a form whose only page asks to be opened elsewhere.

        Raises:
            DocumentUnusable: if it is one.
        """
        form = pdf.Root.get("/AcroForm")
        if form is None or not hasattr(form, "get") or form.get("/XFA") is None:
            return
        if bool(pdf.Root.get("/NeedsRendering")) or self._asks_to_wait():
            self._notes.refuse(
                'is a form (XFA) that shows only "Please wait". Open it in Adobe Reader and print '
                "it to a new PDF"
            )
        self._notes.say("EK-P005", "holds a second form of itself (XFA), which is not carried over")

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
        except mupdf_errors():
            self._notes.refuse("holds a form that cannot be drawn")
        pdf.close()
        self._at = drawn
        self._notes.say("EK-P004", "its form fields were drawn onto the pages, with their values")
        flat = pikepdf.open(drawn)
        drop_form(flat)
        return flat

    def _doubtful(self, pdf: pikepdf.Pdf) -> list[int]:
        """Return the pages that may have words which cannot be seen."""
        return [number for number, page in enumerate(pdf.pages, start=1) if may_hide_words(page)]

    def _look_for_unseen_words(self, pages: Sequence[int]) -> None:
        """Report words that cannot be seen, and leave them: only who gave the document knows why
        they are there.
        """
        found = unseen_words(self._to, pages) if pages else ()
        if found:
            self._notes.warn(
                "EK-P047",
                f"holds words that cannot be seen and can be copied out of it: {told(found)}. They "
                "are covered, or have the colour of what is behind them. Look whether they were "
                "meant for others; if not, give a copy without them",
            )

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
            self._notes.say(
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
    except mupdf_errors():
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
    expected: tuple[type[Exception], ...] = (IndexError, *mupdf_errors())
    try:
        before, after = document[number]._count_q_balance()  # noqa: SLF001 - no public form
    except expected:
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
