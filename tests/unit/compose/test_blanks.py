# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every marked blank of a part is counted, wherever it stands."""

from __future__ import annotations

from evidencekit.compose.blanks import blanks_in
from evidencekit.compose.plan import Blank, Column, Paragraph, Part, Row, Table, plain


def test_lines_to_write_on_and_blanks_inside_sentences_count() -> None:
    words = plain("I live at [Address: to be completed] and am [Occupation: to be completed].")
    table = Table(
        columns=(Column(title="One"),), rows=(Row(cells=(plain("[Court: to be completed]"),)),)
    )
    blocks = (Blank(label="Your own words", lines=8), Paragraph(text=words), table)
    assert blanks_in(Part(item="part:x", title="X", blocks=blocks)) == 4


def test_a_part_that_is_complete_has_none() -> None:
    blocks = (Paragraph(text=plain("I have nothing to add.")),)
    assert blanks_in(Part(item="part:x", title="X", blocks=blocks)) == 0
