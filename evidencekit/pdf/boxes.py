# SPDX-License-Identifier: AGPL-3.0-or-later
"""The part of a page that is seen, and how it is turned.

Pages of others have boxes with corners in any order, crop boxes outside of their paper, turns of
450 degrees and units of their own. Here they become one small value.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    import pikepdf

#: A4 in points.
A4_WIDTH = 595.276
A4_HEIGHT = 841.89
#: A page with a side shorter than this has no room for a label.
SHORTEST_SIDE = 100.0
_LETTER = (0.0, 0.0, 612.0, 792.0)
_CORNERS = 4
_QUARTER = 90


@frozen
class Box:
    """A rectangle in a page's own coordinates."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """The width in the page's own units."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """The height in the page's own units."""
        return self.top - self.bottom

    def array(self) -> pikepdf.Array:
        """Return the box as a PDF has it."""
        import pikepdf

        return pikepdf.Array(
            [round(each, 4) for each in (self.left, self.bottom, self.right, self.top)]
        )


@frozen
class View:
    """What is displayed of a page: its box, its clockwise turn and the size of its unit."""

    box: Box
    turn: int
    unit: float

    @functools.cached_property
    def width(self) -> float:
        """The width as displayed, in points."""
        return (self.box.height if self.turn in {90, 270} else self.box.width) * self.unit

    @functools.cached_property
    def height(self) -> float:
        """The height as displayed, in points."""
        return (self.box.width if self.turn in {90, 270} else self.box.height) * self.unit

    def matrix(self, x: float, y: float) -> tuple[float, float, float, float, float, float]:
        """Return the matrix that writes upright at (x, y) points from the displayed bottom left."""
        dx, dy, box = x / self.unit, y / self.unit, self.box
        if self.turn == 0:
            return 1.0, 0.0, 0.0, 1.0, box.left + dx, box.bottom + dy
        if self.turn == _QUARTER:
            return 0.0, 1.0, -1.0, 0.0, box.right - dy, box.bottom + dx
        if self.turn == 2 * _QUARTER:
            return -1.0, 0.0, 0.0, -1.0, box.right - dx, box.top - dy
        return 0.0, -1.0, 1.0, 0.0, box.left + dy, box.top - dx


def sheet_around(view: View) -> Box:
    """Return a sheet of A4 around what is displayed, or larger where the page is larger."""
    wide, high = (A4_HEIGHT, A4_WIDTH) if view.turn in {90, 270} else (A4_WIDTH, A4_HEIGHT)
    box = view.box
    extra_x = max(0.0, wide / view.unit - box.width) / 2
    extra_y = max(0.0, high / view.unit - box.height) / 2
    return Box(box.left - extra_x, box.bottom - extra_y, box.right + extra_x, box.top + extra_y)


def view_of(page: pikepdf.Page) -> View:
    """Return what is displayed of *page*: its crop box inside its media box, turned."""
    media = _box(inherited(page, "/MediaBox")) or Box(*_LETTER)
    crop = _box(inherited(page, "/CropBox"))
    return View(
        box=media if crop is None else _common(media, crop) or media,
        turn=_turn(inherited(page, "/Rotate")),
        unit=_unit(page.obj["/UserUnit"]) if "/UserUnit" in page.obj else 1.0,
    )


def settle_boxes(page: pikepdf.Page, view: View) -> None:
    """Write the boxes of *page* so that every reader displays *view*, where they may differ.

    Readers differ in what they make of a crop box beside the page, or of one that is none.
    """
    media, crop = inherited(page, "/MediaBox"), inherited(page, "/CropBox")
    if crop is not None and _box(crop) != view.box:
        page.obj["/CropBox"] = view.box.array()
    if _box(media) is None:
        page.obj["/MediaBox"] = view.box.array()


def inherited(page: pikepdf.Page, key: str) -> Any:
    """Return a page's value or the nearest one above it, in a tree that may have loops."""
    import pikepdf

    node: Any = page.obj
    for _ in range(64):
        # To ask first takes a fifth of the time of getting what is not there.
        if key in node and (value := node[key]) is not None:
            return value
        node = node.get("/Parent")
        if not isinstance(node, pikepdf.Dictionary):
            break
    return None


def _box(value: Any) -> Box | None:
    """Read a box with its corners in any order; None if it is none, or holds no area."""
    import pikepdf

    if isinstance(value, pikepdf.Array) and b"R" not in (text := value.unparse()):
        # Written out, with nothing in it that stands elsewhere; most pages have the same.
        return _box_of(text)
    return _read_box(value)


@functools.lru_cache(maxsize=256)
def _box_of(text: bytes) -> Box | None:
    import pikepdf

    return _read_box(pikepdf.Object.parse(text))


def _read_box(value: Any) -> Box | None:
    try:
        x0, y0, x1, y1 = (float(each) for each in list(value)[:_CORNERS])
    except (TypeError, ValueError):
        return None
    box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if box.width > 0 and box.height > 0 else None


def _common(one: Box, other: Box) -> Box | None:
    """Return what two boxes share, or None."""
    box = Box(
        max(one.left, other.left),
        max(one.bottom, other.bottom),
        min(one.right, other.right),
        min(one.top, other.top),
    )
    return box if box.width > 0 and box.height > 0 else None


def _turn(value: Any) -> int:
    """Return 0, 90, 180 or 270, whatever number of turns stands there."""
    try:
        return int(value) // 90 % 4 * 90
    except (TypeError, ValueError):
        return 0


def _unit(value: Any) -> float:
    """Return the size of a page's unit in points."""
    try:
        unit = float(value)
    except (TypeError, ValueError):
        return 1.0
    return unit if unit > 0 else 1.0
