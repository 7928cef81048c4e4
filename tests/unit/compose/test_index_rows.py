# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index."""

from __future__ import annotations

import pytest
from attrs import evolve
from support_parts import lines_of

from evidencekit.compose.bundle import bundle_items
from evidencekit.compose.index import index_part
from evidencekit.compose.plan import RowKind, flat
from evidencekit.model.bundle import Item, ItemKind, Numbering, SectionHead, lay_out
from evidencekit.model.moment import Moment


@pytest.fixture
def items(material, profile):
    return bundle_items(material, profile, material.matter.sections)


@pytest.fixture
def heads(material):
    return [SectionHead(letter=each.letter, title=each.title) for each in material.matter.sections]


def rows_of(part):
    (table,) = part.blocks
    return table.rows


def laid_out(heads, items, pages=1):
    return lay_out(
        heads, [(item, pages) for item in items], numbering=Numbering.BATES, exhibit_mark="AD1"
    )


def test_the_rows_before_there_are_labels_are_the_rows_after(material, profile, items, heads):
    before = index_part(material, profile, None, sections=heads, items=items)
    after = index_part(material, profile, laid_out(heads, items))
    assert [
        (r.kind, r.target, r.cells[:3]) for r in rows_of(before) if r.kind is RowKind.NORMAL
    ] == [(r.kind, r.target, r.cells[:3]) for r in rows_of(after) if r.kind is RowKind.NORMAL]
    assert [len(r.cells) for r in rows_of(before)] == [len(r.cells) for r in rows_of(after)]
    assert before.blocks[0].columns == after.blocks[0].columns
    assert len(rows_of(before)) == len(rows_of(after))


def test_the_index_prints_number_title_date_and_labels(material, profile, items, heads):
    lines = lines_of(index_part(material, profile, laid_out(heads, items, pages=2)))
    assert lines[1] == "No. | Document | Date | Exhibit | Page"
    assert lines[2:6] == ["A   Index", " | Front sheet |  |  | A1-A2", " | Index |  |  | A3-A4",
                          "B   Applications and orders"]  # fmt: skip
    assert "1 | Application for permission (C2) | 28 May 2026 |  | B1-B2" in lines
    assert "4 | Clip 1: The refusal is explained | 11 March 2026 | AD1/3-4 | D3-D4" in lines
    assert (
        "6 | Clip 3: The appointment is confirmed | 13 March 2026, in the afternoon | AD1/7-8 | D7-D8"
        in lines
    )


def test_every_row_leads_to_its_item(material, profile, items, heads):
    rows = rows_of(index_part(material, profile, laid_out(heads, items)))
    normal = [row.target for row in rows if row.kind is RowKind.NORMAL]
    assert normal == [item.id for item in items]
    assert all(row.target for row in rows)


def test_a_section_with_nothing_in_it_has_no_row(material, profile, items, heads):
    more = [*heads, SectionHead(letter="F", title="Empty")]
    rows = rows_of(index_part(material, profile, laid_out(more, items)))
    assert not any("Empty" in flat(row.cells[0]) for row in rows)


def test_a_thousand_documents_are_a_thousand_rows(material, profile):
    heads = [SectionHead(letter="A", title="All")]
    items = [
        Item(id=f"document:d{n}", title=f"Document {n}", kind=ItemKind.DOCUMENT, section="A")
        for n in range(1000)
    ]
    rows = rows_of(index_part(material, profile, laid_out(heads, items)))
    assert len(rows) == 1001
    assert [flat(cell) for cell in rows[-1].cells] == ["1000", "Document 999", "", "A1000"]


@pytest.mark.parametrize(
    "title",
    [
        "Zażółć gęślą jaźń",
        "رسالة تطلب التسجيل",
        "محکمہ کا خط",
        "关于录音的信",
        "Llythyr 😀",
        "#panic <script> =HYPERLINK() $x$ *b*",
        "long " * 400,
    ],
)
def test_a_title_comes_through_untouched(material, profile, title):
    heads = [SectionHead(letter="A", title=title)]
    item = Item(
        id="document:x", title=title, kind=ItemKind.DOCUMENT, section="A", dated=Moment.of("soon")
    )
    rows = rows_of(index_part(material, profile, laid_out(heads, [item])))
    assert flat(rows[1].cells[1]) == title
    assert flat(rows[0].cells[0]) == f"A   {title}".rstrip()


def test_a_placeholder_is_listed_like_the_document_it_stands_for(material, profile, items, heads):
    lines = lines_of(index_part(material, profile, laid_out(heads, items)))
    assert "11 | Reply refusing | 2 March 2026 |  | E2" in lines


def test_arabic_numbering_prints_page_numbers(material, profile, items, heads):
    layout = lay_out(
        heads, [(item, 1) for item in items], numbering=Numbering.ARABIC, exhibit_mark=None
    )
    lines = lines_of(index_part(material, evolve(profile, numbering=Numbering.ARABIC), layout))
    assert "1 | Application for permission (C2) | 28 May 2026 | 3" in lines


def test_an_exhibited_page_in_another_section_has_its_exhibit_page(material, profile, items, heads):
    lines = lines_of(index_part(material, profile, laid_out(heads, items)))
    [minutes] = [each for each in lines if each.startswith("13 |")]
    assert minutes.split(" | ")[3].startswith("AD1/")


def test_a_bundle_without_an_exhibit_has_no_column_for_it(material, profile):
    heads = [SectionHead(letter="A", title="All")]
    items = [Item(id="document:d", title="Letter", kind=ItemKind.DOCUMENT, section="A")]
    lines = lines_of(index_part(material, profile, laid_out(heads, items)))
    assert lines[1:] == ["No. | Document | Date | Page", "A   All", "1 | Letter |  | A1"]
