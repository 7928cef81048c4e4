# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take in every document: bound in, or a placeholder that says why, or the build stops."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from evidencekit.custody.paths import inside
from evidencekit.errors import (
    DocumentUnusable,
    EvidenceError,
    NoSpace,
    SeveralErrors,
    WorkerFailed,
)
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.material import (
    InnerFile,
    InnerSignature,
    Minuted,
    Outcome,
    TakenDocument,
    TakenFile,
)
from evidencekit.pdf.corner import make_room
from evidencekit.pdf.sourcepages import own_numbers
from evidencekit.pdf.takein import TakenIn, take_in
from evidencekit.pdf.takein_embedded import harmless
from evidencekit.pdfread import Wanted, look_for
from evidencekit.pipeline.work import Task, run_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from concurrent.futures import Executor

    from evidencekit.model.matter import Document, Matter
    from evidencekit.model.progress import IsCancelled, OnProgress

#: A document that takes longer than this to open hangs.
_SECONDS = 120
#: Reading the words of a page takes seconds, and a scanned file has hundreds of pages.
_SECONDS_WITH_OCR = 3600
#: A disk with less than this left is full.
_NO_ROOM = 65_536
STATEMENT_ITEM = "part:statement"
#: What a password for the signed statement is given by, where no document has that id.
SIGNED_ID = "statement"
_OPEN_STATEMENT = f". Give it (--password {SIGNED_ID}=FILE), or name a copy that opens without one"


@frozen(kw_only=True)
class Documents:
    """The documents as taken in. `bound` maps item ids to what was taken in of them.

    `signed` is what was seen of the signed statement, where the matter names one. `minuted` says of
    each disputed passage of the matter whether its words were seen.
    """

    taken: tuple[TakenDocument, ...]
    bound: tuple[tuple[str, TakenIn], ...]
    findings: tuple[Finding, ...]
    minuted: tuple[Minuted, ...] = ()
    signed: TakenFile | None = None

    def of(self, item: str) -> TakenIn | None:
        """Return what was taken in for an item, or None."""
        return dict(self.bound).get(item)


@frozen(kw_only=True)
class _Outcome:
    """A document taken in, or the error that says why not. Errors come back as values, so that a
    placeholder can stand for one and the others are all named at once.
    """

    taken: TakenIn | None = None
    error: DocumentUnusable | None = None
    minuted: tuple[Minuted, ...] = ()


def take_in_documents(
    matter: Matter,
    *,
    folder: Path,
    scratch: Path,
    placeholders: Collection[str] = (),
    passwords: Mapping[str, str] | None = None,
    ocr: str | None = None,
    attachments: bool = False,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Documents:
    """Take in the matter's documents and its signed statement into *scratch*.

    *passwords* opens documents by id, and the signed statement by `SIGNED_ID`; *ocr* names the
    languages ("eng") in which the words of scanned pages are to be read, None to leave them as they
    are; with *attachments* the files inside the documents are written out.

    Raises:
        DependencyMissing: if *ocr* is asked for and tesseract is not installed.
        DocumentUnusable: for a document that cannot be bound in and is not in *placeholders*;
            SeveralErrors for several.
        PathEscapes: for a path that leaves *folder*.
    """
    wanted = [
        (f"document:{each.id}", each.file, each.id)
        for each in matter.documents
        if each.withheld is None
    ]
    if matter.statement is not None and matter.statement.signed is not None:
        wanted.append((STATEMENT_ITEM, matter.statement.signed, ""))
    tasks = [
        Task(
            subject=item,
            function=_take_in,
            arguments=(
                inside(folder, file),
                scratch / f"{index}.pdf",
                file,
                item,
                document_id,
                (passwords or {}).get(document_id or SIGNED_ID),
                ocr,
                scratch / f"{index} files" if attachments else None,
                wanted_of(matter, document_id),
            ),
            failed=_given_up(file, document_id),
        )
        for index, (item, file, document_id) in enumerate(wanted)
    ]
    outcomes: tuple[_Outcome, ...] = run_all(
        tasks,
        stage="documents",
        executor=executor,
        progress=progress,
        cancelled=cancelled,
        seconds=_SECONDS if ocr is None else _SECONDS_WITH_OCR,
    )
    by_item = {item: outcome for (item, _, _), outcome in zip(wanted, outcomes, strict=True)}
    _raise_unless_placeholder(by_item, placeholders)
    taken = tuple(
        _withheld(each)
        if each.withheld is not None
        else _taken(each, by_item[f"document:{each.id}"])
        for each in matter.documents
    )
    return Documents(
        taken=taken,
        bound=tuple((item, each.taken) for item, each in by_item.items() if each.taken),
        findings=(
            *(finding for each in outcomes if each.taken for finding in each.taken.findings),
            *_placeholder_findings(taken),
        ),
        minuted=_minuted(matter, by_item),
        signed=_signed(by_item.get(STATEMENT_ITEM)),
    )


def wanted_of(matter: Matter, document_id: str) -> tuple[Wanted, ...]:
    """Return what the matter says that a document has, in the order of its disputed passages."""
    return tuple(
        Wanted(words=each.minuted, page=each.page)
        for each in matter.disputed
        if each.document == document_id
    )


def _minuted(matter: Matter, by_item: Mapping[str, _Outcome]) -> tuple[Minuted, ...]:
    seen = {item: iter(outcome.minuted) for item, outcome in by_item.items()}
    return tuple(
        next(seen.get(f"document:{each.document}", iter(())), Minuted.NOT_COMPARED)
        for each in matter.disputed
    )


def _take_in(
    source: Path,
    to: Path,
    name: str,
    item: str,
    document_id: str,
    password: str | None,
    ocr: str | None,
    attachments_to: Path | None,
    wanted: tuple[Wanted, ...],
) -> _Outcome:
    try:
        taken = take_in(
            source, to, name=name, item=item, password=password, attachments_to=attachments_to
        )
        if ocr is not None:
            taken = _with_words(taken, to, item, ocr)
        taken = evolve(taken, own_numbers=own_numbers(taken))
        minuted = look_for(taken.path, wanted)[1] if wanted else ()
        return _Outcome(taken=make_room(taken, item=item), minuted=minuted)
    except Exception as error:
        free = shutil.disk_usage(to.parent).free
        if free < _NO_ROOM:
            # On a full disk nothing that was seen of the document means anything.
            raise NoSpace(name, source.stat().st_size, free) from error
        if isinstance(error, DocumentUnusable):
            reason = error.reason
            if item == STATEMENT_ITEM and "password" in reason:
                reason += _OPEN_STATEMENT
            return _Outcome(error=DocumentUnusable(error.path, reason, document_id))
        raise


def _with_words(taken: TakenIn, to: Path, item: str, language: str) -> TakenIn:
    from evidencekit.pdf.ocr import recognise

    return recognise(taken, to.with_suffix(".words.pdf"), item=item, language=language)


def _given_up(name: str, document_id: str) -> Callable[[WorkerFailed], _Outcome]:
    """Return what names the document that made a worker hang or die, so that a placeholder can
    stand for it as well.
    """
    return lambda error: _Outcome(
        error=DocumentUnusable(name, f"cannot be read: {error}", document_id)
    )


def _raise_unless_placeholder(by_item: dict[str, _Outcome], placeholders: Collection[str]) -> None:
    errors: list[EvidenceError] = [
        each.error
        for each in by_item.values()
        if each.error is not None and each.error.item not in placeholders
    ]
    if len(errors) > 1:
        raise SeveralErrors(tuple(errors))
    if errors:
        raise errors[0]


def _taken(document: Document, outcome: _Outcome) -> TakenDocument:
    if outcome.taken is not None:
        return TakenDocument(document=document, outcome=Outcome.INCLUDED, **_seen(outcome.taken))
    return TakenDocument(
        document=document,
        outcome=Outcome.PLACEHOLDER,
        pages=1,
        reason=outcome.error.reason if outcome.error else None,
    )


def _signed(outcome: _Outcome | None) -> TakenFile | None:
    """Return what was seen of the signed statement, where the matter names one."""
    if outcome is None or outcome.taken is None:
        return None
    return TakenFile(**_seen(outcome.taken))


def _seen(taken: TakenIn) -> dict[str, Any]:
    """Return what the record says of a file that was taken in."""
    return {
        "pages": taken.pages,
        "own_numbers": taken.own_numbers,
        "shrunk": tuple((each.page, each.per_mille) for each in taken.shrunk),
        "turned": tuple((each.page, each.degrees) for each in taken.turned),
        "recognised": taken.recognised,
        "kind": taken.kind,
        "files": tuple(
            InnerFile(
                name=each.name,
                size=each.size,
                sha256=each.sha256,
                ending=Path(harmless(each.name)).suffix,
                path=each.path,
            )
            for each in taken.attachments
        ),
        "signatures": tuple(
            InnerSignature(outcome=each.outcome.value, whole_file=each.whole_file)
            for each in taken.signatures
        ),
        "codes": tuple(sorted({each.code for each in taken.findings})),
    }


def _withheld(document: Document) -> TakenDocument:
    """Account for a document that must not leave: nobody opens it."""
    return TakenDocument(
        document=document, outcome=Outcome.WITHHELD, pages=0, reason=document.withheld
    )


def _placeholder_findings(taken: tuple[TakenDocument, ...]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            code="EK-K050",
            severity=Severity.WARNING,
            subject=f"document:{each.document.id}",
            message=f"not included: it {each.reason}. A page says so in its place.",
            group="completeness",
        )
        for each in taken
        if each.outcome is Outcome.PLACEHOLDER
    )
