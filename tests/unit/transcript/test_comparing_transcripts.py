# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import random

from evidencekit.model.difference import ChangeKind, SpeakerNames
from evidencekit.model.transcript import Cue, Transcript, Word
from evidencekit.transcript.compare import compare_transcripts


def _transcript(*cues: tuple[int, int, str] | tuple[int, int, str, str] | Cue, path="t"):
    made = tuple(
        each
        if isinstance(each, Cue)
        else Cue(
            number=number,
            start_ms=each[0],
            end_ms=each[1],
            text=each[2],
            speaker=each[3] if len(each) > 3 else None,
        )
        for number, each in enumerate(cues, start=1)
    )
    return Transcript(path=path, format="webvtt", cues=made, cues_seen=len(made))


def _changed(before, after):
    return [
        (each.kind, each.before, each.after)
        for each in compare_transcripts(_transcript(*before), _transcript(*after)).changes
    ]


RAW = (
    (0, 2000, "I rang to move it on the Tuesday."),
    (2000, 4000, "So you did bring the nursery?"),
    (4000, 6000, "Yes."),
)


def test_a_transcript_compared_with_itself_has_no_changes():
    difference = compare_transcripts(_transcript(*RAW), _transcript(*RAW))
    assert (difference.changes, difference.speaker_changes) == ((), ())
    assert (difference.unchanged_per_mille, difference.rewritten) == (1000, 0)


def test_words_replaced_inserted_and_deleted_are_told_with_times_and_cues():
    after = (
        (0, 2000, "I rang to move it on Tuesday."),
        (2100, 4000, "So you did ring the nursery?"),
        (4000, 6000, "Yes, I did."),
    )
    difference = compare_transcripts(_transcript(*RAW, path="raw"), _transcript(*after, path="new"))
    assert [
        (c.kind, c.before, c.after, c.start_ms, c.end_ms, c.before_cue, c.after_cue)
        for c in difference.changes
    ] == [
        (ChangeKind.DELETED, "the", "", 0, 2000, 1, None),
        (ChangeKind.REPLACED, "bring", "ring", 2100, 4000, 2, 2),
        (ChangeKind.INSERTED, "", "I did", 4000, 6000, None, 3),
    ]
    assert (difference.before_path, difference.after_path) == ("raw", "new")
    assert (difference.words_before, difference.words_after, difference.unchanged) == (15, 16, 13)
    assert difference.unchanged_per_mille == 2 * 13 * 1000 // 31
    assert [difference.count(kind) for kind in ChangeKind] == [1, 1, 1]


def test_case_marks_and_the_division_into_cues_are_no_change_of_words():
    after = (
        (0, 4000, "i rang to MOVE it, on the tuesday! So you"),
        (4000, 6000, "did bring the nursery - yes?"),
    )
    difference = compare_transcripts(_transcript(*RAW), _transcript(*after))
    assert difference.changes == ()
    assert difference.rewritten == 6


def test_word_times_give_a_change_its_own_moment():
    words = (
        Word(text="one", start_ms=0, end_ms=400),
        Word(text="too", start_ms=400, end_ms=700),
        Word(text="three", start_ms=700, end_ms=900),
    )
    cue = Cue(number=1, start_ms=0, end_ms=900, text="one too three", words=words)
    difference = compare_transcripts(_transcript((0, 900, "one two three")), _transcript(cue))
    (change,) = difference.changes
    assert (change.before, change.after, change.start_ms, change.end_ms) == ("two", "too", 400, 700)


def test_a_change_across_cues_is_one_text():
    assert _changed(
        ((0, 1, "alpha beta"), (1, 2, "gamma delta"), (2, 3, "omega")),
        ((0, 1, "alpha"), (1, 2, "new, words here"), (2, 3, "omega")),
    ) == [(ChangeKind.REPLACED, "beta gamma delta", "new, words here")]


def test_labels_that_were_given_names_are_names_and_not_changes():
    before = (
        (0, 1, "one two", "SPEAKER_00"),
        (1, 2, "three", "SPEAKER_01"),
        (2, 3, "four five", "SPEAKER_00"),
    )
    after = ((0, 1, "one two", "Amara"), (1, 2, "three", "Hale"), (2, 3, "four five", "Amara"))
    difference = compare_transcripts(_transcript(*before), _transcript(*after))
    assert difference.speaker_names == (
        SpeakerNames(before="SPEAKER_00", after="Amara", words=4),
        SpeakerNames(before="SPEAKER_01", after="Hale", words=1),
    )
    assert difference.speaker_changes == ()


def test_words_given_to_somebody_else_are_a_change_of_speaker():
    before = (
        (0, 1000, "one two three four", "A"),
        (1000, 2000, "yes I did", "A"),
        (2000, 3000, "no", "B"),
    )
    after = (
        (0, 1000, "one two three four", "A"),
        (1000, 2000, "yes I did", "B"),
        (2000, 3000, "no", "B"),
    )
    (change,) = compare_transcripts(_transcript(*before), _transcript(*after)).speaker_changes
    assert (change.before, change.after, change.text, change.words) == ("A", "B", "yes I did", 3)
    assert (change.start_ms, change.end_ms, change.before_cue, change.after_cue) == (
        1000,
        2000,
        2,
        2,
    )


def test_words_that_nobody_was_named_for_are_named_and_not_moved():
    before = ((0, 1, "one two"), (1, 2, "three"))
    after = ((0, 1, "one two", "A"), (1, 2, "three", "B"))
    difference = compare_transcripts(_transcript(*before), _transcript(*after))
    assert difference.speaker_changes == ()
    assert [each.words for each in difference.speaker_names] == [2, 1]


def test_empty_transcripts_can_be_compared():
    assert compare_transcripts(_transcript(), _transcript()).unchanged_per_mille == 1000
    assert _changed((), ((0, 1, "one"),)) == [(ChangeKind.INSERTED, "", "one")]
    assert _changed(((0, 1, "one"),), ()) == [(ChangeKind.DELETED, "one", "")]


def test_one_word_said_for_an_hour_is_aligned_by_its_time():
    cues = [(n * 1000, n * 1000 + 900, "yes yes yes") for n in range(3600)]
    without = [cue for cue in cues if not 600_000 <= cue[0] < 660_000]
    difference = compare_transcripts(_transcript(*cues), _transcript(*without))
    assert difference.unchanged == 3 * 3540
    assert all(500_000 < change.start_ms < 800_000 for change in difference.changes)


def test_twenty_thousand_words_are_compared_word_by_word():
    pick = random.Random(4)
    vocabulary = [f"w{n}" for n in range(2000)]
    words = pick.choices(vocabulary, [1 / (n + 1) for n in range(2000)], k=20_000)
    corrected = list(words)
    for at in range(50, 20_000, 100):
        corrected[at] = f"corrected{at}"

    def cues(row):
        return [
            (n * 3000, n * 3000 + 2900, " ".join(row[n * 10 : n * 10 + 10])) for n in range(2000)
        ]

    difference = compare_transcripts(_transcript(*cues(words)), _transcript(*cues(corrected)))
    assert [change.after for change in difference.changes] == [
        f"corrected{at}" for at in range(50, 20_000, 100)
    ]
    assert [change.start_ms for change in difference.changes] == [
        at // 10 * 3000 for at in range(50, 20_000, 100)
    ]
    assert (difference.unchanged, difference.unchanged_per_mille) == (19_800, 990)
