# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages as small grey pictures: what is inked, and where two pages differ to the eye."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.pdfread.corners import Word

#: Why black words cannot be seen, where what is around them is black too.
DARK = "on a dark ground"
#: Pixels for a point. Words of 8 points can still be told from their background.
_SCALE = 1.0
#: A plan of two metres is drawn no larger than this.
_LONGEST_SIDE = 1400.0
#: Grey levels of 256 by which ink stands out from what is around it.
_CONTRAST = 24
#: Grey levels that a pixel differs by, beyond what smoothing does.
_DIFFERENT = 48
_PADDING = 2


@frozen
class Area:
    """A rectangle of a page as displayed, from the top left, in points."""

    left: float
    top: float
    right: float
    bottom: float


def area_of(word: Word) -> Area:
    """Return where a word is."""
    return Area(word.left, word.top, word.right, word.bottom)


class Picture:
    """A page as a reader shows it, in grey."""

    def __init__(self, page: Any) -> None:
        """Draw *page*.

        Raises:
            RuntimeError: if the page cannot be drawn.
        """
        import numpy as np
        import pymupdf

        library: Any = pymupdf
        longest = max(page.rect.width, page.rect.height, 1.0)
        self._scale = min(_SCALE, _LONGEST_SIDE / longest)
        drawn = page.get_pixmap(
            matrix=library.Matrix(self._scale, self._scale),
            colorspace=library.csGRAY,
            alpha=False,
            annots=True,
        )
        rows = np.frombuffer(drawn.samples, dtype=np.uint8).reshape(drawn.height, drawn.stride)
        self._grey = rows[:, : drawn.width].astype(np.int16)

    def has_ink(self, area: Area) -> bool:
        """Say whether anything in *area* stands out."""
        rows, columns = self._within(area)
        part = self._grey[rows, columns]
        return bool(part.size) and int(part.max()) - int(part.min()) >= _CONTRAST

    def flaw(self, area: Area) -> str:
        """Say why black words in *area* cannot be seen, or nothing."""
        if self.has_ink(area):
            return ""
        return DARK if self.is_dark(area) else "covered"

    def is_dark(self, area: Area) -> bool:
        """Say whether *area* is so dark that black on it could not be seen."""
        rows, columns = self._within(area)
        part = self._grey[rows, columns]
        return bool(part.size) and float(part.mean()) < 2 * _DIFFERENT

    def difference(self, other: Picture, *, but: Sequence[Area] = ()) -> float | None:
        """Return the share of pixels outside the areas *but* that clearly differ from *other*.

        None if the two are not of one size.
        """
        import numpy as np

        if self._grey.shape != other._grey.shape:
            return None
        apart = np.abs(self._grey - other._grey) > _DIFFERENT
        for area in but:
            rows, columns = self._within(area, padding=_PADDING)
            apart[rows, columns] = False
        return float(apart.mean()) if apart.size else 0.0

    def _within(self, area: Area, *, padding: int = 0) -> tuple[slice, slice]:
        def edge(value: float, limit: int, change: int) -> int:
            return max(0, min(limit, int(value * self._scale) + change))

        height, width = self._grey.shape
        return (
            slice(edge(area.top, height, -padding), edge(area.bottom, height, padding + 1)),
            slice(edge(area.left, width, -padding), edge(area.right, width, padding + 1)),
        )
