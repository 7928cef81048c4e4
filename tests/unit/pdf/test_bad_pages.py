# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages that no sound program writes, from taking in to the printed label, as two engines see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Name
from support_pdf import add_page, difference, picture

from evidencekit.compose.plan import Paragraph, Part, plain
from evidencekit.model.bundle import Item, ItemKind, Layout, Numbering, SectionHead, lay_out
from evidencekit.pdf.assemble import assemble
from evidencekit.pdf.corner import make_room
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.takein import take_in
from evidencekit.pdf.typeset import typeset
from evidencekit.pdfread import read_pdf

if TYPE_CHECKING:
    from pathlib import Path

WORDS = b"BT /F1 24 Tf 60 500 Td (Words of the page) Tj ET\n"


def written(path: Path, content: bytes = WORDS, **page) -> Path:
    with pikepdf.new() as pdf:
        add_page(pdf, content, **page)
        pdf.save(path)
    return path


def bound(source: Path, folder: Path) -> tuple[Path, Layout]:
    """Bind one document behind a page of ours."""
    item = "document:odd"
    taken = make_room(take_in(source, folder / "clean.pdf", name=source.name, item=item), item=item)
    part = Part(item="part:index", title="Index", blocks=(Paragraph(text=plain("Words")),))
    made = typeset([part], title="T", created=0)
    layout = lay_out(
        (SectionHead(letter="A", title="Front"), SectionHead(letter="B", title="Documents")),
        [
            (Item(id="part:index", title="Index", kind=ItemKind.GENERATED, section="A"), 1),
            (Item(id=item, title="Odd", kind=ItemKind.DOCUMENT, section="B"), taken.pages),
        ],
        numbering=Numbering.BATES,
    )
    into = folder / "bundle.pdf"
    assemble(
        made.pdf,
        (PlacedPart(item="part:index", page=1, pages=1),),
        {item: taken},
        layout,
        title="T",
        language="en-GB",
        into=into,
    )
    return into, layout


def check(source: Path, folder: Path) -> Path:
    """Bind the document; each of its pages has its label at the bottom right, and once."""
    bundle, layout = bound(source, folder)
    reader = pypdf.PdfReader(bundle)
    for page, other, mark in zip(read_pdf(bundle).pages, reader.pages, layout.marks, strict=True):
        assert page.label == mark.label
        assert page.printed[0] == mark.label
        assert other.extract_text().split().count(mark.label) == 1
    return bundle


def looks_the_same(source: Path, bundle: Path) -> bool:
    before, after = picture(source), picture(bundle, 1)
    foot = before.shape[0] // 20 + 2
    return difference(before[:-foot], after[:-foot]) == 0


def test_a_page_of_20_by_20_points_is_placed_on_a4_in_its_size(tmp_path):
    source = written(tmp_path / "a.pdf", b"5 5 10 10 re f\n", box=(0, 0, 20, 20))
    bundle = check(source, tmp_path)
    page = read_pdf(bundle).pages[1]
    assert (round(page.width), round(page.height)) == (595, 842)
    shown = picture(bundle, 1, scale=1)[:-50]
    assert (shown < 128).sum() == pytest.approx(100, abs=25)


def test_a_page_of_14400_points_keeps_its_size(tmp_path):
    source = written(tmp_path / "a.pdf", WORDS, box=(0, 0, 14400, 14400))
    page = read_pdf(check(source, tmp_path)).pages[1]
    assert (page.width, page.height) == (14400, 14400)


@pytest.mark.parametrize(
    "boxes",
    [
        {"CropBox": Array([2000, 2000, 3000, 3000])},
        {"CropBox": Array([-500, -500, -100, -100])},
        {"CropBox": Array([300, 300, 300, 300])},
        {"CropBox": Array([595, 842, 0, 0])},
        {"CropBox": Array([-100, -100, 1000, 1000])},
        {"CropBox": Array([0, 0])},
        {"CropBox": Array([Name.A, 0, 9, 9])},
        {"TrimBox": Array([9000, 0, 9900, 10]), "ArtBox": Array([-9, -9, -1, -1])},
    ],
)
def test_boxes_that_do_not_fit_each_other_leave_the_whole_page_in_view(tmp_path, boxes):
    bundle = check(written(tmp_path / "a.pdf", WORDS, **boxes), tmp_path)
    # Readers differ in what they make of such boxes, so a page without them is what it should be.
    assert looks_the_same(written(tmp_path / "plain.pdf", WORDS), bundle)


@pytest.mark.parametrize(
    "content",
    [
        b"q 0.5 0 0 0.5 0 0 cm " + WORDS,
        b"q q q 2 0 0 2 100 100 cm " + WORDS,
        WORDS + b"Q Q Q\n",
        b"Q Q " + WORDS,
        b"q Q Q q 0.5 0 0 0.5 0 0 cm " + WORDS + b"q\n",
        b"1 0 0 RG 3 w 0 0 100 100 re W n " + WORDS,
        b"q\n" * 200 + WORDS,
    ],
)
def test_states_that_are_not_restored_do_not_move_or_cut_the_label(tmp_path, content):
    source = written(tmp_path / "a.pdf", content)
    bundle = check(source, tmp_path)
    assert looks_the_same(source, bundle)
    plain_page = tmp_path / "plain"
    plain_page.mkdir()
    plain_bundle = check(written(plain_page / "a.pdf", WORDS), plain_page)
    one, other = picture(bundle, 1)[-25:, -60:], picture(plain_bundle, 1)[-25:, -60:]
    assert one.min() < 128
    assert difference(one, other) == 0


def test_a_page_that_is_listed_twice_is_there_twice_with_two_labels(tmp_path):
    path = written(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages.Kids[0])
        pdf.Root.Pages["/Count"] = 2
        pdf.save()
    assert read_pdf(check(path, tmp_path)).labels == ("A1", "B1", "B2")
