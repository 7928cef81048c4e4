# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a recording's name, header and sound do not agree: printed in its schedule, and pointed at.

None of it is resolved, and none of it stops a build: a recording is what it is. But whoever relies
on one should hear of it before the other side does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.model.findings import Finding, Severity

if TYPE_CHECKING:
    from evidencekit.model.clip import Measurement

#: How the facts begin that say of two readings that they differ.
_DISAGREEMENT = "disagreement"
_DAMAGE = "decode errors"


def disagreements(measurement: Measurement, *, recording: str) -> tuple[Finding, ...]:
    """Return a finding for each measured fact of *recording* (its id) that asks for a look."""
    return tuple(
        Finding(
            code="EK-R001" if fact.name.startswith(_DISAGREEMENT) else "EK-R002",
            severity=Severity.WARNING,
            subject=recording,
            message=f"{fact.stated.value}. Printed in its schedule.",
            group="recording",
        )
        for fact in measurement.facts
        if fact.name.startswith(_DISAGREEMENT) or fact.name == _DAMAGE
    )
