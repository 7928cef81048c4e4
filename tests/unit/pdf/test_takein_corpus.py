# SPDX-License-Identifier: AGPL-3.0-or-later
"""Odd and broken PDFs that others made: each is taken in and looks the same, or is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
import pytest
from support_pdf import CORPORA, difference, picture

from evidencekit.errors import DocumentUnusable
from evidencekit.isolate import Isolate
from evidencekit.pdf.takein import TakenIn, take_in

if TYPE_CHECKING:
    import numpy as np

FILES = sorted(CORPORA.rglob("*.pdf"))
REFUSED = {
    "378014596.pdf": "is damaged beyond repair",
    "crazyones-encrypted-256.pdf": "needs a password",
    "encrypted-file.pdf": "needs a password",
    "graph-encrypted.pdf": "needs a password",
    "libreoffice-writer-password.pdf": "needs a password",
    "newline-buffer-test.pdf": "has no pages",
    "r2-user-password.pdf": "needs a password",
    "r3-user-password.pdf": "needs a password",
    "r4-aes-user-password.pdf": "needs a password",
    "r4-user-password.pdf": "needs a password",
    "r6-both-passwords.pdf": "needs a password",
}
#: Their form fields look otherwise on purpose: drawn as they print, not as a viewer decorates them.
FORMS = {"EK-P004"}
#: PDFium asks for a password that qpdf finds to be empty, or reads no page at all.
UNSEEN_BY_PDFIUM = {"r5-user-password.pdf", "r6-user-password.pdf"}

pytestmark = pytest.mark.skipif(not FILES, reason="the folder of odd PDFs is not here")


@pytest.fixture(scope="module")
def worker():
    with Isolate(seconds=60, memory_mb=2048) as isolate:
        yield isolate


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_is_taken_in_and_looks_the_same_or_is_refused(path, worker, tmp_path):
    to = tmp_path / "clean.pdf"
    if path.name in REFUSED:
        with pytest.raises(DocumentUnusable) as caught:
            worker.call(take_in, path, to, name=path.name, item="document:x")
        assert caught.value.reason == REFUSED[path.name]
        return
    taken = worker.call(take_in, path, to, name=path.name, item="document:x")
    with pikepdf.open(to) as pdf:
        assert len(pdf.pages) == taken.pages
        assert not pdf.get_warnings()
    if path.name not in UNSEEN_BY_PDFIUM:
        assert_same_look(path, taken)


def assert_same_look(path, taken: TakenIn) -> None:
    codes = {each.code for each in taken.findings}
    with pypdfium2.PdfDocument(taken.path) as after:
        assert len(after) == taken.pages
    for index in range(min(taken.pages, 3)):
        before, after_page = picture(path, index), picture(taken.path, index)
        if "EK-P008" in codes and before.shape != after_page.shape:
            after_page = middle(after_page, before.shape)
            # A page of some points is a few pixels, which half a point of offset moves.
            assert abs(int(before.mean()) - int(after_page.mean())) < 40
        elif codes & FORMS:
            assert before.shape == after_page.shape
        else:
            assert difference(before, after_page) < 0.002


def middle(picture_of_sheet: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    top, left = (
        (have - want) // 2 for have, want in zip(picture_of_sheet.shape, shape, strict=True)
    )
    return picture_of_sheet[top : top + shape[0], left : left + shape[1]]
