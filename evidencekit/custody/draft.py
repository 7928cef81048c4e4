# SPDX-License-Identifier: AGPL-3.0-or-later
"""An entry before it has a place in a log, and the line that it becomes there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from attrs import asdict, field, frozen

from evidencekit.custody.canonical import canonical_bytes
from evidencekit.custody.entry import MOST_LINE, is_time, read_entry
from evidencekit.errors import ChainBroken, CustodyError
from evidencekit.model.custody import SCHEMA, CustodyEntry, EntryKind, KeptIndex, LogHead
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: The most characters of each text, as the schema has them.
LIMITS = {
    "id": 200,
    "entered_by": 300,
    "item": 200,
    "name": 1000,
    "holder": 1000,
    "giver": 1000,
    "receiver": 1000,
    "how": 20_000,
    "note": 20_000,
    "software": 200,
    "on": 1000,
}


def _is_time(_: object, __: object, value: str) -> None:
    if not is_time(value):
        msg = f"not a time in UTC with Z: {value!r}"
        raise ValueError(msg)


def _is_text(_: object, attribute: object, value: str) -> None:
    if not value:
        msg = f"{attribute.name} is empty"  # type: ignore[attr-defined]
        raise ValueError(msg)


def _in_order(digests: Iterable[Digest]) -> tuple[Digest, ...]:
    return tuple(sorted(digests, key=lambda each: each.algorithm))


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
    digests: tuple[Digest, ...] = field(default=(), converter=_in_order)
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


def draft_of(entry: CustodyEntry) -> EntryDraft:
    """Return what an entry says, without its place in the log."""
    names = EntryDraft.__attrs_attrs__
    return EntryDraft(**{each.name: getattr(entry, each.name) for each in names})


def stored_lines(
    drafts: Sequence[EntryDraft], *, after: LogHead
) -> tuple[bytes, tuple[CustodyEntry, ...]]:
    """Return the stored lines of *drafts*, chained to a log and to each other, and their entries.

    Each line is read back as any reader will read it, before it is written anywhere.

    Raises:
        CustodyError: if an entry cannot be written so that it reads back the same, or two have
            one id.
    """
    lines: list[bytes] = []
    entries: list[CustodyEntry] = []
    ids: set[str] = set()
    head = after.head
    for seq, draft in enumerate(drafts, start=after.count + 1):
        if draft.id in ids:
            msg = f"two entries to be added have the id {draft.id}. Nothing was written."
            raise CustodyError(msg)
        ids.add(draft.id)
        line = _line(draft, seq=seq, prev=head)
        try:
            entry = read_entry(line[:-1], seq=seq, prev=head)
        except ChainBroken as error:
            raise _unwritable(draft, f"{error.expected}: {error.found}") from error
        if draft_of(entry) != draft:
            raise _unwritable(draft, "it would not read back the same")
        head = entry.line_sha256
        lines.append(line)
        entries.append(entry)
    return b"".join(lines), tuple(entries)


def _line(draft: EntryDraft, *, seq: int, prev: str) -> bytes:
    """Return one stored line.

    Raises:
        CustodyError: if a text is too long, or cannot be written as canonical JSON.
    """
    said = asdict(draft, filter=lambda _, value: value is not None and value != ())
    for name, most in LIMITS.items():
        length = len(said.get(name, ""))
        if length > most:
            raise _unwritable(draft, f"{name} has {length} characters; at most {most} are kept")
    if draft.digests:
        said["digests"] = {each.algorithm: each.value for each in draft.digests}
    said |= {"schema": SCHEMA, "seq": seq, "prev": prev}
    try:
        line = canonical_bytes(said) + b"\n"
    except ValueError as error:
        raise _unwritable(draft, str(error)) from error
    if len(line) > MOST_LINE:
        raise _unwritable(draft, f"a line of {len(line)} bytes; at most {MOST_LINE} are read")
    return line


def _unwritable(draft: EntryDraft, reason: str) -> CustodyError:
    return CustodyError(f"the entry {draft.id} cannot be written: {reason}. Nothing was written.")


def digest_id(*said: object) -> str:
    """Return an entry's id made from what it says, so that saying it again adds nothing."""
    return hashlib.sha256(canonical_bytes(list(said))).hexdigest()
