# SPDX-License-Identifier: AGPL-3.0-or-later
"""Start, or go on with, a receiver's own log.

Each holder keeps a log of their own; logs are never merged. When files arrive, the receiver's log
gets an entry that says from whom, how and when, as told, and where the giver's log stood: how many
entries, and the head. Then each recording is taken in from the receiver's own files. Whoever has
both logs can see that the second takes over where the first stood.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from evidencekit.custody.append import append_after
from evidencekit.custody.draft import EntryDraft, Stamp, digest_id
from evidencekit.custody.intake import check_same_matter, outcome
from evidencekit.custody.log import LOG_NAME, read_log
from evidencekit.custody.recordings import (
    compare,
    compare_with_log,
    hash_recordings,
    intake_draft,
    make_stamp,
)
from evidencekit.custody.remarks import CLOCK_BACK, log_remarks, standing
from evidencekit.custody.transfer import HandOver, chosen
from evidencekit.errors import CustodyError
from evidencekit.model.custody import CustodyEntry, CustodyLog, EntryKind, LogHead
from evidencekit.model.findings import CheckLine, Finding, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    from evidencekit.custody.digests import FileDigest
    from evidencekit.model.matter import Matter
    from evidencekit.model.moment import Moment
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.model.recording import Recording

GIVER_LOG_NOT_READ = "EK-L015"
NO_TRANSFER_IN_GIVER_LOG = "EK-L016"
RECEIVED_ALREADY = "EK-L017"


def receive(
    matter: Matter,
    *,
    folder: Path | str,
    giver_log: Path | str | LogHead,
    giver: str,
    receiver: str,
    how: str,
    by: str,
    now: dt.datetime,
    what: Sequence[str] | None = None,
    on: Moment | dt.datetime | dt.date | str | None = None,
    note: str | None = None,
    algorithms: Sequence[str] = ("sha256",),
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Report:
    """Record in the receiver's log that recordings came from *giver*, and take them in.

    *matter* and *folder* are the receiver's; *what* is all of the matter's recordings unless ids
    are given. *giver_log* is the giver's log, which is read and left as it is, or, where only its
    count and head are known (they are printed in a bundle), those. With the log, each file must
    be one that the giver had taken in, under whatever id.

    Raises:
        CustodyError: if a log is broken, busy or cannot be written, the giver's log is this log,
            or it does not hold a recording.
        DigestMismatch: if a file is not the one that either log took in under its id.
        IntakeError: as for `intake`.
        Cancelled: if *cancelled* says so.
        ValueError: as for `transfer`.
    """
    folder = Path(folder)
    stamp = make_stamp(by, now)
    told = HandOver(giver=giver, receiver=receiver, how=how, on=on, note=note)
    recordings = matter.recordings if what is None else chosen(matter, what)
    if not recordings:
        msg = "what names no recording"
        raise ValueError(msg)
    theirs = _giver_log(giver_log, folder / LOG_NAME)
    cited = giver_log if isinstance(giver_log, LogHead) else theirs.at
    hashed = hash_recordings(
        recordings,
        folder,
        algorithms=algorithms,
        executor=executor,
        progress=progress,
        cancelled=cancelled,
    )
    if not isinstance(giver_log, LogHead):
        _compare_with_giver(recordings, theirs, hashed, timezone=matter.timezone)
    before = CustodyLog()

    def decide(log: CustodyLog) -> list[EntryDraft]:
        nonlocal before
        before = log
        compare_with_log(recordings, log, hashed, timezone=matter.timezone)
        check_same_matter(matter.recordings, log, hashed)
        taken = [
            intake_draft(each, hashed[each.id], stamp, holder=receiver)
            for each in recordings
            if log.intake_of(each.id) is None
        ]
        # A run that was killed may have left the first of its entries, and not the others.
        known = _received(told, cited, log) is not None
        return taken if known else [_draft(told, cited, stamp), *taken]

    after = append_after(folder / LOG_NAME, decide, stamp=stamp)
    findings = [
        *(outcome(each, before, timezone=matter.timezone) for each in recordings),
        *_about_receipt(told, cited, before),
        *_about_giver_log(giver_log, theirs, hashed, stamp),
        *log_remarks(after, name_of=matter.name_of),
    ]
    return Report(
        subject=LOG_NAME,
        kind="receive",
        findings=tuple(findings),
        summary=_summary(giver_log, cited, recordings, before, after),
    )


def _giver_log(giver_log: Path | str | LogHead, own: Path) -> CustodyLog:
    """Read the giver's log; an empty one where only its head is known.

    Raises:
        CustodyError: if it is missing, empty, broken, torn, or the receiver's own.
    """
    if isinstance(giver_log, LogHead):
        return CustodyLog()
    path = Path(giver_log)
    if path.exists() and own.exists() and path.samefile(own):
        msg = f"{giver_log} is the receiver's own log. Name the giver's. Nothing was written."
        raise CustodyError(msg)
    try:
        log = read_log(path)
    except CustodyError as error:
        msg = f"the giver's log {giver_log} cannot be cited: {error}"
        raise CustodyError(msg) from error
    if not log.entries:
        msg = f"the giver's log {giver_log} has no entries. Nothing was written."
        raise CustodyError(msg)
    return log


def _compare_with_giver(
    recordings: Sequence[Recording],
    theirs: CustodyLog,
    hashed: Mapping[str, FileDigest],
    *,
    timezone: str,
) -> None:
    """Hold each file against the giver's log.

    Raises:
        DigestMismatch: if the giver took in another file under its id.
        CustodyError: if the giver took in no such file.
    """
    digests = _digests(theirs)
    for each in recordings:
        if hashed[each.id].sha256 in digests:
            continue
        entry = theirs.intake_of(each.id)
        if entry is not None:
            compare(each.file, hashed[each.id], entry, timezone=timezone)
        msg = (
            f"{each.file} is not in the giver's log under any id. Take it in by itself, or ask "
            "for the log that holds it. Nothing was written."
        )
        raise CustodyError(msg)


def _digests(log: CustodyLog) -> dict[str, CustodyEntry]:
    """Return the entry that took in each SHA-256 first."""
    found: dict[str, CustodyEntry] = {}
    for entry in log.entries:
        if entry.kind is EntryKind.INTAKE:
            for digest in entry.digests:
                if digest.algorithm == "sha256":
                    found.setdefault(digest.value, entry)
    return found


def _received(told: HandOver, cited: LogHead, log: CustodyLog) -> CustodyEntry | None:
    """Return the entry that records this receipt already."""
    return next(
        (
            each
            for each in log.entries
            if each.kind is EntryKind.RECEIVED and each.cites == cited and told.is_of(each)
        ),
        None,
    )


def _draft(told: HandOver, cited: LogHead, stamp: Stamp) -> EntryDraft:
    return EntryDraft(
        id=digest_id("received", cited.count, cited.head, stamp.recorded_at, *told.said),
        kind=EntryKind.RECEIVED,
        recorded_at=stamp.recorded_at,
        entered_by=stamp.entered_by,
        giver=told.giver,
        receiver=told.receiver,
        how=told.how,
        on=told.on,
        note=told.note,
        cites=cited,
        software=stamp.software,
    )


def _about_receipt(told: HandOver, cited: LogHead, before: CustodyLog) -> list[Finding]:
    """Say so if the receipt was recorded already."""
    known = _received(told, cited, before)
    if known is None:
        return []
    message = f"entry {known.seq} records this receipt already"
    return [_finding(RECEIVED_ALREADY, Severity.NOTE, LOG_NAME, message)]


def _about_giver_log(
    giver_log: Path | str | LogHead,
    theirs: CustodyLog,
    hashed: Mapping[str, FileDigest],
    stamp: Stamp,
) -> list[Finding]:
    """Say what the giver's log shows of this, or that it was not looked at."""
    if isinstance(giver_log, LogHead):
        message = "only its count and head were given; the files were not compared with it"
        return [_finding(GIVER_LOG_NOT_READ, Severity.NOT_CHECKED, "giver's log", message)]
    given = {each.item for each in theirs.entries if each.kind is EntryKind.TRANSFER}
    digests = _digests(theirs)
    findings = [
        _finding(
            NO_TRANSFER_IN_GIVER_LOG,
            Severity.WARNING,
            item,
            "the giver's log took it in and records no transfer of it",
        )
        for item, found in hashed.items()
        if digests[found.sha256].item not in given
    ]
    last = theirs.entries[-1].recorded_at
    if dt.datetime.fromisoformat(last) > dt.datetime.fromisoformat(stamp.recorded_at):
        message = "its last entry bears a later time than this receipt: two clocks differed"
        findings.append(_finding(CLOCK_BACK, Severity.WARNING, "giver's log", message))
    return findings


def _finding(code: str, severity: Severity, subject: str, message: str) -> Finding:
    return Finding(code=code, severity=severity, subject=subject, group="custody", message=message)


def _summary(
    giver_log: Path | str | LogHead,
    cited: LogHead,
    recordings: Sequence[Recording],
    before: CustodyLog,
    after: CustodyLog,
) -> tuple[CheckLine, ...]:
    new = after.entries[before.count :]
    taken_in = sum(each.kind is EntryKind.INTAKE for each in new)
    read = not isinstance(giver_log, LogHead)
    entries = "1 entry" if cited.count == 1 else f"{cited.count} entries"
    return (
        CheckLine(
            check="recordings",
            outcome=Severity.OK,
            message=f"{taken_in} taken in, {len(recordings) - taken_in} in the log already"
            + ("; each is a file that the giver's log holds" if read else ""),
        ),
        CheckLine(
            check="giver's log",
            outcome=Severity.OK if read else Severity.NOT_CHECKED,
            message=f"cited at {entries}, head {cited.head[:8]}"
            + ("" if read else "; not read, so not checked"),
        ),
        CheckLine(check="custody", outcome=Severity.OK, message=standing(after)),
    )
