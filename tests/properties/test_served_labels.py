# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laws of late pages: whatever is served and added, in any order, no served label ever moves."""

from __future__ import annotations

import itertools

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.model.bundle import Item, ItemKind, Layout, Numbering, SectionHead, lay_out
from evidencekit.model.late import AddedItem, KeptItem, belongs_to, lay_out_late

LETTERS = "ABCDEFGHIJ"
INDEX = Item(id="part:index", title="Index", kind=ItemKind.GENERATED, section="A", listed=False)


def item(name: str, section: str, *, exhibit: bool = False) -> Item:
    return Item(
        id=f"document:{name}",
        title=name,
        kind=ItemKind.DOCUMENT,
        section=section,
        exhibit=exhibit,
    )


@st.composite
def first_bundles(draw, numbering: Numbering) -> Layout:
    letters = LETTERS[: draw(st.integers(1, 4))]
    items = [(INDEX, draw(st.integers(1, 3)))]
    for letter in letters:
        for number in range(draw(st.integers(0, 3))):
            exhibit = draw(st.booleans())
            items.append((item(f"{letter}{number}", letter, exhibit=exhibit), draw(pages)))
    used = {each.section for each, _ in items}
    heads = [SectionHead(letter=each, title=each) for each in letters if each in used]
    return lay_out(heads, items, numbering=numbering, exhibit_mark="AD1")


pages = st.integers(1, 12)


@st.composite
def histories(draw) -> list[Layout]:
    """A first bundle, and those that follow it, each after the one before was served."""
    numbering = draw(st.sampled_from(list(Numbering)))
    bundles = [draw(first_bundles(numbering))]
    for generation in range(draw(st.integers(0, 4))):
        bundles.append(draw(next_bundles(bundles[-1], generation)))
    return bundles


@st.composite
def next_bundles(draw, served: Layout, generation: int) -> Layout:
    heads = list(served.sections)
    if draw(st.booleans()):
        free = [each for each in LETTERS if each not in {head.letter for head in heads}]
        heads.append(SectionHead(letter=free[0], title="New"))
    added = []
    if draw(st.booleans()):
        added.append(AddedItem(item=INDEX, pages=draw(st.integers(1, 3)), continues=True))
    for number in range(draw(st.integers(0, 4))):
        letter = draw(st.sampled_from([each.letter for each in heads]))
        new = item(f"late{generation}-{number}", letter, exhibit=draw(st.booleans()))
        added.append(AddedItem(item=new, pages=draw(pages)))
    kept = kept_of(served)
    supersede = draw(st.sampled_from([None, *range(len(kept))]))
    if supersede is not None and kept[supersede].item.listed and "@" not in kept[supersede].item.id:
        old = kept[supersede]
        kept[supersede] = evolve(old, item=evolve(old.item, id=f"{old.item.id}@{generation}"))
        added.append(AddedItem(item=old.item, pages=draw(pages)))
    return lay_out_late(
        heads,
        kept,
        added,
        numbering=served.numbering,
        exhibit_mark="AD1",
        last_section=SectionHead(letter=f"Z{LETTERS[generation]}", title="Added"),
    )


def kept_of(layout: Layout) -> list[KeptItem]:
    return [
        KeptItem(
            item=Item(
                id=each.item,
                title=each.title,
                kind=each.kind,
                section=each.section,
                exhibit=each.exhibit_first is not None,
                listed=each.number is not None,
            ),
            marks=layout.marks[each.pdf_page - 1 : each.pdf_page - 1 + each.pages],
        )
        for each in layout.entries
    ]


def where(layout: Layout) -> dict[str, tuple[str, int, str | None]]:
    """Map each label to the item that it is a page of, which page of it, and its exhibit page."""
    found = {}
    for entry in layout.entries:
        for page in range(entry.pages):
            mark = layout.marks[entry.pdf_page - 1 + page]
            found[mark.label] = (entry.item.partition("@")[0], page, mark.exhibit)
    return found


@given(histories())
def test_a_served_label_stays_on_its_page_for_ever(bundles):
    for earlier, later in itertools.pairwise(bundles):
        now = where(later)
        assert {label: now.get(label) for label in where(earlier)} == where(earlier)


@given(histories())
def test_no_two_pages_have_one_label_or_one_exhibit_number(bundles):
    for layout in bundles:
        assert len(set(layout.labels)) == len(layout.labels)
        exhibit = [mark.exhibit for mark in layout.marks if mark.exhibit]
        assert len(set(exhibit)) == len(exhibit)


@given(histories())
def test_labels_count_on_without_a_gap(bundles):
    for layout in bundles:
        if layout.numbering is Numbering.ARABIC:
            assert layout.labels == tuple(str(each + 1) for each in range(len(layout.labels)))
            continue
        expected = []
        for section in layout.sections:
            held = sum(each.pages for each in layout.section_entries(section.letter))
            expected += [f"{section.letter}{number}" for number in range(1, held + 1)]
        assert list(layout.labels) == expected


@given(histories())
def test_exhibit_numbers_count_on_without_a_gap(bundles):
    for layout in bundles:
        numbers = {mark.exhibit for mark in layout.marks if mark.exhibit}
        assert numbers == {f"AD1/{each + 1}" for each in range(len(numbers))}


@given(histories())
def test_the_index_names_the_pages_that_carry_its_labels(bundles):
    for layout in bundles:
        covered = []
        for entry in layout.entries:
            assert layout.labels[entry.pdf_page - 1] == entry.first_label
            assert layout.labels[entry.pdf_page + entry.pages - 2] == entry.last_label
            covered += range(entry.pdf_page, entry.pdf_page + entry.pages)
        assert covered == list(range(1, len(layout.marks) + 1))
        listed = [entry.number for entry in layout.entries if entry.number is not None]
        assert listed == list(range(1, len(listed) + 1))


@given(histories())
def test_sections_stay_in_their_order_and_new_ones_follow(bundles):
    for earlier, later in itertools.pairwise(bundles):
        assert later.sections[: len(earlier.sections)] == earlier.sections
        order = [each.section for each in later.entries]
        assert order == sorted(order, key=[each.letter for each in later.sections].index)


@given(histories())
def test_a_bundle_to_which_nothing_is_added_is_the_one_that_was_served(bundles):
    served = bundles[-1]
    again = lay_out_late(
        served.sections,
        kept_of(served),
        (),
        numbering=served.numbering,
        exhibit_mark="AD1",
        last_section=SectionHead(letter="ZZ", title="Added"),
    )
    assert again.marks == served.marks
    assert again.entries == served.entries


@given(st.integers(1, 4), st.integers(1, 4))
def test_an_index_that_is_the_last_of_its_section_grows_in_one_piece(before, more):
    heads = [SectionHead(letter="A", title=""), SectionHead(letter="B", title="")]
    served = lay_out(heads, [(INDEX, before), (item("x", "B"), 2)], numbering=Numbering.BATES)
    grown = lay_out_late(
        heads,
        kept_of(served),
        [AddedItem(item=INDEX, pages=more, continues=True)],
        numbering=Numbering.BATES,
    )
    entry = grown.entry("part:index")
    assert entry is not None
    assert (entry.first_label, entry.last_label) == ("A1", f"A{before + more}")
    assert [each.item for each in grown.entries] == ["part:index", "document:x"]


@given(st.sampled_from(list(Numbering)), st.integers(1, 4))
def test_an_index_with_something_behind_it_goes_on_after_that(numbering, more):
    heads = [SectionHead(letter="A", title="")]
    served = lay_out(heads, [(INDEX, 1), (item("x", "A"), 2)], numbering=numbering)
    grown = lay_out_late(
        heads,
        kept_of(served),
        [AddedItem(item=INDEX, pages=more, continues=True)],
        numbering=numbering,
        last_section=SectionHead(letter="B", title="Added"),
    )
    assert [each.item for each in grown.entries] == ["part:index", "document:x", "part:index+1"]
    assert belongs_to("part:index+1", "part:index")
    assert not belongs_to("part:indexes", "part:index")


def test_what_would_give_two_pages_one_label_is_refused():
    heads = [SectionHead(letter="A", title="")]
    kept = kept_of(lay_out(heads, [(INDEX, 1)], numbering=Numbering.BATES))
    new = AddedItem(item=item("x", "A"), pages=1)
    with pytest.raises(ValueError, match="two items have one id"):
        lay_out_late(heads, kept, [new, new], numbering=Numbering.BATES)
    with pytest.raises(ValueError, match="no page"):
        lay_out_late(heads, kept, [evolve(new, pages=0)], numbering=Numbering.BATES)
    with pytest.raises(ValueError, match="given twice"):
        lay_out_late([*heads, *heads], kept, [new], numbering=Numbering.BATES)
    elsewhere = evolve(new, item=item("y", "Q"))
    with pytest.raises(ValueError, match="not at all"):
        lay_out_late(heads, kept, [elsewhere], numbering=Numbering.BATES)
