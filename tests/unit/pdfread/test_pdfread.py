# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from support_pdf import add_page, numbered_pdf

from evidencekit.errors import PdfUnreadable
from evidencekit.pdfread import SeenBookmark, SeenLink, expand_labels, page_text, read_pdf


def test_a_page_without_numbers_is_seen_as_such(tmp_path):
    seen = read_pdf(numbered_pdf(tmp_path / "x.pdf", 2))
    assert seen.page_count == 2
    assert seen.labels == ("1", "2")
    assert [page.printed for page in seen.pages] == [(), ()]
    assert [page.has_text for page in seen.pages] == [True, True]
    assert seen.title == ""


def test_the_word_nearest_to_the_corner_comes_first(tmp_path):
    with pikepdf.new() as pdf:
        add_page(
            pdf,
            b"BT /F1 10 Tf 540 20 Td (D12) Tj ET BT /F1 10 Tf 400 20 Td (version) Tj ET "
            b"BT /F1 10 Tf 30 20 Td (AD1/3) Tj ET BT /F1 10 Tf 540 100 Td (high) Tj ET",
        )
        pdf.save(tmp_path / "x.pdf")
    (page,) = read_pdf(tmp_path / "x.pdf").pages
    assert page.printed == ("D12", "version")
    assert page.printed_left == ("AD1/3",)


def test_links_and_bookmarks_are_seen_with_their_targets(tmp_path):
    path = numbered_pdf(tmp_path / "x.pdf", 3)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        area = Array([50, 490, 300, 530])
        goal = Array([pdf.pages[2].obj, Name.Fit])
        pdf.pages[0].obj["/Annots"] = Array(
            [
                Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=area, Dest=goal),
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Link,
                    Rect=area,
                    A=Dictionary(S=Name.URI, URI=String("https://example.org/")),
                ),
            ]
        )
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Zażółć", 1))
        pdf.docinfo["/Title"] = String("Re E")
        pdf.save()
    seen = read_pdf(path)
    assert seen.title == "Re E"
    assert seen.outline == (SeenBookmark(level=1, title="Zażółć", page=2),)
    assert set(seen.pages[0].links) == {
        SeenLink(text="Sheet 1", page=3),
        SeenLink(text="Sheet 1", address="https://example.org/"),
    }


def test_the_text_of_one_page_can_be_had(tmp_path):
    path = numbered_pdf(tmp_path / "x.pdf", 3)
    assert page_text(path, 2).strip() == "Sheet 2"
    with pytest.raises(PdfUnreadable, match="has no page 4"):
        page_text(path, 4)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "cannot be read"), (b"%PDF-1.7\nnoise", "cannot be read"), (None, "was not found")],
)
def test_what_cannot_be_read_is_an_error(tmp_path, content, reason):
    path = tmp_path / "x.pdf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PdfUnreadable, match=reason):
        read_pdf(path)


def test_a_web_page_named_pdf_is_an_error(tmp_path):
    path = tmp_path / "x.pdf"
    path.write_text("<html><body>No PDF</body></html>")
    with pytest.raises(PdfUnreadable):
        read_pdf(path)


def test_a_locked_file_is_an_error(tmp_path):
    with pikepdf.new() as pdf:
        add_page(pdf)
        pdf.save(tmp_path / "x.pdf", encryption=pikepdf.Encryption(user="u", owner="o"))
    with pytest.raises(PdfUnreadable, match="needs a password"):
        read_pdf(tmp_path / "x.pdf")


@pytest.mark.parametrize("style", ["D", "r", "R", "a", "A", None])
def test_labels_are_counted_as_another_reader_counts_them(tmp_path, style):
    path = numbered_pdf(tmp_path / "x.pdf", 60)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        second = Dictionary(P=String("B-"), St=7)
        if style:
            second["/S"] = Name(f"/{style}")
        pdf.Root["/PageLabels"] = Dictionary(Nums=Array([0, Dictionary(S=Name.D), 4, second]))
        pdf.save()
    assert read_pdf(path).labels == tuple(pypdf.PdfReader(path).page_labels)


def test_a_rule_that_starts_beyond_the_last_page_does_no_harm():
    rules = [{"startpage": 1, "prefix": "X", "style": "D", "firstpagenum": 1}, {"startpage": 99}]
    assert expand_labels(rules, 3) == ("1", "X1", "X2")
