# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read a recording once: measure it, index it, and cut its clips on the way, in constant memory.

Only peaks and index grow with the recording, by a few hundred bytes a second. Blocks are hashed in
a second thread while the first decodes on. Peaks and levels are measured in the first: they are
quick, and in the second each step of them would make the first wait for longer than it takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.media.average import AverageMeter
from evidencekit.media.background import FileHash, InOrder
from evidencekit.media.clips import ClipSet, Cut
from evidencekit.media.form import SampleForm, form_of, integers_of
from evidencekit.media.index import RecordingIndex, digests_of_blocks
from evidencekit.media.opening import check_file
from evidencekit.media.pace import Pace
from evidencekit.media.packets import PacketLog
from evidencekit.media.peaks import PeakMeter
from evidencekit.media.probe import with_facts
from evidencekit.media.source import Block, SoundReader
from evidencekit.model.clip import ClipFile, Measurement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evidencekit.model.digest import Digest
    from evidencekit.model.progress import IsCancelled, OnProgress

__all__ = ["Cut", "IndexedReading", "index_recording", "read_and_index", "read_recording"]


@frozen(kw_only=True)
class IndexedReading:
    """What one pass over a recording gave: its index, which holds its measurement, and clips."""

    index: RecordingIndex
    clips: tuple[ClipFile, ...]


def read_recording(
    path: Path,
    *,
    cuts: Sequence[Cut] = (),
    track: int = 1,
    source_digest: Digest | None = None,
    subject: str = "",
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[Measurement, tuple[ClipFile, ...]]:
    """Decode *path* once; return what was measured, and its clips in the order of *cuts*.

    *track* is the audio track, from 1. *source_digest* is the digest of the file where the caller
    has it already; *subject* is the id that progress names. On any error, and when cancelled, no
    clip is left behind.

    Raises:
        RecordingUnreadable: if the file cannot be decoded.
        SpanReversed: if a span ends where it starts, or before.
        SpanOutsideRecording: if a span reaches beyond the last sample.
        ClipUnwritable: if a clip cannot be written.
        NoSpace: if the disk is full.
        Cancelled: if *cancelled* says so.
    """
    reading = read_and_index(
        path,
        cuts=cuts,
        track=track,
        source_digest=source_digest,
        subject=subject,
        progress=progress,
        cancelled=cancelled,
    )
    return reading.index.measurement, reading.clips


def index_recording(
    path: Path,
    *,
    track: int = 1,
    source_digest: Digest | None = None,
    subject: str = "",
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> RecordingIndex:
    """Decode *path* once; return its index, from which clips can be cut without another pass.

    Raises:
        RecordingUnreadable: if the file cannot be decoded.
        Cancelled: if *cancelled* says so.
    """
    return read_and_index(
        path,
        track=track,
        source_digest=source_digest,
        subject=subject,
        progress=progress,
        cancelled=cancelled,
    ).index


def read_and_index(
    path: Path,
    *,
    cuts: Sequence[Cut] = (),
    track: int = 1,
    source_digest: Digest | None = None,
    subject: str = "",
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> IndexedReading:
    """Do in one pass what `read_recording` and `index_recording` do.

    Raises:
        RecordingUnreadable, SpanReversed, SpanOutsideRecording, ClipUnwritable, NoSpace, Cancelled:
            as `read_recording` does.
    """
    check_file(path)
    with (
        ClipSet(cuts) as clips,
        SoundReader(path, track=track) as sound,
        InOrder() as aside,
        FileHash(path, source_digest) as hashed,
    ):
        pace = Pace(total=sound.size, subject=subject, progress=progress, cancelled=cancelled)
        log = PacketLog(sound)
        meter: _Meter | None = None
        for stretch in sound.blocks(pace, log.take, stretches=True):
            if meter is None:
                meter = _Meter(sound)
                clips.begin(sound, meter.form)
            aside.do(meter.digest, stretch)
            meter.take(stretch)
            for block in stretch.parts(sound.form.block_samples):
                if clips.wants(block.end):
                    clips.take(block.first, integers_of(block, meter.form, sound))
        aside.finish()
        if meter is None:
            msg = "a decode without a block"
            raise RuntimeError(msg)
        digest = hashed.result()
        index = RecordingIndex(
            source_digest=digest,
            measurement=_measurement(sound, meter),
            block_samples=sound.form.block_samples,
            planes=sound.form.planes,
            first_pts=log.first_pts,
            digests=bytes(meter.digests),
            anchors=log.anchors(),
        )
        files = clips.finish(
            length=sound.sample_count, source=digest, decoder=sound.decoder, track=track
        )
        pace.finish()
    return IndexedReading(index=index, clips=files)


class _Meter:
    """What is measured of every stretch of blocks."""

    def __init__(self, sound: SoundReader) -> None:
        self._sound = sound
        self.form: SampleForm = form_of(sound)
        self.peaks = PeakMeter(sound.form.bucket_samples, self.form)
        self.average = AverageMeter(sound.form.bucket_samples, self.form)
        self.digests = bytearray()

    def digest(self, stretch: Block) -> None:
        """Hash a stretch, block by block."""
        form = self._sound.form
        wide = 1 if form.planar else form.channels
        self.digests += digests_of_blocks(stretch.planes, form.block_samples * wide)

    def take(self, stretch: Block) -> None:
        """Measure a stretch.

        Raises:
            RecordingUnreadable: if its samples are longer than the recording says.
        """
        try:
            self.form.check(stretch)
        except ValueError as error:
            raise self._sound.unreadable(str(error)) from error
        self.peaks.take(stretch)
        self.average.take(stretch)


def _measurement(sound: SoundReader, meter: _Meter) -> Measurement:
    found = Measurement(
        sample_rate=sound.form.sample_rate,
        channels=sound.form.channels,
        sample_count=sound.sample_count,
        decoder=sound.decoder,
        decode_errors=sound.decode_errors,
        peaks=meter.peaks.finish(),
        average_level=meter.average.level(),
        track=sound.track,
        tracks=len(sound.container.streams.audio),
        time_shifts=sound.clock.shifts,
        jumps=sound.clock.jumps,
        skipped_samples=sound.skipped_samples,
    )
    return with_facts(found, sound)
