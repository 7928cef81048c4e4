# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts about a recording's time: what a file leaves out, and where a player shows another time.

They are given only where they move a time by as much as anybody would see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from evidencekit.media.edits import edit_list
from evidencekit.model.clip import Fact
from evidencekit.model.stated import from_file, measured
from evidencekit.model.timecode import format_media_time, samples_to_ms

if TYPE_CHECKING:
    from evidencekit.media.edits import Edit
    from evidencekit.media.source import SoundReader
    from evidencekit.model.clip import Measurement, TimeShift

_SOFTWARE = "evidencekit"
_READER = f"evidencekit, and FFmpeg {av.ffmpeg_version_info} (av {av.__version__})"
_MOST_LISTED = 8
_SEEN_MS = 100
_MP4 = "mov,mp4,m4a,3gp,3g2,mj2"


def edit_facts(sound: SoundReader) -> tuple[Fact, ...]:
    """Return what an edit list leaves out or puts in, if it is more than an encoder's delay."""
    if sound.container.format.name != _MP4:
        return ()
    found = edit_list(sound.path, sound.track)
    if found is None or not found.edits:
        return ()
    played = sum(each.length_ms for each in found.edits if each.from_ms is not None)
    only = found.edits[0]
    whole = found.track_ms - played < _SEEN_MS
    if len(found.edits) == 1 and only.from_ms is not None and only.from_ms < _SEEN_MS and whole:
        return ()
    entries = "; ".join(_entry(each) for each in found.edits[:_MOST_LISTED])
    more = len(found.edits) - _MOST_LISTED
    value = f"{entries}{f'; and {more} more' if more > 0 else ''}"
    if not whole:
        value += (
            f"; the track is {format_media_time(found.track_ms)} long, and what the list leaves "
            "out is neither played nor decoded"
        )
    return (Fact(name="edit list", stated=from_file(value, source="elst", by=_READER)),)


def clock_facts(found: Measurement) -> tuple[Fact, ...]:
    """Return where the file's own time parts from the count of samples, after the decode."""
    facts = []
    rate = found.sample_rate
    if found.skipped_samples:
        skipped = f"{found.skipped_samples:,} samples ({found.skipped_samples / rate:.3f} s)"
        value = f"{skipped} at the start are left out, as the file says; sample 0 comes after them"
        facts.append(_measured("encoder delay", value))
    shifts = found.time_shifts
    before = 0
    if shifts and shifts[0].first == 0:
        before = shifts[0].shift_ms
        value = f"a player shows the first sample at {_seconds(before)}"
        facts.append(_measured("time stamps: start", value))
    jumps = []
    for shift in (each for each in shifts if each.first):
        jumps.append(_jump(shift, shift.shift_ms - before, rate))
        before = shift.shift_ms
    if jumps:
        more = found.jumps - _MOST_LISTED
        listed = "; ".join(jumps[:_MOST_LISTED]) + (f"; and {more} more" if more > 0 else "")
        value = f"{listed}. Nothing is put in or taken out there: sample follows sample"
        facts.append(_measured("time stamps: jumps", value))
    return tuple(facts)


def _entry(edit: Edit) -> str:
    length = format_media_time(edit.length_ms)
    if edit.from_ms is None:
        return f"{length} of nothing"
    return f"{length} from {format_media_time(edit.from_ms)} of the track"


def _jump(shift: TimeShift, by_ms: int, rate: int) -> str:
    where = format_media_time(samples_to_ms(shift.first, rate))
    return f"at {where} {'forward' if by_ms > 0 else 'back'} by {_seconds(abs(by_ms))}"


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.3f} s"


def _measured(name: str, value: str) -> Fact:
    return Fact(name=name, stated=measured(value, by=_SOFTWARE))
