# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take in a document that somebody else made, of any kind, as a clean PDF.

Runs inside an `Isolate`, since a hostile file can hang or crash what reads it. What kind of file it
is, its first bytes say; its name is a second opinion. A PDF keeps its looks; pictures are put onto
A4; text and mail are set as pages; word processor files go through LibreOffice. Whatever was
changed, lost or kept and ought to be looked at is a finding, and a file that cannot be used is
refused with its reason, never guessed at.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.errors import DocumentUnusable, WorkerFailed
from evidencekit.pdf.takein_kind import PICTURES, WRITTEN, Kind, recognise
from evidencekit.pdf.takein_pdf import take_in_pdf
from evidencekit.pdf.takein_result import (
    Attachment,
    Notes,
    SignatureOutcome,
    SignatureSeen,
    TakenIn,
    TurnedPage,
)

if TYPE_CHECKING:
    from evidencekit.compose.plan import Block
    from evidencekit.isolate import Isolate

__all__ = [
    "Attachment",
    "SignatureOutcome",
    "SignatureSeen",
    "TakenIn",
    "TurnedPage",
    "take_in",
    "take_in_isolated",
]


def take_in(
    source: Path,
    to: Path,
    *,
    name: str,
    item: str,
    password: str | None = None,
    attachments_to: Path | None = None,
) -> TakenIn:
    """Write the document *source* to *to* as a clean PDF.

    Args:
        source: the file as received. It is only read.
        to: the PDF to write. What comes between lies in a folder beside it, and goes.
        name: what errors call the file. Its ending is the second opinion on what kind it is.
        item: what findings call it: the id of its item, such as "document:minutes".
        password: what opens a locked PDF. None is ever guessed.
        attachments_to: a folder into which the files inside the document are written.

    Raises:
        DocumentUnusable: if it is missing, empty, of no kind that can be bound in, locked, damaged
            beyond repair, without pages, or a form that only other software can show.
        DependencyMissing: if its kind needs an extra that is not installed.
        TypesettingFailed: if its text cannot be set.
    """
    notes = Notes(name=name, item=item)
    kind = _kind_of(source, notes)
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        scratch = Path(folder)
        if password is not None and kind is not Kind.PDF:
            notes.say("EK-P030", "a password was given for it, which it does not need")
            password = None
        pages = source
        if kind is not Kind.PDF:
            pages = scratch / "pages.pdf"
            _make_pages(kind, source, pages, notes, scratch, attachments_to)
        taken = take_in_pdf(
            pages,
            to,
            notes=notes,
            scratch=scratch,
            password=password,
            attachments_to=attachments_to,
            made_here=kind is not Kind.PDF,
        )
    return evolve(taken, kind=kind.value)


def take_in_isolated(
    worker: Isolate,
    source: Path,
    to: Path,
    *,
    name: str,
    item: str,
    password: str | None = None,
    attachments_to: Path | None = None,
) -> TakenIn:
    """Do the same in *worker*; a file that hangs or crashes it is refused like any other.

    Raises:
        DocumentUnusable: as `take_in`, or if the worker ran over its limits or died.
        DependencyMissing: as `take_in`.
        TypesettingFailed: as `take_in`.
        Cancelled: if the worker's caller asked for it.
    """
    try:
        return worker.call(
            take_in,
            source,
            to,
            name=name,
            item=item,
            password=password,
            attachments_to=attachments_to,
        )
    except WorkerFailed as error:
        reason = f"cannot be read: {error}"
        raise DocumentUnusable(name, reason, item.removeprefix("document:")) from error


def _kind_of(source: Path, notes: Notes) -> Kind:
    """Return what kind of file *source* is, and note where its name says otherwise.

    Raises:
        DocumentUnusable: if it is none that can be taken in.
    """
    try:
        found = recognise(source, name=notes.name)
    except FileNotFoundError:
        notes.refuse("was not found")
    except OSError:
        notes.refuse("cannot be read")
    if found.kind is None:
        notes.refuse(found.reason)
    if found.disagrees:
        notes.warn(
            "EK-P031",
            f"its name says {found.named} and it holds {found.kind}. It was taken in as what it "
            "holds",
        )
    return found.kind


def _make_pages(
    kind: Kind, source: Path, to: Path, notes: Notes, scratch: Path, attachments_to: Path | None
) -> None:
    """Write the pages of a document that is no PDF to *to*."""
    if kind in PICTURES:
        from evidencekit.pdf.images import picture_pages

        picture_pages(source, to, kind=kind, notes=notes)
    elif kind in WRITTEN:
        from evidencekit.pdf.text import set_pages

        set_pages(_blocks(kind, source, notes, attachments_to), to, notes)
    else:
        from evidencekit.pdf.office import office_pages

        office_pages(source, to, kind=kind, notes=notes, scratch=scratch)


def _blocks(
    kind: Kind, source: Path, notes: Notes, attachments_to: Path | None
) -> tuple[Block, ...]:
    """Return what a document says, as blocks to be set."""
    if kind is Kind.EML:
        from evidencekit.pdf.takein_mail import mail_blocks

        return mail_blocks(source, notes, attachments_to=attachments_to)
    if kind is Kind.MSG:
        from evidencekit.pdf.takein_msg import message_blocks

        return message_blocks(source, notes, attachments_to=attachments_to)
    if kind is Kind.CSV:
        from evidencekit.pdf.table import table_blocks

        return table_blocks(source, notes)
    from evidencekit.pdf.text import text_blocks

    return text_blocks(source, notes)
