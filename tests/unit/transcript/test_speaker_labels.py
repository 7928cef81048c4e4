# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from evidencekit.transcript.read import read_text


def _read(*texts: str):
    blocks = [
        f"{n}\n00:00:{n:02}.000 --> 00:00:{n:02}.900\n{text}"
        for n, text in enumerate(texts, start=1)
    ]
    return read_text("WEBVTT\n\n" + "\n\n".join(blocks) + "\n", name="t")


def test_labels_become_speakers_where_the_whole_file_has_them():
    transcript = _read(
        "Hale, Joanna (NC): So you did ring.",
        "Amara Dean: Yes.",
        "Hale, Joanna (NC): Good.",
        "Amara Dean: It is.",
    )
    assert [(cue.speaker, cue.text) for cue in transcript.cues] == [
        ("Hale, Joanna (NC)", "So you did ring."),
        ("Amara Dean", "Yes."),
        ("Hale, Joanna (NC)", "Good."),
        ("Amara Dean", "It is."),
    ]
    assert [each.code for each in transcript.findings] == ["EK-T015"]
    assert "Hale" not in transcript.findings[0].message


def test_a_time_of_day_with_a_colon_is_not_a_speaker():
    transcript = _read(
        "A: One.", "B: Two.", "10:30 Meeting: bring the form.", "A: Three.", "B: Four.", "A: Five."
    )
    assert [cue.speaker for cue in transcript.cues] == ["A", "B", None, "A", "B", "A"]
    assert transcript.cues[2].text == "10:30 Meeting: bring the form."


def test_a_colon_here_and_there_makes_no_speakers():
    transcript = _read(
        "I said: no.", "And then she went.", "He asked: why?", "Nothing.", "So: that was it."
    )
    assert all(cue.speaker is None for cue in transcript.cues)
    assert transcript.cues[0].text == "I said: no."


def test_labels_that_never_come_again_are_not_speakers():
    transcript = _read("First: one.", "Second: two.", "Third: three.", "Fourth: four.")
    assert all(cue.speaker is None for cue in transcript.cues)


def test_a_single_cue_is_not_enough_to_judge_by():
    assert _read("Note: she is out.").cues[0].speaker is None


def test_where_one_cue_has_a_voice_labels_stay_in_the_words():
    transcript = _read("<v A>B: he said.", "C: one.", "C: two.", "C: three.")
    assert [cue.speaker for cue in transcript.cues] == ["A", None, None, None]


def test_labels_in_other_scripts_are_read_and_numbers_alone_are_not():
    transcript = _read("أمارة: نعم", "乔安娜: 好", "أمارة: لا", "乔安娜: 不")
    assert {cue.speaker for cue in transcript.cues} == {"أمارة", "乔安娜"}
    assert all(cue.speaker is None for cue in _read("1: a", "2: b", "1: c", "2: d").cues)


def test_a_long_clause_before_a_colon_is_not_a_label():
    clause = "what I told them on the day that it happened was this"
    transcript = _read(f"{clause}: no.", f"{clause}: yes.", f"{clause}: no.")
    assert all(cue.speaker is None for cue in transcript.cues)


def test_words_with_times_keep_them_when_the_label_before_them_becomes_the_speaker():
    text = "WEBVTT\n\n" + "\n\n".join(
        f"00:0{n}.000 --> 00:0{n}.900\nAmara: <00:0{n}.100>yes <00:0{n}.500>indeed" for n in (1, 2)
    )
    cue = read_text(text, name="t").cues[0]
    assert (cue.speaker, cue.text) == ("Amara", "yes indeed")
    assert [(word.text, word.start_ms) for word in cue.words] == [("yes", 1100), ("indeed", 1500)]


def test_a_word_that_is_timed_together_with_its_label_leaves_only_the_times_of_the_cue():
    text = "WEBVTT\n\n" + "\n\n".join(
        f"00:0{n}.000 --> 00:0{n}.900\nAmara: yes <00:0{n}.500>indeed" for n in (1, 2)
    )
    assert read_text(text, name="t").cues[0].words == ()
