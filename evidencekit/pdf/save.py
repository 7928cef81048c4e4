# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write a PDF so that the same pages give the same bytes, in one piece, without a clock."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING, Any

from evidencekit.errors import AssemblyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pikepdf


#: What qpdf writes as the file's id where it is told to make none up.
_NO_ID = b"31415926535897932384626433832795"
#: A file's writer hands on some bytes at a time, a quarter of a million times for a large bundle.
_BUFFER = 1 << 20
_TAIL = 64
_DICTIONARY = 4096
#: Of the two, the first is that of the file it was made from: for a new file, the same.
_IDS = 2


class _Late(io.RawIOBase):
    """Writes to a file, and keeps the first error until the end.

    qpdf writes its last bytes where an error must not be raised: a full disk would end the whole
    process there. What is written is hashed on the way into *digest*.
    """

    def __init__(self, file: io.FileIO, digest: hashlib._Hash | None = None) -> None:
        super().__init__()
        self._file = file
        self._digest = digest
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
        if self._digest is not None:
            self._digest.update(left)
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
        _write(pdf, file, None, options)


def _write(
    pdf: pikepdf.Pdf, file: io.FileIO, digest: hashlib._Hash | None, options: Mapping[str, Any]
) -> None:
    """Write *pdf* to *file*, and what is written into *digest*.

    Raises:
        OSError: if it cannot be written, as on a full disk.
    """
    late = _Late(file, digest)
    buffer = io.BufferedWriter(late, _BUFFER)
    pdf.save(buffer, **options)
    buffer.flush()
    if late.error is not None:
        raise late.error


def save(pdf: pikepdf.Pdf, into: Path) -> None:
    """Write *pdf* to *into*, compactly. The file's own id follows from its content.

    Raises:
        OSError: if it cannot be written, as on a full disk.
    """
    import pikepdf

    if "/ID" in pdf.trailer:
        del pdf.trailer["/ID"]
    # qpdf's own way to an id from the content takes as long as all the rest of writing.
    digest = hashlib.sha256()
    options = {
        "static_id": True,
        "object_stream_mode": pikepdf.ObjectStreamMode.generate,
        "encryption": False,
        "min_version": "1.7",
        "linearize": False,
    }
    with into.open("w+b", buffering=0) as file:
        _write(pdf, file, digest, options)
        _put_id(file, digest.hexdigest()[: len(_NO_ID)].encode())


def _put_id(file: io.FileIO, name: bytes) -> None:
    """Write *name* as the file's id, in the place of the one that is none.

    Raises:
        AssemblyError: if the file does not end as every PDF does.
    """
    file.seek(-_TAIL, io.SEEK_END)
    start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", file.read(_TAIL))
    place = int(start[1]) if start else 0
    file.seek(place)
    head = file.read(_DICTIONARY)
    if head.count(_NO_ID) != _IDS:
        msg = "the PDF was written and has no place for its id"
        raise AssemblyError(msg)
    file.seek(place)
    file.write(head.replace(_NO_ID, name))
