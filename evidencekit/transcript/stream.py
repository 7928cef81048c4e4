# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sources that give one long row of words and no cues: where a cue is taken to begin.

A cue begins where the speaker changes, after a sentence, and after a pause of a second. This is a
division for print and search; no word is changed, moved or left out by it, and a finding says that
it was made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.transcript.assemble import Raw
from evidencekit.transcript.tally import noted
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evidencekit.model.findings import Finding

__all__ = ["Spoken", "cues_of_words", "divided_here", "joined"]

_PAUSE_MS = 1000
_ENDS_A_SENTENCE = frozenset(".?!\u2026\u3002\uff1f\uff01\u061f\u06d4\u0964")
_CLOSING = "\"'\u201d\u2019\u00bb)]"


@frozen(kw_only=True)
class Spoken:
    """A word and who said it. `source_id` is the id of what the source groups words by, if it
    does; words of different groups are never in one cue.
    """

    word: Timed
    speaker: str | None = None
    source_id: str | None = None


def cues_of_words(spoken: Iterable[Spoken]) -> list[Raw]:
    """Return the words as cues."""
    groups: list[list[Spoken]] = []
    for each in spoken:
        if groups and (each.word.glued or not _begins(groups[-1], each)):
            groups[-1].append(each)
        else:
            groups.append([each])
    return [_raw(group) for group in groups]


def divided_here(name: str) -> Finding:
    """Return the finding that says so."""
    message = (
        "it holds words and no cues: a new cue was begun at each speaker, sentence and pause of "
        "one second"
    )
    return noted("EK-T024", name, message)


def joined(words: Sequence[Timed]) -> str:
    """Return the words as text: with spaces between, but before marks."""
    parts: list[str] = []
    for each in words:
        text = each.text.strip()
        if parts and text and not each.glued:
            parts.append(" ")
        parts.append(text)
    return "".join(parts)


def _begins(group: Sequence[Spoken], each: Spoken) -> bool:
    last = group[-1]
    if (each.speaker, each.source_id) != (last.speaker, last.source_id):
        return True
    if each.word.start_ms is None:
        return False
    text = last.word.text.strip().rstrip(_CLOSING)
    if text and text[-1] in _ENDS_A_SENTENCE:
        return True
    # The last word, and before a mark without times the one that it is glued to.
    ended = next((s.word.end_ms for s in group[:-3:-1] if s.word.end_ms is not None), None)
    began = each.word.start_ms
    return ended is not None and began is not None and began - ended >= _PAUSE_MS


def _raw(group: Sequence[Spoken]) -> Raw:
    words = tuple(each.word for each in group)
    starts = [word.start_ms for word in words if word.start_ms is not None]
    ends = [word.end_ms for word in words if word.end_ms is not None]
    return Raw(
        text=joined(words),
        start_ms=min(starts, default=None),
        end_ms=max(ends, default=None),
        speaker=group[0].speaker,
        source_id=group[0].source_id,
        words=words,
    )
