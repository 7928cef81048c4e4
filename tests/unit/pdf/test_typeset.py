# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plans become pages: every word, on the right page, the same bytes each time."""

from __future__ import annotations

import io

import pikepdf
import pymupdf
import pytest

from evidencekit.compose.plan import Column, Paragraph, Part, Row, Run, Space, Table, plain
from evidencekit.errors import TypesettingFailed
from evidencekit.pdf.typeset import Typeset, typeset


def _part(*blocks: object, item: str = "part:a", title: str = "Schedule", **more: bool) -> Part:
    return Part(item=item, title=title, blocks=blocks, **more)  # type: ignore[arg-type]


def _set(*parts: Part) -> Typeset:
    return typeset(parts, title="Re E (A Child)", language="en-GB", created=1_780_000_000)


def _texts(typeset_pages: Typeset) -> list[str]:
    with pymupdf.open(stream=typeset_pages.pdf) as document:
        return [page.get_text() for page in document]


def test_each_part_starts_on_a_new_page_and_its_pages_are_counted() -> None:
    long = tuple(Paragraph(text=plain(f"Line {number}")) for number in range(100))
    parts = [
        _part(item="part:a", title="Alpha"),
        _part(*long, item="part:b", title="Beta"),
        _part(item="part:c", title="1"),
        _part(item="part:d", title="Delta", show_title=False),
        _part(Space(height_mm=600), item="part:e", title="Epsilon"),
        _part(item="part:f", title="Zeta"),
    ]
    result = _set(*parts)
    texts = _texts(result)
    assert sum(result.pages) == len(texts)
    firsts = [sum(result.pages[:index]) for index in range(len(parts))]
    assert [texts[first].split("\n")[0] for first in firsts] == [
        "Alpha", "Beta", "1", "", texts[firsts[4]].split("\n")[0], "Zeta",
    ]  # fmt: skip
    assert result.pages[1] > 2
    assert result.pages[0] == result.pages[2] == result.pages[3] == result.pages[5] == 1


def test_the_same_parts_give_the_same_bytes() -> None:
    part = _part(Paragraph(text=plain("Zażółć 家 😀")))
    assert _set(part).pdf == _set(part).pdf


def test_a_rows_link_carries_the_item_percent_encoded() -> None:
    table = Table(
        columns=(Column(title="Document"), Column(title="Page", share=0)),
        rows=(Row(cells=(plain("Minutes"), plain("E1")), target="document:a b/ü"),),
    )
    with pikepdf.open(io.BytesIO(_set(_part(table)).pdf)) as document:
        links = {str(each.A.URI) for each in document.pages[0].Annots}
    assert links == {"https://bundle.invalid/document%3Aa%20b%2F%C3%BC"}


def test_a_character_that_no_font_has_stops_the_work_and_is_named() -> None:
    with pytest.raises(TypesettingFailed, match=r"part:a holds U\+E000,") as caught:
        _set(_part(Paragraph(text=(Run(text="Hale \ue000"),))))
    assert "Hale" not in str(caught.value)
