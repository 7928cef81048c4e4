# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed, by word, between two transcripts of one recording.

Words are compared without case and marks; what is kept here is the text as each transcript has it.
That words changed says nothing about which of the two is right: the recording does.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class ChangeKind(StrEnum):
    """What happened to words from the first transcript to the second."""

    INSERTED = "inserted"
    DELETED = "deleted"
    REPLACED = "replaced"


@frozen(kw_only=True)
class WordChange:
    """Words that differ: `before` in the first transcript, `after` in the second, either empty.

    The times are those of the second transcript, or of the first where the words were deleted;
    each cue is the number of the first cue concerned, None where that transcript has no words here.
    """

    kind: ChangeKind
    before: str
    after: str
    start_ms: int
    end_ms: int
    before_cue: int | None
    after_cue: int | None
    words_before: int
    words_after: int


@frozen(kw_only=True)
class SpeakerNames:
    """One label of the first transcript and what the second calls the same words' speaker."""

    before: str | None
    after: str | None
    words: int


@frozen(kw_only=True)
class SpeakerChange:
    """Words in a row that the second transcript gives to another speaker than it gives most words
    of the same label to. Words without a label in the first are never such.
    """

    before: str | None
    after: str | None
    text: str
    words: int
    start_ms: int
    end_ms: int
    before_cue: int
    after_cue: int


@frozen(kw_only=True)
class TranscriptDifference:
    """The differences, in the order of the second transcript.

    `unchanged` counts the words that are the same in both, of which `rewritten` differ in capitals
    or in the marks after them. `unchanged_per_mille` is twice the unchanged words by the words of
    both, rounded down; 1000 where neither has any.
    """

    before_path: str
    after_path: str
    words_before: int
    words_after: int
    unchanged: int
    rewritten: int
    changes: tuple[WordChange, ...] = ()
    speaker_names: tuple[SpeakerNames, ...] = ()
    speaker_changes: tuple[SpeakerChange, ...] = ()

    @property
    def unchanged_per_mille(self) -> int:
        """The share of words that are the same, in thousandths."""
        both = self.words_before + self.words_after
        return self.unchanged * 2000 // both if both else 1000

    def count(self, kind: ChangeKind) -> int:
        """How many changes are of this kind."""
        return sum(1 for change in self.changes if change.kind is kind)
