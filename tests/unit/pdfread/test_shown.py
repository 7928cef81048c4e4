# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages as text and as pictures: what can be found and not be seen, and what lies over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from support_pdf import add_page

from evidencekit.pdfread import DARK, show_pages

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.pdfread import ShownPage

LABEL = b"BT /F1 13 Tf 540 20 Td (D12) Tj ET\n"
WORDS = b"BT /F1 12 Tf 60 500 Td (Words of the page) Tj ET\n"


def shown(tmp_path: Path, content: bytes, *, generated: bool = True, **entries: object):
    path = tmp_path / "x.pdf"
    with pikepdf.new() as pdf:
        add_page(pdf, content, **entries)
        pdf.save(path)
    (page,) = show_pages(path, [1], generated=[1] if generated else [])
    return page


def flaws(page: ShownPage) -> list[tuple[str, str]]:
    return [(word.text, word.flaw) for word in page.right]


def test_a_label_that_is_seen_has_no_flaw(tmp_path):
    page = shown(tmp_path, WORDS + LABEL)
    assert flaws(page) == [("D12", "")]
    assert page.label == "1"
    assert page.unseen == 0


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_label_on_a_turned_page_is_looked_for_where_it_is_displayed(tmp_path, turn):
    placed = {
        90: b"0 1 -1 0 575 800 Tm",
        180: b"-1 0 0 -1 45 820 Tm",
        270: b"0 -1 1 0 20 42 Tm",
    }[turn]
    page = shown(tmp_path, b"BT /F1 13 Tf " + placed + b" (D12) Tj ET", Rotate=turn)
    assert flaws(page) == [("D12", "")]


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (LABEL.replace(b"BT", b"BT 3 Tr"), "printed so that it cannot be seen"),
        (LABEL.replace(b"BT", b"BT 1 g"), "printed in a light colour"),
        (LABEL.replace(b" 13 ", b" 0.01 "), "too small to be seen"),
        (LABEL + b"1 g 500 0 95 60 re f", "covered"),
        (LABEL + b"0.7 g 500 0 95 60 re f", "covered"),
        (b"0 g 500 0 95 60 re f " + LABEL, DARK),
    ],
)
def test_a_label_that_cannot_be_seen_says_why(tmp_path, content, flaw):
    assert flaws(shown(tmp_path, content)) == [("D12", flaw)]


def test_words_under_a_white_field_are_counted_on_our_own_pages_alone(tmp_path):
    covered = WORDS + b"1 g 50 490 200 30 re f 0 g " + LABEL
    assert shown(tmp_path, covered).unseen == 4
    assert shown(tmp_path, covered, generated=False).unseen == 0


def test_words_in_grey_are_seen(tmp_path):
    assert shown(tmp_path, b"0.35 g " + WORDS).unseen == 0


def annotation(**entries: object) -> Dictionary:
    return Dictionary(Type=Name.Annot, Rect=Array([50, 490, 300, 530]), **entries)


def test_what_lies_over_a_page_is_named_and_a_link_is_not(tmp_path):
    notes = Array(
        [
            annotation(Subtype=Name.Text, Contents=String("Look here!")),
            annotation(Subtype=Name.Link, Dest=Array([0, Name.Fit])),
            annotation(Subtype=Name.Square),
        ]
    )
    page = shown(tmp_path, WORDS, Annots=notes)
    assert [(mark.kind, mark.words) for mark in page.marks] == [
        ("Square", ""),
        ("Text", "Lookhere"),
    ]
    assert page.acts == ()


@pytest.mark.parametrize(
    ("entries", "act"),
    [
        ({"A": Dictionary(S=Name.Launch, F=String("calc.exe"))}, "Launch"),
        ({"A": Dictionary(S=Name.JavaScript, JS=String("1"))}, "JavaScript"),
        ({"A": Dictionary(S=Name.URI, URI=String("file:///etc/passwd"))}, "URI"),
        ({"A": Dictionary(S=Name.GoTo, Next=Dictionary(S=Name.Launch))}, "Next"),
        ({"AA": Dictionary(E=Dictionary(S=Name.JavaScript, JS=String("1")))}, "AA"),
        ({"A": Dictionary(S=Name.URI, URI=String("https://example.org/"))}, None),
        ({"A": Dictionary(S=Name.URI, URI=String("mailto:a@example.org"))}, None),
        ({"A": Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]))}, None),
    ],
)
def test_what_would_act_is_named_and_an_address_is_not(tmp_path, entries, act):
    page = shown(tmp_path, WORDS, Annots=Array([annotation(Subtype=Name.Link, **entries)]))
    assert page.acts == (() if act is None else (act,))


def test_an_action_of_the_page_itself_is_named(tmp_path):
    act = Dictionary(O=Dictionary(S=Name.URI, URI=String("https://example.org/")))
    assert shown(tmp_path, WORDS, AA=act).acts == ("on opening or closing the page",)


def test_where_links_lie_and_lead_is_seen(tmp_path):
    links = Array([annotation(Subtype=Name.Link, Dest=Array([0, Name.Fit]))])
    (link,) = shown(tmp_path, WORDS, Annots=links).links
    assert (link.text, link.page) == ("Words of the page", 1)
    assert (link.left, link.top, link.right, link.bottom) == (50, 312, 300, 352)


def test_layers_are_counted(tmp_path):
    path = tmp_path / "x.pdf"
    with pikepdf.new() as pdf:
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("one")))
        page = add_page(pdf, b"/OC /L BDC " + WORDS + b" EMC")
        page.obj.Resources.Properties = Dictionary(L=group)
        pdf.save(path)
    (seen,) = show_pages(path, [1])
    assert seen.layers == 1


def test_a_page_that_is_not_there_is_left_out(tmp_path):
    path = tmp_path / "x.pdf"
    with pikepdf.new() as pdf:
        add_page(pdf)
        pdf.save(path)
    assert [page.ordinal for page in show_pages(path, [0, 1, 2, 10**9])] == [1]
