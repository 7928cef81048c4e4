# SPDX-License-Identifier: AGPL-3.0-or-later
"""The account of the inputs: every file that came in, and what became of it.

Nothing is dropped in silence: each input is included, withheld with a reason, stood in for by a
placeholder, or left out with the name of who holds it.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from evidencekit.model.digest import Digest
from evidencekit.model.material import Outcome


@frozen(kw_only=True)
class Input:
    """One file that came in.

    `id` is unique ("recording:visit"); `path` is relative to the matter's folder, `stored` to the
    package (None where the package does not hold it); `size` is in bytes.
    """

    id: str
    kind: str
    path: str
    name: str
    outcome: Outcome
    digest: Digest | None = None
    size: int | None = None
    reason: str | None = None
    stored: str | None = None
    holder: str | None = None

    def to_record(self) -> dict[str, Any]:
        """Return the input as the record has it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "path": self.path,
            "name": self.name,
            "sha256": self.digest.value if self.digest else None,
            "size": self.size,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "stored": self.stored,
            "holder": self.holder,
        }
