# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make a core bundle of some of a bundle's items.

Its pages are numbered from 1, and each keeps its number in the main bundle beside that, so that
whoever has only the main bundle open finds the same page. The package is not changed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.compose.volume_index import core_index_part
from evidencekit.errors import AlreadyExists, AssemblyError, LayoutUnstable
from evidencekit.model.bundle import Layout, Numbering, PageMark
from evidencekit.model.progress import IsCancelled, raise_if_cancelled
from evidencekit.pdf.assemble import assemble
from evidencekit.pdf.extract import extract, facts_of
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.typeset import Typeset, typeset
from evidencekit.pipeline.volumes import INDEX_ITEM, about_case, heads_of, layout_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from evidencekit.model.bundle import IndexEntry
    from evidencekit.package.opened import Package
    from evidencekit.pdf.extract import BundleFacts

_ROUNDS = 8
_TITLE = "Core bundle"


def core_bundle(
    package: Package,
    items: Collection[str],
    *,
    into: Path,
    cancelled: IsCancelled | None = None,
) -> Path:
    """Write a core bundle of *items*, in the order of the bundle, to the PDF *into*.

    An item is named by its id in the index, such as "document:minutes" or "clip:3"; by the label of
    any of its pages, such as "C5"; or by its number in the index, where no page has that for its
    label. A document also by its own id alone.

    Raises:
        AssemblyError: if the bundle has no item of that name, or none is given.
        AlreadyExists: if there is a file at *into*.
        Cancelled: if the caller asked for it; nothing is left behind.
    """
    group = _chosen(package, items)
    if into.exists():
        raise AlreadyExists(into.name)
    facts = facts_of(package.pdf_path)
    made, layout = _set(package, group, facts)
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=".core-") as folder:
        scratch = Path(folder)
        raise_if_cancelled(cancelled)
        taken = extract(package.pdf_path, group, scratch=scratch)
        assemble(
            made.pdf,
            (PlacedPart(item=INDEX_ITEM, page=1, pages=made.pages[0]),),
            taken.documents,
            layout,
            title=f"{facts.title} - {_TITLE}",
            language=facts.language,
            into=scratch / "core.pdf",
            kept=taken.kept,
            cancelled=cancelled,
        )
        (scratch / "core.pdf").replace(into)
    return into


def _chosen(package: Package, items: Collection[str]) -> tuple[IndexEntry, ...]:
    """Return the entries that are named, in the order of the bundle.

    Raises:
        AssemblyError: if one is not there, or none is named.
    """
    found = {item: _named(package, item) for item in items}
    if missing := sorted(item for item, entries in found.items() if not entries):
        known = ", ".join(sorted(each.item for each in package.index))
        msg = f"the bundle has no item {', '.join(missing)}. Its items are: {known}"
        raise AssemblyError(msg)
    wanted = {item for entries in found.values() for item in entries}
    if not wanted:
        msg = "a core bundle needs at least one item"
        raise AssemblyError(msg)
    return tuple(each for each in package.index if each.item in wanted)


def _named(package: Package, name: str) -> set[str]:
    """Return the item that a name means, if any. A number that is a page's label is that page."""
    known = {each.item for each in package.index}
    for item in (name, f"document:{name}"):
        if item in known:
            return {item}
    labels = package.record["bundle"]["labels"]
    if name.upper() not in labels:
        return {each.item for each in package.index if str(each.number) == name}
    page = labels.index(name.upper()) + 1
    return {
        each.item for each in package.index if each.pdf_page <= page < each.pdf_page + each.pages
    }


def _set(
    package: Package, group: Sequence[IndexEntry], facts: BundleFacts
) -> tuple[Typeset, Layout]:
    """Set the index until the pages that it names are those that there are.

    Raises:
        LayoutUnstable: if they do not settle.
    """
    layout: Layout | None = None
    for _ in range(_ROUNDS):
        pages = _pages(layout)
        part = core_index_part(
            INDEX_ITEM,
            package.index,
            heads_of(package),
            pages,
            {each.item for each in group},
            about=about_case(package),
        )
        made = typeset([part], title=facts.title, language=facts.language, created=facts.created)
        found = _numbered(
            layout_of(package, group, ("",) * made.pages[0], title=f"{_TITLE}: index", letter="0")
        )
        if found == layout:
            return made, layout
        layout = found
    raise LayoutUnstable(_ROUNDS)


def _pages(layout: Layout | None) -> Mapping[str, str]:
    """Return what the index prints as each item's pages: its first and last number here."""
    if layout is None:
        return {}
    found = {}
    for each in layout.entries:
        first, last = each.pdf_page, each.pdf_page + each.pages - 1
        found[each.item] = str(first) if first == last else f"{first}-{last}"
    return found


def _numbered(layout: Layout) -> Layout:
    """Number the pages from 1, each with its label in the main bundle in brackets."""
    marks = tuple(
        PageMark(label=f"{page} [{mark.label}]" if mark.label else str(page), exhibit=mark.exhibit)
        for page, mark in enumerate(layout.marks, start=1)
    )
    entries = tuple(
        evolve(
            each,
            first_label=marks[each.pdf_page - 1].label,
            last_label=marks[each.pdf_page + each.pages - 2].label,
        )
        for each in layout.entries
    )
    return evolve(layout, numbering=Numbering.ARABIC, marks=marks, entries=entries)
