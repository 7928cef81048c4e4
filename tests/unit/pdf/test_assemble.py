# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import io
import pickle
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pikepdf
import pypdf
import pypdfium2
import pytest
from attrs import evolve
from pikepdf import Array, Dictionary, Name, String
from support_bind import PARTS, bind, front_pages, layout_of, write_documents
from support_pdf import add_page, difference, picture

from evidencekit.errors import AssemblyError, Cancelled, TypesettingFailed
from evidencekit.model.bundle import Numbering
from evidencekit.pdf.assemble import assemble
from evidencekit.pdf.takein import TakenIn, take_in
from evidencekit.pdfread import SeenBookmark, read_pdf

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def front() -> bytes:
    return front_pages()


@pytest.fixture
def documents(tmp_path: Path) -> dict[str, TakenIn]:
    return write_documents(tmp_path)


@pytest.fixture
def bundle(front, documents, tmp_path) -> Path:
    path = tmp_path / "bundle.pdf"
    bind(front, documents, path)
    return path


@pytest.mark.parametrize("numbering", list(Numbering))
def test_three_readers_see_the_labels_that_were_laid_out(front, documents, tmp_path, numbering):
    path = tmp_path / "bundle.pdf"
    layout = layout_of(documents, numbering=numbering)
    assert bind(front, documents, path, layout=layout).pages == 18
    expected = layout.labels
    assert tuple(pypdf.PdfReader(path).page_labels) == expected
    with pypdfium2.PdfDocument(path) as document:
        assert tuple(document.get_page_label(index) for index in range(18)) == expected
    assert read_pdf(path).labels == expected


def test_another_reader_finds_each_label_printed_on_its_page(bundle, documents):
    marks = layout_of(documents).marks
    for page, mark in zip(pypdf.PdfReader(bundle).pages, marks, strict=True):
        words = page.extract_text().split()
        assert mark.label in words
        assert (mark.exhibit in words) == (mark.exhibit is not None)


def test_label_is_displayed_bottom_right_and_exhibit_number_bottom_left(bundle, documents):
    marks = layout_of(documents).marks
    assert marks[-1].exhibit == "AD1/1"
    for page, mark in zip(read_pdf(bundle).pages, marks, strict=True):
        way_back = () if page.ordinal in {2, 3} else ("Index",)
        assert page.printed == (mark.label, *way_back)
        assert page.printed_left == ((mark.exhibit,) if mark.exhibit else ())


def test_every_page_is_where_the_layout_says(bundle):
    texts = [page.extract_text() for page in pypdf.PdfReader(bundle).pages]
    expected = [
        "Front sheet",
        "Index",
        "continued",
        *(f"Report {number}" for number in range(1, 13)),
        "Minutes 1",
        "Minutes 2",
        "Clip one",
    ]
    assert all(words in text for words, text in zip(expected, texts, strict=True))


def test_every_link_leads_to_the_first_page_of_its_item(bundle):
    seen = read_pdf(bundle)
    assert [(link.text, link.page) for link in seen.pages[1].links] == [
        ("to part:front", 1),
        ("to document:report", 4),
        ("to document:mínutes x", 16),
        ("to clip:1", 18),
    ]
    assert [link.page for link in seen.pages[2].links] == [4]
    reader = pypdf.PdfReader(bundle)
    targets = [
        reader.get_page_number(link.get_object()["/Dest"][0].get_object())
        for link in reader.pages[1]["/Annots"]
    ]
    assert targets == [0, 3, 15, 17]


def test_a_link_to_the_web_and_one_inside_a_document_are_kept(bundle):
    seen = read_pdf(bundle)
    assert [link.address for link in seen.pages[17].links] == ["https://example.org/"]
    assert [link.page for link in seen.pages[3].links] == [15]


def test_the_outline_is_sections_items_and_what_the_documents_had(bundle):
    assert read_pdf(bundle).outline == tuple(
        SeenBookmark(level=level, title=title, page=page)
        for level, title, page in (
            (1, "A  Front (A1-A3)", 1),
            (2, "A1  Title of part:front", 1),
            (2, "A2  Title of part:index", 2),
            (1, "B  Documents (B1-B14)", 4),
            (2, "B1  قضية document:report", 4),
            (3, "Chapter", 7),
            (4, "Sub", 15),
            (2, "B13  قضية document:mínutes x", 16),
            (1, "C  Exhibit (C1)", 18),
            (2, "C1  Title of clip:1", 18),
        )
    )


def test_another_reader_follows_the_outline_to_the_same_pages(bundle):
    reader = pypdf.PdfReader(bundle)

    def flat(outline):
        for each in outline:
            if isinstance(each, list):
                yield from flat(each)
            else:
                yield each.title, reader.get_destination_page_number(each) + 1

    expected = [(each.title, each.page) for each in read_pdf(bundle).outline]
    assert list(flat(reader.outline)) == expected


def test_the_file_opens_at_its_first_page_at_100_per_cent_with_its_bookmarks(bundle):
    with pikepdf.open(bundle) as pdf:
        page, *view = pdf.Root.OpenAction
        assert page.objgen == pdf.pages[0].obj.objgen
        assert view == [Name.XYZ, None, None, 1]
        assert pdf.Root.PageMode == Name.UseOutlines
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.Root.Lang) == "en-GB"


def test_title_is_the_same_in_both_places_a_reader_may_look(bundle):
    with pikepdf.open(bundle) as pdf:
        assert str(pdf.docinfo.Title) == "Re E (A Child) – Bündel"
        assert pdf.open_metadata()["dc:title"] == "Re E (A Child) – Bündel"


def test_the_generated_pages_keep_their_tags(front, bundle):
    with pikepdf.open(io.BytesIO(front)) as before, pikepdf.open(bundle) as after:
        assert after.Root.MarkInfo.Marked
        was = dict(pikepdf.NumberTree(before.Root.StructTreeRoot.ParentTree))
        tree = dict(pikepdf.NumberTree(after.Root.StructTreeRoot.ParentTree))
        assert list(tree)[: len(was)] == list(was)
        own = [page.obj.StructParents for page in before.pages]
        assert [after.pages[index].obj.StructParents for index in (0, 1, 2, 17)] == own


def test_each_document_is_a_section_of_its_pages_for_a_screen_reader(bundle):
    with pikepdf.open(bundle) as pdf:
        tree = pdf.Root.StructTreeRoot
        sections = [each for each in tree.K[0].K if each.S == "/Sect"]
        assert [(str(each.T), len(each.K)) for each in sections] == [
            ("قضية document:report", 13 + 1),
            ("قضية document:mínutes x", 2 + 1),
            ("Links back to the index", 2),
        ]
        parents = pikepdf.NumberTree(tree.ParentTree)
        for index, element in zip(
            range(3, 15), (e for e in sections[0].K if e.S == "/P"), strict=True
        ):
            page = pdf.pages[index].obj
            assert element.Pg.objgen == page.objgen
            assert [each.objgen for each in parents[page.StructParents]] == [element.objgen]
            assert page.Tabs == "/S"
        link = next(each for each in sections[0].K if each.S == "/Link")
        annotation, _ = pdf.pages[3].obj.Annots
        assert link.K.Obj.objgen == annotation.objgen
        assert parents[annotation.StructParent].objgen == link.objgen
        assert str(annotation.Contents) == "Link within the document"
        assert sorted(dict(parents)) == list(range(tree.ParentTreeNextKey))


def test_a_claim_to_conform_is_kept_only_without_pages_of_others(front, bundle, tmp_path):
    alone = tmp_path / "alone.pdf"
    layout = layout_of({})
    with pikepdf.open(io.BytesIO(front)) as pdf:
        for page in pdf.pages:
            page.obj["/Annots"] = Array([])
        buffer = io.BytesIO()
        pdf.save(buffer)
    assemble(buffer.getvalue(), PARTS, {}, layout, title="T", language="en-GB", into=alone)
    with pikepdf.open(alone) as pdf:
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
    with pikepdf.open(bundle) as pdf:
        about = pdf.open_metadata()
        assert "pdfuaid:part" not in about
        assert "pdfaid:part" not in about


def test_the_file_is_one_piece_and_clean(bundle):
    assert bundle.read_bytes().count(b"%%EOF") == 1
    if shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed")
    done = subprocess.run(["qpdf", "--check", bundle], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_same_pages_give_the_same_bytes_in_another_process(front, documents, tmp_path):
    once = tmp_path / "once.pdf"
    bind(front, documents, once)
    (tmp_path / "front.pdf").write_bytes(front)
    script = (
        "import pickle, sys, pathlib\n"
        "from evidencekit.pdf.assemble import assemble\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "args = pickle.loads((folder / 'args').read_bytes())\n"
        "assemble((folder / 'front.pdf').read_bytes(), *args, title='Re E (A Child) – Bündel',"
        " language='en-GB', into=folder / 'twice.pdf')\n"
    )
    (tmp_path / "args").write_bytes(pickle.dumps((PARTS, documents, layout_of(documents))))
    subprocess.run(
        [sys.executable, "-c", script, tmp_path],
        check=True,
        cwd="/",
        env={"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "LC_ALL": "C"},
    )
    assert once.read_bytes() == (tmp_path / "twice.pdf").read_bytes()


def test_documents_look_as_they_did_outside_the_stamp(bundle, tmp_path):
    for index, source, page in (
        (3, "report.pdf", 0),
        (14, "report.pdf", 11),
        (15, "minutes.pdf", 0),
    ):
        before, after = picture(tmp_path / source, page), picture(bundle, index)
        assert difference(before[:-20], after[:-20]) == 0
        assert difference(before[-20:], after[-20:]) > 0


def test_a_hidden_layer_of_a_document_stays_hidden(front, tmp_path):
    source = tmp_path / "layers.pdf"
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"/OC /L1 BDC BT /F1 60 Tf 60 300 Td (hidden words) Tj ET EMC\n")
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("privileged")))
        pdf.Root["/OCProperties"] = Dictionary(
            OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]))
        )
        page.obj.Resources["/Properties"] = Dictionary(L1=layer)
        pdf.save(source)
    taken = {
        item: take_in(source, tmp_path / "clean.pdf", name="x", item=item)
        for item in ("document:report", "document:mínutes x")
    }
    path = tmp_path / "bundle.pdf"
    bind(front, taken, path)
    assert picture(path, 3)[:-20].min() == 255


def test_a_document_that_is_itself_a_stamped_bundle_gets_its_own_new_label(front, bundle, tmp_path):
    taken = take_in(bundle, tmp_path / "clean.pdf", name="x", item="document:report")
    both = {"document:report": taken, "document:mínutes x": taken}
    path = tmp_path / "again.pdf"
    bind(front, both, path)
    marks = layout_of(both).marks
    for page, mark in zip(read_pdf(path).pages, marks, strict=True):
        assert mark.label in page.printed


def test_a_link_to_an_item_that_is_not_there_is_an_error(front, documents, tmp_path):
    del documents["document:report"]
    with pytest.raises(TypesettingFailed, match='refers to "document:report"'):
        bind(front, documents, tmp_path / "bundle.pdf")
    assert not (tmp_path / "bundle.pdf").exists()


def test_pages_that_are_not_those_laid_out_are_an_error(front, documents, tmp_path):
    wrong = (*PARTS[:2], evolve(PARTS[2], pages=2))
    with pytest.raises(TypesettingFailed, match="not those laid out: clip:1"):
        bind(front, documents, tmp_path / "bundle.pdf", parts=wrong)


def test_a_document_with_other_pages_than_laid_out_is_an_error(front, documents, tmp_path):
    layout = layout_of(documents)
    documents["document:report"] = evolve(documents["document:report"], pages=11)
    with pytest.raises(AssemblyError, match="document:report was laid out with 12 pages"):
        bind(front, documents, tmp_path / "bundle.pdf", layout=layout)


def test_a_cancelled_assembly_writes_nothing(front, documents, tmp_path):
    with pytest.raises(Cancelled):
        bind(front, documents, tmp_path / "bundle.pdf", cancelled=lambda: True)
    assert not (tmp_path / "bundle.pdf").exists()
