# SPDX-License-Identifier: AGPL-3.0-or-later
"""Say in words where a link leads that leaves its file: "Volume 2, D14".

The words are small and stand where nothing else is: beside the end of the link, else above it, else
in the margin of its line. The label is that of the page that the link leads to; where the link's
own words are that label, only the volume is added.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.model.bundle import ItemKind
from evidencekit.pdf.backlinks import is_back_link
from evidencekit.pdf.boxes import Box, view_of
from evidencekit.pdf.content import streams_of
from evidencekit.pdf.save import save
from evidencekit.pdf.stamp import Stamper
from evidencekit.pdfread.mupdf import quiet_mupdf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pikepdf

    from evidencekit.model.bundle import IndexEntry

_SIZE = 6.0
#: The height of what is printed, of which nothing goes below the line, and the room around it.
_HEIGHT = 4.6
_GAP = 2.0
#: What a link is broken into, and the cells of one row that lead to the same page, are no further
#: from each other.
_ROW = 30.0
#: Nothing is printed nearer to the edge of the paper.
_EDGE = 20.0


def note_where(
    source: Path,
    to: Path,
    entries: Sequence[IndexEntry],
    labels: Sequence[str],
    *,
    said: Callable[[str, str], str],
) -> None:
    """Write a copy of the bundle in which links out of a file say in words where they lead.

    *said* gives, for the items a link stands in and leads to, what is printed before the label of
    the page, or nothing for a link that stays; *labels* are those of all pages of the bundle. Only
    generated pages are looked at: a document's links lead to its own pages.
    """
    import pikepdf

    with pikepdf.open(source) as pdf, quiet_mupdf().open(source, filetype="pdf") as shown:
        ordinals = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        item_at = {
            entry.pdf_page - 1 + number: entry.item
            for entry in entries
            for number in range(entry.pages)
        }
        found: list[tuple[pikepdf.Page, _Words, list[_Crossing]]] = []
        for entry in entries:
            if entry.kind is ItemKind.DOCUMENT:
                continue
            for number in range(entry.pdf_page - 1, entry.pdf_page - 1 + entry.pages):
                page = pdf.pages[number]
                crossings = []
                for area, goal in _links(page, ordinals):
                    target = item_at.get(goal)
                    text = said(entry.item, target) if target is not None else ""
                    if text:
                        crossings.append(_Crossing(area=area, goal=goal, volume=text))
                if crossings:
                    found.append((page, _Words.of(shown[number]), crossings))
        _print(pdf, found, labels)
        save(pdf, to)


@frozen(kw_only=True)
class _Crossing:
    """A link at `area` to the page with index `goal`, which is in another `volume`."""

    area: Box
    goal: int
    volume: str


def _links(
    page: pikepdf.Page, ordinals: Mapping[tuple[int, int], int]
) -> Iterator[tuple[Box, int]]:
    """Yield the areas of a page's links to pages, and the indices of those."""
    import pikepdf

    for link in page.obj.get("/Annots", ()):
        goal = None if is_back_link(link) else link.get("/Dest")
        if isinstance(goal, pikepdf.Array) and len(goal):
            number = ordinals.get(getattr(goal[0], "objgen", (0, 0)))
            if number is not None:
                yield Box(*(float(each) for each in link["/Rect"])), number


class _Words:
    """The words of a page and where they are, in points from its bottom left."""

    def __init__(self, words: Sequence[tuple[Box, str]], width: float) -> None:
        self._words = words
        self._width = width
        self._taken = [box for box, _ in words]

    @classmethod
    def of(cls, page: Any) -> _Words:
        """Read a page that is not turned, as all that are generated."""
        height = float(page.rect.height)
        words = [
            (Box(x0, height - y1, x1, height - y0), text)
            for x0, y0, x1, y1, text, *_ in page.get_text("words")
        ]
        return cls(words, float(page.rect.width))

    def within(self, area: Box) -> str:
        """Return the words of which the middle is in *area*."""
        return " ".join(text for box, text in self._words if _holds_middle(area, box))

    def place(self, area: Box, width: float) -> tuple[float, float]:
        """Return where words so wide stand free beside a link at *area*, and keep that place."""
        line = [each for each in self._taken if _side_by_side(each, area)]
        end = max((each.right for each in line), default=area.right)
        middle = (area.bottom + area.top - _HEIGHT) / 2
        places = [
            (area.right + _GAP, area.top - _HEIGHT - 1),
            (area.right - width, area.top),
            (end + _GAP, middle),
        ]
        boxes = [Box(x, y, x + width, y + _HEIGHT) for x, y in places]
        # The margin is the last, and free but for what was put there before.
        chosen = next((each for each in boxes if self._is_free(each)), boxes[-1])
        self._taken.append(chosen)
        return chosen.left, chosen.bottom

    def _is_free(self, box: Box) -> bool:
        inside = box.left >= _EDGE and box.right <= self._width - _EDGE
        return inside and not any(_overlap(box, _ink(each)) for each in self._taken)


def _ink(word: Box) -> Box:
    """Return where a word has ink: its box goes from the lowest to the highest of its typeface."""
    room = word.height * 0.12
    return Box(word.left, word.bottom + room, word.right, word.top - room)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.bottom < other.top
        and other.bottom < one.top
    )


def _side_by_side(one: Box, other: Box) -> bool:
    return one.bottom < other.top and other.bottom < one.top


def _holds_middle(area: Box, box: Box) -> bool:
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    return area.left <= x <= area.right and area.bottom <= y <= area.top


def _runs(crossings: Sequence[_Crossing]) -> list[list[_Crossing]]:
    """Put together what is one link broken over lines, or one row of cells that lead to a page."""
    runs: list[list[_Crossing]] = []
    for each in crossings:
        last = runs[-1][-1] if runs else None
        near = last is not None and abs(last.area.top - each.area.top) <= _ROW
        if last is None or last.goal != each.goal or not near:
            runs.append([])
        runs[-1].append(each)
    return runs


def _print(
    pdf: pikepdf.Pdf,
    found: Sequence[tuple[pikepdf.Page, _Words, Sequence[_Crossing]]],
    labels: Sequence[str],
) -> None:
    """Print beside each link, small, where it leads."""
    import pikepdf

    notes = []
    for page, words, crossings in found:
        for run in _runs(crossings):
            one = max(run, key=lambda each: each.area.right)
            label = labels[one.goal]
            own = " ".join(words.within(each.area) for each in run)
            says_it = re.search(rf"(?<!\w){re.escape(label)}(?!\w)", own) is not None
            notes.append((page, words, one, one.volume if says_it else f"{one.volume}, {label}"))
    if not notes:
        return
    stamper = Stamper(pdf, "".join(sorted({each for *_, text in notes for each in text})))
    for page, words, crossing, text in notes:
        box = view_of(page).box
        x, y = words.place(crossing.area, stamper.width(text) * _SIZE)
        drawn = stamper.small(page, text, size=_SIZE, x=x - box.left, y=y - box.bottom)
        streams = streams_of(page)
        # The page's own number stays last: by that it is found, and taken off.
        page.obj["/Contents"] = pikepdf.Array([*streams[:-1], drawn, streams[-1]])
