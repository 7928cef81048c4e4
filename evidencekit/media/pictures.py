# SPDX-License-Identifier: AGPL-3.0-or-later
"""The frames of a video, with their times counted as ours are: from the first decoded sample.

A frame is on view from its own time stamp to the next one's. Frames are turned upright as the file
says, and pixels that are not square are made so; nothing else is done to them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Self

import av
import numpy as np
from attrs import frozen
from av.stream import Disposition

from evidencekit.errors import RecordingUnreadable
from evidencekit.media.opening import check_file, open_recording, packets_of
from evidencekit.media.source import SoundReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evidencekit.media.source import Array
    from evidencekit.model.clip import Measurement

_MOST_PIXELS = 64_000_000
_QUARTER = 90
_LONGEST_PIXEL = Fraction(4)


@frozen(kw_only=True, eq=False)
class Picture:
    """A frame, and when it begins to be on view, in seconds from the first decoded sample.

    `pixel` is how wide a pixel of it is for its height.
    """

    at: Fraction
    frame: av.VideoFrame
    pixel: Fraction


class PictureReader:
    """The pictures of a video file. Use it with `with`.

    *measurement* tells of jumps in the time stamps, where it is at hand; without it there are none.

    Raises:
        RecordingUnreadable: if the file cannot be opened, or holds no moving pictures.
    """

    def __init__(
        self, path: Path, *, track: int = 1, measurement: Measurement | None = None
    ) -> None:
        self.path = path
        check_file(path)
        self._measurement = measurement
        self._sound_starts = _sound_starts(path, track)
        self.container = open_recording(path)
        try:
            self.stream = self._choose()
            self._pixel = _pixel_shape(self.stream)
        except BaseException:
            self.container.close()
            raise

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.container.close()

    def on_view(self, start: Fraction, end: Fraction) -> Iterator[Picture]:
        """Yield the frame that is on view at *start*, and those that begin before *end*.

        The last frame of the video is on view for its own length and no longer.

        Times are in seconds from the first decoded sample.
        """
        self.container.seek(self._stamp(start), stream=self.stream)
        before: Picture | None = None
        for frame in self._frames():
            picture = Picture(at=self._ours(frame), frame=frame, pixel=self._pixel)
            if picture.at <= start:
                before = picture
                continue
            if before is not None:
                yield before
                before = None
            if picture.at >= end:
                return
            yield picture
        if before is not None and before.at + self._lasts(before.frame) > start:
            yield before

    def times(self, start: Fraction, end: Fraction) -> Iterator[Fraction]:
        """Yield when the frames begin that begin before *end*, from before *start* on, in the order
        of the file and without decoding them.
        """
        self.container.seek(self._stamp(start), stream=self.stream)
        try:
            for packet in packets_of(self.container, self.stream):
                if packet.dts is not None and self._at(packet.dts, packet.time_base) >= end:
                    return  # no later one is shown before it
                if packet.pts is None or packet.is_discard or not packet.size:
                    continue
                if (at := self._at(packet.pts, packet.time_base)) < end:
                    yield at
        except (av.FFmpegError, ValueError):
            return

    def frame_length(self) -> Fraction:
        """Return how long a frame is on view, on average, by what the file says."""
        rate = self.stream.average_rate or self.stream.guessed_rate
        return 1 / Fraction(rate) if rate else Fraction(1, 25)

    def _lasts(self, frame: av.VideoFrame) -> Fraction:
        """Return how long the last frame of all is on view, by what the file says."""
        stated = Fraction(frame.duration or 0) * Fraction(frame.time_base or 0)
        return max(stated, self.frame_length())

    def _frames(self) -> Iterator[av.VideoFrame]:
        try:
            for packet in packets_of(self.container, self.stream):
                try:
                    frames = self.stream.codec_context.decode(packet)
                except av.FFmpegError:
                    continue
                for frame in frames:
                    if frame.pts is not None and frame.width * frame.height <= _MOST_PIXELS:
                        yield frame
        except (av.InvalidDataError, av.EOFError):
            return
        except (av.FFmpegError, ValueError) as error:
            reason = f"holds pictures that cannot be decoded ({error})"
            raise RecordingUnreadable(str(self.path), reason) from error

    def _ours(self, frame: av.VideoFrame) -> Fraction:
        return self._at(frame.pts or 0, frame.time_base)

    def _at(self, stamp_in_file: int, time_base: Fraction | None) -> Fraction:
        base = time_base or self.stream.time_base or Fraction(1)
        stamp = stamp_in_file * Fraction(base) - self._sound_starts
        return stamp - self._jumped(stamp, ours=False)

    def _stamp(self, at: Fraction) -> int:
        stamp = at + self._jumped(at, ours=True) + self._sound_starts
        return max(0, int(stamp / (self.stream.time_base or Fraction(1))))

    def _jumped(self, at: Fraction, *, ours: bool) -> Fraction:
        """Return by how much the time stamps have jumped by *at*: our time, or the file's."""
        measurement = self._measurement
        if measurement is None:
            return Fraction(0)
        shifts = measurement.time_shifts
        start = shifts[0].shift_ms if shifts and shifts[0].first == 0 else 0
        jumped = Fraction(0)
        for shift in shifts:
            by = Fraction(shift.shift_ms - start, 1000)
            begins = Fraction(shift.first, measurement.sample_rate) + (0 if ours else by)
            if begins > at:
                break
            jumped = by
        return jumped

    def _choose(self) -> av.VideoStream:
        for stream in self.container.streams.video:
            if not stream.disposition & Disposition.attached_pic:
                if stream.codec_context is None:
                    reason = "holds pictures of a kind (codec) that cannot be decoded here"
                    raise RecordingUnreadable(str(self.path), reason)
                stream.codec_context.thread_count = 1
                return stream
        raise RecordingUnreadable(str(self.path), "holds no moving pictures")


def has_pictures(path: Path) -> bool:
    """Return True if the file at *path* holds moving pictures, not only a cover.

    Raises:
        RecordingUnreadable: if it cannot be opened.
    """
    check_file(path)
    with open_recording(path) as container:
        return any(
            not each.disposition & Disposition.attached_pic for each in container.streams.video
        )


def upright(picture: Picture, *, longest: int, form: str) -> list[Array]:
    """Return a picture's planes, turned and scaled as it is to be seen, of even width and height.

    *longest* limits the longer side; *form* is "rgb24", of one plane, or "yuv420p", of three.
    """
    frame = picture.frame
    width, height = _size(picture, longest)
    made = frame.reformat(width=width, height=height, format=form).to_ndarray()
    turns = round(frame.rotation / _QUARTER) % 4
    if form == "rgb24":
        return [np.ascontiguousarray(np.rot90(made, turns))]
    luma = made[:height]
    chroma = made[height:].reshape(2, height // 2, width // 2)
    return [np.ascontiguousarray(np.rot90(each, turns)) for each in (luma, *chroma)]


def _size(picture: Picture, longest: int) -> tuple[int, int]:
    """Return width and height before turning, with square pixels."""
    width, height = picture.frame.width * picture.pixel, Fraction(picture.frame.height)
    scale = min(Fraction(1), Fraction(longest) / max(width, height))
    return max(2, int(width * scale / 2) * 2), max(2, int(height * scale / 2) * 2)


def _pixel_shape(stream: av.VideoStream) -> Fraction:
    shape = stream.sample_aspect_ratio
    if shape is None or not 1 / _LONGEST_PIXEL <= shape <= _LONGEST_PIXEL:
        return Fraction(1)
    return Fraction(shape)


def _sound_starts(path: Path, track: int) -> Fraction:
    """Return the time stamp of the first decoded sample in seconds; 0 where there is no sound."""
    try:
        with SoundReader(path, track=track) as sound:
            for packet in sound.packets():
                for frame in sound.decode(packet):
                    if frame.pts is None or not frame.time_base:
                        return Fraction(0)
                    return Fraction(frame.pts) * frame.time_base
    except RecordingUnreadable:
        return Fraction(0)
    return Fraction(0)
