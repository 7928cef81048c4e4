# SPDX-License-Identifier: AGPL-3.0-or-later
"""A part of a video to watch, and stills of it. Neither is the evidence, and each says so.

The clip is the exact sound. A video cannot be cut exactly without encoding it anew: so a viewing
copy is labelled as one, in a strip under the picture that hides nothing of it.
"""

from __future__ import annotations

import io
import os
import tempfile
import uuid
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from evidencekit.errors import ClipUnwritable, RecordingUnreadable, SpanReversed
from evidencekit.media.clipfile import sha256_of
from evidencekit.media.cut import cut
from evidencekit.media.pictures import Picture, PictureReader, upright
from evidencekit.model.clip import Still, ViewingCopy
from evidencekit.model.progress import IsCancelled, raise_if_cancelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.media.source import Array
    from evidencekit.model.clip import Measurement
    from evidencekit.model.digest import Digest
    from evidencekit.model.timecode import Span

_LONGEST_SIDE = 1280
_LONGEST_STILL = 480
_MOST_STILLS = 60
_CLOCK = 90_000
_BITEXACT = 0x80_0000
_CONTAINER_BITEXACT = 0x400
ENCODERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("libx264", {"preset": "veryfast", "crf": "21", "threads": "1"}),
    ("mpeg4", {"qscale": "4", "threads": "1"}),
)
NO_PICTURES = "holds no pictures in that span that can be decoded"
_SOUND_RATE = 48_000
#: So that channels stay apart. Of numbers that have none here, two are left: the copy is to watch.
_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 8: "7.1"}
_STRIP = 28
_TEXT_SIZES = range(15, 6, -1)


def viewing_copy(
    path: Path,
    span: Span,
    *,
    to: Path,
    track: int = 1,
    measurement: Measurement | None = None,
    sound: Path | None = None,
    source_digest: Digest | None = None,
    cancelled: IsCancelled | None = None,
) -> ViewingCopy:
    """Make a copy of a span of the video at *path* to watch, as the file *to*, an .mp4.

    It begins with the frame that is on view where the span starts. *measurement*, where it is at
    hand, tells of jumps in the time stamps; *sound* is the clip of the same span, and
    *source_digest* the digest of the video.

    Raises:
        RecordingUnreadable: if the file cannot be decoded, or holds no moving pictures there.
        SpanReversed: if the span ends where it starts, or before.
        SpanOutsideRecording: if it reaches beyond the last sample of the sound.
        ClipUnwritable: if the copy cannot be written.
        Cancelled: if *cancelled* says so.
    """
    _check_target(to, span)
    label = viewing_label(span)
    temporary = to.parent / f".{uuid.uuid4().hex}.part"
    try:
        with (
            PictureReader(path, track=track, measurement=measurement) as reader,
            tempfile.TemporaryDirectory() as folder,
        ):
            given = Path(folder) / "sound.wav"
            sound = sound or _sound_of(path, span, given, track, cancelled)
            digest = source_digest or sha256_of(path)
            copy = _Copy(reader, span, label)
            copy.write(temporary, sound, cancelled)
        made = ViewingCopy(
            path=to,
            requested=span,
            start=copy.start,
            end=copy.end,
            frames=copy.frames,
            width=copy.width,
            height=copy.height,
            source_digest=digest,
            file_digest=sha256_of(temporary),
            encoder=encoder_name(copy.encoder),
            label=label,
        )
        _check_target(to, span)
        temporary.replace(to)
    except (OSError, av.FFmpegError) as error:
        reason = f"cannot be written ({getattr(error, 'strerror', None) or error})"
        raise ClipUnwritable(str(to), reason) from error
    finally:
        temporary.unlink(missing_ok=True)
    return made


def stills(
    path: Path,
    span: Span,
    count: int,
    *,
    track: int = 1,
    measurement: Measurement | None = None,
    longest: int = _LONGEST_STILL,
    picture: Literal["jpeg", "png"] = "jpeg",
) -> tuple[Still, ...]:
    """Return *count* stills of a span of the video at *path*, evenly spread, each with its time.

    Each is the frame on view in the middle of its part of the span. There are fewer where the
    video ends before the span does.

    Raises:
        RecordingUnreadable: if the file cannot be decoded, or holds no moving pictures.
        SpanReversed: if the span ends where it starts, or before.
        ValueError: if *count* is not from 1 to 60.
    """
    if not 1 <= count <= _MOST_STILLS:
        msg = f"from 1 to {_MOST_STILLS} stills can be made, not {count}"
        raise ValueError(msg)
    _check_span(span, path.name)
    made = []
    with PictureReader(path, track=track, measurement=measurement) as reader:
        for number in range(count):
            wanted_ms = span.start_ms + span.length_ms * (2 * number + 1) // (2 * count)
            at = Fraction(wanted_ms, 1000)
            found = next(reader.on_view(at, at + reader.frame_length()), None)
            if found is not None:
                made.append(_still(found, wanted_ms, longest, picture))
    return tuple(made)


def viewing_label(span: Span) -> str:
    """Return what stands under the picture of a viewing copy."""
    return f"Viewing copy, re-encoded: {span}. The exact sound is in the clip."


def encoder_name(encoder: str) -> str:
    """Return an encoder with the versions that it came with."""
    return f"{encoder} (av {av.__version__}, FFmpeg {av.ffmpeg_version_info})"


def copy_size(first: Picture) -> tuple[int, int]:
    """Return width and height of a viewing copy whose first frame is *first*, label included."""
    luma = upright(first, longest=_LONGEST_SIDE, form="yuv420p")[0]
    return luma.shape[1], luma.shape[0] + _STRIP


class _Copy:
    """One viewing copy on its way."""

    def __init__(self, reader: PictureReader, span: Span, label: str) -> None:
        self._reader = reader
        self._label = label
        self._from = Fraction(span.start_ms, 1000)
        self._to = Fraction(span.end_ms, 1000)
        self.start = self.end = self._from
        self.frames = self.width = self.height = 0
        self.encoder = ""

    def write(self, to: Path, sound: Path | None, cancelled: IsCancelled | None) -> None:
        """Encode pictures and sound into the file *to*."""
        pictures = self._reader.on_view(self._from, self._to)
        first = next(pictures, None)
        if first is None or first.at >= self._to:
            raise RecordingUnreadable(str(self._reader.path), NO_PICTURES)
        with av.open(str(to), "w", format="mp4", options={"movflags": "faststart"}) as out:
            out.flags |= _CONTAINER_BITEXACT
            out.metadata.update({"title": "Viewing copy, re-encoded", "comment": self._label})
            strip = self._begin(out, first)
            voice = _Voice(out, sound) if sound else None
            for picture in _with_first(first, pictures):
                raise_if_cancelled(cancelled)
                self._encode(out, picture, strip)
                if voice is not None:
                    voice.encode_until(out, picture.at - self._from)
            out.mux(self._stream.encode(None))
            if voice is not None:
                voice.encode_until(out, None)
        self.start = first.at
        self.end = min(self._to, self._last + self._reader.frame_length())

    def _begin(self, out: av.container.OutputContainer, first: Picture) -> Array:
        self.width, self.height = copy_size(first)
        rate = 1 / self._reader.frame_length()
        for name, options in ENCODERS:
            try:
                self._stream: Any = out.add_stream(
                    name,
                    rate=rate.limit_denominator(1001),
                    width=self.width,
                    height=self.height,
                    pix_fmt="yuv420p",
                    options=options,
                )
            except (ValueError, av.codec.codec.UnknownCodecError):
                continue
            self.encoder = name
            break
        if not self.encoder:
            msg = "cannot be encoded: this installation has no encoder for video"
            raise ClipUnwritable(str(self._reader.path), msg)
        self._stream.codec_context.flags |= _BITEXACT
        self._stream.codec_context.time_base = Fraction(1, _CLOCK)
        return _strip(self._label, self.width)

    def _encode(self, out: av.container.OutputContainer, picture: Picture, strip: Array) -> None:
        luma, *chroma = upright(picture, longest=_LONGEST_SIDE, form="yuv420p")
        if luma.shape != (self.height - _STRIP, self.width):
            reason = "changes the size of its picture part-way, so that no copy can be made of it"
            raise RecordingUnreadable(str(self._reader.path), reason)
        grey = np.full((_STRIP // 2, self.width // 2), 128, np.uint8)
        planes = (
            np.vstack([luma, strip]),
            *(np.vstack([each, grey]) for each in chroma),
        )
        whole = np.concatenate([each.reshape(-1) for each in planes])
        frame = av.VideoFrame.from_ndarray(
            whole.reshape(self.height * 3 // 2, self.width), format="yuv420p"
        )
        frame.time_base = Fraction(1, _CLOCK)
        frame.pts = max(0, round((picture.at - self._from) * _CLOCK))
        out.mux(self._stream.encode(frame))
        self._last = picture.at
        self.frames += 1


class _Voice:
    """The sound of a viewing copy, encoded as the pictures go."""

    def __init__(self, out: av.container.OutputContainer, sound: Path) -> None:
        self._given = av.open(str(sound))
        channels = self._given.streams.audio[0].codec_context.channels
        layout = _LAYOUTS.get(channels, "stereo")
        self._resampler = av.AudioResampler(format="fltp", layout=layout, rate=_SOUND_RATE)
        self._stream = out.add_stream("aac", rate=_SOUND_RATE, layout=layout)
        self._stream.codec_context.flags |= _BITEXACT
        self._frames = self._given.decode(self._given.streams.audio[0])
        self._reached = Fraction(0)

    def encode_until(self, out: av.container.OutputContainer, at: Fraction | None) -> None:
        """Encode the sound up to *at* seconds, or all that is left."""
        while at is None or self._reached <= at:
            frame = next(self._frames, None)
            if frame is not None:
                self._reached += Fraction(frame.samples, frame.sample_rate)
            for made in self._resampler.resample(frame):
                out.mux(self._stream.encode(made))
            if frame is None:
                break
        if at is None:
            out.mux(self._stream.encode(None))
            self._given.close()


def _with_first(first: Picture, others: Iterator[Picture]) -> Iterator[Picture]:
    yield first
    yield from others


def _sound_of(
    path: Path, span: Span, to: Path, track: int, cancelled: IsCancelled | None
) -> Path | None:
    """Cut the sound of the span; None where the video has none at all."""
    try:
        return cut(path, span, to=to, track=track, cancelled=cancelled).path
    except RecordingUnreadable as error:
        if error.reason.startswith("holds no sound"):
            return None
        raise


def _strip(label: str, width: int) -> Array:
    """Return the strip under the picture as luma: the label in white on black, as large as fits."""
    image = Image.new("L", (width, _STRIP), 16)
    draw = ImageDraw.Draw(image)
    for size in _TEXT_SIZES:
        font = ImageFont.load_default(size)
        if draw.textlength(label, font=font) <= width - 8:
            break
    draw.text((4, _STRIP // 2), label, fill=235, font=font, anchor="lm")
    return np.asarray(image, np.uint8)


def _still(found: Picture, wanted_ms: int, longest: int, picture: str) -> Still:
    (pixels,) = upright(found, longest=longest, form="rgb24")
    data = io.BytesIO()
    options = {"quality": 85} if picture == "jpeg" else {}
    Image.fromarray(pixels).save(data, picture.upper(), **options)
    return Still(
        wanted_ms=wanted_ms,
        at=found.at,
        data=data.getvalue(),
        media_type=f"image/{picture}",
        width=pixels.shape[1],
        height=pixels.shape[0],
    )


def _check_span(span: Span, where: str) -> None:
    if span.end_ms <= span.start_ms:
        raise SpanReversed(where, span.start_ms, span.end_ms)


def _check_target(to: Path, span: Span) -> None:
    _check_span(span, to.name)
    if to.suffix.lower() != ".mp4":
        raise ClipUnwritable(str(to), "must end in .mp4")
    if not to.parent.is_dir():
        raise ClipUnwritable(str(to), "cannot be written: its folder does not exist")
    if os.path.lexists(to):
        raise ClipUnwritable(str(to), "exists already and was left as it is. Choose another name")
