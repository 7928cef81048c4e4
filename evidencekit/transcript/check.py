# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is odd about a transcript against its recording.

These findings come on top of those of reading, which are in `Transcript.findings`. Each sums up
what may be a thousand cues: how many, and where the first is. No words are quoted.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from evidencekit.model.findings import Finding, Severity
from evidencekit.model.timecode import format_media_time
from evidencekit.transcript.tally import noted, summed_up
from evidencekit.transcript.words import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.model.transcript import Cue, Transcript

__all__ = ["check_transcript"]

#: The same words so often in a row are more likely a program's mistake than speech.
_REPEATED_IN_A_ROW = 3


def check_transcript(transcript: Transcript, *, length_ms: int) -> tuple[Finding, ...]:
    """Return what is odd about the cues of *transcript*; its recording is *length_ms* long."""
    cues, subject = transcript.cues, transcript.path
    return (
        *_counts(transcript),
        *_beyond(cues, subject, length_ms),
        *summed_up(
            "EK-T002",
            Severity.WARNING,
            subject,
            [_place(cue) for cue in _backward(cues)],
            one="a cue begins before the one that stands above it",
            many="{count} cues begin before the one that stands above them",
        ),
        *summed_up(
            "EK-T003",
            Severity.WARNING,
            subject,
            [_place(cue) for cue in _overlapping(cues)],
            one="a cue begins before the same speaker's last one has ended",
            many="{count} cues begin before the same speaker's last one has ended",
        ),
        *summed_up(
            "EK-T004",
            Severity.NOTE,
            subject,
            [_place(cue) for cue in cues if not cue.text.strip()],
            one="a cue has no words",
            many="{count} cues have no words",
        ),
        *_speakers(cues, subject),
        *summed_up(
            "EK-T006",
            Severity.WARNING,
            subject,
            [_place(cue) for cue in _repeated(cues)],
            one="the same words stand in three cues or more in a row, as programs write in silence",
            many="in {count} places the same words stand in three cues or more in a row, as "
            "programs write in silence",
        ),
        *summed_up(
            "EK-T008",
            Severity.WARNING,
            subject,
            [_place(cue) for cue in cues if cue.end_ms <= cue.start_ms and not cue.end_inferred],
            one="a cue ends when it begins, or before",
            many="{count} cues end when they begin, or before",
        ),
        *_rolling(cues, subject),
    )


def _place(cue: Cue) -> str:
    time = format_media_time(cue.start_ms)
    return time if cue.line is None else f"{time} (line {cue.line})"


def _counts(transcript: Transcript) -> tuple[Finding, ...]:
    read = len({cue.number for cue in transcript.cues})
    seen = transcript.cues_seen
    if read == seen and read:
        return ()
    message = f"{read} of {seen} cues were read" if seen else "it holds no cues"
    code = "EK-T007" if seen else "EK-T009"
    return (
        Finding(
            code=code,
            severity=Severity.WARNING,
            subject=transcript.path,
            message=message,
            group="transcript",
            expected=str(seen) if seen else None,
            found=str(read) if seen else None,
        ),
    )


def _beyond(cues: Sequence[Cue], subject: str, length_ms: int) -> tuple[Finding, ...]:
    beyond = [cue for cue in cues if max(cue.start_ms, cue.end_ms) > length_ms]
    length = format_media_time(length_ms)
    spoken = [cue for cue in cues if cue.text.strip()]
    outside = [cue for cue in spoken if cue.start_ms >= length_ms]
    if len(outside) * 2 > len(spoken):
        message = (
            f"{len(outside)} of {len(spoken)} cues begin after the recording's end, at {length}: "
            "the transcript may belong to another recording"
        )
        return (noted("EK-T018", subject, message, severity=Severity.WARNING),)
    return summed_up(
        "EK-T001",
        Severity.WARNING,
        subject,
        [_place(cue) for cue in beyond],
        one=f"a cue goes beyond the recording, which is {length} long",
        many=f"{{count}} cues go beyond the recording, which is {length} long",
    )


def _backward(cues: Sequence[Cue]) -> list[Cue]:
    return [cue for above, cue in pairwise(cues) if cue.start_ms < above.start_ms]


def _overlapping(cues: Sequence[Cue]) -> list[Cue]:
    """Cues that overlap one of the same speaker; the voices of one cue share their times."""
    last: dict[str | None, Cue] = {}
    found: list[Cue] = []
    for cue in cues:
        above = last.get(cue.speaker)
        known = above is not None and not above.end_inferred and above.number != cue.number
        if above and known and above.start_ms <= cue.start_ms < above.end_ms:
            found.append(cue)
        last[cue.speaker] = cue
    return found


def _repeated(cues: Sequence[Cue]) -> list[Cue]:
    """Return the first cue of each row in which the same words are repeated."""
    found: list[Cue] = []
    first: Cue | None = None
    length = 0
    words: tuple[str, ...] = ()
    for cue in cues:
        now = tuple(token.folded for token in tokens(cue.text))
        if first is None or not now or now != words:
            first, length = cue, 0
        words = now
        length += 1
        if length == _REPEATED_IN_A_ROW:
            found.append(first)
    return found


def _rolling(cues: Sequence[Cue], subject: str) -> tuple[Finding, ...]:
    """Say if most cues begin with the last line of the cue above, as captions that roll do."""
    lines = [cue.text.strip().split("\n") for cue in cues if cue.text.strip()]
    again = sum(
        1
        for above, cue in pairwise(lines)
        if above != cue and " " in cue[0] and above[-1] == cue[0]
    )
    if again * 2 <= len(lines):
        return ()
    message = (
        f"{again} of {len(lines)} cues begin with the words that the one above ends with, as "
        "rolling captions do: what was said once is written several times"
    )
    return (noted("EK-T029", subject, message, severity=Severity.WARNING),)


def _speakers(cues: Sequence[Cue], subject: str) -> tuple[Finding, ...]:
    nameless = [cue for cue in cues if cue.text.strip() and cue.speaker is None]
    if nameless and all(cue.speaker is None for cue in cues):
        message = "it names no speakers"
        return (
            Finding(
                code="EK-T005",
                severity=Severity.NOTE,
                subject=subject,
                message=message,
                group="transcript",
            ),
        )
    return summed_up(
        "EK-T005",
        Severity.NOTE,
        subject,
        [_place(cue) for cue in nameless],
        one="a cue names no speaker",
        many="{count} cues name no speaker",
    )
