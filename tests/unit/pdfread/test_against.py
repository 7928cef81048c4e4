# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages held against their sources: the same but for the numbers, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from support_pdf import add_page

from evidencekit.pdfread import hold_against

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.pdfread import HeldPage

WORDS = b"BT /F1 12 Tf 60 500 Td (The team does not agree) Tj ET\n"
MORE = b"BT /F1 12 Tf 60 400 Td (It was said on Monday) Tj ET\n"
STAMP = b"BT 0 g /F1 13 Tf 540 20 Td (E2) Tj ET\n"


def write(path: Path, content: bytes, **entries: object) -> Path:
    with pikepdf.new() as pdf:
        add_page(pdf, content, **entries)
        pdf.save(path)
    return path


def held(
    tmp_path: Path, source: bytes, bound: bytes, *, per_mille: int = 1000, **entries: object
) -> HeldPage:
    document = write(tmp_path / "a.pdf", source)
    bundle = write(tmp_path / "b.pdf", bound + STAMP, **entries)
    found = hold_against(bundle, document, first=1, stamps=[("E2",)], per_mille=[per_mille])
    (page,) = found.held
    return page


def test_the_same_page_with_its_number_does_not_differ(tmp_path):
    page = held(tmp_path, WORDS + MORE, b"q " + WORDS + MORE + b" Q ")
    assert (page.lost, page.added, page.apart, page.marks, page.flaw) == (0, 0, 0.0, (), "")
    assert page.words == 10
    assert page.plain


def test_a_word_that_is_gone_or_more_is_counted(tmp_path):
    page = held(tmp_path, WORDS, WORDS.replace(b" not", b""))
    assert (page.lost, page.added) == (1, 0)
    assert page.apart > 0
    page = held(tmp_path, WORDS, WORDS + MORE)
    assert (page.lost, page.added) == (0, 5)


def test_words_in_another_order_look_otherwise(tmp_path):
    page = held(tmp_path, WORDS, WORDS.replace(b"does not agree", b"agree does not"))
    assert (page.lost, page.added) == (0, 0)
    assert page.apart > 0.0001


def test_a_white_field_over_words_looks_otherwise(tmp_path):
    page = held(tmp_path, WORDS, WORDS + b"1 g 50 490 300 30 re f 0 g ")
    assert (page.lost, page.added) == (0, 0)
    assert page.apart > 0.0001


def test_a_second_number_is_no_number_of_the_page(tmp_path):
    page = held(tmp_path, WORDS, WORDS + b"BT /F1 13 Tf 500 20 Td (E7) Tj ET ")
    assert (page.lost, page.added) == (0, 1)


def test_a_page_in_another_size_is_not_compared_as_a_picture(tmp_path):
    page = held(tmp_path, WORDS, WORDS, CropBox=Array([0, 0, 595, 700]))
    assert page.apart is None
    assert not page.tiny


def test_a_page_shown_smaller_is_compared_in_that_size(tmp_path):
    smaller = b"q 0.95 0 0 0.95 14.875 42.1 cm %b Q "
    page = held(tmp_path, WORDS + MORE, smaller % (WORDS + MORE), per_mille=950)
    assert (page.lost, page.added, page.apart) == (0, 0, 0.0)
    for changed in (WORDS.replace(b" not", b""), WORDS.replace(b"agree", b"argue"), WORDS):
        page = held(tmp_path, WORDS + MORE, smaller % changed, per_mille=950)
        assert page.apart > 0.0001
    page = held(tmp_path, WORDS + MORE, smaller % (WORDS + MORE), per_mille=900)
    assert page.apart > 0.0001


def test_a_note_that_the_source_has_not_is_named_and_one_that_it_has_is_not(tmp_path):
    def note(words: str) -> Dictionary:
        area = Array([50, 600, 70, 620])
        return Dictionary(
            Type=Name.Annot, Subtype=Name.Text, Rect=area, Contents=String(words), F=2
        )

    document = write(tmp_path / "a.pdf", WORDS, Annots=Array([note("theirs")]))
    bundle = write(tmp_path / "b.pdf", WORDS, Annots=Array([note("theirs"), note("other")]))
    (page,) = hold_against(bundle, document, first=1, stamps=[()]).held
    assert [(mark.kind, mark.words) for mark in page.marks] == [("Text", "other")]


@pytest.mark.parametrize(
    ("source", "bound", "flaw"),
    [
        (b"0 g 0 0 595 842 re f ", b"0 g 0 0 595 842 re f ", "on a dark ground"),
        (WORDS, WORDS + b"0 g 500 0 95 60 re f ", "covered"),
    ],
)
def test_black_below_a_number_is_a_flaw_only_where_the_source_has_none(
    tmp_path, source, bound, flaw
):
    assert held(tmp_path, source, bound).flaw == flaw


def test_a_form_and_damage_ask_for_a_change(tmp_path):
    document = write(tmp_path / "a.pdf", WORDS)
    bundle = write(tmp_path / "b.pdf", WORDS + STAMP)
    with pikepdf.open(document, allow_overwriting_input=True) as pdf:
        pdf.Root.AcroForm = Dictionary(Fields=Array())
        pdf.save(document)
    assert not hold_against(bundle, document, first=1, stamps=[("E2",)]).plain
    document.write_bytes(document.read_bytes()[:-100])
    assert not hold_against(bundle, document, first=1, stamps=[("E2",)]).held[0].plain


def test_only_pages_that_both_have_are_held(tmp_path):
    document = write(tmp_path / "a.pdf", WORDS)
    bundle = write(tmp_path / "b.pdf", WORDS + STAMP)
    found = hold_against(bundle, document, first=1, stamps=[("E2",), ("E3",), ("E4",)])
    assert (found.pages, len(found.held)) == (1, 1)
    assert hold_against(bundle, document, first=5, stamps=[("E2",)]).held == ()
