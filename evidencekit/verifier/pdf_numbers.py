# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check that printed number = page label on every page, seen and not only there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.verifier.pdf_form import flaw_of
from evidencekit.verifier.record import number, table
from evidencekit.verifier.result import PAGES, error

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evidencekit.model.findings import Finding
    from evidencekit.pdfread import CornerWord, ShownPage
    from evidencekit.verifier.pdf_read import Bundle


def check_counts(bundle: Bundle) -> Iterator[Finding]:
    """Yield where the record, or record and PDF, disagree about how many pages there are."""
    stated = number(table(bundle.record, "bundle"), "pages")
    if bundle.file.page_count != len(bundle.labels) or stated != bundle.file.page_count:
        yield error(
            "EK-P101",
            bundle.path,
            "has not as many pages as the record says",
            group=PAGES,
            expected=len(bundle.labels),
            found=bundle.file.page_count,
        )
    if len(set(bundle.labels)) != len(bundle.labels):
        yield error("EK-P102", "labels", "the record gives two pages one label", group=PAGES)


def check_numbers(bundle: Bundle) -> tuple[int, tuple[Finding, ...]]:
    """Return how many pages print and carry the label that the record gives, and what is wrong."""
    good = 0
    findings: list[Finding] = []
    for ordinal, page in bundle.pages.items():
        if ordinal > len(bundle.labels):
            continue
        wrong = [*_check_label(bundle, page)]
        good += not wrong
        findings += wrong
        findings += _check_exhibit(bundle, page)
        findings += _check_others(bundle, page)
    return good, tuple(findings)


def _check_label(bundle: Bundle, page: ShownPage) -> Iterator[Finding]:
    expected = bundle.labels[page.ordinal - 1]
    name = bundle.page_name(page.ordinal)
    if page.label != expected:
        yield error(
            "EK-P103",
            name,
            "its page label is not the one recorded",
            group=PAGES,
            expected=expected,
            found=page.label,
        )
    yield from _check_printed(
        bundle, page, page.right, expected, "EK-P104", "the number printed on it is not its label"
    )


def _check_exhibit(bundle: Bundle, page: ShownPage) -> Iterator[Finding]:
    index = page.ordinal - 1
    expected = bundle.exhibit_labels[index] if index < len(bundle.exhibit_labels) else None
    if expected:
        message = "its exhibit number is not printed on it"
        yield from _check_printed(bundle, page, page.left, expected, "EK-P105", message)


def _check_printed(
    bundle: Bundle,
    page: ShownPage,
    corner: Sequence[CornerWord],
    expected: str,
    code: str,
    message: str,
) -> Iterator[Finding]:
    """A number must stand in its corner, and be seen there."""
    own = [word for word in corner if word.text == expected]
    name = bundle.page_name(page.ordinal)
    if not own:
        found = " ".join(word.text for word in corner) or "none"
        yield error(code, name, message, group=PAGES, expected=expected, found=found)
        return
    flaws = [flaw_of(bundle, page, word.flaw) for word in own]
    if all(flaws):
        yield error(
            "EK-P124", name, f"its number {expected} is {flaws[0]}", group=PAGES, expected=expected
        )


def _check_others(bundle: Bundle, page: ShownPage) -> Iterator[Finding]:
    """On our own pages nothing stands in the corners but the numbers. A document has its own."""
    entry = bundle.entry_of_page(page.ordinal)
    if entry is None or entry.is_document:
        return
    expected = set(bundle.stamps(page.ordinal))
    found = [word.text for word in (*page.right, *page.left)]
    more = [each for each in found if each not in expected]
    twice = [each for each in expected if found.count(each) > 1]
    if more or twice:
        yield error(
            "EK-P125",
            bundle.page_name(page.ordinal),
            "something else than its numbers is printed where they are",
            group=PAGES,
            expected=" ".join(sorted(expected)),
            found=" ".join(found),
        )
