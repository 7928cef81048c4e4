# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import shutil

import pikepdf
import pymupdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from support_pdf import add_page, difference, picture

from evidencekit.errors import Cancelled, DependencyMissing
from evidencekit.pdf import fonts, ocr
from evidencekit.pdf.ocr import recognise
from evidencekit.pdf.takein import TakenIn, TurnedPage, take_in

pytestmark = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed here"
)
LINES = [
    "The social worker arrived at ten past two.",
    "Mr Hale was told that the meeting would",
    "be recorded and said that he agreed to it.",
    "Invoice number 47113 was paid in March.",
    "The children were not present that day.",
    "A second visit was planned for Thursday.",
]


def scan(path, *, turn: int = 0, pages: int = 1):
    """A page as a scanner makes it, at 150 dpi."""
    font = ImageFont.truetype(str(fonts.FACES / "Arimo-Regular.ttf"), 30)
    made = []
    for number in range(pages):
        image = Image.new("L", (1240, 1754), 255)
        draw = ImageDraw.Draw(image)
        for at, line in enumerate([f"Page {number + 1} of the report", *LINES * 2]):
            draw.text((140, 160 + at * 60), line, fill=0, font=font)
        made.append(image.rotate(-turn, expand=True))
    made[0].save(path, save_all=True, append_images=made[1:])
    return path


def taken_in(path) -> TakenIn:
    return take_in(path, path.with_name("clean.pdf"), name=path.name, item="document:x")


def words(path, page: int = 0) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return document[page].get_textpage().get_text_bounded()


def images(path) -> list[bytes]:
    with pikepdf.open(path) as pdf:
        return sorted(
            each.read_raw_bytes()
            for each in pdf.objects
            if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"
        )


def codes(taken: TakenIn) -> list[str]:
    return [each.code for each in taken.findings]


def test_a_scan_can_be_searched_after_and_looks_as_it_did(tmp_path):
    before = taken_in(scan(tmp_path / "x.tif"))
    after = recognise(before, tmp_path / "words.pdf", item="document:x")
    assert "Invoice number 47113" in words(after.path)
    assert after.recognised == (1,)
    assert codes(after) == ["EK-P044"]
    assert images(after.path) == images(before.path)
    assert difference(picture(before.path), picture(after.path)) == 0
    assert words(before.path) == ""


def test_words_lie_where_they_are_seen(tmp_path):
    after = recognise(taken_in(scan(tmp_path / "x.tif")), tmp_path / "w.pdf", item="document:x")
    with pymupdf.open(after.path) as document:
        found = document[0].search_for("Invoice number 47113")
        inks = [min(document[0].get_pixmap(clip=box, dpi=72).samples) for box in found]
    assert len(inks) >= 2
    assert max(inks) < 120


@pytest.mark.parametrize("turn", [90, 180])
def test_a_page_on_its_side_is_turned_upright_and_the_turn_recorded(tmp_path, turn):
    before = taken_in(scan(tmp_path / "x.png", turn=turn))
    after = recognise(before, tmp_path / "words.pdf", item="document:x")
    assert after.turned == (TurnedPage(page=1, degrees=360 - turn),)
    assert codes(after) == ["EK-P044", "EK-P045"]
    assert images(after.path) == images(before.path)
    with pymupdf.open(after.path) as document:
        page = document[0]
        assert page.rect.height > page.rect.width
        box = page.search_for("Invoice number 47113")[0] * page.rotation_matrix
        assert box.width > 3 * box.height
        assert min(page.get_pixmap(clip=box, dpi=72).samples) < 120


def test_a_page_that_was_turned_already_stays_as_it_is(tmp_path):
    before = taken_in(scan(tmp_path / "x.png", turn=90))
    with pikepdf.open(before.path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj["/Rotate"] = 270
        pdf.save()
    after = recognise(before, tmp_path / "words.pdf", item="document:x")
    assert after.turned == ()
    with pymupdf.open(after.path) as document:
        page = document[0]
        box = page.search_for("Invoice number 47113")[0] * page.rotation_matrix
        assert box.width > 3 * box.height


def test_a_page_in_units_of_its_own_gets_its_words_in_their_place(tmp_path):
    before = taken_in(scan(tmp_path / "x.png"))
    with pikepdf.open(before.path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0].obj
        page["/UserUnit"] = 2
        page["/MediaBox"] = pikepdf.Array([-100, -50, 400, 700])
        pdf.save()
    after = recognise(before, tmp_path / "words.pdf", item="document:x")
    with pypdfium2.PdfDocument(after.path) as document:
        text = document[0].get_textpage()
        at = text.search("Invoice").get_next()[0]
        left, bottom, right, top = text.get_charbox(at)
    with pymupdf.open(before.path) as plain:
        seen = plain[0].get_pixmap(dpi=36)  # one pixel a unit, as the page is in units of 2 points
    assert seen.pixel(int(left + right) // 2 + 100, int(700 - (top + bottom) / 2))[0] < 255


def test_only_pages_without_words_are_read(tmp_path, monkeypatch):
    with pikepdf.new() as pdf:
        add_page(pdf)
        add_page(pdf, b"")
        add_page(pdf, b"0.9 g -9 -9 700 900 re f\n")
        pdf.save(tmp_path / "x.pdf")
    monkeypatch.setattr(ocr, "run", lambda *_, **__: pytest.fail("nothing was to be read"))
    after = recognise(taken_in(tmp_path / "x.pdf"), tmp_path / "words.pdf", item="document:x")
    assert after.recognised == ()
    assert codes(after) == []


def test_what_was_read_is_kept_and_not_read_again(tmp_path, monkeypatch):
    before = taken_in(scan(tmp_path / "x.tif", pages=2))
    first = recognise(before, tmp_path / "1.pdf", item="document:x", cache=tmp_path / "kept")
    assert len(list((tmp_path / "kept").iterdir())) == 2
    monkeypatch.setattr(ocr, "run", lambda *_, **__: pytest.fail("was read again"))
    second = recognise(before, tmp_path / "2.pdf", item="document:x", cache=tmp_path / "kept")
    assert second.recognised == (1, 2)
    assert first.path.read_bytes() == second.path.read_bytes()


def test_what_was_kept_and_is_damaged_is_read_again(tmp_path):
    before = taken_in(scan(tmp_path / "x.tif"))
    recognise(before, tmp_path / "1.pdf", item="document:x", cache=tmp_path / "kept")
    (kept,) = (tmp_path / "kept").iterdir()
    for data in (kept.read_bytes()[:-100], b"evidencekit words 1 ninety x\n"):
        kept.write_bytes(data)
        again = recognise(before, tmp_path / "2.pdf", item="document:x", cache=tmp_path / "kept")
        assert again.recognised == (1,)


def test_several_pages_at_a_time_give_the_same_bytes_and_share_a_font(tmp_path):
    before = taken_in(scan(tmp_path / "x.tif", pages=2))
    one = recognise(before, tmp_path / "1.pdf", item="document:x")
    two = recognise(before, tmp_path / "2.pdf", item="document:x", workers=2)
    assert one.path.read_bytes() == two.path.read_bytes()
    assert [f"Page {n} of" in words(two.path, n - 1) for n in (1, 2)] == [True] * 2
    with pikepdf.open(two.path) as pdf:
        found = [
            each
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Subtype") == "/Type0"
        ]
    assert len(found) == 1


def test_what_cannot_be_read_is_not_checked(tmp_path, monkeypatch):
    before = taken_in(scan(tmp_path / "x.tif"))
    monkeypatch.setattr(ocr, "run", lambda *_, **__: 1)
    after = recognise(before, tmp_path / "words.pdf", item="document:x")
    assert [(each.code, each.severity.value) for each in after.findings] == [
        ("EK-P044", "not_checked")
    ]


def test_without_tesseract_its_name_is_said(tmp_path, monkeypatch):
    before = taken_in(scan(tmp_path / "x.tif"))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(DependencyMissing, match="this needs tesseract, which was not found"):
        recognise(before, tmp_path / "words.pdf", item="document:x")


@pytest.mark.parametrize("language", ["klingon", "eng+klingon", "../eng", ""])
def test_a_language_that_is_not_installed_is_said(tmp_path, language):
    before = taken_in(scan(tmp_path / "x.tif"))
    with pytest.raises(DependencyMissing, match="the language"):
        recognise(before, tmp_path / "words.pdf", item="document:x", language=language)


def test_cancelling_leaves_nothing(tmp_path):
    before = taken_in(scan(tmp_path / "x.tif"))
    with pytest.raises(Cancelled):
        recognise(before, tmp_path / "words.pdf", item="document:x", cancelled=lambda: True)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["clean.pdf", "x.tif"]
