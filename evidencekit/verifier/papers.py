# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check that the record adds up, and that the papers beside the bundle say what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.verifier.bundle import check_bundle
from evidencekit.verifier.complete import check_complete
from evidencekit.verifier.coverage import check_coverage
from evidencekit.verifier.index_csv import check_index_csv
from evidencekit.verifier.kinds import FILE, Kind
from evidencekit.verifier.matter import check_matter
from evidencekit.verifier.record import text
from evidencekit.verifier.result import INTEGRITY, Checked, error, outcome, problems
from evidencekit.verifier.sheets import check_sheets
from evidencekit.verifier.statement import check_statement
from evidencekit.verifier.transcripts import check_transcripts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evidencekit.model.findings import Finding
    from evidencekit.verifier.words import PageWords


def check_papers(
    root: Path,
    record: Mapping[str, Any],
    words: PageWords | None,
    found: tuple[Finding, ...],
    *,
    kind: Kind,
) -> Checked:
    """Check record and papers of a package; *found* is what reading the record showed."""
    firms = kind is FILE
    findings = (
        *found,
        *_check_edition(record, kind),
        *check_complete(record, kind=kind),
        *check_bundle(record),
        *check_coverage(record),
        *(check_matter(root, record) if firms else ()),
        *check_transcripts(root, record),
        *check_statement(root, record, words),
        *(check_index_csv(root, record) if firms else ()),
        *(check_sheets(record, words) if words is not None else ()),
    )
    message = "adds up, and agrees with the pages"
    if firms:
        message = "adds up, and agrees with the pages, the matter and the papers beside them"
    if wrong := problems(findings):
        message = f"does not add up, or does not agree with the papers{wrong}"
    return outcome("record", message, findings)


def _check_edition(record: Mapping[str, Any], kind: Kind) -> tuple[Finding, ...]:
    found = text(record, "edition")
    if found == kind.edition:
        return ()
    message = f"does not say that this is {kind.name}"
    return (
        error("EK-K033", kind.record, message, group=INTEGRITY, expected=kind.edition, found=found),
    )
