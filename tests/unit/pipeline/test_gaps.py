# SPDX-License-Identifier: AGPL-3.0-or-later
"""What nobody has said is pointed at, each gap once, in printed order, by ids."""

from __future__ import annotations

import pytest
from attrs import evolve

from evidencekit.court.profiles import choose_profile
from evidencekit.court.sections import resolve_sections
from evidencekit.model.consent import Consent, ConsentEvent, ConsentStatus
from evidencekit.model.custody import CustodyEntry, CustodyLog, EntryKind
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.matter import Case, Document, Matter, OtherRecordings, Section, Statement
from evidencekit.model.person import Person
from evidencekit.model.recording import Clip, Recording, TranscriptSource
from evidencekit.model.timecode import Span
from evidencekit.pipeline.gaps import gaps, parts_left_out, unnamed_intakes

TOLD = Recording(
    id="visit",
    file="visit.wav",
    recorded_at="2026-03-11",
    place="the kitchen",
    made_by="amara",
    device="a phone",
    reason="to remember",
    whole="yes",
    edited="no",
    copies="one",
    whole_recording="served",
    consent=(
        Consent(person="hale", events=(ConsentEvent(status=ConsentStatus.AGREED),)),
        Consent(person="amara", events=(ConsentEvent(status=ConsentStatus.MADE_THE_RECORDING),)),
    ),
    transcript=TranscriptSource(
        file="visit.vtt", made_by="amara", speakers=(("Hale", "hale"), ("Me", "amara"))
    ),
)
PEOPLE = (Person(id="amara", name="Amara Dean"), Person(id="hale", name="Joanna Hale"))


def matter(*recordings: Recording, **more: object) -> Matter:
    return Matter(case=Case(title="Re E"), people=PEOPLE, recordings=recordings, **more)  # type: ignore[arg-type]


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [each.code for each in found]


def test_a_recording_of_which_everything_was_told_has_no_gap() -> None:
    assert gaps(matter(TOLD)) == ()
    assert gaps(matter()) == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("recorded_at", "when it was made"),
        ("place", "where it was made"),
        ("made_by", "who made it"),
        ("device", "with what it was made"),
        ("reason", "why it was made"),
        ("whole", "whether it is the whole recording"),
        ("edited", "whether it was edited"),
        ("copies", "who has copies"),
        ("whole_recording", "where the whole recording can be had"),
    ],
)
def test_each_thing_a_court_asks_is_a_gap_where_nobody_said_it(name: str, words: str) -> None:
    [found] = gaps(matter(evolve(TOLD, **{name: None})))
    assert found.code == "EK-M004"
    assert found.severity is Severity.WARNING
    assert (found.subject, found.message) == ("visit", f"not stated: {words}. Printed as such.")


def test_saying_not_stated_is_not_saying_it() -> None:
    assert codes(gaps(matter(evolve(TOLD, whole="not stated")))) == ["EK-M004"]


def test_all_that_is_missing_of_a_recording_is_one_finding() -> None:
    bare = Recording(id="visit", file="visit.wav")
    found = gaps(matter(bare))
    assert codes(found) == ["EK-M004", "EK-C001"]
    assert found[0].message.count(";") == 8


def test_what_init_wrote_and_nobody_filled_in_is_pointed_at() -> None:
    left = evolve(
        matter(evolve(TOLD, place="[to fill in: where]")),
        case=Case(title="Untitled matter"),
        people=(*PEOPLE, Person(id="person1", name="?")),
    )
    found = gaps(left)
    assert codes(found) == ["EK-M014"] * 3
    assert [each.subject for each in found] == [
        "/case/title",
        "/people/2/name",
        "/recordings/0/place/value",
    ]
    assert found[2].message == (
        '"[to fill in: where]" is still to be filled in. It is printed as it stands.'
    )


def test_marked_blanks_of_a_draft_are_named_and_a_signed_statement_has_none() -> None:
    [found] = gaps(matter(TOLD, statement=Statement(by="amara", words=("I say.",))))
    assert (found.code, found.subject) == ("EK-M015", "statement")
    assert found.message == (
        "a marked blank stands in the draft for: how it was made; address; occupation; party; "
        "exhibit mark; court; case number."
    )
    assert gaps(matter(TOLD, statement=Statement(by="amara", signed="s.pdf"))) == ()


def test_a_recording_told_to_be_whole_and_edited_is_pointed_at() -> None:
    both = evolve(TOLD, edited="yes: the end was cut off")
    assert codes(gaps(matter(both))) == ["EK-M018"]
    assert gaps(matter(evolve(both, whole="no: the end is missing"))) == ()


def test_an_unnamed_maker_of_a_transcript_is_a_gap_and_a_tool_is_a_maker() -> None:
    nobody = evolve(TOLD, transcript=evolve(TOLD.transcript, made_by=None))
    assert codes(gaps(matter(nobody))) == ["EK-M012"]
    tool = evolve(TOLD, transcript=evolve(TOLD.transcript, made_by=None, made_by_tool="Whisper"))
    assert gaps(matter(tool)) == ()


def test_nothing_said_of_anybody_is_a_gap() -> None:
    silent = evolve(TOLD, consent=(), transcript=None)
    assert codes(gaps(matter(silent))) == ["EK-C001"]


def test_somebody_heard_of_whom_nothing_is_said_is_a_gap() -> None:
    found = gaps(matter(evolve(TOLD, consent=TOLD.consent[:1])))
    assert [(each.code, each.subject) for each in found] == [("EK-C002", "visit / amara")]


def test_not_known_is_a_gap_that_names_the_person_by_id() -> None:
    unknown = Consent(person="hale", events=(ConsentEvent(status=ConsentStatus.NOT_KNOWN),))
    found = gaps(matter(evolve(TOLD, consent=(unknown, TOLD.consent[1]))))
    assert [(each.code, each.subject) for each in found] == [("EK-C003", "visit / hale")]


def test_gaps_come_in_the_printed_order_of_the_recordings() -> None:
    late = evolve(TOLD, id="late", recorded_at="2026-04-01", copies=None)
    early = evolve(TOLD, id="early", recorded_at="2026-01-01", copies=None)
    found = gaps(matter(late, early))
    assert [each.subject for each in found] == ["early", "late"]
    assert "Dean" not in str(found)


def test_a_part_that_no_section_names_is_pointed_at() -> None:
    whole = matter(
        evolve(TOLD, clips=(Clip(title="a", span=Span(start_ms=0, end_ms=5)),)),
        statement=Statement(by="amara"),
        other_recordings=OtherRecordings(are_there_any="no"),
        documents=(Document(id="letter", file="a.pdf", title="Letter"),),
    )
    sections = resolve_sections(whole, choose_profile(whole.case))
    assert parts_left_out(whole, sections) == ()
    without = tuple(
        evolve(each, contents=tuple(name for name in each.contents if name != "consent"))
        for each in sections
    )
    [found] = parts_left_out(whole, without)
    assert (found.code, found.severity) == ("EK-K051", Severity.WARNING)
    assert '"consent" is in no section' in found.message


def test_a_part_with_nothing_to_print_is_missed_by_nobody() -> None:
    section = Section(letter="A", title="All", contents=("recordings", "custody"))
    found = parts_left_out(matter(evolve(TOLD, clips=())), (section,))
    assert not any('"clips"' in each.message or "minutes" in each.message for each in found)


@pytest.mark.parametrize(("by", "codes_found"), [("not stated", ["EK-M016"]), ("Ruth Kemp", [])])
def test_a_log_that_does_not_say_who_took_in_is_pointed_at(by: str, codes_found: list[str]) -> None:
    entry = CustodyEntry(
        seq=1,
        id="e1",
        kind=EntryKind.INTAKE,
        prev="0" * 64,
        recorded_at="2026-05-20T15:02:11Z",
        entered_by=by,
        line_sha256="f" * 64,
        item="visit",
    )
    found = unnamed_intakes(matter(TOLD), CustodyLog(entries=(entry,), head="f" * 64))
    assert codes(found) == codes_found
