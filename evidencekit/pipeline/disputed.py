# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hold the disputed passages against the documents that they are said to be of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.custody.paths import inside
from evidencekit.errors import EvidenceError, MatterError
from evidencekit.isolate import Isolate
from evidencekit.matterfile.load import problems_at
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.material import Minuted, Outcome
from evidencekit.pdfread import look_for
from evidencekit.pipeline.documents import wanted_of
from evidencekit.pipeline.work import MEMORY_MB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from evidencekit.matterfile.pointer import Path as Place
    from evidencekit.model.material import TakenDocument
    from evidencekit.model.matter import Matter

_SECONDS = 60


def check_pages(
    matter: Matter, pages: Mapping[str, int], *, matter_file: Path | None = None
) -> None:
    """Check that every disputed passage is on a page that its document has.

    *pages* gives the number of pages of each document that is known, by its id; *matter_file* is
    read once more for the lines.

    Raises:
        MatterError: with each passage whose page is not there.
    """
    found: list[tuple[Place, str]] = []
    for place, each in enumerate(matter.disputed):
        count = pages.get(each.document)
        if count is not None and each.page is not None and each.page > count:
            has = "1 page" if count == 1 else f"{count} pages"
            message = f"is {each.page}, and the document {each.document} has {has}."
            found.append((("disputed", place, "page"), message))
    if found:
        shown = "the matter file" if matter_file is None else str(matter_file)
        raise MatterError(shown, problems_at(matter_file, found))


def pages_of(taken: Sequence[TakenDocument]) -> dict[str, int]:
    """Return how many pages each document has that is bound in."""
    return {each.document.id: each.pages for each in taken if each.outcome is Outcome.INCLUDED}


def passages(matter: Matter, minuted: Sequence[Minuted]) -> tuple[Finding, ...]:
    """Return a finding for each passage whose words were not seen in its document."""
    return tuple(_findings(matter, minuted))


def _findings(matter: Matter, minuted: Sequence[Minuted]) -> Iterator[Finding]:
    for number, (each, seen) in enumerate(zip(matter.disputed, minuted, strict=True), start=1):
        of = f"page {each.page} of {each.document}" if each.page is not None else each.document
        if seen is Minuted.NOT_FOUND:
            severity = Severity.WARNING
            message = f"not found in the text of {of}: compare it. The page says so."
        elif seen is Minuted.NO_TEXT:
            severity = Severity.NOT_CHECKED
            what = "the page has" if each.page is not None else "its pages have"
            message = f"not compared with {of}: {what} no text (--ocr reads a scan)."
        else:
            continue
        yield Finding(
            code="EK-M017",
            severity=severity,
            subject=f"disputed passage {number}",
            message=message,
            group="documents",
        )


def look_before(matter: Matter, folder: Path, *, matter_file: Path) -> tuple[Finding, ...]:
    """Look at the disputed passages of those documents that are PDFs as they lie there.

    What cannot be read here is left to the build, which says why.

    Raises:
        MatterError: as `check_pages`.
    """
    counts: dict[str, int] = {}
    seen: dict[str, Iterator[Minuted]] = {}
    disputed = {each.document for each in matter.disputed}
    documents = [each for each in matter.documents if each.id in disputed]
    if not documents:
        return ()
    with Isolate(seconds=_SECONDS, memory_mb=MEMORY_MB) as worker:
        for document in documents:
            try:
                path = inside(folder, document.file, must_exist=True)
                if path.suffix.lower() != ".pdf":
                    continue
                count, minuted = worker.call(look_for, path, wanted_of(matter, document.id))
            except EvidenceError:
                continue
            counts[document.id], seen[document.id] = count, iter(minuted)
    check_pages(matter, counts, matter_file=matter_file)
    return passages(
        matter,
        [next(seen.get(each.document, iter(())), Minuted.NOT_COMPARED) for each in matter.disputed],
    )
