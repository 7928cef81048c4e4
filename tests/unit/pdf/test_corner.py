# SPDX-License-Identifier: AGPL-3.0-or-later
"""A label at the bottom right of every page, and nothing that stood there covered by it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pikepdf
import pymupdf
import pypdf
import pytest
from attrs import evolve
from pikepdf import Array, Dictionary, Name
from PIL import Image
from support_pdf import add_page, difference, picture

from evidencekit.model.bundle import PageMark
from evidencekit.pdf.corner import FOOT, make_room, taken_corners
from evidencekit.pdf.stamp import Stamper
from evidencekit.pdf.takein import TakenIn, take_in
from evidencekit.pdfread import read_pdf

if TYPE_CHECKING:
    from pathlib import Path

A4 = (0, 0, 595, 842)
NUMBER = b"BT /F1 11 Tf 1 0 0 1 545 24 Tm (Own7) Tj ET\n"
WORDS = b"BT /F1 24 Tf 60 500 Td (Words of the page) Tj ET\n"


def drawn(path: Path, *contents: bytes, **page) -> Path:
    with pikepdf.new() as pdf:
        for content in contents:
            add_page(pdf, content, **page)
        pdf.save(path)
    return path


def taken(path: Path) -> TakenIn:
    clean = path.with_name(f"clean-{path.name}")
    return take_in(path, clean, name=path.name, item="document:x")


def room(path: Path) -> TakenIn:
    return make_room(taken(path), item="document:x")


def stamped(path: Path) -> Path:
    to = path.with_name(f"stamped-{path.name}")
    with pikepdf.open(path) as pdf:
        stamper = Stamper(pdf, "D12")
        for page in pdf.pages:
            stamper.stamp(page, PageMark(label="D12"))
        pdf.save(to)
    return to


def scan(path: Path, paper: np.ndarray) -> Path:
    """Write a page that is a picture and nothing else."""
    buffer = io.BytesIO()
    Image.fromarray(paper.clip(0, 255).astype("uint8"), "L").save(buffer, "JPEG", quality=70)
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"q 595 0 0 842 0 0 cm /Im Do Q\n")
        page.obj.Resources["/XObject"] = Dictionary(
            Im=pdf.make_stream(
                buffer.getvalue(),
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=paper.shape[1],
                Height=paper.shape[0],
                ColorSpace=Name.DeviceGray,
                BitsPerComponent=8,
                Filter=Name.DCTDecode,
            )
        )
        pdf.save(path)
    return path


def paper(*, shade: int = 225, noise: float = 12.0) -> np.ndarray:
    return np.random.default_rng(1).normal(shade, noise, (1170, 827))


def test_a_document_with_free_corners_is_left_as_it_is(tmp_path):
    before = taken(drawn(tmp_path / "a.pdf", WORDS, b""))
    as_it_was = before.path.read_bytes()
    assert make_room(before, item="document:x") == before
    assert before.path.read_bytes() == as_it_was


def test_only_the_pages_that_need_it_are_made_smaller_and_named(tmp_path):
    after = room(drawn(tmp_path / "a.pdf", WORDS, WORDS + NUMBER, WORDS, NUMBER))
    assert [each.page for each in after.shrunk] == [2, 4]
    assert {each.per_mille for each in after.shrunk} == {954}
    (finding,) = after.findings
    assert (finding.code, finding.subject) == ("EK-P021", "document:x")
    assert finding.message.startswith("on 2 pages")
    assert "4.6 %" in finding.message


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("box", "crop"),
    [
        (A4, None),
        ((-300, -400, 295, 442), None),
        ((0, 0, 1000, 1200), (200, 150, 795, 992)),
        ((0, 0, 2384, 3370), None),
        ((0, 0, 130, 110), None),
        ((0, 0, 14400, 14400), None),
    ],
)
def test_what_stood_in_the_corner_and_the_label_do_not_touch(tmp_path, turn, box, crop):
    path = numbered_at_the_corner(tmp_path / "a.pdf", turn, box, crop)
    after = room(path)
    assert [each.page for each in after.shrunk] == [1]
    bundle = stamped(after.path)
    (page,) = read_pdf(bundle).pages
    assert page.printed[0] == "D12"
    with pymupdf.open(bundle) as document:
        (sheet,) = document
        places = {
            word[4]: pymupdf.Rect(word[:4]) * sheet.rotation_matrix
            for word in sheet.get_text("words")
        }
        assert not places["D12"].intersects(places["Own7"])
        assert sheet.rect.contains(places["Own7"])
    assert taken_corners(after.path, pages=1) == ()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_in_units_of_its_own_gets_a_margin_of_the_usual_height(tmp_path, turn):
    path = numbered_at_the_corner(tmp_path / "a.pdf", turn, (0, 0, 59.5, 84.2), None, unit=10)
    after = room(path)
    assert [each.page for each in after.shrunk] == [1]
    # PDFium counts in the page's units, so a dot of this picture is a point.
    shown = picture(stamped(after.path), scale=10)
    foot, above = shown[-int(FOOT) :], shown[: -int(FOOT)]
    columns = np.flatnonzero(foot.min(axis=0) < 128)
    assert 15 < len(columns) < 30
    assert shown.shape[1] - 70 < columns[0] < columns[-1] < shown.shape[1] - 30
    assert above.min() < 128


def numbered_at_the_corner(path, turn, box, crop, *, unit=1) -> Path:
    """Write a page with a number of its own, upright at its displayed bottom right."""
    shown = crop or box
    wide, high = shown[2] - shown[0], shown[3] - shown[1]
    across, up = (high, wide) if turn in {90, 270} else (wide, high)
    size = (min(across, up) / 595 if min(across, up) * unit > 850 else 1 / unit) * 11
    x, y = across - size * 3.6, size * 2
    matrix = {
        0: (1, 0, 0, 1, shown[0] + x, shown[1] + y),
        90: (0, 1, -1, 0, shown[2] - y, shown[1] + x),
        180: (-1, 0, 0, -1, shown[2] - x, shown[3] - y),
        270: (0, -1, 1, 0, shown[0] + y, shown[3] - x),
    }[turn]
    content = (f"BT /F1 {size} Tf " + " ".join(map(str, matrix)) + " Tm (Own7) Tj ET\n").encode()
    entries = {"Rotate": turn, "UserUnit": unit}
    if crop:
        entries["CropBox"] = Array(list(crop))
    return drawn(path, content, box=box, **entries)


def test_the_page_keeps_its_size_and_looks_the_same_only_smaller(tmp_path):
    lines = b"".join(
        b"BT /F1 20 Tf 40 %d Td (A line of words, number %d) Tj ET\n" % (60 + 40 * n, n)
        for n in range(19)
    )
    pattern_page = drawn(tmp_path / "a.pdf", lines + NUMBER + b"0 0 12 842 re f 583 0 12 842 re f")
    after = room(pattern_page)
    factor = after.shrunk[0].per_mille / 1000
    before, now = picture(pattern_page, scale=2), picture(after.path, scale=2)
    assert before.shape == now.shape
    high, wide = (round(side * factor) for side in before.shape)
    left = (before.shape[1] - wide) // 2
    smaller = np.asarray(Image.fromarray(before.astype("uint8")).resize((wide, high)), dtype=int)
    apart = difference(smaller, now[:high, left : left + wide])
    assert apart < 0.03
    # So little that four dots to the side, or downwards, are much more.
    assert difference(smaller, now[:high, left + 4 : left + 4 + wide]) > 2 * apart
    assert difference(smaller, now[4 : high + 4, left : left + wide]) > 2 * apart
    assert now[high + 4 :].min() == 255


def test_a_pattern_shrinks_with_what_it_fills(tmp_path):
    path = tmp_path / "a.pdf"
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"/Pattern cs /P1 scn 100 100 400 600 re f\n" + NUMBER)
        page.obj.Resources["/Pattern"] = Dictionary(
            P1=pdf.make_stream(
                b"0 0 50 50 re f\n",
                Type=Name.Pattern,
                PatternType=1,
                PaintType=1,
                TilingType=1,
                BBox=Array([0, 0, 100, 100]),
                XStep=100,
                YStep=100,
                Resources=Dictionary(),
            )
        )
        pdf.save(path)
    after = room(path)
    factor = after.shrunk[0].per_mille / 1000
    before, now = picture(path, scale=1), picture(after.path, scale=1)
    high, wide = (round(side * factor) for side in before.shape)
    left = (before.shape[1] - wide) // 2
    smaller = np.asarray(Image.fromarray(before.astype("uint8")).resize((wide, high)), dtype=int)
    assert difference(smaller, now[:high, left : left + wide]) < 0.03


def test_what_was_cropped_away_does_not_come_into_view(tmp_path):
    beside = b"0 0 0 rg 0 0 195 1200 re f 805 0 195 1200 re f\n"
    number = b"BT /F1 11 Tf 1 0 0 1 755 170 Tm (Own7) Tj ET\n"
    path = drawn(
        tmp_path / "a.pdf",
        beside + number,
        box=(0, 0, 1000, 1200),
        CropBox=Array([200, 150, 795, 992]),
    )
    shown = picture(room(path).path, scale=1)
    assert shown[:, :6].min() == 255
    assert shown[:, -6:].min() == 255


def test_a_link_stays_on_its_words(tmp_path):
    path = drawn(tmp_path / "a.pdf", WORDS + NUMBER)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj["/Annots"] = Array(
            [
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Link,
                    Rect=Array([58, 495, 270, 522]),
                    QuadPoints=Array([58, 522, 270, 522, 58, 495, 270, 495]),
                    A=Dictionary(S=Name.URI, URI="https://example.org/"),
                )
            ]
        )
        pdf.save()
    after = room(path)
    assert [link.text for link in read_pdf(after.path).pages[0].links] == ["Words of the page"]
    (link,) = pypdf.PdfReader(after.path).pages[0]["/Annots"]
    rect, quads = link.get_object()["/Rect"], link.get_object()["/QuadPoints"]
    assert [float(each) for each in quads[4:6]] == [float(each) for each in rect[:2]]


def test_grey_noisy_paper_with_a_speck_of_dust_is_free(tmp_path):
    sheet = paper()
    sheet[1125:1127, 760:763] = 30
    assert room(scan(tmp_path / "a.pdf", sheet)).shrunk == ()


def test_a_scanned_page_number_is_seen(tmp_path):
    sheet = paper()
    sheet[1118:1132, 760:764] = 30
    sheet[1118:1122, 754:764] = 30
    assert [each.page for each in room(scan(tmp_path / "a.pdf", sheet)).shrunk] == [1]


def test_on_a_dark_photograph_the_label_gets_white_paper(tmp_path):
    after = room(scan(tmp_path / "a.pdf", paper(shade=60)))
    assert [each.page for each in after.shrunk] == [1]
    foot = picture(stamped(after.path), scale=1)[-36:]
    assert np.median(foot) == 255
    assert foot.min() < 60


def test_the_same_document_gives_the_same_bytes(tmp_path):
    path = drawn(tmp_path / "a.pdf", WORDS + NUMBER)
    one = room(path).path.read_bytes()
    assert room(path).path.read_bytes() == one


def test_a_page_that_cannot_be_made_smaller_is_named(tmp_path):
    whole = taken(drawn(tmp_path / "a.pdf", WORDS + NUMBER))
    with pikepdf.open(whole.path, allow_overwriting_input=True) as pdf:
        broken = pdf.make_stream(b"this is not deflated")
        pdf.pages[0].obj.Contents.append(broken)
        pdf.save()
    with pikepdf.open(whole.path, allow_overwriting_input=True) as pdf:
        stream = pdf.pages[0].obj.Contents[-1]
        stream.write(b"this is not deflated", filter=Name.FlateDecode)
        pdf.save(compress_streams=False)
    after = make_room(evolve(whole, findings=()), item="document:x")
    assert after.shrunk == ()
    assert [each.code for each in after.findings] == ["EK-P022"]
