# SPDX-License-Identifier: AGPL-3.0-or-later
"""The order of the bundle, and a part for every item that is not somebody else's document."""

from __future__ import annotations

import re

import pytest
from attrs import evolve
from support_parts import targets_of, text_of

from evidencekit.compose.bundle import bundle_items, compose_generated
from evidencekit.court.sections import resolve_sections
from evidencekit.model.bundle import ItemKind, SectionHead, lay_out
from evidencekit.model.material import Outcome
from evidencekit.model.matter import Section

FORBIDDEN = re.compile(
    r"\b(obtained|valid|lawful|authentic|proves|tampered|tamper-proof|admissible|wrong)\b",
    re.IGNORECASE,
)


def items_of(material, profile):
    return bundle_items(material, profile, resolve_sections(material.matter, profile))


def compose(material, profile, layout=None):
    sections = resolve_sections(material.matter, profile)
    return compose_generated(material, profile, layout, sections)


def laid_out(material, profile):
    sections = resolve_sections(material.matter, profile)
    items = items_of(material, profile)
    return lay_out(
        [SectionHead(letter=each.letter, title=each.title) for each in sections],
        [(item, 2) for item in items],
        numbering=profile.numbering,
        exhibit_mark="AD1",
    )


def test_the_items_stand_in_the_order_of_the_sections(material, profile):
    assert [(item.section, item.id) for item in items_of(material, profile)] == [
        ("A", "part:front"),
        ("A", "part:index"),
        ("B", "document:application"),
        ("C", "part:statement"),
        ("D", "part:recordings"),
        ("D", "clip:1"),
        ("D", "clip:2"),
        ("D", "clip:3"),
        ("D", "part:consent"),
        ("D", "part:custody"),
        ("D", "part:coverage"),
        ("E", "document:request"),
        ("E", "document:refusal"),
        ("E", "document:minutes"),
        ("E", "part:minutes comparison"),
    ]


def test_front_sheet_and_index_are_not_numbered_in_the_index(material, profile):
    unlisted = [item.id for item in items_of(material, profile) if not item.listed]
    assert unlisted == ["part:front", "part:index"]


def test_what_is_exhibited_belongs_to_the_exhibit_and_nothing_else(material, profile):
    exhibited = {item.id for item in items_of(material, profile) if item.exhibit}
    assert exhibited == {
        "part:recordings", "clip:1", "clip:2", "clip:3", "part:consent", "part:custody",
        "part:coverage", "part:minutes comparison",
    }  # fmt: skip


def test_without_an_exhibit_mark_nothing_is_exhibited(material, profile):
    statement = evolve(material.matter.statement, exhibit=None)
    material = evolve(material, matter=evolve(material.matter, statement=statement))
    assert not any(item.exhibit for item in items_of(material, profile))


def test_the_kinds_say_whose_pages_they_are(material, profile):
    kinds = {item.id: item.kind for item in items_of(material, profile)}
    assert kinds["document:minutes"] is ItemKind.DOCUMENT
    assert kinds["document:refusal"] is ItemKind.PLACEHOLDER
    assert kinds["part:statement"] is ItemKind.GENERATED


def test_a_signed_statement_is_bound_in_and_not_composed(material, profile):
    statement = evolve(material.matter.statement, signed="documents/signed.pdf")
    material = evolve(material, matter=evolve(material.matter, statement=statement))
    item = next(each for each in items_of(material, profile) if each.id == "part:statement")
    assert (item.kind, item.title) == (ItemKind.DOCUMENT, "Witness statement of Amara Dean")
    assert "part:statement" not in [part.item for part in compose(material, profile)]


@pytest.mark.parametrize("outcome", [Outcome.WITHHELD, Outcome.LEFT_OUT])
def test_a_document_that_is_not_bound_in_has_no_page(material, profile, outcome):
    documents = (evolve(material.documents[0], outcome=outcome), *material.documents[1:])
    material = evolve(material, documents=documents)
    assert "document:request" not in [item.id for item in items_of(material, profile)]


def test_a_name_that_is_nothing_is_refused(material, profile):
    with pytest.raises(ValueError, match="'nonsense', which is neither"):
        bundle_items(material, profile, (Section(letter="A", title="A", contents=("nonsense",)),))


def test_front_and_index_come_first_even_where_the_first_section_holds_more(material, profile):
    sections = (Section(letter="A", title="All", contents=("minutes", "index", "front")),)
    assert [item.id for item in bundle_items(material, profile, sections)] == [
        "part:front",
        "part:index",
        "document:minutes",
    ]


def test_there_is_one_part_for_each_item_that_is_composed_in_the_same_order(material, profile):
    expected = [
        item.id for item in items_of(material, profile) if item.kind is not ItemKind.DOCUMENT
    ]
    assert [part.item for part in compose(material, profile)] == expected


def test_a_bundle_of_the_smallest_matter_composes(bare_material, profile):
    assert [part.item for part in compose(bare_material, profile)] == [
        "part:front", "part:index", "part:recordings", "clip:1", "part:consent", "part:custody",
        "part:coverage",
    ]  # fmt: skip


def test_index_bookmark_and_page_have_one_title(material, profile):
    titles = {item.id: item.title for item in items_of(material, profile)}
    for part in compose(material, profile):
        assert part.title == titles[part.item]


def test_every_link_leads_to_an_item_of_the_bundle(material, profile):
    known = {item.id for item in items_of(material, profile)}
    for part in compose(material, profile, laid_out(material, profile)):
        assert {each.partition("#")[0] for each in targets_of(part)} <= known


def test_no_label_is_missing_once_there_is_a_layout(material, profile):
    for part in compose(material, profile, laid_out(material, profile)):
        assert "?" not in re.sub(r"\w\?", "", text_of(part)), part.item


def test_a_layout_changes_labels_and_no_line(material, profile):
    before = compose(material, profile)
    after = compose(material, profile, laid_out(material, profile))
    for one, other in zip(before, after, strict=True):
        assert len(one.blocks) == len(other.blocks)
        assert text_of(one).count("\n") == text_of(other).count("\n")


def test_the_same_material_composes_the_same_pages(material, profile):
    assert compose(material, profile) == compose(material, profile)


def test_words_that_conclude_anything_are_never_printed(material, profile):
    for part in compose(material, profile):
        assert not FORBIDDEN.search(text_of(part)), part.item


def test_a_placeholder_names_the_document_and_the_reason(material, profile):
    part = next(each for each in compose(material, profile) if each.item == "document:refusal")
    assert "Not included: password-protected." in text_of(part)
    assert "Dated | 2 March 2026 | T" in text_of(part)
