# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laws of the bundle's page numbers, for any sections, items and lengths."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.model.bundle import (
    Item,
    ItemKind,
    Layout,
    Numbering,
    SectionHead,
    lay_out,
)
from evidencekit.pdf.labels import label_ranges

LETTERS = "ABCDEFGH"


@st.composite
def bundles(draw) -> tuple[tuple[SectionHead, ...], list[tuple[Item, int]]]:
    letters = LETTERS[: draw(st.integers(1, len(LETTERS)))]
    counts = draw(st.lists(st.integers(0, 4), min_size=len(letters), max_size=len(letters)))
    items = []
    for letter, count in zip(letters, counts, strict=True):
        for number in range(count):
            item = Item(
                id=f"document:{letter}{number}",
                title=f"Item {number}",
                kind=draw(st.sampled_from(list(ItemKind))),
                section=letter,
                exhibit=draw(st.booleans()),
                listed=draw(st.booleans()),
            )
            items.append((item, draw(st.integers(1, 30))))
    return tuple(SectionHead(letter=letter, title=letter) for letter in letters), items


def laid_out(bundle, numbering: Numbering) -> Layout:
    sections, items = bundle
    return lay_out(sections, items, numbering=numbering, exhibit_mark="AD1")


@given(bundles(), st.sampled_from(list(Numbering)))
def test_every_page_has_one_label_and_no_two_share_it(bundle, numbering):
    layout = laid_out(bundle, numbering)
    assert len(layout.labels) == sum(pages for _, pages in bundle[1])
    assert len(set(layout.labels)) == len(layout.labels)


@given(bundles())
def test_arabic_labels_are_the_ordinals(bundle):
    layout = laid_out(bundle, Numbering.ARABIC)
    assert layout.labels == tuple(str(number) for number in range(1, len(layout.labels) + 1))


@given(bundles())
def test_bates_labels_count_from_one_in_each_section_without_a_gap(bundle):
    layout = laid_out(bundle, Numbering.BATES)
    expected = []
    for section in layout.sections:
        pages = sum(entry.pages for entry in layout.section_entries(section.letter))
        expected += [f"{section.letter}{number}" for number in range(1, pages + 1)]
    assert list(layout.labels) == expected


@given(bundles(), st.sampled_from(list(Numbering)))
def test_the_index_leads_to_the_page_that_carries_its_label(bundle, numbering):
    layout = laid_out(bundle, numbering)
    for entry in layout.entries:
        assert layout.labels[entry.pdf_page - 1] == entry.first_label
        assert layout.labels[entry.pdf_page + entry.pages - 2] == entry.last_label


@given(bundles(), st.sampled_from(list(Numbering)))
def test_entries_cover_all_pages_once_in_order(bundle, numbering):
    layout = laid_out(bundle, numbering)
    covered = [
        page
        for entry in layout.entries
        for page in range(entry.pdf_page, entry.pdf_page + entry.pages)
    ]
    assert covered == list(range(1, len(layout.marks) + 1))


@given(bundles(), st.sampled_from(list(Numbering)))
def test_listed_entries_are_counted_and_others_are_not(bundle, numbering):
    layout = laid_out(bundle, numbering)
    listed = [entry.number for entry in layout.entries if entry.number is not None]
    assert listed == list(range(1, len(listed) + 1))
    assert len(listed) == sum(item.listed for item, _ in bundle[1])


@given(bundles(), st.sampled_from(list(Numbering)))
def test_exhibit_numbers_count_the_exhibit_alone(bundle, numbering):
    layout = laid_out(bundle, numbering)
    numbers = [mark.exhibit for mark in layout.marks if mark.exhibit]
    assert numbers == [f"AD1/{number}" for number in range(1, len(numbers) + 1)]
    assert len(numbers) == sum(pages for item, pages in bundle[1] if item.exhibit)


@given(bundles())
def test_a_later_section_moves_no_bates_label_before_it(bundle):
    sections, items = bundle
    added = Item(id="late", title="Late", kind=ItemKind.DOCUMENT, section="Z")
    longer = (*sections, SectionHead(letter="Z", title="Late"))
    before = laid_out(bundle, Numbering.BATES)
    after = laid_out((longer, [*items, (added, 3)]), Numbering.BATES)
    assert after.labels == (*before.labels, "Z1", "Z2", "Z3")


@given(bundles(), st.data())
def test_a_bundle_out_of_order_or_with_two_of_one_id_is_refused(bundle, data):
    sections, items = bundle
    if len(items) < 2:
        return
    first, second = sorted(
        data.draw(st.sets(st.integers(0, len(items) - 1), min_size=2, max_size=2))
    )
    twice = [*items]
    twice[second] = (evolve(items[second][0], id=items[first][0].id), items[second][1])
    with pytest.raises(ValueError, match="two items have one id"):
        lay_out(sections, twice, numbering=Numbering.BATES)
    if items[first][0].section != items[second][0].section:
        swapped = [*items]
        swapped[first], swapped[second] = items[second], items[first]
        with pytest.raises(ValueError, match="not grouped by section"):
            lay_out(sections, swapped, numbering=Numbering.BATES)


@given(bundles(), st.sampled_from(list(Numbering)))
def test_label_ranges_say_exactly_what_was_laid_out(bundle, numbering):
    labels = laid_out(bundle, numbering).labels
    assert expand(labels) == labels


@given(st.lists(st.text(alphabet="A10/- é", max_size=4), max_size=12))
def test_label_ranges_say_exactly_any_labels_at_all(labels):
    assert expand(labels) == tuple(labels)


def expand(labels) -> tuple[str, ...]:
    """Count the ranges out, as ISO 32000-1 (12.4.2) has readers do it."""
    ranges = label_ranges(labels)
    ends = [*(each.first for each in ranges[1:]), len(labels)][: len(ranges)]
    return tuple(
        each.prefix + ("" if each.start is None else str(each.start + index - each.first))
        for each, end in zip(ranges, ends, strict=True)
        for index in range(each.first, end)
    )
