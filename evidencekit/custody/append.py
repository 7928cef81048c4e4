# SPDX-License-Identifier: AGPL-3.0-or-later
"""Append to the custody log, so that an entry is in it whole or was never acknowledged.

Under a lock: set aside what a killed run left after the last newline, write all new lines in one
go at the end, flush them to the disk, and only then return. Bytes after the last newline were
never acknowledged to anybody; they are copied to a file of their own, cut off, and a `repair`
entry says how many there were and what their digest is.

An entry's id makes a retry harmless: what the log holds under that id already is not added again.
`append` reads no more of a long log than that needs (see `known`); `append_after` reads all of it
and checks the chain, for a caller who decides by what the log holds.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.draft import EntryDraft, Stamp, draft_of, stored_lines
from evidencekit.custody.durable import (
    O_BINARY,
    O_NO_SURPRISE,
    LockHeldError,
    flush,
    flush_folder,
    hold,
    write_all,
)
from evidencekit.custody.known import remember, stand
from evidencekit.custody.log import MOST_BYTES, NO_ENTRY, read_bytes, scan_log
from evidencekit.custody.tail import Tail
from evidencekit.custody.torn import put_aside, repairs
from evidencekit.errors import ChainBroken, CustodyError, LogBusy
from evidencekit.model.custody import CustodyEntry, CustodyLog, LogHead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

__all__ = ["LOCK_SECONDS", "Appended", "EntryDraft", "Stamp", "append", "append_after"]

LOCK_SECONDS = 30

#: For more new ids than this, reading the log once is quicker than seeking each.
_FEW = 100


@frozen(kw_only=True)
class Appended:
    """What an append added, repairs included, and where the log stands after it."""

    entries: tuple[CustodyEntry, ...] = ()
    count: int = 0
    head: str = NO_ENTRY


def append(
    path: Path, drafts: Sequence[EntryDraft], *, stamp: Stamp, seconds: int = LOCK_SECONDS
) -> Appended:
    """Append *drafts* to the log at *path*, and say what was added.

    The log is made if there is none. *stamp* signs a repair entry, where one is needed. A process's
    first append checks the log's last line only, its second all of it, and the others what was
    added since; whoever reads the log checks its chain.

    Raises:
        ChainBroken: if what was checked does not follow; nothing is written.
        LogBusy: if another process held the log for so many *seconds*; nothing is written.
        CustodyError: if the log cannot be written, or holds another entry under a draft's id.
    """
    with _held(path, seconds):
        standing = stand(path)
        tail = standing.tail
        if len(drafts) > _FEW or any(standing.may_know(each.id) for each in drafts):
            drafts = _missing(scan_log(read_bytes(path)).log, drafts)
        lines, entries = _add(path, tail, _repaired(path, tail, drafts, stamp, standing.may_know))
        remember(path, standing, lines, entries)
        return Appended(
            entries=entries,
            count=tail.count + len(entries),
            head=entries[-1].line_sha256 if entries else tail.head,
        )


def append_after(
    path: Path,
    decide: Callable[[CustodyLog], Sequence[EntryDraft]],
    *,
    stamp: Stamp,
    seconds: int = LOCK_SECONDS,
) -> CustodyLog:
    """Append what *decide* makes of the whole log, and return the log as it then is.

    *decide* is asked once, and again once nobody else can change the log if there is anything to
    add; what it said last counts. A log to which nothing is added is only read, so that it may
    lie where nothing can be written. An error that *decide* raises leaves the log as it was.

    Raises:
        ChainBroken: if the log is broken; nothing is written.
        LogBusy: if another process held the log for so many *seconds*; nothing is written.
        CustodyError: if the log cannot be written, or holds another entry under a draft's id.
    """
    complete = _if_complete(path, decide, stamp)
    if complete is not None:
        return complete
    with _held(path, seconds):
        scan = scan_log(read_bytes(path))
        log = scan.log
        drafts = _missing(log, decide(log))
        tail = Tail(count=log.count, head=log.head, torn=scan.torn, offset=scan.offset)
        _, entries = _add(path, tail, _repaired(path, tail, drafts, stamp, _knower(log)))
        head = entries[-1].line_sha256 if entries else log.head
        return CustodyLog(entries=log.entries + entries, head=head)


def _if_complete(
    path: Path, decide: Callable[[CustodyLog], Sequence[EntryDraft]], stamp: Stamp
) -> CustodyLog | None:
    """Return the log if it can be read whole without the lock and there is nothing to add."""
    try:
        scan = scan_log(read_bytes(path))
    except ChainBroken:
        return None  # another process may be setting a torn end aside at this moment
    log = scan.log
    if scan.torn or _missing(log, decide(log)):
        return None
    try:
        unrecorded = repairs(path, scan.offset, b"", stamp=stamp, knows=_knower(log))
    except OSError:
        return None
    return None if unrecorded else log


@contextmanager
def _held(path: Path, seconds: int) -> Iterator[None]:
    """Hold the log's lock, and say of what the system refuses that nothing was added.

    Raises:
        LogBusy: if another process held it for so many *seconds*.
        CustodyError: for whatever the system refused.
    """
    try:
        with hold(path.with_name(f".{path.name}.lock"), seconds=seconds):
            yield
    except LockHeldError:
        raise LogBusy(path.name, seconds) from None
    except OSError as error:
        reason = error.strerror or str(error)
        msg = f"{path.name} could not be written: {reason}. No entry was added."
        raise CustodyError(msg) from error


def _knower(log: CustodyLog) -> Callable[[str], bool]:
    ids = {each.id for each in log.entries}
    return ids.__contains__


def _missing(log: CustodyLog, drafts: Sequence[EntryDraft]) -> list[EntryDraft]:
    """Return the drafts that the log does not hold.

    Raises:
        CustodyError: if it holds another entry under the id of one.
    """
    if not drafts:
        return []
    known = {each.id: each for each in log.entries}
    for draft in drafts:
        if draft.id in known and draft_of(known[draft.id]) != draft:
            msg = (
                f"the custody log holds another entry under the id {draft.id}. Nothing was written."
            )
            raise CustodyError(msg)
    return [each for each in drafts if each.id not in known]


def _repaired(
    path: Path,
    tail: Tail,
    drafts: Sequence[EntryDraft],
    stamp: Stamp,
    knows: Callable[[str], bool],
) -> list[EntryDraft]:
    """Put the repairs that the log needs before *drafts*."""
    return [*repairs(path, tail.offset, tail.torn, stamp=stamp, knows=knows), *drafts]


def _add(
    path: Path, tail: Tail, drafts: Sequence[EntryDraft]
) -> tuple[bytes, tuple[CustodyEntry, ...]]:
    """Write the entries after *tail* and flush them, under the lock."""
    after = LogHead(count=tail.count, head=tail.head)
    lines, entries = stored_lines(drafts, after=after)
    if tail.offset + len(lines) > MOST_BYTES:
        msg = f"{path.name} would be larger than the {MOST_BYTES} bytes that are read."
        raise CustodyError(msg)
    if tail.torn:
        put_aside(path, tail.offset, tail.torn)
    if lines or tail.torn:
        _write(path, tail, lines)
    return lines, entries


def _write(path: Path, tail: Tail, lines: bytes) -> None:
    """Cut off what was set aside, write *lines* at the end, and read them back."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | O_BINARY | O_NO_SURPRISE, 0o666)
    try:
        if not tail.offset:
            # A log that has an entry is on the disk by name as well, whoever was killed when.
            flush_folder(path.parent)
        if tail.torn:
            os.ftruncate(fd, tail.offset)
            flush(fd)
        _write_flushed(fd, lines, at=tail.offset)
        os.lseek(fd, tail.offset, os.SEEK_SET)
        if os.read(fd, len(lines) + 1) != lines:
            msg = f"{path.name} does not hold what was written to it. Check the disk."
            raise CustodyError(msg)
    finally:
        os.close(fd)


def _write_flushed(fd: int, lines: bytes, *, at: int) -> None:
    """Write at the end and flush; a write that fails half way is taken back."""
    if not lines:
        return
    try:
        write_all(fd, lines)
        flush(fd)
    except BaseException:
        os.ftruncate(fd, at)
        raise
