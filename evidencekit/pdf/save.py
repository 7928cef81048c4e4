# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write a PDF so that the same pages give the same bytes, in one piece, without a clock."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO, cast

if TYPE_CHECKING:
    from pathlib import Path

    import pikepdf


class _Late(io.RawIOBase):
    """Writes to a file, and keeps the first error until the end.

    qpdf writes its last bytes where an error must not be raised: a full disk would end the whole
    process there.
    """

    def __init__(self, file: io.FileIO) -> None:
        super().__init__()
        self._file = file
        self._count = 0
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._count

    def write(self, data: Any, /) -> int:
        left = memoryview(data).cast("B")
        self._count += len(left)
        taken = len(left)
        while left and self.error is None:
            try:
                left = left[self._file.write(left) :]
            except OSError as error:
                self.error = error
        return taken


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


def save_as(pdf: pikepdf.Pdf, into: Path, **options: Any) -> None:
    """Write *pdf* to *into* with pikepdf's *options*.

    Raises:
        OSError: if it cannot be written, as on a full disk.
    """
    with into.open("wb", buffering=0) as file:
        late = _Late(file)
        pdf.save(cast("BinaryIO", late), **options)
        if late.error is not None:
            raise late.error


def save(pdf: pikepdf.Pdf, into: Path) -> None:
    """Write *pdf* to *into*, compactly. The file's own id follows from its content.

    Raises:
        OSError: if it cannot be written, as on a full disk.
    """
    import pikepdf

    save_as(
        pdf,
        into,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        encryption=False,
        min_version="1.7",
        linearize=False,
    )
