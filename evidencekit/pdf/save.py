# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write a PDF so that the same pages give the same bytes, in one piece, without a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pikepdf


def describe(
    pdf: pikepdf.Pdf,
    *,
    first: pikepdf.Page,
    title: str,
    language: str,
    keep_conformance_claims: bool,
) -> None:
    """Set what a PDF reader shows about the document, the same in both places it may look.

    The claim to be PDF/A or PDF/UA was made for the generated pages; pages of others that are
    bound in do not keep it, so it goes when there are any. The file opens at page *first*.
    """
    import pikepdf

    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as about:
        about["dc:title"] = title
        about["dc:language"] = {language}
        if not keep_conformance_claims:
            for claim in ("pdfaid:part", "pdfaid:conformance", "pdfaid:rev", "pdfuaid:part"):
                if claim in about:
                    del about[claim]
    pdf.docinfo["/Title"] = pikepdf.String(title)
    root = pdf.Root
    root["/Lang"] = pikepdf.String(language)
    root["/PageMode"] = pikepdf.Name.UseOutlines
    preferences = root.get("/ViewerPreferences", pikepdf.Dictionary())
    preferences["/DisplayDocTitle"] = True
    root["/ViewerPreferences"] = preferences
    # The default view is 100 % (EW-GEN-07).
    root["/OpenAction"] = pikepdf.Array([first.obj, pikepdf.Name.XYZ, None, None, 1])


def save(pdf: pikepdf.Pdf, into: Path) -> None:
    """Write *pdf* to *into*, compactly. The file's own id follows from its content."""
    import pikepdf

    pdf.save(
        into,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        encryption=False,
        min_version="1.7",
        linearize=False,
    )
