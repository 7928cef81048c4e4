# SPDX-License-Identifier: AGPL-3.0-or-later
"""What lies over a page and is no part of what it draws: notes, fields, layers, actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.pdfread.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.pdfread.objects import Entry

_LINK = "Link"
#: Where a link of a document may lead outside of it: to an address that a person can read.
_WEB = ("http://", "https://", "mailto:")
_LAYERS = frozenset({"OCG", "OCMD"})


@frozen
class Mark:
    """An annotation other than a link: its kind, such as "FreeText", and its words, folded."""

    kind: str
    words: str


def marks_of(page: Entry) -> tuple[Mark, ...]:
    """Return the notes, fields and drawings that lie over *page*, in order of kind and words."""
    found = [
        Mark(each["Subtype"].name, fold(each["Contents"].text))
        for each in page["Annots"].items()
        if each["Subtype"].name != _LINK
    ]
    return tuple(sorted(found, key=lambda mark: (mark.kind, mark.words)))


def acts_of(page: Entry) -> tuple[str, ...]:
    """Return what would happen by itself or at a click, but for going to a page or an address."""
    acts = ["on opening or closing the page"] if page["AA"] else []
    for annotation in page["Annots"].items():
        acts += _acts(annotation)
    return tuple(acts)


def _acts(annotation: Entry) -> Iterator[str]:
    action = annotation["A"]
    yield from (key for key in ("AA", "PA") if annotation[key])
    if action["Next"]:
        yield "Next"
    kind = action["S"].name
    if not action or kind == "GoTo":
        return
    if kind != "URI" or not action["URI"].text.strip().lower().startswith(_WEB):
        yield kind or "an action of no kind"


def layers_of(page: Entry) -> int:
    """Count the layers that the page's own drawing is divided into."""
    resources = page["Resources"]
    named = sum(each["Type"].name in _LAYERS for each in resources["Properties"].values())
    return named + sum(bool(each["OC"]) for each in resources["XObject"].values())
