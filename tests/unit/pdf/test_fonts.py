# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each sign has one font that draws all of it, or is refused by name."""

from __future__ import annotations

import unicodedata

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.pdf import fonts


@pytest.mark.parametrize("name", ["Regular", "Bold", "Italic", "BoldItalic"])
def test_the_four_faces_of_arimo_draw_the_same_characters(name: str) -> None:
    with TTFont(fonts.FACES / f"Arimo-{name}.ttf") as font:
        assert set(font.getBestCmap()) == set(fonts.advances())
        assert "fvar" not in font
        assert font["OS/2"].fsType == 0


def test_arimo_has_the_widths_of_arial() -> None:
    # From Arial's own metrics, in parts of 2048.
    arial = {"A": 1366, "W": 1933, "a": 1139, "i": 455, "0": 1139, " ": 569, ".": 569, "m": 1706}
    assert {each: round(fonts.advances()[ord(each)] * 2048) for each in arial} == arial


@given(st.text(st.characters(max_codepoint=0x24F, exclude_categories=("Cc",))))
def test_european_text_needs_no_font_but_arimo(text: str) -> None:
    assert {key for _, key in fonts.segments(text)} <= {None}


@given(st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("سَजि家👩\u200d\ufe0f")))
def test_segments_put_together_are_the_text_or_a_character_is_named(text: str) -> None:
    try:
        drawn = "".join(part for part, _ in fonts.segments(text))
    except fonts.Undrawable as lost:
        drawn = text if set(lost.characters) <= set(text) else str(lost)
    assert drawn == text


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Zażółć ŵ Ọlọ́", [None]),
        ("سجل، ثم", ["Arab", None, "Arab"]),
        ("पता।", ["Deva"]),
        ("জানি।", ["Beng"]),
        ("家庭、の記録관", ["Hani"]),
        ("👩‍👧", ["emoji"]),
        ("🤷🏻‍♀️", ["emoji"]),
        ("♀", [None]),
        ("1️⃣", ["emoji"]),
        ("1", [None]),
    ],
)
def test_a_sign_is_given_to_a_font_of_its_script(text: str, keys: list[str | None]) -> None:
    assert [key for _, key in fonts.segments(text)] == keys


@pytest.mark.parametrize("character", ["\ue000", "\x07", "\U0010fffd", "\u0378"])
def test_what_no_font_draws_is_refused(character: str) -> None:
    with pytest.raises(fonts.Undrawable) as caught:
        fonts.segments(f"good {character}")
    assert caught.value.characters == character
    assert str(caught.value).startswith(f"U+{ord(character):04X}")


def test_what_arimo_has_in_the_private_areas_is_refused_as_pdf_a_refuses_it() -> None:
    private = [chr(each) for each in fonts.advances() if unicodedata.category(chr(each)) == "Co"]
    assert private
    for each in private:
        with pytest.raises(fonts.Undrawable):
            fonts.segments(f"a{each}b")


def test_a_sign_that_two_fonts_would_have_to_share_is_refused_whole() -> None:
    with pytest.raises(fonts.Undrawable) as caught:
        fonts.segments("家\u0e31")
    assert caught.value.characters == "家\u0e31"


def test_every_fallback_font_is_one_that_the_typesetter_loads() -> None:
    keys = ["Arab", "Deva", "Thai", "Hani", "emoji", "symbol1", "symbol2", "math", "music"]
    families = set(fonts.load(fonts.folders(keys)).families())
    assert families >= {fonts.FAMILY, *(fonts.family(key) for key in keys)}


def test_no_font_of_the_machine_is_looked_at() -> None:
    assert set(fonts.load((fonts.FACES,)).families()) == {
        "Arimo",
        "DejaVu Sans Mono",
        "Libertinus Serif",
        "New Computer Modern",
        "New Computer Modern Math",
    }


def test_a_letter_in_two_parts_is_drawn_by_the_font_of_the_letter_in_one() -> None:
    assert fonts.segments(unicodedata.normalize("NFD", "Tŷ Gŵyr")) == (
        (unicodedata.normalize("NFD", "Tŷ Gŵyr"), None),
    )
