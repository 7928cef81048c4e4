# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys that this version accepts and does not act on yet, so that none is ignored in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.matterfile.names import Scrubber
from evidencekit.matterfile.pointer import Path, pointer
from evidencekit.model.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.model.matter import Matter

CODE = "EK-M010"


def not_acted_on(matter: Matter) -> tuple[Finding, ...]:
    """Return a warning for each key of *matter* that has no effect yet, or not its whole effect."""
    people = {each.id: {"name": each.name, "child": each.child} for each in matter.people}
    clean = Scrubber({"people": people}).path
    return tuple(
        Finding(
            code=CODE,
            severity=Severity.WARNING,
            subject=clean(pointer(path)),
            message=message,
            group="matter",
        )
        for path, message in _pending(matter)
    )


def _pending(matter: Matter) -> Iterator[tuple[Path, str]]:
    if matter.anonymise:
        yield (
            ("anonymise",),
            "not acted on yet. This version makes no anonymised edition.",
        )
