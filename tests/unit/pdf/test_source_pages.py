# SPDX-License-Identifier: AGPL-3.0-or-later
"""The numbers that a document's pages had, by which "page 3 of the report" is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from support_pdf import add_page, numbered_pdf

from evidencekit.pdf.sourcepages import own_numbers
from evidencekit.pdf.takein import TakenIn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def pages(path: Path, texts: Sequence[str], *, x: int = 300, y: int = 30, **entries) -> TakenIn:
    """Write pages that each say a word in the middle and have a text at one place."""
    with pikepdf.new() as pdf:
        for text in texts:
            content = (
                f"BT /F1 24 Tf 60 500 Td (Words 17) Tj ET BT /F1 9 Tf {x} {y} Td ({text}) Tj ET"
            )
            add_page(pdf, content.encode(), **entries)
        pdf.save(path)
    return TakenIn(path=path, pages=len(texts))


def test_page_labels_of_the_document_come_first(tmp_path):
    path = pages(tmp_path / "a.pdf", ["7", "8", "9"]).path
    taken = TakenIn(path=path, pages=3, source_labels=("i", "", "ii"))
    assert own_numbers(taken) == ("i", None, "ii")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "2", "3"], ("1", "2", "3")),
        (["Page 41 of 43", "Page 42 of 43", "Page 43 of 43"], ("41", "42", "43")),
        (["- 5 -", "- 6 -"], ("5", "6")),
        (["(5)", "(6)"], ("5", "6")),
        (["-5-", "-6-"], ("5", "6")),
        (["", "2", "3", "4"], (None, "2", "3", "4")),
        (["1", "2", "", "4", "5"], ("1", "2", None, "4", "5")),
    ],
)
def test_numbers_that_count_on_at_the_foot_are_the_pages(tmp_path, texts, expected):
    assert own_numbers(pages(tmp_path / "a.pdf", texts)) == expected


@pytest.mark.parametrize(
    "texts",
    [
        ["2026", "2026", "2026"],
        ["3"],
        ["12", "7", "30"],
        ["1", "", "", "", "5"],
        ["", ""],
        ["1234567", "1234568"],
    ],
)
def test_a_year_a_single_number_and_numbers_that_do_not_count_on_are_none(tmp_path, texts):
    assert own_numbers(pages(tmp_path / "a.pdf", texts)) == ()


def test_numbers_at_the_head_are_found_and_those_in_the_text_are_not(tmp_path):
    assert own_numbers(pages(tmp_path / "a.pdf", ["8", "9"], y=800)) == ("8", "9")
    assert own_numbers(pages(tmp_path / "b.pdf", ["8", "9"], y=400)) == ()


def test_the_foot_of_a_turned_page_is_where_it_is_displayed(tmp_path):
    # What is displayed at the foot of a page turned clockwise is at its right as drawn.
    assert own_numbers(pages(tmp_path / "a.pdf", ["8", "9"], x=560, y=400, Rotate=90)) == ("8", "9")
    assert own_numbers(pages(tmp_path / "b.pdf", ["8", "9"], x=300, y=30, Rotate=90)) == ()


def test_a_taken_in_document_tells_its_labels(tmp_path):
    from evidencekit.pdf.takein import take_in

    path = numbered_pdf(tmp_path / "a.pdf", 3)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root["/PageLabels"] = Dictionary(
            Nums=Array([0, Dictionary(S=Name.r), 2, Dictionary(S=Name.D, P=String("R-"), St=4)])
        )
        pdf.save()
    taken = take_in(path, tmp_path / "clean.pdf", name="a", item="document:a")
    assert own_numbers(taken) == ("i", "ii", "R-4")
