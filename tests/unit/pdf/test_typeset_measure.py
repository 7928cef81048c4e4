# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long words are cut so that they fit, and nothing of them is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.compose.plan import Style
from evidencekit.pdf import measure

_TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from(" \n/-.é家🇬🇧\u200d\u0301"),
    max_size=80,
)


@given(_TEXTS, st.sampled_from(Style), st.floats(20, 200), st.booleans())
def test_pieces_put_together_are_the_text(
    text: str, style: Style, width: float, is_bold: bool
) -> None:
    pieces, _ = measure.pieces(text, style, 0.0, width, 12.0, is_bold=is_bold)
    assert "".join(pieces) == text


@given(st.text("aWi/.-_0", min_size=1, max_size=200), st.floats(20, 200))
def test_no_piece_of_one_long_word_is_wider_than_its_line(word: str, width: float) -> None:
    pieces, _ = measure.pieces(word, Style.PLAIN, 0.0, width, 12.0, is_bold=False)
    assert all(measure.measure(piece, 12.0) <= width for piece in pieces)


@given(st.text("aW i-", max_size=60), st.text("aW i-", max_size=60))
def test_a_word_that_runs_over_two_runs_is_measured_as_one(first: str, second: str) -> None:
    _, carried = measure.pieces(first, Style.PLAIN, 0.0, 100.0, 12.0, is_bold=False)
    _, whole = measure.pieces(first + "|", Style.PLAIN, 0.0, 1e6, 12.0, is_bold=False)
    assert carried <= whole
    pieces, _ = measure.pieces(second, Style.PLAIN, carried, 100.0, 12.0, is_bold=False)
    head = second.partition(" ")[0]
    if carried and head and carried + measure.measure(head, 12.0) > 98.5:
        assert pieces[0] == ""
        assert len(pieces) > 1


def test_an_address_is_cut_after_its_punctuation_and_a_digest_where_the_line_is_full() -> None:
    address, _ = measure.pieces("https://a.org/b-c", Style.PLAIN, 0.0, 40.0, 12.0, is_bold=False)
    assert address == ["https:", "/", "/", "a.", "org/", "b-", "c"]
    digest, _ = measure.pieces("0" * 20, Style.PLAIN, 0.0, 70.0, 12.0, is_bold=False)
    assert digest == ["0" * 10, "0" * 10]


@pytest.mark.parametrize("sign", ["e\u0301", "👩\u200d👧", "👍🏽", "🇬🇧", "1\ufe0f\u20e3"])
def test_no_sign_is_cut_in_two(sign: str) -> None:
    pieces, _ = measure.pieces(sign * 40, Style.PLAIN, 0.0, 60.0, 12.0, is_bold=False)
    assert len(pieces) > 1 or sign == "🇬🇧"
    assert all(piece.count(sign) * len(sign) == len(piece) for piece in pieces)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb", "a\nb"),
        ("a\u2029b\x85c\x0cd", "a\nb\nc\nd"),
        ("a\tb", "a    b"),
        ("a\ufeffb", "a\u2060b"),
    ],
)
def test_line_ends_tabs_and_byte_order_marks_have_one_form(text: str, expected: str) -> None:
    assert measure.clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc", False), ("12 سجل", True), ("הקלטה abc", True), ("abc הקלטה", False), ("12", False)],
)
def test_the_first_letter_says_which_way_a_text_runs(text: str, expected: bool) -> None:
    assert measure.runs_right_to_left(text) is expected
