# SPDX-License-Identifier: AGPL-3.0-or-later
"""Odd and broken PDFs that others made: each is bound and looks the same, or is refused by name.

What is drawn and how it is compared is in bench/odd_pdfs.py, which goes through the same files on
more pages, and twice for the same bytes.
"""

from __future__ import annotations

import pikepdf
import pytest
from odd_pdfs import bind, compare, digest, front
from support_pdf import CORPORA

from evidencekit.isolate import Isolate

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
#: MuPDF finds no page where the tree of pages goes round in a circle.
UNSEEN = {"cyclic-toc.pdf": "MuPDF"}
#: So many pages of each file are drawn, by both engines, before and after.
PAGES = 8
#: One file in so many is bound twice, and has to give the same bytes.
EVERY = 8

pytestmark = pytest.mark.skipif(not FILES, reason="the folder of odd PDFs is not here")


@pytest.fixture(scope="module")
def worker():
    with Isolate(seconds=60, memory_mb=2048) as isolate:
        yield isolate


@pytest.fixture(scope="module")
def index():
    return front()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_is_bound_and_looks_the_same_by_two_engines_or_is_refused(
    path, worker, index, tmp_path
):
    (tmp_path / "front").write_bytes(index)
    folders = [tmp_path / "once", tmp_path / "again"]
    for folder in folders:
        folder.mkdir()
    outcome, bundle = worker.call(bind, path, folders[0])
    if path.name in REFUSED:
        assert (outcome.error.reason, bundle) == (REFUSED[path.name], None)
        return
    taken = outcome.taken
    with pikepdf.open(taken.path) as pdf:
        assert len(pdf.pages) == taken.pages
        assert not pdf.get_warnings()
    with pikepdf.open(bundle) as pdf:
        assert len(pdf.pages) == 1 + taken.pages
    wrong = worker.call(compare, path, taken, bundle, PAGES)
    undrawn = [each for each in wrong if each.startswith("?")]
    assert [each for each in wrong if each not in undrawn] == []
    assert all(f" by {UNSEEN.get(path.name)}:" in each for each in undrawn)
    if FILES.index(path) % EVERY == 0:
        assert digest(worker.call(bind, path, folders[1])[1]) == digest(bundle)
