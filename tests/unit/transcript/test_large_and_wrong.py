# SPDX-License-Identifier: AGPL-3.0-or-later
"""Very long transcripts, made to be slow, and transcripts of another recording.

Nothing here is timed. What would take time in proportion to the square of the length would take
hours at these lengths, and run into the time limit of a test.
"""

from __future__ import annotations

import json

import pytest
from support_transcripts import CONVERSATION, WRITERS

from evidencekit.model.findings import Severity
from evidencekit.model.timecode import Span
from evidencekit.transcript.check import check_transcript
from evidencekit.transcript.excerpt import excerpt
from evidencekit.transcript.find import find_places
from evidencekit.transcript.read import read_text, read_transcript

MANY = 200_000


def _clock(ms):
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


@pytest.fixture(scope="module")
def many():
    """200,000 cues, the same words from the half on, as programs write over silence."""
    cues = (
        f"{_clock(n * 500)} --> {_clock(n * 500 + 400)}\n{f'word {n}' if n * 2 < MANY else 'thank you'}"
        for n in range(MANY)
    )
    return read_text("WEBVTT\n\n" + "\n\n".join(cues), name="t.vtt")


def test_two_hundred_thousand_cues_are_read_one_for_one(many):
    assert (len(many.cues), many.cues_seen) == (MANY, MANY)
    assert many.cues[-1].start_ms == (MANY - 1) * 500


def test_two_hundred_thousand_cues_are_checked_and_the_repeated_ones_are_one_place(many):
    findings = check_transcript(many, length_ms=MANY * 500)
    repeated = [each.message for each in findings if each.code == "EK-T006"]
    assert len(repeated) == 1
    assert repeated[0].startswith("the same words stand in three cues or more in a row")


def test_an_excerpt_and_a_search_work_in_two_hundred_thousand_cues(many):
    made = excerpt(many, Span(start_ms=50_000, end_ms=51_000), speakers={})
    assert [line.text for line in made.numbered] == ["word 100", "word 101"]
    (place,) = find_places(many, "word 99999")
    assert place.first_cue == 100_000


def test_a_time_before_every_letter_of_one_word_is_one_word():
    stamps = "".join(f"<{_clock(n + 1)}>a" for n in range(MANY))
    (cue,) = read_text(f"WEBVTT\n\n00:00.000 --> 01:00:00.000\nb{stamps}\n", name="t").cues
    assert [(word.text, word.start_ms) for word in cue.words] == [("b" + "a" * MANY, 0)]


@pytest.mark.parametrize(
    "page",
    [
        "<!--" * MANY,
        "<p" * MANY,
        "<" * MANY,
        "&" * MANY,
        "<span data-timestamp=" * MANY,
        "<b>" * MANY,
    ],
)
def test_a_page_of_otranscribe_that_never_closes_anything_is_read_in_one_go(page):
    text = f"<span data-timestamp='1'>0:01</span>yes {page}"
    document = json.dumps({"text": text, "media": "x", "media-time": 1})
    assert read_text(document, name="t").cues[0].text.startswith("yes")


def test_words_without_ends_in_one_endless_sentence_are_one_cue():
    words = [{"word": "so", "start": n} for n in range(MANY)]
    words[0]["end"] = 0
    transcript = read_text(json.dumps({"text": "", "words": words}), name="t")
    assert transcript.cues_seen == 2
    assert sum(len(cue.text.split()) for cue in transcript.cues) == MANY


def test_times_that_jump_back_and_far_ahead_are_kept_and_reported():
    times = [(0, 1000), (5000, 6000), (2000, 3000), (100_000_000, 100_001_000), (7000, 8000)]
    text = "WEBVTT\n\n" + "\n\n".join(
        f"{_clock(start)} --> {_clock(end)}\n<v A>cue {start}" for start, end in times
    )
    transcript = read_text(text, name="t")
    assert [(cue.start_ms, cue.end_ms) for cue in transcript.cues] == times
    codes = [each.code for each in check_transcript(transcript, length_ms=10_000)]
    assert codes == ["EK-T001", "EK-T002"]


@pytest.mark.parametrize("name", WRITERS)
def test_a_transcript_of_another_recording_is_one_warning_in_every_format(tmp_path, name):
    path = tmp_path / "t"
    path.write_bytes(WRITERS[name][0]())
    transcript = read_transcript(path, name="transcripts/t")
    findings = check_transcript(transcript, length_ms=4000)
    told = [each for each in findings if each.severity is Severity.WARNING]
    assert [(each.code, each.subject) for each in told] == [("EK-T018", "transcripts/t")]
    count = len(CONVERSATION)
    assert told[0].message == (
        f"{count - 1} of {count} cues begin after the recording's end, at 0:04.000: "
        "the transcript may belong to another recording"
    )


def test_half_of_the_cues_beyond_the_end_are_counted_and_not_called_anothers():
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>in\n\n00:11.000 --> 00:12.000\n<v A>out\n"
    findings = check_transcript(read_text(text, name="t"), length_ms=10_000)
    assert [each.code for each in findings] == ["EK-T001"]
