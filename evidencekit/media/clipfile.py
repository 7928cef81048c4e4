# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write a clip: WAV, or FLAC by the name given, the same bytes on every run.

A clip is written under a temporary name beside its own and renamed when all of it is on disk, so
that a clip that exists is whole. A file that is already there is never replaced.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import struct
import uuid
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO, Protocol

import av
import numpy as np

from evidencekit.errors import ClipUnwritable, EvidenceError, NoSpace
from evidencekit.media.form import SHORT_BITS
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evidencekit.media.form import SampleForm
    from evidencekit.media.source import Array

ENDINGS = (".wav", ".flac")

_WAV_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_WAV_LIMIT = 0xFFFF_FFFF - _WAV_HEADER.size
_PCM = 1

_FLAC_LEVEL = "5"
_FLAC_MAX_CHANNELS = 8
_FLAC_MAX_RATE = 655_350
_FLAC_MAX_BITS = 24
_FLAC_LAYOUTS = ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1")
_CODEC_BITEXACT = 0x80_0000
_CONTAINER_BITEXACT = 0x400


class _Encoder(Protocol):
    def write(self, integers: Array, packed: memoryview) -> None: ...
    def close(self) -> None: ...


class _Wav:
    """PCM behind the 44-byte header that everything reads. The header is written last."""

    def __init__(self, file: BinaryIO, *, rate: int, channels: int, form: SampleForm) -> None:
        self._file = file
        self._rate = rate
        self._channels = channels
        self._form = form
        self._size = 0
        file.write(bytes(_WAV_HEADER.size))

    def write(self, integers: Array, packed: memoryview) -> None:  # noqa: ARG002 - FLAC's
        self._size += packed.nbytes
        if self._size > _WAV_LIMIT:
            msg = (
                "would be a WAV file of more than 4 GB, which the format cannot hold. "
                "Choose a shorter span, or a name that ends in .flac"
            )
            raise _Refused(msg)
        self._file.write(packed)

    def close(self) -> None:
        pad = self._size % 2
        self._file.write(bytes(pad))
        frame = self._channels * self._form.bytes_per_sample
        header = _WAV_HEADER.pack(
            *(b"RIFF", _WAV_HEADER.size - 8 + self._size + pad, b"WAVE"),
            *(b"fmt ", 16, _PCM, self._channels, self._rate, self._rate * frame, frame),
            *(self._form.bits, b"data", self._size),
        )
        self._file.seek(0)
        self._file.write(header)


class _Flac:
    """FLAC level 5 without the encoder's name or version in it."""

    def __init__(self, file: BinaryIO, *, rate: int, channels: int, form: SampleForm) -> None:
        if channels > _FLAC_MAX_CHANNELS or rate > _FLAC_MAX_RATE or form.bits > _FLAC_MAX_BITS:
            msg = (
                f"cannot be FLAC: {channels} channels of {form.bits} bits at {rate} Hz are more "
                "than the format holds. Choose a name that ends in .wav"
            )
            raise _Refused(msg)
        self._rate = rate
        self._layout = _FLAC_LAYOUTS[channels - 1]
        self._form = form
        self._format = "s16" if form.bits == SHORT_BITS else "s32"
        self._container = av.open(file, "w", format="flac")
        self._container.flags |= _CONTAINER_BITEXACT
        self._stream = self._container.add_stream(
            "flac",
            rate=rate,
            layout=self._layout,
            format=self._format,
            options={"compression_level": _FLAC_LEVEL},
        )
        self._stream.codec_context.flags |= _CODEC_BITEXACT
        self._at = 0

    def write(self, integers: Array, packed: memoryview) -> None:  # noqa: ARG002 - WAV's
        upper = integers if self._format == "s16" else integers << (32 - self._form.bits)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(upper).reshape(1, -1), format=self._format, layout=self._layout
        )
        frame.sample_rate = self._rate
        frame.time_base = Fraction(1, self._rate)
        frame.pts = self._at
        self._at += frame.samples
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()


class _Nothing:
    """Stands for an encoder that was not made."""

    def write(self, integers: Array, packed: memoryview) -> None:
        """Write nothing."""

    def close(self) -> None:
        """Close nothing."""


class _Refused(Exception):
    """A clip cannot be held by its format."""


class ClipWriter:
    """One clip on its way to disk, under a temporary name until `keep`.

    Raises:
        ClipUnwritable: if the format cannot hold the clip, or the file cannot be written.
        NoSpace: if the disk is full.
    """

    def __init__(self, to: Path, *, rate: int, channels: int, form: SampleForm) -> None:
        self.to = to
        self._form = form
        self._samples = hashlib.sha256()
        self._size = 0
        self._kept = False
        self._encoder: _Encoder = _Nothing()
        make = _Flac if to.suffix.lower() == ".flac" else _Wav
        with self._reasons():
            self._temporary = to.parent / f".{uuid.uuid4().hex}.part"
            self._file = self._temporary.open("x+b")
        try:
            with self._reasons():
                self._encoder = make(self._file, rate=rate, channels=channels, form=form)
        except BaseException:
            self.discard()
            raise

    def write(self, integers: Array) -> None:
        """Add samples, as integers of the clip's form."""
        packed = self._form.pack(integers)
        self._samples.update(packed)
        self._size += packed.nbytes
        with self._reasons():
            self._encoder.write(integers, packed)

    def close(self) -> None:
        """Finish the file and put it on disk, still under its temporary name."""
        with self._reasons():
            self._encoder.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self.file_digest = sha256_of(self._temporary)
        self.samples_digest = Digest("sha256", self._samples.hexdigest())

    def keep(self) -> None:
        """Give the clip its name."""
        check_target(self.to)
        with self._reasons():
            self._temporary.replace(self.to)
        self._kept = True

    def discard(self) -> None:
        """Remove whatever was written."""
        with contextlib.suppress(OSError, av.FFmpegError, ValueError):
            self._encoder.close()
        with contextlib.suppress(OSError):  # closing writes what is buffered: a full disk again
            self._file.close()
        (self.to if self._kept else self._temporary).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _reasons(self) -> Iterator[None]:
        """Turn what the system or the encoder says into an error that names the clip."""
        try:
            yield
        except EvidenceError:
            raise
        except _Refused as error:
            raise ClipUnwritable(str(self.to), str(error)) from error
        except (OSError, av.FFmpegError) as error:
            if error.errno == errno.ENOSPC:
                free = shutil.disk_usage(self.to.parent).free
                raise NoSpace(str(self.to), self._size, free) from error
            reason = f"cannot be written ({error.strerror})"
            raise ClipUnwritable(str(self.to), reason) from error


def check_target(to: Path) -> None:
    """Refuse a name that a clip cannot be written under.

    Raises:
        ClipUnwritable: if the ending is neither .wav nor .flac, the folder is missing, or
            something of that name exists.
    """
    if to.suffix.lower() not in ENDINGS:
        raise ClipUnwritable(str(to), "must end in .wav or .flac")
    if not to.parent.is_dir():
        raise ClipUnwritable(str(to), "cannot be written: its folder does not exist")
    if os.path.lexists(to):
        raise ClipUnwritable(str(to), "exists already and was left as it is. Choose another name")


def sha256_of(path: Path) -> Digest:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return Digest("sha256", hashlib.file_digest(file, "sha256").hexdigest())
