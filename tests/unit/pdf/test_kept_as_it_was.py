# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages of others depend on comes with them, from two documents at once."""

from __future__ import annotations

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from support_bind import bind, front_pages, layout_of
from support_pdf import add_page, difference, helvetica, picture

from evidencekit.pdf.takein import TakenIn, take_in


def take_both(tmp_path, first: pikepdf.Pdf, second: pikepdf.Pdf) -> dict[str, TakenIn]:
    """Take in two documents under the names of those that the layout knows."""
    taken = {}
    for item, pdf in zip(("document:report", "document:mínutes x"), (first, second), strict=True):
        source = tmp_path / f"{len(taken)}.pdf"
        pdf.save(source)
        clean = tmp_path / f"clean-{len(taken)}.pdf"
        taken[item] = take_in(source, clean, name=source.name, item=item)
    return taken


def bound(tmp_path, documents: dict[str, TakenIn]):
    path = tmp_path / "bundle.pdf"
    layout = layout_of(documents)
    bind(front_pages(), documents, path, layout=layout)
    return path, {item: layout.entry(item).pdf_page for item in documents}


@pytest.mark.parametrize("blend", ["Multiply", "Difference", "Luminosity"])
def test_a_page_that_blends_colours_in_a_group_of_its_own_looks_the_same(tmp_path, blend):
    def blending() -> pikepdf.Pdf:
        pdf = pikepdf.new()
        page = add_page(
            pdf,
            b"0.9 0.4 0.1 rg 100 500 300 200 re f /G gs 0.1 0.5 0.9 rg 200 400 300 200 re f\n",
            Group=Dictionary(
                Type=Name.Group, S=Name.Transparency, CS=Name.DeviceRGB, I=True, K=True
            ),
        )
        page.obj.Resources["/ExtGState"] = Dictionary(G=Dictionary(BM=Name(f"/{blend}"), ca=0.6))
        return pdf

    documents = take_both(tmp_path, blending(), blending())
    path, places = bound(tmp_path, documents)
    for number, place in enumerate(places.values()):
        before, after = picture(tmp_path / f"{number}.pdf"), picture(path, place - 1)
        assert difference(before[:-25], after[:-25]) == 0
    with pikepdf.open(path) as pdf:
        for place in places.values():
            group = pdf.pages[place - 1].obj.Group
            assert (group.S, group.I, group.K) == ("/Transparency", True, True)


def test_fields_of_one_name_in_two_documents_keep_their_own_values(tmp_path):
    def form(value: str) -> pikepdf.Pdf:
        pdf = pikepdf.new()
        page = add_page(pdf)
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=String("name"),
                V=String(value),
                DA=String("/Helv 10 Tf 0 g"),
                F=4,
                Rect=Array([60, 400, 300, 430]),
            )
        )
        page.obj["/Annots"] = Array([field])
        resources = Dictionary(Font=Dictionary(Helv=helvetica(pdf)))
        pdf.Root["/AcroForm"] = Dictionary(Fields=Array([field]), DR=resources)
        return pdf

    values = ("Amara Dean", "Joanna Hale")
    path, places = bound(tmp_path, take_both(tmp_path, *map(form, values)))
    reader = pypdf.PdfReader(path)
    assert not reader.get_fields()
    for place, own, other in zip(places.values(), values, values[::-1], strict=True):
        words = reader.pages[place - 1].extract_text()
        assert own in words
        assert other not in words
