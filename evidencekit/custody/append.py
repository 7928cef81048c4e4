# SPDX-License-Identifier: AGPL-3.0-or-later
"""Append to the custody log, so that an entry is in it whole or was never acknowledged.

Under a lock: read the whole log and check its chain, set aside what a killed run left after the
last newline, write all new lines in one go at the end, flush them to the disk, and only then
return. Bytes after the last newline were never acknowledged to anybody; they are copied to a file
of their own, cut off, and a `repair` entry says how many there were and what their digest is.

An entry's id makes a retry harmless: what the log holds under that id already is not added again.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING

from attrs import asdict, field, frozen

from evidencekit.custody.canonical import canonical_bytes
from evidencekit.custody.durable import (
    O_BINARY,
    O_NO_SURPRISE,
    LockHeldError,
    flush,
    flush_folder,
    hold,
    write_all,
)
from evidencekit.custody.log import Scan, is_time, read_bytes, scan_log
from evidencekit.errors import CustodyError, LogBusy
from evidencekit.model.custody import SCHEMA, CustodyEntry, CustodyLog, EntryKind
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

LOCK_SECONDS = 30

_ASIDE = re.compile(r"torn-([0-9]+)-([0-9a-f]{64})")


def _is_time(_: object, __: object, value: str) -> None:
    if not is_time(value):
        msg = f"not a time in UTC with Z: {value!r}"
        raise ValueError(msg)


def _is_text(_: object, attribute: object, value: str) -> None:
    if not value:
        msg = f"{attribute.name} is empty"  # type: ignore[attr-defined]
        raise ValueError(msg)


@frozen(kw_only=True)
class Stamp:
    """Who makes an entry, when, and with which software."""

    recorded_at: str = field(validator=_is_time)
    entered_by: str = field(validator=_is_text)
    software: str = field(validator=_is_text)


@frozen(kw_only=True)
class EntryDraft:
    """An entry that has no place in a log yet. The fields are those of `CustodyEntry`."""

    id: str = field(validator=_is_text)
    kind: EntryKind
    recorded_at: str = field(validator=_is_time)
    entered_by: str = field(validator=_is_text)
    item: str | None = None
    name: str | None = None
    size: int | None = None
    digests: tuple[Digest, ...] = ()
    holder: str | None = None
    giver: str | None = None
    receiver: str | None = None
    how: str | None = None
    note: str | None = None
    software: str | None = None


def append(
    path: Path, drafts: Sequence[EntryDraft], *, stamp: Stamp, seconds: int = LOCK_SECONDS
) -> CustodyLog:
    """Append *drafts* to the log at *path*, and return the log as it then is.

    The log is made if there is none. *stamp* signs a repair entry, where one is needed.

    Raises:
        ChainBroken: if the log is broken; nothing is written.
        LogBusy: if another process held the log for so many *seconds*; nothing is written.
        CustodyError: if the log cannot be written, or holds another entry under a draft's id.
    """
    return append_after(path, lambda _: tuple(drafts), stamp=stamp, seconds=seconds)


def append_after(
    path: Path,
    decide: Callable[[CustodyLog], Sequence[EntryDraft]],
    *,
    stamp: Stamp,
    seconds: int = LOCK_SECONDS,
) -> CustodyLog:
    """As `append`, of what *decide* makes of the log as it is once nobody else can change it.

    An error that *decide* raises leaves the log as it was.
    """
    lock_path = path.with_name(f".{path.name}.lock")
    try:
        with hold(lock_path, seconds=seconds):
            return _append_held(path, decide, stamp)
    except LockHeldError:
        raise LogBusy(path.name, seconds) from None
    except OSError as error:
        reason = error.strerror or str(error)
        msg = f"{path.name} could not be written: {reason}. No entry was added."
        raise CustodyError(msg) from error


def _append_held(
    path: Path, decide: Callable[[CustodyLog], Sequence[EntryDraft]], stamp: Stamp
) -> CustodyLog:
    """Read, decide, set aside, write and flush, under the lock."""
    exists = os.path.lexists(path)
    scan = scan_log(read_bytes(path))
    drafts = [each for each in decide(scan.log) if not _is_in(scan.log, each)]
    repairs = _unrecorded(path, scan, stamp)
    repairs += _set_aside(path, scan, stamp)
    lines = b"".join(_lines(scan.log, [*repairs, *drafts]))
    if not lines:
        return scan.log
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | O_BINARY | O_NO_SURPRISE, 0o666)
    try:
        if scan.torn:
            os.ftruncate(fd, scan.offset)
            flush(fd)
        _write(fd, lines, at=scan.offset)
        os.lseek(fd, scan.offset, os.SEEK_SET)
        if os.read(fd, len(lines) + 1) != lines:
            msg = f"{path.name} does not hold what was written to it. Check the disk."
            raise CustodyError(msg)
    finally:
        os.close(fd)
    if not exists:
        flush_folder(path.parent)
    return scan_log(lines, after=scan.log).log


def _write(fd: int, lines: bytes, *, at: int) -> None:
    """Write at the end and flush; a write that fails half way is taken back."""
    try:
        write_all(fd, lines)
        flush(fd)
    except BaseException:
        os.ftruncate(fd, at)
        raise


def _is_in(log: CustodyLog, draft: EntryDraft) -> bool:
    """Say whether the log holds this very entry."""
    same_id = next((each for each in log.entries if each.id == draft.id), None)
    if same_id is None:
        return False
    if _draft_of(same_id) != draft:
        msg = f"the custody log holds another entry under the id {draft.id}. Nothing was written."
        raise CustodyError(msg)
    return True


def _draft_of(entry: CustodyEntry) -> EntryDraft:
    """Return what an entry says, without its place in the log."""
    names = EntryDraft.__attrs_attrs__
    return EntryDraft(**{each.name: getattr(entry, each.name) for each in names})


def _lines(log: CustodyLog, drafts: Sequence[EntryDraft]) -> list[bytes]:
    """Return the stored line of each draft, chained to the log's head and to each other."""
    lines: list[bytes] = []
    head, ids = log.head, set[str]()
    for draft in drafts:
        if draft.id in ids:
            msg = f"two entries to be added have the id {draft.id}. Nothing was written."
            raise CustodyError(msg)
        ids.add(draft.id)
        said = asdict(draft, filter=lambda _, value: value is not None and value != ())
        if draft.digests:
            said["digests"] = {each.algorithm: each.value for each in draft.digests}
        said |= {"schema": SCHEMA, "seq": log.count + len(lines) + 1, "prev": head}
        try:
            line = canonical_bytes(said) + b"\n"
        except ValueError as error:
            msg = f"the entry {draft.id} cannot be written: {error}. Nothing was written."
            raise CustodyError(msg) from error
        head = hashlib.sha256(line).hexdigest()
        lines.append(line)
    return lines


def _set_aside(path: Path, scan: Scan, stamp: Stamp) -> list[EntryDraft]:
    """Copy the torn bytes to a file of their own, durably, and return the entry that says so."""
    if not scan.torn:
        return []
    digest = hashlib.sha256(scan.torn).hexdigest()
    aside = path.with_name(f"{path.name}.torn-{scan.offset}-{digest}")
    fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | O_BINARY | O_NO_SURPRISE, 0o666)
    try:
        write_all(fd, scan.torn)
        flush(fd)
    finally:
        os.close(fd)
    flush_folder(path.parent)
    draft = _repair(aside.name, scan.offset, scan.torn, digest, stamp)
    return [] if _knows(scan.log, draft) else [draft]


def _unrecorded(path: Path, scan: Scan, stamp: Stamp) -> list[EntryDraft]:
    """Return an entry for each set-aside file whose run was killed before it wrote one."""
    drafts: list[EntryDraft] = []
    for aside in sorted(path.parent.glob(f"{path.name}.torn-*")):
        name = _ASIDE.fullmatch(aside.name.removeprefix(f"{path.name}."))
        if name is None or aside.is_symlink() or not aside.is_file():
            continue
        data = aside.read_bytes()
        if hashlib.sha256(data).hexdigest() != name[2] or data == scan.torn:
            continue  # half a copy, whose bytes are still in the log; or about to be recorded
        draft = _repair(aside.name, int(name[1]), data, name[2], stamp)
        if not _knows(scan.log, draft):
            drafts.append(draft)
    return drafts


def _repair(aside: str, offset: int, torn: bytes, digest: str, stamp: Stamp) -> EntryDraft:
    """Return the entry that records bytes set aside."""
    return EntryDraft(
        id=hashlib.sha256(f"repair {offset} {digest}".encode()).hexdigest(),
        kind=EntryKind.REPAIR,
        recorded_at=stamp.recorded_at,
        entered_by=stamp.entered_by,
        software=stamp.software,
        name=aside,
        size=len(torn),
        digests=(Digest("sha256", digest),),
        note=(
            f"The log ended in {len(torn)} bytes, from byte {offset}, that are not a whole entry. "
            "They were set aside in the file named here."
        ),
    )


def _knows(log: CustodyLog, draft: EntryDraft) -> bool:
    """Say whether the log records these set-aside bytes, whoever recorded them, and when."""
    return any(each.id == draft.id for each in log.entries)
