# SPDX-License-Identifier: AGPL-3.0-or-later
"""Record that recordings changed hands: who gave what to whom, how and when, as told, and beside
it what was measured at that moment.

Each file is hashed where the giver holds it and must be the one first taken in; where the
receiver's copy is at hand, that is hashed too. What could not be looked at is said to be
unchecked. The entries of one transfer are written together, or none is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from evidencekit.custody.append import append_after
from evidencekit.custody.draft import EntryDraft, Stamp, digest_id
from evidencekit.custody.log import LOG_NAME
from evidencekit.custody.many import ToHash, hash_files
from evidencekit.custody.paths import inside
from evidencekit.custody.recordings import (
    compare,
    compare_with_log,
    hash_recordings,
    make_stamp,
    taken_in,
)
from evidencekit.custody.relative import relative_words
from evidencekit.custody.remarks import log_remarks, standing
from evidencekit.errors import CustodyError, IntakeError
from evidencekit.model.custody import Checked, CustodyEntry, CustodyLog, EntryKind
from evidencekit.model.findings import CheckLine, Finding, Report, Severity
from evidencekit.model.moment import Moment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    from evidencekit.custody.digests import FileDigest
    from evidencekit.model.matter import Matter
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.model.recording import Recording

HANDED_OVER = "EK-D013"
RECEIVER_NOT_CHECKED = "EK-D014"
HANDED_OVER_ALREADY = "EK-D015"


def _is_said(_: object, attribute: object, value: str) -> None:
    if not value.strip():
        msg = f"{attribute.name} is empty"  # type: ignore[attr-defined]
        raise ValueError(msg)


def _as_written(value: Moment | dt.datetime | dt.date | str | None) -> str | None:
    return None if value is None else Moment.of(value).written


def _is_no_relative_time(_: object, __: object, value: str | None) -> None:
    words = relative_words(value or "")
    if words is not None:
        msg = f'on says "{words}", which is another day tomorrow: write the date'
        raise ValueError(msg)


@frozen(kw_only=True)
class HandOver:
    """A change of hands as told. `on` is kept as it was written."""

    giver: str = field(validator=_is_said)
    receiver: str = field(validator=_is_said)
    how: str = field(validator=_is_said)
    on: str | None = field(default=None, converter=_as_written, validator=_is_no_relative_time)
    note: str | None = None

    @property
    def said(self) -> tuple[str, str, str, str, str]:
        """What was told, for comparing and for an entry's id."""
        return (self.giver, self.receiver, self.how, self.on or "", self.note or "")

    def is_of(self, entry: CustodyEntry) -> bool:
        """Say whether an entry says the same."""
        return self.said == (
            entry.giver,
            entry.receiver,
            entry.how,
            entry.on or "",
            entry.note or "",
        )


def transfer(
    matter: Matter,
    *,
    folder: Path | str,
    what: Sequence[str],
    giver: str,
    receiver: str,
    how: str,
    by: str,
    now: dt.datetime,
    on: Moment | dt.datetime | dt.date | str | None = None,
    receiver_file: Path | str | None = None,
    receiver_folder: Path | str | None = None,
    note: str | None = None,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Report:
    """Record in the matter's log that the recordings *what* went from *giver* to *receiver*.

    Giver and receiver are people's ids or words; *by* is who makes the entries, which may be
    neither. *on* is when it happened, if that is told; *now* is when it is entered. The
    receiver's copies are looked for in *receiver_folder*, each by its path in the matter's folder
    or else by its name alone; *receiver_file* is the copy of a single recording. A transfer that
    the log ends in already, for a recording, is not entered again.

    Raises:
        CustodyError: if the matter has no such recording, or the log is broken, busy or cannot
            be written.
        NotTakenIn: if a recording is not in the log yet.
        DigestMismatch: if a file, on either side, is not the one first taken in.
        IntakeError: if a file is missing or cannot be read, or the receiver's file is the giver's.
        Cancelled: if *cancelled* says so.
        ValueError: if something that must be told is empty, or *now* has no time zone.
    """
    folder = Path(folder)
    stamp = make_stamp(by, now)
    told = HandOver(giver=giver, receiver=receiver, how=how, on=on, note=note)
    recordings = chosen(matter, what)
    if not recordings:
        msg = "what names no recording"
        raise ValueError(msg)
    copies = _copies(recordings, folder, receiver_file, receiver_folder)
    hashed = hash_recordings(
        recordings, folder, executor=executor, progress=progress, cancelled=cancelled
    )
    received = hash_files(copies, executor=executor, progress=progress, cancelled=cancelled)
    checked = Checked.BOTH if copies else Checked.GIVER
    before = CustodyLog()

    def decide(log: CustodyLog) -> list[EntryDraft]:
        nonlocal before
        before = log
        first = taken_in(recordings, log)
        compare_with_log(recordings, log, hashed, timezone=matter.timezone)
        for copy, found in zip(copies, received, strict=True):
            compare(copy.shown, found, first[copy.subject], timezone=matter.timezone)
        earlier = _transfers(log)
        return [
            _draft(
                first[each.id], hashed[each.id], told, checked, stamp, len(earlier.get(each.id, ()))
            )
            for each in recordings
            if _recorded(earlier.get(each.id), told, checked) is None
        ]

    after = append_after(folder / LOG_NAME, decide, stamp=stamp)
    return _report(matter, recordings, told, checked, before, after)


def chosen(matter: Matter, what: Sequence[str]) -> tuple[Recording, ...]:
    """Return the matter's recordings of these ids, each once, in the order given.

    Raises:
        CustodyError: if the matter has no recording of one of them.
    """
    found = {each.id: each for each in matter.recordings}
    unknown = [each for each in what if each not in found]
    if unknown:
        msg = (
            f"the matter has no recording {', '.join(unknown)}. It has: "
            f"{', '.join(found) or 'none'}. Nothing was written."
        )
        raise CustodyError(msg)
    return tuple(found[each] for each in dict.fromkeys(what))


def _copies(
    recordings: Sequence[Recording],
    folder: Path,
    receiver_file: Path | str | None,
    receiver_folder: Path | str | None,
) -> tuple[ToHash, ...]:
    """Return where the receiver holds each recording; nothing if nobody said.

    Raises:
        IntakeError: if a copy is missing, or is the giver's own file.
        ValueError: if both ways were used, or one file stands for several recordings.
    """
    if receiver_file is not None:
        if receiver_folder is not None or len(recordings) > 1:
            msg = "receiver_file is the copy of one recording; for several, use receiver_folder"
            raise ValueError(msg)
        copies = [(recordings[0], Path(receiver_file), str(receiver_file))]
    elif receiver_folder is not None:
        copies = [(each, *_in_folder(Path(receiver_folder), each)) for each in recordings]
    else:
        return ()
    for recording, path, shown in copies:
        own = folder / recording.file
        if own.exists() and path.exists() and own.samefile(path):
            raise IntakeError(shown, "is the giver's own file. Name the receiver's copy of it.")
    return tuple(
        ToHash(path=path, subject=recording.id, shown=shown) for recording, path, shown in copies
    )


def _in_folder(receiver_folder: Path, recording: Recording) -> tuple[Path, str]:
    """Return the receiver's copy of a recording, and the path that its user knows it by."""
    names = (recording.file, recording.file.rpartition("/")[2])
    for name in names:
        path = inside(receiver_folder, name)
        if path.exists():
            return path, str(receiver_folder / name)
    reason = f"does not exist, nor does {names[1]} beside it" if names[0] != names[1] else ""
    raise IntakeError(
        str(receiver_folder / names[0]), f"{reason or 'does not exist'}. Nothing was recorded."
    )


def _transfers(log: CustodyLog) -> Mapping[str | None, Sequence[CustodyEntry]]:
    """Return the transfers of each recording, in the log's order."""
    found: dict[str | None, list[CustodyEntry]] = {}
    for each in log.entries:
        if each.kind is EntryKind.TRANSFER:
            found.setdefault(each.item, []).append(each)
    return found


def _recorded(
    earlier: Sequence[CustodyEntry] | None, told: HandOver, checked: Checked
) -> CustodyEntry | None:
    """Return a recording's last transfer if it says the same, and was checked as far."""
    if not earlier or not told.is_of(earlier[-1]):
        return None
    return earlier[-1] if earlier[-1].checked in {checked, Checked.BOTH} else None


def _draft(
    first: CustodyEntry,
    found: FileDigest,
    told: HandOver,
    checked: Checked,
    stamp: Stamp,
    earlier: int,
) -> EntryDraft:
    """Return the entry of a change of hands of what *first* took in, after *earlier* such."""
    return EntryDraft(
        id=digest_id(
            "transfer",
            first.item,
            found.sha256,
            checked,
            stamp.recorded_at,
            earlier,
            *told.said,
        ),
        kind=EntryKind.TRANSFER,
        recorded_at=stamp.recorded_at,
        entered_by=stamp.entered_by,
        item=first.item,
        name=first.name,
        size=found.size,
        digests=found.digests,
        giver=told.giver,
        receiver=told.receiver,
        how=told.how,
        on=told.on,
        note=told.note,
        checked=checked,
        software=stamp.software,
    )


def _report(
    matter: Matter,
    recordings: Sequence[Recording],
    told: HandOver,
    checked: Checked,
    before: CustodyLog,
    after: CustodyLog,
) -> Report:
    """Say what was recorded of each recording, and what was not looked at."""
    earlier = _transfers(before)
    known = {each.id: _recorded(earlier.get(each.id), told, checked) for each in recordings}
    findings = [_outcome(each.id, known[each.id], checked) for each in recordings]
    new = {each.seq for each in after.entries[before.count :]}
    already = sum(each is not None for each in known.values())
    both = checked is Checked.BOTH
    return Report(
        subject=LOG_NAME,
        kind="transfer",
        findings=(*findings, *_new_remarks(matter, before, after)),
        summary=(
            CheckLine(
                check="recordings",
                outcome=Severity.OK,
                message=f"{len(recordings) - already} handed over, {already} recorded already",
            ),
            CheckLine(
                check="digests",
                outcome=Severity.OK if both else Severity.NOT_CHECKED,
                message="checked on both sides"
                if both
                else "checked at the giver, not checked at the receiver",
            ),
            CheckLine(
                check="custody",
                outcome=Severity.OK,
                message=f"{standing(after)}, {len(new)} of them new" if new else standing(after),
            ),
        ),
    )


def _outcome(item: str, known: CustodyEntry | None, checked: Checked) -> Finding:
    """Say what was recorded of one recording."""
    if known is not None:
        return Finding(
            code=HANDED_OVER_ALREADY,
            severity=Severity.NOTE,
            subject=item,
            group="custody",
            message=f"entry {known.seq} says the same; nothing was added. If it was handed over "
            "once more, say so in a note",
        )
    if checked is Checked.BOTH:
        return Finding(
            code=HANDED_OVER,
            severity=Severity.OK,
            subject=item,
            group="custody",
            message="recorded; digest checked on both sides",
        )
    return Finding(
        code=RECEIVER_NOT_CHECKED,
        severity=Severity.NOT_CHECKED,
        subject=item,
        group="custody",
        message="recorded; digest checked at the giver, not checked at the receiver",
    )


def _new_remarks(matter: Matter, before: CustodyLog, after: CustodyLog) -> tuple[Finding, ...]:
    """Return what is odd about the log that was not so before."""
    said = set(log_remarks(before, name_of=matter.name_of))
    return tuple(each for each in log_remarks(after, name_of=matter.name_of) if each not in said)
