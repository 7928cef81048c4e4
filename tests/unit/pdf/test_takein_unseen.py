# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of a document that cannot be seen and can still be copied out of it are reported."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pymupdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image
from support_pdf import add_page

from evidencekit.pdf.takein import take_in
from evidencekit.pdf.takein_unseen import told

WORDS = b"BT /F1 24 Tf 60 500 Td (Words of the page) Tj ET\n"
NAME = b"BT /F1 14 Tf 60 300 Td (Ella Dean) Tj ET\n"
COVERED = {
    "under a black field": NAME + b"0 g 55 296 80 16 re f\n",
    "under a white field": NAME + b"1 g 55 290 80 26 re f\n",
    "under a grey field just as large": NAME + b"0.3 g 59 297 62 15 re f\n",
    "in the colour of the paper": b"1 g " + NAME,
    "in nearly the colour of the paper": b"0.97 0.97 1 rg " + NAME,
    "in a white of four inks": b"0 0 0 0 k " + NAME,
    "written without ink": b"BT 3 Tr /F1 14 Tf 60 300 Td (Ella Dean) Tj ET\n",
    "black on a black field": b"0 g 55 290 80 26 re f\n" + NAME,
}
SEEN = {
    "underlined": NAME + b"60 297 60 1 re f\n",
    "white on a dark field": b"0 0 0.4 rg 55 290 80 26 re f 1 g\n" + NAME,
    "on a pale field": b"0.9 g 55 290 80 26 re f 0 g\n" + NAME,
    "beside a black field": NAME + b"0 g 200 290 80 26 re f\n",
    "in a frame": NAME + b"55 290 80 26 re S\n",
}


def take(pdf: pikepdf.Pdf, tmp_path):
    pdf.save(tmp_path / "x.pdf")
    return take_in(tmp_path / "x.pdf", tmp_path / "y.pdf", name="x.pdf", item="document:x")


def unseen(taken) -> list[str]:
    return [each.message for each in taken.findings if each.code == "EK-P047"]


@pytest.mark.parametrize("content", COVERED.values(), ids=COVERED)
def test_words_that_cannot_be_seen_are_a_finding_that_says_where_and_not_what(tmp_path, content):
    with pikepdf.new() as pdf:
        add_page(pdf, WORDS)
        # A field has its own colour, and what is covered was drawn before it.
        add_page(pdf, b"q 0 g\n" + content + b"Q\n" if not content.startswith(b"1") else content)
        taken = take(pdf, tmp_path)
    (message,) = unseen(taken)
    assert "2 words on page 2" in message
    assert "Ella" not in message
    # They are still there: only who gave the document knows why.
    assert "Ella Dean" in pypdf.PdfReader(taken.path).pages[1].extract_text()


@pytest.mark.parametrize("content", SEEN.values(), ids=SEEN)
@pytest.mark.parametrize("turn", [0, 90, 270])
def test_words_that_can_be_seen_are_none(tmp_path, content, turn):
    with pikepdf.new() as pdf:
        add_page(pdf, WORDS + content, Rotate=turn)
        assert unseen(take(pdf, tmp_path)) == []


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_they_are_found_on_a_turned_page(tmp_path, turn):
    with pikepdf.new() as pdf:
        add_page(pdf, WORDS + COVERED["under a black field"], Rotate=turn)
        assert "2 words on page 1" in unseen(take(pdf, tmp_path))[0]


def test_a_black_field_that_is_a_note_on_the_page_covers_as_well(tmp_path):
    with pikepdf.new() as pdf:
        page = add_page(pdf, WORDS + NAME)
        drawn = pdf.make_stream(
            b"0 g 0 0 90 26 re f\n",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, 90, 26]),
        )
        page.obj["/Annots"] = Array(
            [
                pdf.make_indirect(
                    Dictionary(
                        Type=Name.Annot,
                        Subtype=Name.Square,
                        Rect=Array([50, 290, 140, 316]),
                        IC=Array([0, 0, 0]),
                        F=4,
                        AP=Dictionary(N=drawn),
                    )
                )
            ]
        )
        assert "2 words on page 1" in unseen(take(pdf, tmp_path))[0]


def scan(*, redacted: bool) -> bytes:
    """Return a picture of a page of words, a field of it black."""
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=595, height=842)
        page.insert_text((60, 300), "Words of a scan", fontsize=14)
        page.insert_text((60, 400), "Ella Dean", fontsize=14)
        grey = np.frombuffer(
            (drawn := page.get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)).samples, np.uint8
        ).reshape(drawn.height, drawn.width)
    grey = grey.copy()
    if redacted:
        grey[790:845, 110:290] = 0
    made = io.BytesIO()
    Image.fromarray(grey).save(made, "JPEG", quality=80)
    return made.getvalue()


@pytest.mark.parametrize("redacted", [False, True])
def test_words_read_off_a_scan_are_one_only_where_the_scan_is_blackened(tmp_path, redacted):
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=595, height=842)
        page.insert_image(page.rect, stream=scan(redacted=redacted))
        # A little off the words of the picture, as a machine reads them.
        page.insert_text((62, 303), "Words of a scan", fontsize=14, render_mode=3)
        page.insert_text((62, 402), "Ella Dean", fontsize=14, render_mode=3)
        pdf.save(tmp_path / "x.pdf")
    taken = take_in(tmp_path / "x.pdf", tmp_path / "y.pdf", name="x.pdf", item="document:x")
    assert len(unseen(taken)) == redacted
    assert not redacted or "2 words on page 1" in unseen(taken)[0]


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([(3, 1)], "1 word on page 3"),
        ([(1, 2), (2, 3)], "5 words on pages 1 to 2"),
        ([(1, 1), (4, 1), (5, 1), (9, 1)], "4 words on pages 1, 4 to 5 and 9"),
    ],
)
def test_pages_are_named_in_runs(pages, words):
    assert told(pages) == words
