# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from evidencekit.errors import TranscriptError
from evidencekit.transcript.read import read_text, read_transcript

SAMPLES = Path(__file__).parents[4] / "shared" / "corpora" / "transcripts" / "webvtt-py"
T1, T2, T3 = (f"00:00:0{n},000 --> 00:00:0{n},900" for n in (1, 2, 3))


def _read(text: str):
    return read_text(text, name="t.srt")


def _codes(transcript) -> list[str]:
    return [each.code for each in transcript.findings]


def test_numbers_times_and_words_are_read():
    transcript = _read(f"1\n{T1}\nSo you did ring.\n\n2\n{T2}\nI rang\nto move it.\n")
    assert [
        (c.number, c.source_id, c.start_ms, c.end_ms, c.text, c.line) for c in transcript.cues
    ] == [
        (1, "1", 1000, 1900, "So you did ring.", 2),
        (2, "2", 2000, 2900, "I rang\nto move it.", 6),
    ]
    assert (transcript.format, transcript.cues_seen, transcript.findings) == ("srt", 2, ())


def test_a_dot_may_stand_before_the_milliseconds_and_places_after_the_times():
    (cue,) = _read("1\n00:01.500 --> 00:00:02.250  X1:10 X2:20\nYes.\n").cues
    assert (cue.start_ms, cue.end_ms) == (1500, 2250)


def test_tags_leave_the_text_and_other_brackets_stay():
    text = '<i>I</i> <FONT color="red">never</font> {\\an8}said <laughs> 3 < 5 {aside} &amp;'
    (cue,) = _read(f"1\n{T1}\n{text}\n").cues
    assert cue.text == "I never said <laughs> 3 < 5 {aside} &amp;"


def test_a_missing_blank_line_between_cues_is_a_finding_and_loses_nothing():
    transcript = _read(f"1\n{T1}\nOne.\n2\n{T2}\nTwo.\n")
    assert [cue.text for cue in transcript.cues] == ["One.", "Two."]
    assert _codes(transcript) == ["EK-T016"]


def test_a_number_that_is_spoken_is_not_taken_for_the_next_cues():
    transcript = _read(f"1\n{T1}\nHow old?\n42\n{T2}\nThank you.\n")
    assert [cue.text for cue in transcript.cues] == ["How old?\n42", "Thank you."]
    assert [cue.source_id for cue in transcript.cues] == ["1", None]


def test_a_blank_line_inside_a_cue_is_a_finding_and_loses_nothing():
    transcript = _read(f"1\n{T1}\nOne.\n\nStill one.\n\n2\n{T2}\nTwo.\n")
    assert [cue.text for cue in transcript.cues] == ["One.\n\nStill one.", "Two."]
    assert _codes(transcript) == ["EK-T016"]


@pytest.mark.parametrize("numbers", [("1", "1", "2"), ("1", "3", "4"), ("2", "1", "2")])
def test_numbers_that_do_not_count_up_are_a_finding(numbers):
    transcript = _read(
        "\n".join(f"{n}\n{t}\nx\n" for n, t in zip(numbers, (T1, T2, T3), strict=True))
    )
    assert [cue.source_id for cue in transcript.cues] == list(numbers)
    assert _codes(transcript) == ["EK-T010"]


def test_a_file_without_numbers_is_read_and_one_that_lacks_some_is_reported():
    assert _codes(_read(f"{T1}\nOne.\n\n{T2}\nTwo.\n")) == []
    transcript = _read(f"1\n{T1}\nOne.\n\n{T2}\nTwo.\n\n3\n{T3}\nThree.\n")
    assert [cue.text for cue in transcript.cues] == ["One.", "Two.", "Three."]
    assert _codes(transcript) == ["EK-T010"]


def test_a_cue_without_times_is_counted_and_reported():
    transcript = _read(f"1\n{T1}\nOne.\n\n2\nTwo.\n\n3\n{T3}\nThree.\n")
    assert [cue.text for cue in transcript.cues] == ["One.", "Three."]
    assert (transcript.cues_seen, _codes(transcript)) == (3, ["EK-T012"])


def test_a_cue_whose_times_cannot_be_read_does_not_become_part_of_the_one_before():
    transcript = _read(
        f"1\n{T1}\nOne.\n\n2\n00:00:1d,000 --> 00:00:02,000\nTwo.\n\n3\n{T3}\nThree.\n"
    )
    assert [cue.text for cue in transcript.cues] == ["One.", "Three."]
    assert (transcript.cues_seen, _codes(transcript)) == (3, ["EK-T011"])
    assert [cue.number for cue in transcript.cues] == [1, 3]


def test_an_arrow_that_is_spoken_of_stays_in_the_words():
    assert _read(f"1\n{T1}\nfrom here --> to there\n").cues[0].text == "from here --> to there"


def test_a_cue_without_words_is_kept():
    transcript = _read(f"1\n{T1}\n\n\n2\n{T2}\nTwo.\n")
    assert [cue.text for cue in transcript.cues] == ["", "Two."]


def test_times_of_sixty_minutes_or_seconds_are_not_times():
    with pytest.raises(TranscriptError, match="none of its 2 cues"):
        _read("1\n00:60:00,000 --> 00:61:00,000\nx\n\n2\n00:00:60,000 --> 00:00:61,000\ny\n")


def test_numbers_and_no_times_are_not_a_transcript():
    with pytest.raises(TranscriptError, match="no transcript format"):
        _read("1\n\n2\n\n3\n")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="webvtt-py's samples are not here")
@pytest.mark.parametrize(
    ("stem", "read", "seen"),
    [
        ("sample", 5, 5),
        ("one_caption", 1, 1),
        ("missing_timeframe", 4, 5),
        ("missing_caption_text", 5, 5),
        ("invalid_timeframe", 5, 5),
    ],
)
def test_the_samples_of_another_library_are_read_and_counted(stem, read, seen):
    transcript = read_transcript(SAMPLES / f"{stem}.srt", name=stem)
    assert (len(transcript.cues), transcript.cues_seen) == (read, seen)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="webvtt-py's samples are not here")
def test_webvtt_without_its_header_is_read_by_what_it_holds():
    assert read_transcript(SAMPLES / "invalid.vtt", name="i").format == "srt"


def test_the_peer_library_reads_the_same_times_and_words():
    pysubs2 = pytest.importorskip("pysubs2")
    text = f"1\n{T1}\nOne.\n\n2\n{T2}\nTwo\nlines.\n\n3\n01:02:03,004 --> 01:02:04,005\nThree.\n"
    theirs = [
        (each.start, each.end, each.plaintext) for each in pysubs2.SSAFile.from_string(text, "srt")
    ]
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in _read(text).cues] == theirs
