# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check one clip file against a recording, for who holds these two and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evidencekit.errors import WorkerFailed
from evidencekit.isolate import Isolate
from evidencekit.model.channels import chosen_channels
from evidencekit.model.findings import CheckLine, Finding, Report, Severity
from evidencekit.verifier.muted import read_beside, said_of_muting
from evidencekit.verifier.result import CLIPS, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.media.check import ClipVerdict
    from evidencekit.model.progress import IsCancelled
    from evidencekit.model.timecode import SampleRange

_SECONDS = 3600
_MEMORY_MB = 4096
_LIMITS = (
    "Shows nothing about who spoke or when, about what the recording holds elsewhere, or whether "
    "it is the one that was taken in: compare its digest with the printed one."
)

_BUT = ", except in the muted spans, where it has no sound"


def verify_clip(
    clip: Path | str,
    recording: Path | str,
    *,
    track: int | None = None,
    channel: int | Sequence[int] | None = None,
    cancelled: IsCancelled | None = None,
    worker: Isolate | None = None,
) -> Report:
    """Say whether the file *clip* holds samples of *recording*, and where in it they are.

    They are looked for in every audio track and channel, unless one is named, or several channels
    in the order of the clip.

    Raises:
        RecordingUnreadable: if *recording* is not a file that can be read at all.
        Cancelled: if *cancelled* returned True.
    """
    channels = chosen_channels(channel)
    if worker is not None:
        return _verify(worker, Path(clip), Path(recording), track, channels)
    with Isolate(seconds=_SECONDS, memory_mb=_MEMORY_MB, cancelled=cancelled) as own:
        return _verify(own, Path(clip), Path(recording), track, channels)


def _verify(
    worker: Isolate, clip: Path, recording: Path, track: int | None, channels: tuple[int, ...]
) -> Report:
    from evidencekit.media.check import Likeness

    beside = read_beside(clip)
    try:
        samples = beside.samples if beside else None
        if beside is not None:
            track = beside.track if track is None else track
            channels = channels or beside.channels
        verdict = worker.call(_check, clip, recording, samples, track, channels)
    except WorkerFailed as failed:
        return _report(clip, Severity.NOT_CHECKED, f"could not be checked: {failed}", ())
    outcome = {
        Likeness.EXACT: Severity.OK,
        Likeness.MUTED: Severity.OK,
        Likeness.WITHIN_ONE: Severity.OK,
        Likeness.DIFFERENT: Severity.ERROR,
        Likeness.NOT_CHECKED: Severity.NOT_CHECKED,
    }[verdict.likeness]
    notes = (*verdict.notes, f"the recording has {verdict.recording_digest}")
    if verdict.likeness is Likeness.MUTED:
        notes = (said_of_muting(beside, verdict.muted), *notes)
        return _report(clip, outcome, verdict.message, notes, but=_BUT)
    return _report(clip, outcome, verdict.message, notes)


def _check(
    clip: Path,
    recording: Path,
    samples: SampleRange | None,
    track: int | None,
    channels: tuple[int, ...],
) -> ClipVerdict:
    from evidencekit.media.check import check_clip

    return check_clip(clip, recording, samples=samples, track=track, channel=channels)


def _report(
    clip: Path, outcome: Severity, message: str, notes: tuple[str, ...], *, but: str = ""
) -> Report:
    codes = {Severity.ERROR: "EK-V030", Severity.NOT_CHECKED: "EK-V031"}
    findings = [
        Finding(code=code, severity=outcome, subject=clip.name, message=message, group=CLIPS)
        for severity, code in codes.items()
        if severity is outcome
    ]
    findings += [
        Finding(
            code="EK-V032", severity=Severity.NOTE, subject=clip.name, message=each, group=CLIPS
        )
        for each in notes
    ]
    conclusions = {
        Severity.OK: f"The clip's samples are those of the recording{but}. {_LIMITS}",
        Severity.ERROR: f"The clip's samples are NOT those of the recording. {_LIMITS}",
    }
    return safe(
        Report(
            subject=str(clip),
            kind="verify clip",
            findings=tuple(findings),
            summary=(
                CheckLine(check="clip", outcome=outcome, message=message),
                *(CheckLine(check="note", outcome=Severity.NOTE, message=each) for each in notes),
            ),
            conclusion=conclusions.get(outcome, "Not checked, which is not a pass."),
        )
    )
