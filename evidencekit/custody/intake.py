# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take recordings in: hash each one, and enter it in the custody log.

The first digest wins. Once the log holds a recording's digest, a file that differs is refused,
naming both; a file that is the same adds nothing, so that intake can be run again at any time.
All recordings are hashed before anything is written, and all entries are written together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from evidencekit.custody.append import EntryDraft, Stamp, append_after
from evidencekit.custody.digests import FileDigest, hash_file
from evidencekit.custody.log import LOG_NAME, NO_ENTRY
from evidencekit.custody.paths import check_all, inside
from evidencekit.errors import DigestMismatch, NotTakenIn, RecordingUnreadable
from evidencekit.model.custody import CustodyEntry, CustodyLog, EntryKind
from evidencekit.model.findings import CheckLine, Finding, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from evidencekit.model.matter import Matter
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.model.recording import Recording

ALREADY_IN = "EK-D010"
SAME_BYTES = "EK-D011"
TAKEN_IN = "EK-D012"
REPAIRED = "EK-L010"
CLOCK_BACK = "EK-L011"


def intake(
    matter: Matter,
    *,
    folder: Path,
    by: str,
    now: dt.datetime,
    algorithms: Sequence[str] = ("sha256",),
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Report:
    """Take in the matter's recordings that its log does not hold yet.

    *folder* is the matter's, and holds the log, `custody.jsonl`; *by* is who makes the entries;
    *now* is when. The report's findings say of each recording what became of it.

    Raises:
        IntakeError: if a recording is missing (all missing ones are named), empty, no ordinary
            file, outside the folder, or changes while it is read.
        DigestMismatch: if a recording is not the file that was taken in before.
        CustodyError: if the log is broken, busy, or cannot be written.
        Cancelled: if *cancelled* says so.
        ValueError: if *now* has no time zone, *by* is empty, or *algorithms* lacks sha256.
    """
    _check_arguments(now, by, algorithms)
    stamp = Stamp(
        recorded_at=now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        entered_by=by,
        software=f"evidencekit {version('evidencekit')}",
    )
    hashed = _hash_recordings(matter, folder, algorithms, progress, cancelled)
    before = CustodyLog()

    def decide(log: CustodyLog) -> list[EntryDraft]:
        nonlocal before
        before = log
        _compare(matter, log, hashed)
        return [
            _draft(each, hashed[each.id], stamp)
            for each in matter.recordings
            if log.intake_of(each.id) is None
        ]

    if not matter.recordings:
        return _report(matter, CustodyLog(), CustodyLog(), hashed)
    log = append_after(folder / LOG_NAME, decide, stamp=stamp)
    return _report(matter, before, log, hashed)


def check_recordings(
    matter: Matter,
    folder: Path,
    log: CustodyLog,
    *,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Mapping[str, FileDigest]:
    """Hash the matter's recordings, compare them with the log, and return the digests by id.

    Raises:
        NotTakenIn: naming every recording that has no entry in the log.
        DigestMismatch: if a recording is not the file that was taken in.
        IntakeError: as for `intake`.
        Cancelled: if *cancelled* says so.
    """
    unknown = [each.id for each in matter.recordings if log.intake_of(each.id) is None]
    if unknown:
        raise NotTakenIn(unknown)
    hashed = _hash_recordings(matter, folder, ("sha256",), progress, cancelled)
    _compare(matter, log, hashed)
    return hashed


def _check_arguments(now: dt.datetime, by: str, algorithms: Sequence[str]) -> None:
    if now.tzinfo is None:
        msg = "now has no time zone"
        raise ValueError(msg)
    if not by.strip():
        msg = "by is empty: an entry says who made it"
        raise ValueError(msg)
    if "sha256" not in algorithms:
        msg = "sha256 is always among the algorithms"
        raise ValueError(msg)


def _hash_recordings(
    matter: Matter,
    folder: Path,
    algorithms: Sequence[str],
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> dict[str, FileDigest]:
    """Hash every recording, in the matter's order, after a look at whether all are there."""
    check_all(folder, (each.file for each in matter.recordings))
    hashed: dict[str, FileDigest] = {}
    for each in matter.recordings:
        found = hash_file(
            inside(folder, each.file, must_exist=True),
            algorithms=algorithms,
            progress=progress,
            cancelled=cancelled,
            subject=each.id,
            shown=each.file,
        )
        if found.size == 0:
            raise RecordingUnreadable(each.file, "is empty: it holds no bytes at all.")
        hashed[each.id] = found
    return hashed


def _compare(matter: Matter, log: CustodyLog, hashed: Mapping[str, FileDigest]) -> None:
    """Raise for the first recording that is not the file whose digest was entered first."""
    for each in matter.recordings:
        entry = log.intake_of(each.id)
        if entry is None:
            continue
        found = {digest.algorithm: digest.value for digest in hashed[each.id].digests}
        known = {digest.algorithm: digest.value for digest in entry.digests}
        if any(known[name] != found[name] for name in known.keys() & found.keys()):
            raise DigestMismatch(
                each.file,
                known.get("sha256", "not recorded"),
                found["sha256"],
                local_time(entry.recorded_at, matter.timezone),
            )


def local_time(recorded_at: str, timezone: str) -> str:
    """Write an entry's time as clocks in *timezone* showed it.

    >>> local_time("2026-05-20T15:02:11Z", "Europe/London")
    '2026-05-20 16:02 BST'
    """
    at = dt.datetime.fromisoformat(recorded_at).astimezone(ZoneInfo(timezone))
    return f"{at:%Y-%m-%d %H:%M} {at.tzname()}"


def _draft(recording: Recording, found: FileDigest, stamp: Stamp) -> EntryDraft:
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
        digests=tuple(sorted(found.digests, key=lambda each: each.algorithm)),
        software=stamp.software,
    )


def _report(
    matter: Matter, before: CustodyLog, after: CustodyLog, hashed: Mapping[str, FileDigest]
) -> Report:
    """Say what became of each recording, and how the log now stands."""
    findings = [_outcome(matter, each, before) for each in matter.recordings]
    findings += _same_bytes(matter, hashed)
    new = after.entries[before.count :]
    findings += [
        Finding(
            code=REPAIRED,
            severity=Severity.WARNING,
            subject=LOG_NAME,
            group="custody",
            message=f"its end was not a whole entry; {each.size} bytes were set aside in "
            f"{each.name}, and entry {each.seq} says so",
        )
        for each in new
        if each.kind is EntryKind.REPAIR
    ]
    findings += clock_findings(after)
    taken_in = sum(each.kind is EntryKind.INTAKE for each in new)
    known = len(matter.recordings) - taken_in
    return Report(
        subject=LOG_NAME,
        kind="intake",
        findings=tuple(findings),
        summary=(
            CheckLine(
                check="recordings",
                outcome=Severity.OK,
                message=f"{taken_in} taken in, {known} in the log already",
            ),
            CheckLine(check="custody", outcome=Severity.OK, message=_standing(after)),
        ),
    )


def _standing(log: CustodyLog) -> str:
    """Say how many entries the log has, and its head's first digits."""
    if log.head == NO_ENTRY:
        return "no entries"
    entries = "1 entry" if log.count == 1 else f"{log.count} entries"
    return f"{entries}, unbroken, head {log.head[:8]}"


def _outcome(matter: Matter, recording: Recording, before: CustodyLog) -> Finding:
    """Say whether a recording was new to the log."""
    entry = before.intake_of(recording.id)
    if entry is None:
        return Finding(
            code=TAKEN_IN,
            severity=Severity.OK,
            subject=recording.id,
            group="custody",
            message="taken in",
        )
    return Finding(
        code=ALREADY_IN,
        severity=Severity.NOTE,
        subject=recording.id,
        group="custody",
        message=f"taken in already, {local_time(entry.recorded_at, matter.timezone)}, and the "
        "same file still; nothing was added",
    )


def _same_bytes(matter: Matter, hashed: Mapping[str, FileDigest]) -> list[Finding]:
    """Say which recordings are one file under two ids."""
    first: dict[str, str] = {}
    findings: list[Finding] = []
    for each in matter.recordings:
        digest = hashed[each.id].sha256
        if digest in first:
            findings.append(
                Finding(
                    code=SAME_BYTES,
                    severity=Severity.WARNING,
                    subject=each.id,
                    group="custody",
                    message=f"is byte for byte the same recording as {first[digest]}",
                )
            )
        first.setdefault(digest, each.id)
    return findings


def clock_findings(log: CustodyLog) -> list[Finding]:
    """Say which entries bear an earlier time than the entry before; they are kept as they are."""
    pairs: list[tuple[CustodyEntry, CustodyEntry]] = list(
        zip(log.entries, log.entries[1:], strict=False)
    )
    return [
        Finding(
            code=CLOCK_BACK,
            severity=Severity.WARNING,
            subject=LOG_NAME,
            group="custody",
            message=f"entry {entry.seq} bears an earlier time than entry {previous.seq}: "
            "the clock of the computer differed",
            expected=f"{previous.recorded_at} or later",
            found=entry.recorded_at,
        )
        for previous, entry in pairs
        if dt.datetime.fromisoformat(entry.recorded_at)
        < dt.datetime.fromisoformat(previous.recorded_at)
    ]
