# SPDX-License-Identifier: AGPL-3.0-or-later
"""A link leads to the page that it names, also where that is not the first page of its item."""

from __future__ import annotations

import pymupdf
import pytest


@pytest.fixture(scope="module")
def links(home_visit_package) -> list[tuple[str, str, int]]:
    """Every link between pages: the label of the page it is on, its words, where it leads."""
    labels = home_visit_package.record["bundle"]["labels"]
    with pymupdf.open(home_visit_package.pdf_path) as pdf:
        return [
            (labels[page.number], " ".join(page.get_textbox(link["from"]).split()), link["page"])
            for page in pdf
            for link in page.get_links()
            if link["kind"] == pymupdf.LINK_GOTO
        ]


def first_of(package, item: str) -> int:
    """Return the position of an item's first page, from 0."""
    return next(each.pdf_page for each in package.index if each.item == item) - 1


def test_words_that_are_a_label_lead_to_the_page_that_has_it(links, home_visit_package):
    labels = home_visit_package.record["bundle"]["labels"]
    cited = [(words, to) for _, words, to in links if words in labels]
    assert len({words for words, _ in cited}) > 3
    assert [(words, labels[to]) for words, to in cited if labels[to] != words] == []


def test_a_page_of_a_document_is_what_its_label_leads_to(links, home_visit_package):
    comparison = first_of(home_visit_package, "part:minutes comparison")
    own = home_visit_package.record["bundle"]["labels"][comparison]
    minutes = first_of(home_visit_package, "document:minutes")
    assert {to - minutes for label, _, to in links if label == own} >= {1, 2}


def test_the_statement_leads_to_the_page_of_the_passage(links, home_visit_package):
    entry = next(each for each in home_visit_package.index if each.item == "part:statement")
    labels = home_visit_package.record["bundle"]["labels"]
    own = set(labels[entry.pdf_page - 1 : entry.pdf_page - 1 + entry.pages])
    minutes = first_of(home_visit_package, "document:minutes")
    assert {to - minutes for label, _, to in links if label in own} >= {1, 2}


def test_a_sheet_leads_to_its_own_recording_in_the_schedule(links, home_visit_package):
    sheet = first_of(home_visit_package, "clip:4")
    labels = home_visit_package.record["bundle"]["labels"]
    schedule = next(each for each in home_visit_package.index if each.item == "part:recordings")
    (to,) = {
        to
        for label, _, to in links
        if label == labels[sheet] and 0 <= to - schedule.pdf_page + 1 < schedule.pages
    }
    with pymupdf.open(home_visit_package.pdf_path) as pdf:
        assert "R2: Voicemail from Mr Price" in pdf[to].get_text()
        assert f"See {labels[to]}" in " ".join(pdf[sheet].get_text().split())
