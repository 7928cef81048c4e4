# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records on the disk: canonical JSON (RFC 8785) with a newline at the end, and no floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.custody.canonical import canonical_bytes

if TYPE_CHECKING:
    from pathlib import Path


def write_json(path: Path, value: object) -> None:
    """Write *value* at *path*, whose folder is made if it is missing.

    Raises:
        ValueError: if *value* holds a float, text that is not Unicode, or too large an integer.
    """
    data = canonical_bytes(value) + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
