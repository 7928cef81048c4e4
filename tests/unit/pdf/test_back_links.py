# SPDX-License-Identifier: AGPL-3.0-or-later
"""From every page the way back to its row in the index."""

from __future__ import annotations

import pikepdf
import pymupdf
import pypdfium2
import pytest
from support_bind import PARTS, SECTIONS, bind, front_pages, write_documents
from support_pdf import add_page, numbered_pdf

from evidencekit.model.bundle import Item, ItemKind, Numbering, lay_out
from evidencekit.pdf.backlinks import NAME, drop_back_link
from evidencekit.pdf.takein import take_in


@pytest.fixture(scope="module")
def front():
    return front_pages()


@pytest.fixture
def documents(tmp_path):
    return write_documents(tmp_path)


@pytest.fixture
def bundle(front, documents, tmp_path):
    into = tmp_path / "bundle.pdf"
    return into, bind(front, documents, into)


def back_of(page) -> list[dict]:
    """Return the links of a page over the words at its bottom right, as a reader sees them."""
    corner = pymupdf.Point(page.rect.x1 - 40, page.rect.y1 - 24)
    return [each for each in page.get_links() if each["from"].contains(corner)]


def test_every_page_but_the_index_leads_back_to_the_page_of_its_row(bundle, documents):
    path, made = bundle
    with pymupdf.open(path) as document:
        found = [[each["page"] + 1 for each in back_of(page)] for page in document]
    # A front sheet, an index of two pages, fourteen pages of documents, the sheet of a clip.
    assert found == [[2], [], [], *[[2]] * 15]
    assert made.back_links == (2, None, None, *[2] * 15)
    assert len(found) == 4 + sum(each.pages for each in documents.values())


def test_the_index_opens_where_the_row_is(bundle):
    path, _ = bundle
    with pikepdf.open(path) as pdf:
        rows = {
            str(each.Contents).removeprefix("Go to "): float(each.Rect[3])
            for each in pdf.pages[1].Annots
        }
        for number, label in ((0, "A1"), (5, "B1"), (16, "B13"), (17, "C1")):
            (back,) = (each for each in pdf.pages[number].Annots if each.get("/NM") == NAME)
            goal = back.Dest
            assert goal[0].objgen == pdf.pages[1].objgen
            assert 0 < float(goal[3]) - rows[label] < 40


def test_another_engine_finds_the_same_links(bundle):
    path, made = bundle
    with pypdfium2.PdfDocument(path) as pdf:
        for number, expected in enumerate(made.back_links):
            page = pdf[number]
            found = []
            link = pypdfium2.raw.FPDFLink_GetLinkAtPoint(page, *_place(page))
            if link:
                goal = pypdfium2.raw.FPDFLink_GetDest(pdf, link)
                found.append(pypdfium2.raw.FPDFDest_GetDestPageIndex(pdf, goal) + 1)
            assert found == ([] if expected is None else [expected])


def _place(page) -> tuple[float, float]:
    """Return the middle of a label in a page's own coordinates: at its displayed bottom right."""
    width, height = page.get_size()
    if page.get_rotation() == 90:
        return height - 24, width - 40
    return width - 40, 24


def test_the_word_before_the_label_is_left_out_where_there_is_no_room(front, documents, tmp_path):
    narrow = tmp_path / "narrow.pdf"
    with pikepdf.new() as pdf:
        add_page(pdf, b"", MediaBox=pikepdf.Array([0, 0, 100, 400]))
        pdf.save(narrow)
    taken = take_in(narrow, tmp_path / "clean.pdf", name="narrow.pdf", item="document:report")
    both = documents | {"document:report": taken}
    bind(front, both, tmp_path / "bundle.pdf")
    with pymupdf.open(tmp_path / "bundle.pdf") as document:
        assert [each[4] for each in document[3].get_text("words")] == ["B1"]
        (link,) = document[3].get_links()
        assert link["page"] == 1
        assert link["from"].contains(pymupdf.Point(100 - 15, 400 - 24))
        assert "Index" in document[4].get_text()


def test_pages_that_share_their_annotations_keep_their_own_way_back(front, tmp_path):
    shared = numbered_pdf(tmp_path / "shared.pdf", 2, word="Shared")
    with pikepdf.open(shared, allow_overwriting_input=True) as pdf:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=pikepdf.Array([50, 490, 200, 530]),
            Dest=pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.Fit]),
        )
        array = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note)]))
        for page in pdf.pages:
            page.obj["/Annots"] = array
        pdf.save()
    taken = {
        item: take_in(shared, tmp_path / f"{n}.pdf", name="shared.pdf", item=item)
        for n, item in enumerate(("document:report", "document:mínutes x"))
    }
    bind(front, taken, tmp_path / "bundle.pdf")
    with pikepdf.open(tmp_path / "bundle.pdf") as pdf:
        for page in list(pdf.pages)[3:7]:
            assert [each.get("/NM") == NAME for each in page.Annots] == [False, True]


def test_a_way_back_that_is_taken_off_leaves_the_other_links(bundle):
    path, _ = bundle
    with pikepdf.open(path) as pdf:
        drop_back_link(pdf.pages[0])
        drop_back_link(pdf.pages[3])
        assert "/Annots" not in pdf.pages[0]
        assert len(pdf.pages[3].Annots) == 1


def test_all_ways_back_of_an_item_are_one_link_for_a_screen_reader(bundle):
    path, _ = bundle
    with pikepdf.open(path) as pdf:
        tree = pdf.Root.StructTreeRoot
        keys = dict(pikepdf.NumberTree(tree.ParentTree))
        links = [
            next(each for each in page.Annots if each.get("/NM") == NAME)
            for page in list(pdf.pages)[3:15]
        ]
        (element,) = {
            keys[each.StructParent].objgen: keys[each.StructParent] for each in links
        }.values()
        assert element.S == "/Link"
        assert [each.Obj.objgen for each in element.K] == [each.objgen for each in links]
        assert [each.Pg.objgen for each in element.K] == [
            page.obj.objgen for page in list(pdf.pages)[3:15]
        ]
        assert {str(each.Contents) for each in links} == {"Back to the index"}


def test_without_an_index_there_is_no_way_back(front, tmp_path):
    parts = tuple(
        part if part.item != "part:index" else type(part)(item="part:other", page=2, pages=2)
        for part in PARTS
    )
    items = [
        (Item(id=part.item, title="T", kind=ItemKind.GENERATED, section="A"), part.pages)
        for part in parts
    ]
    items += [
        (Item(id=item, title="T", kind=ItemKind.DOCUMENT, section="A"), 1)
        for item in ("document:report", "document:mínutes x")
    ]
    page = numbered_pdf(tmp_path / "one.pdf", 1, word="One")
    taken = {
        item: take_in(page, tmp_path / f"{n}.pdf", name="one.pdf", item=item)
        for n, item in enumerate(("document:report", "document:mínutes x"))
    }
    layout = lay_out(SECTIONS, items, numbering=Numbering.BATES)
    made = bind(front, taken, tmp_path / "bundle.pdf", parts=parts, layout=layout)
    assert set(made.back_links) == {None}
    with pymupdf.open(tmp_path / "bundle.pdf") as document:
        assert "Index" not in document[0].get_text().split()
