# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shorthands, renamed keys and what is not acted on yet."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve

from evidencekit.matterfile.document import to_document
from evidencekit.matterfile.load import load_document
from evidencekit.matterfile.pending import not_acted_on
from evidencekit.model.consent import Consent, ConsentEvent, ConsentStatus, UseInEvidence, UseStatus
from evidencekit.model.findings import Severity
from evidencekit.model.matter import (
    Case,
    Disputed,
    Document,
    Matter,
    OtherRecording,
    OtherRecordings,
    Permission,
    Section,
    Statement,
    Transfer,
)
from evidencekit.model.moment import Moment
from evidencekit.model.person import Person
from evidencekit.model.recording import Clip, Recording, TranscriptSource

SHORT = {
    "schema": "evidencekit/matter/1",
    "case": "Re E",
    "people": {"a": "Ann"},
    "recordings": {
        "r": "r.wav",
        "q": {
            "file": "q.wav",
            "transcript": "q.vtt",
            "consent": {"a": ["not asked", {"status": "agreed", "on": "2026-03-02"}]},
            "use_in_evidence": {"a": "refused"},
            "clip": {"title": "x", "quote": "y", "before": "0:03", "after": "1:00.250"},
        },
    },
    "other_recordings": "no",
    "documents": {"d": "d.pdf"},
    "disputed": {"document": "d", "minuted": "m", "compare": "nothing"},
    "statement": "a",
    "custody": {"what": "r", "from": "My phone", "to": "a"},
    "sections": {
        "A": "Index",
        "B": {"title": "All", "contents": "documents"},
        "C": {
            "title": "Rest",
            "contents": [
                "statement",
                "recordings",
                "clips",
                "consent",
                "custody",
                "coverage",
                "minutes comparison",
            ],
        },
    },
    "anonymise": {"also": {"Mill Lane": "[address]"}, "a": "the mother"},
}

LONG = Matter(
    case=Case(title="Re E"),
    people=(Person(id="a", name="Ann"),),
    recordings=(
        Recording(id="r", file="r.wav"),
        Recording(
            id="q",
            file="q.wav",
            transcript=TranscriptSource(file="q.vtt"),
            consent=(
                Consent(
                    person="a",
                    events=(
                        ConsentEvent(status=ConsentStatus.NOT_ASKED),
                        ConsentEvent(status=ConsentStatus.AGREED, on="2026-03-02"),
                    ),
                ),
            ),
            use_in_evidence=(UseInEvidence(person="a", status=UseStatus.REFUSED),),
            clips=(Clip(title="x", quote="y", before_ms=3000, after_ms=60_250),),
        ),
    ),
    other_recordings=OtherRecordings(are_there_any="no"),
    documents=(Document(id="d", file="d.pdf", title="d"),),
    disputed=(Disputed(document="d", minuted="m", compare="nothing"),),
    statement=Statement(by="a"),
    custody=(Transfer(what=("r",), giver="My phone", receiver="a"),),
    sections=(
        Section(letter="A", title="Index"),
        Section(letter="B", title="All", contents=("documents",)),
        Section(letter="C", title="Rest", contents=tuple(SHORT["sections"]["C"]["contents"])),
    ),
    anonymise=(("a", "the mother"), ("Mill Lane", "[address]")),
)


def test_a_bare_text_stands_for_the_table_it_would_fill():
    assert load_document(SHORT) == LONG


def test_a_permission_and_another_recording_may_be_bare_texts():
    document = {
        **SHORT,
        "case": {"title": "Re E", "permission": "not yet decided"},
        "other_recordings": {"list": ["Core group"]},
    }
    matter = load_document(document)
    assert matter.case.permission == Permission(result="not yet decided")
    assert matter.other_recordings == OtherRecordings(listed=(OtherRecording(what="Core group"),))


@pytest.mark.parametrize(("written", "read"), [("yes", True), (True, True), ("no", False)])
def test_yes_and_no_are_true_and_false(written, read):
    document = {**SHORT, "case": {"title": "Re E", "agreed": written}}
    assert load_document(document).case.agreed is read


def test_a_document_has_no_shorthand_left():
    document = to_document(LONG)
    assert document["people"] == {"a": {"name": "Ann"}}
    assert document["recordings"]["r"] == {"file": "r.wav"}
    assert document["custody"] == [{"what": ["r"], "from": "My phone", "to": "a"}]
    assert document["anonymise"] == {"a": "the mother", "also": {"Mill Lane": "[address]"}}
    assert (document["schema"], document["timezone"]) == ("evidencekit/matter/1", "Europe/London")


def test_a_time_that_python_made_survives():
    at = dt.datetime(2026, 3, 11, 14, 5, tzinfo=dt.UTC)
    matter = Matter(
        case=Case(title="Re E", hearing_on=Moment(written="in March", on=dt.date(2026, 3, 11))),
        recordings=(Recording(id="r", file="r.wav", recorded_at=at),),
    )
    again = load_document(to_document(matter))
    assert again.recordings[0].recorded_at.value.at == at
    assert again.case.hearing_on.on == dt.date(2026, 3, 11)


def test_two_entries_with_one_id_are_refused():
    twice = evolve(LONG, documents=LONG.documents * 2)
    with pytest.raises(ValueError, match="two entries have the id 'd'"):
        to_document(twice)


def test_what_is_accepted_and_not_acted_on_is_said():
    assert [(each.code, each.severity, each.subject) for each in not_acted_on(LONG)] == [
        ("EK-M010", Severity.WARNING, "/anonymise"),
    ]
    assert not_acted_on(Matter(case=Case(title="Re E"))) == ()
