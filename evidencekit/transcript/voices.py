# SPDX-License-Identifier: AGPL-3.0-or-later
"""Speakers written as "Name: words" at the start of a cue, as Zoom and many typists do.

A colon is weak evidence: "10:30 Meeting: bring the form" names nobody. So speakers are read this
way only where no cue has a voice of its own and the whole file looks the same: four cues in five
begin with a label, and labels come again. Then the label leaves the text and becomes the speaker,
and a finding says that it was read so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.model.findings import Finding, Severity
from evidencekit.transcript.words import placed_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.model.transcript import Cue, Word

__all__ = ["speakers_from_labels"]

_LABEL = re.compile(r"[ \t]*(?P<label>[^:\n<>\"?!;]{1,60}):(?:[ \t]+|\n|\Z)")
_MOST_WORDS = 8
_ENOUGH_TO_JUDGE = 4


def speakers_from_labels(
    cues: Sequence[Cue], *, subject: str
) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    """Return the cues with their speakers where the whole file names them, else as they came."""
    unchanged = (tuple(cues), ())
    if any(cue.speaker is not None for cue in cues):
        return unchanged
    spoken = [cue for cue in cues if cue.text.strip()]
    labels = {id(cue): match for cue in spoken if (match := _label(cue.text))}
    if not _looks_consistent(len(spoken), [match["label"].strip() for match in labels.values()]):
        return unchanged
    changed = tuple(
        evolve(
            cue,
            speaker=match["label"].strip(),
            text=cue.text[match.end() :],
            words=_words_from(cue, match.end()),
        )
        if (match := labels.get(id(cue)))
        else cue
        for cue in cues
    )
    finding = Finding(
        code="EK-T015",
        severity=Severity.NOTE,
        subject=subject,
        message=(
            f'the speakers of {len(labels)} of {len(cues)} cues were read from "Name:" '
            "at the start of their words"
        ),
        group="transcript",
    )
    return changed, (finding,)


def _words_from(cue: Cue, at: int) -> tuple[Word, ...]:
    """Return the timed words from *at* on; none if one of them begins before it."""
    placed = placed_words(cue)
    kept = [(start, word) for start, end, word in placed if end > at]
    return tuple(word for _, word in kept) if kept and kept[0][0] >= at else ()


def _label(text: str) -> re.Match[str] | None:
    match = _LABEL.match(text)
    if match is None:
        return None
    label = match["label"].strip()
    if not label or len(label.split()) > _MOST_WORDS:
        return None
    return match if any(character.isalpha() for character in label) else None


def _looks_consistent(spoken: int, labels: Sequence[str]) -> bool:
    """Two cues or more, four in five with a label, and (of four and more) labels that repeat."""
    if len(labels) < 2 or len(labels) * 5 < spoken * 4:  # noqa: PLR2004  the rule in the docstring
        return False
    return len(labels) < _ENOUGH_TO_JUDGE or len(set(labels)) * 2 <= len(labels)
