# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page in the place of a document that is not there, with its name and the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.facts import NOT_STATED
from evidencekit.compose.plan import Detail, Details, Manner, Paragraph, Part, plain

if TYPE_CHECKING:
    from evidencekit.model.material import TakenDocument


def placeholder_part(taken: TakenDocument) -> Part:
    """Return the page that stands for a document, under the document's own item."""
    document = taken.document
    reason = taken.reason or f"the reason is {NOT_STATED}"
    return Part(
        item=f"document:{document.id}",
        title=document.title,
        blocks=(
            Paragraph(text=plain(f"Not included: {reason}."), manner=Manner.WARNING),
            Details(
                rows=(
                    Detail(label="Document", text=plain(document.title), standing="T"),
                    Detail(
                        label="Dated",
                        text=plain(str(document.dated) if document.dated else NOT_STATED),
                        standing="T" if document.dated else "",
                    ),
                )
            ),
            Paragraph(
                text=plain("This page stands in the place of the document and keeps its number.")
            ),
        ),
    )
