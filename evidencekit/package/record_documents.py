# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the record says of a document, and of any file of others that is bound in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import asdict

from evidencekit.model.material import Outcome
from evidencekit.package.record_values import plain

if TYPE_CHECKING:
    from evidencekit.model.bundle import Layout
    from evidencekit.model.material import TakenDocument, TakenFile

#: What the signed statement is called among the files that others are inside of.
SIGNED = "signed statement"


def document_record(each: TakenDocument, layout: Layout) -> dict[str, Any]:
    """Record a document, bound in or not, and what was seen of its file."""
    item = f"document:{each.document.id}"
    included = each.outcome is Outcome.INCLUDED
    return {
        "id": each.document.id,
        "title": each.document.title,
        "dated": plain(each.document.dated),
        "input": item,
        "outcome": each.outcome.value,
        "reason": each.reason,
        **file_record(each, layout, item=item if included else None, name=each.document.id),
    }


def file_record(each: TakenFile, layout: Layout, *, item: str | None, name: str) -> dict[str, Any]:
    """Record what was seen of a file whose pages are those of *item*, if it is bound in."""
    return {
        "pages": each.pages,
        "source_pages": [] if item is None else _source_pages(each, layout, item),
        "shrunk_pages": [{"page": page, "per_mille": per_mille} for page, per_mille in each.shrunk],
        "turned_pages": [{"page": page, "degrees": degrees} for page, degrees in each.turned],
        "recognised_pages": list(each.recognised),
        "kind": each.kind,
        "repaired": each.is_repaired,
        "attachments": [
            {"name": file.name, "size": file.size, "sha256": file.sha256, "input": ident}
            for file, ident in zip(each.files, inner_ids(each, name=name), strict=True)
        ],
        "signatures": [asdict(signature) for signature in each.signatures],
        "findings": list(each.codes),
    }


def inner_ids(each: TakenFile, *, name: str) -> list[str | None]:
    """Return the id of the input that each file inside a file is, where it was written out.

    *name* is the id of the document, or `SIGNED`, which no document has.
    """
    return [
        None if file.path is None else f"attachment:{name}:{number}"
        for number, file in enumerate(each.files, start=1)
    ]


def _source_pages(each: TakenFile, layout: Layout, item: str) -> list[dict[str, Any]]:
    """Map the pages of a file, by the numbers they had, to the labels they have now."""
    entry = layout.entry(item)
    if entry is None:
        return []
    marks = layout.marks[entry.pdf_page - 1 : entry.pdf_page - 1 + entry.pages]
    own = each.own_numbers or (None,) * len(marks)
    return [
        {"page": page, "own": number, "label": mark.label}
        for page, (number, mark) in enumerate(zip(own, marks, strict=True), start=1)
    ]
