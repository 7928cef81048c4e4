# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entries of the custody log, as they are read back from its lines."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from evidencekit.model.digest import Digest

SCHEMA = "evidencekit/custody/1"


class EntryKind(StrEnum):
    """What an entry records."""

    INTAKE = "intake"
    TRANSFER = "transfer"
    SERVED = "served"
    REPAIR = "repair"


@frozen(kw_only=True)
class CustodyEntry:
    """One line of the log.

    `seq` counts from 1; `prev` is the SHA-256 of the previous stored line with its newline, 64
    zeros for the first; `recorded_at` is RFC 3339 in UTC with Z; `item` is a recording's id; `name`
    is the file's name as received; `size` is in bytes; `line_sha256` is the digest of this entry's
    own stored line with its newline, which the next entry's `prev` repeats.
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

    def intake_of(self, item: str) -> CustodyEntry | None:
        """Return the first intake entry of a recording: the first digest wins."""
        return next(
            (each for each in self.entries if each.kind is EntryKind.INTAKE and each.item == item),
            None,
        )
