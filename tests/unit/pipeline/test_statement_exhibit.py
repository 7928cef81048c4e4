# SPDX-License-Identifier: AGPL-3.0-or-later
"""Statement and exhibit alone, for a bundle that somebody else makes."""

from __future__ import annotations

import re
import shutil

import pytest
from support_examples import EXAMPLES
from support_served import Cycle

import evidencekit as ek
from evidencekit.errors import AlreadyExists, MatterError, OutputError
from evidencekit.pdfread import page_text, read_pdf
from evidencekit.pipeline.statement_exhibit import statement_and_exhibit


@pytest.fixture(scope="module")
def matter():
    return ek.load_matter(EXAMPLES / "home-visit/matter.toml")


@pytest.fixture(scope="module")
def written(tmp_path_factory, matter):
    to = tmp_path_factory.mktemp("alone") / "alone.pdf"
    return statement_and_exhibit(matter, folder=EXAMPLES / "home-visit", to=to)


def test_its_pages_count_from_one_and_carry_the_exhibits_numbers(written, home_visit_package):
    pdf = read_pdf(written)
    assert pdf.labels == tuple(str(each + 1) for each in range(pdf.page_count))
    assert [page.printed[0] for page in pdf.pages] == list(pdf.labels)
    exhibit = [page.printed_left[0] for page in pdf.pages if page.printed_left[:1]]
    marks = home_visit_package.record["bundle"]["exhibit_labels"]
    assert [each for each in exhibit if each.startswith("AD1/")] == [each for each in marks if each]


def starts(package: ek.Package) -> dict[str, str]:
    """Map each exhibited item's first exhibit page to the first line that the bundle has there."""
    return {
        each.exhibit_first: page_text(package.pdf_path, each.pdf_page).splitlines()[0]
        for each in package.index
        if each.exhibit_first is not None
    }


def lines_at(path, numbers) -> dict[str, str]:
    """Map exhibit pages to their first lines."""
    return {
        page.printed_left[0]: page_text(path, page.ordinal).splitlines()[0]
        for page in read_pdf(path).pages
        if page.printed_left and page.printed_left[0] in numbers
    }


def test_each_part_of_the_exhibit_is_at_the_number_that_it_has_in_the_bundle(
    written, home_visit_package
):
    wanted = starts(home_visit_package)
    assert lines_at(written, wanted) == wanted


def test_nothing_cites_a_page_of_the_bundle(written, home_visit_package):
    labels = set(home_visit_package.record["bundle"]["labels"])
    pdf = read_pdf(written)
    text = "\n".join(page_text(written, page.ordinal) for page in pdf.pages)
    cited = set(re.findall(r"\b[A-E][0-9]{1,2}\b", text))
    # "C2" is the name of a form, and in the title of a document.
    assert cited & labels <= {"C2"}
    assert "See AD1/1-AD1/3." in text
    assert "dated 18 March 2026" in text


def test_its_links_lead_to_what_they_name(written):
    pdf = read_pdf(written)
    links = [link for page in pdf.pages for link in page.links]
    assert links
    for link in links:
        assert link.page is not None
        assert link.text.strip("().,").partition("-")[0].split()[-1].strip("()") in (
            pdf.pages[link.page - 1].printed_left[0],
            "Clip",
        ) or link.text.startswith("Clip")


def test_after_serving_the_exhibit_keeps_its_numbers(tmp_path):
    cycle = Cycle(tmp_path)
    cycle.serve(cycle.build())
    cycle.everything()
    package = cycle.build()
    to = statement_and_exhibit(
        ek.load_matter(cycle.folder / "matter.toml"),
        folder=cycle.folder,
        to=tmp_path / "alone.pdf",
    )
    wanted = starts(package)
    assert lines_at(to, wanted) == wanted
    numbers = [page.printed_left[0] for page in read_pdf(to).pages if page.printed_left]
    assert numbers == [f"AD1/{each + 1}" for each in range(len(numbers))]


def test_a_signed_statement_stands_in_the_drafts_place(tmp_path):
    folder = tmp_path / "m"
    shutil.copytree(EXAMPLES / "home-visit", folder)
    shutil.copy(folder / "documents/minutes.pdf", folder / "documents/statement-signed.pdf")
    path = folder / "matter.toml"
    path.write_text(path.read_text("utf-8").replace("# signed =", "signed ="), "utf-8")
    to = statement_and_exhibit(ek.load_matter(path), folder=folder)
    assert to == folder / "Statement 1 and exhibit AD1.pdf"
    assert (
        page_text(to, 1).splitlines()[0]
        == page_text(folder / "documents/minutes.pdf", 1).splitlines()[0]
    )
    assert read_pdf(to).pages[3].printed_left[0] == "AD1/1"


def test_it_is_the_same_twice_and_written_over_nothing(tmp_path, matter, written):
    folder = EXAMPLES / "home-visit"
    to = statement_and_exhibit(matter, folder=folder, to=tmp_path / "again.pdf")
    assert to.read_bytes() == written.read_bytes()
    to.write_bytes(b"edited")
    with pytest.raises(AlreadyExists):
        statement_and_exhibit(matter, folder=folder, to=to)
    with pytest.raises(OutputError, match=r"does not end in \.pdf"):
        statement_and_exhibit(matter, folder=folder, to=tmp_path / "x.docx")


def test_a_matter_without_a_statement_has_none_to_write(tmp_path):
    matter = ek.load_matter(EXAMPLES / "smallest/matter.toml")
    if matter.statement is not None:
        pytest.skip("the smallest example has a statement now")
    with pytest.raises(MatterError):
        statement_and_exhibit(matter, folder=EXAMPLES / "smallest", to=tmp_path / "x.pdf")
