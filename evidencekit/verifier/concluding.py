# SPDX-License-Identifier: AGPL-3.0-or-later
"""Say in words what a whole report shows, and what it does not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from evidencekit.custody.seal_status import SealStatus, Trust
from evidencekit.model.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIMITS = "Shows nothing about who spoke, when, or what happened before intake."
_UNSIGNED = (
    "Unsigned: anyone who rebuilt all of it would pass too; compare the head with the printed one."
)
#: What no software can see in a package alone is said in every report, whatever else it says.
_NOT_SEEN = "A package made anew as a whole, by whoever holds its files and key, would show none."


def conclude(findings: Iterable[Finding], seal: SealStatus, *, checksums: str | None = None) -> str:
    """Return the conclusion. *checksums* is the digest of a served copy's list."""
    severities = [each.severity for each in findings]
    failures = severities.count(Severity.ERROR)
    if failures:
        count = f"{failures} failure{'' if failures == 1 else 's'}"
        return f"NOT CONSISTENT: {count}, named above. {_NOT_SEEN}"
    parts = ["CONSISTENT with its own lists.", _signed(seal) if seal.intact else _UNSIGNED, _LIMITS]
    if checksums is not None:
        parts.insert(2, f"The list itself has sha256 {checksums}: compare it with the letter.")
    unchecked = severities.count(Severity.NOT_CHECKED)
    if unchecked:
        parts.append(
            f"{unchecked} check{'' if unchecked == 1 else 's'} could not run; that is not a pass."
        )
    return " ".join(parts)


def _signed(seal: SealStatus) -> str:
    """Say by which key it was signed and by when, and how far each was believed."""
    key = f"Signed by the key of the certificate with sha256 {seal.fingerprint}"
    known = {
        Trust.PINNED: "which is the one that was given",
        Trust.CHAIN: "under a root that was given",
    }
    who = known.get(seal.trusted, "which was compared with nothing from elsewhere")
    stamp = seal.timestamp
    if stamp.intact and stamp.at is not None:
        at = stamp.at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        authority = (
            "under a root that was given"
            if stamp.trusted is Trust.CHAIN
            else "that was compared with nothing from elsewhere"
        )
        when = f"It existed by {at}, says an authority {authority}."
    else:
        when = "By when, nothing shows."
    return f"{key}, {who}. {when} Who holds the key can make another package and sign it."
