# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said of a clip that was held against a recording, in words and places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.model.timecode import SampleRange, format_media_time, samples_to_ms

if TYPE_CHECKING:
    from evidencekit.media.compare import ClipComparison, ClipUnderTest
    from evidencekit.model.clip import Decoder

_MOST_NAMED = 5


def held_channels(test: ClipUnderTest) -> tuple[str, ...]:
    """Say which channels of the recording a clip holds, where it has not all in their order."""
    if not test.channels:
        return ()
    *first, last = map(str, test.channels)
    if not first:
        return (f"the clip holds channel {last} of the recording alone",)
    listed = f"{', '.join(first)} and {last}"
    return (f"the clip holds channels {listed} of the recording, in that order",)


def explain_length(
    then: int, decoder_then: Decoder | None, now: int, result: ClipComparison
) -> str:
    """Say why one file has two lengths."""
    lengths = f"the recording has {now} samples by the decoder here ({result.decoder}), and had "
    if decoder_then is None or decoder_then == result.decoder:
        return f"{lengths}{then} when it was taken in; why is not known, for the file is the same"
    return (
        f"{lengths}{then} by the one it was taken in with ({decoder_then}). The file is the same: "
        "versions of FFmpeg differ in whether they leave out what an encoder adds at the end"
    )


def muted_spans(silent: tuple[SampleRange, ...], rate: int) -> str:
    """Name the muted spans, the first few if there are many."""
    named = [
        f"{format_media_time(samples_to_ms(each.first, rate))} to "
        f"{format_media_time(samples_to_ms(each.end, rate))} (samples {each.first} to {each.end})"
        for each in silent[:_MOST_NAMED]
    ]
    more = len(silent) - len(named)
    spans = "1 muted span" if len(silent) == 1 else f"{len(silent)} muted spans"
    return f"{spans}: {', '.join(named)}{f' and {more} more' if more else ''}"


def parts_at(result: ClipComparison, test: ClipUnderTest) -> int:
    """Return the number of the first sample that is not the same, or not there."""
    if result.first_difference is not None:
        return result.first_difference
    return test.samples.first + result.compared
