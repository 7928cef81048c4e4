# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draw form fields onto their pages, so that what was filled in is there for every reader.

Bound with others, two forms whose fields share a name would show one value for both. Drawn, they
cannot; and nothing of a form is left that a reader could fill, send or run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.pdf.save import save_as
from evidencekit.pdf.written import written
from evidencekit.pdfread.mupdf import quiet_mupdf

if TYPE_CHECKING:
    from pathlib import Path

    import pikepdf

_DEEPEST_FIELD = 32


def has_form(pdf: pikepdf.Pdf) -> bool:
    """Return whether there are form fields, listed or only standing on a page."""
    return "/AcroForm" in pdf.Root or any(
        each.get("/Subtype") == "/Widget"
        for page in pdf.pages
        for each in page.obj.get("/Annots", ())
    )


def count_signatures(pdf: pikepdf.Pdf) -> int:
    """Count the signature fields that are signed."""
    import pikepdf

    return sum(
        1
        for each in pdf.objects
        if isinstance(each, pikepdf.Dictionary)
        and each.get("/FT") == "/Sig"
        and each.get("/V") is not None
    )


def flatten(pdf: pikepdf.Pdf, to: Path, *, scratch: Path) -> None:
    """Write *pdf* to *to* with its fields drawn onto the pages.

    Raises:
        One of `mupdf_errors`: if MuPDF cannot draw them.
    """
    before = scratch / "form.pdf"
    _drop_stale_values(pdf)
    save_as(pdf, before, encryption=False, fix_metadata_version=False)
    with quiet_mupdf().open(before, filetype="pdf") as document:
        document.bake(annots=False, widgets=True)
        document.save(to)


def drop_form(pdf: pikepdf.Pdf) -> None:
    """Remove what is left of a form that was drawn."""
    import pikepdf

    if "/AcroForm" in pdf.Root:
        del pdf.Root["/AcroForm"]
    for page in pdf.pages:
        if (annotations := page.obj.get("/Annots")) is not None:
            page.obj["/Annots"] = pikepdf.Array(
                [each for each in annotations if each.get("/Subtype") != "/Widget"]
            )


def _drop_stale_values(pdf: pikepdf.Pdf) -> None:
    """Where a form asks readers to draw its values anew, remove the old drawings of them."""
    form: Any = pdf.Root.get("/AcroForm")
    if form is None or not hasattr(form, "get") or not form.get("/NeedAppearances"):
        return
    for page in pdf.pages:
        for each in page.obj.get("/Annots", ()):
            if _field_type(each) in {"/Tx", "/Ch"} and "/AP" in each:
                del each["/AP"]


def _field_type(widget: Any) -> str:
    """Return the kind of a form field, which its parents may state."""
    node = widget
    for _ in range(_DEEPEST_FIELD):
        if node is None or not hasattr(node, "get"):
            break
        if (kind := node.get("/FT")) is not None:
            return written(kind)
        node = node.get("/Parent")
    return ""
