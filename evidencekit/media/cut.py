# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cut one clip out of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.media.clipfile import sha256_of
from evidencekit.media.clips import ClipSet, Cut
from evidencekit.media.form import integer_blocks
from evidencekit.media.pace import Pace
from evidencekit.media.source import SoundReader, check_file

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.clip import ClipFile
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.model.timecode import Span


def cut(
    path: Path,
    span: Span,
    *,
    to: Path,
    where: str = "",
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> ClipFile:
    """Cut *span* out of the recording at *path* into the file *to*, .wav or .flac.

    The recording is decoded from its start to the end of the clip, so that the clip is exactly that
    range of the full decode. *where* names the clip in errors.

    Raises:
        RecordingUnreadable: if the file cannot be decoded.
        SpanReversed: if the span ends where it starts, or before.
        SpanOutsideRecording: if it reaches beyond the last sample.
        ClipUnwritable: if the clip cannot be written.
        NoSpace: if the disk is full.
        Cancelled: if *cancelled* says so.
    """
    check_file(path)
    wanted = Cut(span=span, to=to, where=where or to.name)
    with ClipSet([wanted]) as clips, SoundReader(path) as sound:
        pace = Pace(total=sound.size, progress=progress, cancelled=cancelled)
        digest = sha256_of(path)
        for form, first, integers in integer_blocks(sound, pace):
            if first == 0:
                clips.begin(sound.form, form)
            clips.take(first, integers)
            if clips.done:
                break
        (file,) = clips.finish(length=sound.sample_count, source=digest, decoder=sound.decoder)
        pace.finish()
    return file
