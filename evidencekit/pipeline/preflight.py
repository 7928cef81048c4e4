# SPDX-License-Identifier: AGPL-3.0-or-later
"""Look whether every input is there and opens, before anything is entered or written.

What is missing is named all at once. A recording that does not open as sound is found out before
the custody log holds its digest: the first digest wins for ever, and a file named by mistake would
keep the right one out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.custody.intake import TAKEN_IN, intake
from evidencekit.custody.log import LOG_NAME, read_bytes, scan_log
from evidencekit.custody.paths import inside
from evidencekit.errors import (
    DocumentUnusable,
    EvidenceError,
    IntakeError,
    RecordingUnreadable,
    SeveralErrors,
    WorkerFailed,
)
from evidencekit.pipeline.work import Task, run_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from evidencekit.model.custody import CustodyLog
    from evidencekit.model.matter import Matter
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.model.recording import Recording

#: A file that takes longer than this to open hangs.
_SECONDS = 120


def check_inputs(matter: Matter, folder: Path, *, placeholders: Collection[str] = ()) -> None:
    """Check that every file the matter names is in *folder*, but for documents in *placeholders*.

    Raises:
        PathEscapes, IntakeError, DocumentUnusable: for what is not; SeveralErrors for several.
        ValueError: if *placeholders* holds what is not the id of a document.
    """
    unknown = sorted(set(placeholders) - {each.id for each in matter.documents})
    if unknown:
        msg = f"not the id of a document: {', '.join(unknown)}"
        raise ValueError(msg)
    errors: list[EvidenceError] = []
    for file in _needed(matter):
        try:
            inside(folder, file, must_exist=True)
        except IntakeError as error:
            errors.append(error)
    for document in matter.documents:
        try:
            found = inside(folder, document.file).is_file()
        except IntakeError as error:
            errors.append(error)
            continue
        if not found and document.id not in placeholders:
            errors.append(DocumentUnusable(document.file, "was not found", document.id))
    if len(errors) > 1:
        raise SeveralErrors(tuple(errors))
    if errors:
        raise errors[0]


def _needed(matter: Matter) -> Iterator[str]:
    """Yield the files without which nothing can be built."""
    for recording in matter.recordings_in_order:
        yield recording.file
        source = recording.transcript
        if source is not None:
            yield source.file
            if source.before_correction is not None:
                yield source.before_correction
    if matter.statement is not None and matter.statement.signed is not None:
        yield matter.statement.signed


def take_in_new(
    matter: Matter,
    folder: Path,
    *,
    by: str,
    now: dt.datetime,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[str, ...]:
    """Take in the recordings that the log does not hold yet, and return their ids.

    Raises:
        RecordingUnreadable: for a new one that does not open as sound; SeveralErrors for several.
        IntakeError, CustodyError, Cancelled: as `intake` does.
    """
    log = scan_log(read_bytes(folder / LOG_NAME)).log
    check_new_recordings(matter, folder, log, progress=progress, cancelled=cancelled)
    taken = intake(matter, folder=folder, by=by, now=now, progress=progress, cancelled=cancelled)
    return tuple(each.subject for each in taken.findings if each.code == TAKEN_IN)


def check_new_recordings(
    matter: Matter,
    folder: Path,
    log: CustodyLog,
    *,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> None:
    """Check that recordings which *log* does not hold yet open as sound.

    Raises:
        RecordingUnreadable: for one that does not; SeveralErrors for several.
        Cancelled: if *cancelled* says so.
    """
    tasks = [
        Task(
            subject=each.id,
            function=open_as_sound,
            arguments=(inside(folder, each.file, must_exist=True), each.file),
            failed=unreadable(each),
        )
        for each in matter.recordings_in_order
        if log.intake_of(each.id) is None
    ]
    run_all(
        tasks,
        stage="look",
        executor=executor,
        progress=progress,
        cancelled=cancelled,
        seconds=_SECONDS,
    )


def unreadable(recording: Recording) -> Callable[[WorkerFailed], EvidenceError]:
    """Return what says of which recording a worker failed."""
    return lambda error: RecordingUnreadable(recording.file, f"cannot be read: {error}")


def open_as_sound(path: Path, shown: str) -> None:
    """Decode the first block of the sound in *path*; errors call it *shown*.

    Raises:
        RecordingUnreadable: if there is none.
    """
    from evidencekit.media.source import SoundReader

    try:
        with SoundReader(path) as sound:
            next(sound.blocks())
    except RecordingUnreadable as error:
        raise RecordingUnreadable(shown, error.reason) from error
