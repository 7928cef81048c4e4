# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small PDFs made for tests, and pictures of their pages by an engine that is not ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name

CORPORA = Path(__file__).parents[2] / "shared" / "corpora" / "pdf"


def helvetica(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Return a font that every reader has."""
    return pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )


def add_page(
    pdf: pikepdf.Pdf,
    content: bytes = b"BT /F1 24 Tf 60 500 Td (Words of the page) Tj ET\n",
    *,
    box: tuple[float, ...] = (0, 0, 595, 842),
    **entries: Any,
) -> pikepdf.Page:
    """Add a page that draws *content* with the font /F1."""
    page = pdf.add_blank_page(page_size=(100, 100))
    page.obj["/MediaBox"] = Array(list(box))
    page.obj["/Resources"] = Dictionary(Font=Dictionary(F1=helvetica(pdf)))
    page.obj["/Contents"] = pdf.make_stream(content)
    for key, value in entries.items():
        page.obj[f"/{key}"] = value
    return page


def numbered_pdf(path: Path, pages: int, *, word: str = "Sheet", **entries: Any) -> Path:
    """Write a PDF whose page n says "Sheet n"."""
    with pikepdf.new() as pdf:
        for number in range(1, pages + 1):
            text = f"BT /F1 24 Tf 60 500 Td ({word} {number}) Tj ET\n".encode()
            add_page(pdf, text, **entries)
        pdf.save(path)
    return path


def picture(path: Path, index: int = 0, *, scale: float = 0.5) -> np.ndarray:
    """Return a page as PDFium shows it, in grey."""
    document = pypdfium2.PdfDocument(path)
    try:
        return np.asarray(document[index].render(scale=scale).to_pil().convert("L"), dtype=int)
    finally:
        document.close()


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the share of pixels that clearly differ."""
    assert one.shape == other.shape
    return float((np.abs(one - other) > 40).mean())
