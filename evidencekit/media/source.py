# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decode one audio track of a file in constant memory.

The rules that make a decode mean the same every time:

- One thread. Sample 0 is the first sample decoded from the first packet on, and the length is the
  number of decoded samples; what a header says of it is only a fact.
- A packet that cannot be decoded is counted and passed over. A stream that changes its rate,
  channels or sample format on the way is refused, because its sample numbers would lose their
  meaning.
- The file is opened for reading only (`opening.py`).
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Self

import av
import numpy as np
import numpy.typing as npt
from attrs import frozen

from evidencekit.errors import RecordingUnreadable, TrackMissing
from evidencekit.media.opening import check_file, kind_of_sound, open_recording, packets_of
from evidencekit.media.streamform import StreamForm
from evidencekit.media.times import FileClock
from evidencekit.model.clip import Decoder

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

Array = npt.NDArray[Any]
#: Called now and then with the position reached in the file, in bytes; may raise to stop the work.
OnPosition = Callable[[int], None]
#: Called with each packet and the number of samples decoded when it has been.
OnPacket = Callable[[Any, int], None]
#: A frame's rate, number of channels, sample format and layout.
FrameForm = tuple[int, int, str, str]

_DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "flt": "f4", "dbl": "f8"}
_MIN_RATE = 1000  # below, a millisecond of a span would hold no sample
_MAX_RATE = 768_000
_MAX_CHANNELS = 64
#: How often progress and cancelling are asked for.
PACKETS_BETWEEN_TICKS = 64
#: So many packets may say what is to be left out, or that they are encrypted.
FIRST_PACKETS = 8


@frozen(kw_only=True, eq=False)
class Block:
    """Decoded samples in the decoder's own format, from sample number `first` on.

    `planes` are views of the decoder's memory: one a channel where the format is planar, else one
    with the channels interleaved.
    """

    first: int
    count: int
    planes: tuple[Array, ...]
    channels: int

    @property
    def end(self) -> int:
        """The number of the sample after the last."""
        return self.first + self.count

    def parts(self, length: int) -> Iterator[Block]:
        """Yield it in blocks of *length* samples, the last one of what is left."""
        wide = self.channels if len(self.planes) == 1 else 1
        for at in range(0, self.count, length):
            end = min(at + length, self.count)
            yield Block(
                first=self.first + at,
                count=end - at,
                planes=tuple(plane[at * wide : end * wide] for plane in self.planes),
                channels=self.channels,
            )


class SoundReader:
    """A decoder of one audio track of a file, the *track*-th from 1. Use it with `with`.

    `decode_errors` and `sample_count` grow while `blocks` runs; `form` is known from the first
    block on. `clock` holds where time stamps part from the count of samples, `skipped_samples` how
    many the file says to leave out at its start.

    Raises:
        RecordingUnreadable: if the file is missing, empty, not sound, or of an unknown codec.
    """

    def __init__(self, path: Path, *, track: int = 1) -> None:
        self.path = path
        self.track = track
        self.size = check_file(path)
        self.container = open_recording(path)
        self.decode_errors = 0
        self.sample_count = 0
        self.skipped_samples = 0
        self.clock = FileClock(self.container.format.name, self.container.start_time)
        self._form: StreamForm | None = None
        try:
            self.stream = self._choose_stream()
        except BaseException:
            self.container.close()
            raise

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.container.close()

    @property
    def form(self) -> StreamForm:
        """The form of the stream, taken from its first frame.

        Raises:
            RecordingUnreadable: if nothing has been decoded.
        """
        if self._form is None:
            raise self._no_samples()
        return self._form

    @property
    def decoder(self) -> Decoder:
        """The program that decodes, for the record."""
        return Decoder(
            name=self.codec_name,
            library="av",
            library_version=av.__version__,
            ffmpeg_version=av.ffmpeg_version_info,
            machine=platform.machine().lower(),
            container=self.container.format.name,
            sample_format=self.form.sample_format,
        )

    def blocks(
        self,
        on_position: OnPosition | None = None,
        on_packet: OnPacket | None = None,
        *,
        stretches: bool = False,
        length: int | None = None,
    ) -> Iterator[Block]:
        """Decode the stream once, in blocks of equal *length* but for the last, or in *stretches*
        of several blocks each. The length is in samples, and otherwise the form's.

        Raises:
            RecordingUnreadable: if nothing can be decoded, or the stream changes on the way.
        """
        frames = self._frames(on_position or _no_position, on_packet or _no_packet)
        blocks = BlockMaker(frames, self, first=0, stretches=stretches, length=length)
        for block in blocks:
            self.sample_count = block.end
            yield block
        if self._form is None:
            raise self._no_samples()

    def packets(self) -> Iterator[Any]:
        """Yield every packet of the track from where the file stands, then None.

        Raises:
            RecordingUnreadable: if the file cannot be read to its end.
        """
        try:
            yield from packets_of(self.container, self.stream)
        except (av.InvalidDataError, av.EOFError):  # a torn end: what came before counts
            self.decode_errors += 1
            yield None
        except av.FFmpegError as error:
            reason = f"could not be read to its end ({error.strerror})"
            raise self.unreadable(reason) from error

    def decode(self, packet: Any) -> list[av.AudioFrame]:
        """Return the frames that a packet, or None at the end, brings; none where it is damaged.

        Raises:
            RecordingUnreadable: if its decoder refuses it, or its form cannot be used.
        """
        try:
            frames: list[av.AudioFrame] = self._decode(packet)
        except (av.FFmpegError, ValueError) as error:
            return self._failed(error)
        if self._form is None and frames:
            self._take_form(frames[0])
        return frames

    def _failed(self, error: Exception) -> list[av.AudioFrame]:
        """Count a packet that could not be decoded; raise where none can be."""
        if isinstance(error, av.FFmpegError):
            self.decode_errors += 1
            return []
        # "cannot decode unknown codec": its decoder did not open
        reason = f"holds sound that its decoder ({self.codec_name}) refuses: it is damaged"
        raise self.unreadable(reason) from error

    def changed(self, frame: av.AudioFrame) -> RecordingUnreadable:
        """Return the error for a frame of another form than the first one's."""
        before, after = _words(self.found), _words(form_of_frame(frame))
        reason = (
            f"changes part-way from {before} to {after}, so that no sample number would have one "
            "meaning. Split it where it changes"
        )
        return self.unreadable(reason)

    def unreadable(self, reason: str) -> RecordingUnreadable:
        """Return an error that names the file."""
        return RecordingUnreadable(str(self.path), reason)

    def look_at(self, packet: Any) -> None:
        """Take what one of the first packets says besides its sound."""
        if packet.has_sidedata("encryption_info"):
            msg = "is encrypted. Name an unlocked copy, or ask for one"
            raise self.unreadable(msg)
        if packet.has_sidedata("skip_samples"):
            said = bytes(packet.get_sidedata("skip_samples"))
            self.skipped_samples += int.from_bytes(said[:4], "little")

    def _frames(self, on_position: OnPosition, on_packet: OnPacket) -> Iterator[av.AudioFrame]:
        position = decoded = 0
        # What follows runs half a million times in three hours: hence few calls, looked up once.
        decode, note = self._decode, self.clock.note
        for number, packet in enumerate(self.packets()):
            if number % PACKETS_BETWEEN_TICKS == 0:
                position = max(position, (packet.pos or 0) if packet is not None else 0)
                on_position(position)
            if number < FIRST_PACKETS and packet is not None:
                self.look_at(packet)
            try:
                frames = decode(packet)
            except (av.FFmpegError, ValueError) as error:
                frames = self._failed(error)
            for frame in frames:
                if not decoded and self._form is None:
                    self._take_form(frame)
                note(frame.pts, decoded)
                decoded += frame.samples
                yield frame
            on_packet(packet, decoded)

    def _take_form(self, frame: av.AudioFrame) -> None:
        self.found = form_of_frame(frame)
        self._form = self._checked_form(*self.found)
        self.clock.start(frame.pts, frame.time_base, frame.sample_rate)

    def _checked_form(
        self, rate: int, channels: int, sample_format: str, layout: str
    ) -> StreamForm:
        if not _MIN_RATE <= rate <= _MAX_RATE:
            msg = (
                f"says it has {rate} samples a second; from {_MIN_RATE} to {_MAX_RATE} can be used"
            )
            raise self.unreadable(msg)
        if not 1 <= channels <= _MAX_CHANNELS:
            msg = f"has {channels} channels; up to {_MAX_CHANNELS} can be used"
            raise self.unreadable(msg)
        form = StreamForm(
            sample_rate=rate, channels=channels, sample_format=sample_format, layout=layout
        )
        if form.base_format not in _DTYPES:
            msg = f"has samples of the form {sample_format}, which cannot be used"
            raise self.unreadable(msg)
        return form

    def _choose_stream(self) -> av.AudioStream:
        streams = self.container.streams.audio
        if not streams:
            kinds = sorted({each.type for each in self.container.streams})
            found = f", only {' and '.join(kinds)}" if kinds else ""
            msg = f"holds no sound{found}"
            raise self.unreadable(msg)
        if not 1 <= self.track <= len(streams):
            tracks = "1 audio track" if len(streams) == 1 else f"{len(streams)} audio tracks"
            reason = f"has {tracks}; there is no number {self.track}"
            raise TrackMissing(str(self.path), reason)
        stream = streams[self.track - 1]
        context = stream.codec_context
        if context is None:
            kind = kind_of_sound(self.container, stream.index)
            msg = f"holds sound of a kind (codec) that cannot be decoded here: {kind}"
            raise self.unreadable(msg)
        # Kept now: once a decoder has failed to open, asking the context for it ends the process.
        self.codec_name, self.codec_title = context.codec.name, context.codec.long_name
        context.thread_count = 1  # with more, damaged files do not decode the same every time
        self._decode = context.decode
        return stream

    def _no_samples(self) -> RecordingUnreadable:
        if self.decode_errors:
            errors = f"{self.decode_errors} error{'' if self.decode_errors == 1 else 's'}"
            return self.unreadable(f"holds no sound that can be decoded ({errors}): it is damaged")
        return self.unreadable("holds no sound: its audio stream is empty")


class BlockMaker:
    """Puts decoded frames together to blocks, the first of which starts at sample *first*.

    *leave_out* samples before it are dropped. A block is *length* samples long, or as long as the
    form's. With *stretches*, several blocks come as one: who works on them in another thread does
    it in fewer and longer steps, and steps cost both threads.
    """

    def __init__(
        self,
        frames: Iterator[av.AudioFrame],
        sound: SoundReader,
        *,
        first: int,
        leave_out: int = 0,
        stretches: bool = False,
        length: int | None = None,
    ) -> None:
        self._frames = frames
        self._sound = sound
        self._at = first
        self._leave_out = leave_out
        self._stretches = stretches
        self._length = length

    def __iter__(self) -> Iterator[Block]:
        """Yield blocks of equal length but for the last."""
        fifo = av.AudioFifo()
        length = channels = 0
        for frame in self._frames:
            if not length:
                form = self._sound.form
                length = form.stretch_samples if self._stretches else form.block_samples
                length = self._length or length
                channels = form.channels
            if frame.layout.nb_channels != channels:  # the queue would read planes not there
                raise self._sound.changed(frame)
            frame.pts = None  # the count of samples is the clock; gaps in time stamps are not
            try:
                fifo.write(frame)
            except ValueError as error:  # it takes frames of one rate and sample format only
                raise self._sound.changed(frame) from error
            if self._leave_out:
                dropped = min(self._leave_out, fifo.samples)
                self._leave_out -= dropped
                if dropped:
                    fifo.read(dropped)
            while fifo.samples >= length:
                yield self._block(fifo, length)
        if fifo.samples:
            yield self._block(fifo, fifo.samples)

    def _block(self, fifo: av.AudioFifo, samples: int) -> Block:
        frame = fifo.read(samples)
        if frame is None or frame.samples != samples:
            msg = f"asked for {samples} decoded samples and got another number"
            raise RuntimeError(msg)
        form = self._sound.form
        count = samples if form.planar else samples * form.channels
        dtype = _DTYPES[form.base_format]
        planes = tuple(np.frombuffer(memoryview(plane), dtype, count) for plane in frame.planes)
        block = Block(first=self._at, count=samples, planes=planes, channels=form.channels)
        self._at += samples
        return block


def form_of_frame(frame: av.AudioFrame) -> FrameForm:
    """Return what every frame of a stream must have in common."""
    layout = frame.layout
    return frame.sample_rate, layout.nb_channels, frame.format.name, layout.name


def _words(found: FrameForm) -> str:
    rate, channels, sample_format, layout = found
    return f"{rate} Hz, {channels} channels ({layout}, {sample_format})"


def _no_position(_: int) -> None:
    """Take no notice of how far the work has come."""


def _no_packet(_: Any, __: int) -> None:
    """Take no notice of packets."""
