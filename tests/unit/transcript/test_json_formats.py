# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the JSON formats do that one clean conversation does not show."""

from __future__ import annotations

import json

import pytest
from support_transcripts import CONVERSATION, assemblyai, google_v1, whisperx

from evidencekit.errors import TranscriptError
from evidencekit.model.transcript import Word
from evidencekit.transcript.read import read_text


def _read(document):
    return read_text(document if isinstance(document, str) else json.dumps(document), name="t.json")


def _codes(transcript):
    return [each.code for each in transcript.findings]


def test_the_finding_says_which_shape_was_recognised_and_why():
    transcript = read_text(whisperx().decode(), name="t.json")
    assert (transcript.findings[0].code, transcript.findings[0].message) == (
        "EK-T020",
        "it was read as whisperx, because it has segments and word_segments",
    )


def test_seconds_become_the_nearest_millisecond_and_are_never_floats():
    (cue,) = _read(
        '{"text": "a", "segments": [{"start": 0.0005, "end": 1.0044999999999999, "text": " a"}]}'
    ).cues
    assert (cue.start_ms, cue.end_ms) == (1, 1004)


@pytest.mark.parametrize(
    "time", ["-1.5", "1e999999999", "1e12", "NaN", "Infinity", "true", '"soon"', "{}", "null"]
)
def test_a_time_that_is_none_leaves_its_cue_out_and_is_reported(time):
    transcript = _read(
        f'{{"segments": [{{"start": {time}, "end": 2, "text": " a"}},'
        ' {"start": 3, "end": 4, "text": " b"}], "text": ""}'
    )
    assert [cue.text for cue in transcript.cues] == ["b"]
    assert (transcript.cues[0].number, transcript.cues_seen) == (2, 2)
    assert "EK-T011" in _codes(transcript)


def test_a_segment_that_is_no_object_is_counted_as_a_cue_that_could_not_be_read():
    transcript = _read({"text": "", "segments": [{"start": 1, "end": 2, "text": "a"}, 7, None]})
    assert (len(transcript.cues), transcript.cues_seen) == (1, 3)


def test_whispers_odd_times_are_kept_as_they_are():
    transcript = _read(
        {
            "text": "",
            "segments": [
                {"start": 5, "end": 5, "text": " none"},
                {"start": 2, "end": 9999, "text": " back and beyond"},
            ],
        }
    )
    assert [(cue.start_ms, cue.end_ms) for cue in transcript.cues] == [
        (5000, 5000),
        (2000, 9_999_000),
    ]


def test_whisper_with_words_and_no_segments_is_divided_and_says_so():
    words = [
        {"word": "Yes.", "start": 0, "end": 0.4},
        {"word": "I", "start": 0.5, "end": 0.6},
        {"word": "did.", "start": 0.6, "end": 1},
        {"word": "Later", "start": 2.5, "end": 3},
    ]
    transcript = _read({"text": "Yes. I did. Later", "words": words})
    assert [cue.text for cue in transcript.cues] == ["Yes.", "I did.", "Later"]
    assert "EK-T024" in _codes(transcript)


def test_words_that_are_not_those_of_the_text_are_not_laid_over_it():
    transcript = _read(
        {
            "text": "",
            "segments": [
                {
                    "start": 0,
                    "end": 2,
                    "text": " I never said",
                    "words": [
                        {"word": " I", "start": 0, "end": 1},
                        {"word": " said", "start": 1, "end": 2},
                    ],
                }
            ],
        }
    )
    assert transcript.cues[0].words == ()
    assert "EK-T013" in _codes(transcript)


def test_words_whose_times_go_back_leave_only_the_times_of_the_cue():
    words = [{"word": "a", "start": 1, "end": 2}, {"word": "b", "start": 0, "end": 1}]
    transcript = _read(
        {"text": "", "segments": [{"start": 0, "end": 2, "text": "a b", "words": words}]}
    )
    assert (transcript.cues[0].words, "EK-T013" in _codes(transcript)) == ((), True)


def test_whisperx_words_without_times_stay_with_the_word_before_them():
    words = [
        {"word": "In", "start": 1, "end": 1.2},
        {"word": "2014."},
        {"word": "Or", "start": 2, "end": 2.2},
        {"word": "£13.60"},
    ]
    transcript = _read(
        {
            "segments": [
                {
                    "start": 1,
                    "end": 3,
                    "text": " In 2014. Or £13.60",
                    "speaker": "A",
                    "words": words,
                }
            ]
        }
    )
    assert transcript.cues[0].words == (
        Word(text="In 2014.", start_ms=1000, end_ms=2000),
        Word(text="Or £13.60", start_ms=2000, end_ms=3000),
    )
    assert "EK-T019" in _codes(transcript)


def test_whisperx_words_of_another_speaker_are_a_warning():
    words = [
        {"word": "Yes.", "start": 1, "end": 2, "speaker": "A"},
        {"word": "No.", "start": 2, "end": 3, "speaker": "B"},
    ]
    transcript = _read(
        {
            "segments": [
                {"start": 1, "end": 3, "text": "Yes. No.", "speaker": "A", "words": words}
            ],
            "word_segments": [],
        }
    )
    assert transcript.cues[0].speaker == "A"
    assert "EK-T023" in _codes(transcript)


def test_whisper_cpp_letters_torn_over_tokens_leave_the_times_of_the_cue():
    offsets = {"from": 0, "to": 1000}
    tokens = [{"text": " \ufffd", "offsets": offsets}, {"text": "\ufffd", "offsets": offsets}]
    transcript = _read(
        {"transcription": [{"offsets": offsets, "text": " Łu", "tokens": tokens, "speaker": "?"}]}
    )
    (cue,) = transcript.cues
    assert (cue.text, cue.words, cue.speaker) == ("Łu", (), None)


def test_googles_repeating_last_result_is_read_once():
    transcript = read_text(google_v1().decode(), name="t.json")
    assert len(transcript.cues) == len(CONVERSATION)
    assert "EK-T021" in _codes(transcript)


def test_googles_words_that_begin_at_zero_have_no_start_written():
    words = [
        {"word": "Hi", "endTime": "0.400s"},
        {"word": "you", "startTime": "0.400s", "endTime": "1s"},
    ]
    (cue,) = _read({"results": [{"alternatives": [{"transcript": "Hi you", "words": words}]}]}).cues
    assert [(word.start_ms, word.end_ms) for word in cue.words] == [(0, 400), (400, 1000)]


def test_a_google_result_without_word_times_lasts_from_the_one_before_it():
    results = [
        {"alternatives": [{"transcript": "one"}], "resultEndTime": "2.5s"},
        {"alternatives": [{"transcript": "two"}], "resultEndTime": "4s"},
    ]
    cues = _read({"results": results}).cues
    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(0, 2500), (2500, 4000)]


def test_azure_times_are_read_in_each_of_their_units():
    def phrase(**times):
        return {"nBest": [{"display": "a"}], **times}

    phrases = [
        phrase(offsetInTicks=12_345_678, durationInTicks=10_000),
        phrase(offset="PT1H2M3.5S", duration="PT0.25S"),
        phrase(offsetMilliseconds=7, durationMilliseconds=5),
        phrase(offset="P1D", duration="PT1S"),
    ]
    transcript = _read({"recognizedPhrases": phrases})
    assert [(cue.start_ms, cue.end_ms) for cue in transcript.cues] == [
        (1235, 1236),
        (3_723_500, 3_723_750),
        (7, 12),
    ]
    assert "EK-T011" in _codes(transcript)


def test_azures_detailed_live_result_is_read():
    (cue,) = _read(
        {
            "RecognitionStatus": "Success",
            "Offset": 10_000_000,
            "Duration": 5_000_000,
            "DisplayText": "Yes.",
            "NBest": [
                {
                    "Display": "Yes.",
                    "Words": [{"Word": "yes", "Offset": 10_000_000, "Duration": 5_000_000}],
                }
            ],
        }
    ).cues
    assert (cue.text, cue.words) == ("Yes.", (Word(text="Yes.", start_ms=1000, end_ms=1500),))


def test_deepgrams_channels_are_speakers_and_never_mixed():
    def channel(word, start):
        return {"alternatives": [{"words": [{"word": word, "start": start, "end": start + 1}]}]}

    cues = _read({"results": {"channels": [channel("b", 2), channel("a", 1)]}}).cues
    assert [(cue.text, cue.speaker) for cue in cues] == [("a", "Channel 1"), ("b", "Channel 0")]


def test_a_job_of_assemblyai_that_failed_is_refused_with_the_reason():
    document = json.loads(assemblyai())
    document["status"] = "error"
    with pytest.raises(TranscriptError, match="not completed"):
        _read(document)


def test_a_rev_ai_mark_after_a_space_begins_a_new_word():
    elements = [
        {"type": "text", "value": "wait", "ts": 0, "end_ts": 1},
        {"type": "punct", "value": " - "},
        {"type": "text", "value": "no", "ts": 1, "end_ts": 2},
    ]
    (cue,) = _read({"monologues": [{"speaker": 3, "elements": elements}]}).cues
    assert (cue.text, cue.speaker, cue.source_id) == ("wait - no", "Speaker 3", "1")


def test_otranscribe_reads_times_from_what_was_clicked_and_not_from_the_text():
    page = (
        "<p><!--StartFragment-->Notes</p><p><span class='timestamp' data-timestamp='61.25'>01:01</span> A &amp; B<br>"
        "second <b>line</b></p><p><span data-timestamp='70'><b>01:10</b></span></p>"
    )
    transcript = _read({"text": page, "media": "x.mp3", "media-time": 3})
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in transcript.cues] == [
        (61_250, 70_000, "A & B\nsecond line"),
        (70_000, 70_000, ""),
    ]
    assert {"EK-T012", "EK-T017"} <= set(_codes(transcript))


def test_signs_that_no_text_can_hold_are_shown_and_reported():
    (cue,) = (
        transcript := _read(
            '{"text": "", "segments": [{"start": 1, "end": 2, "text": "a\\u0000b\\ud800c"}]}'
        )
    ).cues
    assert cue.text == "a\ufffdb\ufffdc"
    assert "EK-T014" in _codes(transcript)
    cue.text.encode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"segments": [', "begins as JSON does, and is none"),
        ("[" * 200_000, "nested too deeply"),
        ('{"anything": 1}', "no transcript format"),
        ("[]", "no transcript format"),
        ('{"a": ' + "9" * 5000 + "}", "begins as JSON does, and is none"),
    ],
)
def test_json_that_is_broken_or_unknown_is_refused_with_the_reason(text, reason):
    with pytest.raises(TranscriptError, match=reason):
        _read(text)


def test_json_that_fits_two_shapes_is_an_error_that_names_both():
    with pytest.raises(TranscriptError, match=r"whisperx .* and rev\.ai"):
        _read(
            {
                "segments": [{"start": 0, "text": "a", "speaker": "A"}],
                "monologues": [{"elements": []}],
            }
        )


def test_a_document_without_a_single_readable_time_is_refused():
    with pytest.raises(TranscriptError, match="none of its 2 cues could be read"):
        _read({"text": "", "segments": [{"start": None, "end": 1, "text": "a"}, {}]})
