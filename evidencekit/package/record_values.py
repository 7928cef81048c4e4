# SPDX-License-Identifier: AGPL-3.0-or-later
"""How values of the model are written in the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import asdict

from evidencekit.model.moment import Moment


def plain(value: Any) -> Any:
    """Write model values as the matter file writes them."""
    if isinstance(value, Moment):
        return value.written if value.at is None else value.at.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if hasattr(value, "__attrs_attrs__"):
        return plain(asdict(value, recurse=False))
    return value
