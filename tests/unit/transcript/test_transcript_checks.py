# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from itertools import pairwise

from evidencekit.model.findings import Severity
from evidencekit.model.transcript import Cue, Transcript
from evidencekit.transcript.check import check_transcript


def _cue(number: int, start: int, end: int, text: str = "", speaker: str | None = "A") -> Cue:
    return Cue(
        number=number,
        start_ms=start,
        end_ms=end,
        text=text or f"words {number}",
        speaker=speaker,
        line=number * 4,
    )


def _check(*cues: Cue, seen: int | None = None, length_ms: int = 60_000):
    transcript = Transcript(
        path="transcripts/t.vtt",
        format="webvtt",
        cues=cues,
        cues_seen=len({cue.number for cue in cues}) if seen is None else seen,
    )
    return check_transcript(transcript, length_ms=length_ms)


def test_a_transcript_without_oddities_has_no_findings():
    assert _check(_cue(1, 0, 1000), _cue(2, 1000, 2000), _cue(3, 2000, 60_000)) == ()


def test_times_beyond_the_recording_are_summed_up_in_one_warning():
    (finding,) = _check(_cue(1, 0, 1000), _cue(2, 59_000, 60_001), _cue(3, 61_000, 62_000))
    assert (finding.code, finding.severity, finding.subject) == (
        "EK-T001",
        Severity.WARNING,
        "transcripts/t.vtt",
    )
    assert finding.message == (
        "2 cues go beyond the recording, which is 1:00.000 long, the first at 0:59.000 (line 8)"
    )


def test_a_step_back_in_time_is_a_warning_at_the_cue_that_steps_back():
    findings = _check(_cue(1, 5000, 6000), _cue(2, 1000, 2000))
    assert [(each.code, each.message) for each in findings] == [
        ("EK-T002", "a cue begins before the one that stands above it, at 0:01.000 (line 8)")
    ]


def test_overlap_is_odd_within_one_speaker_and_real_between_two():
    assert _check(_cue(1, 0, 2000), _cue(2, 1000, 3000, speaker="B")) == ()
    findings = _check(_cue(1, 0, 2000), _cue(2, 500, 600, speaker="B"), _cue(3, 1000, 3000))
    assert [each.code for each in findings] == ["EK-T003"]


def test_the_voices_of_one_cue_share_its_times_and_do_not_overlap():
    assert _check(_cue(1, 0, 2000), _cue(1, 0, 2000, "also A")) == ()


def test_empty_cues_are_a_note():
    assert [each.code for each in _check(_cue(1, 0, 1000, " \n"), _cue(2, 1000, 2000))] == [
        "EK-T004"
    ]


def test_speakers_missing_everywhere_and_somewhere_read_differently():
    everywhere = _check(_cue(1, 0, 1, speaker=None), _cue(2, 2, 3, speaker=None))
    assert [(each.code, each.message) for each in everywhere] == [
        ("EK-T005", "it names no speakers")
    ]
    (somewhere,) = _check(_cue(1, 0, 1), _cue(2, 2, 3, speaker=None))
    assert (somewhere.code, somewhere.message) == (
        "EK-T005",
        "a cue names no speaker, at 0:00.002 (line 8)",
    )


def test_the_same_words_three_times_in_a_row_are_a_warning_and_twice_are_speech():
    twice = [_cue(1, 0, 1, "Thank you."), _cue(2, 1, 2, "thank you")]
    assert _check(*twice) == ()
    (finding,) = _check(*twice, _cue(3, 2, 3, "Thank you!"), _cue(4, 3, 4, "Thank you."))
    assert (finding.code, "Thank" in finding.message) == ("EK-T006", False)


def test_cues_that_were_seen_and_not_read_are_counted():
    (finding,) = _check(_cue(1, 0, 1), seen=3)
    assert (finding.code, finding.message, finding.expected, finding.found) == (
        "EK-T007",
        "1 of 3 cues were read",
        "3",
        "1",
    )


def test_a_transcript_without_cues_says_so():
    assert [(each.code, each.message) for each in _check()] == [("EK-T009", "it holds no cues")]


def test_cues_of_no_length_and_reversed_cues_are_a_warning():
    (finding,) = _check(_cue(1, 0, 0), _cue(2, 3000, 2000))
    assert finding.code == "EK-T008"
    assert finding.message.startswith("2 cues end when they begin, or before")


def test_captions_that_roll_are_one_warning():
    lines = ["so you did", "ring the nursery", "on the Tuesday", "of last week"]
    rolling = [
        _cue(n, n * 1000, n * 1000 + 900, f"{a}\n{b}") for n, (a, b) in enumerate(pairwise(lines))
    ]
    (finding,) = _check(*rolling)
    assert (finding.code, finding.severity) == ("EK-T029", Severity.WARNING)
    assert _check(*rolling[:1], *(_cue(n, n * 1000, n * 1000 + 900) for n in (5, 6))) == ()


def test_words_and_speakers_of_cues_are_never_in_a_finding():
    cues = [
        _cue(1, 5000, 4000, "Ella Dean", speaker=None),
        _cue(2, 1000, 99_000, "Ella Dean", speaker="Ella Dean"),
        _cue(3, 1500, 99_000, "Ella Dean", speaker="Ella Dean"),
        _cue(4, 0, 0, " "),
    ]
    findings = _check(*cues, seen=9)
    assert {each.code for each in findings} == {f"EK-T00{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8)}
    assert not any("Ella" in str(each) for each in findings)
