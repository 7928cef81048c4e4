# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cut one clip out of a recording that may have been taken in, by the index that was kept then.

The index is looked for where the recording's matter would have it: beside a custody log in the
folder of the recording or in one of those above it. The clip is the same with an index and without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.log import LOG_NAME, parse_log, read_bytes
from evidencekit.errors import CustodyError
from evidencekit.model.clip import ClipFile, IndexState
from evidencekit.model.custody import EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from evidencekit.media.index import RecordingIndex
    from evidencekit.model.custody import KeptIndex
    from evidencekit.model.digest import Digest
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.model.timecode import Span

#: How many folders above the recording's own a matter's folder may be.
_HIGHEST = 4


@frozen(kw_only=True)
class CutByIndex:
    """A clip, and whether intake's index was used; None where no log knows the recording."""

    clip: ClipFile
    index: IndexState | None


def cut_by_index(
    path: Path,
    span: Span,
    *,
    to: Path,
    track: int = 1,
    channel: int | Sequence[int] | None = None,
    mute: Sequence[Span] = (),
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> CutByIndex:
    """Cut *span* out of the recording at *path*, quickly where it was taken in.

    Raises:
        RecordingUnreadable, SpanReversed, SpanOutsideRecording, ClipUnwritable, NoSpace, Cancelled:
            as `media.cut.cut` does.
    """
    from evidencekit.media.clipfile import sha256_of
    from evidencekit.media.cut import cut
    from evidencekit.media.opening import check_file

    check_file(path)
    digest = sha256_of(path)
    state, index = _find(path, digest, track)
    made = cut(
        path,
        span,
        to=to,
        where=path.name,
        index=index,
        track=track,
        channel=channel,
        mute=mute,
        source_digest=digest,
        progress=progress,
        cancelled=cancelled,
    )
    return CutByIndex(clip=made, index=state)


def _find(
    path: Path, digest: Digest, track: int
) -> tuple[IndexState | None, RecordingIndex | None]:
    """Return the index kept of a recording, if it can be used, and what to say of it."""
    from evidencekit.media.known import kept_index

    for folder in path.absolute().parents[: _HIGHEST + 1]:
        for recorded in _recorded(folder, digest, track):
            state, index = kept_index(folder, source_digest=digest, recorded=recorded, track=track)
            return state, index if state is IndexState.USED else None
    return None, None


def _recorded(folder: Path, digest: Digest, track: int) -> Iterator[KeptIndex | None]:
    """Yield what the log in *folder* says of the index of a file, if it took that file in."""
    try:
        log = parse_log(read_bytes(folder / LOG_NAME))
    except (CustodyError, OSError):
        return
    for entry in log.entries:
        if entry.kind is EntryKind.INTAKE and entry.item and digest in entry.digests:
            yield log.index_of(entry.item, track=track)
