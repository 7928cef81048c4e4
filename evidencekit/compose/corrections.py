# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a correction changed in a transcript: every change, with its time, and no opinion of it.

A parent who corrects a machine's transcript can be asked what was changed. The answer is printed,
all of it, so that nobody has to take a word on trust.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.facts import counted, short_time
from evidencekit.compose.plan import (
    Block,
    Column,
    Heading,
    Manner,
    Paragraph,
    Row,
    RowKind,
    Run,
    Style,
    Table,
    Text,
    plain,
)

if TYPE_CHECKING:
    from evidencekit.model.difference import TranscriptDifference, WordChange
    from evidencekit.model.material import ReadRecording

_NOTHING = (Run(text="(nothing)", style=Style.GREY),)
_COLUMNS = (
    Column(title="At", share=0),
    Column(title="Before correction", share=1),
    Column(title="As corrected", share=1),
)


def summary(difference: TranscriptDifference) -> str:
    """Say in one sentence how much was changed."""
    words, speakers = len(difference.changes), len(difference.speaker_changes)
    if not words and not speakers:
        return "compared with the transcript before correction: no word was changed"
    share = difference.unchanged_per_mille
    return (
        "compared with the transcript before correction: words changed at "
        f"{counted(words, 'place')}, the speaker at {counted(speakers, 'place')}; "
        f"{share // 10}.{share % 10} per cent of the words are the same"
    )


def corrections(read: ReadRecording) -> tuple[Block, ...]:
    """Return the list of changes for one recording, or nothing where there is none."""
    difference = read.difference
    if difference is None or not (difference.changes or difference.speaker_changes):
        return ()
    note = (
        "Words are compared without capitals and punctuation. That words were changed does not "
        "show which are right; the recording does."
    )
    return (
        Heading(text=f"R{read.number}: what the correction changed", level=2),
        Paragraph(text=plain(note), manner=Manner.NOTE),
        Table(columns=_COLUMNS, rows=tuple(_rows(difference)), small=True),
    )


def _rows(difference: TranscriptDifference) -> list[Row]:
    """Return the changes in order of time, words and speakers together."""
    rows = [(each.start_ms, _word_row(each)) for each in difference.changes]
    rows += [
        (
            each.start_ms,
            Row(
                cells=(
                    plain(short_time(each.start_ms)),
                    plain(f"{each.text} (speaker: {each.before or 'not named'})"),
                    plain(f"speaker: {each.after or 'not named'}"),
                ),
                kind=RowKind.NORMAL,
            ),
        )
        for each in difference.speaker_changes
    ]
    return [row for _, row in sorted(rows, key=lambda each: each[0])]


def _word_row(change: WordChange) -> Row:
    return Row(
        cells=(plain(short_time(change.start_ms)), _words(change.before), _words(change.after))
    )


def _words(text: str) -> Text:
    return plain(text) if text else _NOTHING
