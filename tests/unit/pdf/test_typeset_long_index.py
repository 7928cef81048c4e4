# SPDX-License-Identifier: AGPL-3.0-or-later
"""An index of any length can be set: a bundle of a hundred documents is an ordinary one."""

from __future__ import annotations

import io

import pypdf
import pytest

from evidencekit.compose.plan import Column, Heading, Part, Row, RowKind, Table, plain
from evidencekit.pdf.typeset import typeset

COLUMNS = (Column(title="No.", share=0), Column(title="Document", share=8))


def index_of(count: int) -> Part:
    section = Row(cells=(plain("E   Correspondence"),), kind=RowKind.SECTION, target="document:0")
    rows = [
        Row(cells=(plain(str(number)), plain(f"Letter {number}")), target=f"document:{number}")
        for number in range(count)
    ]
    table = Table(columns=COLUMNS, rows=(section, *rows))
    return Part(item="part:index", title="Index", blocks=(table,))


def documents(count: int) -> list[Part]:
    return [
        Part(item=f"document:{number}", title=str(number), blocks=(Heading(text="A letter"),))
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [1, 40, 130])
def test_an_index_of_linked_rows_under_a_linked_section_is_set(count: int) -> None:
    parts = [index_of(count), *documents(count)]
    made = typeset(parts, title="Re E", created=1_780_000_000)
    reader = pypdf.PdfReader(io.BytesIO(made.pdf))
    pages = reader.pages[: made.pages[0]]
    text = "\n".join(page.extract_text() for page in pages)
    assert all(f"Letter {number}" in text for number in range(count))
    links = [each for page in pages for each in page.get("/Annots", ())]
    assert len(links) >= count
    assert (len(pages) > 1) == (count > 30)
    assert all("Correspondence" in page.extract_text() for page in pages)
