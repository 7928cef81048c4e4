# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check the bundle's PDF: its form, its numbers, its index, its words, and the documents in it.

Printed number = page label = index = link target; every sentence of the record stands on its page;
every page of a document is as in the document's own file; and nothing else is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.model.findings import Severity
from evidencekit.verifier.pdf_documents import check_documents
from evidencekit.verifier.pdf_facts import facts
from evidencekit.verifier.pdf_form import (
    check_form,
    check_own_pages,
    check_stills,
    check_text,
    check_unread,
)
from evidencekit.verifier.pdf_index import check_bookmarks, check_entries, check_links, check_rows
from evidencekit.verifier.pdf_numbers import check_counts, check_numbers
from evidencekit.verifier.pdf_words import Words
from evidencekit.verifier.result import PAGES, Checked, error, outcome, problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.model.findings import Finding
    from evidencekit.verifier.pdf_facts import Fact
    from evidencekit.verifier.pdf_read import Bundle


def check_pages(bundle: Bundle) -> Checked:
    """Compare what was seen of the PDF with the record and with the documents."""
    if bundle.file.repaired:
        return outcome("pages", "the PDF is damaged", tuple(check_form(bundle)))
    words = Words(bundle)
    good, numbers = check_numbers(bundle)
    compared, alike, documents = check_documents(bundle)
    said, silent = _check_facts(bundle, words)
    findings = (
        *check_form(bundle),
        *check_counts(bundle),
        *check_unread(bundle),
        *numbers,
        *check_entries(bundle),
        *check_rows(bundle, words),
        *check_links(bundle),
        *check_bookmarks(bundle),
        *check_own_pages(bundle),
        *check_stills(bundle),
        *check_text(bundle),
        *silent,
        *documents,
    )
    message = f"{good} of {bundle.file.page_count} printed numbers = page labels = index"
    message += f"; {said} of {said + len(silent)} facts of the record are printed"
    if compared:
        message += f"; {_alike(alike, compared, documents)}"
    return outcome("pages", message + problems(findings), findings)


def _alike(alike: int, compared: int, findings: Sequence[Finding]) -> str:
    """Say how many pages are as in their documents' files. Where nothing failed, a page that only
    a note is about is said to be noted, and never counted as one too few.
    """
    if alike == compared or any(each.severity is Severity.ERROR for each in findings):
        return f"{alike} of {compared} pages are as in their documents' files"
    noted = compared - alike
    return (
        f"{compared} pages were compared with their documents' files, and of {noted} a difference "
        "is noted"
    )


def _check_facts(bundle: Bundle, words: Words) -> tuple[int, tuple[Finding, ...]]:
    """Return how many facts of the record the pages print, and those that they do not."""
    said = 0
    silent: list[Finding] = []
    for fact in facts(bundle.record):
        if not words.can_say(fact.item):
            continue
        if any(words.say(fact.item, each, times=fact.times) for each in fact.printed):
            said += 1
        else:
            silent.append(_not_said(bundle, fact))
    return said, tuple(silent)


def _not_said(bundle: Bundle, fact: Fact) -> Finding:
    entry = bundle.entry(fact.item)
    where = bundle.pages_name(entry) if entry is not None else "no page"
    return error(
        "EK-P130",
        fact.subject,
        f"{fact.what} is not printed as the record has it, at {where}",
        group=PAGES,
    )
