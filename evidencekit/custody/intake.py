# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take recordings in: hash each one, and enter it in the custody log.

The first digest wins. Once the log holds a recording's digest, a file that differs is refused,
naming both; a file that is the same adds nothing, so that intake can be run again at any time,
and where nothing can be written. All recordings are hashed before anything is written, and all
entries are written together.

This room knows nothing of sound: who can decode hands in what indexes the new recordings, and the
log holds the digest of each index beside that of its recording (`pipeline.intake`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evidencekit.custody.append import append_after
from evidencekit.custody.digests import FileDigest
from evidencekit.custody.log import LOG_NAME, read_bytes, scan_log
from evidencekit.custody.recordings import (
    check_recordings,
    compare_with_log,
    hash_recordings,
    indexed_draft,
    intake_draft,
    local_time,
    make_stamp,
)
from evidencekit.custody.remarks import (
    clock_remarks,
    namesake_remarks,
    other_matter_remarks,
    repair_remarks,
    standing,
)
from evidencekit.errors import CustodyError
from evidencekit.model.custody import CustodyLog, EntryKind, KeptIndex
from evidencekit.model.findings import CheckLine, Finding, Report, Severity

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from evidencekit.custody.draft import EntryDraft
    from evidencekit.model.matter import Matter
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.model.recording import Recording

__all__ = ["ALREADY_IN", "SAME_BYTES", "TAKEN_IN", "check_recordings", "intake"]

ALREADY_IN = "EK-D010"
SAME_BYTES = "EK-D011"
TAKEN_IN = "EK-D012"
INDEXED = "EK-D013"

#: Makes and keeps the indexes that a log lacks, of the files with these digests, both by id.
MakeIndexes = Callable[[CustodyLog, Mapping[str, FileDigest]], Mapping[str, KeptIndex]]


def intake(
    matter: Matter,
    *,
    folder: Path | str,
    by: str,
    now: dt.datetime,
    holder: str | None = None,
    algorithms: Sequence[str] = ("sha256",),
    make_indexes: MakeIndexes | None = None,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Report:
    """Take in the matter's recordings that its log does not hold yet.

    *folder* is the matter's, and holds the log, `custody.jsonl`; *by* is who makes the entries;
    *now* is when; *holder* is who holds the files (a person's id, or words), where that is told.
    *make_indexes* indexes what the log has no index of. With an *executor* the files are hashed by
    it. The report's findings say of each recording what became of it.

    Raises:
        IntakeError: if a recording is missing (all missing ones are named), empty, no ordinary
            file, outside the folder, or changes while it is read.
        DigestMismatch: if a recording is not the file that was taken in before.
        CustodyError: if the log is broken, busy, another matter's, or cannot be written.
        Cancelled: if *cancelled* says so.
        ValueError: if *now* has no time zone, *by* is empty, or *algorithms* lacks sha256.
    """
    stamp = make_stamp(by, now)
    folder = Path(folder)
    hashed = hash_recordings(
        matter.recordings,
        folder,
        algorithms=algorithms,
        executor=executor,
        progress=progress,
        cancelled=cancelled,
    )
    if not matter.recordings:
        return _report(matter, CustodyLog(), CustodyLog(), hashed)
    indexes: Mapping[str, KeptIndex] = {}
    if make_indexes is not None:
        known = scan_log(read_bytes(folder / LOG_NAME)).log
        compare_with_log(matter.recordings, known, hashed, timezone=matter.timezone)
        check_same_matter(matter.recordings, known, hashed)
        indexes = make_indexes(known, hashed)
    before = CustodyLog()

    def decide(log: CustodyLog) -> list[EntryDraft]:
        nonlocal before
        before = log
        compare_with_log(matter.recordings, log, hashed, timezone=matter.timezone)
        check_same_matter(matter.recordings, log, hashed)
        taken = [
            intake_draft(each, hashed[each.id], stamp, holder=holder, index=indexes.get(each.id))
            for each in matter.recordings
            if log.intake_of(each.id) is None
        ]
        again = [
            indexed_draft(each, indexes[each.id], stamp)
            for each in matter.recordings
            if each.id in indexes
            and log.intake_of(each.id) is not None
            and log.index_of(each.id, track=indexes[each.id].track) != indexes[each.id]
        ]
        return taken + again

    log = append_after(folder / LOG_NAME, decide, stamp=stamp)
    return _report(matter, before, log, hashed)


def check_same_matter(
    recordings: Sequence[Recording], log: CustodyLog, hashed: Mapping[str, FileDigest]
) -> None:
    """Refuse a log that holds recordings, and none of the matter's: an entry stays for ever.

    *recordings* are all of the matter's; *hashed* are the digests of those at hand.

    Raises:
        CustodyError: saying how to go on, in either case.
    """
    taken_in = [each for each in log.entries if each.kind is EntryKind.INTAKE]
    ids = {each.id for each in recordings}
    digests = {each.digest() for each in hashed.values()}
    if not taken_in or any(each.item in ids or digests & {*each.digests} for each in taken_in):
        return
    msg = (
        f"{LOG_NAME} holds other recordings, {taken_in[0].item} first, and none of this matter's. "
        "If it is another matter's log, move it out of this folder. If it is this matter's, name "
        f"{taken_in[0].item} in the matter file again while the new recordings are taken in. "
        "Nothing was written."
    )
    raise CustodyError(msg)


def _report(
    matter: Matter, before: CustodyLog, after: CustodyLog, hashed: Mapping[str, FileDigest]
) -> Report:
    """Say what became of each recording, and how the log now stands."""
    new = after.entries[before.count :]
    findings = [outcome(each, before, timezone=matter.timezone) for each in matter.recordings]
    findings += [
        Finding(
            code=INDEXED,
            severity=Severity.NOTE,
            subject=each.item or "",
            group="custody",
            message=f"its index was made again; entry {each.seq} holds its digest",
        )
        for each in new
        if each.kind is EntryKind.INDEXED
    ]
    findings += _same_bytes(matter, hashed)
    findings += repair_remarks(new)
    findings += clock_remarks(after)
    said = set(namesake_remarks(before, name_of=matter.name_of))
    findings += [
        each for each in namesake_remarks(after, name_of=matter.name_of) if each not in said
    ]
    findings += other_matter_remarks(after, (each.id for each in matter.recordings))
    taken_in = sum(each.kind is EntryKind.INTAKE for each in new)
    known = len(matter.recordings) - taken_in
    indexed = sum(each.kind is EntryKind.INDEXED for each in new)
    return Report(
        subject=LOG_NAME,
        kind="intake",
        findings=tuple(findings),
        summary=(
            CheckLine(
                check="recordings",
                outcome=Severity.OK,
                message=f"{taken_in} taken in, {known} in the log already"
                + (f"; {indexed} decoded again and indexed" if indexed else ""),
            ),
            CheckLine(check="custody", outcome=Severity.OK, message=standing(after)),
        ),
    )


def outcome(recording: Recording, before: CustodyLog, *, timezone: str) -> Finding:
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
        message=f"taken in already, {local_time(entry.recorded_at, timezone)}, and the "
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
