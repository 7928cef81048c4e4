# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keep the corner free in which a page's label is printed, so that it covers nothing.

A reader looks for the label at the bottom right, on every page. So it never moves: where something
stands there already, what the page shows becomes a little smaller, towards the middle of its upper
edge, and leaves a margin at the foot. Whether something stands there is seen on a picture of the
corner, because a scan has no words to ask for. Runs where documents are taken in, since it draws
what somebody else made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from evidencekit.model.findings import Finding, Severity
from evidencekit.pdf.boxes import view_of
from evidencekit.pdf.content import draw_as_form, whole_content
from evidencekit.pdf.save import save_as
from evidencekit.pdf.stamp import BASELINE, FREE_WIDTH, LABEL_SIZE, label_scale, side_of
from evidencekit.pdf.takein_result import ShrunkPage, TakenIn
from evidencekit.pdfread.mupdf import mupdf_errors, quiet_mupdf

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pikepdf

#: What is not looked at along the edges, where scanners leave shadows.
_EDGE = 10.0
#: The height of the margin that a page gets. Everything in it is the label's.
FOOT = BASELINE + LABEL_SIZE + 5.0
#: Dots of ink in a picture of 72 dots an inch: fewer are dust, more are at least a character.
_DUST = 8
_CONTRAST = 50
#: On darker paper than this a black label cannot be read.
_DARK = 140


def make_room(taken: TakenIn, *, item: str) -> TakenIn:
    """Make room for the label on every page of *taken*, in its file; return it with what was done.

    This comes last of all that is done to a document, since a page that is turned afterwards has
    another corner.
    """
    import pikepdf

    pages = taken_corners(taken.path, pages=taken.pages)
    if not pages:
        return taken
    shrunk = []
    with pikepdf.open(taken.path, allow_overwriting_input=True) as pdf:
        shrinker = _Shrinker(pdf)
        for number in pages:
            per_mille = shrinker.shrink(pdf.pages[number - 1])
            if per_mille is not None:
                shrunk.append(ShrunkPage(page=number, per_mille=per_mille))
        room = taken.path.with_suffix(".room")
        save_as(pdf, room, encryption=False, deterministic_id=True, fix_metadata_version=False)
    room.replace(taken.path)
    findings = (*taken.findings, *_findings(item, shrunk, len(pages) - len(shrunk)))
    return evolve(
        taken,
        findings=tuple(sorted(findings, key=lambda each: each.code)),
        shrunk=tuple(shrunk),
    )


def taken_corners(path: Path, *, pages: int) -> tuple[int, ...]:
    """Return the pages, counted from 1, on which something stands where the label goes.

    A file that the engine does not read as so many *pages* has none that it could tell.
    """
    pymupdf = quiet_mupdf()
    with pymupdf.open(path, filetype="pdf") as document:
        if document.page_count != pages:
            return ()
        return tuple(
            number for number, page in enumerate(document, start=1) if _is_taken(pymupdf, page)
        )


def _is_taken(pymupdf: Any, page: Any) -> bool:
    """Return whether a label would cover something on a page, or not be read there."""
    edge = page.rect
    scale = label_scale(edge.width, edge.height)
    side = side_of(edge.width, edge.height)
    corner = pymupdf.Rect(
        max(edge.x0, edge.x1 - side - FREE_WIDTH * scale),
        max(edge.y0, edge.y1 - (BASELINE + LABEL_SIZE) * scale),
        edge.x1 - min(_EDGE * scale, side / 2),
        edge.y1 - _EDGE * scale,
    )
    try:
        picture = page.get_pixmap(
            matrix=pymupdf.Matrix(1 / scale, 1 / scale),
            clip=corner,
            colorspace=pymupdf.csGRAY,
            alpha=False,
        )
    except mupdf_errors():
        # What cannot be drawn cannot be covered.
        return False
    dots = sorted(picture.samples)
    if not dots:
        return False
    paper = dots[len(dots) // 2]
    ink = sum(abs(dot - paper) > _CONTRAST for dot in dots)
    return bool(paper < _DARK or ink > _DUST)


def _findings(item: str, shrunk: Sequence[ShrunkPage], covered: int) -> tuple[Finding, ...]:
    """Say on how many pages room was made, and on how many it could not be."""
    found = []
    if shrunk:
        most = 1000 - min(each.per_mille for each in shrunk)
        found.append(
            Finding(
                code="EK-P021",
                severity=Severity.NOTE,
                subject=item,
                message=f"on {len(shrunk)} pages something stands where the page number goes. They "
                f"are shown smaller, by {most / 10:.1f} % at most, with a margin for it",
                group="pages",
            )
        )
    if covered:
        found.append(
            Finding(
                code="EK-P022",
                severity=Severity.WARNING,
                subject=item,
                message=f"on {covered} damaged pages the page number is printed over what stands "
                "at the bottom right",
                group="pages",
            )
        )
    return tuple(found)


class _Shrinker:
    """Makes pages of one PDF smaller, and what is attached to them."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._moved: set[tuple[int, int]] = set()

    def shrink(self, page: pikepdf.Page) -> int | None:
        """Make *page* smaller; return how large it is now, in thousandths, or None if it cannot.

        What it draws moves into a form, because patterns are fixed to what draws them and not to
        the coordinates that hold then.
        """
        content = whole_content(page)
        if content is None:
            return None
        view = view_of(page)
        # Whole thousandths, so that the record says exactly how the page is shown.
        per_mille = int(1000 - 1000 * FOOT * label_scale(view.width, view.height) / view.height)
        factor = per_mille / 1000
        *_, x, y = view.matrix(view.width / 2, view.height)
        matrix = (factor, 0.0, 0.0, factor, (1 - factor) * x, (1 - factor) * y)
        draw_as_form(self._pdf, page, self._pdf.make_stream(content), view.box, matrix=matrix)
        for annotation in page.obj.get("/Annots", ()):
            self._move(annotation, factor, (1 - factor) * x, (1 - factor) * y)
        return per_mille

    def _move(self, annotation: pikepdf.Object, factor: float, x: float, y: float) -> None:
        """Move an annotation along; pages may share one, which then moves once."""
        import pikepdf

        if annotation.is_indirect:
            if annotation.objgen in self._moved:
                return
            self._moved.add(annotation.objgen)

        def moved(values: Any) -> Any:
            return pikepdf.Array(
                [
                    moved(each)
                    if isinstance(each, pikepdf.Array)
                    else round(float(each) * factor + (y if place % 2 else x), 4)
                    for place, each in enumerate(values)
                ]
            )

        for key in ("/Rect", "/QuadPoints", "/Vertices", "/L", "/CL", "/InkList"):
            values = annotation.get(key)
            if isinstance(values, pikepdf.Array):
                try:
                    annotation[key] = moved(values)
                except (TypeError, ValueError):
                    # Its place is no place; then no reader shows it either.
                    continue
