# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run every check over one package and say what the whole shows, and what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidencekit.errors import EvidenceError, NotAPackage
from evidencekit.model.findings import CheckLine, Report, Severity
from evidencekit.model.progress import IsCancelled, OnProgress, raise_if_cancelled
from evidencekit.pdfread import SeenPdf, read_pdf
from evidencekit.verifier.clips import check_clips
from evidencekit.verifier.custody import check_custody
from evidencekit.verifier.files import check_files
from evidencekit.verifier.folder import look
from evidencekit.verifier.inputs import check_inputs
from evidencekit.verifier.pages import check_pages
from evidencekit.verifier.record import inside, read_record, table, text
from evidencekit.verifier.result import PAGES, Checked, error, outcome, safe

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNSIGNED = (
    "CONSISTENT with its own lists. Unsigned: anyone who rebuilt all of it would pass too; "
    "compare the head with the printed one. Shows nothing about who spoke, when, or what happened "
    "before intake."
)
#: The checks that a record is needed for.
_BY_THE_RECORD = ("custody", "clips", "pages", "inputs")


def verify(
    path: Path | str,
    *,
    recordings: Path | str | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Report:
    """Check the package in the folder *path* and report everything that is wrong with it.

    *recordings* is a folder that holds originals which the package was told to leave out.

    Raises:
        NotAPackage: if there is no folder of that name, or nothing of a package in it.
        Cancelled: if *cancelled* returned True.
    """
    root = Path(path)
    if not root.is_dir():
        raise NotAPackage(str(root), "there is no folder of that name")
    seen = look(root)
    if "bagit.txt" not in seen.files and "data/bundle.json" not in seen.files:
        raise NotAPackage(str(root), "neither bagit.txt nor data/bundle.json is in it")
    files, digests = check_files(root, seen, progress=progress, cancelled=cancelled)
    read = read_record(root)
    if read.value is None:
        message = f"cannot be used: {read.findings[0].message}"
        unchecked = (
            Checked(
                line=CheckLine(
                    check=each,
                    outcome=Severity.NOT_CHECKED,
                    message="not checked: the record cannot be used",
                )
            )
            for each in _BY_THE_RECORD
        )
        return _report(root, (files, outcome("record", message, read.findings), *unchecked))
    record = read.value
    raise_if_cancelled(cancelled)
    pdf, pages = _pages(root, record)
    checks = (
        files,
        outcome("record", "reads one way only", read.findings),
        check_custody(root, record, pdf),
        check_clips(
            root,
            record,
            digests,
            recordings=None if recordings is None else Path(recordings),
            cancelled=cancelled,
        ),
        pages,
        check_inputs(record, seen.files, digests),
    )
    return _report(root, checks)


def _pages(root: Path, record: Mapping[str, Any]) -> tuple[SeenPdf | None, Checked]:
    stored = text(table(record, "bundle"), "path")
    path = inside(root, stored)
    if path is None:
        finding = error("EK-P100", stored or "the bundle", "missing", group=PAGES)
        return None, outcome("pages", "the bundle is missing", (finding,))
    try:
        pdf = read_pdf(path)
    except EvidenceError as unreadable:
        reason = getattr(unreadable, "reason", "cannot be read")
        finding = error("EK-P100", stored, reason, group=PAGES)
        return None, outcome("pages", "the bundle cannot be read", (finding,))
    return pdf, check_pages(record, pdf, path)


def _report(root: Path, checks: tuple[Checked, ...]) -> Report:
    findings = tuple(finding for each in checks for finding in each.findings)
    lines = (
        *(each.line for each in checks),
        CheckLine(
            check="signature",
            outcome=Severity.NOT_CHECKED,
            message="not checked: none present",
        ),
    )
    failures = sum(each.severity is Severity.ERROR for each in findings)
    unchecked = sum(each.severity is Severity.NOT_CHECKED for each in findings)
    if failures:
        conclusion = f"NOT CONSISTENT: {failures} failure(s), named above."
    elif unchecked:
        conclusion = f"{_UNSIGNED} {unchecked} check(s) could not run; that is not a pass."
    else:
        conclusion = _UNSIGNED
    return safe(
        Report(
            subject=str(root),
            kind="verify",
            findings=findings,
            summary=lines,
            conclusion=conclusion,
        )
    )
