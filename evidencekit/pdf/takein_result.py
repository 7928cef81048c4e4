# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comes out of taking in a document, and the notes that are kept on the way."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from attrs import define, field, frozen

from evidencekit.errors import DocumentUnusable
from evidencekit.model.findings import Finding, Severity
from evidencekit.pdf.outline import OutlineLine


@frozen(kw_only=True)
class Attachment:
    """A file inside a document. It is listed, and never bound in by itself.

    `name` is what the document calls it, and may hold a person's name; `path` is where it was
    written, if that was asked for.
    """

    name: str
    size: int
    sha256: str
    path: Path | None = None


class SignatureOutcome(StrEnum):
    """What was found of a digital signature. Who signed, and whether to trust them, is not asked.

    `HOLDS`: the bytes it covers are unchanged since signing. `CHANGED`: they are not.
    `NOT_CHECKED`: it is present, and could not be looked into.
    """

    HOLDS = "holds"
    CHANGED = "changed"
    NOT_CHECKED = "not checked"


@frozen(kw_only=True)
class SignatureSeen:
    """A digital signature of a document as received. `whole_file` is None where not checked."""

    outcome: SignatureOutcome
    whole_file: bool | None = None


@frozen(kw_only=True)
class TurnedPage:
    """A page or picture that was turned clockwise by `degrees` to stand upright."""

    page: int
    degrees: int


@frozen(kw_only=True)
class ShrunkPage:
    """A page that is shown at `per_mille` thousandths of its size, to make room for its label."""

    page: int
    per_mille: int


@frozen(kw_only=True)
class TakenIn:
    """A clean PDF at `path`, and what was seen on the way.

    `kind` is what the source was found to be, such as "PDF" or "JPEG". `source_labels` are the
    page labels that the document had, one a page, or empty. `recognised` are the pages, counted
    from 1, whose words a machine read off a picture. `own_numbers` are the numbers that the pages
    had, one a page, or empty.
    """

    path: Path
    pages: int
    findings: tuple[Finding, ...] = ()
    outline: tuple[OutlineLine, ...] = ()
    source_labels: tuple[str, ...] = ()
    kind: str = "PDF"
    attachments: tuple[Attachment, ...] = ()
    signatures: tuple[SignatureSeen, ...] = ()
    turned: tuple[TurnedPage, ...] = ()
    recognised: tuple[int, ...] = ()
    shrunk: tuple[ShrunkPage, ...] = ()
    own_numbers: tuple[str | None, ...] = ()


@define(kw_only=True)
class Notes:
    """What is noted of one document. `name` is for errors, `item` is the subject of findings."""

    name: str
    item: str
    findings: list[Finding] = field(factory=list)
    attachments: list[Attachment] = field(factory=list)
    signatures: list[SignatureSeen] = field(factory=list)
    turned: list[TurnedPage] = field(factory=list)

    def say(self, code: str, message: str, *, severity: Severity = Severity.NOTE) -> None:
        """Add a finding."""
        self.findings.append(
            Finding(code=code, severity=severity, subject=self.item, message=message, group="pages")
        )

    def warn(self, code: str, message: str) -> None:
        """Add a finding that somebody should look at."""
        self.say(code, message, severity=Severity.WARNING)

    def refuse(self, reason: str) -> NoReturn:
        """Refuse the document; *reason* continues a sentence that opens with its name.

        Raises:
            DocumentUnusable: always.
        """
        raise DocumentUnusable(self.name, reason, self.item.removeprefix("document:"))
