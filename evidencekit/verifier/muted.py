# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record that is written beside a muted clip: where it is from, and what was muted.

It is a claim like any other: where the clip is from is looked for there first, and what is silent
is held against it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.model.timecode import SampleRange
from evidencekit.verifier.chosen import chosen_by, ordinal
from evidencekit.verifier.record import number, rows, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LARGEST = 4_000_000


@frozen(kw_only=True)
class Beside:
    """What the record beside a clip says: the clip's range, track and channels of the recording,
    and what was muted.
    """

    name: str
    samples: SampleRange | None
    track: int | None
    channels: tuple[int, ...]
    muted: tuple[SampleRange, ...]


def read_beside(clip: Path) -> Beside | None:
    """Return what the record beside *clip* says; None where there is none that can be read."""
    beside = clip.with_name(f"{clip.name}.json")
    try:
        with beside.open("rb") as file:
            value = json.loads(file.read(_LARGEST).decode("utf-8"))
        said = table(value, "clip") if isinstance(value, dict) else {}
        samples = table(said, "samples")
        return Beside(
            name=beside.name,
            samples=_range(samples) if samples else None,
            track=ordinal(said.get("track")),
            channels=chosen_by(said),
            muted=tuple(_range(each) for each in rows(said, "muted")),
        )
    except (OSError, ValueError, RecursionError):
        return None


def _range(value: Mapping[str, Any]) -> SampleRange:
    return SampleRange(number(value, "first"), number(value, "end"))


def said_of_muting(beside: Beside | None, found: Sequence[SampleRange]) -> str:
    """Say whether the record names the spans *found*, in samples of the recording."""
    if beside is None:
        return "no record beside the clip says what was muted"
    outside = [
        each
        for each in found
        if not any(of.first <= each.first and each.end <= of.end for of in beside.muted)
    ]
    if not outside:
        return f"the record beside the clip, {beside.name}, says that these spans were muted"
    first = outside[0]
    return (
        f"the record beside the clip, {beside.name}, does not say that samples {first.first} to "
        f"{first.end} were muted"
    )
