# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compare a signed statement's text with the draft's, paragraph by paragraph.

The signed statement is what the witness says; a difference is reported and nothing is changed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from evidencekit.model.findings import Finding, Severity
from evidencekit.pdfread import page_text, read_pdf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def compare_signed(paragraphs: Sequence[tuple[int, str]], signed: Path) -> tuple[Finding, ...]:
    """Return a finding for each of the draft's *paragraphs* whose words *signed* does not have."""
    pages = len(read_pdf(signed).pages)
    text = _fold("".join(page_text(signed, ordinal) for ordinal in range(1, pages + 1)))
    if not text:
        return (
            Finding(
                code="EK-S002",
                severity=Severity.NOT_CHECKED,
                subject="part:statement",
                message="the signed statement holds no text to compare with the draft.",
                group="statement",
            ),
        )
    return tuple(
        Finding(
            code="EK-S001",
            severity=Severity.WARNING,
            subject=f"part:statement paragraph {number}",
            message="the signed statement does not have this paragraph of the draft word for word.",
            group="statement",
        )
        for number, paragraph in paragraphs
        if _fold(paragraph) not in text
    )


def _fold(text: str) -> str:
    """Leave letters and digits only: line ends and hyphens differ between two settings."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()
