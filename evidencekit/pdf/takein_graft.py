# SPDX-License-Identifier: AGPL-3.0-or-later
"""Put a page of unseen words under a page of a PDF, whose own streams stay as they are."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

from evidencekit.pdf.boxes import inherited, view_of
from evidencekit.pdf.content import streams_of

if TYPE_CHECKING:
    import pikepdf

_NAME = "/EKWords"
_DEEPEST_FONT = 8


class Grafter:
    """Grafts words onto the pages of one PDF; the font that all of them use goes in once."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._fonts: dict[bytes, pikepdf.Object] = {}

    def graft(self, number: int, words: bytes, *, degrees: int) -> bool:
        """Turn page *number* clockwise and put *words* under it; False if there are none."""
        import pikepdf

        try:
            with pikepdf.open(io.BytesIO(words)) as source:
                found = source.pages[0]
                if b"TJ" not in b"".join(each.read_bytes() for each in streams_of(found)).upper():
                    return False
                form = self._pdf.copy_foreign(found.as_form_xobject())
                width = float(found.mediabox[2]) - float(found.mediabox[0])
        except (pikepdf.PdfError, IndexError, ValueError):
            return False
        self._share_fonts(form)
        page = self._pdf.pages[number - 1]
        page.obj["/Rotate"] = (view_of(page).turn + degrees) % 360
        view = view_of(page)
        scale = view.width / width / view.unit
        turned = view.matrix(0, 0)
        matrix = " ".join(
            f"{each:.6f}" for each in (*(scale * each for each in turned[:4]), *turned[4:])
        )
        stream = self._pdf.make_stream(f"q {matrix} cm {_NAME} Do Q\n".encode())
        self._add(page, form)
        page.obj["/Contents"] = pikepdf.Array([self._pdf.make_indirect(stream), *streams_of(page)])
        return True

    def _add(self, page: pikepdf.Page, form: pikepdf.Object) -> None:
        """Name the words in the page's resources, which other pages may share."""
        import pikepdf

        shared: Any = inherited(page, "/Resources")
        resources = pikepdf.Dictionary(shared if shared is not None else {})
        objects: Any = resources.get("/XObject")
        named = pikepdf.Dictionary(objects if objects is not None else {})
        named[_NAME] = form
        resources["/XObject"] = named
        page.obj["/Resources"] = resources

    def _share_fonts(self, form: pikepdf.Object) -> None:
        import pikepdf

        resources: Any = form.get("/Resources")
        fonts: Any = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
        for name in list(fonts.keys()) if isinstance(fonts, pikepdf.Dictionary) else ():
            digest = hashlib.sha256()
            _add_to(digest, fonts[name], _DEEPEST_FONT)
            fonts[name] = self._fonts.setdefault(digest.digest(), fonts[name])


def _add_to(digest: Any, value: Any, depth: int) -> None:
    """Add to *digest* what an object is, with all it refers to."""
    import pikepdf

    if isinstance(value, pikepdf.Array) and depth:
        for each in value:
            _add_to(digest, each, depth - 1)
    elif isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)) and depth:
        for key in sorted(value.keys()):
            digest.update(key.encode())
            _add_to(digest, value.get(key), depth - 1)
        if isinstance(value, pikepdf.Stream):
            digest.update(value.read_raw_bytes())
    else:
        digest.update(repr(value).encode())
