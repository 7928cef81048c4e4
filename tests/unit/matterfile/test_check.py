# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a schema cannot see: ids, sections, files, times and protected names."""

from __future__ import annotations

import pytest

from evidencekit.matterfile.check import check
from evidencekit.matterfile.pointer import place
from evidencekit.model.matter import GENERATED_PARTS

PARTS = [each for each in GENERATED_PARTS if each not in ("statement", "minutes comparison")]


def matter(**tables):
    document = {
        "schema": "evidencekit/matter/1",
        "case": {"title": "Re E"},
        "people": {"amara": "Amara Dean", "hale": {"name": "Joanna Hale"}},
        "recordings": {
            "visit": {"file": "a.m4a", "clip": [{"title": "x", "from": "0:01", "to": "0:02"}]}
        },
        "documents": {"minutes": {"file": "m.pdf", "title": "Minutes"}},
    }
    return {**document, **tables}


def visit(**keys):
    return {"visit": {"file": "a.m4a", **keys}}


def found(**tables):
    """Return the places and messages of everything that does not agree in a matter."""
    return [(place(each.path), each.message) for each in check(matter(**tables))]


def test_nothing_is_found_in_a_matter_that_agrees():
    assert found() == []


@pytest.mark.parametrize(
    ("tables", "where", "message"),
    [
        (
            {"recordings": visit(consent={"hail": "not asked"})},
            "[recordings.visit] consent.hail",
            '"hail" is not the id of a person. Did you mean "hale"?',
        ),
        (
            {"recordings": visit(channel=[1, "right", "left"])},
            "[recordings.visit] channel 3",
            "channel 1 is in the list already, under its other name.",
        ),
        (
            {"recordings": visit(use_in_evidence={"zoe": "not asked"})},
            "[recordings.visit] use_in_evidence.zoe",
            '"zoe" is not the id of a person. The ids are: amara, hale.',
        ),
        (
            {"recordings": visit(consent={"hale": [{"status": "refused", "evidence": "minute"}]})},
            "[recordings.visit] consent.hale 1 evidence",
            '"minute" is not the id of a document. Did you mean "minutes"?',
        ),
        (
            {"recordings": visit(transcript={"file": "t.vtt", "speakers": {"Speaker 1": "hal"}})},
            "[recordings.visit] transcript.speakers.Speaker 1",
            '"hal" is not the id of a person. Did you mean "hale"?',
        ),
        (
            {"statement": {"by": "zoe"}, "people": {}},
            "[statement] by",
            '"zoe" is not the id of a person. There is no [people] yet.',
        ),
        (
            {"statement": "amra"},
            "statement",
            '"amra" is not the id of a person. Did you mean "amara"?',
        ),
        (
            {"disputed": [{"document": "letter", "minuted": "x"}]},
            "[[disputed]] 1 document",
            '"letter" is not the id of a document. The ids are: minutes.',
        ),
        (
            {"disputed": {"document": "minutes", "minuted": "x", "compare": {"recording": "vist"}}},
            "[disputed] compare.recording",
            '"vist" is not the id of a recording. Did you mean "visit"?',
        ),
        (
            {"custody": [{"what": ["visit", "vist"]}]},
            "[[custody]] 1 what 2",
            '"vist" is not the id of a recording. Did you mean "visit"?',
        ),
        (
            {"anonymise": {"zoe": "Z"}},
            "[anonymise] zoe",
            '"zoe" is not the id of a person. The ids are: amara, hale.',
        ),
        (
            {"people": {"amara": "Amara Dean", "device": "Samsung"}},
            "[people] device",
            "device belongs in [recordings.visit], not in [people].",
        ),
        (
            {"people": {"role": "mother"}},
            "[people] role",
            "role belongs in a person's own table, not in [people].",
        ),
        (
            {"recordings": {"file": "a.m4a"}},
            "[recordings.file]",
            "file belongs in the table of one recording, [recordings.ID], not in [recordings].",
        ),
        (
            {"documents": {"title": "Minutes"}},
            "[documents] title",
            "title belongs in the table of one document, not in [documents].",
        ),
        (
            {"documents": {"custody": "c.pdf"}},
            "[documents] custody",
            '"custody" is the name of a part of the bundle. Give the document another id.',
        ),
        (
            {"people": {"also": "Al Sorensen"}},
            "[people] also",
            '"also" is a key of [anonymise]. Give the person another id.',
        ),
        (
            {"anonymise": {"also": {"hale": "SW1"}}},
            "[anonymise] also.hale",
            "is a person's id. Give what stands for the person one level up.",
        ),
        (
            {"timezone": "Europe/Lodnon"},
            "timezone",
            '"Europe/Lodnon" is not the name of a time zone. Did you mean "Europe/London"?',
        ),
        (
            {"case": {"title": "Re E", "hearing_on": "2026-02-30"}},
            "[case] hearing_on",
            '"2026-02-30" is no date or time. Write 2026-03-11, 2026-03-11T14:05:00, or words.',
        ),
        (
            {"recordings": visit(recorded_at="0001-01-01T00:00:00+14:00")},
            "[recordings.visit] recorded_at",
            (
                '"0001-01-01T00:00:00+14:00" is no date or time. Write 2026-03-11, '
                "2026-03-11T14:05:00, or words."
            ),
        ),
        (
            {"recordings": visit(clip={"title": "x", "from": "0:10", "to": "0:09.999"})},
            "[recordings.visit] clip.to",
            "the passage 0:10 to 0:09.999 ends before it starts. Correct its times.",
        ),
        (
            {"recordings": visit(clip=[{"title": "x", "from": "0:10", "to": "0:10.000"}])},
            "[recordings.visit] clip 1 to",
            "the passage 0:10 to 0:10.000 is of zero length. Correct its times.",
        ),
        (
            {
                "disputed": [
                    {
                        "document": "minutes",
                        "minuted": "x",
                        "compare": {"recording": "visit", "from": "1:00", "to": "0:59"},
                    }
                ]
            },
            "[[disputed]] 1 compare.to",
            "the passage 1:00 to 0:59 ends before it starts. Correct its times.",
        ),
        (
            {"recordings": visit(transcript={"file": "t.vtt", "encoding": "rot13"})},
            "[recordings.visit] transcript.encoding",
            '"rot13" is not the name of a character encoding, such as "cp1252".',
        ),
    ],
)
def test_what_does_not_agree_is_told_with_its_place(tables, where, message):
    assert (where, message) in found(**tables)


def test_a_key_of_a_recording_among_its_people_says_where_it_belongs():
    [complaint, *_] = found(recordings=visit(consent={"device": "Samsung"}))
    assert complaint == (
        "[recordings.visit] consent.device",
        "device belongs in [recordings.visit], not in [recordings.visit.consent].",
    )


@pytest.mark.parametrize("word", ["my phone", "Answering service", "answering service", "phone"])
def test_words_may_stand_where_an_id_may(word):
    assert found(recordings=visit(made_by=word), custody={"what": "visit", "from": word}) == []


@pytest.mark.parametrize("key", ["made_by", "corrected_by"])
def test_a_slip_in_an_id_is_told_where_words_may_stand(key):
    transcript = {"file": "t.vtt", key: "amarra"}
    [(where, message)] = found(recordings=visit(transcript=transcript))
    assert where == f"[recordings.visit] transcript.{key}"
    assert message.startswith('"amarra" is not the id of a person. Did you mean "amara"?')


def test_a_file_that_is_named_twice_is_refused_whatever_its_capitals():
    recordings = {"visit": "a/x.m4a", "call": {"file": "A/X.m4a", "transcript": "M.pdf"}}
    assert found(recordings=recordings) == [
        (
            "[recordings.call] file",
            "names the same file as [recordings.visit]. Each file is named once.",
        ),
        (
            "[documents] minutes.file",
            "names the same file as [recordings.call] transcript. Each file is named once.",
        ),
    ]


def test_sections_that_hold_everything_once_are_fine():
    assert (
        found(sections={"A": "Index", "B": {"title": "All", "contents": [*PARTS, "minutes"]}}) == []
    )
    assert found(sections={"B": {"title": "All", "contents": [*PARTS, "documents"]}}) == []


def test_what_is_in_no_section_or_in_two_is_told():
    contents = [*PARTS[1:], "consent", "minuts"]
    complaints = found(
        statement="amara",
        disputed={"document": "minutes", "minuted": "x"},
        sections={"B": {"title": "All", "contents": contents}},
    )
    assert complaints == [
        (
            "[sections] B.contents 5",
            '"consent" is listed already, at [sections] B.contents 2.',
        ),
        (
            "[sections] B.contents 6",
            '"minuts" is neither a document\'s id nor a part. Did you mean "minutes"?',
        ),
        ("sections", '"statement" is in no section. Add it to the contents of one.'),
        ("sections", '"recordings" is in no section. Add it to the contents of one.'),
        ("sections", '"minutes comparison" is in no section. Add it to the contents of one.'),
        (
            "sections",
            (
                '"minutes" is in no section. Add it to the contents of one, or add "documents", which '
                "stands for all documents not listed."
            ),
        ),
    ]


CHILD = {"amara": "Amara Dean", "kid": {"name": "Ella Zoë Dean", "child": True}}


@pytest.mark.parametrize(
    ("tables", "where"),
    [
        ({"case": "Re Ella"}, "case"),
        ({"case": {"title": "re ELLA (a child)"}}, "[case] title"),
        ({"case": {"title": "Re Zoe"}}, "[case] title"),
        ({"people": {**CHILD, "ella-friend": "Bo"}}, "[people] ella-friend"),
        ({"recordings": {"ella_visit": "a.m4a"}}, "[recordings.ella_visit]"),
        ({"recordings": visit(title="Ella's call")}, "[recordings.visit] title"),
        ({"recordings": {"visit": {"file": "rec/EllaVisit.m4a"}}}, "[recordings.visit] file"),
        ({"recordings": visit(transcript="ella.vtt")}, "[recordings.visit] transcript"),
        (
            {"recordings": visit(transcript={"file": "t.vtt", "before_correction": "zoë.vtt"})},
            "[recordings.visit] transcript.before_correction",
        ),
        (
            {"recordings": visit(clip={"title": "Zoë speaks", "quote": "Ella"})},
            "[recordings.visit] clip.title",
        ),
        ({"documents": {"m": {"file": "ella/m.pdf", "title": "M"}}}, "[documents] m.file"),
        ({"documents": {"m": {"file": "m.pdf", "title": "On Ella"}}}, "[documents] m.title"),
        ({"sections": {"A": "Ella"}}, "[sections] A"),
        ({"statement": {"by": "amara", "signed": "ella.pdf"}}, "[statement] signed"),
        (
            {
                "case": {"title": "About Elly"},
                "anonymise": {"kid": "E", "also": {"Elly": "E", "Mill": "[address]"}},
            },
            "[case] title",
        ),
    ],
)
def test_a_childs_name_in_an_id_a_title_or_a_path_is_refused_and_not_repeated(tables, where):
    complaints = [
        each for each in check(matter(**{"people": CHILD, **tables})) if each.code == "EK-M008"
    ]
    assert [place(each.path) for each in complaints] == [where]
    assert 'a name of the child "kid"' in complaints[0].message
    assert not {"ella", "elly", "zoë", "zoe", "dean"} & set(complaints[0].message.lower().split())


@pytest.mark.parametrize("title", ["Re E (A Child)", "Re E.Z.D.", "Umbrella", "The dean's list"])
def test_initials_and_longer_words_are_no_names(title):
    people = {"kid": {"name": "Ella Dea", "child": True}, "e": {"name": "E", "child": True}}
    assert found(people=people, case={"title": title}) == []


def test_a_child_who_is_only_called_the_child_protects_no_word():
    people = {"kid": {"name": "The child", "child": True}}
    assert found(people=people, case={"title": "Re E (A Child)"}) == []


def test_names_of_grown_people_may_be_in_titles():
    assert found(case={"title": "Dean v Hale"}) == []


def test_a_name_in_a_script_without_spaces_is_found_inside_a_line():
    people = {"kid": {"name": "王小明", "child": True}}
    [(where, _)] = found(people=people, case={"title": "关于王小明的信"})
    assert where == "[case] title"
