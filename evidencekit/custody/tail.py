# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a log ends, read from its end: what an append needs, whatever the log's length.

Reading a whole log and checking its chain takes 5 ms a thousand entries. An append needs less: the
last line must be an entry that follows from the line before it, and the new id must be nowhere in
the log. The chain as a whole is checked by whoever reads the log.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.entry import MOST_LINE, read_entry
from evidencekit.custody.log import NO_ENTRY

if TYPE_CHECKING:
    from evidencekit.model.custody import CustodyEntry


@frozen(kw_only=True)
class Tail:
    """A log's count and head by its last entry, and the bytes after its last newline."""

    count: int = 0
    head: str = NO_ENTRY
    torn: bytes = b""
    offset: int = 0


def read_tail(data: bytes) -> Tail:
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


def may_hold(data: bytes, entry_id: str, *, end: int) -> bool:
    """Say whether the first *end* of these bytes may hold an entry of this id; False is certain.

    *end* is the tail's offset: what a torn line says was never acknowledged. The id is sought with
    its quotation marks, from the end: measured on 10,000 entries that takes 0.4 ms, and 0.6 to 1.3
    in every other way that was tried. An id that JSON can write in more than one way may be
    anywhere.
    """
    if not (entry_id.isascii() and entry_id.isprintable()) or set(entry_id) & {'"', "\\", "/"}:
        return end > 0
    return data.rfind(f'"{entry_id}"'.encode(), 0, end) >= 0
