# SPDX-License-Identifier: AGPL-3.0-or-later
"""A judge that is not ours on whether the pages can be read aloud, and will be readable for long.

It judges what a program can: whether there is a tag, not whether it is the right one.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pikepdf
import pytest
import typst
from pikepdf import Array, Dictionary, Name
from PIL import Image
from support_pdf import add_page
from support_verapdf import broken_rules

from evidencekit.compose.plan import Column, Heading, Paragraph, Part, Row, Run, Table, plain
from evidencekit.model.bundle import Item, ItemKind, Numbering, SectionHead, lay_out
from evidencekit.pdf.assemble import assemble
from evidencekit.pdf.corner import make_room
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.takein import TakenIn, take_in
from evidencekit.pdf.typeset import typeset

if TYPE_CHECKING:
    from pathlib import Path

LETTER = """
#set document(title: "A letter")
#set text(lang: "en")
= Dear Ms Dean
Thank you for your letter of 3 March. See #link("https://example.org/")[our site] and
#link(<end>)[the end].
#pagebreak()
Yours #label("end")
#place(bottom + right, dx: 30pt, dy: 55pt)[17]
"""


def letter(path: Path, *, tagged: bool) -> Path:
    """Write a letter with links, whose second page has a number where the label goes."""
    standards = ["ua-1"] if tagged else ["1.7"]
    made = typst.compile(
        LETTER.replace('#label("end")', "<end>").encode(),
        format="pdf",
        pdf_standards=standards,
        timestamp=0,
        **({} if tagged else {"pdf_tags": False}),
    )
    path.write_bytes(made)
    return path


def scan(path: Path) -> Path:
    """Write two pages that are pictures."""
    buffer = io.BytesIO()
    paper = np.random.default_rng(1).normal(225, 8, (585, 413)).clip(0, 255).astype("uint8")
    Image.fromarray(paper, "L").save(buffer, "JPEG")
    with pikepdf.new() as pdf:
        for _ in range(2):
            page = add_page(pdf, b"q 595 0 0 842 0 0 cm /Im Do Q\n")
            page.obj["/Resources"] = Dictionary(
                XObject=Dictionary(
                    Im=pdf.make_stream(
                        buffer.getvalue(),
                        Type=Name.XObject,
                        Subtype=Name.Image,
                        Width=413,
                        Height=585,
                        ColorSpace=Name.DeviceGray,
                        BitsPerComponent=8,
                        Filter=Name.DCTDecode,
                    )
                )
            )
        pdf.save(path)
    return path


PARTS = (
    Part(
        item="part:index",
        title="Index",
        blocks=(
            Heading(text="What is here"),
            Paragraph(text=(Run(text="The letter", target="document:letter"), Run(text=" first."))),
            Table(
                columns=(Column(title="No."), Column(title="Document", share=4)),
                rows=(Row(cells=(plain("1"), plain("Scan")), target="document:scan"),),
            ),
        ),
    ),
)


def bundle(folder: Path, documents: dict[str, TakenIn]) -> Path:
    made = typeset(PARTS, title="Re E (A Child)", created=0)
    placed = (PlacedPart(item="part:index", page=1, pages=made.pages[0]),)
    items = [
        (Item(id="part:index", title="Index", kind=ItemKind.GENERATED, section="A"), made.pages[0])
    ]
    items += [
        (Item(id=item, title=f"The {item[9:]}", kind=ItemKind.DOCUMENT, section="B"), each.pages)
        for item, each in documents.items()
    ]
    heads = (SectionHead(letter="A", title="Front"), SectionHead(letter="B", title="Documents"))
    path = folder / "bundle.pdf"
    assemble(
        made.pdf,
        placed,
        documents,
        lay_out(heads, items, numbering=Numbering.BATES),
        title="Re E (A Child) - Bundle",
        language="en-GB",
        into=path,
    )
    # What a bundle does not claim, because it holds pages of others, is asked all the same.
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        with pdf.open_metadata(set_pikepdf_as_editor=False) as about:
            about["pdfuaid:part"] = "1"
        pdf.save()
    return path


@pytest.mark.parametrize("tagged", [False, True])
def test_our_pages_with_a_letter_and_a_scan_can_be_read_aloud(tmp_path, tagged):
    sources = {
        "document:letter": letter(tmp_path / "letter.pdf", tagged=tagged),
        "document:scan": scan(tmp_path / "scan.pdf"),
    }
    documents = {}
    for item, source in sources.items():
        clean = tmp_path / f"clean-{source.name}"
        taken = take_in(source, clean, name=source.name, item=item)
        documents[item] = make_room(taken, item=item)
    assert len(documents["document:letter"].shrunk) == 1
    assert broken_rules(bundle(tmp_path, documents), "ua1") == []


@pytest.mark.parametrize("flavour", ["ua1", "2a"])
def test_our_pages_alone_can_be_read_aloud_and_for_long(tmp_path, flavour):
    made = typeset(PARTS, title="Re E (A Child)", created=0)
    path = tmp_path / "pages.pdf"
    path.write_bytes(made.pdf)
    assert broken_rules(path, flavour) == []


def test_the_judge_finds_what_is_wrong(tmp_path):
    path = tmp_path / "x.pdf"
    with pikepdf.new() as pdf:
        add_page(pdf)
        pdf.pages[0].obj["/Annots"] = Array()
        pdf.save(path)
    assert any("7.1-" in rule for rule in broken_rules(path, "ua1"))
