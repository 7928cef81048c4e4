# SPDX-License-Identifier: AGPL-3.0-or-later
"""A matter's recordings as files: hashed where they lie, and held against a custody log.

What intake, transfer and receipt have in common. The first digest wins: a file that differs from
it is refused, naming both.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from evidencekit.custody.draft import EntryDraft, Stamp, digest_id
from evidencekit.custody.many import ToHash, hash_files
from evidencekit.custody.paths import check_all, inside
from evidencekit.errors import DigestMismatch, NotTakenIn, RecordingUnreadable
from evidencekit.model.custody import EntryKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from evidencekit.custody.digests import FileDigest
    from evidencekit.model.custody import CustodyEntry, CustodyLog, KeptIndex
    from evidencekit.model.matter import Matter
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.model.recording import Recording


def make_stamp(by: str, now: dt.datetime) -> Stamp:
    """Return who makes entries, when, and with which software.

    Raises:
        ValueError: if *now* has no time zone, or *by* is empty.
    """
    if now.tzinfo is None:
        msg = "now has no time zone"
        raise ValueError(msg)
    if not by.strip():
        msg = "by is empty: an entry says who made it"
        raise ValueError(msg)
    return Stamp(
        recorded_at=now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        entered_by=by,
        software=f"evidencekit {version('evidencekit')}",
    )


def hash_recordings(
    recordings: Sequence[Recording],
    folder: Path,
    *,
    algorithms: Sequence[str] = ("sha256",),
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> dict[str, FileDigest]:
    """Hash recordings after a look at whether all are there, and return their digests by id.

    Raises:
        IntakeError: if one is missing (all missing ones are named), empty, no ordinary file,
            outside *folder*, or changes while it is read.
        Cancelled: if *cancelled* says so.
    """
    if "sha256" not in algorithms:
        msg = "sha256 is always among the algorithms"
        raise ValueError(msg)
    check_all(folder, (each.file for each in recordings))
    files = [
        ToHash(path=inside(folder, each.file, must_exist=True), subject=each.id, shown=each.file)
        for each in recordings
    ]
    found = hash_files(
        files, algorithms=algorithms, executor=executor, progress=progress, cancelled=cancelled
    )
    for recording, digest in zip(recordings, found, strict=True):
        if digest.size == 0:
            raise RecordingUnreadable(recording.file, "is empty: it holds no bytes at all.")
    return {each.id: digest for each, digest in zip(recordings, found, strict=True)}


def check_recordings(
    matter: Matter,
    folder: Path,
    log: CustodyLog,
    *,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Mapping[str, FileDigest]:
    """Hash the matter's recordings, compare them with the log, and return the digests by id.

    Raises:
        NotTakenIn: naming every recording that has no entry in the log.
        DigestMismatch: if a recording is not the file that was taken in.
        IntakeError: as for `hash_recordings`.
        Cancelled: if *cancelled* says so.
    """
    taken_in(matter.recordings, log)
    hashed = hash_recordings(
        matter.recordings, folder, executor=executor, progress=progress, cancelled=cancelled
    )
    compare_with_log(matter.recordings, log, hashed, timezone=matter.timezone)
    return hashed


def taken_in(recordings: Sequence[Recording], log: CustodyLog) -> dict[str, CustodyEntry]:
    """Return the entry that took in each recording, by id.

    Raises:
        NotTakenIn: naming every recording that the log does not hold.
    """
    found = {each.id: log.intake_of(each.id) for each in recordings}
    unknown = [item for item, entry in found.items() if entry is None]
    if unknown:
        raise NotTakenIn(unknown)
    return {item: entry for item, entry in found.items() if entry is not None}


def compare_with_log(
    recordings: Sequence[Recording],
    log: CustodyLog,
    hashed: Mapping[str, FileDigest],
    *,
    timezone: str,
) -> None:
    """Compare each recording that the log holds with its first digest.

    Raises:
        DigestMismatch: for the first recording that is another file.
    """
    for each in recordings:
        entry = log.intake_of(each.id)
        if entry is not None:
            compare(each.file, hashed[each.id], entry, timezone=timezone)


def compare(shown: str, found: FileDigest, first: CustodyEntry, *, timezone: str) -> None:
    """Compare a file's digests with those of the entry that took it in, by the algorithms of both.

    Raises:
        DigestMismatch: if one differs.
    """
    now = {each.algorithm: each.value for each in found.digests}
    known = {each.algorithm: each.value for each in first.digests}
    if any(known[name] != now[name] for name in known.keys() & now.keys()):
        raise DigestMismatch(
            shown,
            known.get("sha256", "not recorded"),
            now["sha256"],
            local_time(first.recorded_at, timezone),
        )


def local_time(recorded_at: str, timezone: str) -> str:
    """Write an entry's time as clocks in *timezone* showed it.

    >>> local_time("2026-05-20T15:02:11Z", "Europe/London")
    '2026-05-20 16:02 BST'
    """
    at = dt.datetime.fromisoformat(recorded_at).astimezone(ZoneInfo(timezone))
    return f"{at:%Y-%m-%d %H:%M} {at.tzname()}"


def intake_draft(
    recording: Recording,
    found: FileDigest,
    stamp: Stamp,
    *,
    holder: str | None = None,
    index: KeptIndex | None = None,
) -> EntryDraft:
    """Return the entry of a recording taken in.

    Its id is made from what it says, so that a run repeated after a crash enters nothing twice.
    """
    said = f"intake\n{recording.id}\n{recording.file}\n{found.sha256}\n{stamp.recorded_at}"
    return EntryDraft(
        id=hashlib.sha256(said.encode()).hexdigest(),
        kind=EntryKind.INTAKE,
        recorded_at=stamp.recorded_at,
        entered_by=stamp.entered_by,
        item=recording.id,
        name=PurePosixPath(recording.file).name,
        size=found.size,
        digests=found.digests,
        holder=holder,
        software=stamp.software,
        index=index,
    )


def indexed_draft(recording: Recording, index: KeptIndex, stamp: Stamp) -> EntryDraft:
    """Return the entry of an index made again, of a recording that the log holds already."""
    return EntryDraft(
        id=digest_id("indexed", recording.id, index.track, index.sha256, stamp.recorded_at),
        kind=EntryKind.INDEXED,
        recorded_at=stamp.recorded_at,
        entered_by=stamp.entered_by,
        item=recording.id,
        software=stamp.software,
        index=index,
    )
