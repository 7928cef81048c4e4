# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read a recording that was decoded at intake: by the index that was kept, or in full again.

An index is used only if its file has the digest that the custody log holds, it is of this file and
track, this version of the decoder made it, and the decoder gives the same first block and the same
blocks for every clip. Otherwise the recording is decoded from its first packet to its last. What
comes out is the same either way; which way it was is told.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.errors import SpanOutsideRecording
from evidencekit.media.clips import check_cuts
from evidencekit.media.cut import IndexDoubted, cut_clips
from evidencekit.media.index import RecordingIndex, digest_of_planes
from evidencekit.media.indexfile import LARGEST, index_path, made_here, read_index
from evidencekit.media.measure import read_and_index
from evidencekit.media.probe import with_facts
from evidencekit.media.source import SoundReader
from evidencekit.model.clip import ClipFile, IndexState, Measurement
from evidencekit.model.timecode import samples_to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evidencekit.media.clips import Cut
    from evidencekit.media.source import Block
    from evidencekit.model.custody import KeptIndex
    from evidencekit.model.digest import Digest
    from evidencekit.model.progress import IsCancelled, OnProgress


@frozen(kw_only=True)
class KnownReading:
    """What reading a recording gave: its index with the measurement and all facts, and its clips.

    `state` says whether the kept index was used. `before` is what that index says was measured, if
    it is the one recorded and another version of the decoder made it.
    """

    index: RecordingIndex
    clips: tuple[ClipFile, ...]
    state: IndexState
    before: Measurement | None = None


def read_known(
    path: Path,
    *,
    source_digest: Digest,
    folder: Path,
    recorded: KeptIndex | None,
    cuts: Sequence[Cut] = (),
    track: int = 1,
    subject: str = "",
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> KnownReading:
    """Measure the recording at *path* and cut its clips.

    *source_digest* is the file's, as just hashed. *folder* is that of the custody log, beside which
    indexes are kept; *recorded* is what the log says of this one.

    Raises:
        RecordingUnreadable: if the file cannot be decoded, or not to the same samples twice.
        SpanReversed: if a span ends where it starts, or before.
        SpanOutsideRecording: if a span reaches beyond the last sample.
        ClipUnwritable: if a clip cannot be written.
        NoSpace: if the disk is full.
        Cancelled: if *cancelled* says so.
    """
    state, kept = kept_index(folder, source_digest=source_digest, recorded=recorded, track=track)
    if state is IndexState.USED and kept is not None:
        index = _with_facts_of(path, kept)
        if index is not None:
            _check_ends(index, cuts)
            try:
                files = cut_clips(
                    path,
                    cuts,
                    index=index,
                    must_hold=True,
                    track=track,
                    source_digest=source_digest,
                    subject=subject,
                    progress=progress,
                    cancelled=cancelled,
                )
                return KnownReading(index=index, clips=files, state=state)
            except IndexDoubted:
                pass
        state = IndexState.OTHER_SAMPLES
    reading = read_and_index(
        path,
        cuts=cuts,
        track=track,
        source_digest=source_digest,
        subject=subject,
        progress=progress,
        cancelled=cancelled,
    )
    before = kept.measurement if kept and state is IndexState.OTHER_DECODER else None
    return KnownReading(index=reading.index, clips=reading.clips, state=state, before=before)


def kept_index(
    folder: Path, *, source_digest: Digest, recorded: KeptIndex | None, track: int = 1
) -> tuple[IndexState, RecordingIndex | None]:
    """Return the index kept of a recording and whether it can be used; None if it is not to be
    believed at all. Its measurement has no facts of the file yet.
    """
    if recorded is None or recorded.track != track:
        return IndexState.NOT_RECORDED, None
    data = _bytes_of(index_path(folder, source_digest, track=track))
    if data is None:
        return IndexState.MISSING, None
    if hashlib.sha256(data).hexdigest() != recorded.sha256:
        return IndexState.CHANGED, None
    try:
        found = read_index(data)
    except ValueError:
        return IndexState.UNFIT, None
    if found.source_digest != source_digest or found.track != track:
        return IndexState.UNFIT, None
    return (IndexState.USED if made_here(found) else IndexState.OTHER_DECODER), found


def _bytes_of(path: Path) -> bytes | None:
    """Return a file's bytes; None if it is not there, and nothing if it is far too large."""
    try:
        if not path.is_file():
            return None
        return path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except OSError:
        return None


def _with_facts_of(path: Path, kept: RecordingIndex) -> RecordingIndex | None:
    """Return an index with the facts of its file, or None if the first block is another one here.

    Raises:
        RecordingUnreadable: if the file cannot be decoded, or not to the same samples twice.
    """
    with SoundReader(path, track=kept.track) as sound:
        first = next(sound.blocks(length=kept.block_samples))
        if _holds(kept, first) and sound.decoder == kept.measurement.decoder:
            return evolve(kept, measurement=with_facts(kept.measurement, sound))
        found = digest_of_planes(first.planes)
    with SoundReader(path, track=kept.track) as sound:
        if digest_of_planes(next(sound.blocks(length=kept.block_samples)).planes) != found:
            reason = "does not decode to the same samples twice (at its start)"
            raise sound.unreadable(reason)
    return None


def _holds(index: RecordingIndex, first: Block) -> bool:
    same_length = first.count == index.block_length(0)
    return same_length and digest_of_planes(first.planes) == index.block_digest(0)


def _check_ends(index: RecordingIndex, cuts: Sequence[Cut]) -> None:
    """Refuse, without a decode, what a decode would refuse at its end.

    Raises:
        SpanReversed, ClipUnwritable: as `check_cuts` does.
        SpanOutsideRecording: if a span reaches beyond the last sample.
    """
    check_cuts(cuts)
    rate, length = index.measurement.sample_rate, index.measurement.sample_count
    ends_at_ms = -(-length * 1000 // rate)
    for cut in cuts:
        span = cut.span
        if span.end_ms > ends_at_ms or span.samples(rate).first >= length:
            length_ms = samples_to_ms(length, rate)
            raise SpanOutsideRecording(cut.where, span.start_ms, span.end_ms, length_ms)
