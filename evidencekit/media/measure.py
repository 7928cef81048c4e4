# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read a recording once: measure it, and cut its clips on the way, in constant memory.

Only the peaks grow with the recording, by 400 bytes a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.media.clipfile import sha256_of
from evidencekit.media.clips import ClipSet, Cut
from evidencekit.media.form import integer_blocks
from evidencekit.media.pace import Pace
from evidencekit.media.peaks import PeakMeter
from evidencekit.media.probe import file_claims, measured_facts
from evidencekit.media.source import SoundReader, check_file
from evidencekit.model.clip import ClipFile, Measurement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evidencekit.model.digest import Digest
    from evidencekit.model.progress import IsCancelled, OnProgress

__all__ = ["Cut", "read_recording"]


def read_recording(
    path: Path,
    *,
    cuts: Sequence[Cut] = (),
    source_digest: Digest | None = None,
    subject: str = "",
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[Measurement, tuple[ClipFile, ...]]:
    """Decode *path* once; return what was measured, and its clips in the order of *cuts*.

    *source_digest* is the digest of the file where the caller has it already; *subject* is the id
    that progress names. On any error, and when cancelled, no clip is left behind.

    Raises:
        RecordingUnreadable: if the file cannot be decoded.
        SpanReversed: if a span ends where it starts, or before.
        SpanOutsideRecording: if a span reaches beyond the last sample.
        ClipUnwritable: if a clip cannot be written.
        NoSpace: if the disk is full.
        Cancelled: if *cancelled* says so.
    """
    check_file(path)
    with ClipSet(cuts) as clips, SoundReader(path) as sound:
        pace = Pace(total=sound.size, subject=subject, progress=progress, cancelled=cancelled)
        digest = source_digest or sha256_of(path)
        meter: PeakMeter | None = None
        for form, first, integers in integer_blocks(sound, pace):
            if meter is None:
                meter = PeakMeter(sound.form.bucket_samples)
                clips.begin(sound.form, form)
            meter.take(form.to_16(integers))
            clips.take(first, integers)
        if meter is None:
            msg = "a decode without a block"
            raise RuntimeError(msg)
        claims = file_claims(sound)
        measurement = Measurement(
            sample_rate=sound.form.sample_rate,
            channels=sound.form.channels,
            sample_count=sound.sample_count,
            decoder=sound.decoder,
            decode_errors=sound.decode_errors,
            peaks=meter.peaks(),
            facts=claims.facts + measured_facts(sound, claims),
        )
        files = clips.finish(length=sound.sample_count, source=digest, decoder=sound.decoder)
        pace.finish()
    return measurement, files
