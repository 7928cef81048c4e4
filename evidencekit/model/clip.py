# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was measured of a recording, and of a clip cut from it."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from evidencekit.model.digest import Digest
from evidencekit.model.stated import Stated
from evidencekit.model.timecode import SampleRange, Span, samples_to_ms

if TYPE_CHECKING:
    from pydub import AudioSegment


@frozen(kw_only=True)
class Decoder:
    """The program that turned the file into samples. Lossy decoders differ in the last bit
    between versions and processors, so a digest of samples means little without this.
    """

    name: str
    library: str
    library_version: str
    ffmpeg_version: str
    machine: str
    container: str
    sample_format: str

    def __str__(self) -> str:
        """Write the decoder on one line."""
        return f"{self.name} ({self.library} {self.library_version}, FFmpeg {self.ffmpeg_version})"


@frozen(kw_only=True)
class Peaks:
    """Lowest and highest sample of each bucket, as signed 16-bit values of all channels together.

    `low` and `high` hold little-endian int16; bucket k covers samples
    [k * bucket_samples, (k + 1) * bucket_samples).
    """

    bucket_samples: int
    low: bytes = field(repr=False)
    high: bytes = field(repr=False)


@frozen(kw_only=True)
class Fact:
    """One line of what a file's container or tags say, or of what was measured."""

    name: str
    stated: Stated[str]


@frozen(kw_only=True)
class TimeShift:
    """From sample `first` on, a player shows a time that is `shift_ms` later than ours.

    A player goes by the time stamps in the file, which may start later than the sound, jump or go
    back; ours counts samples from the first decoded one.
    """

    first: int
    shift_ms: int


@frozen(kw_only=True)
class Measurement:
    """One full decode of a recording. Sample counts are per channel.

    `track` is the audio track that was decoded, counted from 1, of the `tracks` that there are.
    `time_shifts` lists where the file's own clock parts from the count of samples, in order; it is
    empty where it never does.
    `jumps` counts the places where its time stamps jump, also those that are not listed, and
    `skipped_samples` the samples that the file says to leave out at its start. `average_level` is
    the RMS of all samples in hundredths of a decibel of full scale, None where it was not measured
    or all of them are zero.
    """

    sample_rate: int
    channels: int
    sample_count: int
    decoder: Decoder
    decode_errors: int
    peaks: Peaks
    facts: tuple[Fact, ...] = ()
    track: int = 1
    tracks: int = 1
    time_shifts: tuple[TimeShift, ...] = ()
    jumps: int = 0
    skipped_samples: int = 0
    average_level: int | None = None

    @property
    def length_ms(self) -> int:
        """Length in whole milliseconds, rounded down."""
        return samples_to_ms(self.sample_count, self.sample_rate)

    def shown_ms(self, sample: int) -> int:
        """Return the time that a player shows where sample number *sample* sounds."""
        shift = 0
        for each in self.time_shifts:
            if each.first > sample:
                break
            shift = each.shift_ms
        return samples_to_ms(sample, self.sample_rate) + shift

    def shifts_within(self, samples: SampleRange) -> tuple[TimeShift, ...]:
        """Return the places inside a range, past its first sample, where the time stamps jump."""
        return tuple(each for each in self.time_shifts if samples.first < each.first < samples.end)


class IndexState(StrEnum):
    """Whether the index that intake kept of a recording was used, or why not, in words that follow
    "the index was not used: ".
    """

    USED = "used"
    NOT_RECORDED = "the custody log records none"
    MISSING = "it is not in the folder index"
    CHANGED = "it is not the one that the custody log records"
    UNFIT = "it cannot be read, or is of another recording or track"
    OTHER_DECODER = "another version of the decoder made it"
    OTHER_SAMPLES = "the decoder here gives other samples, as on another processor"


@frozen(kw_only=True)
class ClipFile:
    """A clip as written.

    `samples` is the range of the recording's full decode that the file holds, `samples_digest`
    the digest of those samples as interleaved little-endian integers of `bits` bits, `way` how
    they were reached ("decoded from the start", "seek, every block matched"). `track` is the audio
    track of the recording, from 1; `chosen_channels` the channels of it that the clip holds, from 1
    and in the clip's order, none where it holds all. `muted` are ranges, in samples of the
    recording, in which the clip has no sound: all others are those of the recording. `peaks` are
    the clip's own, for drawing it.
    """

    path: Path
    requested: Span
    samples: SampleRange
    sample_rate: int
    channels: int
    bits: int
    source_digest: Digest
    samples_digest: Digest
    file_digest: Digest
    decoder: Decoder
    way: str
    track: int = 1
    chosen_channels: tuple[int, ...] = ()
    muted: tuple[SampleRange, ...] = ()
    peaks: Peaks | None = field(default=None, repr=False)

    def to_audio_segment(self) -> AudioSegment:
        """Return the clip as pydub's type, in 16 bits, for callers who work with pydub.

        All of it is held in memory.

        Raises:
            RecordingUnreadable: if the file is no longer there, or cannot be decoded.
        """
        from evidencekit.media.levels import to_audio_segment

        return to_audio_segment(self.path)

    @property
    def channel(self) -> int | None:
        """The one channel that was chosen, from 1; None where the clip holds all, or several."""
        return self.chosen_channels[0] if len(self.chosen_channels) == 1 else None

    @property
    def start_ms(self) -> int:
        """The time of the first sample, in whole milliseconds, rounded down."""
        return samples_to_ms(self.samples.first, self.sample_rate)

    @property
    def length_ms(self) -> int:
        """The clip's length in milliseconds, as it is printed beside its start and end."""
        return self.samples.length_ms(self.sample_rate)


@frozen(kw_only=True)
class ViewingCopy:
    """A part of a video, made to be watched: pictures and sound are encoded anew, and it says so.

    It is cut at frames. `start` is the time of its first frame and `end` that at which its last one
    ends, in seconds from the first decoded sample of the recording, as the times of clips are.
    `encoder` names what made it, `label` is what stands under the picture. The exact sound is the
    clip.
    """

    path: Path
    requested: Span
    start: Fraction
    end: Fraction
    frames: int
    width: int
    height: int
    source_digest: Digest
    file_digest: Digest
    encoder: str
    label: str


@frozen(kw_only=True)
class Still:
    """One frame of a video: the one on view at `wanted_ms`. `at` is when it began to be on view, in
    seconds from the first decoded sample of the recording. `data` is a picture of `media_type`.
    """

    wanted_ms: int
    at: Fraction
    data: bytes
    media_type: str
    width: int
    height: int

    @property
    def at_ms(self) -> int:
        """When the frame began to be on view, in whole milliseconds, rounded down."""
        return int(self.at * 1000 // 1)
