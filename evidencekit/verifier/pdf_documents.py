# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check that the pages of bound-in documents are those of the documents' own files.

Text and picture of a page and of its source are the same but for the numbers printed on it, as long
as the file is whole and holds no form. Where binding it in had to change something, only what is
clearly another page is a failure; less than that is noted, for somebody to look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.model.findings import Finding, Severity
from evidencekit.verifier.pdf_read import ABSENT, NO_PDF, source_of
from evidencekit.verifier.record import rows, text
from evidencekit.verifier.result import PAGES, error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.pdfread import HeldDocument, HeldPage
    from evidencekit.verifier.pdf_read import Bundle, Entry

#: Shares of a picture that differ: more than smoothing does, and enough to be another page.
_ANY_APART = 0.00002
_FAR_APART = 0.05
#: The share of words that only one of two pages has, which makes them different pages.
_OTHER_WORDS = 0.5
#: What codes begin with by which the build says that it could not bind a file in as it stands.
_TAKEN_IN = "EK-P0"


def check_documents(bundle: Bundle) -> tuple[int, int, tuple[Finding, ...]]:
    """Return how many pages were compared, how many agree, and what does not."""
    findings: list[Finding] = []
    compared = good = 0
    absent: list[Entry] = []
    for entry in bundle.entries:
        held = bundle.held.get(entry.item)
        if held is None:
            continue
        if held == ABSENT:
            absent.append(entry)
        elif isinstance(held, str):
            findings.append(_not_compared(bundle, entry, held))
        else:
            findings += _check_length(bundle, entry, held)
            for page in held.held:
                wrong = list(_check_page(bundle, entry, page))
                compared += 1
                good += not wrong
                findings += wrong
    if absent:
        findings.append(_absent(bundle, absent))
    return compared, good, tuple(findings)


def _not_compared(bundle: Bundle, entry: Entry, reason: str) -> Finding:
    """A file that was bound in as a PDF is one; another kind of file was made into pages."""
    stored = source_of(bundle.record, entry.item)
    was_odd = any(
        text(each, "subject") == entry.item and text(each, "code").startswith(_TAKEN_IN)
        for each in rows(bundle.record, "findings")
    )
    named_pdf = stored.lower().endswith(".pdf")
    spoilt = (reason == NO_PDF or reason.startswith("cannot be read")) and not was_odd
    return error(
        "EK-P140",
        entry.item,
        f"its file {reason}, and its pages, {bundle.pages_name(entry)}, were not compared with it",
        group=PAGES,
        severity=Severity.ERROR if named_pdf and spoilt else Severity.NOT_CHECKED,
    )


def _absent(bundle: Bundle, entries: list[Entry]) -> Finding:
    pages = sum(entry.pages for entry in entries)
    return error(
        "EK-P141",
        bundle.path,
        f"{pages} pages of {len(entries)} documents were not compared: the documents' own files "
        "are not here",
        group=PAGES,
        severity=Severity.NOT_CHECKED,
    )


def _check_length(bundle: Bundle, entry: Entry, held: HeldDocument) -> Iterator[Finding]:
    if held.pages != entry.pages:
        yield error(
            "EK-P142",
            entry.item,
            f"its file has not as many pages as are bound in at {bundle.pages_name(entry)}",
            group=PAGES,
            expected=held.pages,
            found=entry.pages,
            severity=Severity.ERROR if held.plain else Severity.NOT_CHECKED,
        )


def _check_page(bundle: Bundle, entry: Entry, page: HeldPage) -> Iterator[Finding]:
    name = bundle.page_name(page.ordinal)
    total = max(page.words, 1)
    other_words = max(page.lost, page.added) / total > _OTHER_WORDS
    if page.lost or page.added:
        yield _wrong(
            "EK-P143",
            name,
            f"its words are not those of the file of {entry.item}: {page.lost} are missing, "
            f"{page.added} are more",
            is_error=page.plain or other_words,
        )
    if page.apart is None and not page.tiny:
        yield _wrong("EK-P144", name, f"is not of the size that the file of {entry.item} has")
    elif page.apart is not None and page.apart > _ANY_APART:
        yield _wrong(
            "EK-P145",
            name,
            f"does not look as it does in the file of {entry.item}",
            is_error=page.plain or (other_words and page.apart > _FAR_APART),
        )
    for mark in page.marks:
        yield _wrong(
            "EK-P146", name, f"something lies over it that the document has not ({mark.kind})"
        )
    if page.layers:
        yield _wrong("EK-P147", name, "has layers that the document has not")


def _wrong(code: str, subject: str, message: str, *, is_error: bool = True) -> Finding:
    severity = Severity.ERROR if is_error else Severity.NOTE
    return error(code, subject, message, group=PAGES, severity=severity)
