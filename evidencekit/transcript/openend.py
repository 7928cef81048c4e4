# SPDX-License-Identifier: AGPL-3.0-or-later
"""The last words of a transcript that gives no ends: they go on to the recording's end.

A reader does not know how long the recording is, so it leaves such a cue's end equal to its start.
Until the length is known the cue is open, and meets every span that ends after its start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

if TYPE_CHECKING:
    from evidencekit.model.transcript import Cue, Transcript

__all__ = ["closed", "is_open"]


def is_open(cue: Cue) -> bool:
    """Return whether nobody knows yet where the cue ends."""
    return cue.end_inferred and cue.end_ms <= cue.start_ms


def closed(transcript: Transcript, *, length_ms: int) -> Transcript:
    """Return the transcript with its open cues lasting to the end of a recording of *length_ms*.

    A cue that begins beyond the recording's end stays as it is.
    """
    if not any(is_open(cue) for cue in transcript.cues):
        return transcript
    cues = tuple(
        evolve(cue, end_ms=max(cue.start_ms, length_ms)) if is_open(cue) else cue
        for cue in transcript.cues
    )
    return evolve(transcript, cues=cues)
