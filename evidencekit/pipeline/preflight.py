# SPDX-License-Identifier: AGPL-3.0-or-later
"""Look whether every input is there, before anything is entered or written.

What is missing is named all at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.custody.paths import inside
from evidencekit.errors import DocumentUnusable, EvidenceError, IntakeError, SeveralErrors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from evidencekit.model.matter import Matter


def check_inputs(matter: Matter, folder: Path, *, placeholders: Collection[str] = ()) -> None:
    """Check that every file the matter names is in *folder*, but for documents in *placeholders*.

    Raises:
        PathEscapes, IntakeError, DocumentUnusable: for what is not; SeveralErrors for several.
        ValueError: if *placeholders* holds what is not the id of a document.
    """
    unknown = sorted(set(placeholders) - {each.id for each in matter.documents})
    if unknown:
        msg = f"not the id of a document: {', '.join(unknown)}"
        raise ValueError(msg)
    errors: list[EvidenceError] = []
    for file in _needed(matter):
        try:
            inside(folder, file, must_exist=True)
        except IntakeError as error:
            errors.append(error)
    for document in matter.documents:
        try:
            found = inside(folder, document.file).is_file()
        except IntakeError as error:
            errors.append(error)
            continue
        if not found and document.id not in placeholders:
            errors.append(DocumentUnusable(document.file, "was not found", document.id))
    if len(errors) > 1:
        raise SeveralErrors(tuple(errors))
    if errors:
        raise errors[0]


def _needed(matter: Matter) -> Iterator[str]:
    """Yield the files without which nothing can be built."""
    for recording in matter.recordings_in_order:
        yield recording.file
        source = recording.transcript
        if source is not None:
            yield source.file
            if source.before_correction is not None:
                yield source.before_correction
    if matter.statement is not None and matter.statement.signed is not None:
        yield matter.statement.signed
