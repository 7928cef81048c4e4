# SPDX-License-Identifier: AGPL-3.0-or-later
"""find and clips-from, run as a user would."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from support_sound import sound, write_wav

from evidencekit.cli.find_command import clips_from, find

MATTER = Path(__file__).parents[2] / "examples" / "home-visit" / "matter.toml"


def _find(*arguments):
    return CliRunner().invoke(find, [str(each) for each in arguments])


def _clips(*arguments):
    return CliRunner().invoke(clips_from, [str(each) for each in arguments])


def test_find_prints_each_place_with_a_clip_to_paste():
    result = _find(MATTER, "visit", "nobody is saying THAT you cancelled")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("1 place in visit (transcripts/")
    clip = result.output[result.output.index("[[recordings") :]
    (pasted,) = tomllib.loads(clip)["recordings"]["visit"]["clip"]
    assert pasted.keys() == {"title", "from", "to"}


def test_find_prints_json_with_every_fact_of_a_place():
    result = _find(MATTER, "visit", "the", "--json")
    document = json.loads(result.output)
    assert (document["ok"], document["recording"]) == (True, "visit")
    assert len(document["places"]) > 1
    place = document["places"][0]
    assert place["start_ms"] < place["end_ms"]
    assert place["toml"].startswith("[[recordings.visit.clip]]")


def test_words_that_are_nowhere_end_with_code_1():
    result = _find(MATTER, "visit", "never ever said")
    assert (result.exit_code, "nowhere in transcripts/" in result.output) == (1, True)
    result = _find(MATTER, "visit", "never ever said", "--json")
    assert (result.exit_code, json.loads(result.output)["places"]) == (1, [])


def test_a_recording_that_is_not_there_ends_with_code_3_and_a_suggestion():
    result = _find(MATTER, "vizit", "the")
    assert result.exit_code == 3
    assert 'Did you mean "visit"?' in result.stderr


def test_a_recording_without_a_transcript_says_so(tmp_path):
    matter = tmp_path / "matter.toml"
    matter.write_text(
        'schema = "evidencekit/matter/1"\n[case]\ntitle = "X"\n[people]\na = "A B"\n'
        '[recordings.visit]\nfile = "visit.wav"\nmade_by = "a"\n'
        '[[recordings.visit.clip]]\ntitle = "One"\nfrom = "0:00"\nto = "0:01"\n'
    )
    (tmp_path / "visit.wav").write_bytes(b"RIFF")
    result = _find(matter, "visit", "the")
    assert (result.exit_code, "names no transcript" in result.stderr) == (3, True)


CUES = "WEBVTT\n\n00:01.000 --> 00:02.000\nAbout the nursery.\n"


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A folder with a recording and no matter file."""
    monkeypatch.chdir(tmp_path)
    write_wav(tmp_path / "Home visit.wav", sound(3))
    return tmp_path


def test_a_recordings_file_is_looked_in_by_the_transcript_beside_it(alone):
    (alone / "Home visit.vtt").write_text(CUES)
    result = _find("Home visit.wav", "the nursery")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("1 place in home-visit (Home visit.vtt)")
    assert '[[recordings.home-visit.clip]]\ntitle = "the nursery"' in result.output
    (alone / "Home visit.raw.vtt").write_text(CUES.replace("nursery", "bakery"))
    (alone / "Home visit.corrected.vtt").write_text(CUES)
    result = _find("Home visit.wav", "the nursery")
    assert "(Home visit.vtt)" in result.output  # its very name counts for most
    others = "Home visit.corrected.vtt, Home visit.raw.vtt. Choose with --transcript."
    assert f"Not looked in, and of a like name: {others}" in " ".join(result.output.split())
    result = _find("Home visit.wav", "the bakery", "--transcript", "Home visit.raw.vtt")
    assert result.output.startswith("1 place in home-visit (Home visit.raw.vtt)")


def test_a_recordings_file_is_looked_in_by_the_transcript_that_its_matter_names(monkeypatch):
    monkeypatch.chdir(MATTER.parent / "recordings")
    by_file = _find("visit.m4a", "nursery")
    assert by_file.exit_code == 0, by_file.output
    assert by_file.output == _find(MATTER, "visit", "nursery").output
    monkeypatch.chdir(MATTER.parent)
    assert _find("visit", "nursery").output == by_file.output
    result = _find("vizit", "nursery")
    assert (result.exit_code, 'Did you mean "visit"?' in result.stderr) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("no.wav", "x"), 4, "no.wav was not found"),
        (("Home visit.wav", "x"), 4, "Home visit.wav has no transcript beside it. Name it with"),
        (("Home visit.wav", "x", "--transcript", "none.vtt"), 4, "none.vtt"),
        (("Home visit.wav",), 2, "name the recording and the words in quotes"),
        (("m.toml", "Home visit.wav", "x", "--transcript", "a.vtt"), 2, "--transcript goes with"),
        (("m.toml", "visit"), 2, "which words?"),
        (("m.toml", "visit", "the", "nursery"), 2, "the words in quotes"),
    ],
)
def test_what_cannot_be_looked_in_is_said(alone, arguments, code, words):
    result = _find(*arguments)
    assert result.exit_code == code, result.output
    assert words in " ".join(result.stderr.replace("│", " ").split())


def test_a_transcript_that_only_resembles_is_not_taken_by_itself(alone):
    (alone / "Home visit 2.vtt").write_text(CUES)
    (alone / "Home visit 2.wav").write_bytes((alone / "Home visit.wav").read_bytes())
    result = _find("Home visit.wav", "the nursery")
    assert (result.exit_code, "has no transcript beside it" in result.stderr) == (4, True)


def test_clips_from_a_list_are_printed_to_paste(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("12.400000\t31.900000\tThe refusal\n")
    result = _clips(path, "--recording", "visit")
    assert (result.exit_code, result.output) == (
        0,
        '[[recordings.visit.clip]]\ntitle = "The refusal"\nfrom = "0:12.400"\nto = "0:31.900"\n',
    )
    document = json.loads(_clips(path, "--json").output)
    assert document["clips"] == [{"title": "The refusal", "start_ms": 12_400, "end_ms": 31_900}]


@pytest.mark.parametrize("as_json", [False, True])
def test_bad_lines_of_a_list_end_with_code_3_and_are_all_named(tmp_path, as_json):
    path = tmp_path / "clips.csv"
    path.write_text("title,from,to\nA,1.30,2\nB,0:02,0:01\n")
    result = _clips(path, *(["--json"] if as_json else []))
    assert result.exit_code == 3
    if as_json:
        problems = json.loads(result.stdout)["error"]["problems"]
        assert [each["line"] for each in problems] == [2, 3]
    else:
        assert 'clips.csv:2 from: "1.30" could be' in result.stderr
        assert "clips.csv:3 0:02.000 to 0:01.000 ends before it starts" in result.stderr
