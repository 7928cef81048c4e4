# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check that printed number = page label = index = link target, on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.pdfread import SeenPdf, page_text
from evidencekit.verifier.record import number, rows, table, text
from evidencekit.verifier.result import Checked, error, outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evidencekit.model.findings import Finding

_GROUP = "pages"


def check_pages(record: Mapping[str, Any], pdf: SeenPdf, path: Path) -> Checked:
    """Compare the pages of the PDF at *path*, as seen in *pdf*, with the record."""
    bundle = table(record, "bundle")
    raw = bundle.get("labels")
    labels = [str(each) for each in raw] if isinstance(raw, list) else []
    findings: list[Finding] = []
    if len(pdf.pages) != len(labels) or number(bundle, "pages") != len(pdf.pages):
        findings.append(
            error(
                "EK-P101",
                text(bundle, "path"),
                "has not as many pages as the record says",
                group=_GROUP,
                expected=len(labels),
                found=len(pdf.pages),
            )
        )
    if len(set(labels)) != len(labels):
        findings.append(
            error("EK-P102", "labels", "the record gives two pages one label", group=_GROUP)
        )
    good = _compare_labels(pdf, labels, findings)
    _compare_exhibit(pdf, bundle, findings)
    _compare_index(pdf, path, bundle, labels, findings)
    message = f"{good} of {len(pdf.pages)} printed numbers = page labels = index"
    if findings:
        message += f"; {len(findings)} problem(s)"
    return outcome("pages", message, tuple(findings))


def _compare_labels(pdf: SeenPdf, labels: list[str], findings: list[Finding]) -> int:
    good = 0
    for page, expected in zip(pdf.pages, labels, strict=False):
        subject = f"pdf page {page.ordinal}"
        agrees = True
        if page.label != expected:
            agrees = False
            findings.append(
                error(
                    "EK-P103",
                    subject,
                    "its page label is not the one recorded",
                    group=_GROUP,
                    expected=expected,
                    found=page.label,
                )
            )
        if expected not in page.printed:
            agrees = False
            findings.append(
                error(
                    "EK-P104",
                    subject,
                    "the number printed on it is not its label",
                    group=_GROUP,
                    expected=expected,
                    found=" ".join(page.printed) or "none",
                )
            )
        good += agrees
    return good


def _compare_exhibit(pdf: SeenPdf, bundle: Mapping[str, Any], findings: list[Finding]) -> None:
    raw = bundle.get("exhibit_labels")
    marks = raw if isinstance(raw, list) else []
    for page, expected in zip(pdf.pages, marks, strict=False):
        if isinstance(expected, str) and expected not in page.printed_left:
            findings.append(
                error(
                    "EK-P105",
                    f"pdf page {page.ordinal}",
                    "its exhibit number is not printed on it",
                    group=_GROUP,
                    expected=expected,
                    found=" ".join(page.printed_left) or "none",
                )
            )


def _compare_index(
    pdf: SeenPdf,
    path: Path,
    bundle: Mapping[str, Any],
    labels: list[str],
    findings: list[Finding],
) -> None:
    """Each entry's labels must be those of its pages; entries must cover every page once; the
    index pages must hold a link to the first page of each listed entry.
    """
    following = 1
    entries = list(rows(bundle, "index"))
    for entry in entries:
        first, pages = number(entry, "pdf_page"), number(entry, "pages")
        last = first + pages - 1
        fits = 1 <= first <= last <= len(labels)
        if (
            not fits
            or first != following
            or labels[first - 1] != text(entry, "first_label")
            or labels[last - 1] != text(entry, "last_label")
        ):
            findings.append(
                error(
                    "EK-P106",
                    text(entry, "item"),
                    "its labels in the index are not those of its pages",
                    group=_GROUP,
                    expected=f"{text(entry, 'first_label')} to {text(entry, 'last_label')}",
                    found=f"{labels[first - 1]} to {labels[last - 1]}" if fits else "no such page",
                )
            )
        following = last + 1
    if following != len(labels) + 1:
        findings.append(error("EK-P107", "index", "does not cover every page once", group=_GROUP))
    _compare_links(pdf, path, entries, findings)


def _compare_links(
    pdf: SeenPdf, path: Path, entries: list[Mapping[str, Any]], findings: list[Finding]
) -> None:
    index = next((each for each in entries if text(each, "item") == "part:index"), None)
    if index is None:
        findings.append(error("EK-P107", "index", "the bundle has none", group=_GROUP))
        return
    first = number(index, "pdf_page")
    pages = [page for page in pdf.pages if first <= page.ordinal < first + number(index, "pages")]
    targets = {link.page for page in pages for link in page.links}
    printed = "".join("".join(page_text(path, page.ordinal).split()) for page in pages)
    for entry in entries:
        if entry.get("number") is None:
            continue
        subject = text(entry, "item")
        if number(entry, "pdf_page") not in targets:
            findings.append(
                error("EK-P108", subject, "the index has no link to its first page", group=_GROUP)
            )
        if text(entry, "first_label") not in printed:
            findings.append(
                error("EK-P109", subject, "the index does not print its label", group=_GROUP)
            )
