# SPDX-License-Identifier: AGPL-3.0-or-later
"""The time that a player shows at a clip, where it is not the time by the count of samples.

A player goes by the time stamps in the file. They may start later than the sound, jump over a pause
in the recording, or go back; the exact times of a clip never do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.facts import measured_detail, seconds_of_ms
from evidencekit.model.timecode import format_media_time, samples_to_ms

if TYPE_CHECKING:
    from evidencekit.compose.plan import Detail
    from evidencekit.model.material import CutClip, ReadRecording

_MOST_JUMPS = 4


def players_clock(read: ReadRecording, clip: CutClip) -> tuple[Detail, ...]:
    """Return what a player shows at the clip's ends, and where its clock jumps between them."""
    found, samples = read.measurement, clip.file.samples
    rate = found.sample_rate
    shift = found.shown_ms(samples.first) - samples_to_ms(samples.first, rate)
    jumps = found.shifts_within(samples)
    if not shift and not jumps:
        return ()
    last = found.shown_ms(samples.end - 1) - samples_to_ms(samples.end - 1, rate)
    start, end = (
        format_media_time(max(0, samples_to_ms(at, rate) + by))
        for at, by in ((samples.first, shift), (samples.end, last))
    )
    words = f"R{read.number} shows {start} to {end}"
    if shift:
        ahead = "later" if shift > 0 else "earlier"
        words += (
            f", {seconds_of_ms(abs(shift))} {ahead}: it goes by the time stamps in the file, and "
            "the times here count the samples"
        )
    listed, before = [], shift
    for each in jumps[:_MOST_JUMPS]:
        by, before = each.shift_ms - before, each.shift_ms
        way = "forward" if by > 0 else "back"
        at = format_media_time(samples_to_ms(each.first, rate))
        listed.append(f"{way} by {seconds_of_ms(abs(by))} at {at}")
    if listed:
        more = len(jumps) - _MOST_JUMPS
        words += (
            f". Inside the clip the time stamps jump {', '.join(listed)}"
            f"{f', and {more} times more' if more > 0 else ''}; the clip has nothing put in or "
            "taken out there"
        )
    return (measured_detail("In a player", f"{words}."),)
