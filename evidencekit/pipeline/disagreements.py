# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a recording's name, header and sound do not agree, and where it is silent or at full scale:
printed in its schedule, and pointed at.

None of it is resolved, and none of it stops a build: a recording is what it is. But whoever relies
on one should hear of it before the other side does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.model.clip import IndexState
from evidencekit.model.findings import Finding, Severity

if TYPE_CHECKING:
    from evidencekit.model.clip import Measurement
    from evidencekit.model.recording import Recording

INDEX_NOT_USED = "EK-R003"
#: How the facts begin that say of two readings that they differ.
_DISAGREEMENT = "disagreement"
#: What is added to each, so that nobody reads more into it than there is.
_LOOKED_AT = {
    "decode errors": ("EK-R002", Severity.WARNING, ""),
    "silence": (
        "EK-R011",
        Severity.WARNING,
        " Some recorders and codecs leave such stretches; why these are there is not known.",
    ),
    "full scale": (
        "EK-R012",
        Severity.NOTE,
        " Louder sound is cut off there, by whatever recorded it or saved it.",
    ),
}


def disagreements(measurement: Measurement, *, recording: str) -> tuple[Finding, ...]:
    """Return a finding for each measured fact of *recording* (its id) that asks for a look."""
    found = []
    for fact in measurement.facts:
        if fact.name.startswith(_DISAGREEMENT):
            code, severity, more = "EK-R001", Severity.WARNING, ""
        elif fact.name in _LOOKED_AT:
            code, severity, more = _LOOKED_AT[fact.name]
        else:
            continue
        found.append(
            Finding(
                code=code,
                severity=severity,
                subject=recording,
                message=f"{fact.stated.value}.{more} Printed in its schedule.",
                group="recording",
            )
        )
    return tuple(found)


def track_findings(found: Measurement, *, recording: Recording) -> tuple[Finding, ...]:
    """Say so where a recording has several audio tracks and nobody chose one."""
    if found.tracks == 1 or recording.track is not None:
        return ()
    return (
        Finding(
            code="EK-R004",
            severity=Severity.WARNING,
            subject=recording.id,
            message=f"has {found.tracks} audio tracks and none is chosen: the first is used. "
            "Listen to each, and write track = 1, or another, in the matter file. Printed in its "
            "schedule.",
            group="recording",
        ),
    )


#: What asks for a look: an index that the log names and that is not what it should be.
_ODD = frozenset({IndexState.CHANGED, IndexState.UNFIT, IndexState.OTHER_SAMPLES})


def index_findings(
    state: IndexState, found: Measurement, before: Measurement | None, *, recording: str
) -> tuple[Finding, ...]:
    """Say of *recording* (its id) that it was decoded in full again, and why.

    *before* is what its index says, where another version of the decoder made it: versions may
    give one file two lengths.
    """
    if state is IndexState.USED:
        return ()
    said = f"decoded in full, because its index was not used: {state.value}"
    if before is not None:
        said = (
            f"decoded in full, because its index was made with {before.decoder}, and the decoder "
            f"here is {found.decoder}"
        )
        if before.sample_count != found.sample_count:
            said += (
                f". It has {found.sample_count:,} samples by the one here, and had "
                f"{before.sample_count:,} by the other. The file is the same: versions of FFmpeg "
                "differ in whether they leave out what an encoder adds at the end"
            )
    return (
        Finding(
            code=INDEX_NOT_USED,
            severity=Severity.WARNING if state in _ODD else Severity.NOTE,
            subject=recording,
            message=said,
            group="recording",
        ),
    )
