# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places where words are spoken, ready to be looked at and to become clips.

>>> from evidencekit.model.transcript import Cue, Transcript
>>> cue = Cue(number=3, start_ms=47_250, end_ms=49_000, text="So you did ring, then.")
>>> transcript = Transcript(path="t", format="srt", cues=(cue,), cues_seen=1)
>>> (place,) = find_places(transcript, "YOU DID RING")
>>> place.before, place.text, place.after
('So', 'you did ring', ', then.')
>>> print(place.clip_toml("visit"))
[[recordings.visit.clip]]
title = "you did ring"
from = "0:47.250"
to = "0:49.000"
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.model.cliptext import clip_text
from evidencekit.transcript.words import find_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evidencekit.model.transcript import Cue, Transcript
    from evidencekit.transcript.words import Place

__all__ = ["FoundPlace", "find_places"]

_CONTEXT_WORDS = 10
_LONGEST_TITLE = 60


@frozen(kw_only=True)
class FoundPlace:
    """A place where words were found. `text` is as the transcript has it; `before` and `after` are
    the words around it, on one line each, with "…" where more words stand beyond them.

    `first_cue` and `last_cue` are numbers of cues; `exact` says whether the times are those of the
    words, and not of the whole cues; `end_open` that nobody knows when they end.
    """

    start_ms: int
    end_ms: int
    first_cue: int
    last_cue: int
    speaker: str | None
    before: str
    text: str
    after: str
    exact: bool
    end_open: bool = False

    def clip_toml(self, recording_id: str, *, title: str | None = None) -> str:
        """Return the place as a clip of the matter file; without *title* the words are it."""
        return clip_text(
            recording_id,
            title=title or _shortened(self.text),
            start_ms=self.start_ms,
            end_ms=None if self.end_open else self.end_ms,
        )


def find_places(transcript: Transcript, words: str) -> tuple[FoundPlace, ...]:
    """Return every place where *words* stand in the transcript, also across its cues."""
    cues = transcript.cues
    return tuple(_found(cues, place) for place in find_words(transcript, words))


def _found(cues: Sequence[Cue], place: Place) -> FoundPlace:
    first, last = cues[place.first_cue], cues[place.last_cue]
    touched = cues[place.first_cue : place.last_cue + 1]
    if place.first_cue == place.last_cue:
        text = first.text[place.start : place.end]
    else:
        middle = [cue.text for cue in touched[1:-1]]
        text = " ".join([first.text[place.start :], *middle, last.text[: place.end]])
    return FoundPlace(
        start_ms=place.start_ms,
        end_ms=place.end_ms,
        first_cue=first.number,
        last_cue=last.number,
        speaker=first.speaker,
        before=_words_before(cues, place),
        text=" ".join(text.split()),
        after=_words_after(cues, place),
        exact=all(cue.words for cue in touched if cue.text.strip()),
        end_open=place.end_open,
    )


def _words_before(cues: Sequence[Cue], place: Place) -> str:
    here = cues[place.first_cue].text[: place.start]
    earlier = (cues[at].text for at in range(place.first_cue - 1, -1, -1))
    taken, more = _gathered(reversed(here.split()), (reversed(text.split()) for text in earlier))
    return " ".join((["…"] if more else []) + taken[::-1])


def _words_after(cues: Sequence[Cue], place: Place) -> str:
    here = cues[place.last_cue].text[place.end :]
    later = (cues[at].text for at in range(place.last_cue + 1, len(cues)))
    taken, more = _gathered(here.split(), (text.split() for text in later))
    return " ".join(taken + (["…"] if more else []))


def _gathered(here: Iterable[str], further: Iterable[Iterable[str]]) -> tuple[list[str], bool]:
    """Return words from *here* and on through *further*, up to a number, and if there are more."""
    taken: list[str] = []
    for words in chain([here], further):
        for word in words:
            if len(taken) == _CONTEXT_WORDS:
                return taken, True
            taken.append(word)
    return taken, False


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_TITLE:
        return text
    return text[:_LONGEST_TITLE].rsplit(" ", 1)[0] + " …"
