# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file's form gives away, each made by another library than the one that looks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from support_pdf import add_page, numbered_pdf

from evidencekit.errors import PdfUnreadable
from evidencekit.pdfread import read_structure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from evidencekit.pdfread import SeenFile

Change = "Callable[[pikepdf.Pdf], object]"


@pytest.fixture
def seen(tmp_path: Path) -> Callable[[Callable[[pikepdf.Pdf], object]], SeenFile]:
    """Change a PDF of three pages and look at it."""

    def look(change: Callable[[pikepdf.Pdf], object]) -> SeenFile:
        path = numbered_pdf(tmp_path / "x.pdf", 3)
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            change(pdf)
            pdf.save(path)
        return read_structure(path)

    return look


def test_a_file_in_one_piece_is_only_that(seen):
    found = seen(lambda _: None)
    assert (found.begins, found.ends, found.revised, found.repaired, found.encrypted) == (
        True, True, False, False, False,
    )  # fmt: skip
    assert (found.tree_fault, found.opens_at, found.unusual, found.page_count) == ("", 1, (), 3)
    assert found.read_by.startswith("pymupdf ")


@pytest.mark.parametrize(
    ("before", "after", "begins", "ends"),
    [
        (b"", b"", True, True),
        (b"#!/bin/sh\n", b"", False, True),
        (b"\n", b"", False, True),
        (b"", b"\n%%EOF\n", True, False),
        (b"", b"PK\x03\x04", True, False),
        (b"", b"\r\n", True, False),
    ],
)
def test_bytes_before_and_after_it_are_seen(tmp_path, before, after, begins, ends):
    path = numbered_pdf(tmp_path / "x.pdf", 1)
    path.write_bytes(before + path.read_bytes() + after)
    found = read_structure(path)
    assert (found.begins, found.ends) == (begins, ends)


def test_a_later_addition_is_seen(tmp_path):
    path = numbered_pdf(tmp_path / "x.pdf", 1)
    writer = pypdf.PdfWriter(io.BytesIO(path.read_bytes()), incremental=True)
    writer.add_metadata({"/Title": "later"})
    writer.write(path)
    found = read_structure(path)
    assert found.revised
    assert found.titles == ("later",)


def test_half_a_file_is_repaired_or_cannot_be_read(tmp_path):
    path = numbered_pdf(tmp_path / "x.pdf", 30)
    path.write_bytes(path.read_bytes()[:-600])
    found = read_structure(path)
    assert found.repaired
    assert not found.ends
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(PdfUnreadable):
        read_structure(path)


def test_encryption_that_needs_no_password_is_seen(tmp_path):
    path = tmp_path / "x.pdf"
    with pikepdf.new() as pdf:
        add_page(pdf)
        pdf.save(path, encryption=pikepdf.Encryption(user="", owner="o"))
    assert read_structure(path).encrypted


def loop(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)


def twice(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pages.Kids.append(pdf.Root.Pages.Kids[0])


@pytest.mark.parametrize("change", [loop, twice])
def test_a_page_tree_that_names_a_part_twice_is_no_tree(seen, change):
    assert seen(change).tree_fault == "names a part of itself twice"


def test_where_the_file_opens_is_seen(seen):
    def second(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = Array([pdf.pages[1].obj, Name.XYZ, None, None, None])

    def script(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("1"))

    assert seen(second).opens_at == 2
    assert seen(script).opens_at is None


def attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["other.txt"] = pikepdf.AttachedFileSpec(pdf, b"more")


def script_by_name(pdf: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.JavaScript, JS=String("1"))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), action])))


def form(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array())


@pytest.mark.parametrize(
    ("change", "entry"),
    [(attach, "Names/EmbeddedFiles"), (script_by_name, "Names/JavaScript"), (form, "AcroForm")],
)
def test_what_no_bundle_holds_is_named(seen, change, entry):
    assert entry in seen(change).unusual


def test_names_of_destinations_are_nothing_unusual(seen):
    def named(pdf: pikepdf.Pdf) -> None:
        goal = Array([pdf.pages[1].obj, Name.Fit])
        pdf.Root.Names = Dictionary(Dests=Dictionary(Names=Array([String("x"), goal])))

    assert seen(named).unusual == ()


def test_a_bookmark_that_acts_is_counted_once_in_a_circle_of_bookmarks(seen):
    def acting(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("one", 0))
        mark = pdf.Root.Outlines.First
        del mark["/Dest"]
        mark.A = Dictionary(S=Name.URI, URI=String("https://example.invalid/"))
        mark.Next = mark

    assert seen(acting).acting_bookmarks == 1


def test_both_titles_are_read(seen):
    def titled(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Title"] = String("Re E & co")
        with pdf.open_metadata(update_docinfo=False, set_pikepdf_as_editor=False) as about:
            about["dc:title"] = "Re Q & co"

    assert seen(titled).titles == ("Re E & co", "Re Q & co")


def test_layers_are_counted(seen):
    def layered(pdf: pikepdf.Pdf) -> None:
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("one")))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary())

    assert seen(layered).layers == 1


@pytest.mark.parametrize("key", ["Pages", "Outlines", "OpenAction", "Names", "OCProperties"])
@pytest.mark.parametrize("value", [7, Name.X, Array([1, Array()]), Dictionary(First=3, Kids=4)])
def test_values_of_the_wrong_kind_do_no_harm(tmp_path, key, value):
    path = numbered_pdf(tmp_path / "x.pdf", 2)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root[f"/{key}"] = value
        pdf.save(path)
    try:
        assert read_structure(path).page_count in {0, 1, 2}
    except PdfUnreadable:
        assert key == "Pages"
