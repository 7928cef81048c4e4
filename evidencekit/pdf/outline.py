# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read the bookmarks of a document, and write those of the bundle.

The bundle's bookmarks are sections, below them items, below them the item's own bookmarks. Reading
follows no action but going to a page, and does not trust that a list ends.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.pdf.written import written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pikepdf

#: More bookmarks than this in one document help nobody and cost the reader.
MOST_LINES = 5000
_DEEPEST = 32
_LONGEST_TITLE = 1000


@frozen(kw_only=True)
class OutlineLine:
    """A bookmark. `level` counts from 1, `page` is an ordinal from 1, or None without a target."""

    level: int
    title: str
    page: int | None


def read_outline(pdf: pikepdf.Pdf) -> tuple[tuple[OutlineLine, ...], bool]:
    """Return the bookmarks of *pdf*, and whether all of them were read."""
    outlines: Any = pdf.Root.get("/Outlines")
    if not _is_dictionary(outlines):
        return (), True
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    names = named_destinations(pdf)
    lines: list[OutlineLine] = []
    seen: set[tuple[int, int]] = set()
    complete = True
    waiting: list[tuple[Any, int]] = [(outlines.get("/First"), 1)]
    while waiting:
        node, level = waiting.pop()
        if not _is_dictionary(node):
            continue
        if node.objgen in seen or len(lines) >= MOST_LINES or level > _DEEPEST:
            complete = False
            continue
        seen.add(node.objgen)
        lines.append(
            OutlineLine(
                level=level,
                title=clean_title(node.get("/Title")),
                page=_target(node, pages, names),
            )
        )
        waiting += [(node.get("/Next"), level), (node.get("/First"), level + 1)]
    return tuple(lines), complete


def clean_title(value: Any) -> str:
    """Return a title as one line of printable characters."""
    text = "" if value is None else written(value)[: 4 * _LONGEST_TITLE]
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:_LONGEST_TITLE]


def write_outline(
    pdf: pikepdf.Pdf, lines: Sequence[OutlineLine], pages: Sequence[pikepdf.Page]
) -> None:
    """Replace the bookmarks of *pdf*, whose pages are *pages* in order.

    The first level is shown open, what is below it closed.
    """
    import pikepdf

    nodes = [
        pdf.make_indirect(pikepdf.Dictionary(Title=pikepdf.String(line.title))) for line in lines
    ]
    root = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Outlines))
    for node, line in zip(nodes, lines, strict=True):
        if line.page is not None:
            node["/Dest"] = destination(pages[line.page - 1])
    children = _children([line.level for line in lines])
    for parent, below in children.items():
        node = root if parent is None else nodes[parent]
        node["/First"], node["/Last"] = nodes[below[0]], nodes[below[-1]]
        node["/Count"] = len(below) if parent is None else -len(below)
        for number in below:
            nodes[number]["/Parent"] = node
        for one, other in itertools.pairwise(below):
            nodes[one]["/Next"], nodes[other]["/Prev"] = nodes[other], nodes[one]
    for number in children.get(None, ()):
        if number in children:
            nodes[number]["/Count"] = len(children[number])
            root["/Count"] = int(root["/Count"]) + len(children[number])
    pdf.Root["/Outlines"] = root


def destination(page: pikepdf.Page) -> pikepdf.Array:
    """Return the destination that is *page*, and keeps the reader's zoom."""
    import pikepdf

    return pikepdf.Array([page.obj, pikepdf.Name.XYZ, None, None, None])


def _children(levels: Sequence[int]) -> dict[int | None, list[int]]:
    """Return who is below whom; None is the root. A level that was skipped is no gap."""
    children: dict[int | None, list[int]] = {}
    above: list[int] = []
    for number, level in enumerate(levels):
        while above and levels[above[-1]] >= level:
            above.pop()
        children.setdefault(above[-1] if above else None, []).append(number)
        above.append(number)
    return children


def _is_dictionary(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Dictionary)


def named_destinations(pdf: pikepdf.Pdf) -> Mapping[str, Any]:
    """Return the destinations that have names, of both kinds."""
    import pikepdf

    names: dict[str, Any] = {}
    old = pdf.Root.get("/Dests")
    if isinstance(old, pikepdf.Dictionary):
        names.update((key, old[key]) for key in old.keys())  # noqa: SIM118 - not a mapping
    tree = pdf.Root.get("/Names")
    tree = tree.get("/Dests") if isinstance(tree, pikepdf.Dictionary) else None
    if isinstance(tree, pikepdf.Dictionary):
        try:
            names.update((written(key), value) for key, value in pikepdf.NameTree(tree).items())
        except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
            # A damaged tree costs the bookmarks their targets, not the document its place.
            return names
    return names


def _target(
    node: Any,
    pages: Mapping[tuple[int, int], int],
    names: Mapping[str, Any],
) -> int | None:
    """Return the ordinal that a bookmark leads to, or None."""
    import pikepdf

    goal = node.get("/Dest")
    action = node.get("/A")
    if goal is None and isinstance(action, pikepdf.Dictionary) and action.get("/S") == "/GoTo":
        goal = action.get("/D")
    for _ in range(2):
        if isinstance(goal, (pikepdf.String, pikepdf.Name)):
            goal = names.get(written(goal))
        if isinstance(goal, pikepdf.Dictionary):
            goal = goal.get("/D")
    if not isinstance(goal, pikepdf.Array) or len(goal) == 0:
        return None
    page = goal[0]
    if isinstance(page, pikepdf.Dictionary):
        return pages.get(page.objgen)
    # Some programs write the page's number instead of the page.
    return int(page) + 1 if isinstance(page, int) and 0 <= page < len(pages) else None
