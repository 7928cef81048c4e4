# SPDX-License-Identifier: AGPL-3.0-or-later
"""Split a finished bundle into volumes that can be printed, carried and found one's way in.

A volume ends where an item ends. Each is complete by itself: an index of the whole bundle that
says what is in which volume, bookmarks, and every page with the number it has in the bundle. A
link into another volume becomes words, "Volume 2, D14", with the number of the page that it led to.
The package is not changed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.compose.volume_index import volume_index_part
from evidencekit.errors import AlreadyExists, LimitExceeded
from evidencekit.model.bundle import (
    IndexEntry,
    ItemKind,
    Layout,
    Numbering,
    PageMark,
    SectionHead,
    is_divider,
)
from evidencekit.model.moment import Moment
from evidencekit.model.progress import IsCancelled, raise_if_cancelled
from evidencekit.pdf.assemble import assemble
from evidencekit.pdf.crossing import note_where
from evidencekit.pdf.extract import extract, facts_of
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pdf.typeset import Typeset, typeset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evidencekit.package.opened import Package
    from evidencekit.pdf.extract import BundleFacts

#: The id of the index that each volume begins with.
INDEX_ITEM = "volume:index"


@frozen(kw_only=True)
class Volume:
    """One volume: where it is, how many pages it has, and the first and last of the bundle's."""

    path: Path
    number: int
    pages: int
    first_label: str
    last_label: str


def split_volumes(
    package: Package,
    *,
    into: Path,
    most_pages: int,
    cancelled: IsCancelled | None = None,
) -> tuple[Volume, ...]:
    """Write the bundle of *package* into the folder *into*, as volumes of at most *most_pages*.

    Raises:
        LimitExceeded: if an item alone is longer than a volume may be.
        AlreadyExists: if one of the files is there already.
        NotAPackage, AssemblyError: if the package's PDF is not as its record says.
        Cancelled: if the caller asked for it; no volume is left behind.
    """
    facts = facts_of(package.pdf_path)
    groups = _groups(package, facts, most_pages)
    names = [
        into / f"{package.pdf_path.stem} - Volume {number} of {len(groups)}.pdf"
        for number in range(1, len(groups) + 1)
    ]
    for path in names:
        if path.exists():
            raise AlreadyExists(path.name)
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".volumes-") as folder:
        scratch = Path(folder)
        noted = scratch / "noted.pdf"
        volume_of = {each.item: n for n, group in enumerate(groups, start=1) for each in group}
        note_where(
            package.pdf_path,
            noted,
            package.index,
            package.record["bundle"]["labels"],
            said=lambda here, there: (
                "" if volume_of[here] == volume_of[there] else f"Volume {volume_of[there]}"
            ),
        )
        volumes = []
        for number, (group, path) in enumerate(zip(groups, names, strict=True), start=1):
            raise_if_cancelled(cancelled)
            own = scratch / str(number)
            own.mkdir()
            made = _index(package, facts, volume_of, number, len(groups))
            pages = _bind(package, noted, group, made, facts, own, number, len(groups))
            volumes.append(
                Volume(
                    path=path,
                    number=number,
                    pages=pages,
                    first_label=group[0].first_label,
                    last_label=group[-1].last_label,
                )
            )
        for each in volumes:
            (scratch / str(each.number) / "volume.pdf").replace(each.path)
    return tuple(volumes)


def _groups(
    package: Package, facts: BundleFacts, most_pages: int
) -> tuple[tuple[IndexEntry, ...], ...]:
    """Return the items of each volume, whose index has the same length in each."""
    everything = dict.fromkeys((each.item for each in package.index), 99)
    index = _index(package, facts, everything, 99, 99).pages[0]
    room = most_pages - index
    groups: list[list[IndexEntry]] = []
    held = 0
    for entries in _together(package.index):
        pages = sum(each.pages for each in entries)
        if pages > room:
            limit = f"{most_pages} pages in a volume, {index} of them its index"
            raise LimitExceeded(limit, f"{pages} pages, of {entries[-1].item}")
        if not groups or held + pages > room:
            groups.append([])
            held = 0
        groups[-1] += entries
        held += pages
    return tuple(tuple(group) for group in groups)


def _together(index: Sequence[IndexEntry]) -> list[list[IndexEntry]]:
    """Return the items, a section's divider together with what it stands before."""
    runs: list[list[IndexEntry]] = []
    for entry in index:
        if runs and is_divider(runs[-1][-1].item):
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return runs


def _index(
    package: Package,
    facts: BundleFacts,
    volume_of: Mapping[str, int],
    number: int,
    volumes: int,
) -> Typeset:
    """Set the index of one volume."""
    part = volume_index_part(
        INDEX_ITEM,
        package.index,
        heads_of(package),
        volume_of,
        volume=number,
        volumes=volumes,
        about=about_case(package),
    )
    return typeset([part], title=facts.title, language=facts.language, created=facts.created)


def _bind(
    package: Package,
    source: Path,
    group: Sequence[IndexEntry],
    made: Typeset,
    facts: BundleFacts,
    scratch: Path,
    number: int,
    volumes: int,
) -> int:
    """Bind one volume, and return its number of pages."""
    taken = extract(source, group, scratch=scratch)
    front = tuple(f"V{number}.{page}" for page in range(1, made.pages[0] + 1))
    title = f"Volume {number} of {volumes}"
    layout = layout_of(package, group, front, title=title, letter=f"V{number}")
    return assemble(
        made.pdf,
        (PlacedPart(item=INDEX_ITEM, page=1, pages=made.pages[0]),),
        taken.documents,
        layout,
        title=f"{facts.title} - {title}",
        language=facts.language,
        into=scratch / "volume.pdf",
        kept=taken.kept,
    ).pages


def about_case(package: Package) -> str:
    """Say of which case and hearing a bundle is, in one line."""
    case = package.record["case"]
    hearing = case["hearing_on"]
    told = (case["title"], case["number"], hearing and f"Hearing: {Moment.of(hearing)}")
    return " · ".join(each for each in told if each)


def heads_of(package: Package) -> tuple[SectionHead, ...]:
    """Return the sections of a bundle, as its record names them."""
    return tuple(
        SectionHead(letter=each["letter"], title=each["title"])
        for each in package.record["bundle"]["sections"]
    )


def layout_of(
    package: Package,
    group: Sequence[IndexEntry],
    front: Sequence[str],
    *,
    title: str,
    letter: str,
) -> Layout:
    """Return the layout of an index with the labels *front* and of the items *group* after it,
    each page with the label and the exhibit's number that it has in the bundle.
    """
    record = package.record["bundle"]
    marks = [PageMark(label=label) for label in front]
    entries = [
        IndexEntry(
            item=INDEX_ITEM,
            number=None,
            section=letter,
            title=title,
            kind=ItemKind.GENERATED,
            dated=None,
            pages=len(front),
            pdf_page=1,
            first_label=front[0],
            last_label=front[-1],
        )
    ]
    for entry in group:
        entries.append(evolve(entry, pdf_page=len(marks) + 1))
        own = slice(entry.pdf_page - 1, entry.pdf_page - 1 + entry.pages)
        marks += [
            PageMark(label=label, exhibit=exhibit)
            for label, exhibit in zip(
                record["labels"][own], record["exhibit_labels"][own], strict=True
            )
        ]
    return Layout(
        numbering=Numbering(record["numbering"]),
        sections=(SectionHead(letter=letter, title=title), *heads_of(package)),
        entries=tuple(entries),
        marks=tuple(marks),
    )
