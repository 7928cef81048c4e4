# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support_pdf import numbered_pdf

from evidencekit.errors import DocumentUnusable
from evidencekit.pdf.takein import take_in
from evidencekit.pdf.takein_kind import Kind, recognise


def kind_of(path, data: bytes, name: str = "x"):
    path.write_bytes(data)
    found = recognise(path, name=name)
    return found.kind or found.reason


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", Kind.PDF),
        (b"\n\n junk %PDF-1.4\n", Kind.PDF),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Kind.JPEG),
        (b"\x89PNG\r\n\x1a\n\0\0", Kind.PNG),
        (b"II*\0\x08\0", Kind.TIFF),
        (b"MM\0*\0\0", Kind.TIFF),
        (b"GIF89a\1\0", Kind.GIF),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Kind.WEBP),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Kind.HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Kind.HEIC),
        (b"{\\rtf1 x}", Kind.RTF),
        (b"Just words\n", Kind.TEXT),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "is a recording, not a document"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "is a recording, not a document"),
        (b"ID3\x04\0\0", "is a recording, not a document"),
        (b"\x1f\x8b\x08", "is an archive. Give the files in it, each as a document of its own"),
        (b"", "is empty"),
        (b"\0\1\2\3" * 10, "is of no kind that can be bound in"),
        (b"<!DOCTYPE html><p>", "is a web page"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(tmp_path, data, kind):
    found = kind_of(tmp_path / "x", data)
    assert found is kind if isinstance(kind, Kind) else found.startswith(kind)


@pytest.mark.parametrize(
    ("inside", "kind"),
    [
        ("word/document.xml", Kind.DOCX),
        ("xl/workbook.xml", "is a spreadsheet"),
        ("ppt/presentation.xml", "is a presentation"),
        ("letter.txt", "is an archive"),
    ],
)
def test_a_packed_file_is_what_is_in_it(tmp_path, inside, kind):
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr(inside, "")
    found = recognise(tmp_path / "x", name="x.docx")
    assert found.kind is kind if isinstance(kind, Kind) else found.reason.startswith(kind)


@pytest.mark.parametrize(
    ("declared", "kind"),
    [("text", Kind.ODT), ("text-template", Kind.ODT), ("spreadsheet", None), ("graphics", None)],
)
def test_an_open_document_is_what_it_declares(tmp_path, declared, kind):
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{declared}")
    assert recognise(tmp_path / "x", name="x.odt").kind is kind


def test_a_letter_that_speaks_of_a_pdf_is_a_letter(tmp_path):
    assert kind_of(tmp_path / "x", b"How it starts: %PDF-1.7", "x.txt") is Kind.TEXT
    assert kind_of(tmp_path / "x", b"From: a@b.c\r\n\r\n%PDF-1.7", "x.eml") is Kind.EML


@pytest.mark.parametrize(("name", "kind"), [("x.CSV", Kind.CSV), ("x.eml", Kind.EML)])
def test_text_is_what_its_name_says(tmp_path, name, kind):
    assert kind_of(tmp_path / "x", b"a,b\n1,2\n", name) is kind


@pytest.mark.parametrize("name", ["x.pdf", "x.jpg", "x.docx", "x.msg"])
def test_what_is_not_what_its_name_says_and_nothing_else_is_refused(tmp_path, name):
    assert kind_of(tmp_path / "x", b"\0\1\2\3", name).startswith("is not a")


def test_a_name_that_says_otherwise_is_a_finding(tmp_path):
    Image.new("RGB", (20, 20)).save(tmp_path / "scan.pdf", "PNG")
    taken = take_in(
        tmp_path / "scan.pdf", tmp_path / "clean.pdf", name="scan.pdf", item="document:x"
    )
    assert taken.kind == "PNG"
    assert [each.code for each in taken.findings] == ["EK-P031"]
    assert "says PDF and it holds PNG" in taken.findings[0].message


def test_a_name_with_every_odd_character_is_only_a_name(tmp_path):
    name = "a \"b' $(c) `d` ; & | # % \\ 日本 \u202e é\n.pdf"
    path = numbered_pdf(tmp_path / name, 1)
    taken = take_in(path, tmp_path / "clean.pdf", name=name, item="document:x")
    assert (taken.pages, taken.findings) == (1, ())


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["x", "x.pdf", "x.txt", "x.docx", "x.jpg"]))
def test_any_bytes_are_of_a_kind_or_refused_for_a_reason(tmp_path_factory, data, name):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    found = recognise(path, name=name)
    assert (found.kind is None) == bool(found.reason)


@settings(deadline=None)
@given(
    st.binary(min_size=1, max_size=60),
    st.sampled_from([b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0"]),
)
def test_any_bytes_after_a_beginning_are_refused_and_crash_nothing(tmp_path_factory, data, start):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(start + data)
    with pytest.raises(DocumentUnusable):
        take_in(path, path.with_name("clean.pdf"), name="any", item="document:x")
