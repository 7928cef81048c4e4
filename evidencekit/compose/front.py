# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first page: what this bundle is, whose, for which hearing, and how to use it.

It holds nothing that the computer's clock said: dates are those that somebody told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.facts import NOT_STATED, counted, seconds_of_ms
from evidencekit.compose.labels import label
from evidencekit.compose.plan import (
    Block,
    CaseHeading,
    Detail,
    Details,
    Heading,
    Manner,
    Paragraph,
    Part,
    Run,
    Style,
    Text,
    plain,
)
from evidencekit.model.material import Material, Outcome

if TYPE_CHECKING:
    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Layout
    from evidencekit.model.matter import Case, Matter, Permission
    from evidencekit.model.moment import Moment

ITEM = "part:front"
TITLE = "Front sheet"


def front_part(material: Material, profile: Profile, layout: Layout | None) -> Part:
    """Return the front sheet."""
    del profile
    matter = material.matter
    blocks: tuple[Block, ...] = (
        _heading(matter.case),
        Details(rows=_about(matter.case)),
        Paragraph(text=permission_line(matter, layout)),
        Heading(text="What this bundle holds", level=2),
        Details(rows=_contents(material, layout), show_standing=False),
        Heading(text="How to listen", level=2),
        Paragraph(text=plain(_LISTEN)),
        _legend(material),
    )
    return Part(item=ITEM, title=TITLE, blocks=blocks, show_title=False)


_LISTEN = (
    "The clips are sound files in the folder clips, beside this bundle. The sheet of each clip "
    "gives the name of its file, and where it is in the whole recording. Nothing plays from "
    "these pages."
)


def _heading(case: Case) -> CaseHeading:
    hearing = str(case.hearing_on) if case.hearing_on else NOT_STATED
    return CaseHeading(
        court=case.court or f"Court: {NOT_STATED}",
        number=case.number or NOT_STATED,
        lines=(case.title,),
        title="Bundle",
        subtitle=f"Hearing: {hearing}",
    )


def _about(case: Case) -> tuple[Detail, ...]:
    """Return what was told of the bundle. It is "not agreed" until somebody says it is."""
    agreed = "agreed" if case.agreed else "not agreed"
    return (
        _line("Whose bundle", case.whose),
        Detail(label="Status", text=plain(agreed), standing="" if case.agreed is None else "T"),
        _line("Prepared by", case.prepared_by),
        _line("Prepared on", str(case.prepared_on) if case.prepared_on else None),
    )


def _line(name: str, told: str | None) -> Detail:
    return Detail(label=name, text=plain(told or NOT_STATED), standing="T" if told else "")


def permission_line(matter: Matter, layout: Layout | None) -> Text:
    """Say what was told about permission to rely on the recordings."""
    opening = "Permission to rely on the recordings: "
    permission = matter.case.permission
    said = _permission(matter, permission) if permission else ""
    runs = [Run(text=opening, style=Style.BOLD), Run(text=f"{said or NOT_STATED}.")]
    order = permission.order if permission else None
    if order is not None and (document := matter.document(order)) is not None:
        item = f"document:{document.id}"
        runs.append(Run(text=" See "))
        runs.append(Run(text=label(layout, item), target=item))
        runs.append(Run(text="."))
    return tuple(runs)


def _permission(matter: Matter, permission: Permission) -> str:
    applied = " ".join(
        each
        for each in (
            f"applied for {_on(permission.applied_on)}" if permission.applied_on else "applied for",
            f"by {permission.by}" if permission.by else "",
        )
        if each
    )
    asked = permission.applied_on is not None or permission.by is not None
    decided = f" on {permission.decided_on}" if permission.decided_on else ""
    result = f"{permission.result}{decided}" if permission.result else ""
    if decided and not result:
        result = f"decided{decided}; the result is {NOT_STATED}"
    parts = [applied if asked else "", result, _order(matter, permission)]
    return "; ".join(each.rstrip(".") for each in parts if each)


def _on(moment: Moment) -> str:
    """Return "on 28 May 2026"; a time told in words stands as it was told: "in May"."""
    return f"on {moment}" if moment.on is not None or moment.written[:1].isdigit() else str(moment)


def _order(matter: Matter, permission: Permission) -> str:
    if permission.order is None:
        return ""
    document = matter.document(permission.order)
    return f"order: {document.title if document else permission.order}"


def _contents(material: Material, layout: Layout | None) -> tuple[Detail, ...]:
    """Return what the bundle holds, each with where it is."""
    length = sum(each.measurement.length_ms for each in material.recordings)
    rows: list[tuple[str, str, str | None]] = []
    if material.recordings:
        held = f"{counted(len(material.recordings), 'recording')}, {seconds_of_ms(length)} in all"
        rows.append(("Recordings", held, "part:recordings"))
    if material.clips:
        rows.append(("Clips", counted(len(material.clips), "clip"), "clip:1"))
    rows.append(("Documents", _documents(material), None))
    stands = "part:statement" if material.matter.statement else None
    rows.append(("Statement", statement_state(material.matter), stands))
    return tuple(Detail(label=name, text=_at(words, item, layout)) for name, words, item in rows)


def _at(words: str, item: str | None, layout: Layout | None) -> Text:
    """Return words, followed by where the item starts. The first layout takes it to be there."""
    if item is None or (layout is not None and layout.entry(item) is None):
        return plain(words)
    entry = layout.entry(item) if layout else None
    where = f" (from {entry.first_label if entry else '?'})"
    return (Run(text=words), Run(text=where, target=item))


def _documents(material: Material) -> str:
    outcomes = [each.outcome for each in material.documents]
    absent = sum(outcome is not Outcome.INCLUDED for outcome in outcomes)
    said = counted(len(outcomes), "document") if outcomes else "none"
    return f"{said}, of which {absent} not included" if absent else said


def statement_state(matter: Matter) -> str:
    """Say whether there is a statement, and whether it is signed."""
    if matter.statement is None:
        return "none"
    return "signed" if matter.statement.signed else "draft, unsigned"


def _legend(material: Material) -> Paragraph:
    return Paragraph(
        text=plain(
            "In the column T/F/M: T, told by a person; F, read from the file, and whoever has a "
            f"file can change what it says; M, measured by the software ({material.software}). "
            f"\u201c{NOT_STATED}\u201d means that nobody said."
        ),
        manner=Manner.SMALL,
    )
