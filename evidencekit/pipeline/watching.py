# SPDX-License-Identifier: AGPL-3.0-or-later
"""What there is to see of a clip whose recording is a video: a copy to watch, and stills.

The clip stays the sound, which is exact. What is made here is encoded anew, and is named, labelled
and recorded as such. That pictures cannot be had of a passage is a finding and stops nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.errors import RecordingUnreadable
from evidencekit.model.findings import Finding, Severity
from evidencekit.package.names import viewing_copy_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from evidencekit.model.clip import Measurement, Still, ViewingCopy
    from evidencekit.model.material import CutClip

#: How many stills a clip has: upright pictures are narrow.
_WIDE_STILLS, _UPRIGHT_STILLS = 4, 6


def with_pictures(
    clips: Sequence[CutClip], path: Path, *, measurement: Measurement, copies: bool = True
) -> tuple[tuple[CutClip, ...], tuple[Finding, ...]]:
    """Return *clips* with what there is to see of each, if the recording at *path* is a video.

    Viewing copies are written beside the clips; without *copies* they are not made, and only what
    they would be is told.

    Raises:
        ClipUnwritable, NoSpace: if one cannot be written.
    """
    from evidencekit.media.pictures import has_pictures

    if not clips or not has_pictures(path):
        return tuple(clips), ()
    seen = tuple(_seen(each, path, measurement, copies=copies) for each in clips)
    return seen, tuple(
        Finding(
            code="EK-R010",
            severity=Severity.WARNING,
            subject=each.recording,
            message=f"no viewing copy of its clip from {each.file.requested} was made: the "
            f"recording {each.not_seen}. The clip is the exact sound all the same.",
            group="recording",
        )
        for each in seen
        if each.not_seen
    )


def _seen(clip: CutClip, path: Path, measurement: Measurement, *, copies: bool) -> CutClip:
    try:
        copy = _copy(clip, path, measurement, made=copies)
        found = _stills(clip, copy, path, measurement)
    except RecordingUnreadable as error:
        return evolve(clip, not_seen=error.reason)
    return evolve(clip, viewing=copy, stills=found)


def _copy(clip: CutClip, path: Path, measurement: Measurement, *, made: bool) -> ViewingCopy:
    """Return a clip's viewing copy, *made* or as it would be."""
    from evidencekit.media.planned import planned_copy
    from evidencekit.media.video import viewing_copy

    file = clip.file
    make: Callable[..., ViewingCopy] = (
        partial(viewing_copy, sound=file.path) if made else planned_copy
    )
    return make(
        path,
        file.requested,
        to=_beside(clip),
        track=file.track,
        measurement=measurement,
        source_digest=file.source_digest,
    )


def _beside(clip: CutClip) -> Path:
    return clip.file.path.with_name(viewing_copy_name(clip.file_name))


def _stills(
    clip: CutClip, copy: ViewingCopy, path: Path, measurement: Measurement
) -> tuple[Still, ...]:
    """Return the stills of a clip, no frame twice."""
    from evidencekit.media.video import stills

    count = _WIDE_STILLS if copy.width >= copy.height else _UPRIGHT_STILLS
    made = stills(path, clip.file.requested, count, track=clip.file.track, measurement=measurement)
    return tuple({each.at: each for each in made}.values())
