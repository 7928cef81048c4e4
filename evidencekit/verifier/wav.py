# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read the header of a clip's file strictly: 44 bytes, then the samples, then nothing.

A player may pass over a chunk before or after the samples, or believe a size that is not so. What
could hide there, or be heard differently by another player, is refused.
"""

from __future__ import annotations

import hashlib
import os
import struct
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_PCM = 1
_BITS = (16, 24, 32)
_READ = 1 << 20


@frozen(kw_only=True)
class WavForm:
    """What a plain WAV file holds. `count` is in samples of one channel."""

    rate: int
    channels: int
    bits: int
    count: int


class NotPlain(ValueError):
    """The file is no plain WAV file; the text says why."""


def read_form(path: Path) -> WavForm:
    """Return what the header of the file at *path* says, once the whole file agrees with it.

    Raises:
        NotPlain: if it is no plain WAV file.
    """
    size, head = _head(path)
    if len(head) < _HEADER.size:
        msg = "is too short to be a WAV file"
        raise NotPlain(msg)
    (
        riff,
        riff_size,
        wave,
        fmt,
        fmt_size,
        codec,
        channels,
        rate,
        a_second,
        frame,
        bits,
        data,
        held,
    ) = _HEADER.unpack(head)
    if (riff, wave, fmt, fmt_size, data) != (b"RIFF", b"WAVE", b"fmt ", 16, b"data"):
        msg = "is not a WAV file of 44 bytes of header and samples"
        raise NotPlain(msg)
    if codec != _PCM or bits not in _BITS:
        msg = f"does not hold plain samples (format {codec}, {bits} bits)"
        raise NotPlain(msg)
    if not channels or not rate:
        msg = "says that it has no channels, or no samples a second"
        raise NotPlain(msg)
    if (frame, a_second) != (channels * bits // 8, rate * channels * bits // 8):
        msg = "has a header whose figures contradict each other"
        raise NotPlain(msg)
    whole = _HEADER.size + held + held % 2
    if size != whole or riff_size != whole - 8 or held % frame:
        msg = f"is {size} bytes long, and its header tells of {whole}"
        if size > whole:
            msg = f"has {size - whole} bytes after its samples"
        raise NotPlain(msg)
    return WavForm(rate=rate, channels=channels, bits=bits, count=held // frame)


def _head(path: Path) -> tuple[int, bytes]:
    try:
        with path.open("rb") as file:
            return os.fstat(file.fileno()).st_size, file.read(_HEADER.size)
    except OSError as error:
        msg = "could not be read"
        raise NotPlain(msg) from error


def samples_sha256(path: Path, form: WavForm) -> str:
    """Return the digest of the samples of a plain WAV file."""
    digest = hashlib.sha256()
    left = form.count * form.channels * form.bits // 8
    try:
        with path.open("rb") as file:
            file.seek(_HEADER.size)
            while left and (block := file.read(min(_READ, left))):
                digest.update(block)
                left -= len(block)
    except OSError as error:
        msg = "could not be read"
        raise NotPlain(msg) from error
    return digest.hexdigest()
