# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names that must not travel."""

from __future__ import annotations

import pytest

from evidencekit.matterfile.names import STAND_IN, Scrubber, protected_names


def child(name, **tables):
    document = {"people": {"kid": {"name": name, "child": True}}, **tables}
    [found] = protected_names(document) or [None]
    return found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ella Dean", "ella"),
        ("Ella Dean", "ELLA-2"),
        ("Ella Dean", "visit_ella_2026"),
        ("Ella Dean", "EllaVisit"),
        ("Ella Dean", "elladean"),
        ("Ella Dean", "Ella\u2019s"),
        ("Zoë Łukasz", "zoe"),
        ("Zoe Lukasz", "Łukasz"),
        ("Zo\u0308e", "zöe"),
        ("Bo Li", "Bo Li and others"),
        ("Bo Li", "bo-li.m4a"),
        ("Bo", "with Bo"),
        ("O'Shea", "o'shea"),
        ("محمد", "رسالة محمد"),
        ("王小明", "关于王小明的信"),
        ("नेहा", "नेहा का पत्र"),
    ],
)
def test_a_name_is_found_however_it_is_written(name, text):
    assert child(name).is_in(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ella Dean", "Umbrella"),
        ("Ella Dean", "cinderella.m4a"),
        ("Bo Li", "Bo"),
        ("Bo Li", "li"),
        ("Ann E", "Re E"),
        ("Baby Dean", "Baby monitor"),
    ],
)
def test_other_words_are_not_names(name, text):
    assert not child(name).is_in(text)


@pytest.mark.parametrize("name", ["E", "E.", "E. D.", "Child A", "The child", "  ", "1234"])
def test_initials_and_stand_ins_protect_nothing(name):
    assert child(name) is None


def test_yes_says_that_a_person_is_a_child():
    [found] = protected_names({"people": {"kid": {"name": "Ella", "child": "yes"}}})
    assert found.id == "kid"
    assert protected_names({"people": {"kid": {"name": "Ella", "child": False}}}) == ()


def test_a_nickname_belongs_to_the_child_it_is_replaced_like():
    found = child("Ella Dean", anonymise={"kid": "E", "also": {"Bunny": "E", "Mill Lane": "[a]"}})
    assert found.is_in("Bunny speaks")
    assert not found.is_in("Mill Lane")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"people": None},
        {"people": ["x"]},
        {"people": {"a": 1, "b": {"name": 2, "child": True}}},
    ],
)
def test_what_is_not_as_expected_is_passed_over(document):
    assert protected_names(document) == ()
    assert Scrubber(document).quote("y") == '"y"'


PEOPLE = {
    "people": {
        "hale": {"name": "Joanna Hale"},
        "price": "Owen Price",
        "kid": {"name": "Ella Dean", "child": True},
    }
}


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("hale", '"hale"'),
        ("Joanna Hale", f'"{STAND_IN}"'),
        ("joanna hale said no", f'"{STAND_IN} said no"'),
        ("Ms Hale", f'"Ms {STAND_IN}"'),
        ("Price said", f'"{STAND_IN} said"'),
        ("the price", '"the price"'),
        ("ella", f'"{STAND_IN}"'),
        ('say "x"', "\"say 'x'\""),
        ("a\nb", '"a\N{REPLACEMENT CHARACTER}b"'),
        ("x" * 61, f'"{"x" * 60}..."'),
    ],
)
def test_a_quotation_names_nobody_and_stays_short(text, quoted):
    assert Scrubber(PEOPLE).quote(text) == quoted


def test_a_name_is_taken_out_before_a_quotation_is_cut_short():
    text = "x" * 55 + " Joanna Hale"
    assert "Joa" not in Scrubber(PEOPLE).quote(text)


def test_a_path_names_no_child_and_keeps_ids():
    assert Scrubber(PEOPLE).path("/recordings/ella-visit/consent/hale") == (
        f"/recordings/{STAND_IN}-visit/consent/hale"
    )


def test_the_people_of_a_record_are_known_too():
    record = {"people": [{"id": "kid", "name": "Ella Dean", "child": True}]}
    assert Scrubber(record).quote("Ella") == f'"{STAND_IN}"'
