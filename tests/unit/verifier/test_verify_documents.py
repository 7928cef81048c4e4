# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents of others bound in: whatever they carry, nothing is said of pages as they were bound.

And one that was changed afterwards is named, with the label and the place of its page.
"""

from __future__ import annotations

import io
import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pikepdf
import pymupdf
import pytest
import rfc8785
from pikepdf import Array, Dictionary, Name, String
from support_pdf import CORPORA, add_page, helvetica, numbered_pdf
from support_verify import assert_quiet, build, loud, matter_of
from tamper.insider import rebuild

import evidencekit as ek
from evidencekit.isolate import Isolate
from evidencekit.model.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORDS = b"BT /F1 18 Tf 60 300 Td (The team does not agree) Tj ET\n"


def document_of(path: Path, change: Callable[[pikepdf.Pdf], object]) -> None:
    with pikepdf.new() as pdf:
        change(pdf)
        pdf.save(path)


def turned(pdf: pikepdf.Pdf) -> None:
    for turn in (90, 180, 270, 450):
        add_page(pdf, WORDS, Rotate=turn)


def cropped(pdf: pikepdf.Pdf) -> None:
    add_page(pdf, WORDS, CropBox=Array([30, 200, 500, 700]))
    add_page(pdf, WORDS, box=(-100, -50, 495, 792), CropBox=Array([-600, -600, 900, 900]))
    add_page(pdf, WORDS, UserUnit=2)
    add_page(pdf, WORDS, box=(0, 0, 2384, 3370))
    add_page(pdf, WORDS, box=(0, 0, 842, 595))


def scanned(pdf: pikepdf.Pdf) -> None:
    """Pictures from edge to edge, one of them black, with words that only a search finds."""
    for shade in (250, 0):
        page = add_page(pdf, b"q 595 0 0 842 0 0 cm /I Do Q BT 3 Tr /F1 9 Tf 60 700 Td (x) Tj ET")
        pixels = np.full((842, 595), shade, dtype=np.uint8)
        pixels[::9, 60:500] = 255 - shade
        picture = pdf.make_stream(pixels.tobytes())
        picture.stream_dict = Dictionary(
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=595,
            Height=842,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceGray,
        )
        page.obj.Resources.XObject = Dictionary(I=picture)


def with_corners_taken(pdf: pikepdf.Pdf) -> None:
    """Numbers of an earlier bundle where this one prints its own."""
    for number in range(1, 4):
        add_page(pdf, WORDS + b"BT /F1 13 Tf 545 20 Td (E%d) Tj ET" % number)


def annotated(pdf: pikepdf.Pdf) -> None:
    page = add_page(pdf, WORDS)

    def over(kind: str, **entries: object) -> Dictionary:
        area = Array([100, 500, 300, 560])
        return Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=area, **entries)

    page.obj.Annots = Array(
        [
            over("Text", Contents=String("a note")),
            over("Square", C=Array([1, 0, 0])),
            over("Link", A=Dictionary(S=Name.URI, URI=String("https://example.org/"))),
            over("Link", A=Dictionary(S=Name.Launch, F=String("calc.exe"))),
        ]
    )


def layered(pdf: pikepdf.Pdf) -> None:
    on, off = (
        pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(each))) for each in ("on", "off")
    )
    pdf.Root.OCProperties = Dictionary(OCGs=Array([on, off]), D=Dictionary(OFF=Array([off])))
    hidden = b"/OC /L BDC BT /F1 18 Tf 60 200 Td (kept back) Tj ET EMC\n"
    page = add_page(pdf, WORDS + hidden)
    page.obj.Resources.Properties = Dictionary(L=off, M=on)


def outlined(pdf: pikepdf.Pdf) -> None:
    add_page(pdf, WORDS)
    add_page(pdf, WORDS)
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Zażółć gęślą", 1))
        outline.root.append(pikepdf.OutlineItem("", 0))


def with_a_form(pdf: pikepdf.Pdf) -> None:
    page = add_page(pdf, WORDS)
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("name"),
            V=String("Amara"),
            DA=String("/F1 12 Tf 0 g"),
            Rect=Array([60, 400, 300, 420]),
            P=page.obj,
        )
    )
    page.obj.Annots = Array([field])
    fonts = Dictionary(Font=Dictionary(F1=helvetica(pdf)))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), DR=fonts, NeedAppearances=True)


def tiny(pdf: pikepdf.Pdf) -> None:
    add_page(pdf, b"BT /F1 8 Tf 5 20 Td (tiny) Tj ET", box=(0, 0, 60, 40))


def empty(pdf: pikepdf.Pdf) -> None:
    pdf.add_blank_page()


KINDS = [turned, cropped, scanned, with_corners_taken, annotated, layered, outlined, with_a_form,
         tiny, empty]  # fmt: skip


def bound(tmp_path: Path, *names: str, **parts: Any) -> ek.Package:
    """Build a bundle of these documents."""
    documents = {
        f"d{number}": {"file": name, "title": f"Document {number}"}
        for number, name in enumerate(names)
    }
    return build(tmp_path, matter_of(documents=documents, **parts))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_said_of_pages_as_they_were_bound_in(kind, tmp_path: Path) -> None:
    document_of(tmp_path / "a.pdf", kind)
    report = assert_quiet(bound(tmp_path, "a.pdf").path)
    (line,) = [each.message for each in report.summary if each.check == "pages"]
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        assert f"{len(pdf.pages)} of {len(pdf.pages)} pages are as in" in line


def test_nothing_is_said_of_all_of_them_in_one_bundle_with_arabic_numbers(tmp_path: Path) -> None:
    names = []
    for kind in KINDS:
        names.append(f"{kind.__name__}.pdf")
        document_of(tmp_path / names[-1], kind)
    package = bound(tmp_path, *names, case={"title": "Smith v Jones", "proceedings": "civil"})
    assert package.record["bundle"]["numbering"] == "arabic"
    assert_quiet(package.path)


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpus of odd PDFs is absent")
@pytest.mark.filterwarnings("ignore:Copying pages from another Pdf")
def test_nothing_is_said_of_the_real_and_odd_files_of_others(tmp_path: Path) -> None:
    files = sorted(CORPORA.rglob("*.pdf"))
    for number, file in enumerate(files):
        shutil.copyfile(file, tmp_path / f"{number}.pdf")
    documents = {
        f"d{number}": {"file": f"{number}.pdf", "title": file.stem[:80]}
        for number, file in enumerate(files)
    }
    package = build(tmp_path, matter_of(documents=documents), placeholders=list(documents))
    report = ek.verify(package.path)
    assert report.failures == ()
    # Only what the engine that looks cannot open, and the one that binds can.
    assert {code for code, _, _ in loud(report)} <= {"EK-P140", "EK-P142"}
    assert len(loud(report)) <= 4


def test_a_picture_was_made_into_a_page_and_is_said_to_be_not_compared(tmp_path: Path) -> None:
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 400, 300))
    pixmap.clear_with(200)
    pixmap.save(tmp_path / "photo.png")
    report = ek.verify(bound(tmp_path, "photo.png").path)
    assert [(code, subject) for code, subject, _ in loud(report)] == [("EK-P140", "document:d0")]
    assert report.ok


def test_a_text_that_took_the_place_of_a_pdf_is_a_failure(
    tmp_path: Path,
) -> None:
    numbered_pdf(tmp_path / "a.pdf", 1)
    package = bound(tmp_path, "a.pdf").path
    (package / "data/documents/a.pdf").write_bytes(b"Dear Ms Dean,\n")
    rebuild(package)
    report = ek.verify(package)
    assert ("EK-P140", "document:d0") in {(each.code, each.subject) for each in report.failures}


# --- what was changed afterwards


def changed(package: Path, change: Callable[[pikepdf.Pdf], object]) -> list[tuple[str, str]]:
    """Change the bundle, make record and bag agree but for its text, and say what is found."""
    record = json.loads((package / "data/bundle.json").read_bytes())
    del record["bundle"]["page_text_sha256"]
    (package / "data/bundle.json").write_bytes(rfc8785.dumps(record) + b"\n")
    path = package / record["bundle"]["path"]
    with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
        change(pdf)
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    rebuild(package)
    report = ek.verify(package)
    # Of the words nothing was to be found here; that they are not there to compare is.
    found = {(each.code, each.subject) for each in report.failures}
    assert ("EK-P121", record["bundle"]["path"]) in found
    return sorted(found - {("EK-P121", record["bundle"]["path"])})


def page_of(package: ek.Package) -> tuple[int, str]:
    """Return the index of the first page of the first document, and what a reader calls it."""
    entry = next(each for each in package.index if each.item == "document:d0")
    return entry.pdf_page - 1, f"{entry.first_label} (pdf page {entry.pdf_page})"


@pytest.mark.parametrize("kind", [turned, cropped, scanned, with_corners_taken])
def test_a_word_less_on_a_page_of_any_kind_is_found(kind, tmp_path: Path) -> None:
    document_of(tmp_path / "a.pdf", kind)
    package = bound(tmp_path, "a.pdf")
    index, name = page_of(package)

    def cover(pdf: pikepdf.Pdf) -> None:
        """Put a field over the middle, below the number."""
        page = pdf.pages[index]
        field = pdf.make_stream(b"q 1 0 0 rg 80 290 60 40 re f Q\n")
        streams = list(page.obj.Contents)
        page.obj.Contents = Array([*streams[:-1], field, streams[-1]])

    assert changed(package.path, cover) == [("EK-P145", name)]


def test_a_note_on_a_page_that_had_another_is_found(tmp_path: Path) -> None:
    document_of(tmp_path / "a.pdf", annotated)
    package = bound(tmp_path, "a.pdf")
    index, name = page_of(package)

    def note(pdf: pikepdf.Pdf) -> None:
        own = pdf.pages[index].obj.Annots
        other = Dictionary(own[0])
        other.Contents = String("another note")
        own.append(other)

    assert ("EK-P146", name) in changed(package.path, note)


def test_a_layer_on_a_page_that_had_none_is_found(tmp_path: Path) -> None:
    document_of(tmp_path / "a.pdf", layered)
    document_of(tmp_path / "b.pdf", outlined)
    package = bound(tmp_path, "b.pdf", "a.pdf")
    index, name = page_of(package)

    def hide(pdf: pikepdf.Pdf) -> None:
        group = pdf.Root.OCProperties.OCGs[0]
        pdf.pages[index].obj.Resources.Properties = Dictionary(L=group)

    assert changed(package.path, hide) == [("EK-P147", name)]


def test_a_bookmark_of_a_documents_own_that_leads_elsewhere_is_found(tmp_path: Path) -> None:
    document_of(tmp_path / "a.pdf", outlined)
    package = bound(tmp_path, "a.pdf")

    def lead_away(pdf: pikepdf.Pdf) -> None:
        def inner(node: Any) -> Any:
            while node is not None:
                if "gęślą" in str(node.Title):
                    return node
                found = inner(node.get("/First"))
                if found is not None:
                    return found
                node = node.get("/Next")
            return None

        inner(pdf.Root.Outlines.First).Dest = Array([pdf.pages[0].obj, Name.Fit])

    assert changed(package.path, lead_away) == [("EK-P127", "document:d0")]


def test_a_page_that_draws_for_ever_is_given_up_on_and_named(tmp_path: Path) -> None:
    """Forms that draw each other, ten times each, twelve deep."""
    numbered_pdf(tmp_path / "a.pdf", 2)
    package = bound(tmp_path, "a.pdf")
    index, name = page_of(package)

    def explode(pdf: pikepdf.Pdf) -> None:
        inner = pdf.make_stream(b"0 0 9 9 re f\n")
        inner.stream_dict = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 99, 99])
        for _ in range(12):
            outer = pdf.make_stream(b"/X Do\n" * 10)
            outer.stream_dict = Dictionary(
                Type=Name.XObject,
                Subtype=Name.Form,
                BBox=[0, 0, 99, 99],
                Resources=Dictionary(XObject=Dictionary(X=inner)),
            )
            inner = outer
        page = pdf.pages[index]
        page.obj.Resources.XObject = Dictionary(X=pdf.make_indirect(inner))
        streams = list(page.obj.Contents)
        page.obj.Contents = Array([*streams[:-1], pdf.make_stream(b"/X Do\n"), streams[-1]])

    path = package.pdf_path
    with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
        explode(pdf)
        pdf.save(path)
    rebuild(package.path)
    with Isolate(seconds=3, memory_mb=4096) as worker:
        report = ek.verify(package.path, worker=worker)
    assert name in {
        each.subject for each in report.findings if each.severity is Severity.NOT_CHECKED
    }
