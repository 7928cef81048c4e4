# SPDX-License-Identifier: AGPL-3.0-or-later
"""One conversation, written in every format, is read as the same words, speakers and times."""

from __future__ import annotations

import pytest
from support_transcripts import CONVERSATION, NUMBERS, WRITERS

from evidencekit.model.findings import Severity
from evidencekit.transcript.check import check_transcript
from evidencekit.transcript.read import FORMATS, read_transcript
from evidencekit.transcript.words import find_words, placed_words, tokens

LENGTH_MS = 3_800_000


def _read(tmp_path, name):
    path = tmp_path / "transcript.bin"
    path.write_bytes(WRITERS[name][0]())
    return read_transcript(path, name="transcripts/t")


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_words_are_read_from_every_format(tmp_path, name):
    transcript = _read(tmp_path, name)
    assert transcript.format == WRITERS[name][1]
    assert [cue.text for cue in transcript.cues] == [s.text for s in CONVERSATION]
    assert transcript.cues_seen == len(CONVERSATION)


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_speakers_are_read_from_every_format(tmp_path, name):
    told = WRITERS[name][2][1:]
    expected = [
        None
        if told == "-"
        else s.speaker
        if told == "n"
        else f"Speaker {NUMBERS[s.speaker] + int(told[1])}"
        for s in CONVERSATION
    ]
    assert [cue.speaker for cue in _read(tmp_path, name).cues] == expected


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_times_are_read_from_every_format(tmp_path, name):
    cues = _read(tmp_path, name).cues
    assert [cue.start_ms for cue in cues] == [s.start for s in CONVERSATION]
    if WRITERS[name][2][0] == "s":
        following = [*(s.start for s in CONVERSATION[1:]), CONVERSATION[-1].start]
        assert [cue.end_ms for cue in cues] == following
        assert all(cue.end_inferred for cue in cues)
    else:
        assert [cue.end_ms for cue in cues] == [s.end for s in CONVERSATION]
        assert not any(cue.end_inferred for cue in cues)


@pytest.mark.parametrize("name", [name for name in WRITERS if WRITERS[name][2][0] == "w"])
def test_the_same_word_times_are_read_from_every_format_that_has_them(tmp_path, name):
    for cue, said in zip(_read(tmp_path, name).cues, CONVERSATION, strict=True):
        assert len(placed_words(cue)) == len(cue.words) > 0
        read = [(_folded(word.text), word.start_ms, word.end_ms) for word in cue.words]
        # A bare mark ("&") belongs to the word before it, and its end is then the end of both.
        told = [(_folded(text), start, end) for text, start, end in said.words if _folded(text)]
        assert [each[:2] for each in read] == [each[:2] for each in told]
        assert all(a == b or a[0] == ("nursery",) for a, b in zip(read, told, strict=True))


def _folded(text):
    return tuple(token.folded for token in tokens(text))


@pytest.mark.parametrize("name", WRITERS)
def test_a_quote_across_marks_and_case_is_found_once_in_every_format(tmp_path, name):
    transcript = _read(tmp_path, name)
    (place,) = find_words(transcript, "nobodys SAYING — that I cancelled")
    said = CONVERSATION[2]
    assert said.start <= place.start_ms < said.end
    if WRITERS[name][2][0] == "w":
        assert (place.start_ms, place.end_ms) == (said.words[2][1], said.end)


@pytest.mark.parametrize("name", WRITERS)
def test_a_faithful_transcript_gives_nothing_to_look_at_in_any_format(tmp_path, name):
    transcript = _read(tmp_path, name)
    findings = (*transcript.findings, *check_transcript(transcript, length_ms=LENGTH_MS))
    assert [each for each in findings if each.severity is not Severity.NOTE] == []


def test_every_format_is_written_here():
    assert {format_name for _, format_name, _ in WRITERS.values()} == {
        each.name for each in FORMATS
    }
