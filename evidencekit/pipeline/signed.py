# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compare a signed statement's text with the draft's, paragraph by paragraph.

The signed statement is what the witness says; a difference is reported and nothing is changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from evidencekit.model.findings import Finding, Severity
from evidencekit.pdfread import page_text, read_pdf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: No more lines than this run along the head of pages, or along their foot.
_RUNNING_LINES = 3


def compare_signed(paragraphs: Sequence[tuple[int, str]], signed: Path) -> tuple[Finding, ...]:
    """Return a finding for each of the draft's *paragraphs* whose words *signed* does not have."""
    count = len(read_pdf(signed).pages)
    pages = [page_text(signed, ordinal) for ordinal in range(1, count + 1)]
    text = _fold("".join(pages))
    bare = _fold("".join(_without_running(pages)))
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
        if _fold(paragraph) not in text and _fold(paragraph) not in bare
    )


def _without_running(pages: Sequence[str]) -> list[str]:
    """Take off what stands at the head or foot of most pages, such as their numbers.

    A paragraph that goes on from one page to the next is interrupted by it.
    """
    lines = [[each for each in page.splitlines() if _fold(each)] for page in pages]
    for _ in range(_RUNNING_LINES):
        for end in (0, -1):
            forms = Counter(_form(each[end]) for each in lines if each)
            running = {form for form, times in forms.items() if times > len(pages) / 2}
            for each in lines:
                if len(pages) > 1 and each and _form(each[end]) in running:
                    del each[end]
    return ["\n".join(each) for each in lines]


def _form(line: str) -> str:
    """Return a line with its numbers left out, which differ from page to page."""
    return re.sub(r"\d+", "#", _fold(line))


def _fold(text: str) -> str:
    """Leave letters and digits only: line ends and hyphens differ between two settings."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()
