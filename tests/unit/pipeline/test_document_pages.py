# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a package says of the pages of somebody else's document."""

from __future__ import annotations

import json

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from support_pdf import add_page
from support_served import Cycle

from evidencekit.matterfile.schema import validate
from evidencekit.pdfread import read_pdf


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A package whose minutes have roman numbers, one of them where the label goes."""
    cycle = Cycle(tmp_path_factory.mktemp("pages"))
    with pikepdf.new() as pdf:
        for number in (b"", b"BT /F1 11 Tf 1 0 0 1 550 24 Tm (ii) Tj ET\n", b""):
            add_page(pdf, b"BT /F1 24 Tf 60 500 Td (Minutes) Tj ET\n" + number)
        pdf.Root["/PageLabels"] = Dictionary(Nums=Array([0, Dictionary(S=Name.r)]))
        pdf.save(cycle.folder / "documents/minutes.pdf")
    package = cycle.build()
    return package, json.loads((package.path / "data/bundle.json").read_bytes())


def minutes(record):
    (found,) = (each for each in record["documents"] if each["id"] == "minutes")
    return found


def test_each_page_of_a_document_is_found_by_the_number_it_had(built):
    _, record = built
    (entry,) = (each for each in record["bundle"]["index"] if each["item"] == "document:minutes")
    first = record["bundle"]["labels"].index(entry["first_label"])
    labels = record["bundle"]["labels"][first : first + 3]
    assert minutes(record)["source_pages"] == [
        {"page": number, "own": own, "label": label}
        for number, own, label in zip((1, 2, 3), ("i", "ii", "iii"), labels, strict=True)
    ]


def test_a_page_that_was_made_smaller_is_named_and_its_label_is_alone_in_its_corner(built):
    package, record = built
    assert minutes(record)["shrunk_pages"] == [{"page": 2, "per_mille": 954}]
    assert [each["subject"] for each in record["findings"] if each["code"] == "EK-P021"] == [
        "document:minutes"
    ]
    label = minutes(record)["source_pages"][1]["label"]
    (pdf,) = (package.path / "data").glob("*.pdf")
    (page,) = (each for each in read_pdf(pdf).pages if each.label == label)
    assert page.printed[0] == label


def test_the_record_is_as_its_schema_says(built):
    _, record = built
    assert validate(record, "bundle") == ()
