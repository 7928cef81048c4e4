# SPDX-License-Identifier: AGPL-3.0-or-later
"""Open, covert or cannot be said: every status alone, and together where the order matters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.compose.openness import COVERT_SOURCE, Verdict, openness
from evidencekit.model.consent import Consent, ConsentEvent, ConsentStatus, Knew
from evidencekit.model.matter import Case, Matter
from evidencekit.model.person import Person
from evidencekit.model.recording import Recording, TranscriptSource

S = ConsentStatus
MATTER = Matter(
    case=Case(title="Re E"),
    people=(
        Person(id="amara", name="Amara Dean"),
        Person(id="hale", name="Joanna Hale"),
        Person(id="price", name="Owen Price"),
        Person(id="child", name="Ella Dean", child=True),
    ),
)


def _event(status: ConsentStatus, **facets: object) -> ConsentEvent:
    return ConsentEvent(status=status, **facets)  # type: ignore[arg-type]


def _recording(**people: ConsentEvent | tuple[ConsentEvent, ...]) -> Recording:
    consent = tuple(
        Consent(person=name, events=events if isinstance(events, tuple) else (events,))
        for name, events in people.items()
    )
    return Recording(
        id="visit", file="v.m4a", made_by="amara", recorded_at="2026-03-11", consent=consent
    )


def _verdict(**people: ConsentEvent | tuple[ConsentEvent, ...]) -> Verdict:
    return openness(_recording(**people), MATTER).verdict


@pytest.mark.parametrize(
    ("event", "verdict"),
    [
        (_event(S.AGREED), Verdict.OPEN),
        (_event(S.AGREED, knew=Knew.NO), Verdict.COVERT),
        (_event(S.AGREED, knew=Knew.NOT_KNOWN), Verdict.CANNOT_BE_SAID),
        (_event(S.AGREED_WITH_CONDITIONS, terms="not for court"), Verdict.CANNOT_BE_SAID),
        (_event(S.REFUSED), Verdict.COVERT),
        (_event(S.REFUSED, knew=Knew.YES), Verdict.COVERT),
        (_event(S.ASKED_NO_ANSWER), Verdict.COVERT),
        (_event(S.NOT_ASKED), Verdict.COVERT),
        (_event(S.NOT_ASKED, knew=Knew.YES), Verdict.COVERT),
        (_event(S.WITHDREW, then="stopped"), Verdict.OPEN),
        (_event(S.WITHDREW, then="went on"), Verdict.COVERT),
        (_event(S.WITHDREW), Verdict.CANNOT_BE_SAID),
        (_event(S.NOT_KNOWN), Verdict.CANNOT_BE_SAID),
        (_event(S.NOT_KNOWN, knew=Knew.NO), Verdict.COVERT),
        (_event(S.LEFT_THE_MESSAGE), Verdict.CANNOT_BE_SAID),
        (_event(S.TOLD_IT_WAS_RECORDED, service="The line"), Verdict.CANNOT_BE_SAID),
        (_event(S.MENTIONED_ONLY), Verdict.CANNOT_BE_SAID),
        (_event(S.HEARD), Verdict.CANNOT_BE_SAID),
        (_event(S.HEARD, knew=Knew.NO), Verdict.COVERT),
        (_event(S.MADE_THE_RECORDING), Verdict.CANNOT_BE_SAID),
    ],
)
def test_one_person_alone_settles_it_so(event: ConsentEvent, verdict: Verdict) -> None:
    assert _verdict(hale=event) is verdict


def test_one_person_without_permission_makes_the_whole_recording_covert() -> None:
    assert _verdict(hale=_event(S.AGREED), price=_event(S.NOT_ASKED)) is Verdict.COVERT


def test_one_person_of_whom_nothing_is_known_leaves_it_unsaid() -> None:
    assert _verdict(hale=_event(S.AGREED), price=_event(S.NOT_KNOWN)) is Verdict.CANNOT_BE_SAID


def test_the_maker_and_who_is_only_spoken_of_do_not_count() -> None:
    people = {
        "amara": _event(S.NOT_ASKED),
        "hale": _event(S.AGREED),
        "child": _event(S.MENTIONED_ONLY),
    }
    assert _verdict(**people) is Verdict.OPEN


def test_the_example_s_reason_names_each_person_and_stays_with_what_was_told() -> None:
    found = openness(
        _recording(
            hale=(
                _event(S.REFUSED, on="2026-03-02"),
                _event(S.NOT_ASKED, on="2026-03-11", knew=Knew.NOT_KNOWN),
            ),
            price=_event(S.NOT_KNOWN),
        ),
        MATTER,
    )
    assert found.verdict is Verdict.COVERT
    assert found.source == COVERT_SOURCE
    assert found.reason == (
        "On what was told: Joanna Hale, express permission: none; express knowledge: not known. "
        "Owen Price, express permission: not known; express knowledge: not known."
    )


def test_the_last_dated_answer_before_the_recording_counts() -> None:
    refused = _event(S.REFUSED, on="2026-03-02")
    agreed = _event(S.AGREED, on="2026-03-09")
    assert _verdict(hale=(refused, agreed)) is Verdict.OPEN
    assert _verdict(hale=(agreed, refused)) is Verdict.OPEN


def test_what_was_agreed_after_the_recording_does_not_make_it_open() -> None:
    not_asked = _event(S.NOT_ASKED, on="2026-03-11")
    agreed = _event(S.AGREED, on="2026-03-20")
    assert _verdict(hale=(not_asked, agreed)) is Verdict.COVERT
    assert _verdict(hale=agreed) is Verdict.CANNOT_BE_SAID


def test_different_answers_in_no_stated_order_leave_it_unsaid() -> None:
    assert _verdict(hale=(_event(S.REFUSED), _event(S.AGREED))) is Verdict.CANNOT_BE_SAID
    same_day = (_event(S.REFUSED, on="2026-03-02"), _event(S.AGREED, on="2026-03-02"))
    assert _verdict(hale=same_day) is Verdict.CANNOT_BE_SAID


def test_a_child_s_yes_does_not_make_a_recording_open_and_a_no_makes_it_covert() -> None:
    assert _verdict(child=_event(S.AGREED)) is Verdict.CANNOT_BE_SAID
    assert _verdict(child=_event(S.HEARD)) is Verdict.CANNOT_BE_SAID
    assert _verdict(child=_event(S.REFUSED)) is Verdict.COVERT


def test_a_speaker_of_the_transcript_of_whom_nothing_was_told_leaves_it_unsaid() -> None:
    recording = Recording(
        id="visit",
        file="v.m4a",
        made_by="amara",
        transcript=TranscriptSource(file="v.vtt", speakers=(("A", "amara"), ("JH", "hale"))),
    )
    found = openness(recording, MATTER)
    assert found.verdict is Verdict.CANNOT_BE_SAID
    assert found.reason == (
        "On what was told: Joanna Hale, express permission: not stated; express knowledge: not "
        "stated."
    )


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (S.AGREED, "whoever agrees to be recorded knows of it"),
        (S.TOLD_IT_WAS_RECORDED, "was told that it was recorded"),
    ],
)
def test_knowledge_that_follows_from_an_answer_is_said_to_follow(
    status: ConsentStatus, why: str
) -> None:
    found = openness(_recording(hale=_event(status)), MATTER)
    assert f"express knowledge: yes (not told in words; {why})." in found.reason
    told = openness(_recording(hale=_event(status, knew=Knew.YES)), MATTER)
    assert "express knowledge: yes." in told.reason


def test_nothing_told_leaves_it_unsaid() -> None:
    found = openness(_recording(), MATTER)
    assert found.verdict is Verdict.CANNOT_BE_SAID
    assert found.reason == ("On what was told: who was recorded, besides the maker, is not stated.")


_SILENT = (S.NOT_KNOWN, S.HEARD, S.MENTIONED_ONLY, S.TOLD_IT_WAS_RECORDED)


@given(st.lists(st.sampled_from(_SILENT), max_size=4))
def test_what_is_not_known_alone_is_never_covert_and_never_open(
    statuses: list[ConsentStatus],
) -> None:
    names = ("hale", "price", "child", "stranger")
    people = {name: _event(status) for name, status in zip(names, statuses, strict=False)}
    assert _verdict(**people) is Verdict.CANNOT_BE_SAID


@given(
    st.dictionaries(
        st.sampled_from(["hale", "price", "child"]),
        st.tuples(st.sampled_from(list(S)), st.sampled_from([None, *Knew])),
    )
)
def test_open_is_said_only_where_everyone_recorded_is_told_to_have_known_and_permitted(
    told: dict[str, tuple[ConsentStatus, Knew | None]],
) -> None:
    people = {name: _event(status, knew=knew) for name, (status, knew) in told.items()}
    found = openness(_recording(**people), MATTER)
    if found.verdict is Verdict.OPEN:
        assert all(each.permission == "express" for each in found.people)
        assert all(each.knowledge == "yes" for each in found.people)
    if found.verdict is Verdict.COVERT:
        assert any("none" in {each.permission, each.knowledge} for each in found.people)
