# SPDX-License-Identifier: AGPL-3.0-or-later
"""A place in the middle of a recording at which two decodes of it can be told to be the same.

Files of FFmpeg's mov family hold a table of their packets, so that a seek lands on the very packet
that was asked for, and a place is the number of a packet. A run is what a decode shows there: some
packets that follow one another (their stamps, place in the file, size and checksum), the digest of
the samples that each gave, and the number of the first of these samples.

Two equal runs say that both decodes stand at the same packet, count alike and decode alike. That
the one which did not begin at the first packet has been warmed up enough is what they show, too.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

import av
from attrs import frozen

from evidencekit.media.packets import checksum, warm_up_ms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from evidencekit.media.source import SoundReader
    from evidencekit.model.timecode import SampleRange

#: How many packets a run is of.
RUN = 8
#: The part of a recording, in hundredths, that is left to the decode from the first packet: a
#: little more than half, because the other one begins later.
_FIRST_PART = 55
_FAMILY = "mov,mp4,m4a,3gp,3g2,mj2"
_WARMER = 2  # times as long as is known to be enough
_PACKETS_MORE = 4


@frozen(kw_only=True)
class SeenPacket:
    """A packet, and what was decoded when it had been given to the decoder."""

    pts: int | None
    dts: int | None
    pos: int | None
    size: int
    checksum: int
    sample_count: int
    samples_sha256: str


@frozen(kw_only=True)
class Run:
    """The packets from number `number` on; `first` numbers the first sample that they gave."""

    number: int
    first: int
    packets: tuple[SeenPacket, ...]

    @property
    def is_one_place(self) -> bool:
        """True where the stamps grow from packet to packet, so that no other place has them."""
        stamps = [each.dts for each in self.packets if each.dts is not None]
        return len(stamps) == RUN and all(a < b for a, b in itertools.pairwise(stamps))


class Watch:
    """Decodes the packets of a run and notes what they gave."""

    def __init__(self, sound: SoundReader, number: int) -> None:
        self._sound = sound
        self._number = number
        self._packets: list[SeenPacket] = []
        self._first = self.errors_before = 0

    def begin(self, first: int) -> None:
        """Begin with the sample *first*, after all packets before."""
        self._first, self.errors_before = first, self._sound.decode_errors

    def decode(self, packet: Any) -> list[av.AudioFrame]:
        """Do what `SoundReader.decode` does, and note it."""
        frames = self._sound.decode(packet)
        if packet is not None:
            self._packets.append(_seen(packet, frames))
        return frames

    @property
    def run(self) -> Run | None:
        """The run, once it is complete."""
        if len(self._packets) < RUN:
            return None
        return Run(number=self._number, first=self._first, packets=tuple(self._packets))


def _seen(packet: Any, frames: list[av.AudioFrame]) -> SeenPacket:
    digest = hashlib.sha256()
    for frame in frames:
        wide = 1 if frame.format.is_planar else frame.layout.nb_channels
        for plane in frame.planes:
            digest.update(memoryview(plane)[: frame.samples * frame.format.bytes * wide])
    return SeenPacket(
        pts=packet.pts,
        dts=packet.dts,
        pos=packet.pos,
        size=packet.size,
        checksum=checksum(packet),
        sample_count=sum(frame.samples for frame in frames),
        samples_sha256=digest.hexdigest(),
    )


def place_to_join(sound: SoundReader, *, least: int) -> int | None:
    """Return the number of the packet at which two decodes may meet; None where none is known.

    There is none in files without a table of packets, with fewer than *least*, or where packets are
    cut anew after a seek.
    """
    if sound.container.format.name != _FAMILY or sound.codec_name.startswith("pcm_"):
        return None
    # Earlier versions of av do not show the table.
    packets = len(getattr(sound.stream, "index_entries", ()))
    return packets * _FIRST_PART // 100 if packets >= least else None


def go_to(sound: SoundReader, number: int) -> Iterator[Any] | None:
    """Seek to before packet *number* and decode up to it; return the packets from there on.

    Returns None where the packets on the way are not those of the table.
    """
    entries = sound.stream.index_entries
    start = number - _packets_to_warm_up(sound)
    if start < 0:
        return None
    try:
        sound.container.seek(entries[start].timestamp, stream=sound.stream)
    except (av.FFmpegError, OverflowError):
        return None
    packets = sound.packets()
    for at in range(start, number):
        packet, entry = next(packets, None), entries[at]
        if packet is None:
            return None
        if (packet.dts, packet.pos, packet.size) != (entry.timestamp, entry.pos, entry.size):
            return None
        sound.decode(packet)
    return packets


def first_sample_of(sound: SoundReader, number: int) -> int | None:
    """Return the number that the first sample of packet *number* should have, by the stamps.

    Near the beginning it is tried whether a seek gives what decoding from the start does. Returns
    None where it does not, or where stamps do not count samples.
    """
    near = _packets_to_warm_up(sound) + 2 * RUN
    if near >= number:
        return None
    packets, decoded = sound.packets(), 0
    for packet in itertools.islice(packets, near):
        decoded += sum(frame.samples for frame in sound.decode(packet))
    plain = _run(sound, near, decoded, packets)
    sought = go_to(sound, near)
    if plain is None or sought is None or _run(sound, near, decoded, sought) != plain:
        return None
    stamp, time_base = plain.packets[0].dts, sound.stream.time_base
    if stamp is None or time_base is None:
        return None
    passed = (sound.stream.index_entries[number].timestamp - stamp) * Fraction(time_base)
    found = decoded + passed * sound.form.sample_rate
    return int(found) if found.denominator == 1 and found > decoded else None


def passage(
    sound: SoundReader, number: int, first: int, samples: SampleRange
) -> tuple[Iterator[Any], int] | None:
    """Go to the packets that hold *samples*, where packet *number* begins with sample *first*.

    Returns them and the number of the sample that they begin with, by the stamps; None where they
    are not found, or their stamps do not count samples.
    """
    entries, time_base = sound.stream.index_entries, sound.stream.time_base
    if time_base is None:
        return None
    per_stamp = Fraction(time_base) * sound.form.sample_rate
    origin = entries[number].timestamp

    def stamp_of(number: int) -> Fraction:
        return Fraction(entries[number].timestamp)

    def packet_with(sample: int) -> int:
        stamp = origin + (sample - first) / per_stamp
        return bisect.bisect_right(range(len(entries)), stamp, lo=number, key=stamp_of) - 1

    start, end = packet_with(samples.first), packet_with(samples.end) + RUN
    begins = first + (entries[start].timestamp - origin) * per_stamp
    packets = go_to(sound, start)
    if packets is None or begins.denominator != 1:
        return None
    return itertools.islice(packets, end - start), int(begins)


def _run(sound: SoundReader, number: int, first: int, packets: Iterator[Any]) -> Run | None:
    watch = Watch(sound, number)
    watch.begin(first)
    for packet in itertools.islice(packets, RUN):
        watch.decode(packet)
    return watch.run


def _packets_to_warm_up(sound: SoundReader) -> int:
    """Return how many packets are decoded before a place that counts."""
    entries, some = sound.stream.index_entries, RUN
    if len(entries) <= some or sound.stream.time_base is None:
        return some
    passed = (entries[some].timestamp - entries[0].timestamp) * Fraction(sound.stream.time_base)
    wanted = Fraction(_WARMER * warm_up_ms(sound.codec_name), 1000)
    return _PACKETS_MORE + (int(wanted * some / passed) + 1 if passed > 0 else len(entries))
