# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a log ends, read from its end: what an append needs, whatever the log's length.

Reading a whole log and checking its chain takes 5 ms a thousand entries. An append needs less: the
last line must be an entry that follows from the line before it, and the new id must be nowhere in
the log. The chain as a whole is checked by whoever reads the log.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.entry import MOST_LINE, read_entry
from evidencekit.custody.log import NO_ENTRY, opened

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from evidencekit.model.custody import CustodyEntry

#: Two lines of the usual length, many times over.
_WINDOW = 64 * 1024
_PIECE = 128 * 1024


@frozen(kw_only=True)
class Tail:
    """A log's count and head by its last entry, and the bytes after its last newline."""

    count: int = 0
    head: str = NO_ENTRY
    torn: bytes = b""
    offset: int = 0


def read_tail(path: Path, *, window: int = _WINDOW) -> Tail:
    """Return where the log at *path* ends, from its last *window* bytes if they tell.

    Raises:
        ChainBroken: if its last line is not an entry that follows from the line before.
        CustodyError: if it cannot be read.
    """
    with opened(path) as file:
        if file is None:
            return Tail()
        start = max(file.seek(0, os.SEEK_END) - window, 0)
        file.seek(start)
        data = file.read()
        if start and (tail := _tail_in(data, start=start)) is not None:
            return tail
        if start:
            file.seek(0)
            data = file.read()
    return tail_of(data)


def tail_of(data: bytes) -> Tail:
    """Return where the log of these bytes ends.

    Raises:
        ChainBroken: if its last line is not an entry that follows from the line before.
    """
    offset = data.rfind(b"\n") + 1
    torn = data[offset:]
    if not offset:
        return Tail(torn=torn)
    last = _last_entry(data, offset)
    return Tail(count=last.seq, head=last.line_sha256, torn=torn, offset=offset)


def _tail_in(data: bytes, *, start: int) -> Tail | None:
    """Return where a log ends of whose bytes *data* are those from *start* on; None if they do not
    tell: the last line and the one before must be whole, and the last must follow from it.
    """
    offset = data.rfind(b"\n") + 1
    line = data.rfind(b"\n", 0, offset - 1) + 1 if offset else 0
    before = data.rfind(b"\n", 0, line - 1) + 1 if line else 0
    seq = _claimed_seq(data[line : offset - 1]) if before else None
    if seq is None or seq == 1:
        return None
    prev = hashlib.sha256(data[before:line]).hexdigest()
    last = read_entry(data[line : offset - 1], seq=seq, prev=prev)
    return Tail(count=seq, head=last.line_sha256, torn=data[offset:], offset=start + offset)


def _last_entry(data: bytes, offset: int) -> CustodyEntry:
    """Read the line that ends at *offset*."""
    start = data.rfind(b"\n", 0, offset - 1) + 1
    before = data.rfind(b"\n", 0, start - 1) + 1 if start else 0
    prev = hashlib.sha256(data[before:start]).hexdigest() if start else NO_ENTRY
    line = data[start : offset - 1]
    seq = _claimed_seq(line)
    if seq is None or (seq == 1) != (start == 0):
        seq = data.count(b"\n", 0, offset)
    return read_entry(line, seq=seq, prev=prev)


def _claimed_seq(line: bytes) -> int | None:
    """Return the number that a line gives itself; counting the lines before it takes longer."""
    if len(line) > MOST_LINE:
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    seq = value.get("seq") if isinstance(value, dict) else None
    return seq if type(seq) is int and seq > 0 else None


def may_hold(path: Path, entry_id: str, *, end: int) -> bool:
    """Say whether the first *end* bytes of a log may hold an entry of this id; False is certain.

    *end* is the tail's offset: what a torn line says was never acknowledged. The id is sought with
    its quotation marks, from the end, in pieces that a processor's cache holds: of 10,000 entries
    that takes 0.6 ms, and 2 where all of them are read at once. An id that JSON can write in more
    than one way may be anywhere.

    Raises:
        CustodyError: if it cannot be read.
    """
    if not (entry_id.isascii() and entry_id.isprintable()) or set(entry_id) & {'"', "\\", "/"}:
        return end > 0
    wanted = f'"{entry_id}"'.encode()
    with opened(path) as file:
        return file is not None and _holds(file, wanted, end)


def _holds(file: BinaryIO, wanted: bytes, end: int) -> bool:
    """Say whether *wanted* is in a file's first *end* bytes, the last ones looked at first."""
    overlap = len(wanted) - 1
    piece = bytearray(_PIECE + overlap)
    until = end
    while until > 0:
        start = max(until - _PIECE, 0)
        length = min(until + overlap, end) - start
        file.seek(start)
        filled = 0
        while filled < length:
            got = file.readinto(memoryview(piece)[filled:length])  # type: ignore[attr-defined]
            if not got:
                break
            filled += got
        if piece.rfind(wanted, 0, filled) >= 0:
            return True
        until = start
    return False
