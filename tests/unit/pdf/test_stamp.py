# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pikepdf
import pypdf
import pytest
from attrs import evolve
from pikepdf import Array, Dictionary, Name
from support_pdf import add_page, picture

from evidencekit.errors import TypesettingFailed
from evidencekit.model.bundle import PageMark
from evidencekit.pdf.label_face import SHIPPED, label_face, shipped_face, subset_face
from evidencekit.pdf.stamp import Stamper
from evidencekit.pdfread import read_pdf

if TYPE_CHECKING:
    from pathlib import Path


def stamped(path: Path, *, mark: PageMark | None = None, **page) -> Path:
    with pikepdf.new() as pdf:
        add_page(pdf, b"", **page)
        stamper = Stamper(pdf, "D12AD1/7Łż")
        stamper.stamp(pdf.pages[0], mark or PageMark(label="D12", exhibit="AD1/7"))
        pdf.save(path)
    return path


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 360, 450, -90, -180])
@pytest.mark.parametrize(
    "box",
    [
        (0, 0, 595, 842),
        (0, 0, 842, 595),
        (-300, -400, 295, 442),
        (595, 842, 0, 0),
        (0, 0, 14400, 14400),
        (0, 0, 120, 101),
    ],
)
def test_the_stamp_is_in_the_same_displayed_corners_on_every_page(tmp_path, turn, box):
    (page,) = read_pdf(stamped(tmp_path / "x.pdf", box=box, Rotate=turn)).pages
    assert page.printed == ("D12",)
    assert page.printed_left == ("AD1/7",)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_it_looks_the_same_on_a_turned_page(tmp_path, turn):
    sides = (842, 595) if turn in {90, 270} else (595, 842)
    upright = picture(stamped(tmp_path / "a.pdf", box=(0, 0, 595, 842)), scale=1)
    turned = picture(stamped(tmp_path / "b.pdf", box=(0, 0, *sides), Rotate=turn), scale=1)
    assert upright.min() == 0
    assert (upright != turned).mean() < 0.001


def test_a_crop_box_decides_where_the_corner_is(tmp_path):
    path = stamped(tmp_path / "x.pdf", box=(0, 0, 1000, 1000), CropBox=Array([300, 300, 800, 2000]))
    (page,) = read_pdf(path).pages
    assert (page.width, page.height) == (500, 700)
    assert page.printed == ("D12",)


def test_a_crop_box_beside_the_page_is_ignored(tmp_path):
    path = stamped(
        tmp_path / "x.pdf", box=(0, 0, 600, 800), CropBox=Array([2000, 2000, 3000, 3000])
    )
    assert "D12" in pypdf.PdfReader(path).pages[0].extract_text()
    with pikepdf.open(path) as pdf:
        stamp = pdf.pages[0].obj.Contents[-1].read_bytes()
    x, y = (float(each) for each in stamp.split(b" Tm")[-2].split()[-2:])
    assert 500 < x < 600
    assert y == 20


def test_a_page_in_units_of_its_own_gets_a_label_of_the_usual_size(tmp_path):
    usual = picture(stamped(tmp_path / "a.pdf", box=(0, 0, 600, 800)), scale=1)
    path = stamped(tmp_path / "b.pdf", box=(0, 0, 60, 80), UserUnit=10)
    (page,) = read_pdf(path).pages
    assert (page.width, page.height) == (600, 800)
    assert page.printed == ("D12",)
    assert (usual < 128).sum() > 0


def test_a_large_plan_gets_a_larger_label(tmp_path):
    path = stamped(tmp_path / "x.pdf", box=(0, 0, 2384, 3370))
    with pikepdf.open(path) as pdf:
        stamp = pdf.pages[0].obj.Contents[-1].read_bytes()
    size = float(stamp.split(b"/EKF ")[-1].split()[0])
    assert size == pytest.approx(13 * 2384 / 595.276, abs=0.01)


def test_letters_beyond_ascii_can_be_read_back(tmp_path):
    mark = PageMark(label="Ł1", exhibit="ŻD1".replace("Ż", "ż"))
    path = stamped(tmp_path / "x.pdf", mark=mark)
    text = pypdf.PdfReader(path).pages[0].extract_text()
    assert "Ł1" in text
    assert "żD1" in text


def test_a_letter_that_the_face_lacks_is_an_error_that_names_it():
    with pikepdf.new() as pdf, pytest.raises(TypesettingFailed, match=r"U\+4E00"):
        Stamper(pdf, "A1一")


def test_the_stamp_takes_no_colour_spacing_or_size_from_the_page(tmp_path):
    plain = picture(stamped(tmp_path / "a.pdf"), scale=1)
    with pikepdf.new() as pdf:
        add_page(pdf, b"1 0 0 rg 40 Tc 30 Tw 50 Tz 7 Tr 9 Ts 3 TL\n")
        Stamper(pdf, "D12AD1/7").stamp(pdf.pages[0], PageMark(label="D12", exhibit="AD1/7"))
        pdf.save(tmp_path / "b.pdf")
    assert (picture(tmp_path / "b.pdf", scale=1) == plain).all()


def test_a_font_of_the_page_that_has_our_name_keeps_it(tmp_path):
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"BT /EKF 24 Tf 60 500 Td (Words) Tj ET\n")
        page.obj.Resources.Font["/EKF"] = Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Courier
        )
        Stamper(pdf, "D12").stamp(page, PageMark(label="D12"))
        assert page.obj.Resources.Font.EKF.BaseFont == Name.Courier
        assert "/EKF1" in page.obj.Resources.Font
        pdf.save(tmp_path / "x.pdf")
    assert pypdf.PdfReader(tmp_path / "x.pdf").pages[0].extract_text().split() == ["Words", "D12"]


def test_one_font_serves_all_pages(tmp_path):
    with pikepdf.new() as pdf:
        stamper = Stamper(pdf, "D0123456789")
        for number in range(1, 30):
            stamper.stamp(add_page(pdf), PageMark(label=f"D{number}"))
        pdf.save(tmp_path / "x.pdf")
    with pikepdf.open(tmp_path / "x.pdf") as pdf:
        fonts = {page.obj.Resources.Font.EKF.objgen for page in pdf.pages}
        programs = [
            each for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/Length1" in each
        ]
    assert len(fonts) == len(programs) == 1


@pytest.mark.parametrize("unit", [0.5, 2])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_with_a_unit_of_its_own_has_its_label_in_the_displayed_corner(
    tmp_path, unit, turn
):
    path = tmp_path / "page.pdf"
    with pikepdf.new() as pdf:
        box = (-50, 30, 550, 830)
        page = add_page(pdf, b"", box=box, Rotate=turn, UserUnit=unit)
        Stamper(pdf, "B17AD/").stamp(page, PageMark(label="B17", exhibit="AD1/1"), back=True)
        pdf.save(path)
    (seen,) = read_pdf(path).pages
    assert (seen.printed, seen.printed_left) == (("B17", "Index"), ("AD1/1",))
    assert {seen.width, seen.height} == {600 * unit, 800 * unit}


def test_the_subset_that_is_shipped_is_the_face():
    from fontTools.ttLib import TTFont

    made, shipped = subset_face(SHIPPED), shipped_face()
    assert evolve(made, data=b"") == evolve(shipped, data=b"")
    ours, theirs = TTFont(io.BytesIO(shipped.data)), TTFont(io.BytesIO(made.data))
    for name in ours.getGlyphOrder():
        assert ours["glyf"][name] == theirs["glyf"][name]


def test_a_label_with_a_character_that_is_not_shipped_has_a_subset_of_its_own():
    assert label_face("B12") is shipped_face()
    assert set(label_face("Ż12").glyphs) == set("Ż12")
