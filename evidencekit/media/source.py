# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decode a file's first audio stream, from its first packet to its last, in constant memory.

The rules that make a decode mean the same every time:

- Always from the first packet, one thread, never seeking. Sample 0 is the first decoded sample, and
  the length is the number of decoded samples; what a header says of it is only a fact.
- A packet that cannot be decoded is counted and passed over. A stream that changes its rate,
  channels or sample format on the way is refused, because its sample numbers would lose their
  meaning.
- The file is opened for reading only. Formats that make FFmpeg open other files (playlists,
  concat scripts) are not on the list of formats, and no protocol but `file` is.
"""

from __future__ import annotations

import platform
import stat
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Self

import av
import numpy as np
import numpy.typing as npt
from attrs import frozen

from evidencekit.errors import RecordingUnreadable
from evidencekit.media import mp4
from evidencekit.model.clip import Decoder

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

Array = npt.NDArray[Any]
#: Called now and then with the position reached in the file, in bytes; may raise to stop the work.
OnPosition = Callable[[int], None]

#: Containers that hold sound and refer to no other file.
FORMATS = (
    "aac ac3 aiff amr amrnb amrwb ape asf au avi caf dff dsf dss dts eac3 flac flv gsm iff loas "
    "matroska,webm mov,mp4,m4a,3gp,3g2,mj2 mp3 mpc mpc8 mpeg mpegts mpegtsraw oga ogg oma qcp rm "
    "rso spx tak truehd tta voc w64 wav wv xwma"
).replace(" ", ",")
_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}

_AV_WITHOUT_STRICT_TEXT = 19
# Tags in another encoding than UTF-8 must not stop a recording from being opened; from av 19 on
# they cannot, and the argument is gone.
_TEXT: dict[str, Any] = (
    {"metadata_errors": "replace"}
    if int(av.__version__.partition(".")[0]) < _AV_WITHOUT_STRICT_TEXT
    else {}
)

_DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "flt": "f4", "dbl": "f8"}
_MIN_RATE = 1000  # below, a millisecond of a span would hold no sample
_MAX_RATE = 768_000
_MAX_CHANNELS = 64
_VALUES_IN_BLOCK = 1 << 17
_PACKETS_BETWEEN_TICKS = 64


@frozen(kw_only=True)
class StreamForm:
    """What every frame of a stream must have in common."""

    sample_rate: int
    channels: int
    sample_format: str
    layout: str

    @property
    def base_format(self) -> str:
        """The sample format without the mark for planes: "fltp" is "flt"."""
        return self.sample_format.removesuffix("p")

    @property
    def bucket_samples(self) -> int:
        """How many samples 10 ms hold, rounded down."""
        return self.sample_rate // 100

    @property
    def block_samples(self) -> int:
        """How many samples a block holds: whole buckets, about as many values at any channels."""
        buckets = _VALUES_IN_BLOCK // (self.bucket_samples * self.channels)
        return self.bucket_samples * max(1, buckets)


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


class SoundReader:
    """One decode of the first audio stream of a file. Use it with `with`.

    `decode_errors` and `sample_count` grow while `blocks` runs; `form` is known from the first
    block on.

    Raises:
        RecordingUnreadable: if the file is missing, empty, not sound, or of an unknown codec.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = check_file(path)
        self.container = _open(path)
        self.decode_errors = 0
        self.sample_count = 0
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

    def blocks(self, on_position: OnPosition | None = None) -> Iterator[Block]:
        """Decode the stream once, in blocks of equal length but for the last.

        Raises:
            RecordingUnreadable: if nothing can be decoded, or the stream changes on the way.
        """
        fifo = av.AudioFifo()
        for frame in self._frames(on_position or _no_position):
            self._check(frame)
            frame.pts = None  # the count of samples is the clock; gaps in time stamps are not
            fifo.write(frame)
            while fifo.samples >= self.form.block_samples:
                yield self._block(fifo, self.form.block_samples)
        if self._form is None:
            raise self._no_samples()
        if fifo.samples:
            yield self._block(fifo, fifo.samples)

    def _block(self, fifo: av.AudioFifo, samples: int) -> Block:
        frame = fifo.read(samples)
        if frame is None or frame.samples != samples:
            msg = f"asked for {samples} decoded samples and got another number"
            raise RuntimeError(msg)
        form = self.form
        dtype = _DTYPES[form.base_format]
        planar = form.sample_format.endswith("p")
        count = samples if planar else samples * form.channels
        planes = tuple(np.frombuffer(memoryview(plane), dtype, count) for plane in frame.planes)
        block = Block(first=self.sample_count, count=samples, planes=planes, channels=form.channels)
        self.sample_count += samples
        return block

    def _frames(self, on_position: OnPosition) -> Iterator[av.AudioFrame]:
        position = 0
        for number, packet in enumerate(self._packets()):
            if number % _PACKETS_BETWEEN_TICKS == 0:
                position = max(position, (packet.pos or 0) if packet is not None else 0)
                on_position(position)
            try:
                frames = self.stream.codec_context.decode(packet)
            except av.FFmpegError:
                self.decode_errors += 1
            except ValueError as error:  # "cannot decode unknown codec": its decoder did not open
                reason = f"holds sound that its decoder ({self.codec_name}) refuses: it is damaged"
                raise self._unreadable(reason) from error
            else:
                yield from frames

    def _packets(self) -> Iterator[Any]:
        """Yield every packet of the stream, then None to empty the decoder."""
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.InvalidDataError, av.EOFError):  # a torn end: what came before counts
                self.decode_errors += 1
                yield None
                return
            except av.FFmpegError as error:
                reason = f"could not be read to its end ({error.strerror})"
                raise self._unreadable(reason) from error
            yield packet

    def _check(self, frame: av.AudioFrame) -> None:
        """Take the form from the first frame, and refuse a later frame of another."""
        layout = frame.layout
        found = (frame.sample_rate, layout.nb_channels, frame.format.name, layout.name)
        if self._form is None:
            self._form = self._checked_form(*found)
            self._found = found
        elif found != self._found:
            reason = (
                f"changes part-way from {_words(self._found)} to {_words(found)}, so that no "
                "sample number would have one meaning. Split it where it changes"
            )
            raise self._unreadable(reason)

    def _checked_form(
        self, rate: int, channels: int, sample_format: str, layout: str
    ) -> StreamForm:
        if not _MIN_RATE <= rate <= _MAX_RATE:
            msg = (
                f"says it has {rate} samples a second; from {_MIN_RATE} to {_MAX_RATE} can be used"
            )
            raise self._unreadable(msg)
        if not 1 <= channels <= _MAX_CHANNELS:
            msg = f"has {channels} channels; up to {_MAX_CHANNELS} can be used"
            raise self._unreadable(msg)
        form = StreamForm(
            sample_rate=rate, channels=channels, sample_format=sample_format, layout=layout
        )
        if form.base_format not in _DTYPES:
            msg = f"has samples of the form {sample_format}, which cannot be used"
            raise self._unreadable(msg)
        return form

    def _choose_stream(self) -> av.AudioStream:
        streams = self.container.streams.audio
        if not streams:
            kinds = sorted({each.type for each in self.container.streams})
            found = f", only {' and '.join(kinds)}" if kinds else ""
            msg = f"holds no sound{found}"
            raise self._unreadable(msg)
        stream = streams[0]
        context = stream.codec_context
        if context is None:
            msg = "holds sound of a kind (codec) that cannot be decoded here"
            raise self._unreadable(msg)
        # Kept now: once a decoder has failed to open, asking the context for it ends the process.
        self.codec_name, self.codec_title = context.codec.name, context.codec.long_name
        context.thread_count = 1  # with more, damaged files do not decode the same every time
        return stream

    def _no_samples(self) -> RecordingUnreadable:
        if self.decode_errors:
            return self._unreadable(
                f"holds no sound that can be decoded ({self.decode_errors} errors): it is damaged"
            )
        return self._unreadable("holds no sound: its audio stream is empty")

    def _unreadable(self, reason: str) -> RecordingUnreadable:
        return RecordingUnreadable(str(self.path), reason)


def check_file(path: Path) -> int:
    """Return the size of *path* in bytes.

    Raises:
        RecordingUnreadable: if it is missing, not a regular file, or empty.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RecordingUnreadable(str(path), "was not found") from error
    except OSError as error:
        raise RecordingUnreadable(str(path), f"cannot be read ({error.strerror})") from error
    if stat.S_ISDIR(found.st_mode):
        raise RecordingUnreadable(str(path), "is a folder, not a recording")
    if not stat.S_ISREG(found.st_mode):
        raise RecordingUnreadable(str(path), "is not a regular file")
    if found.st_size == 0:
        raise RecordingUnreadable(str(path), "is empty (0 bytes)")
    return found.st_size


def _open(path: Path) -> av.container.InputContainer:
    # An absolute path, so that a name such as "data:x.mp3" is not taken for a protocol.
    try:
        opened: av.container.InputContainer = av.open(
            str(path.absolute()), options=_OPTIONS, **_TEXT
        )
    except (av.InvalidDataError, av.EOFError, av.ArgumentError) as error:
        raise RecordingUnreadable(str(path), _why_not_opened(path)) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = f"cannot be opened ({getattr(error, 'strerror', None) or error})"
        raise RecordingUnreadable(str(path), reason) from error
    return opened


def _why_not_opened(path: Path) -> str:
    if mp4.is_cut_short(path):
        return (
            "is an MP4 file that is cut short: the list of its contents is missing, as when "
            "recording or copying was interrupted"
        )
    return "cannot be opened as sound: it is damaged, cut short, or not a recording"


def _words(found: tuple[int, int, str, str]) -> str:
    rate, channels, sample_format, layout = found
    return f"{rate} Hz, {channels} channels ({layout}, {sample_format})"


def _no_position(_: int) -> None:
    """Take no notice of how far the work has come."""
