# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import hashlib
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from evidencekit.pdfread import fold, letters, page_digests, text_digest


def test_what_setting_changes_is_no_part_of_a_text():
    set_in_type = "the \N{LATIN SMALL LIGATURE FI}rst re-\ncording \N{RIGHT SINGLE QUOTATION MARK}s"
    assert fold(set_in_type) == "thefirstrecordings"
    assert text_digest(set_in_type) == hashlib.sha256(b"thefirstrecordings").hexdigest()


def test_an_accent_counts_in_the_digest_and_not_among_the_letters():
    assert text_digest("Ŵan") != text_digest("Wan")
    assert letters("Ŵan") == letters("Wan") == "Wan"
    assert letters("مُحَمَّد") == letters("محمد")


def test_a_half_surrogate_has_a_digest_too():
    assert len(text_digest("a\ud800b")) == 64


@given(st.text(), st.text())
def test_spaces_and_punctuation_never_count(one: str, other: str):
    assert fold(f"{one} - \n{other}.") == fold(one + " " + other)
    assert all(each.isalnum() for each in letters(one))


@given(st.text(alphabet=st.characters(categories=["L", "N", "M"])))
def test_letters_are_the_same_however_they_are_composed(text: str):
    assert letters(unicodedata.normalize("NFC", text)) == letters(
        unicodedata.normalize("NFD", text)
    )


def test_every_page_has_the_digest_of_its_text(tmp_path):
    from support_pdf import numbered_pdf

    path = numbered_pdf(tmp_path / "x.pdf", 3)
    assert page_digests(path, 2, 9) == (text_digest("Sheet 2"), text_digest("Sheet 3"))
