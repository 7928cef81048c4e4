# SPDX-License-Identifier: AGPL-3.0-or-later
"""Note, while a recording is decoded, how each of its blocks could be reached by seeking.

Decoders need to be warmed up: a packet decodes right only after some before it. How many is
measured for each codec, and taken generously; that it was enough is told by the blocks' digests.
"""

from __future__ import annotations

import zlib
from collections import deque
from typing import TYPE_CHECKING, Any

from evidencekit.media.index import NOWHERE, RUN, Anchor

if TYPE_CHECKING:
    from evidencekit.media.source import SoundReader

#: Milliseconds of sound decoded before a place that counts.
_WARM_UP_MS = {
    "aac": 400,  # 4 packets of the longest kind
    "mp3": 800,  # 12 packets, at the lowest rate
    "vorbis": 400,
    "flac": 0,
    "alac": 0,
}
_WARM_UP_OTHERWISE_MS = 3000  # opus and amr: 2.5 s at least
_SEEK_EARLIER = 4  # packets more, because demuxers land a little late


def warm_up_ms(codec: str) -> int:
    """Return how much sound is decoded before a place that counts."""
    if codec.startswith("pcm_"):
        return 0
    return _WARM_UP_MS.get(codec.removesuffix("float"), _WARM_UP_OTHERWISE_MS)


def checksum(packet: Any) -> int:
    """Return a checksum to recognise a packet by. It proves nothing, and need not."""
    return zlib.crc32(packet) if packet is not None and packet.size else 0


def stamp(packet: Any) -> int:
    """Return a packet's time stamp, or `NOWHERE`."""
    if packet is None:
        return NOWHERE
    found = packet.pts if packet.pts is not None else packet.dts
    return NOWHERE if found is None else int(found)


class PacketLog:
    """Takes every packet, and the number of samples decoded by then; collects anchors."""

    def __init__(self, sound: SoundReader) -> None:
        self._sound = sound
        # The packets of the last seconds, each with the number of samples decoded once it was.
        self._seen: deque[tuple[Any, int]] = deque()
        self._next = self._block = self._warm_up = 0
        self._anchors = bytearray()
        self.first_pts = NOWHERE

    def take(self, packet: Any, decoded: int) -> None:
        """Take a packet; *decoded* counts the samples decoded once it was."""
        self._seen.append((packet, decoded))
        if decoded > self._next:
            self._begin_blocks(decoded)

    def _begin_blocks(self, decoded: int) -> None:
        """Make the anchors of all blocks that begin before *decoded*."""
        if not self._block:
            self._block = self._sound.form.block_samples
            rate = self._sound.form.sample_rate
            self._warm_up = warm_up_ms(self._sound.codec_name) * rate // 1000
            self.first_pts = stamp(self._seen[0][0])
        anchor = self._anchor().pack()
        while self._next < decoded:
            self._anchors += anchor
            self._next += self._block

    def _anchor(self) -> Anchor:
        seen = self._seen
        if len(seen) <= RUN:
            return Anchor(sample=0, seek_pts=NOWHERE, seek_pos=NOWHERE, run=(0,) * RUN)
        decoded = seen[-2][1]  # the last packet brought the block's first sample
        wanted = decoded - self._warm_up
        while len(seen) > 1 + RUN + _SEEK_EARLIER and seen[_SEEK_EARLIER][1] <= wanted:
            seen.popleft()
        run = tuple(checksum(seen[each][0]) for each in range(-RUN - 1, -1))
        packet = seen[0][0]
        pos = NOWHERE if packet is None or packet.pos is None else packet.pos
        return Anchor(sample=decoded, seek_pts=stamp(packet), seek_pos=pos, run=run)

    def anchors(self) -> bytes:
        """Return the anchors, one for every block."""
        return bytes(self._anchors)
