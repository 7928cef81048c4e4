# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which channels a record says were chosen, for a recording's clips or by one clip.

`chosen_channels` lists them in their order; `channel` is the one where it is one. Records that are
older have `channel` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.verifier.record import values

if TYPE_CHECKING:
    from collections.abc import Mapping


def ordinal(value: object) -> int | None:
    """Return a number from 1; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    return None


def chosen_by(said: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the channels that a record names, in their order; none where it names none."""
    listed = [ordinal(each) for each in values(said, "chosen_channels")]
    one = ordinal(said.get("channel"))
    if not listed:
        return () if one is None else (one,)
    return tuple(each for each in listed if each is not None)


def contradicts_itself(said: Mapping[str, Any]) -> bool:
    """Return True where the two keys are both there and do not say the same."""
    if "chosen_channels" not in said:
        return False
    listed = said["chosen_channels"]
    return said.get("channel") != (
        listed[0] if isinstance(listed, list) and len(listed) == 1 else None
    )
