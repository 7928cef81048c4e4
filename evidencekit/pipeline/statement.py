# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write the draft covering statement alone, with the exhibit pages that a build would give it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from evidencekit.compose.statement import statement_part
from evidencekit.errors import AlreadyExists, MatterError, OutputError, Problem
from evidencekit.package.docx import write_docx
from evidencekit.pipeline.build import make_draft
from evidencekit.pipeline.contents import statement_file_name

if TYPE_CHECKING:
    from evidencekit.model.matter import Matter
    from evidencekit.model.progress import IsCancelled, OnProgress


def write_statement(
    matter: Matter,
    *,
    folder: Path | str,
    to: Path | str | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Path:
    """Write the draft statement as a .docx at *to*, by default beside the matter file.

    A file that is there already is left as it is: it may be a draft that somebody has edited.

    Raises:
        OutputError: if *to* does not end in .docx, or cannot be written.
        AlreadyExists: if something else has the name.
        MatterError: if the matter has no statement.
        EvidenceError: as `build` does for the same input.
    """
    folder = Path(folder)
    if matter.statement is None:
        problem = Problem(
            pointer="/statement",
            place="[statement]",
            message='there is none. Add it, with at least by = "<who makes the statement>"',
        )
        msg = "the matter"
        raise MatterError(msg, (problem,))
    target = (
        Path(to)
        if to is not None
        else folder / statement_file_name(matter.statement.number, matter.statement.exhibit)
    )
    if target.suffix.lower() != ".docx":
        msg = f"{target} does not end in .docx. Choose such a name. Nothing was written."
        raise OutputError(msg)
    with tempfile.TemporaryDirectory(prefix="evidencekit-") as scratch:
        draft = make_draft(
            matter,
            folder=folder,
            clips_folder=Path(scratch) / "clips",
            scratch=Path(scratch),
            viewing_copies=False,
            placeholders=[each.id for each in matter.documents],
            progress=progress,
            cancelled=cancelled,
        )
        part = statement_part(draft.material, draft.profile, draft.pages.layout)
        if part is None:
            msg = "a matter with a statement has a statement part"
            raise AssertionError(msg)
        made = Path(scratch) / "statement.docx"
        write_docx(part, made, title=part.title, prepared_on=matter.case.prepared_on)
        keep(made.read_bytes(), target)
    return target


def keep(content: bytes, target: Path) -> None:
    """Write *content* to *target*, whole or not at all, and over nothing."""
    try:
        if os.path.lexists(target):
            if target.is_file() and target.read_bytes() == content:
                return
            raise AlreadyExists(str(target))
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.part")
        try:
            partial.write_bytes(content)
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    except OSError as error:
        msg = f"{target} could not be written: {error.strerror}. Nothing was written."
        raise OutputError(msg) from error
