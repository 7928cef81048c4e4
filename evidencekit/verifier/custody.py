# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check the custody log: its chain, the pin in the record, the head printed in the bundle, and
that each recording is the one first taken in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.custody.log import parse_log
from evidencekit.errors import ChainBroken, CustodyError, LogTorn
from evidencekit.pdfread import page_text
from evidencekit.verifier.record import inside, number, rows, table, text
from evidencekit.verifier.result import Checked, error, outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evidencekit.model.custody import CustodyLog
    from evidencekit.model.findings import Finding
    from evidencekit.pdfread import SeenPdf

_GROUP = "provenance"
_SHOWN_DIGITS = 8


def check_custody(root: Path, record: Mapping[str, Any], pdf: SeenPdf | None) -> Checked:
    """Check the log that the package holds."""
    pin = table(record, "custody")
    stored = text(pin, "log")
    path = inside(root, stored)
    if path is None:
        finding = error("EK-L001", stored or "custody log", "missing", group=_GROUP)
        return outcome("custody", "the log is missing", (finding,))
    try:
        log = parse_log(path.read_bytes())
    except ChainBroken as broken:
        finding = error(
            "EK-L002",
            f"{stored} entry {broken.entry}",
            "does not follow from the entry before",
            group=_GROUP,
            expected=broken.expected,
            found=broken.found,
        )
        return outcome("custody", f"the chain is broken at entry {broken.entry}", (finding,))
    except LogTorn as torn:
        finding = error(
            "EK-L003", stored, f"ends in {torn.size} bytes that are no entry", group=_GROUP
        )
        return outcome("custody", "the log ends in the middle of an entry", (finding,))
    except CustodyError:
        finding = error("EK-L003", stored, "cannot be read as a custody log", group=_GROUP)
        return outcome("custody", "the log cannot be read", (finding,))
    findings: list[Finding] = []
    _check_pin(log, pin, stored, findings)
    _check_recordings(log, record, findings)
    printed = _printed_at(root, record, log, pdf, findings)
    unbroken = f"{log.count} entries, unbroken, head {log.head[:_SHOWN_DIGITS]}"
    message = f"{unbroken} = the head printed at {printed}" if printed else unbroken
    if findings:
        message += f"; {len(findings)} problem(s)"
    return outcome("custody", message, tuple(findings))


def _check_pin(
    log: CustodyLog, pin: Mapping[str, Any], stored: str, findings: list[Finding]
) -> None:
    if number(pin, "entries") != log.count:
        findings.append(
            error(
                "EK-L004",
                stored,
                "has not as many entries as the record says",
                group=_GROUP,
                expected=number(pin, "entries"),
                found=log.count,
            )
        )
    if text(pin, "head") != log.head:
        findings.append(
            error(
                "EK-L004",
                stored,
                "does not end in the head that the record says",
                group=_GROUP,
                expected=text(pin, "head"),
                found=log.head,
            )
        )


def _check_recordings(log: CustodyLog, record: Mapping[str, Any], findings: list[Finding]) -> None:
    """Each recording's digest in the record must be the first one in the log."""
    for each in rows(record, "recordings"):
        ident = text(each, "id")
        entry = log.intake_of(ident)
        if entry is None:
            findings.append(
                error("EK-L005", ident, "no entry of the log takes it in", group=_GROUP)
            )
            continue
        first = next((d.value for d in entry.digests if d.algorithm == "sha256"), None)
        if first != text(each, "sha256") or entry.size != number(each, "size"):
            findings.append(
                error(
                    "EK-L006",
                    ident,
                    "is not the file that was first taken in",
                    group=_GROUP,
                    expected=first,
                    found=text(each, "sha256"),
                )
            )


def _printed_at(
    root: Path,
    record: Mapping[str, Any],
    log: CustodyLog,
    pdf: SeenPdf | None,
    findings: list[Finding],
) -> str | None:
    """Find the page that prints the head; the paper is the anchor outside the computer."""
    bundle = table(record, "bundle")
    path = inside(root, text(bundle, "path"))
    if pdf is None or path is None or log.count == 0:
        return None
    entry = next(
        (each for each in rows(bundle, "index") if text(each, "item") == "part:custody"), {}
    )
    first = number(entry, "pdf_page")
    for page in pdf.pages[max(first - 1, 0) : max(first - 1, 0) + number(entry, "pages")]:
        if log.head in "".join(page_text(path, page.ordinal).split()):
            return page.label or f"pdf page {page.ordinal}"
    findings.append(
        error(
            "EK-L007",
            text(table(record, "custody"), "log"),
            "its head is not printed in the bundle's custody schedule",
            group=_GROUP,
            expected=log.head,
        )
    )
    return None
