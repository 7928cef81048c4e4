# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words on pages, whatever setting them did to them."""

from __future__ import annotations

import pytest

from evidencekit.pdfread import SeenFile, ShownPage, fold
from evidencekit.verifier.pdf_read import Bundle, Entry
from evidencekit.verifier.pdf_words import Words
from evidencekit.verifier.words import PageWords

ITEM = "part:consent"


def words_on(*pages: str) -> Words:
    """Return the words of an item with these pages, labelled D1, D2, and numbered AD1/1, AD1/2."""
    labels = tuple(f"D{number}" for number, _ in enumerate(pages, start=1))
    numbers = tuple(f"AD1/{number}" for number, _ in enumerate(pages, start=1))
    entry = Entry(
        item=ITEM,
        kind="generated",
        number=1,
        section="D",
        title="Consent schedule",
        dated="",
        first=1,
        pages=len(pages),
        first_label=labels[0],
        last_label=labels[-1],
    )
    shown = {
        ordinal: ShownPage(
            ordinal=ordinal,
            label=labels[ordinal - 1],
            width=595,
            height=842,
            text=f"{text}\nAD1/{ordinal}\nD{ordinal}\n",
            digest=fold(text),
            right=(),
            left=(),
        )
        for ordinal, text in enumerate(pages, start=1)
    }
    return Words(
        Bundle(
            path="data/x.pdf",
            record={},
            labels=labels,
            exhibit_labels=numbers,
            entries=(entry,),
            file=SeenFile(begins=True, ends=True, revised=False, repaired=False, encrypted=False),
            pages=shown,
        )
    )


@pytest.mark.parametrize(
    ("page", "phrase"),
    [
        ("The team does\nnot agree.", "The team does not agree."),
        ("a re-\ncording", "a recording"),
        ("the \N{LATIN SMALL LIGATURE FI}rst", "the first"),
        ("\N{LEFT DOUBLE QUOTATION MARK}Yes\N{RIGHT DOUBLE QUOTATION MARK}", '"Yes"'),
        ("Zaz\u0307\u00f3\u0142c\u0301", "Zażółć"),
        ("سيدات و", "و سيدات"),
        ("دمحم يدلاو", "والدي محمد"),
        ("שלום 12 abc", "abc שלום 12"),
        ("प्रिया शर्मार्मा agreed", "प्रिया शर्मा agreed"),
        ("欧阳 小\n明", "欧阳 小明"),
        ("anything", "\N{PARTY POPPER}"),
    ],
)
def test_what_setting_changes_does_not_count(page: str, phrase: str) -> None:
    assert words_on(f"Before. {page} After.").say(ITEM, phrase)


@pytest.mark.parametrize(
    ("page", "phrase"),
    [
        ("The team does agree.", "The team does not agree."),
        ("The team does not, all said, agree.", "The team does not agree."),
        ("Share 33.8", "Share 93.8"),
        ("والدي محمد", "والدي سيدات"),
        ("प्रिया शर्मार्मा agreed", "प्रिया शर्मा refused"),
        ("प्रिया वर्मा agreed", "प्रिया शर्मा agreed"),
        ("", "anything"),
    ],
)
def test_other_words_are_other_words(page: str, phrase: str) -> None:
    assert not words_on(f"Before. {page} After.").say(ITEM, phrase)


def test_a_text_goes_on_from_page_to_page_past_the_numbers_at_the_foot() -> None:
    text = "I asked on Monday and was told on Friday that I might"
    assert words_on("Before. I asked on Monday and", "was told on Friday that I might").say(
        ITEM, text
    )


def test_a_cell_goes_on_below_the_head_of_a_table_that_comes_again() -> None:
    pages = (
        "Person Said Use\nJoanna Hale\nI asked on Monday and\nNot stated.",
        "Person Said Use\nwas told on Friday that I might\nOwen Price",
    )
    assert words_on(*pages).say(ITEM, "I asked on Monday and was told on Friday that I might")
    assert not words_on(*pages).say(ITEM, "I asked on Monday and was told on Sunday that I might")
    assert not words_on(*reversed(pages)).say(
        ITEM, "I asked on Monday and was told on Friday that I might"
    )


def test_a_label_at_the_end_of_a_text_is_not_taken_for_the_number_at_the_foot() -> None:
    words = words_on("The reply is at D1")
    assert words.say(ITEM, "The reply is at D1")
    assert not words_on("The reply is at").say(ITEM, "The reply is at D1")


def test_what_has_no_pages_cannot_say_anything() -> None:
    words = words_on("Before.")
    assert words.can_say(ITEM)
    assert not words.can_say("part:custody")


@pytest.mark.parametrize(("first", "pages"), [(1, 2**31), (-(2**31), 2**32), (2**40, 2**40)])
def test_pages_that_the_pdf_has_not_are_not_walked_through(first: int, pages: int) -> None:
    """A record that speaks of two thousand million pages filled twenty gigabytes."""
    words = PageWords({1: "one", 2: "two"}, ["1", "2"])
    assert words.span(first, pages) == ("onetwo" if first < 2 else "")
    assert words.where("three", first, pages)
    assert not words.holds("three", first, pages)
