# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read the custody log, and check that each entry follows from the one before.

The log is a file of lines, each a JSON object. A line's `prev` is the SHA-256 of the previous
line as stored, newline included, so that nobody can change, insert, remove or reorder a line
without changing every line after it, and with them the head. What is hashed is what is stored:
nothing is parsed and written again to be compared.

What the chain does not show: that the last lines were cut off, or that all of it was written
anew. Only a head kept elsewhere (printed in a bundle, in a letter) shows that.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.durable import O_BINARY, O_NO_SURPRISE
from evidencekit.custody.entry import read_entry
from evidencekit.errors import ChainBroken, CustodyError, LogTorn
from evidencekit.model.custody import CustodyEntry, CustodyLog, LogHead

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

LOG_NAME = "custody.jsonl"
NO_ENTRY = "0" * 64

#: Far above any real log; below what would exhaust a machine that is handed a hostile one.
MOST_BYTES = 256 * 1024 * 1024
_A_WRITE = 0.05


@frozen(kw_only=True)
class Scan:
    """A log's whole entries, and the bytes after its last newline, which are no entry."""

    log: CustodyLog
    torn: bytes = b""
    offset: int = 0


def read_log(path: Path) -> CustodyLog:
    """Read the log at *path*; no file is an empty log.

    Raises:
        ChainBroken: at the first line that is not the entry that should stand there.
        LogTorn: if the bytes after the last newline are not a whole entry.
        CustodyError: if the file cannot be read.
    """
    data = read_bytes(path)
    if data and not data.endswith(b"\n"):
        time.sleep(_A_WRITE)  # it may be another process in the middle of its write
        data = read_bytes(path)
    return parse_log(data, name=path.name)


def parse_log(data: bytes, *, name: str = LOG_NAME) -> CustodyLog:
    """Read a log from its bytes. *name* is what a `LogTorn` names.

    Raises:
        ChainBroken: at the first line that is not the entry that should stand there.
        LogTorn: if the bytes after the last newline are not a whole entry.
    """
    scan = scan_log(data)
    if scan.torn:
        raise LogTorn(name, scan.offset, len(scan.torn))
    return scan.log


def scan_log(data: bytes) -> Scan:
    """Read a log's whole entries from its bytes, and set apart what follows its last newline.

    Raises:
        ChainBroken: at the first line that is not the entry that should stand there.
    """
    *lines, torn = data.split(b"\n")
    entries = read_entries(lines, after=CustodyLog().at, ids=set())
    return Scan(
        log=CustodyLog(entries=entries, head=entries[-1].line_sha256 if entries else NO_ENTRY),
        torn=torn,
        offset=len(data) - len(torn),
    )


def read_entries(
    lines: Sequence[bytes], *, after: LogHead, ids: set[str]
) -> tuple[CustodyEntry, ...]:
    """Read lines, without their newlines, that follow where a log stood.

    *ids* are those of its entries so far; those of the lines are added.

    Raises:
        ChainBroken: at the first line that is not the entry that should stand there.
    """
    entries: list[CustodyEntry] = []
    head = after.head
    for seq, line in enumerate(lines, start=after.count + 1):
        entry = read_entry(line, seq=seq, prev=head)
        if entry.id in ids:
            raise ChainBroken(seq, "an id of its own", "the id of an earlier entry")
        ids.add(entry.id)
        entries.append(entry)
        head = entry.line_sha256
    return tuple(entries)


def read_bytes(path: Path, *, start: int = 0) -> bytes:
    """Return the bytes of the log at *path* from *start* on, none if there is no file.

    Raises:
        CustodyError: if it is a link, no ordinary file, too large, or cannot be read.
    """
    with opened(path) as file:
        if file is None:
            return b""
        file.seek(start)
        return file.read()


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO | None]:
    """Open the log at *path* for reading, without a buffer; None if there is no file.

    Raises:
        CustodyError: as `read_bytes`, also for what the block does with it.
    """
    try:
        fd = os.open(path, os.O_RDONLY | O_BINARY | O_NO_SURPRISE)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        msg = f"{path.name} could not be opened: {error.strerror}. It must be an ordinary file."
        raise CustodyError(msg) from error
    try:
        _check_ordinary(os.fstat(fd), path)
        with os.fdopen(fd, "rb", buffering=0, closefd=False) as file:
            yield file
    except OSError as error:
        msg = f"{path.name} could not be read to its end: {error.strerror}."
        raise CustodyError(msg) from error
    finally:
        os.close(fd)


def _check_ordinary(status: os.stat_result, path: Path) -> None:
    """Refuse a log that is no ordinary file, or larger than any log is.

    Raises:
        CustodyError: naming the reason.
    """
    if not stat.S_ISREG(status.st_mode):
        msg = f"{path.name} is not an ordinary file. Nothing was written."
        raise CustodyError(msg)
    if status.st_size > MOST_BYTES:
        msg = f"{path.name} holds {status.st_size} bytes; at most {MOST_BYTES} are read."
        raise CustodyError(msg)
