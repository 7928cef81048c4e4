# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting what is odd, so that a thousand odd cues are one finding.

A finding gives how many and where the first is. It never quotes a cue: the words may hold a
protected name, and findings end up in logs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.model.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["noted", "summed_up"]


def summed_up(
    code: str,
    severity: Severity,
    subject: str,
    places: Sequence[str],
    *,
    one: str,
    many: str,
) -> tuple[Finding, ...]:
    """Return one finding for all *places*, or none if there are none.

    *one* is the sentence for a single place and *many* for several, with `{count}` in it; the
    first place, such as "line 12", is added at the end.
    """
    if not places:
        return ()
    if len(places) == 1:
        message = f"{one}, at {places[0]}"
    else:
        message = f"{many.format(count=len(places))}, the first at {places[0]}"
    finding = Finding(
        code=code, severity=severity, subject=subject, message=message, group="transcript"
    )
    return (finding,)


def noted(code: str, subject: str, message: str, *, severity: Severity = Severity.NOTE) -> Finding:
    """Return a finding about the transcript as a whole."""
    return Finding(
        code=code, severity=severity, subject=subject, message=message, group="transcript"
    )
