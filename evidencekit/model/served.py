# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was served: the labels, clip numbers and exhibit pages that later bundles keep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.model.bundle import Item, Numbering, PageMark, SectionHead
from evidencekit.model.late import SUPERSEDED, KeptItem

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "evidencekit/served/1"


@frozen(kw_only=True)
class ServedItem:
    """An item as served. `content` says what it held: the digest of a document's file, or of what
    a generated part says (without the labels it cites); None where it is made anew each time.
    """

    item: Item
    marks: tuple[PageMark, ...]
    content: str | None = None

    @property
    def labels(self) -> str:
        """The labels as the index prints them."""
        first, last = self.marks[0].label, self.marks[-1].label
        return first if first == last else f"{first}-{last}"


@frozen(kw_only=True)
class ServedClip:
    """A clip's number and file name, and the samples that they stand for."""

    number: int
    recording: str
    samples_sha256: str
    file_name: str


@frozen(kw_only=True)
class ServedRecording:
    """A recording's number, as in R1, and its file name."""

    number: int
    recording: str
    file_name: str


@frozen(kw_only=True)
class Served:
    """One served copy, as served.jsonl keeps it.

    `number` counts the copies of a matter from 1; `entry` is the id of the entry in the custody
    log; `served_at` is RFC 3339 in UTC with Z; `kept_at` is the path of the served PDF in the
    matter's folder, `bundle_sha256` its digest; `log_count` and `log_head` say where the custody
    log stood in the package that was served.

    An earlier bundle that is followed without having been served is the same, but for `to`, `entry`
    and `served_at`, which are empty; `prepared_on` is the day it was prepared, as written, and
    `pdf` where its PDF is.
    """

    number: int
    entry: str
    to: str
    served_at: str
    edition: str
    bundle_sha256: str
    kept_at: str
    log_count: int
    log_head: str
    numbering: Numbering
    exhibit_mark: str | None
    sections: tuple[SectionHead, ...]
    items: tuple[ServedItem, ...]
    clips: tuple[ServedClip, ...] = ()
    recordings: tuple[ServedRecording, ...] = ()
    prepared_on: str | None = None
    pdf: Path | None = None

    @property
    def was_served(self) -> bool:
        """Whether a copy was served, and this is not an earlier bundle that is only followed."""
        return bool(self.to)

    @property
    def first_pages(self) -> Iterator[tuple[ServedItem, int]]:
        """Each item with the ordinal of its first page in the served PDF, counted from 1."""
        page = 1
        for each in self.items:
            yield each, page
            page += len(each.marks)

    def item(self, item_id: str) -> ServedItem | None:
        """Return the item with this id, or None."""
        return next((each for each in self.items if each.item.id == item_id), None)


def superseded(served: ServedItem, *, number: int, title: str) -> KeptItem:
    """Return an item that a newer one replaces: its pages stay, under an id of their own."""
    item = evolve(served.item, id=f"{served.item.id}{SUPERSEDED}{number}", title=title)
    return KeptItem(item=item, marks=served.marks)


def is_superseded(item_id: str) -> bool:
    """Say whether an item was replaced by a newer one before it was served."""
    return SUPERSEDED in item_id
