# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compare the disputed passages that the matter tells of with those of the record.

They have no ids: the first of the one is the first of the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.verifier.record import rows

if TYPE_CHECKING:
    from evidencekit.verifier.matter_compared import Comparison

_TOLD = ("document", "page", "minuted", "my_words")


def compare_disputed(comparison: Comparison) -> None:
    """Add what record and matter do not agree on."""
    recorded = list(rows(comparison.record, "disputed"))
    told = list(rows(comparison.matter, "disputed"))
    if len(recorded) != len(told):
        message = f"the record has {len(recorded)} passages, and the matter {len(told)}"
        comparison.add("disputed", message, there=False)
    for place, (one, other) in enumerate(zip(recorded, told, strict=False), start=1):
        comparison.same(f"disputed passage {place}", one, other, _TOLD)
