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
_WHITE = 255


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

    def __init__(self, page: Any, *, factor: float = 1.0) -> None:
        """Draw *page*; made smaller by *factor*, towards the middle of its upper edge, on paper of
        the size that it had.

        Raises:
            One of `mupdf_errors`: if the page cannot be drawn.
        """
        import numpy as np
        import pymupdf

        library: Any = pymupdf
        width, height = page.rect.width, page.rect.height
        self._scale = scale = min(_SCALE, _LONGEST_SIDE / max(width, height, 1.0))
        aside = (1 - factor) * width / 2 * scale
        drawn = page.get_pixmap(
            matrix=library.Matrix(scale * factor, 0, 0, scale * factor, aside, 0),
            colorspace=library.csGRAY,
            alpha=False,
            annots=True,
        )
        rows = np.frombuffer(drawn.samples, dtype=np.uint8).reshape(drawn.height, drawn.stride)
        grey = rows[:, : drawn.width].astype(np.int16)
        if factor != 1.0:
            whole = (library.Rect(0, 0, width, height) * library.Matrix(scale, scale)).irect
            paper = np.full((whole.height, whole.width), _WHITE, dtype=np.int16)
            rows, columns = min(drawn.height, whole.height), drawn.width
            left = min(drawn.x, whole.width)
            paper[:rows, left : left + columns] = grey[:rows, : whole.width - left]
            grey = paper
        self._grey = grey

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

    def difference(
        self, other: Picture, *, but: Sequence[Area] = (), near: bool = False
    ) -> float | None:
        """Return the share of pixels outside the areas *but* that clearly differ from *other*.

        With *near* a pixel may also be as any of its neighbours in the other is, since what was
        drawn in another size is not to the pixel where it would be. None if the two are not of one
        size.
        """
        import numpy as np

        if self._grey.shape != other._grey.shape:
            return None
        if near:
            apart = _beyond(self._grey, other._grey) | _beyond(other._grey, self._grey)
        else:
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


def _beyond(one: Any, other: Any) -> Any:
    """Return where *one* is clearly lighter or darker than all of *other* around there."""
    import numpy as np

    framed = np.pad(other, 1, mode="edge")
    height, width = other.shape
    around = [
        framed[row : row + height, column : column + width]
        for row in range(3)
        for column in range(3)
    ]
    lightest, darkest = np.maximum.reduce(around), np.minimum.reduce(around)
    return (one > lightest + _DIFFERENT) | (one < darkest - _DIFFERENT)
