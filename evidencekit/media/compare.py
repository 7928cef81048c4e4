# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decode a recording again and hold clips of it against it, sample for sample.

Both sides are decoded side by side, block by block, so that memory does not grow with either.
Differences are counted in steps of 16-bit samples, whatever the depth: a lossy decoder on another
processor differs by at most one such step.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from attrs import evolve, frozen

from evidencekit.errors import RecordingUnreadable
from evidencekit.media.form import (
    SHORT_BITS,
    SampleForm,
    columns_of,
    form_of,
    integer_blocks,
    integers_of,
)
from evidencekit.media.pace import Pace
from evidencekit.media.passing import Walk, blocks_of
from evidencekit.media.silences import Silences
from evidencekit.media.source import Array, Block, SoundReader
from evidencekit.model.channels import wrong_choice
from evidencekit.model.clip import Decoder
from evidencekit.model.digest import Digest
from evidencekit.model.timecode import SampleRange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evidencekit.model.progress import IsCancelled, OnProgress

_FULL_BITS = 32
_STEP = 1 << 16  # one step of 16-bit samples, in 32 bits


@frozen(kw_only=True)
class ClipUnderTest:
    """A clip file, and the range of its recording that it is said to hold.

    `channels` are those of the recording that it holds, from 1 and in its order; none for all.
    """

    path: Path
    samples: SampleRange
    bits: int
    channels: tuple[int, ...] = ()


@frozen(kw_only=True)
class ClipComparison:
    """What a comparison showed.

    `equal`: every sample of the range is in the file, and nothing else. `compared` counts the
    samples of a channel that both had; `first_difference` is the number, in the recording, of the
    first that differs, and `max_difference` the largest difference in steps of 16-bit samples,
    rounded up. `form_matches` is False where rate or channels differ, and then nothing was
    compared. The digests are of the same form as `ClipFile.samples_digest`, taken of the clip file
    as found and of the range as decoded now. `unreadable` says why the clip file was not compared.
    `decode_errors` counts the packets of the recording that could not be decoded, and
    `recording_tracks` its audio tracks. Where the two
    differ only in that the clip has no sound, `silent` are the ranges, in samples of the recording,
    in which it has none and the recording has some.
    """

    equal: bool
    max_difference: int
    first_difference: int | None
    compared: int
    length_matches: bool
    form_matches: bool
    recording_sample_count: int
    clip_sample_count: int
    decoder: Decoder
    clip_digest: Digest | None = None
    recording_digest: Digest | None = None
    unreadable: str | None = None
    decode_errors: int = 0
    recording_tracks: int = 1
    silent: tuple[SampleRange, ...] = ()


def compare_clip(
    recording: Path,
    clip: Path,
    *,
    samples: SampleRange,
    bits: int,
    cancelled: IsCancelled | None = None,
) -> ClipComparison:
    """Decode *recording* and compare the file *clip* with its samples in the range *samples*.

    Raises:
        RecordingUnreadable: if the recording cannot be decoded.
        Cancelled: if *cancelled* says so.
    """
    test = ClipUnderTest(path=clip, samples=samples, bits=bits)
    (result,) = compare_clips(recording, [test], cancelled=cancelled)
    return result


def compare_clips(
    recording: Path,
    clips: Sequence[ClipUnderTest],
    *,
    track: int = 1,
    subject: str = "",
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[ClipComparison, ...]:
    """Decode a track of *recording* once and compare all *clips* with it, in their order.

    A clip file that cannot be read does not stop the others: its result says why.

    Raises:
        RecordingUnreadable: if the recording cannot be decoded.
        Cancelled: if *cancelled* says so.
    """
    with ExitStack() as stack:
        sound = stack.enter_context(SoundReader(recording, track=track))
        pace = Pace(total=sound.size, subject=subject, progress=progress, cancelled=cancelled)
        tests = Tests(clips, stack)
        for block in blocks_of(Walk(sound, pace), [each.samples for each in clips]):
            tests.take(sound, block)
        results = tests.results(sound)
        pace.finish()
    return results


class Tests:
    """All clips while the decode of their recording passes; *stack* closes their files."""

    def __init__(self, clips: Sequence[ClipUnderTest], stack: ExitStack) -> None:
        self.clips = tuple(clips)
        self._tests = [stack.enter_context(_Test(each)) for each in clips]
        self._waiting = sorted(self._tests, key=lambda test: test.clip.samples.first, reverse=True)
        self._running: list[_Test] = []

    def take(self, sound: SoundReader, block: Block) -> None:
        """Compare what a block of the recording *sound* has of each clip's range."""
        end = block.first + block.count
        while self._waiting and self._waiting[-1].clip.samples.first < end:
            self._running.append(self._waiting.pop())
            self._running[-1].begin(sound)
        form = form_of(sound)
        integers = integers_of(block, form, sound)
        for test in self._running:
            test.take(form, block.first, integers)
            if test.clip.samples.end <= end:
                test.close()
        self._running = [test for test in self._running if test.clip.samples.end > end]

    @property
    def differ(self) -> bool:
        """True where any clip was seen to differ."""
        return any(test.differs for test in self._tests)

    def differs(self, number: int) -> bool:
        """Say whether a clip was seen to differ, as far as it was compared."""
        return self._tests[number].differs

    def done_before(self, sample: int) -> bool:
        """Say whether every clip that begins before *sample* was compared to the end."""
        open_ones = (*self._waiting, *self._running)
        return all(test.clip.samples.first >= sample for test in open_ones)

    def result(self, number: int, sound: SoundReader) -> ClipComparison:
        """Return what was seen of one clip."""
        return self._tests[number].result(sound)

    def results(self, sound: SoundReader) -> tuple[ClipComparison, ...]:
        """Return what was seen of all, in their order."""
        return tuple(test.result(sound) for test in self._tests)


class _ClipStream:
    """The samples of a clip file, read as they are asked for, and hashed on the way."""

    def __init__(self, path: Path, bits: int) -> None:
        self._bits = bits
        self._stack = ExitStack()
        self._blocks: Iterator[tuple[SampleForm, int, Array]] = iter(())
        self._rest: Array = np.empty((0, 1), np.int16)
        self._hash = hashlib.sha256()
        self.seen = 0
        self.form: SampleForm | None = None
        self.rate = self.channels = 0
        self.unreadable: str | None = None
        try:
            reader = self._stack.enter_context(SoundReader(path))
            self._blocks = integer_blocks(reader)
            self._fill()
            self.rate, self.channels = reader.form.sample_rate, reader.form.channels
        except RecordingUnreadable as error:
            self._stop(error)

    def read(self, at_most: int) -> Array:
        """Return up to so many samples; none at the end, or where the file cannot be read on."""
        if not len(self._rest) and self.unreadable is None:
            try:
                self._fill()
            except RecordingUnreadable as error:
                self._stop(error)
        taken, self._rest = self._rest[:at_most], self._rest[at_most:]
        return taken

    def close(self) -> None:
        """Read what is left, so that all of it is hashed and counted, and close the file."""
        while len(self.read(self.seen + 1)):
            pass
        self._stack.close()

    def release(self) -> None:
        """Close the file as it is."""
        self._stack.close()

    @property
    def digest(self) -> Digest:
        """The digest of all samples read."""
        return Digest("sha256", self._hash.hexdigest())

    def _fill(self) -> None:
        for form, _, integers in self._blocks:
            self.form = form
            self.seen += len(integers)
            self._hash.update(_pack(integers, form, self._bits))
            self._rest = integers
            return

    def _stop(self, error: RecordingUnreadable) -> None:
        self.unreadable = error.reason
        self._rest = self._rest[:0]
        self._stack.close()


class _Test:
    """One clip while the decode of its recording passes."""

    def __init__(self, clip: ClipUnderTest) -> None:
        self.clip = clip
        self._stream: _ClipStream | None = None
        self._form_matches = False
        self._hash = hashlib.sha256()
        self._in_range = self._compared = self._largest = 0
        self._first_difference: int | None = None
        self._silences: Silences = Silences()

    def __enter__(self) -> Self:
        """Return the test."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the clip file."""
        if self._stream is not None:
            self._stream.release()

    def close(self) -> None:
        """Read the clip file to its end and close it: its range has passed."""
        if self._stream is not None:
            self._stream.close()

    def begin(self, sound: SoundReader) -> _ClipStream:
        """Open the clip file; *sound* is its recording."""
        stream = self._stream = _ClipStream(self.clip.path, self.clip.bits)
        channels, there = self.clip.channels, sound.form.channels
        is_there = wrong_choice(channels, there=there) is None
        self._columns = columns_of(channels if is_there else ())
        expected = (sound.form.sample_rate, len(channels) or there)
        self._form_matches = is_there and (stream.rate, stream.channels) == expected
        return stream

    @property
    def differs(self) -> bool:
        """True where the clip was seen to differ, in its form or in a sample."""
        return self._stream is not None and (
            not self._form_matches
            or self._first_difference is not None
            or self._stream.unreadable is not None
        )

    def take(self, form: SampleForm, first: int, integers: Array) -> None:
        """Compare what a block of the recording has of the clip's range."""
        samples = self.clip.samples
        part = integers[max(0, samples.first - first) : samples.end - first][:, self._columns]
        self._hash.update(_pack(part, form, self.clip.bits))
        self._in_range += len(part)
        if self._stream is None or not self._form_matches:
            return
        at = max(first, samples.first)
        while len(part):
            theirs = self._stream.read(len(part))
            if not len(theirs) or self._stream.form is None:
                return
            ours, part = part[: len(theirs)], part[len(theirs) :]
            self._compared += len(theirs)
            if form.bits != self._stream.form.bits or not np.array_equal(ours, theirs):
                apart = np.abs(_full(ours, form) - _full(theirs, self._stream.form))
                self._note(at, apart)
                self._silences.take(at, theirs, apart.any(axis=1))
            at += len(theirs)

    def _note(self, at: int, apart: Array) -> None:
        """Keep the largest difference, and the number of the first sample that differs."""
        self._largest = max(self._largest, int(apart.max()))
        differs = np.flatnonzero(apart.max(axis=1))
        if self._first_difference is None and len(differs):
            self._first_difference = at + int(differs[0])

    def result(self, sound: SoundReader) -> ClipComparison:
        """Read the clip file to its end and return what was seen."""
        stream = self._stream or self.begin(sound)  # the recording may end before the range
        stream.close()
        wanted = self.clip.samples.count
        length_matches = stream.seen == wanted == self._in_range
        same = self._form_matches and self._first_difference is None and self._compared == wanted
        range_digest = Digest("sha256", self._hash.hexdigest()) if self._in_range else None
        return ClipComparison(
            equal=same and length_matches and stream.unreadable is None,
            max_difference=-(-self._largest // _STEP),
            first_difference=self._first_difference,
            compared=self._compared,
            length_matches=length_matches,
            form_matches=self._form_matches,
            recording_sample_count=sound.sample_count,
            clip_sample_count=stream.seen,
            decoder=sound.decoder,
            clip_digest=None if stream.unreadable else stream.digest,
            recording_digest=range_digest,
            unreadable=stream.unreadable,
            decode_errors=sound.decode_errors,
            recording_tracks=len(sound.container.streams.audio),
            silent=self._silences.ranges(of=wanted) if length_matches else (),
        )


def _full(integers: Array, form: SampleForm) -> Array:
    """Return integers at 32 bits of depth, wide enough to subtract."""
    return integers.astype(np.int64) << (_FULL_BITS - form.bits)


def _pack(integers: Array, form: SampleForm, bits: int) -> memoryview:
    """Return the bytes that a digest of samples of *bits* bits is taken of."""
    if form.bits == bits:
        return form.pack(integers)
    wanted = evolve(form, bits=bits)
    full = _full(integers, form) >> (_FULL_BITS - bits)
    return wanted.pack(full.astype(np.int16 if bits == SHORT_BITS else np.int32))
