# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words that were typed, looked for in the text of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import pytest
from support_pdf import numbered_pdf

from evidencekit.model.material import Minuted
from evidencekit.pdfread import Wanted, holds, look_for

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (
    "Ms Dean said \u201cat the visit\u201d that she had can-\ncelled the ap\u00adpointment. "
    "Llŷr knew of a ﬁrst visit.\nShe'd rung  at 2.30 pm."
)


@pytest.mark.parametrize(
    "words",
    [
        'ms dean said "at the visit" that she had cancelled',
        "cancelled the appointment",
        "Ms Dean said ... cancelled the appointment",
        "Ms Dean [\u2026] a first visit",
        "Llyr knew of a first visit. She\u2019d rung at 2.30pm",
    ],
)
def test_how_words_are_set_does_not_matter(words: str) -> None:
    assert holds(PAGE, words)


@pytest.mark.parametrize(
    "words",
    [
        "Ms Dean said at the visit that she had not cancelled",
        "Ms Dean did not say at the visit",
        "new of a first visit",
        "cancelled the appointment ... Ms Dean said",
        "",
        "...",
    ],
)
def test_other_words_are_not_found(words: str) -> None:
    assert not holds(PAGE, words)


def test_each_is_looked_for_on_its_own_page(tmp_path: Path) -> None:
    path = numbered_pdf(tmp_path / "minutes.pdf", 3)
    wanted = [
        Wanted(words="sheet 2", page=2),
        Wanted(words="sheet 2", page=3),
        Wanted(words="sheet 2"),
        Wanted(words="sheet 7"),
    ]
    seen = (Minuted.FOUND, Minuted.NOT_FOUND, Minuted.FOUND, Minuted.NOT_FOUND)
    assert look_for(path, wanted) == (3, seen)


def test_a_page_without_text_is_not_compared(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path)
    assert look_for(path, [Wanted(words="anything", page=1)]) == (1, (Minuted.NO_TEXT,))
