# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page labels that a PDF reader shows (ISO 32000-1, 12.4.2): those of a document, and ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.pdf.outline import clean_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pikepdf

# A number with a leading zero cannot be counted by a reader, so it stays part of the words.
_NUMBERED = re.compile(r"(.*?)([1-9][0-9]{0,8})", re.DOTALL)


@frozen
class LabelRange:
    """Labels that count on from page index `first`; `start` is None for words without a number."""

    first: int
    prefix: str
    start: int | None


def label_ranges(labels: Sequence[str]) -> tuple[LabelRange, ...]:
    """Return the fewest ranges that give exactly *labels*.

    >>> label_ranges(["A1", "A2", "B1"])
    (LabelRange(first=0, prefix='A', start=1), LabelRange(first=2, prefix='B', start=1))
    """
    ranges: list[LabelRange] = []
    for index, label in enumerate(labels):
        match = _NUMBERED.fullmatch(label)
        prefix, start = (match[1], int(match[2])) if match else (label, None)
        last = ranges[-1] if ranges else None
        if (
            last is not None
            and last.start is not None
            and (prefix, start) == (last.prefix, last.start + index - last.first)
        ):
            continue
        ranges.append(LabelRange(index, prefix, start))
    return tuple(ranges)


def write_labels(pdf: pikepdf.Pdf, labels: Sequence[str]) -> None:
    """Give the pages of *pdf* exactly these labels."""
    import pikepdf

    numbers = pikepdf.Array()
    for each in label_ranges(labels):
        entry = pikepdf.Dictionary()
        if each.prefix:
            entry["/P"] = pikepdf.String(each.prefix)
        if each.start is not None:
            entry["/S"] = pikepdf.Name.D
            entry["/St"] = each.start
        numbers.append(each.first)
        numbers.append(entry)
    pdf.Root["/PageLabels"] = pdf.make_indirect(pikepdf.Dictionary(Nums=numbers))


def source_labels(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """Return the page labels that the document defines, or nothing."""
    if "/PageLabels" not in pdf.Root:
        return ()
    try:
        return tuple(clean_title(page.label) for page in pdf.pages)
    except (RuntimeError, ValueError, TypeError):
        return ()
