# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coarse tags on pages that have none that could be kept."""

from __future__ import annotations

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from support_pdf import add_page

from evidencekit.pdf.content import streams_of
from evidencekit.pdf.tagging import Tagger

SCAN = b"q 595 0 0 842 0 0 cm /Im Do Q\n"


@pytest.fixture
def pdf():
    """A file with a structure tree of one document, whose numbers go on from 4."""
    with pikepdf.new() as pdf:
        top = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, K=Array()))
        pdf.Root["/StructTreeRoot"] = Dictionary(
            Type=Name.StructTreeRoot,
            K=Array([top]),
            ParentTree=Dictionary(Nums=Array([0, top, 3, top])),
            ParentTreeNextKey=4,
        )
        top["/P"] = pdf.Root.StructTreeRoot
        yield pdf


def scanned(pdf, **entries) -> pikepdf.Page:
    page = add_page(pdf, SCAN, **entries)
    page.obj["/Resources"] = Dictionary(
        XObject=Dictionary(Im=pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Image))
    )
    return page


def tagged(pdf, *pages):
    tagger = Tagger(pdf)
    tagger.tag(pages, title="Report")
    tagger.finish()
    (section,) = pdf.Root.StructTreeRoot.K[0].K
    return list(section.K)


def drawing(page) -> bytes:
    return b"".join(each.read_bytes() for each in streams_of(page))


def test_a_page_of_words_is_a_paragraph_and_a_scan_a_figure_that_says_what_it_is(pdf):
    words, scan = add_page(pdf), scanned(pdf)
    paragraph, figure = tagged(pdf, words, scan)
    assert (paragraph.S, figure.S) == ("/P", "/Figure")
    assert "/Alt" not in paragraph
    assert str(figure.Alt) == "Report, page 2 of 2: a picture"
    assert drawing(words).startswith(b"/P <</MCID 0>> BDC\n")
    assert drawing(scan) == b"/Figure <</MCID 0>> BDC\n" + SCAN + b"\nEMC\n"
    assert [page.obj.StructParents for page in (words, scan)] == [4, 5]
    assert pdf.Root.StructTreeRoot.ParentTreeNextKey == 6


def test_a_picture_inside_a_form_is_a_figure_and_words_inside_one_are_not(pdf):
    pages = []
    for inner in (
        Dictionary(),
        Dictionary(Font=Dictionary(F1=Dictionary(Type=Name.Font))),
    ):
        form = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, Resources=inner)
        page = add_page(pdf, b"/Fm Do\n")
        page.obj["/Resources"] = Dictionary(XObject=Dictionary(Fm=form))
        pages.append(page)
    assert [each.S for each in tagged(pdf, *pages)] == ["/Figure", "/P"]


def test_a_form_that_holds_itself_ends(pdf):
    form = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form)
    form["/Resources"] = Dictionary(XObject=Dictionary(Fm=form))
    page = add_page(pdf, b"/Fm Do\n")
    page.obj["/Resources"] = Dictionary(XObject=Dictionary(Fm=form))
    assert [each.S for each in tagged(pdf, page)] == ["/Figure"]


def test_marks_that_the_page_has_are_kept_and_belong_to_its_tag(pdf):
    own = b"/P <</MCID 0>> BDC BT ET EMC /Artifact BMC EMC /P <</MCID 7 >> BDC EMC\n"
    page = add_page(pdf, own)
    (paragraph,) = tagged(pdf, page)
    assert drawing(page) == own
    assert [int(each) for each in paragraph.K] == list(range(8))
    parents = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    assert {each.objgen for each in parents[4]} == {paragraph.objgen}
    assert len(parents[4]) == 8


def test_a_mark_of_nonsense_size_is_no_mark(pdf):
    page = add_page(pdf, b"/P <</MCID 999999>> BDC EMC\n")
    (paragraph,) = tagged(pdf, page)
    assert [int(each) for each in paragraph.K] == [0]


def test_notes_and_links_are_tagged_and_what_a_note_says_is_not_changed(pdf):
    page = add_page(pdf)
    page.obj["/Annots"] = Array(
        [
            Dictionary(Type=Name.Annot, Subtype=Name.Text, Contents="Look here"),
            Dictionary(Type=Name.Annot, Subtype=Name.Popup),
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                A=Dictionary(S=Name.URI, URI="https://example.org/"),
            ),
            Dictionary(Type=Name.Annot, Subtype=Name.Highlight),
        ]
    )
    assert [each.S for each in tagged(pdf, page)] == ["/P", "/Annot", "/Link", "/Annot"]
    note, popup, link, highlight = page.obj.Annots
    assert str(note.Contents) == "Look here"
    assert str(link.Contents) == "Link to https://example.org/"
    assert "/Contents" not in highlight
    assert "/StructParent" not in popup
    assert [each.StructParent for each in (note, link, highlight)] == [5, 6, 7]


def test_a_tree_of_several_leaves_grows_as_well(pdf):
    root = pdf.Root.StructTreeRoot
    leaf = pdf.make_indirect(Dictionary(Nums=Array([0, root.K[0]]), Limits=Array([0, 0])))
    root["/ParentTree"] = Dictionary(Kids=Array([leaf]))
    page = add_page(pdf)
    (paragraph,) = tagged(pdf, page)
    parents = pikepdf.NumberTree(root.ParentTree)
    assert parents[4][0].objgen == paragraph.objgen


def test_without_a_tree_nothing_is_tagged(pdf):
    del pdf.Root["/StructTreeRoot"]
    page = add_page(pdf, b"BT ET\n")
    tagger = Tagger(pdf)
    tagger.tag([page], title="Report")
    tagger.finish()
    assert drawing(page) == b"BT ET\n"
    assert "/StructParents" not in page.obj
