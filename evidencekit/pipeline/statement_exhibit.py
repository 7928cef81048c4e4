# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write the statement and its exhibit as a PDF of their own, for a bundle that others make.

The exhibit's pages carry the numbers that they have in the bundle, because the statement cites
those. Whatever a page cites is put so that it holds outside the bundle; where those words would
take another number of pages, the bundle's own stand, so that no number moves.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.compose.alone import STATEMENT, alone, cited, without_links
from evidencekit.compose.bundle import compose_generated
from evidencekit.errors import MatterError, OutputError, Problem
from evidencekit.package.served import kept_pdf
from evidencekit.pdf.assemble import assemble
from evidencekit.pdf.kept import KeptPages, take_out
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.typeset import Typeset, typeset
from evidencekit.pipeline.build import Draft, make_draft
from evidencekit.pipeline.pages import made_on
from evidencekit.pipeline.statement import keep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.compose.plan import Part
    from evidencekit.model.bundle import Layout
    from evidencekit.model.matter import Matter
    from evidencekit.model.progress import IsCancelled, OnProgress


def statement_and_exhibit(
    matter: Matter,
    *,
    folder: Path | str,
    to: Path | str | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Path:
    """Write the statement and its exhibit at *to*, by default beside the matter file.

    A signed statement stands in the draft's place. A file that is there already is left as it is.

    Raises:
        OutputError: if *to* does not end in .pdf, or cannot be written.
        AlreadyExists: if something else has the name.
        MatterError: if the matter has no statement.
        EvidenceError: as `build` does for the same input.
    """
    folder = Path(folder)
    target = _target(matter, folder, to)
    with tempfile.TemporaryDirectory(prefix="evidencekit-") as name:
        scratch = Path(name)
        draft = make_draft(
            matter,
            folder=folder,
            clips_folder=scratch / "clips",
            scratch=scratch,
            placeholders=[each.id for each in matter.documents],
            progress=progress,
            cancelled=cancelled,
        )
        made = scratch / "alone.pdf"
        _write(draft, made, folder=folder, scratch=scratch, cancelled=cancelled)
        keep(made.read_bytes(), target)
    return target


def _target(matter: Matter, folder: Path, to: Path | str | None) -> Path:
    statement = matter.statement
    if statement is None:
        problem = Problem(
            pointer="/statement",
            place="[statement]",
            message='there is none. Add it, with at least by = "<who makes the statement>"',
        )
        msg = "the matter"
        raise MatterError(msg, (problem,))
    exhibit = f" and exhibit {statement.exhibit}" if statement.exhibit else ""
    draft = "" if statement.signed else " - draft"
    target = (
        Path(to) if to is not None else folder / f"Statement {statement.number}{exhibit}{draft}.pdf"
    )
    if target.suffix.lower() != ".pdf":
        msg = f"{target} does not end in .pdf. Choose such a name. Nothing was written."
        raise OutputError(msg)
    return target


def _write(
    draft: Draft, into: Path, *, folder: Path, scratch: Path, cancelled: IsCancelled | None
) -> None:
    matter = draft.material.matter
    statement = matter.statement
    mark = statement.exhibit if statement else None
    layout = alone(draft.pages.layout, exhibit_mark=mark)
    items = {each.item for each in layout.entries}
    kept = _kept(draft, layout, folder, scratch)
    taken = {each.item for each in kept.placed} if kept else set()
    bound = {item: each for item, each in draft.documents.bound if item in items}
    parts, made = _set(draft, layout, items - taken - set(bound))
    assemble(
        made.pdf,
        _placed(parts, made),
        bound,
        layout,
        title=f"{matter.case.title} - Statement" + (f" and exhibit {mark}" if mark else ""),
        language=matter.language,
        into=into,
        kept=kept,
        cancelled=cancelled,
    )


def _kept(draft: Draft, layout: Layout, folder: Path, scratch: Path) -> KeptPages | None:
    """Take the pages that stand as they were served; their links to other papers are dropped."""
    late = draft.pages.late
    if late is None:
        return None
    items = {each.item for each in layout.entries}
    wanted = [each for each in late.taken if each.item in items]
    if not wanted:
        return None
    return take_out(
        kept_pdf(folder, late.followed),
        wanted,
        [each if each in items else None for each in late.items],
        to=scratch / "served.pdf",
    )


def _set(draft: Draft, layout: Layout, wanted: set[str]) -> tuple[list[Part], Typeset]:
    """Set the parts in words that hold alone, but for those that would take other pages."""
    matter = draft.material.matter
    bundle = _parts(draft, draft.pages.layout, wanted, layout)
    outside = _parts(draft, cited(matter, layout), wanted, layout)
    parts = [
        ours if ours.item == STATEMENT else theirs
        for ours, theirs in zip(bundle, outside, strict=True)
    ]
    made = _typeset(draft, parts)
    pages = {each.item: each.pages for each in layout.entries}
    if any(pages[part.item] != count for part, count in zip(parts, made.pages, strict=True)):
        parts = [
            part if pages[part.item] == count else ours
            for part, ours, count in zip(parts, bundle, made.pages, strict=True)
        ]
        made = _typeset(draft, parts)
    return parts, made


def _parts(draft: Draft, cites: Layout, wanted: set[str], layout: Layout) -> list[Part]:
    titles = {each.item: each.title for each in layout.entries}
    return [
        evolve(without_links(part, titles), title=titles[part.item])
        for part in compose_generated(draft.material, draft.profile, cites, draft.sections)
        if part.item in wanted
    ]


def _typeset(draft: Draft, parts: Sequence[Part]) -> Typeset:
    matter = draft.material.matter
    return typeset(
        parts,
        title=matter.case.title,
        language=matter.language,
        created=made_on(draft.material),
    )


def _placed(parts: Sequence[Part], made: Typeset) -> list[PlacedPart]:
    placed = []
    page = 1
    for part, pages in zip(parts, made.pages, strict=True):
        placed.append(PlacedPart(item=part.item, page=page, pages=pages))
        page += pages
    return placed
