# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a decoder's own samples to the whole numbers a clip holds.

Digests and clips are made of integers, so that "the same" means the same:

- Whole-number samples keep their depth: 16, 24 or 32 bits. 8-bit samples, unsigned in a file,
  become 16-bit ones with the same value in the upper half: nothing is lost, and it plays anywhere.
- Fractional samples, which is what lossy decoders give, become 16-bit by rounding x * 32768 to the
  nearest (half to even) and limiting it to the range. A sample that is not a number is silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.media.source import Array, Block, OnPosition, SoundReader

_KEPT = "the file's own whole numbers, unchanged"
_WIDENED = "8-bit samples, widened to 16 bits with the same value"
_ROUNDED = "the decoder gives finer values, which are rounded"

#: Codecs that hold at most 24 bits and decode to 32 with the lowest byte zero.
_AT_MOST_24 = frozenset(
    [
        "ape",
        "dca",
        "mlp",
        "pcm_bluray",
        "pcm_dvd",
        "pcm_s24be",
        "pcm_s24daud",
        "pcm_s24le",
        "tak",
        "truehd",
        "tta",
        "wmalossless",
    ]
)
SHORT_BITS, _LONG, _FULL = 16, 24, 32  # bits
_FLAC_DEPTH_AT = 12
_ALAC_DEPTH_AT = 17


@frozen(kw_only=True)
class SampleForm:
    """How samples of `base_format` become integers of `bits` bits; `rule` says it in words."""

    base_format: str
    bits: int
    rule: str

    @property
    def bytes_per_sample(self) -> int:
        """How many bytes one sample of one channel takes in a clip."""
        return self.bits // 8

    def integers(self, block: Block) -> Array:
        """Return the block as integers of shape (samples, channels), contiguous, 16 or 32 wide.

        24-bit samples are returned as their value, in 32-bit integers.

        Raises:
            ValueError: if 24 bits do not hold the samples.
        """
        if len(block.planes) == 1:
            whole = self._whole_numbers(block.planes[0])
            return whole.reshape(block.count, block.channels)
        dtype = np.int16 if self.bits == SHORT_BITS else np.int32
        made = np.empty((block.count, block.channels), dtype)
        for channel, plane in enumerate(block.planes):
            made[:, channel] = self._whole_numbers(plane)
        return made

    def check(self, block: Block) -> None:
        """Refuse samples that the form does not hold.

        Raises:
            ValueError: if 24 bits do not hold the samples.
        """
        if self.bits == _LONG and self.base_format == "s32":
            for plane in block.planes:
                self._check_24(int(np.bitwise_or.reduce(plane)))

    @staticmethod
    def _check_24(bits_used: int) -> None:
        if bits_used & 0xFF:
            msg = "says that its samples have at most 24 bits, and has longer ones"
            raise ValueError(msg)

    def _whole_numbers(self, plane: Array) -> Array:
        if self.base_format in ("flt", "dbl"):
            return round_to_16(plane)
        if self.base_format == "u8":
            return (plane.astype(np.int16) - 128) << 8
        if self.bits == _LONG:
            self._check_24(int(np.bitwise_or.reduce(plane)))
            return plane >> 8
        return plane

    def pack(self, integers: Array) -> memoryview:
        """Return integers as the little-endian bytes of a clip, interleaved."""
        if self.bits == _LONG:
            octets = integers.astype("<i4", copy=False).view(np.uint8)
            return np.ascontiguousarray(octets.reshape(-1, 4)[:, :3]).reshape(-1).data
        little = integers.astype("<i2" if self.bits == SHORT_BITS else "<i4", copy=False)
        return np.ascontiguousarray(little).reshape(-1).view(np.uint8).data

    def peak_16(self, samples: Array) -> Array:
        """Return samples of the decoder's as 16-bit ones, rounded as for drawing."""
        return self.to_16(self._whole_numbers(samples))

    def to_16(self, integers: Array) -> Array:
        """Return integers as 16-bit ones, rounded down; for drawing, not for proof."""
        if self.bits == SHORT_BITS:
            return integers
        return (integers >> (self.bits - SHORT_BITS)).astype(np.int16)


def columns_of(channels: tuple[int, ...]) -> slice | list[int]:
    """Return what picks channels, numbered from 1, out of integers with a column a channel.

    Without any, all are picked. One, or several that follow one another, cost no copy.
    """
    if not channels:
        return slice(None)
    first, last = channels[0], channels[-1]
    if channels == tuple(range(first, last + 1)):
        return slice(first - 1, last)
    return [number - 1 for number in channels]


def round_to_16(fractions: Array) -> Array:
    """Return fractions of full scale as 16-bit integers."""
    with np.errstate(all="ignore"):  # hostile files hold infinities and values near them
        scaled = fractions * fractions.dtype.type(32768)
        np.rint(scaled, out=scaled)
        np.clip(scaled, -32768, 32767, out=scaled)
        if np.isnan(scaled.sum()):
            scaled[np.isnan(scaled)] = 0
        rounded: Array = scaled.astype(np.int16)
    return rounded


def form_of(sound: SoundReader) -> SampleForm:
    """Return the form that a recording's clips have. Known once the first block is decoded."""
    base = sound.form.base_format
    if base in ("flt", "dbl"):
        return SampleForm(base_format=base, bits=SHORT_BITS, rule=_ROUNDED)
    if base == "u8":
        return SampleForm(base_format=base, bits=SHORT_BITS, rule=_WIDENED)
    bits = SHORT_BITS if base == "s16" else _depth_of_32(sound)
    return SampleForm(base_format=base, bits=bits, rule=_KEPT)


def integer_blocks(
    sound: SoundReader, on_position: OnPosition | None = None
) -> Iterator[tuple[SampleForm, int, Array]]:
    """Decode *sound*; yield the form, the number of the first sample, and integers of the form.

    Raises:
        RecordingUnreadable: if nothing can be decoded, the stream changes on the way, or its
            samples are longer than it says.
    """
    form: SampleForm | None = None
    for block in sound.blocks(on_position):
        form = form or form_of(sound)
        yield form, block.first, integers_of(block, form, sound)


def integers_of(block: Block, form: SampleForm, sound: SoundReader) -> Array:
    """Return a block of *sound* as integers of *form*.

    Raises:
        RecordingUnreadable: if its samples are longer than the recording says.
    """
    try:
        return form.integers(block)
    except ValueError as error:
        raise sound.unreadable(str(error)) from error


def _depth_of_32(sound: SoundReader) -> int:
    """Return the true depth of samples that are decoded to 32 bits: 24 where that holds them."""
    described = bytes(sound.stream.codec_context.extradata or b"")
    if sound.codec_name == "flac" and len(described) > _FLAC_DEPTH_AT + 1:
        high, low = described[_FLAC_DEPTH_AT : _FLAC_DEPTH_AT + 2]
        depth = ((high & 1) << 4 | low >> 4) + 1
    elif sound.codec_name == "alac" and len(described) > _ALAC_DEPTH_AT:
        depth = described[_ALAC_DEPTH_AT]
    else:
        depth = _LONG if sound.codec_name in _AT_MOST_24 else _FULL
    return _LONG if depth <= _LONG else _FULL
