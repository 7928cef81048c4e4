# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many marked blanks a part has, for somebody to complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import fields, has

from evidencekit.compose.plan import Blank

if TYPE_CHECKING:
    from evidencekit.compose.plan import Part

#: How a blank inside a sentence ends.
TO_COMPLETE = ": to be completed]"


def blanks_in(part: Part) -> int:
    """Return the number of blanks: lines to write on, and those inside sentences."""
    return _count(part.blocks)


def _count(value: Any) -> int:
    if isinstance(value, Blank):
        return 1
    if isinstance(value, str):
        return value.count(TO_COMPLETE)
    if isinstance(value, tuple):
        return sum(map(_count, value))
    if has(type(value)):
        return sum(_count(getattr(value, each.name)) for each in fields(type(value)))
    return 0
