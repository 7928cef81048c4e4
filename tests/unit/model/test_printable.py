# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.model.printable import MOST, printable

BIDI = {chr(each) for each in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


@given(st.text(st.characters(categories=None), max_size=200))
def test_what_is_printable_holds_no_control_and_no_half_character(text: str) -> None:
    shown = printable(text)
    assert not [each for each in shown if unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not BIDI & set(shown)
    shown.encode("utf-8")


@given(st.text(st.characters(categories=None), max_size=300), st.integers(30, 200))
def test_nothing_printable_is_longer_than_was_asked(text: str, most: int) -> None:
    assert len(printable(text, most=most)) <= most


@given(st.text(st.characters(categories=("L", "N", "P", "S", "M", "Zs")), max_size=200))
def test_letters_of_every_script_stay_as_they_are(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", r"a\x0ab"),
        ("a\u2028b", r"a\u2028b"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\udcff", r"\udcff"),
        ("\U000e0041", r"\U000e0041"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_an_odd_character_is_shown_by_its_number(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_text_that_is_cut_says_how_long_it_was() -> None:
    shown = printable("x" * 1_000_000)
    assert len(shown) == MOST
    assert shown.endswith("x... (1000000 characters)")
