# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every frame of a stream has in common, and how many of its samples are handled at a time.

A block is what is hashed as one, and so part of what an index is. A stretch is only how many blocks
are worked on together: it changes no result. Measured with stereo, one recording on two processors
and two at a time: shorter blocks and stretches make the threads wait for each other more often, and
longer ones are no quicker. A clip is reached by whole blocks, so that longer ones would cost there.
"""

from __future__ import annotations

from attrs import frozen

_BUCKETS_IN_BLOCK = 400
#: Samples of all channels that a block may hold.
MOST_VALUES_IN_BLOCK = 1 << 20
_MOST_VALUES_IN_STRETCH = 1 << 19


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
    def planar(self) -> bool:
        """True where the decoder gives each channel a plane of its own."""
        return self.sample_format.endswith("p")

    @property
    def planes(self) -> int:
        """How many planes the decoder gives."""
        return self.channels if self.planar else 1

    @property
    def bucket_samples(self) -> int:
        """How many samples 10 ms hold, rounded down."""
        return self.sample_rate // 100

    @property
    def block_samples(self) -> int:
        """How many samples a block holds: four seconds of whole buckets, of many channels less."""
        most = MOST_VALUES_IN_BLOCK // (self.bucket_samples * self.channels)
        return self.bucket_samples * max(1, min(_BUCKETS_IN_BLOCK, most))

    @property
    def stretch_samples(self) -> int:
        """How many samples are handed on together where whole blocks may be: some seconds'."""
        block = self.block_samples
        return block * max(1, _MOST_VALUES_IN_STRETCH // (block * self.channels))
