# SPDX-License-Identifier: AGPL-3.0-or-later
"""index.csv is in BunTool's columns, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from evidencekit.model.bundle import Item, ItemKind, Layout, Numbering, SectionHead, lay_out
from evidencekit.model.moment import Moment
from evidencekit.package.index_csv import index_csv, write_index_csv

if TYPE_CHECKING:
    from pathlib import Path


def layout_of(*titles: str, dated: Moment | None = None) -> Layout:
    items = [
        (
            Item(
                id="part:index", title="Index", kind=ItemKind.GENERATED, section="A", listed=False
            ),
            2,
        ),
        (Item(id="part:statement", title="Statement", kind=ItemKind.GENERATED, section="C"), 3),
    ]
    items += [
        (
            Item(
                id=f"document:{number}",
                title=title,
                kind=ItemKind.DOCUMENT,
                section="E",
                dated=dated,
            ),
            1,
        )
        for number, title in enumerate(titles)
    ]
    sections = [
        SectionHead(letter="A", title="Index"),
        SectionHead(letter="C", title="Statement"),
        SectionHead(letter="E", title="Correspondence, and minutes"),
    ]
    return lay_out(sections, items, numbering=Numbering.BATES)


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_sections_and_items_stand_in_buntools_columns(tmp_path: Path) -> None:
    layout = layout_of("Minutes, core group", dated=Moment.of("2026-03-18"))
    write_index_csv(
        tmp_path / "index.csv",
        layout,
        bundle_name="Bundle.pdf",
        file_names={"document:0": "data/documents/minutes.pdf"},
    )
    assert rows((tmp_path / "index.csv").read_bytes()) == [
        ["filename", "userdefined_title", "date", "section"],
        ["SECTION_BREAK_1", "A Index", "", "1"],
        ["SECTION_BREAK_2", "C Statement", "", "1"],
        ["Bundle.pdf#page=3", "Statement", "", "0"],
        ["SECTION_BREAK_3", "E Correspondence, and minutes", "", "1"],
        ["minutes.pdf", "Minutes, core group", "2026-03-18", "0"],
    ]


def test_no_filename_occurs_twice_because_buntool_keeps_one_row_a_filename() -> None:
    data = index_csv(layout_of("a", "b", "c"), bundle_name="B.pdf", file_names={})
    names = [row[0] for row in rows(data)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "title",
    ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", "  =1", '="a","b"'],
)
def test_no_cell_is_a_formula(title: str) -> None:
    data = index_csv(layout_of(title, dated=Moment.of(title)), bundle_name="=B.pdf", file_names={})
    for row in rows(data):
        assert len(row) == 4
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@"))


def test_a_date_in_words_is_kept_as_written() -> None:
    data = index_csv(
        layout_of("a", dated=Moment.of("in the spring")), bundle_name="B.pdf", file_names={}
    )
    assert rows(data)[-1][2] == "in the spring"


def test_text_of_every_script_reads_back_unaltered() -> None:
    titles = ("Zażółć", "Tŷ", "زيارة", "گھر", "家访", "👨\u200d👩", 'She said "no", twice')
    data = index_csv(layout_of(*titles), bundle_name="B.pdf", file_names={})
    assert [row[1] for row in rows(data)[-len(titles) :]] == list(titles)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
