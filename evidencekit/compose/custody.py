# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who held the recordings: what was told, then what the custody log holds.

A told change of hands is T. An entry that the software made from a file's bytes is M; an entry
whose words somebody typed is T too, by whoever entered it, however well the log keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.facts import (
    NOT_STATED,
    counted,
    item_name,
    listed,
    local_date,
    local_time,
    measured_detail,
    mono,
)
from evidencekit.compose.plan import (
    Align,
    Block,
    Column,
    Detail,
    Details,
    Heading,
    Manner,
    Paragraph,
    Part,
    Row,
    Table,
    plain,
)
from evidencekit.model.custody import Checked, CustodyEntry, EntryKind
from evidencekit.model.moment import Moment

if TYPE_CHECKING:
    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Layout
    from evidencekit.model.material import Material
    from evidencekit.model.matter import Matter, Transfer

ITEM = "part:custody"
TITLE = "Custody schedule"

_CHECKED: dict[str, str] = {
    Checked.BOTH: ", checked on both sides",
    Checked.GIVER: ", checked at the giver and not at the receiver",
}
_MEASURED = frozenset({EntryKind.INTAKE, EntryKind.REPAIR, EntryKind.INDEXED})
_STANDING = Column(title="T/F/M", share=0, align=Align.CENTRE)


def custody_part(material: Material, profile: Profile, layout: Layout | None) -> Part:
    """Return the schedule: told transfers, the log's entries, then the log's count and head."""
    del profile, layout
    blocks: tuple[Block, ...] = (
        Paragraph(text=plain(_limits(material)), manner=Manner.NOTE),
        Heading(text="As told"),
        *_told(material),
        Heading(text="As the custody log holds it"),
        *_logged(material),
    )
    return Part(item=ITEM, title=TITLE, blocks=blocks)


def _limits(material: Material) -> str:
    """Say what the schedule cannot show."""
    intakes = [each for each in material.log.entries if each.kind is EntryKind.INTAKE]
    if not intakes:
        return "No recording has been taken in. Nothing here was measured."
    first = local_date(min(each.recorded_at for each in intakes), material.matter.timezone)
    return (
        f"Recordings were first taken in on {first}. Nothing here shows what happened before "
        f"{first}; what is told about earlier days is told, and marked T. Times of the log are "
        "those of the computer that it was kept on."
    )


def _told(material: Material) -> tuple[Block, ...]:
    if not material.matter.custody:
        return (Paragraph(text=plain(f"Who held the recordings before: {NOT_STATED}.")),)
    columns = (
        Column(title="When", share=2),
        Column(title="What", share=3),
        Column(title="From", share=2),
        Column(title="To", share=2),
        Column(title="How", share=3),
        Column(title="Told by", share=2),
        _STANDING,
    )
    rows = tuple(_told_row(material, each) for each in sorted(material.matter.custody, key=_when))
    return (Table(columns=columns, rows=rows, small=True),)


def _when(transfer: Transfer) -> tuple[int, tuple[int, str, str]]:
    """Order by date; a transfer that nobody dated comes last."""
    return (0, transfer.on.sort_key) if transfer.on else (1, (0, "", ""))


def _told_row(material: Material, transfer: Transfer) -> Row:
    matter = material.matter
    cells = (
        str(transfer.on) if transfer.on else NOT_STATED,
        listed(item_name(material, each) for each in transfer.what),
        matter.name_of(transfer.giver) or NOT_STATED,
        matter.name_of(transfer.receiver) or NOT_STATED,
        transfer.how or NOT_STATED,
        matter.name_of(transfer.told_by) or NOT_STATED,
        "T",
    )
    return Row(cells=tuple(plain(each) for each in cells))


def _logged(material: Material) -> tuple[Block, ...]:
    log = material.log
    if not log.entries:
        return (Paragraph(text=plain("The custody log has no entries.")),)
    columns = (
        Column(title="No.", share=0, align=Align.RIGHT),
        Column(title="When", share=3),
        Column(title="What", share=5),
        Column(title="Entered by, as typed", share=2),
        Column(title="Software", share=2),
        _STANDING,
    )
    rows = tuple(_logged_row(material, each) for each in log.entries)
    return (
        Table(columns=columns, rows=rows, small=True),
        Paragraph(
            text=plain(
                "Each entry holds the digest of the entry before it, so that the head, the digest "
                "of the last, stands for the whole log. A log that was changed after this page "
                "was made has another head. What was measured at each entry:"
            )
        ),
        Details(rows=(*_digests(material), *_head(material))),
    )


def _logged_row(material: Material, entry: CustodyEntry) -> Row:
    matter = material.matter
    cells = (
        str(entry.seq),
        local_time(entry.recorded_at, matter.timezone),
        _happened(material, entry),
        matter.name_of(entry.entered_by) or NOT_STATED,
        entry.software or NOT_STATED,
        "M" if entry.kind in _MEASURED else "T",
    )
    return Row(cells=tuple(plain(each) for each in cells))


def _happened(material: Material, entry: CustodyEntry) -> str:
    """Return what an entry records, in words, leaving out what it does not hold."""
    what = item_name(material, entry.item) if entry.item else ""
    size = counted(entry.size, "byte") if entry.size is not None else ""
    file = ", ".join(each for each in (entry.name or "", size) if each)
    if entry.kind is EntryKind.TRANSFER:
        file = ""  # measured, and this row is told; the file's digest stands below
    opening = {
        EntryKind.INTAKE: "Taken in",
        EntryKind.TRANSFER: "Changed hands",
        EntryKind.RECEIVED: "Received; this log takes over from the giver's",
        EntryKind.SERVED: "Served",
        EntryKind.REPAIR: "Log repaired",
        EntryKind.INDEXED: "Decoded again, to index its samples",
    }[entry.kind]
    first = ": ".join(each for each in (opening, what) if each)
    if file:
        first = f"{first} ({file})"
    return "; ".join(each for each in (first, *_hands(material.matter, entry)) if each)


def _hands(matter: Matter, entry: CustodyEntry) -> tuple[str, ...]:
    named = (
        ("from", matter.name_of(entry.giver)),
        ("to", matter.name_of(entry.receiver)),
        ("held by", matter.name_of(entry.holder)),
    )
    words = [f"{preposition} {who}" for preposition, who in named if who]
    if words and entry.kind is EntryKind.INTAKE:
        words.append("as told")
    on = f"when: {Moment.of(entry.on)}" if entry.on else ""
    return (" ".join(words), on, entry.how or "", entry.note or "")


def _digests(material: Material) -> tuple[Detail, ...]:
    """Return what was measured at each entry: a file's digests, or where the giver's log stood."""
    rows: list[Detail] = []
    for entry in material.log.entries:
        checked = _CHECKED.get(entry.checked or "", "")
        rows += [
            measured_detail(
                f"Entry {entry.seq}, {_algorithm(digest.algorithm)}{checked}", mono(digest.value)
            )
            for digest in entry.digests
        ]
        if entry.cites is not None:
            at = f"Entry {entry.seq}, head of the giver's log after its entry {entry.cites.count:,}"
            rows.append(measured_detail(at, mono(entry.cites.head)))
    return tuple(rows)


def _algorithm(algorithm: str) -> str:
    return {"sha256": "SHA-256", "sha512": "SHA-512"}.get(algorithm, algorithm)


def _head(material: Material) -> tuple[Detail, ...]:
    log = material.log
    return (
        measured_detail("Entries in the log", f"{log.count:,}"),
        measured_detail("Head of the log", mono(log.head)),
    )
