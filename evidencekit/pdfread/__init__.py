# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a finished PDF holds, read from its bytes alone: used to check it, not to make it."""

from evidencekit.pdfread.corners import Corners, Word
from evidencekit.pdfread.labels import expand_labels
from evidencekit.pdfread.read import (
    SeenBookmark,
    SeenLink,
    SeenPage,
    SeenPdf,
    page_text,
    page_texts,
    read_pdf,
)

__all__ = [
    "Corners",
    "SeenBookmark",
    "SeenLink",
    "SeenPage",
    "SeenPdf",
    "Word",
    "expand_labels",
    "page_text",
    "page_texts",
    "read_pdf",
]
