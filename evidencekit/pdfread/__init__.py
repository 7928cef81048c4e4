# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a finished PDF holds, read from its bytes alone: used to check it, not to make it."""

from evidencekit.pdfread.against import HeldDocument, HeldPage, hold_against
from evidencekit.pdfread.corners import Corners, Word
from evidencekit.pdfread.fold import fold, letters, text_digest
from evidencekit.pdfread.labels import expand_labels
from evidencekit.pdfread.marks import Mark
from evidencekit.pdfread.passages import Wanted, holds, look_for
from evidencekit.pdfread.picture import DARK
from evidencekit.pdfread.read import (
    SeenBookmark,
    SeenLink,
    SeenPage,
    SeenPdf,
    page_digests,
    page_text,
    page_texts,
    read_pdf,
    reader_version,
)
from evidencekit.pdfread.shown import CornerWord, ShownLink, ShownPage, show_pages
from evidencekit.pdfread.structure import SeenFile, read_structure

__all__ = [
    "DARK",
    "CornerWord",
    "Corners",
    "HeldDocument",
    "HeldPage",
    "Mark",
    "SeenBookmark",
    "SeenFile",
    "SeenLink",
    "SeenPage",
    "SeenPdf",
    "ShownLink",
    "ShownPage",
    "Wanted",
    "Word",
    "expand_labels",
    "fold",
    "hold_against",
    "holds",
    "letters",
    "look_for",
    "page_digests",
    "page_text",
    "page_texts",
    "read_pdf",
    "read_structure",
    "reader_version",
    "show_pages",
    "text_digest",
]
