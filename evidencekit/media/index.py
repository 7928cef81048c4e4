# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one pass over a recording leaves behind, so that a clip can be reached without another.

The index holds the digest of every block of decoded samples, and for every block a place in the
file to seek to and the means to recognise where one has landed. A clip that was reached by seeking
is accepted only if every block it touches has the digest in the index: so a wrong place, a wrong
pre-roll or another decoder cannot give a wrong clip, only a slower one.

A digest of a block is the SHA-256 of one plane of it, in the decoder's own sample format,
little-endian: one plane a channel where the decoder keeps channels apart, else one of all channels
interleaved. Nothing is copied or rounded to be hashed.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from evidencekit.media.streamform import MOST_VALUES_IN_BLOCK
from evidencekit.model.clip import Measurement
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evidencekit.model.timecode import SampleRange

DIGEST_SIZE = 32
RUN = 3
_ANCHOR = struct.Struct("<Qqq" + RUN * "I")
ANCHOR_SIZE = _ANCHOR.size
NOWHERE = -(1 << 63)


@frozen(kw_only=True)
class Anchor:
    """How a block is reached: seek to `seek_pts` or `seek_pos`, and decode on until three packets
    with the checksums `run` have passed; the next decoded sample is number `sample`.

    `seek_pts` is in the track's time base, `seek_pos` a place in the file in bytes; either may be
    `NOWHERE`. The place is earlier than the three packets by what the decoder needs to warm up.
    """

    sample: int
    seek_pts: int
    seek_pos: int
    run: tuple[int, ...]

    def pack(self) -> bytes:
        """Return the anchor as it is stored."""
        return _ANCHOR.pack(self.sample, self.seek_pts, self.seek_pos, *self.run)


@frozen(kw_only=True)
class RecordingIndex:
    """A recording's index, of the file with the digest `source_digest` and no other.

    `measurement` is what the pass measured, with the decoder that made it. Block k holds the
    samples [k * block_samples, (k + 1) * block_samples), the last one what is left. `digests` and
    `anchors` are arrays, a digest a plane and an anchor a block. `first_pts` is the first packet's
    time stamp, or `NOWHERE`.
    """

    source_digest: Digest
    measurement: Measurement
    block_samples: int
    planes: int
    first_pts: int
    digests: bytes = field(repr=False)
    anchors: bytes = field(repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse arrays that are not as long as the recording makes them."""
        blocks = self.block_count
        if (
            self.planes not in (1, self.measurement.channels)
            or self.block_samples * self.measurement.channels > MOST_VALUES_IN_BLOCK
            or len(self.digests) != blocks * self.planes * DIGEST_SIZE
            or len(self.anchors) != blocks * ANCHOR_SIZE
        ):
            msg = "an index whose parts do not fit together"
            raise ValueError(msg)

    @property
    def track(self) -> int:
        """The audio track the index is of, from 1."""
        return self.measurement.track

    @property
    def block_count(self) -> int:
        """How many blocks the recording has."""
        return -(-self.measurement.sample_count // self.block_samples)

    def block_digest(self, block: int) -> bytes:
        """Return the digests of a block's planes, one after the other."""
        size = self.planes * DIGEST_SIZE
        return self.digests[block * size : (block + 1) * size]

    def block_length(self, block: int) -> int:
        """Return how many samples a block holds."""
        return min(self.block_samples, self.measurement.sample_count - block * self.block_samples)

    def anchor(self, block: int) -> Anchor:
        """Return how a block is reached."""
        sample, pts, pos, *run = _ANCHOR.unpack_from(self.anchors, block * ANCHOR_SIZE)
        return Anchor(sample=sample, seek_pts=pts, seek_pos=pos, run=tuple(run))

    def blocks_of(self, samples: SampleRange) -> range:
        """Return the numbers of the blocks that a range touches."""
        end = min(samples.end, self.measurement.sample_count)
        return range(samples.first // self.block_samples, -(-end // self.block_samples))

    @property
    def samples_digest(self) -> Digest:
        """One digest of all samples: that of the blocks' digests. Two files that decode to the
        same samples with the same decoder have the same.
        """
        head = f"{self.measurement.decoder.sample_format} {self.block_samples} {self.planes}\n"
        return Digest("sha256", hashlib.sha256(head.encode() + self.digests).hexdigest())


def digest_of_planes(planes: Iterable[Any]) -> bytes:
    """Return the digests of a block's planes (numpy arrays), one after the other."""
    return b"".join(
        hashlib.sha256(plane.astype(plane.dtype.newbyteorder("<"), copy=False)).digest()
        for plane in planes
    )


def digests_of_blocks(planes: Sequence[Any], values: int) -> bytes:
    """Return what `digest_of_planes` gives of each block, of planes that hold several blocks.

    A block is *values* values of each plane, the last one what is left. Little is done between two
    digests, because whoever else waits for the interpreter meanwhile is woken late.
    """
    views = [
        memoryview(plane.astype(plane.dtype.newbyteorder("<"), copy=False)).cast("B")
        for plane in planes
    ]
    step = values * planes[0].itemsize
    sha256 = hashlib.sha256
    return b"".join(
        [
            sha256(view[at : at + step]).digest()
            for at in range(0, views[0].nbytes, step)
            for view in views
        ]
    )
