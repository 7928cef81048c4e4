# SPDX-License-Identifier: AGPL-3.0-or-later
"""A bundle in volumes, and a core bundle of it: the same pages by the same numbers."""

from __future__ import annotations

import hashlib
import re

import pikepdf
import pymupdf
import pypdf
import pytest
from attrs import evolve
from pikepdf import Array, Dictionary, Name
from support_pdf import difference, numbered_pdf, picture
from support_served import Cycle, files_of

from evidencekit.errors import AlreadyExists, AssemblyError, Cancelled, LimitExceeded
from evidencekit.model.bundle import ItemKind
from evidencekit.pdfread import page_text, read_pdf
from evidencekit.pipeline.core import core_bundle
from evidencekit.pipeline.volumes import split_volumes

MOST = 14


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The example built, with a document that has links and bookmarks of its own."""
    cycle = Cycle(tmp_path_factory.mktemp("volumes"))
    path = numbered_pdf(cycle.folder / "documents/minutes.pdf", 5, word="Minutes")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Second meeting", 2))
        pdf.Root["/Dests"] = Dictionary(end=Array([pdf.pages[4].obj, Name.Fit]))
        pdf.pages[0].obj["/Annots"] = Array(
            [
                Dictionary(
                    Type=Name.Annot, Subtype=Name.Link, Rect=Array([50, 490, 260, 530]), Dest=goal
                )
                for goal in (Name("/end"), Array([pdf.pages[2].obj, Name.Fit]))
            ]
        )
        pdf.save()
    return cycle.build()


@pytest.fixture(scope="module")
def volumes(package, tmp_path_factory):
    return split_volumes(package, into=tmp_path_factory.mktemp("split"), most_pages=MOST)


@pytest.fixture(scope="module")
def core(package, tmp_path_factory):
    into = tmp_path_factory.mktemp("core") / "Core.pdf"
    return core_bundle(package, ["minutes", "part:statement", "clip:2"], into=into)


def front_pages(path) -> int:
    labels = read_pdf(path).labels
    return sum(label.startswith("V") for label in labels)


def test_the_volumes_together_hold_each_page_once_in_order_with_its_label(package, volumes):
    labels = []
    for each in volumes:
        seen = read_pdf(each.path)
        own = [page for page in seen.pages if not page.label.startswith("V")]
        assert all(page.printed[0] == page.label for page in seen.pages)
        assert (own[0].label, own[-1].label) == (each.first_label, each.last_label)
        assert (len(seen.pages), each.number) == (each.pages, volumes.index(each) + 1)
        labels += [page.label for page in own]
    assert labels == package.record["bundle"]["labels"]
    assert len(volumes) > 2


def test_no_volume_is_longer_than_asked_and_each_ends_where_an_item_ends(package, volumes):
    last = {each.last_label for each in package.index}
    assert all(each.pages <= MOST for each in volumes)
    assert {each.last_label for each in volumes} <= last


def test_the_exhibit_keeps_its_numbers(package, volumes):
    printed = [
        page.printed_left[0] if page.printed_left else None
        for each in volumes
        for page in read_pdf(each.path).pages
        if not page.label.startswith("V")
    ]
    expected = package.record["bundle"]["exhibit_labels"]
    assert [each for each in printed if each and each.startswith("AD1/")] == [
        each for each in expected if each
    ]


def test_pages_look_as_they_do_in_the_bundle(package, volumes):
    ordinal = 0
    for each in volumes:
        front = front_pages(each.path)
        for index in range(front, each.pages):
            if ordinal % 5 == 0:
                before, after = picture(package.pdf_path, ordinal), picture(each.path, index)
                # Notes of where a link led are all that is new.
                assert difference(before, after) < 0.004
            ordinal += 1


def test_each_volume_begins_with_an_index_of_all_that_leads_to_what_is_in_it(package, volumes):
    for each in volumes:
        seen = read_pdf(each.path)
        front = seen.pages[: front_pages(each.path)]
        text = " ".join(
            page.extract_text() for page in pypdf.PdfReader(each.path).pages[: len(front)]
        )
        assert f"Volume {each.number} of {len(volumes)}" in text
        assert all(entry.first_label in text for entry in package.index)
        inside = {entry.first_label for entry in package.index if entry.first_label in seen.labels}
        targets = {link.page for page in front for link in page.links}
        assert {seen.labels[page - 1] for page in targets} == inside


def test_a_link_leads_inside_its_volume_or_says_in_words_where_it_led(package, volumes):
    whole = read_pdf(package.pdf_path)
    of_label = {}
    for each in volumes:
        of_label.update(dict.fromkeys(read_pdf(each.path).labels, each.number))
    noted = 0
    for each in volumes:
        reader = pypdf.PdfReader(each.path)
        for page, text in zip(read_pdf(each.path).pages, reader.pages, strict=True):
            assert all(link.page or link.address for link in page.links)
            if page.label.startswith("V"):
                continue
            (before,) = (one for one in whole.pages if one.label == page.label)
            goals = {whole.labels[link.page - 1] for link in before.links if link.page}
            crossed = {goal for goal in goals if of_label[goal] != each.number}
            words = text.extract_text()
            for goal in crossed:
                volume = f"Volume {of_label[goal]}"
                assert volume in words
                # The page's number stands there already, or is said with the volume.
                own = re.search(rf"(?<!\w){goal}(?!\w)", words.replace(f"{volume}, {goal}", ""))
                assert own or f"{volume}, {goal}" in words
            assert ("Volume " in words) == bool(crossed)
            noted += len(crossed)
    assert noted > 3


def test_a_link_to_a_page_inside_an_item_of_another_volume_says_the_number_of_that_page(
    package, volumes
):
    """Two links to one document, in a statement that does not print where in the bundle it is."""
    (minutes,) = (each for each in package.index if each.item == "document:minutes")
    labels = package.record["bundle"]["labels"]
    pages = [labels[minutes.pdf_page - 1 + number] for number in (1, 2)]
    volume = next(each.number for each in volumes if pages[0] in read_pdf(each.path).labels)
    said = []
    for each in volumes:
        for page in pypdf.PdfReader(each.path).pages:
            said += re.findall(r"Volume \d+, \w+", page.extract_text())
    assert all(f"Volume {volume}, {label}" in said for label in pages)
    assert f"Volume {volume}, {minutes.first_label}" not in said


def test_what_says_where_a_link_led_covers_nothing(volumes):
    for each in volumes:
        with pymupdf.open(each.path) as document:
            for page in document:
                spans = [
                    span
                    for block in page.get_text("dict")["blocks"]
                    for line in block.get("lines", ())
                    for span in line["spans"]
                ]
                notes = [
                    number
                    for number, span in enumerate(spans)
                    if span["text"].startswith("Volume ") and span["size"] < 7
                ]
                ink = [inked(span["bbox"]) for span in spans]
                for note in notes:
                    others = ink[:note] + ink[note + 1 :]
                    assert not any(ink[note].intersects(other) for other in others)


def inked(box) -> pymupdf.Rect:
    """Return the box of words without what is empty above the capitals and below the line."""
    left, top, right, bottom = box
    height = bottom - top
    return pymupdf.Rect(left, top + 0.2 * height, right, bottom - 0.2 * height)


def test_a_documents_own_links_and_bookmarks_are_in_its_volume(volumes):
    (held,) = (
        each.path
        for each in volumes
        if any(line.title == "Second meeting" for line in read_pdf(each.path).outline)
    )
    seen = read_pdf(held)
    place = next(n for n, line in enumerate(seen.outline) if line.title == "Second meeting")
    line = seen.outline[place]
    assert line.level == 3
    first = seen.outline[place - 1].page
    assert line.page == first + 2
    assert sorted(link.page for link in seen.pages[first - 1].links) == [first + 2, first + 4]


def test_each_volume_is_sound_and_says_which_it_is(volumes):
    for each in volumes:
        with pikepdf.open(each.path) as pdf:
            assert pdf.check_pdf_syntax() == []
            assert str(pdf.docinfo.Title).endswith(f"Volume {each.number} of {len(volumes)}")
            assert str(pdf.Root.Lang) == "en-GB"
            parents = dict(pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree))
            assert {page.obj.StructParents for page in pdf.pages} <= set(parents)
            assert len({page.obj.StructParents for page in pdf.pages}) == each.pages


@pytest.mark.parametrize("by", ["number", "first_label", "last_label", "lower"])
def test_an_item_is_named_by_its_number_or_by_a_page(package, tmp_path, by):
    entry = next(each for each in package.index if each.item == "document:minutes")
    name = entry.last_label.lower() if by == "lower" else str(getattr(entry, by))
    made = core_bundle(package, [name], into=tmp_path / "Core.pdf")
    other = core_bundle(package, ["minutes"], into=tmp_path / "Other.pdf")
    assert made.read_bytes() == other.read_bytes()


def test_the_same_package_gives_the_same_volumes(package, volumes, tmp_path):
    again = split_volumes(package, into=tmp_path, most_pages=MOST)
    assert [each.path.read_bytes() for each in again] == [
        each.path.read_bytes() for each in volumes
    ]
    assert sorted(tmp_path.iterdir()) == [each.path for each in again]


def test_the_package_is_not_changed(package, volumes, core):
    assert volumes
    assert core
    lines = (package.path / "manifest-sha256.txt").read_text("utf-8").splitlines()
    listed = dict(reversed(line.split("  ", 1)) for line in lines)
    data = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files_of(package.path).items()
        if name.startswith("data/")
    }
    assert data == listed


def test_an_item_longer_than_a_volume_is_named(package, tmp_path):
    with pytest.raises(LimitExceeded, match=r"[0-9] pages, of part:statement") as raised:
        split_volumes(package, into=tmp_path / "x", most_pages=5)
    assert "5 pages in a volume" in raised.value.limit
    assert not (tmp_path / "x").exists()


def test_a_file_that_is_there_is_left_as_it_is(package, volumes, tmp_path):
    there = tmp_path / volumes[1].path.name
    there.write_text("mine")
    with pytest.raises(AlreadyExists):
        split_volumes(package, into=tmp_path, most_pages=MOST)
    assert [each.name for each in tmp_path.iterdir()] == [there.name]
    assert there.read_text() == "mine"


def test_cancelled_volumes_leave_nothing(package, tmp_path):
    with pytest.raises(Cancelled):
        split_volumes(package, into=tmp_path, most_pages=MOST, cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_a_core_bundle_counts_from_one_and_keeps_the_main_numbers_beside_that(package, core):
    wanted = [
        each
        for each in package.index
        if each.item in {"document:minutes", "part:statement", "clip:2"}
    ]
    main = package.record["bundle"]["labels"]
    expected = [
        label
        for each in wanted
        for label in main[each.pdf_page - 1 : each.pdf_page - 1 + each.pages]
    ]
    seen = read_pdf(core)
    front = len(seen.pages) - len(expected)
    assert front >= 1
    assert list(seen.labels) == [str(number + 1) for number in range(front)] + [
        f"{front + place} [{label}]" for place, label in enumerate(expected, start=1)
    ]
    for page, label in zip(seen.pages[front:], expected, strict=True):
        assert set(page.printed[:2]) == {str(page.ordinal), f"[{label}]"}


def test_the_core_index_leads_to_each_item_and_gives_both_numbers(package, core):
    seen = read_pdf(core)
    targets = {link.page for link in seen.pages[0].links}
    text = pypdf.PdfReader(core).pages[0].extract_text()
    for item in ("document:minutes", "part:statement", "clip:2"):
        (entry,) = (each for each in package.index if each.item == item)
        first = next(
            page.ordinal for page in seen.pages if page.label.endswith(f"[{entry.first_label}]")
        )
        assert first in targets
        assert entry.labels in text
        assert str(first) in text
    assert all(link.page or link.address for page in seen.pages for link in page.links)


def test_core_pages_look_as_they_do_in_the_bundle_outside_their_numbers(package, core):
    (entry,) = (each for each in package.index if each.item == "document:minutes")
    assert entry.kind is ItemKind.DOCUMENT
    labels = read_pdf(core).labels
    for number in range(entry.pages):
        label = package.record["bundle"]["labels"][entry.pdf_page - 1 + number]
        index = next(n for n, each in enumerate(labels) if each.endswith(f"[{label}]"))
        before = picture(package.pdf_path, entry.pdf_page - 1 + number)
        after = picture(core, index)
        assert difference(before[:-20], after[:-20]) == 0
        assert difference(before[-20:], after[-20:]) > 0


@pytest.mark.parametrize(
    ("items", "message"),
    [(["nobody"], "the bundle has no item nobody"), ([], "needs at least one item")],
)
def test_a_core_bundle_of_nothing_or_of_what_is_not_there_is_refused(
    package, tmp_path, items, message
):
    with pytest.raises(AssemblyError, match=message):
        core_bundle(package, items, into=tmp_path / "Core.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_core_bundle_does_not_replace_a_file(package, core, tmp_path):
    (tmp_path / "Core.pdf").write_text("mine")
    with pytest.raises(AlreadyExists):
        core_bundle(package, ["minutes"], into=tmp_path / "Core.pdf")
    assert (tmp_path / "Core.pdf").read_text() == "mine"


def test_pages_that_are_not_as_the_record_says_are_an_error(package, tmp_path):
    wrong = evolve(package, index=(*package.index[:-1], evolve(package.index[-1], pages=99)))
    with pytest.raises((AssemblyError, ValueError, IndexError)):
        core_bundle(wrong, [package.index[-1].item], into=tmp_path / "Core.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_volume_and_a_core_bundle_say_of_which_case_and_hearing_they_are(volumes, core):
    for path in (*(each.path for each in volumes), core):
        words = " ".join(page_text(path, 1).split())
        assert "Re E (A Child) · NB26C00123 · Hearing: 15 June 2026" in words


def test_a_divider_is_in_the_volume_of_what_it_stands_before(tmp_path):
    cycle = Cycle(tmp_path)
    cycle.edit(("[sections]", "[bundle]\ndividers = true\n\n[sections]"))
    package = cycle.build()
    firsts = {each.item: each.first_label for each in package.index}
    made = [
        each
        for most in (9, 10, 12, 14)
        for each in split_volumes(package, into=tmp_path / str(most), most_pages=most)
    ]
    dividers = [each for each in firsts if each.startswith("divider:")]
    assert len(dividers) == 4
    assert {firsts[each] for each in dividers} & {each.first_label for each in made}
    assert not {firsts[each] for each in dividers} & {each.last_label for each in made}
