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


#: A packet's time stamp, place in the file and checksum, and how much was decoded after it.
_Seen = tuple[int, int, int, int]
_CHECKSUM, _DECODED = 2, 3


def warm_up_ms(codec: str) -> int:
    """Return how much sound is decoded before a place that counts."""
    if codec.startswith("pcm_"):
        return 0
    return _WARM_UP_MS.get(codec.removesuffix("float"), _WARM_UP_OTHERWISE_MS)


def checksum(packet: Any) -> int:
    """Return a checksum to recognise a packet by. It proves nothing, and need not."""
    return zlib.crc32(packet)


def stamp(packet: Any) -> int:
    """Return a packet's time stamp, or `NOWHERE`."""
    found = packet.pts if packet.pts is not None else packet.dts
    return NOWHERE if found is None else int(found)


class PacketLog:
    """Called with every packet and the number of samples decoded by then; collects anchors."""

    def __init__(self, sound: SoundReader) -> None:
        self._sound = sound
        self._seen: deque[_Seen] = deque()
        self._next = self._block = self._warm_up = 0
        self._anchors = bytearray()
        self.first_pts = NOWHERE

    def __call__(self, packet: Any, decoded: int) -> None:
        """Take a packet; *decoded* counts the samples decoded once it was."""
        if packet is None or packet.size == 0:
            seen = (NOWHERE, NOWHERE, 0, decoded)
        else:
            pos = NOWHERE if packet.pos is None else packet.pos
            seen = (stamp(packet), pos, checksum(packet), decoded)
        if not self._seen:
            self.first_pts = seen[0]
        if decoded > self._next:
            self._begin_blocks(decoded)
        self._seen.append(seen)

    def _begin_blocks(self, decoded: int) -> None:
        """Make the anchors of all blocks that begin before *decoded*."""
        if not self._block:
            self._block = self._sound.form.block_samples
            rate = self._sound.form.sample_rate
            self._warm_up = warm_up_ms(self._sound.codec_name) * rate // 1000
        anchor = self._anchor().pack()
        while self._next < decoded:
            self._anchors += anchor
            self._next += self._block

    def _anchor(self) -> Anchor:
        seen = self._seen
        if len(seen) < RUN:
            return Anchor(sample=0, seek_pts=NOWHERE, seek_pos=NOWHERE, run=(0,) * RUN)
        decoded = seen[-1][_DECODED]
        wanted = decoded - self._warm_up
        while len(seen) > RUN + _SEEK_EARLIER and seen[_SEEK_EARLIER][_DECODED] <= wanted:
            seen.popleft()
        run = tuple(seen[each][_CHECKSUM] for each in range(-RUN, 0))
        return Anchor(sample=decoded, seek_pts=seen[0][0], seek_pos=seen[0][1], run=run)

    def anchors(self) -> bytes:
        """Return the anchors, one for every block."""
        return bytes(self._anchors)
