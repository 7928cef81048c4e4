# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reach blocks of a recording by seeking, and accept them only if their digests are the index's.

Where a seek has landed is told by the packets themselves: three that follow one another, whose
checksums the index has, after which it knows the number of the next sample. What a decoder gives
there is right if it has been warmed up and keeps nothing from further back. Whether it is right is
told by the digests, block by block; nothing else is trusted, and nothing that fails is handed on.
"""

from __future__ import annotations

import itertools
from collections import deque
from typing import TYPE_CHECKING, Any

import av

from evidencekit.media.index import NOWHERE, RUN, digest_of_planes
from evidencekit.media.packets import checksum, stamp
from evidencekit.media.source import BlockMaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.media.index import Anchor, RecordingIndex
    from evidencekit.media.source import Block, SoundReader

#: Containers without a list of packets, in which a place in the file is reached at once.
_BY_PLACE = frozenset(["aac", "ac3", "amr", "amrnb", "amrwb", "eac3", "mp3"])
_MOST_PACKETS = 2000  # until the place is found; more than any seek that landed well needs


class NotReached(Exception):
    """Seeking did not lead to the samples of the index; the text says why."""


class BlockSeeker:
    """Reaches the blocks of one open recording. *sound* is used for nothing else."""

    def __init__(self, sound: SoundReader, index: RecordingIndex) -> None:
        self._sound = sound
        self._index = index

    def blocks(self, wanted: range) -> Iterator[Block]:
        """Yield the blocks with the numbers *wanted*, which follow one another.

        Blocks from number 0 on are decoded from the start, if nothing was read before.

        Raises:
            NotReached: if the place is not found there, or a block is not the one of the index.
            RecordingUnreadable: if the file cannot be read on.
        """
        first = wanted.start * self._index.block_samples
        packets = self._sound.packets()
        start = 0
        if wanted.start:
            packets, start = self._go_to(self._index.anchor(wanted.start))
        if not 0 <= first - start <= self._index.block_samples:
            msg = "the place was not found"
            raise NotReached(msg)
        frames = (frame for packet in packets for frame in self._sound.decode(packet))
        made = BlockMaker(
            frames,
            self._sound,
            first=first,
            leave_out=first - start,
            length=self._index.block_samples,
        )
        for number, block in zip(wanted, made, strict=False):
            self._check(number, block)
            yield block
            if number == wanted.stop - 1:
                return
        msg = "the file ended before the place was reached"
        raise NotReached(msg)

    def _check(self, number: int, block: Block) -> None:
        same = block.count == self._index.block_length(number)
        if not same or digest_of_planes(block.planes) != self._index.block_digest(number):
            msg = "seeking did not give the samples of a decode from the start"
            raise NotReached(msg)

    def _go_to(self, anchor: Anchor) -> tuple[Iterator[Any], int]:
        """Seek, and decode up to the anchor's packets.

        Returns the packets that follow, and the number of the sample they begin with.
        """
        self._seek(anchor)
        packets = self._sound.packets()
        if self._sound.codec_name.startswith("pcm_"):
            return self._go_to_stamp(packets)
        run: deque[int] = deque(maxlen=RUN)
        for number, packet in enumerate(packets):
            if packet is None or packet.size == 0 or number > _MOST_PACKETS:
                break
            self._sound.decode(packet)
            run.append(checksum(packet))
            if tuple(run) == anchor.run:
                return packets, anchor.sample
        msg = "the place was not found"
        raise NotReached(msg)

    def _go_to_stamp(self, packets: Iterator[Any]) -> tuple[Iterator[Any], int]:
        """Take the place from a packet's time stamp, which is exact where samples are not coded.

        Packets are no guide there: they are cut anew after a seek.
        """
        packet = next(packets, None)
        at = NOWHERE if packet is None or packet.size == 0 else stamp(packet)
        time_base = self._sound.stream.time_base
        if time_base is not None and NOWHERE not in (at, self._index.first_pts):
            passed = (at - self._index.first_pts) * time_base
            sample = passed * self._index.measurement.sample_rate
            if sample.denominator == 1:
                return itertools.chain([packet], packets), int(sample)
        msg = "the place was not found"
        raise NotReached(msg)

    def _seek(self, anchor: Anchor) -> None:
        container = self._sound.container
        by_place = container.format.name in _BY_PLACE
        to = anchor.seek_pos if by_place else anchor.seek_pts
        if to == NOWHERE:
            msg = "the file has no place to seek to"
            raise NotReached(msg)
        try:
            container.seek(to, stream=self._sound.stream, unsupported_byte_offset=by_place)
        except (av.FFmpegError, OverflowError) as error:
            msg = "the file cannot be sought in"
            raise NotReached(msg) from error
