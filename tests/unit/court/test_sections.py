# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.court.profiles import load_profile
from evidencekit.court.sections import letter_after, resolve_sections
from evidencekit.errors import MatterError
from evidencekit.model.matter import (
    Case,
    Disputed,
    Document,
    Matter,
    OtherRecordings,
    Section,
    Statement,
)
from evidencekit.model.person import Person
from evidencekit.model.recording import Clip, Recording
from evidencekit.model.timecode import Span

CHILDREN = load_profile("ew-family-children")
CASE = Case(title="Re E (A Child)")
AMARA = Person(id="amara", name="Amara Dean")
VISIT = Recording(
    id="visit", file="v.m4a", clips=(Clip(title="One", span=Span(start_ms=0, end_ms=1000)),)
)


def _document(name: str, dated: str | None = None) -> Document:
    return Document(id=name, file=f"{name}.pdf", title=name.title(), dated=dated)


def _shape(sections: tuple[Section, ...]) -> dict[str, tuple[str, ...]]:
    return {each.letter: each.contents for each in sections}


def test_a_full_matter_gets_the_whole_default_layout() -> None:
    matter = Matter(
        case=CASE,
        people=(AMARA,),
        recordings=(VISIT,),
        documents=(_document("b", "2026-03-02"), _document("a", "2026-03-18")),
        disputed=(Disputed(document="a", minuted="x"),),
        statement=Statement(by="amara"),
    )
    assert _shape(resolve_sections(matter, CHILDREN)) == {
        "A": (),
        "B": ("statement",),
        "C": ("recordings", "clips", "consent", "custody", "coverage"),
        "D": ("b", "a", "minutes comparison"),
    }


def test_parts_withnothing_to_print_are_left_out_and_the_default_letters_close_up() -> None:
    matter = Matter(case=CASE, recordings=(Recording(id="visit", file="v.m4a"),))
    assert _shape(resolve_sections(matter, CHILDREN)) == {
        "A": (),
        "B": ("recordings", "consent", "custody", "coverage"),
    }


def test_a_matter_without_recordings_still_lists_the_others_that_are_held() -> None:
    matter = Matter(case=CASE, other_recordings=OtherRecordings(are_there_any="yes"))
    assert _shape(resolve_sections(matter, CHILDREN)) == {"A": (), "B": ("recordings",)}


def test_an_empty_matter_keeps_the_section_of_its_index() -> None:
    assert _shape(resolve_sections(Matter(case=CASE), CHILDREN)) == {"A": ()}


def test_documents_stand_by_date_then_words_then_undated() -> None:
    matter = Matter(
        case=CASE,
        documents=(
            _document("undated"),
            _document("words", "in the spring"),
            _document("later", "2026-03-18"),
            _document("z_first", "2026-03-02"),
            _document("a_first", "2026-03-02"),
        ),
    )
    assert _shape(resolve_sections(matter, CHILDREN))["B"] == (
        "a_first",
        "z_first",
        "later",
        "words",
        "undated",
    )


def test_the_matter_s_own_sections_keep_their_letters_and_come_in_their_order() -> None:
    matter = Matter(
        case=CASE,
        documents=(_document("minutes"),),
        sections=(
            Section(letter="E", title="Minutes", contents=("minutes",)),
            Section(letter="C", title="Statement", contents=("statement",)),
            Section(letter="A", title="Index"),
        ),
    )
    assert _shape(resolve_sections(matter, CHILDREN)) == {"A": (), "E": ("minutes",)}


def test_a_document_that_no_section_names_gets_a_last_section() -> None:
    matter = Matter(
        case=CASE,
        documents=(_document("minutes"), _document("letter")),
        sections=(
            Section(letter="A", title="Index"),
            Section(letter="B", title="Minutes", contents=("minutes",)),
        ),
    )
    last = resolve_sections(matter, CHILDREN)[-1]
    assert last == Section(letter="C", title="Other documents", contents=("letter",))


def test_the_wildcard_leaves_out_what_another_section_names() -> None:
    matter = Matter(
        case=CASE,
        documents=(_document("minutes"), _document("letter")),
        sections=(
            Section(letter="A", title="Index"),
            Section(letter="B", title="All", contents=("documents",)),
            Section(letter="C", title="Minutes", contents=("minutes",)),
        ),
    )
    assert _shape(resolve_sections(matter, CHILDREN)) == {
        "A": (),
        "B": ("letter",),
        "C": ("minutes",),
    }


def test_everything_wrong_with_the_sections_is_told_at_once() -> None:
    matter = Matter(
        case=CASE,
        documents=(_document("minutes"),),
        sections=(
            Section(letter="A", title="Index", contents=("minuets",)),
            Section(letter="B", title="Minutes", contents=("minutes",)),
            Section(letter="B", title="Again", contents=("minutes",)),
        ),
    )
    with pytest.raises(MatterError) as caught:
        resolve_sections(matter, CHILDREN)
    assert [each.pointer for each in caught.value.problems] == [
        "/sections/A/contents/0",
        "/sections/B/contents/0",
        "/sections/B",
    ]


@given(st.text(alphabet="ABCXYZ", min_size=1, max_size=4))
def test_letters_go_up_one_at_a_time(letter: str) -> None:
    def value(text: str) -> int:
        total = 0
        for each in text:
            total = total * 26 + ord(each) - ord("A") + 1
        return total

    assert value(letter_after(letter)) == value(letter) + 1


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), unique=True), st.data())
def test_every_document_is_in_exactly_one_section(names: list[str], data: st.DataObject) -> None:
    named = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    own = data.draw(st.booleans())
    sections = (Section(letter="A", title="Index", contents=tuple(named)),) if own else ()
    matter = Matter(case=CASE, documents=tuple(map(_document, names)), sections=sections)
    found = [item for each in resolve_sections(matter, CHILDREN) for item in each.contents]
    assert sorted(found) == sorted(names)
