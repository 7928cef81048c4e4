# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much a transcript may hold. Half a day of speech is below both, also with a line a word."""

from __future__ import annotations

from evidencekit.errors import TranscriptError

__all__ = ["MOST_BYTES", "MOST_CUES", "refuse_too_many_cues"]

MOST_BYTES = 64 * 1024 * 1024
MOST_CUES = 500_000


def refuse_too_many_cues(count: int, name: str) -> None:
    """Raise when *count* is above the limit.

    Raises:
        TranscriptError: if it is.
    """
    if count > MOST_CUES:
        msg = f"it holds more than {MOST_CUES:,} cues. Split it, one file a recording"
        raise TranscriptError(name, 0, msg)
