# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed, by word, between a program's transcript and the corrected one.

Both are of one recording, so words are aligned along it. Case, marks and spacing do not make a
change; that they differ is counted. Speakers are compared on the words that are the same in both:
a label that was given a name is told apart from words that were given to somebody else.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.model.difference import (
    ChangeKind,
    SpeakerChange,
    SpeakerNames,
    TranscriptDifference,
    WordChange,
)
from evidencekit.model.transcript import Cue
from evidencekit.transcript.align import aligned
from evidencekit.transcript.words import placed_words, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evidencekit.model.transcript import Transcript

__all__ = ["compare_transcripts"]


@frozen(kw_only=True)
class _Spoken:
    """One word: where it stands, what follows it up to the next word, when it is spoken."""

    folded: str
    cue: Cue
    start: int
    end: int
    written: str
    start_ms: int
    end_ms: int


def compare_transcripts(before: Transcript, after: Transcript) -> TranscriptDifference:
    """Return what changed, by word, from *before* to *after*."""
    a, b = list(_spoken(before)), list(_spoken(after))
    pairs = aligned(
        [each.folded for each in a],
        [each.folded for each in b],
        before_ms=_forward(a),
        after_ms=_forward(b),
    )
    names = Counter((a[i].cue.speaker, b[j].cue.speaker) for i, j in pairs)
    return TranscriptDifference(
        before_path=before.path,
        after_path=after.path,
        words_before=len(a),
        words_after=len(b),
        unchanged=len(pairs),
        rewritten=sum(1 for i, j in pairs if a[i].written != b[j].written),
        changes=tuple(_changes(a, b, pairs)),
        speaker_names=tuple(
            SpeakerNames(before=old, after=new, words=words)
            for (old, new), words in sorted(names.items(), key=_by_label)
        ),
        speaker_changes=tuple(_speaker_changes(a, b, pairs, names)),
    )


def _spoken(transcript: Transcript) -> Iterator[_Spoken]:
    for cue in transcript.cues:
        placed = placed_words(cue)
        found = list(tokens(cue.text))
        at = 0
        for index, token in enumerate(found):
            while at + 1 < len(placed) and placed[at + 1][0] <= token.start:
                at += 1
            last = index + 1 == len(found)
            following = len(cue.text) if last else found[index + 1].start
            word = placed[at][2] if placed else None
            yield _Spoken(
                folded=token.folded,
                cue=cue,
                start=token.start,
                end=token.end,
                written="".join(cue.text[token.start : following].split()),
                start_ms=word.start_ms if word else cue.start_ms,
                end_ms=word.end_ms if word else cue.end_ms,
            )


def _forward(spoken: Sequence[_Spoken]) -> list[int]:
    """Return the times so that they never go back, as dividing by time needs."""
    return list(accumulate((each.start_ms for each in spoken), max))


def _changes(
    a: Sequence[_Spoken], b: Sequence[_Spoken], pairs: Sequence[tuple[int, int]]
) -> Iterator[WordChange]:
    low_a = low_b = 0
    for i, j in [*pairs, (len(a), len(b))]:
        if i > low_a or j > low_b:
            yield _change(a[low_a:i], b[low_b:j])
        low_a, low_b = i + 1, j + 1


def _change(old: Sequence[_Spoken], new: Sequence[_Spoken]) -> WordChange:
    kind = ChangeKind.REPLACED
    if not old or not new:
        kind = ChangeKind.INSERTED if new else ChangeKind.DELETED
    timed = new or old
    return WordChange(
        kind=kind,
        before=_text(old),
        after=_text(new),
        start_ms=min(each.start_ms for each in timed),
        end_ms=max(each.end_ms for each in timed),
        before_cue=old[0].cue.number if old else None,
        after_cue=new[0].cue.number if new else None,
        words_before=len(old),
        words_after=len(new),
    )


def _text(spoken: Sequence[_Spoken]) -> str:
    """Return the words in a row as written, without the marks at the end."""
    parts: list[str] = []
    for index, each in enumerate(spoken):
        begins = index == 0 or spoken[index - 1].cue is not each.cue
        if begins:
            start = each.start
        ends = index + 1 == len(spoken) or spoken[index + 1].cue is not each.cue
        if ends:
            parts.append(each.cue.text[start : each.end])
    return " ".join(" ".join(parts).split())


def _by_label(item: tuple[tuple[str | None, str | None], int]) -> tuple[str, int, str]:
    (old, new), words = item
    return (old or "", -words, new or "")


def _speaker_changes(
    a: Sequence[_Spoken],
    b: Sequence[_Spoken],
    pairs: Sequence[tuple[int, int]],
    names: Counter[tuple[str | None, str | None]],
) -> Iterator[SpeakerChange]:
    usual: dict[str | None, str | None] = {}
    for (old, new), _ in sorted(names.items(), key=_by_label, reverse=True):
        usual[old] = new
    run: list[tuple[int, int]] = []
    for i, j in pairs:
        label = (a[i].cue.speaker, b[j].cue.speaker)
        if run and label != (a[run[-1][0]].cue.speaker, b[run[-1][1]].cue.speaker):
            yield _speaker_change(a, b, run)
            run = []
        # Words that nobody was named for before are named now, and not moved.
        if label[0] is not None and usual[label[0]] != label[1]:
            run.append((i, j))
    if run:
        yield _speaker_change(a, b, run)


def _speaker_change(
    a: Sequence[_Spoken], b: Sequence[_Spoken], run: Sequence[tuple[int, int]]
) -> SpeakerChange:
    old, new = [a[i] for i, _ in run], [b[j] for _, j in run]
    return SpeakerChange(
        before=old[0].cue.speaker,
        after=new[0].cue.speaker,
        text=_text(new),
        words=len(run),
        start_ms=min(each.start_ms for each in new),
        end_ms=max(each.end_ms for each in new),
        before_cue=old[0].cue.number,
        after_cue=new[0].cue.number,
    )
