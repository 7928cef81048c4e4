# SPDX-License-Identifier: AGPL-3.0-or-later
"""Matter files are read whole, or refused with everything that is wrong and where."""

from __future__ import annotations

import json
import os
import pickle
import tomllib
from pathlib import Path

import pytest

from evidencekit.errors import MatterError
from evidencekit.matterfile.document import to_document
from evidencekit.matterfile.jsonform import json_form
from evidencekit.matterfile.load import load_document, load_matter
from evidencekit.model.consent import ConsentStatus
from evidencekit.model.matter import Comparison
from evidencekit.model.stated import told
from evidencekit.model.timecode import Span

EXAMPLE = Path(__file__).parents[3] / "examples" / "home-visit" / "matter.toml"

SMALLEST = """\
schema = "evidencekit/matter/1"
[case]
title = "Re E (A Child)"
[people]
amara = "Amara Dean"
[recordings.visit]
file = "recordings/visit.m4a"
made_by = "amara"
[[recordings.visit.clip]]
title = "The refusal is explained"
from = "0:12.4"
to = "0:31.9"
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that writes a matter file and loads it by its bare name."""
    monkeypatch.chdir(tmp_path)

    def write_and_load(text, name="matter.toml"):
        data = text if isinstance(text, bytes) else text.encode()
        Path(name).write_bytes(data)
        return load_matter(name)

    return write_and_load


@pytest.fixture
def refused(write):
    """Return a function that writes a matter file and returns its problems, a line each."""

    def problems(text, name="matter.toml"):
        with pytest.raises(MatterError) as caught:
            write(text, name)
        return str(caught.value).split("\n")

    return problems


def test_the_smallest_matter_leaves_everything_else_unsaid(write):
    matter = write(SMALLEST)
    [visit] = matter.recordings
    assert (matter.case.title, matter.timezone) == ("Re E (A Child)", "Europe/London")
    assert visit.made_by == told("amara", source="/recordings/visit/made_by")
    assert visit.clips[0].span == Span(start_ms=12_400, end_ms=31_900)
    assert (visit.place, visit.whole, matter.statement, matter.sections) == (None, None, None, ())


def test_the_full_example_is_read_whole():
    matter = load_matter(EXAMPLE)
    visit = matter.recording("visit")
    assert [each.id for each in matter.people] == ["amara", "hale", "price", "child"]
    assert visit.place.by == "amara"
    assert visit.recorded_at.value.at.isoformat() == "2026-03-11T14:05:00+00:00"
    hale = next(each for each in visit.consent if each.person == "hale")
    assert [each.status for each in hale.events] == [ConsentStatus.REFUSED, ConsentStatus.NOT_ASKED]
    assert hale.events[1].also_recorded is True
    assert matter.disputed[0].compare == Comparison(recording="visit", span=visit.clips[1].span)
    assert isinstance(matter.disputed[1].compare, str)
    assert matter.custody[0].giver == "my phone"
    assert ("14 Mill Lane", "[address]") in matter.anonymise


def test_toml_and_json_of_one_matter_are_equal(write):
    document, flaws = json_form(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))
    assert flaws == ()
    text = json.dumps(document)
    assert write(text, "matter.json") == load_matter(EXAMPLE)
    assert load_document(to_document(load_matter(EXAMPLE))) == load_matter(EXAMPLE)


def test_every_problem_comes_at_once_with_its_place_and_line(refused):
    assert refused(
        SMALLEST.replace('"amara"\n[[', '"amra"\nplce = "home"\n[[')
        + '[recordings.visit.consent]\namara = "declined"\n[document]\n'
    ) == [
        (
            'matter.toml:8 [recordings.visit] made_by: "amra" is not the id of a person. Did you mean '
            '"amara"? Words that are no id are written with a capital or with a space in them.'
        ),
        (
            'matter.toml:9 [recordings.visit] plce: "plce" is not a key of [recordings.visit]. Did you '
            'mean "place"?'
        ),
        (
            'matter.toml:15 [recordings.visit] consent.amara: "declined" is not a status. Did you mean '
            '"refused"?'
        ),
        (
            "matter.toml:16 document: document belongs in [[disputed]], not in the first level of the "
            "file."
        ),
    ]


def test_a_missing_key_is_placed_at_its_table(refused):
    assert refused(SMALLEST.replace('file = "recordings/visit.m4a"\n', "")) == [
        'matter.toml:6 [recordings.visit]: "file" is missing. The recording\'s file.'
    ]


def test_json_has_lines_too(refused):
    text = '{"schema": "evidencekit/matter/1",\n "case": {\n  "title": ""}}'
    assert refused(text, "matter.json") == [
        "matter.json:3 [case] title: is empty. Leave the key out where nothing is known."
    ]


def test_an_error_pickles_and_compares(write):
    with pytest.raises(MatterError) as caught:
        write(SMALLEST.replace("0:31.9", "0:02"))
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value  # noqa: S301 - our own bytes
    assert caught.value.problems[0].pointer == "/recordings/visit/clip/0/to"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("from = 0:12", 'Put quotes round a time in a recording: from = "0:12.400".'),
        ("from = 0:12.4", 'Put quotes round a time in a recording: from = "0:12.400".'),
        ("title = Re E", 'Put quotes round text: title = "Re E (A Child)".'),
        ("title = “Re E”", 'It has curly quotes. Type straight ones: "like this".'),
        ("on = 11.03.2026", 'Write a date as 2026-03-11, or put quotes round it: "11 March 2026".'),
        ("on = 2026-02-30", "There is no such date. Write it as 2026-03-11."),
        ("on = 2026-02-30T14:05:00", "There is no such date. Write it as 2026-03-11."),
        (
            "on = 2026-03-11 2pm",
            'The time is malformed. Write 2026-03-11T14:05:00, or quotes: "11 March 2026, 2 pm".',
        ),
        (
            "on = 15 June 2026",
            'Put quotes round a date in words, "15 June 2026", or write it as 2026-06-15.',
        ),
        ("edited = no", 'Put quotes round words, also round "yes" and "no".'),
        ('file = "C:\\Users\\x"', "A \\ means something in text. Write / between folders."),
        ("a = { b = 1,\n c = 2 }", "A table in braces { } has to stand on one line."),
        ("a = { b = 1, }", "Leave out the last comma inside { }."),
        ("title = ", "The value is missing after the = sign."),
        ("title: 1", "Write = between a key and its value, not a colon."),
        ("made by = 1", "A key is one word: letters, digits, _ and -."),
        ('title = "a "b" c"', "It has quotes inside quotes. Put ' ' round the whole text."),
        ('title = "open\nx = 1', "The text has no closing quote on its line."),
        ('title = "\x07"', "It has a control character. Take it out."),
        ("number = 007", "Put quotes round a number that begins with 0."),
        ("[case", "A table's name ends with a ]."),
        ("child = True", "Write true or false in small letters."),
    ],
)
def test_toml_that_is_none_is_told_with_its_line_and_what_was_meant(refused, line, told):
    assert refused(f'schema = "x"\n# ...\n{line}') == [f"matter.toml:3 is not TOML here. {told}"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[case]\ntitle = 1\ntitle = 2\n", 3),
        ("[case]\n[people]\n[case]\nx = 1", 3),
        ("x = {a = 1, a = 2}\n", 1),
        ("[recordings.a]\n[[recordings]]\n", 2),
    ],
)
def test_a_key_or_table_given_twice_is_told_with_its_second_line(refused, text, line):
    [problem] = refused(text)
    assert problem.startswith(f"matter.toml:{line} gives a key or a table for the second time.")


@pytest.mark.parametrize("text", ['x = """abc\n\n', "y = 1\nx = [1,\n2"])
def test_what_is_not_closed_is_told_where_it_opens(refused, text):
    number = text[: text.index("x")].count("\n") + 1
    [problem] = refused(text)
    assert problem.startswith(f"matter.toml:{number} ends in the middle of something.")


def test_a_key_given_twice_in_json_is_refused_with_its_line(refused):
    text = '{"schema": "evidencekit/matter/1",\n "case": {"title": "a",\n  "title": "b"}}'
    assert refused(text, "matter.json") == ["matter.json:3 gives a key twice: [case] title."]


def test_syntax_problems_never_quote_the_file(refused):
    for text in ("x = Ella", 'x = "Ella', "'Ella' 'Dean' = 1", "[Ella Dean]", "x = [Ella]"):
        assert "Ella" not in "".join(refused(text))
    assert "Ella" not in "".join(refused('{"Ella Dean": 1, "Ella Dean": 2}', "matter.json"))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfes\x00", "matter.toml:1 is UTF-16. Save it as UTF-8."),
        (b"# ok\n# caf\xe9\n", "matter.toml:2 is not UTF-8 here. Save the file as UTF-8."),
        (b"x = " + b"[" * 5000, "matter.toml is nested too deeply to be a matter file."),
        (b"x = " + b"9" * 5000, "matter.toml has a number that is too large."),
        (b"#" * 4_000_001, "matter.toml is larger than 4 MB, which no matter file is."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(refused, data, told):
    assert refused(data) == [told]


def test_a_json_file_that_cannot_be_read_says_why(refused):
    assert refused("[" * 100_000, "matter.json") == [
        "matter.json is nested too deeply to be a matter file."
    ]
    assert refused('{"a": ' + "9" * 5000 + "}", "matter.json") == [
        "matter.json has a number that is too large."
    ]
    assert refused('{"a":\n}', "matter.json") == [
        "matter.json:2 is not JSON here: Expecting value."
    ]
    assert refused("[1]", "matter.json") == [
        "matter.json the document must be a table of keys and values."
    ]


def test_a_file_that_is_not_there_or_no_file_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("folder.toml").mkdir()
    Path("matter.txt").touch()
    os.mkfifo("pipe.toml")
    for name, expected in (
        ("none.toml", "does not exist."),
        ("folder.toml", "is not a file."),
        ("pipe.toml", "is not a file."),
        ("matter.txt", "is not a matter file: its name has to end in .toml or .json."),
    ):
        with pytest.raises(MatterError) as caught:
            load_matter(name)
        assert str(caught.value) == f"{name} {expected}"


def test_a_byte_order_mark_and_windows_line_ends_are_taken(write):
    plain = write(SMALLEST)
    assert write(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode()) == plain


def test_windows_line_ends_keep_their_lines(refused):
    text = SMALLEST.replace("0:31.9", "0:02").replace("\n", "\r\n")
    [problem] = refused(text)
    assert problem.startswith("matter.toml:12 [recordings.visit] clip 1 to: ")


def test_a_time_of_day_in_toml_is_told_to_need_quotes(refused):
    assert refused(SMALLEST.replace('"0:12.4"', "00:12:04")) == [
        'matter.toml:11 [recordings.visit] clip 1 from: needs quotes round it: "00:12:04".'
    ]


def test_local_times_are_those_of_the_matters_zone(write):
    text = SMALLEST.replace("made_by", "recorded_at = 2026-07-01T12:00:00\nmade_by")
    [london] = write(text).recordings
    [dublin] = write(f'timezone = "America/New_York"\n{text}').recordings
    [zulu] = write(text.replace("00:00\nmade", "00:00Z\nmade")).recordings
    assert london.recorded_at.value.at.isoformat() == "2026-07-01T12:00:00+01:00"
    assert dublin.recorded_at.value.at.isoformat() == "2026-07-01T12:00:00-04:00"
    assert zulu.recorded_at.value.at.isoformat() == "2026-07-01T13:00:00+01:00"
    assert str(zulu.recorded_at.value) == "1 July 2026, 13:00"


@pytest.mark.parametrize(
    ("time", "told"),
    [
        (
            "2026-03-29T01:30:00",
            (
                "2026-03-29T01:30:00 does not exist in Europe/London: the clocks went forward. Write "
                "which is meant: 2026-03-29T01:30:00Z or 2026-03-29T00:30:00Z."
            ),
        ),
        (
            "2026-10-25T01:30:00",
            (
                "2026-10-25T01:30:00 happened twice in Europe/London: the clocks went back. Write "
                "which is meant: 2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z."
            ),
        ),
    ],
)
def test_an_hour_that_the_clocks_skipped_or_showed_twice_asks_which(refused, time, told):
    text = SMALLEST.replace("made_by", f"recorded_at = {time}\nmade_by")
    assert refused(text) == [f"matter.toml:8 [recordings.visit] recorded_at: {told}"]


def test_what_a_person_told_is_told_by_the_declarant(write):
    text = 'statement = "amara"\n' + SMALLEST.replace("made_by", 'place = "home"\nmade_by')
    [visit] = write(text).recordings
    assert visit.place == told("home", by="amara", source="/recordings/visit/place")
