# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a log stands and which ids it holds, for whoever holds its lock and is about to append.

The first time, a process reads the log's end: the last line must follow from the one before it,
and a new id is sought in the bytes. A process that comes again reads the whole log once, checks
its chain, and remembers; from then on it reads and checks only what was added since. A log that
still has, in its place, the last line that was checked is by its chain the log that was checked.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from evidencekit.custody.log import NO_ENTRY, read_bytes, read_entries
from evidencekit.custody.tail import Tail, may_hold, read_tail
from evidencekit.model.custody import LogHead

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evidencekit.model.custody import CustodyEntry

#: More logs than any process appends to by turns.
_MOST_LOGS = 16


@define
class _Memory:
    """What was checked of one log: up to *offset*, which *last*, a stored line, ends at."""

    count: int
    head: str
    offset: int
    last: bytes
    ids: set[str]


@frozen(kw_only=True)
class Standing:
    """Where a log stands. `may_know` says whether it may hold an id; False is certain.

    `memory` is None where the log as a whole was not read.
    """

    tail: Tail
    may_know: Callable[[str], bool]
    memory: _Memory | None = field(default=None, repr=False)


_memories: dict[str, _Memory | None] = {}


def stand(path: Path) -> Standing:
    """Look at the log at *path*, under its lock.

    Raises:
        ChainBroken: if what was looked at is broken.
        CustodyError: if it cannot be read.
    """
    key = os.fspath(path)
    if key not in _memories:
        tail = read_tail(path)
        return Standing(
            tail=tail, may_know=lambda entry_id: may_hold(path, entry_id, end=tail.offset)
        )
    memory = _memories[key]
    _memories[key] = None  # what is not written to its end is not remembered
    found = None if memory is None else _go_on(path, memory)
    return found or _read_whole(path)


def remember(path: Path, standing: Standing, lines: bytes, entries: Sequence[CustodyEntry]) -> None:
    """Note that *lines* now follow where the log stood, after they were flushed."""
    if len(_memories) > _MOST_LOGS:
        _memories.clear()
    memory = standing.memory
    if memory is not None and entries:
        memory.count += len(entries)
        memory.head = entries[-1].line_sha256
        memory.offset += len(lines)
        memory.last = lines[lines.rfind(b"\n", 0, -1) + 1 :]
        memory.ids |= {each.id for each in entries}
    _memories[os.fspath(path)] = memory


def forget() -> None:
    """Forget all logs, as a process that begins."""
    _memories.clear()


def _go_on(path: Path, memory: _Memory) -> Standing | None:
    """Read what was added since; None if the log is not the one that was checked."""
    data = read_bytes(path, start=memory.offset - len(memory.last))
    if not data.startswith(memory.last):
        return None
    *lines, torn = data[len(memory.last) :].split(b"\n")
    return _checked(memory, lines, torn, last=lines[-1] + b"\n" if lines else memory.last)


def _read_whole(path: Path) -> Standing:
    """Read and check the whole log."""
    data = read_bytes(path)
    *lines, torn = data.split(b"\n")
    empty = _Memory(count=0, head=NO_ENTRY, offset=0, last=b"", ids=set())
    return _checked(empty, lines, torn, last=lines[-1] + b"\n" if lines else b"")


def _checked(memory: _Memory, lines: Sequence[bytes], torn: bytes, *, last: bytes) -> Standing:
    """Check lines that follow what is remembered, and remember them too."""
    after = LogHead(count=memory.count, head=memory.head)
    entries = read_entries(lines, after=after, ids=memory.ids)
    memory.count += len(entries)
    memory.head = entries[-1].line_sha256 if entries else memory.head
    memory.offset += sum(len(each) + 1 for each in lines)
    memory.last = last
    tail = Tail(count=memory.count, head=memory.head, torn=torn, offset=memory.offset)
    return Standing(tail=tail, may_know=memory.ids.__contains__, memory=memory)
