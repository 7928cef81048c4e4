# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decode a recording once and hold its clips against it, in a process apart.

A recording or a clip may be made to break the library that reads it. What comes back is plain
values, so that the process that reports never loads what reads.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.model.clip import Decoder
from evidencekit.model.timecode import SampleRange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.isolate import Isolate
    from evidencekit.media.compare import ClipComparison, ClipUnderTest


@frozen(kw_only=True)
class ClipToCompare:
    """A clip's file, and the range of its recording that it is said to hold."""

    path: Path
    samples: SampleRange
    bits: int
    channels: tuple[int, ...] = ()


@frozen(kw_only=True)
class ComparedClip:
    """What a comparison showed, as `media.compare.ClipComparison` has it."""

    equal: bool
    max_difference: int
    first_difference: int | None
    compared: int
    length_matches: bool
    form_matches: bool
    clip_sample_count: int
    clip_sha256: str | None
    recording_sha256: str | None
    unreadable: str | None


@frozen(kw_only=True)
class Decoded:
    """A recording as decoded now, and its clips in the order given."""

    sample_count: int
    decode_errors: int
    decoder: Decoder
    clips: tuple[ComparedClip, ...]
    #: How many audio tracks there are; None where they were not counted.
    tracks: int | None = None


def ready() -> None:
    """Load what decodes, in the process that will."""
    import evidencekit.media.compare  # noqa: F401


def compare(
    worker: Isolate, source: Path, tests: Sequence[ClipToCompare], *, track: int = 1
) -> Decoded:
    """Decode the audio track *track* of *source* and compare all *tests* with it.

    Raises:
        RecordingUnreadable: if the recording cannot be decoded.
        WorkerFailed: if reading it took too long, or broke what reads it.
        Cancelled: if the caller asked for it.
    """
    return worker.call(compare_here, source, tuple(tests), track)


def compare_here(source: Path, tests: tuple[ClipToCompare, ...], track: int = 1) -> Decoded:
    """Do what `compare` does, in this process."""
    from evidencekit.media.compare import compare_clips

    return decoded_of(compare_clips(source, under_test(source, tests), track=track), tests)


def under_test(source: Path, tests: tuple[ClipToCompare, ...]) -> list[ClipUnderTest]:
    """Return *tests* as what compares has them.

    Without one that can be compared, a stand-in has the recording decoded all the same.
    """
    from evidencekit.media.compare import ClipUnderTest

    wanted = tests or (ClipToCompare(path=source, samples=SampleRange(0, 1), bits=16),)
    return [
        ClipUnderTest(path=each.path, samples=each.samples, bits=each.bits, channels=each.channels)
        for each in wanted
    ]


def decoded_of(found: Sequence[ClipComparison], tests: tuple[ClipToCompare, ...]) -> Decoded:
    """Return what comparing *tests* found as plain values."""
    clips = tuple(
        ComparedClip(
            equal=each.equal,
            max_difference=each.max_difference,
            first_difference=each.first_difference,
            compared=each.compared,
            length_matches=each.length_matches,
            form_matches=each.form_matches,
            clip_sample_count=each.clip_sample_count,
            clip_sha256=each.clip_digest.value if each.clip_digest else None,
            recording_sha256=each.recording_digest.value if each.recording_digest else None,
            unreadable=each.unreadable,
        )
        for each in found
    )
    return Decoded(
        tracks=found[0].recording_tracks,
        sample_count=found[0].recording_sample_count,
        decode_errors=found[0].decode_errors,
        decoder=found[0].decoder,
        clips=clips[: len(tests)],
    )
