# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents that were damaged anywhere: pages, or a reason, and no fault of the libraries' own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.errors import EvidenceError
from evidencekit.pdf.takein import take_in
from evidencekit.pdf.written import written
from evidencekit.pdfread.mupdf import mupdf_errors

if TYPE_CHECKING:
    from evidencekit.pdf.takein_result import TakenIn

PARTS = [
    (
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[8 0 R]/DA(/F1 9 Tf)/DR<</Font<</F1 5 0 R>>>>>>"
        "/Names<</Dests<</Names[(a)[3 0 R/Fit]]>>>>/Outlines<</First 9 0 R/Last 9 0 R/Count 1>>>>"
    ),
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    (
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R/Annots[8 0 R 10 0 R]/Resources"
        "<</Font<</F1 5 0 R>>/ColorSpace<</C1[/Separation/Green/DeviceRGB 6 0 R]>>/XObject<</I1 7 0 R>>"
        ">>>>"
    ),
    (
        "<</Length 76/Filter[/ASCIIHexDecode]>>stream\n"
        "71202F4331206373203120736320425420 2F463120392054662035203920546420284129546A20455420 51>\n"
        "endstream"
    ),
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    "<</FunctionType 2/Domain[0 1]/C0[1 1 1]/C1[0 1 0]/N 1>>",
    (
        "<</Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray"
        "/Length 4>>stream\nabcd\nendstream"
    ),
    "<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(b)/Rect[9 9 90 30]/P 3 0 R/DA(/F1 9 Tf)>>",
    "<</Title(One)/Parent 1 0 R/Dest(a)>>",
    "<</Type/Annot/Subtype/Link/Rect[9 9 90 30]/A<</S/URI/URI(https://a.example.org)>>>>",
]


def document(parts: list[str] | None = None) -> bytes:
    """Return a PDF with a form, a link, a bookmark and a picture, made of *parts*."""
    data, starts = b"%PDF-1.7\n", []
    for number, part in enumerate(parts or PARTS, start=1):
        starts.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, part.encode("latin-1"))
    table = b"".join(b"%010d 00000 n \n" % each for each in starts)
    size = len(starts) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (size, table, size, len(data))
    )


def taken(data: bytes, ending: str = "pdf") -> TakenIn | None:
    """Take a document in; None stands for one that is refused with a reason."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"a.{ending}"
        source.write_bytes(data)
        try:
            return take_in(source, source.with_name("b.pdf"), name=source.name, item="document:a")
        except EvidenceError:
            return None


def test_the_document_that_is_damaged_here_is_sound() -> None:
    assert taken(document()) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/ColorSpace/DeviceGray", "/ColorSpace/Gr#FCn"),
        ("/Green", "/Gr#FCn"),
        ("/Subtype/Link", "/Subtype/Li#FCk"),
        ("/Subtype/Widget", "/Subtype/Wi#94get"),
        ("/S/URI", "/S/U#FCI"),
        ("/BaseFont/Helvetica", "/BaseFont/M#FCller"),
        ("/F1 5 0 R>>>>>>", "/F#FC 5 0 R>>>>>>"),
        ("(https://a.example.org)", "(\xfe\xff\xd8\x00)"),
        ("/Title(One)", "/Title(\xef\xbb\xbf\xff)"),
    ],
)
@pytest.mark.filterwarnings("ignore:This document has")
def test_names_and_strings_that_are_not_as_the_standard_asks_are_read(old: str, new: str) -> None:
    parts = [each.replace(old, new) for each in PARTS]
    assert parts != PARTS
    assert taken(document(parts)) is not None


def test_a_content_stream_that_cannot_be_undone_is_no_fault_of_ours() -> None:
    parts = [each.replace("/Filter[/ASCIIHexDecode]", "/Filter[/FlateDecode]") for each in PARTS]
    assert parts != PARTS
    taken(document(parts))


def test_what_is_no_text_is_shown_as_it_stands() -> None:
    name, wide, eight = list(pikepdf.Object.parse(b"[/Gr#FCn (\xfe\xff\xd8\x00) (\xef\xbb\xbfa)]"))
    assert written(name) == "/Gr#fcn"
    assert isinstance(written(wide), str)
    assert written(eight) == "a"


def test_the_errors_of_mupdfs_own_are_caught_too() -> None:
    for name in ("FzErrorFormat", "FzErrorLimit", "FzErrorSyntax", "FzErrorSystem"):
        assert issubclass(getattr(pymupdf.mupdf, name), mupdf_errors())


changes = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 3),
    st.sampled_from(
        [b"", b"\xfc", b"0", b"-1", b"99999999999", b"/", b"<<", b"[", b" 3 0 R ", b"null"]
    ),
)


@given(st.lists(changes, min_size=1, max_size=4))
@settings(deadline=None)
@pytest.mark.filterwarnings("ignore:This document has", "ignore:Copying pages")
def test_any_damage_to_a_pdf_ends_in_pages_or_a_reason(
    damage: list[tuple[float, int, bytes]],
) -> None:
    data = document()
    for place, gone, put in damage:
        at = int(place * len(data))
        data = data[:at] + put + data[at + gone :]
    taken(data)
