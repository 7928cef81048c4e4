# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take recordings in: hash and decode each, keep an index of its sound, and enter both in the log.

A recording is decoded once, from its first packet to its last, in a process of its own. What is
not sound is refused before the log holds its digest. All indexes are written before the log is, and
those of a run that fails are taken away again; one that a killed run left behind is overwritten by
the next, and is believed by nobody, because no log names it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from evidencekit.custody.intake import TAKEN_IN
from evidencekit.custody.intake import intake as enter
from evidencekit.custody.log import LOG_NAME, read_bytes, scan_log
from evidencekit.custody.paths import inside
from evidencekit.errors import CustodyError, IntakeError, RecordingUnreadable, TrackMissing
from evidencekit.model.channels import wrong_choice
from evidencekit.model.custody import CustodyLog, KeptIndex, index_name
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.matter import Matter
from evidencekit.model.recording import Recording
from evidencekit.pipeline.work import Task, run_all, unreadable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Executor

    from evidencekit.custody.digests import FileDigest
    from evidencekit.model.clip import Measurement
    from evidencekit.model.digest import Digest
    from evidencekit.model.findings import Report
    from evidencekit.model.progress import IsCancelled, OnProgress

SAME_SAMPLES = "EK-D016"


def intake(
    matter: Matter,
    *,
    folder: Path | str,
    by: str,
    now: dt.datetime,
    holder: str | None = None,
    algorithms: Sequence[str] = ("sha256",),
    only_new: bool = False,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Report:
    """Take in the matter's recordings that its log does not hold yet.

    *folder* is the matter's, and holds the log, `custody.jsonl`; *by* is who makes the entries;
    *now* is when; *holder* is who holds the files (a person's id, or words), where that is told.
    Recordings are decoded side by side, in processes of this machine or by *executor*. A recording
    that the log holds without an index that can be used here is indexed again, unless *only_new*.
    The report's findings say of each recording what became of it.

    Raises:
        RecordingUnreadable: if a recording is not sound that can be decoded; SeveralErrors for
            several.
        IntakeError: if one is missing (all missing ones are named), empty, no ordinary file,
            outside the folder, or changes while it is read.
        DigestMismatch: if a recording is not the file that was taken in before.
        CustodyError: if the log is broken, busy, another matter's, or cannot be written.
        Cancelled: if *cancelled* says so.
        ValueError: if *now* has no time zone, *by* is empty, or *algorithms* lacks sha256.
    """
    folder = Path(folder)
    indexing = _Indexing(matter=matter, folder=folder, only_new=only_new)

    def make_indexes(log: CustodyLog, hashed: Mapping[str, FileDigest]) -> Mapping[str, KeptIndex]:
        return indexing.run(log, hashed, executor, progress, cancelled)

    try:
        report = enter(
            matter,
            folder=folder,
            by=by,
            now=now,
            holder=holder,
            algorithms=algorithms,
            make_indexes=make_indexes,
            executor=executor,
            progress=progress,
            cancelled=cancelled,
        )
    except BaseException:
        indexing.undo()
        raise
    log = scan_log(read_bytes(folder / LOG_NAME)).log
    return evolve(report, findings=(*report.findings, *_same_samples(matter, log)))


def _same_samples(matter: Matter, log: CustodyLog) -> Iterator[Finding]:
    """Say which recordings hold the same samples in files that differ, as a retagged copy does."""
    first: dict[str, str] = {}
    files: set[tuple[str, tuple[Digest, ...]]] = set()
    for each in matter.recordings:
        entry, index = log.intake_of(each.id), log.index_of(each.id, track=each.used_track)
        if entry is None or index is None:
            continue
        samples = index.samples_sha256
        if samples in first and (samples, entry.digests) not in files:
            yield Finding(
                code=SAME_SAMPLES,
                severity=Severity.WARNING,
                subject=each.id,
                group="custody",
                message=f"is another file than {first[samples]} with the same sound, sample for "
                "sample, as when a program rewrites a file's tags",
            )
        first.setdefault(samples, each.id)
        files.add((samples, entry.digests))


def take_in_new(
    matter: Matter,
    folder: Path,
    *,
    by: str,
    now: dt.datetime,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[str, ...]:
    """Take in the recordings that the log does not hold yet, and return their ids.

    Raises:
        IntakeError, CustodyError, Cancelled: as `intake` does.
    """
    taken = intake(
        matter,
        folder=folder,
        by=by,
        now=now,
        only_new=True,
        executor=executor,
        progress=progress,
        cancelled=cancelled,
    )
    return tuple(each.subject for each in taken.findings if each.code == TAKEN_IN)


@frozen(kw_only=True)
class IndexJob:
    """One recording to decode. `recorded` is what the log says of its index, if it says anything;
    `sha256` is that of the file as hashed before.
    """

    recording: Recording
    folder: Path
    sha256: str
    recorded: KeptIndex | None


@frozen(kw_only=True)
class _Indexing:
    """Indexes what the log has no usable index of; `begun` lists the files that are new by it."""

    matter: Matter
    folder: Path
    only_new: bool
    begun: list[Path] = field(factory=list)

    def run(
        self,
        log: CustodyLog,
        hashed: Mapping[str, FileDigest],
        executor: Executor | None,
        progress: OnProgress | None,
        cancelled: IsCancelled | None,
    ) -> Mapping[str, KeptIndex]:
        """Return the indexes of all recordings that need one, by the recordings' ids."""
        jobs = [
            IndexJob(
                recording=each,
                folder=self.folder,
                sha256=hashed[each.id].sha256,
                recorded=log.index_of(each.id, track=each.used_track),
            )
            for each in self.matter.recordings_in_order
            if log.intake_of(each.id) is None or self._again()
        ]
        for each in jobs:
            path = self.folder / index_name(each.sha256, each.recording.used_track)
            if not os.path.lexists(path):
                self.begun.append(path)
        made = run_all(
            [
                Task(
                    subject=each.recording.id,
                    function=index_one,
                    arguments=(each,),
                    failed=unreadable(each.recording),
                )
                for each in jobs
            ],
            stage="intake",
            executor=executor,
            progress=progress,
            cancelled=cancelled,
        )
        return {job.recording.id: index for job, index in zip(jobs, made, strict=True)}

    def _again(self) -> bool:
        """Say whether recordings that the log holds are indexed: not where nothing is written."""
        return not self.only_new and os.access(self.folder, os.W_OK)

    def undo(self) -> None:
        """Take away the indexes that no log names."""
        for path in self.begun:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            (self.folder / "index").rmdir()


def index_one(job: IndexJob) -> KeptIndex:
    """Decode a recording and keep its index, unless one that can be used is kept already.

    Raises:
        RecordingUnreadable: if it cannot be decoded.
        IntakeError: if it changes meanwhile.
        CustodyError: if the index cannot be written.
    """
    from evidencekit.media.clipfile import sha256_of
    from evidencekit.media.indexfile import save_index
    from evidencekit.media.known import kept_index
    from evidencekit.media.measure import index_recording
    from evidencekit.model.clip import IndexState
    from evidencekit.model.digest import Digest

    recording, track = job.recording, job.recording.used_track
    source = Digest("sha256", job.sha256)
    state, _ = kept_index(job.folder, source_digest=source, recorded=job.recorded, track=track)
    if state is IndexState.USED and job.recorded is not None:
        return job.recorded
    path = inside(job.folder, recording.file, must_exist=True)
    before = path.stat()
    try:
        made = index_recording(path, track=track)
    except RecordingUnreadable as error:
        raise type(error)(recording.file, error.reason) from error
    after = path.stat()
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or made.source_digest != source:
        reason = (
            "changed while it was read. Wait until whatever writes it has finished, or copy it "
            "first."
        )
        raise IntakeError(recording.file, reason)
    check_channel(recording, made.measurement)
    name = index_name(job.sha256, track)
    try:
        kept = save_index(made, inside(job.folder, name))
    except OSError as error:
        msg = f"{name} could not be written: {error.strerror}. No entry was added."
        raise CustodyError(msg) from error
    return KeptIndex(
        sha256=sha256_of(kept).value, samples_sha256=made.samples_digest.value, track=track
    )


def check_channel(recording: Recording, found: Measurement) -> None:
    """Check that the channels chosen are there.

    Raises:
        TrackMissing: if one is not.
    """
    if wrong := wrong_choice(recording.channels, there=found.channels):
        raise TrackMissing(recording.file, wrong)
