# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.compose.consent import consent_part, consent_record, people_in_order
from evidencekit.compose.plan import Heading, Paragraph, Part, Style, Table, flat
from evidencekit.court.profiles import load_profile
from evidencekit.model.bundle import Item, ItemKind, Layout, Numbering, SectionHead, lay_out
from evidencekit.model.consent import Consent, ConsentEvent, ConsentStatus
from evidencekit.model.recording import Recording

if TYPE_CHECKING:
    from evidencekit.court.profile import Profile
    from evidencekit.model.material import Material


def _layout() -> Layout:
    item = Item(id="document:refusal", title="Reply refusing", kind=ItemKind.DOCUMENT, section="E")
    return lay_out(
        [SectionHead(letter="E", title="Letters")], [(item, 1)], numbering=Numbering.BATES
    )


def _tables(part: Part) -> list[Table]:
    return [block for block in part.blocks if isinstance(block, Table)]


def _with(material: Material, recording: Recording) -> Material:
    read = evolve(material.recordings[0], recording=recording)
    return evolve(material, recordings=(read,))


def test_the_head_note_says_what_the_schedule_is_not(material: Material, profile: Profile) -> None:
    first = consent_part(material, profile, None).blocks[0]
    assert isinstance(first, Paragraph)
    assert flat(first.text) == (
        "This records what Amara Dean has said about each person. It is not a finding that anyone "
        "agreed. Agreeing to be recorded is not agreeing that the recording be used in court."
    )


def test_every_recording_has_its_table_in_printed_order(
    material: Material, profile: Profile
) -> None:
    part = consent_part(material, profile, _layout())
    headings = [block.text for block in part.blocks if isinstance(block, Heading)]
    assert headings == ["R1, Home visit", "R2, Voicemail from Mr Price"]
    assert len(_tables(part)) == 2


def test_the_maker_comes_first_and_children_last(material: Material, profile: Profile) -> None:
    (visit, _) = _tables(consent_part(material, profile, _layout()))
    assert [flat(row.cells[0]) for row in visit.rows] == [
        "Amara Dean, mother",
        "Joanna Hale, social worker, Norbury Council",
        "Joanna Hale",
        "Owen Price, family support worker, Norbury Council",
        "Ella Dean, the child",
    ]


def test_a_second_event_repeats_the_name_in_grey(material: Material, profile: Profile) -> None:
    (visit, _) = _tables(consent_part(material, profile, _layout()))
    assert visit.rows[2].cells[0][0].style is Style.GREY


def test_the_label_of_a_cited_document_is_a_link_and_a_question_mark_before_there_is_one(
    material: Material, profile: Profile
) -> None:
    for layout, shown in ((_layout(), "E1"), (None, "?")):
        (visit, _) = _tables(consent_part(material, profile, layout))
        links = [run for row in visit.rows for cell in row.cells for run in cell if run.target]
        assert [(run.text, run.target) for run in links] == [(shown, "document:refusal")]


def test_use_in_evidence_has_its_own_column_and_what_nobody_said_is_not_stated(
    material: Material, profile: Profile
) -> None:
    (visit, _) = _tables(consent_part(material, profile, _layout()))
    assert [flat(row.cells[2]) for row in visit.rows] == [
        "Not stated.",
        "Amara Dean says: Joanna Hale was not asked about use in evidence.",
        "",
        "Not stated.",
        "Not stated.",
    ]


def test_a_recording_of_which_nothing_was_told_says_so(
    material: Material, profile: Profile
) -> None:
    bare = _with(material, Recording(id="visit", file="visit.m4a"))
    (table,) = _tables(consent_part(bare, profile, None))
    assert [[flat(cell) for cell in row.cells][1:] for row in table.rows] == [
        ["Not stated.", "Not stated.", ""]
    ]
    assert "Ella Dean" in flat(table.rows[0].cells[0])  # a child is never passed over


def test_the_maker_is_named_where_only_made_by_was_told(
    material: Material, profile: Profile
) -> None:
    made = _with(material, Recording(id="visit", file="visit.m4a", made_by="amara"))
    (table,) = _tables(consent_part(made, profile, None))
    row, child = table.rows
    assert flat(child.cells[1]) == "Not stated."
    assert flat(row.cells[1]) == "Amara Dean says: I made this recording."
    assert flat(row.cells[3]) == "T"


def test_a_person_without_events_is_not_stated_and_has_no_standing(
    material: Material, profile: Profile
) -> None:
    consent = (Consent(person="hale", events=()),)
    empty = _with(material, Recording(id="visit", file="visit.m4a", consent=consent))
    (table,) = _tables(consent_part(empty, profile, None))
    assert [flat(cell) for cell in table.rows[0].cells[1:]] == ["Not stated.", "Not stated.", ""]


def test_open_or_covert_is_printed_below_each_table_with_its_reason(
    material: Material, profile: Profile
) -> None:
    part = consent_part(material, profile, _layout())
    lines = [
        flat(block.text)
        for block in part.blocks
        if isinstance(block, Paragraph) and flat(block.text).startswith("Open or covert")
    ]
    assert lines == [
        (
            "Open or covert: Covert. On what was told: Joanna Hale, express permission: none; express "
            "knowledge: not known. Owen Price, express permission: not known; express knowledge: not "
            "known."
        ),
        (
            "Open or covert: Cannot be said. On what was told: Owen Price left the message on an "
            "answering service; express permission and knowledge: not stated."
        ),
    ]


def test_the_guidance_is_cited_only_where_the_profile_has_it(
    material: Material, profile: Profile
) -> None:
    for each, cited in ((profile, True), (load_profile("us-federal"), False)):
        last = consent_part(material, each, None).blocks[-1]
        assert isinstance(last, Paragraph)
        assert ("Family Justice Council" in flat(last.text)) is cited


def test_the_record_holds_what_was_told_and_the_sentence_as_printed(material: Material) -> None:
    record = consent_record(material, _layout())
    hale = next(each for each in record if each["person"] == "hale")
    assert hale["recording"] == "visit"
    assert hale["openness"] == {"permission": "none", "knowledge": "not known"}
    assert hale["use_in_evidence"]["status"] == "not asked"
    assert hale["events"][1] == {
        "status": "not asked",
        "on": "2026-03-11",
        "knew": "not known",
        "also_recorded": "yes",
        "basis": "I saw her start her phone's recorder near the end",
        "printed": "Amara Dean says: Joanna Hale was not asked on 11 March 2026. Whether Joanna "
        "Hale knew: not known. Joanna Hale also made a recording. It has not been supplied. The "
        "basis given: “I saw her start her phone's recorder near the end”.",
    }


def test_the_record_and_the_page_name_the_same_people(material: Material, profile: Profile) -> None:
    record = consent_record(material, None)
    for read in material.recordings:
        named = [each["person"] for each in record if each["recording"] == read.recording.id]
        assert named == list(people_in_order(read.recording, material.matter))


def test_a_maker_told_twice_is_printed_once(material: Material, profile: Profile) -> None:
    event = ConsentEvent(status=ConsentStatus.MADE_THE_RECORDING)
    consent = (Consent(person="amara", events=(event,)),)
    twice = Recording(id="visit", file="visit.m4a", made_by="amara", consent=consent)
    (table,) = _tables(consent_part(_with(material, twice), profile, None))
    said = [flat(row.cells[1]) for row in table.rows]
    assert said.count("Amara Dean says: I made this recording.") == 1
