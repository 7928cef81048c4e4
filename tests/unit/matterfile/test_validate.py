# SPDX-License-Identifier: AGPL-3.0-or-later
"""validate: plain words for what is wrong, and no content that makes it raise."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.matterfile.schema import KINDS, validate
from evidencekit.model.findings import Severity

SMALL = {"schema": "evidencekit/matter/1", "case": {"title": "Re E"}}


def messages(**tables):
    """Return pointer and message of everything wrong with a small matter and *tables*."""
    return {each.subject: each.message for each in validate({**SMALL, **tables})}


def recording(**keys):
    return {"visit": {"file": "visit.m4a", **keys}}


def test_a_finding_has_a_code_a_pointer_and_a_group():
    [finding] = validate({**SMALL, "case": {"title": "Re E", "cuort": "Norbury"}})
    assert (finding.code, finding.severity, finding.subject, finding.group) == (
        "EK-M001",
        Severity.ERROR,
        "/case/cuort",
        "schema",
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("declined", "refused"),
        ("refusd", "refused"),
        ("Refused", "refused"),
        ("consented", "agreed"),
        ("unknown", "not known"),
        ("no answer", "asked, no answer"),
        ("made recording", "made the recording"),
    ],
)
def test_a_status_that_is_none_brings_the_one_that_was_meant(written, meant):
    found = messages(recordings=recording(consent={"hale": written}))
    expected = f'"{written}" is not a status. Did you mean "{meant}"?'
    assert found == {"/recordings/visit/consent/hale": expected}


def test_a_status_that_resembles_none_brings_all_of_them():
    found = messages(recordings=recording(use_in_evidence={"hale": "zzz"}))
    assert found["/recordings/visit/use_in_evidence/hale"] == (
        '"zzz" is not a status. It is one of: "agreed", "agreed with conditions", "refused", '
        '"asked, no answer", "not asked", "withdrew", "not known".'
    )


def test_only_the_shape_that_was_meant_is_complained_about():
    event = {"status": "refused", "knw": "yes"}
    found = messages(recordings=recording(consent={"hale": ["not asked", event]}))
    assert found == {
        "/recordings/visit/consent/hale/1/knw": (
            '"knw" is not a key of [recordings.visit] consent.hale 2. Did you mean "knew"?'
        )
    }


def test_a_key_of_another_table_says_where_it_belongs():
    people = {"amara": {"name": "Amara Dean", "device": "phone"}}
    found = messages(people=people, recordings=recording())
    assert found == {
        "/people/amara/device": "device belongs in [recordings.visit], not in [people] amara."
    }


def test_a_table_in_another_table_says_so():
    found = messages(case={"title": "Re E", "people": {}})
    assert found == {
        "/case/people": "people belongs in a table of its own, [people], not in [case]."
    }


@pytest.mark.parametrize(
    ("value", "written"), [(3, "0:03.000"), (12.4, "0:12.400"), (75, "1:15.000")]
)
def test_a_media_time_without_quotes_is_shown_with_them(value, written):
    found = messages(recordings=recording(clip={"title": "x", "quote": "y", "before": value}))
    assert found == {
        "/recordings/visit/clip/before": (
            f'must be a time in a recording, not a number. Write it like "{written}".'
        )
    }


def test_all_that_is_wrong_comes_in_the_order_of_the_document():
    document = {
        "case": {"title": "x" * 2000, "number": 1},
        "recordings": {"visit": {"file": "../a", "whole": "mostly"}},
        "schema": "evidencekit/matter/1",
        "sections": {"1": "x"},
    }
    assert [each.subject for each in validate(document)] == [
        "/case/title",
        "/case/number",
        "/recordings/visit/file",
        "/recordings/visit/whole",
        "/sections/1",
    ]


def test_dates_of_toml_count_as_text_and_a_time_of_day_is_told_to_need_quotes():
    dates = {"hearing_on": dt.date(2026, 6, 15)}
    times = recording(
        recorded_at=dt.datetime(2026, 3, 11, 14, 5, tzinfo=dt.UTC),
        clip=[{"title": "x", "from": dt.time(0, 12, 4), "to": "0:13"}],
    )
    found = messages(case={"title": "Re E", **dates}, recordings=times)
    assert found == {"/recordings/visit/clip/0/from": 'needs quotes round it: "00:12:04".'}


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        {1: 2},
        {"case": float("nan")},
        {"case": 10**6000},
        {"case": b"bytes"},
        {"case": "\ud800"},
        {"\ud800": 1},
        {"case": {1, 2}},
        {"schema": object()},
    ],
    ids=lambda each: type(each).__name__,
)
@pytest.mark.parametrize("kind", KINDS)
def test_content_never_makes_it_raise(document, kind):
    assert validate(document, kind)


def test_a_document_that_holds_itself_is_refused():
    document = dict(SMALL)
    document["people"] = document
    assert any("levels deep" in each.message for each in validate(document))


def test_a_document_without_end_is_refused():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert any("levels deep" in each.message for each in validate({**SMALL, "people": deep}))


def test_messages_name_nobody():
    people = {"hale": "Joanna Hale", "ella": {"name": "Ella Dean", "child": True}}
    consent = {"hale": "Joanna Hale said no", "ella": "ella DEAN nodded"}
    found = messages(people=people, recordings=recording(consent=consent))
    assert set(found) == {
        "/recordings/visit/consent/hale",
        "/recordings/visit/consent/[a name]",
    }
    for each in found.values():
        assert not {"joanna", "ella", "dean"} & set(each.lower().replace('"', " ").split())


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.dates()
    | st.times()
    | st.sampled_from(("0:12", "not asked", "amara", "visit", "yes")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("case", "people", "recordings", "visit", "clip", "from", "to", "consent", "status")
            )
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(("case", "people", "recordings", "documents", "custody", "sections", "x")),
        anything,
    ),
    st.sampled_from(KINDS),
)
def test_whatever_a_document_holds_the_answer_is_findings(document, kind):
    for finding in validate(document, kind):
        assert finding.message.strip()
        assert "\n" not in finding.message
