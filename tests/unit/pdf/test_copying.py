# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages copied into another file, with what they lead to, and out of its list of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from support_pdf import add_page, numbered_pdf

from evidencekit.pdf.copying import copy_pages

if TYPE_CHECKING:
    from pathlib import Path


def linked(path: Path, pages: int, *, named: bool = False) -> Path:
    """Write a PDF whose first page leads to the last, and whose last to the first."""
    numbered_pdf(path, pages)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for here, there, name in ((0, -1, "end"), (-1, 0, "start")):
            goal = Array([pdf.pages[there].obj, Name.Fit])
            if named:
                pdf.Root["/Dests"] = pdf.Root.get("/Dests", Dictionary())
                pdf.Root.Dests[f"/{name}"] = goal
            pdf.pages[here].obj["/Annots"] = Array(
                [
                    Dictionary(
                        Type=Name.Annot,
                        Subtype=Name.Link,
                        Rect=Array([50, 490, 200, 530]),
                        Dest=Name(f"/{name}") if named else goal,
                    )
                ]
            )
        pdf.save()
    return path


def listed(target: pikepdf.Pdf, pages: list[pikepdf.Page], path: Path) -> pypdf.PdfReader:
    """List the copied pages and read what comes of it with another library."""
    for page in pages:
        page.obj["/Parent"] = target.Root.Pages
    target.Root.Pages["/Kids"] = Array([page.obj for page in pages])
    target.Root.Pages["/Count"] = len(pages)
    target.save(path)
    return pypdf.PdfReader(path)


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("pages", [1, 64, 65, 200])
def test_pages_keep_their_order_and_links_lead_to_the_copies(tmp_path, pages, named):
    with pikepdf.new() as target:
        with pikepdf.open(linked(tmp_path / "a.pdf", pages, named=named)) as source:
            copied, dropped = copy_pages(target, source)
        assert len(target.pages) == 0
        reader = listed(target, copied, tmp_path / "b.pdf")
    assert dropped == 0
    words = [page.extract_text().split() for page in reader.pages]
    assert words == [["Sheet", str(number)] for number in range(1, pages + 1)]
    goals = [reader.pages[here]["/Annots"][0].get_object()["/Dest"] for here in (0, -1)]
    if named:
        goals = [reader.named_destinations[goal].dest_array for goal in goals]
    found = [reader.get_page_number(goal[0].get_object()) for goal in goals]
    # On a document of one page, that page has the second of the two links.
    assert found == ([pages - 1, 0] if pages > 1 else [0, 0])


def test_pages_that_were_there_before_stay_in_the_list(tmp_path):
    with pikepdf.new() as target:
        add_page(target)
        with pikepdf.open(numbered_pdf(tmp_path / "a.pdf", 130)) as source:
            copied, _ = copy_pages(target, source)
        assert len(target.pages) == 1
        assert len(copied) == 130


def test_links_to_names_that_do_not_exist_are_counted(tmp_path):
    path = linked(tmp_path / "a.pdf", 3, named=True)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.Root.Dests["/end"]
        pdf.save()
    with pikepdf.new() as target, pikepdf.open(path) as source:
        assert copy_pages(target, source)[1] == 1


def test_two_documents_that_use_one_name_keep_their_own_destinations(tmp_path):
    with pikepdf.new() as target:
        pages = []
        for name in ("a.pdf", "b.pdf"):
            with pikepdf.open(linked(tmp_path / name, 3, named=True)) as source:
                pages += copy_pages(target, source)[0]
        reader = listed(target, pages, tmp_path / "c.pdf")
    goals = [reader.pages[here]["/Annots"][0].get_object()["/Dest"] for here in (0, 3)]
    found = [reader.named_destinations[goal].dest_array[0].get_object() for goal in goals]
    assert [reader.get_page_number(page) for page in found] == [2, 5]


def test_a_layer_comes_along_and_stays_hidden(tmp_path):
    path = tmp_path / "a.pdf"
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"/OC /L1 BDC BT /F1 60 Tf 60 300 Td (hidden) Tj ET EMC\n")
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("privileged")))
        pdf.Root["/OCProperties"] = Dictionary(
            OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]))
        )
        page.obj.Resources["/Properties"] = Dictionary(L1=layer)
        pdf.save(path)
    with pikepdf.new() as target, pikepdf.open(path) as source:
        (copied,), _ = copy_pages(target, source)
        layers = target.Root.OCProperties
        assert copied.obj.Resources.Properties.L1.objgen == layers.OCGs[0].objgen
        assert layers.D.OFF[0].objgen == layers.OCGs[0].objgen


@pytest.mark.parametrize("names_others", [False, True])
@pytest.mark.parametrize("action", [False, True])
def test_a_link_to_a_name_that_only_another_document_has_does_not_lead_into_that(
    tmp_path, names_others, action
):
    lost = linked(tmp_path / "a.pdf", 3, named=True)
    with pikepdf.open(lost, allow_overwriting_input=True) as pdf:
        del pdf.Root.Dests["/end"]
        if not names_others:
            del pdf.Root["/Dests"]
            del pdf.pages[-1].obj["/Annots"]
        if action:
            link = pdf.pages[0].obj.Annots[0]
            del link["/Dest"]
            link["/A"] = Dictionary(S=Name.GoTo, D=String("end"))
        pdf.save()
    with pikepdf.new() as target:
        pages = []
        for path in (lost, linked(tmp_path / "b.pdf", 3, named=True)):
            with pikepdf.open(path) as source:
                copied, dropped = copy_pages(target, source)
                assert dropped == (path == lost)
                pages += copied
        reader = listed(target, pages, tmp_path / "c.pdf")
    link = reader.pages[0]["/Annots"][0].get_object()
    goal = link.get("/A", {}).get("/D") or link.get("/Dest")
    assert goal is None or str(goal) not in reader.named_destinations
