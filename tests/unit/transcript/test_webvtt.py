# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from evidencekit.errors import TranscriptError
from evidencekit.model.transcript import Word
from evidencekit.transcript import vtt
from evidencekit.transcript.markup import pieces
from evidencekit.transcript.read import read_text, read_transcript

W3C = Path(__file__).parents[4] / "shared" / "corpora" / "transcripts" / "w3c-webvtt"
needs_w3c = pytest.mark.skipif(not W3C.is_dir(), reason="the W3C's test files are not here")

#: What each file of the W3C's holds that the standard's parser must read.
TIMING_FILES = [
    "arrows",
    "ids",
    "newlines",
    "nulls",
    "timings-60",
    "timings-omitted-hours",
    "timings-too-long",
    "timings-too-short",
    "whitespace-chars",
    "header-timings",
    "timings-negative",
]


def _read(text: str):
    return read_text(text, name="t.vtt")


def _cue(body: str):
    return _read(f"WEBVTT\n\n00:01.000 --> 00:05.000\n{body}\n").cues


def test_a_voice_becomes_the_speaker_and_its_tag_leaves_the_text():
    (cue,) = _cue("<v Amara Dean>So you did ring.</v>")
    assert (cue.speaker, cue.text, cue.start_ms, cue.end_ms) == (
        "Amara Dean",
        "So you did ring.",
        1000,
        5000,
    )


def test_a_voice_may_have_classes_and_no_end_tag():
    (cue,) = _cue("<v.loud.first  Amara\tDean >No.")
    assert (cue.speaker, cue.text) == ("Amara Dean", "No.")


def test_several_voices_in_one_cue_are_several_cues_with_one_number():
    cues = _cue("<v A>One.</v>\n<v B>Two.</v>\nNobody.\n<v A>Three.")
    assert [(cue.number, cue.speaker, cue.text) for cue in cues] == [
        (1, "A", "One."),
        (1, "B", "Two."),
        (1, None, "Nobody."),
        (1, "A", "Three."),
    ]


def test_two_voices_of_one_name_in_one_cue_stay_two():
    assert [cue.text for cue in _cue("<v A>One.</v> <v A>Two.</v>")] == ["One.", "Two."]


def test_text_after_an_inner_voice_belongs_to_the_outer_one_again():
    cues = _cue("<v A>One <v B>two</v> three")
    assert [(cue.speaker, cue.text) for cue in cues] == [("A", "One"), ("B", "two"), ("A", "three")]


def test_a_voice_without_words_is_kept_as_an_empty_cue():
    assert [(cue.speaker, cue.text) for cue in _cue("<v A></v>")] == [("A", "")]


def test_formatting_leaves_the_text_and_references_are_resolved():
    (cue,) = _cue(
        "<i>You</i> &amp; <c.yellow>me</c>, <lang cy>iawn</lang> <ruby>x<rt>y</rt></ruby>"
    )
    assert cue.text == "You & me, iawn xy"


@pytest.mark.parametrize(
    "text", ["5 < 6 and 7 > 6", "<inaudible> yes", "a <", "<<b", "x <3 y", "<vb>"]
)
def test_angle_brackets_that_are_no_tag_of_webvtt_stay_in_the_text(text):
    assert _cue(text)[0].text == text


def test_a_reference_that_stands_for_nothing_stays_as_written():
    assert _cue("a &#1; b &nonsense; c & d")[0].text == "a &#1; b &nonsense; c & d"


def test_times_inside_a_cue_become_words():
    (cue,) = _cue("When <00:02.000>the moon <00:03.500><c>hits</c>")
    assert cue.text == "When the moon hits"
    assert cue.words == (
        Word(text="When", start_ms=1000, end_ms=2000),
        Word(text="the moon", start_ms=2000, end_ms=3500),
        Word(text="hits", start_ms=3500, end_ms=5000),
    )


def test_a_time_inside_a_word_does_not_cut_the_word():
    (cue,) = _cue("piz<00:02.000>za <00:03.000>pie")
    assert [(word.text, word.start_ms, word.end_ms) for word in cue.words] == [
        ("pizza", 1000, 3000),
        ("pie", 3000, 5000),
    ]


@pytest.mark.parametrize(
    "body", ["a <00:09.000>b", "a <00:00.500>b", "a <00:03.000>b <00:02.000>c"]
)
def test_times_inside_a_cue_that_do_not_fit_it_are_a_finding_and_not_used(body):
    transcript = _read(f"WEBVTT\n\n00:01.000 --> 00:05.000\n{body}\n")
    assert transcript.cues[0].words == ()
    assert [each.code for each in transcript.findings] == ["EK-T013"]


def test_notes_styles_and_regions_are_not_cues():
    transcript = _read(
        "WEBVTT\n\nSTYLE\n::cue {}\n\nREGION\nid:a\n\nNOTE one\n\nNOTE\ntwo\n\n00:01.000 --> 00:02.000\nx\n"
    )
    assert (len(transcript.cues), transcript.cues_seen, transcript.findings) == (1, 1, ())


def test_a_cue_whose_times_cannot_be_read_is_counted_and_named_by_its_line():
    transcript = _read(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\n00:03.000 --> 00:0b.000\ny\n\n1\n00:71.000 --> 00:72.000\nz\n"
    )
    assert (len(transcript.cues), transcript.cues_seen) == (1, 3)
    (finding,) = transcript.findings
    assert finding.code == "EK-T011"
    assert finding.message == (
        "the times of 2 cues could not be read, and they are left out, the first at line 6"
    )


def test_text_without_times_is_counted_and_named_by_its_line():
    transcript = _read("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\nlost words\n")
    assert (len(transcript.cues), transcript.cues_seen) == (1, 2)
    assert [(each.code, "line 6" in each.message) for each in transcript.findings] == [
        ("EK-T012", True)
    ]


def test_a_file_of_which_no_cue_can_be_read_is_an_error_at_the_first():
    with pytest.raises(TranscriptError) as caught:
        _read("WEBVTT\n\n00:03.000 -> 00:04.000\ny\n")
    assert caught.value.line == 3


def test_the_header_gives_the_language_and_hours_and_ids_are_read():
    transcript = _read(
        "WEBVTT - made by hand\nKind: captions\nLanguage: cy\n\n6b2f/12-0\n1:00:00.250 --> 1:00:01.000 align:start\nIe.\n"
    )
    assert transcript.language == "cy"
    (cue,) = transcript.cues
    assert (cue.source_id, cue.start_ms, cue.end_ms, cue.line) == (
        "6b2f/12-0",
        3_600_250,
        3_601_000,
        6,
    )


@needs_w3c
@pytest.mark.parametrize("stem", TIMING_FILES)
def test_the_cues_of_the_w3cs_files_are_those_the_standard_reads(stem):
    path = W3C / f"{stem}.vtt"
    wanted = sorted(
        set(
            re.findall(
                r"^ *(?:\ufffd?)(text\0?[0-9]*)",
                path.read_text("utf-8").replace("\r", "\n"),
                re.MULTILINE,
            )
        )
    )
    transcript = read_transcript(path, name=path.name)
    texts = [cue.text for cue in transcript.cues]
    assert not any("invalid" in text for text in texts)
    assert len(texts) == len(wanted)
    assert transcript.cues_seen >= len(texts)


@needs_w3c
@pytest.mark.parametrize("path", sorted(W3C.glob("*.vtt")), ids=lambda path: path.stem)
def test_every_file_of_the_w3cs_is_read_or_refused_with_a_reason(path):
    if path.stem in {"timings-eof", "timings-garbage"}:
        with pytest.raises(TranscriptError, match="could be read") as caught:
            read_transcript(path, name=path.name)
        assert caught.value.line == 3
    else:
        assert read_transcript(path, name=path.name).format == vtt.NAME


def _tree_text(tree: str) -> str:
    return "".join(re.findall(r'(?ms)^\| +"(.*?)"$(?=\n\||\n?\Z)', tree))


def _tree_cases():
    for stem in ("tags", "entities", "timestamps", "tree-building", "text"):
        path = W3C / f"{stem}.json"
        if path.is_file():
            for number, case in enumerate(json.loads(path.read_text("utf-8"))):
                yield pytest.param(case, id=f"{stem}-{number}")


@needs_w3c
@pytest.mark.parametrize("case", list(_tree_cases()))
def test_the_text_of_the_w3cs_cues_is_that_of_their_trees(case):
    """Apart from what stands in angle brackets and is no tag, which is kept here and not there."""
    # A blank line ends the cue.
    body = case["text"].replace("\0", "\ufffd").split("\n\n")[0]
    found = "".join(piece.text for piece in pieces(body))
    without_brackets = re.sub(r"(?s)<[^>]*(>|\Z)", "", found) if "&lt" not in body else found
    expected = _tree_text(case["expectedTree"])
    assert without_brackets.strip("\n") == expected.strip("\n")
