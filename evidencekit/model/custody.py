# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entries of the custody log, as they are read back from its lines."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

from attrs import frozen

from evidencekit.model.digest import Digest

SCHEMA = "evidencekit/custody/1"


class EntryKind(StrEnum):
    """What an entry records."""

    INTAKE = "intake"
    TRANSFER = "transfer"
    RECEIVED = "received"
    SERVED = "served"
    REPAIR = "repair"
    INDEXED = "indexed"


class Checked(StrEnum):
    """Where a file's digest was compared with the first one when it changed hands."""

    GIVER = "giver"
    BOTH = "giver and receiver"


@frozen(kw_only=True)
class LogHead:
    """Where a log stood: how many entries it had, and the digest of the last stored line."""

    count: int
    head: str


@frozen(kw_only=True)
class KeptIndex:
    """An index of a recording's sound that is kept beside the log: the digest of its file, the
    digest of all samples that it is of, and the audio track, from 1. Digests are in hexadecimal.
    """

    sha256: str
    samples_sha256: str
    track: int = 1


def index_name(sha256: str, track: int = 1) -> str:
    """Return where an index is kept, from the log's folder: by its recording's digest and track.

    >>> index_name("fa8de397", 2)
    'index/fa8de397-track2.ekindex'
    """
    return f"index/{sha256}{'' if track == 1 else f'-track{track}'}.ekindex"


@frozen(kw_only=True)
class CustodyEntry:
    """One line of the log.

    `seq` counts from 1; `prev` is the SHA-256 of the previous stored line with its newline, 64
    zeros for the first; `recorded_at` is RFC 3339 in UTC with Z; `item` is a recording's id; `name`
    is the file's name as received; `size` is in bytes; `line_sha256` is the digest of this entry's
    own stored line with its newline, which the next entry's `prev` repeats. `on` is when a change
    of hands happened, as told; `checked` is where its file was compared, a value of `Checked`;
    `cites` is where the giver's log stood when the receiver's took over; `index` is the index that
    was made when the recording was decoded.
    """

    seq: int
    id: str
    kind: EntryKind
    prev: str
    recorded_at: str
    entered_by: str
    line_sha256: str
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
    on: str | None = None
    checked: str | None = None
    cites: LogHead | None = None
    index: KeptIndex | None = None


@frozen(kw_only=True)
class CustodyLog:
    """A log as read: its entries, their count, and its head, the digest of the last stored line.

    `head` is 64 zeros for an empty log.
    """

    entries: tuple[CustodyEntry, ...] = ()
    head: str = "0" * 64

    @property
    def count(self) -> int:
        """How many entries the log holds."""
        return len(self.entries)

    @property
    def at(self) -> LogHead:
        """Where the log stands."""
        return LogHead(count=self.count, head=self.head)

    def intake_of(self, item: str) -> CustodyEntry | None:
        """Return the first intake entry of a recording: the first digest wins."""
        return self._first_intakes.get(item)

    def index_of(self, item: str, *, track: int = 1) -> KeptIndex | None:
        """Return the index that was recorded last for an audio track of a recording."""
        return self._last_indexes.get((item, track))

    @cached_property
    def _last_indexes(self) -> dict[tuple[str | None, int], KeptIndex]:
        """The index recorded last, by recording and track."""
        return {(each.item, each.index.track): each.index for each in self.entries if each.index}

    @cached_property
    def _first_intakes(self) -> dict[str | None, CustodyEntry]:
        """The first intake entry by recording; a long log is asked for each of its recordings."""
        first: dict[str | None, CustodyEntry] = {}
        for each in self.entries:
            if each.kind is EntryKind.INTAKE:
                first.setdefault(each.item, each)
        return first
