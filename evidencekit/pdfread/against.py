# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hold pages of a bundle against the file that they were bound in from.

Both are read and drawn by the same library, so that what differs was changed between them: by
whoever bound the pages in (numbers printed, forms drawn, damage mended), or by somebody since.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.pdfread.fold import fold
from evidencekit.pdfread.marks import Mark, layers_of, marks_of
from evidencekit.pdfread.objects import page_of, trailer_of
from evidencekit.pdfread.picture import DARK, Picture, area_of
from evidencekit.pdfread.read import bookmarks_of, lay_out_text, open_pdf, place_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from evidencekit.pdfread.corners import Word
    from evidencekit.pdfread.picture import Area

#: Points by which two pages may differ and be of one size.
_SAME_SIZE = 1.0
#: A page with a side shorter than this has no room for a number, and is bound in on a sheet.
_TINY = 100.0
_WHOLE = 1000
#: Annotations that are bound in as a picture of themselves, because they open or play something.
_PLAYING = frozenset({"FileAttachment", "Screen", "Movie", "RichMedia", "Sound", "3D"})


@frozen(kw_only=True)
class HeldPage:
    """A page of a bundle beside its source.

    `lost` and `added` count words that only one of them has, the printed numbers aside; `words`
    those of the source. `apart` is the share of the picture that clearly differs, None where they
    are not of one size; `tiny` says that the source is too small for a page of its own. `marks` are
    annotations that the source has not, `layers` the layers that it has fewer of. `flaw` says why
    its numbers cannot be seen, apart from what the source itself has there. `plain` says that
    nothing about the source asks for a change when it is bound in.
    """

    ordinal: int
    words: int
    lost: int
    added: int
    apart: float | None
    tiny: bool = False
    marks: tuple[Mark, ...] = ()
    layers: int = 0
    flaw: str = ""
    plain: bool = True


@frozen(kw_only=True)
class HeldDocument:
    """A document beside its pages in a bundle: how many it has, its bookmarks, and each page."""

    pages: int
    plain: bool = True
    titles: tuple[str, ...] = ()
    held: tuple[HeldPage, ...] = ()


def hold_against(
    bundle: Path,
    document: Path,
    *,
    first: int,
    stamps: Sequence[Sequence[str]],
    per_mille: Sequence[int] = (),
    start: int = 0,
) -> HeldDocument:
    """Compare pages of *document*, from index *start* on, with those of *bundle*, from ordinal
    *first* on. *stamps* gives the numbers printed on each of them, *per_mille* at how many
    thousandths of its size each is shown.

    Raises:
        PdfUnreadable: if either cannot be read as a PDF.
    """
    with open_pdf(bundle) as ours, open_pdf(document) as theirs:
        plain = not theirs.is_repaired and not trailer_of(theirs)["Root"]["AcroForm"]
        return HeldDocument(
            pages=theirs.page_count,
            plain=plain,
            titles=tuple(each.title for each in bookmarks_of(theirs)),
            held=tuple(
                _hold(
                    (ours, first - 1 + index),
                    (theirs, start + index),
                    printed,
                    plain=plain,
                    per_mille=per_mille[index] if index < len(per_mille) else 1000,
                )
                for index, printed in enumerate(stamps)
                if start + index < theirs.page_count and first - 1 + index < ours.page_count
            ),
        )


def _hold(
    ours: tuple[Any, int],
    theirs: tuple[Any, int],
    stamps: Sequence[str],
    *,
    plain: bool,
    per_mille: int,
) -> HeldPage:
    page, source = ours[0][ours[1]], theirs[0][theirs[1]]
    entry, origin = page_of(*ours), page_of(*theirs)
    words = place_words(page, lay_out_text(page).extractWORDS())
    there = _counted(str(each[4]) for each in lay_out_text(source).extractWORDS())
    printed = _stamped(words, stamps, page.rect.width, page.rect.height)
    here = _counted(word.text for word in words if word not in printed)
    lost, added = there - here, here - there
    if sorted("".join(lost.elements())) == sorted("".join(added.elements())):
        # The same letters, which a program that mends or draws anew may divide otherwise.
        lost = added = Counter()
    before, after = Counter(marks_of(origin)), Counter(marks_of(entry))
    areas = [area_of(word) for word in printed]
    drawn = Picture(page)
    factor = per_mille / _WHOLE
    apart, flaw = _pictures(page, source, drawn, areas, factor=factor)
    playing = any(mark.kind in _PLAYING for mark in before)
    return HeldPage(
        ordinal=ours[1] + 1,
        words=there.total(),
        lost=lost.total(),
        added=added.total(),
        apart=apart,
        tiny=min(source.rect.width, source.rect.height) < _TINY,
        marks=tuple(
            mark for mark in (after - before).elements() if not (playing and mark.kind == "Stamp")
        ),
        layers=max(layers_of(entry) - layers_of(origin), 0),
        flaw=flaw,
        plain=plain and not playing and not layers_of(origin),
    )


def _counted(words: Iterable[str]) -> Counter[str]:
    return Counter(folded for each in words if (folded := fold(each)))


def _stamped(
    words: Sequence[Word], stamps: Sequence[str], width: float, height: float
) -> list[Word]:
    """Find the words that are the page's numbers: for each the one nearest to a bottom corner."""

    def distance(word: Word) -> float:
        return min(word.left, width - word.right) ** 2 + (height - word.bottom) ** 2

    found = []
    for stamp in stamps:
        same = [word for word in words if word.text == stamp]
        if same:
            found.append(min(same, key=distance))
    return found


def _pictures(
    page: Any, source: Any, drawn: Picture, areas: Sequence[Area], *, factor: float
) -> tuple[float | None, str]:
    """Return how far page and source differ to the eye, and why a number cannot be seen."""
    flaws = [flaw for area in areas if (flaw := drawn.flaw(area))]
    same = (
        abs(page.rect.width - source.rect.width) <= _SAME_SIZE
        and abs(page.rect.height - source.rect.height) <= _SAME_SIZE
    )
    if not same:
        return None, flaws[0] if flaws else ""
    before = Picture(source, factor=factor)
    hidden = [area for area in areas if drawn.flaw(area)]
    if hidden and all(before.is_dark(area) for area in hidden):
        flaws = [DARK]
    elif hidden:
        flaws = ["covered"]
    return drawn.difference(before, but=areas, near=factor != 1.0), flaws[0] if flaws else ""
