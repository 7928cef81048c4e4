# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a correction changed is printed, all of it, and without an opinion."""

from attrs import evolve
from support_parts import text_of

from evidencekit.compose.corrections import corrections, summary
from evidencekit.compose.plan import Table, flat
from evidencekit.compose.recordings import recordings_part
from evidencekit.model.difference import (
    ChangeKind,
    SpeakerChange,
    TranscriptDifference,
    WordChange,
)


def change(kind, before, after, start_ms):
    return WordChange(
        kind=kind,
        before=before,
        after=after,
        start_ms=start_ms,
        end_ms=start_ms + 500,
        before_cue=1,
        after_cue=1,
        words_before=len(before.split()),
        words_after=len(after.split()),
    )


DIFFERENCE = TranscriptDifference(
    before_path="visit.raw.vtt",
    after_path="visit.corrected.vtt",
    words_before=300,
    words_after=302,
    unchanged=297,
    rewritten=0,
    changes=(
        change(ChangeKind.REPLACED, "cancel", "counsel", 50_000),
        change(ChangeKind.DELETED, "not", "", 10_000),
    ),
    speaker_changes=(
        SpeakerChange(
            before="Speaker 1",
            after="Owen Price",
            text="All right",
            words=2,
            start_ms=20_000,
            end_ms=21_000,
            before_cue=3,
            after_cue=3,
        ),
    ),
)


def with_difference(material, difference):
    first, *rest = material.recordings
    return evolve(material, recordings=(evolve(first, difference=difference), *rest))


def test_every_change_is_listed_in_order_of_time(material):
    read = with_difference(material, DIFFERENCE).recordings[0]
    (table,) = [block for block in corrections(read) if isinstance(block, Table)]
    assert [tuple(flat(cell) for cell in row.cells) for row in table.rows] == [
        ("0:10.0", "not", "(nothing)"),
        ("0:20.0", "All right (speaker: Speaker 1)", "speaker: Owen Price"),
        ("0:50.0", "cancel", "counsel"),
    ]


def test_the_schedule_says_how_much_was_changed(material, profile):
    part = recordings_part(with_difference(material, DIFFERENCE), profile, None)
    text = text_of(part)
    assert (
        "before correction: words changed at 2 places, the speaker at 1 place; 98.6 per cent of the words are the same"
        in text
    )
    assert "R1: what the correction changed" in text
    assert "does not show which are right; the recording does." in text


def test_a_correction_that_changed_nothing_says_so_and_lists_nothing(material):
    same = evolve(DIFFERENCE, changes=(), speaker_changes=(), unchanged=300)
    assert summary(same) == ("compared with the transcript before correction: no word was changed")
    assert corrections(with_difference(material, same).recordings[0]) == ()
