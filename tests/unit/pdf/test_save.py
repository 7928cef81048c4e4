# SPDX-License-Identifier: AGPL-3.0-or-later
"""A PDF that cannot be written to its end is an error, and never the end of the process."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pikepdf
import pypdf
import pytest
from support_pdf import add_page

from evidencekit.pdf.save import save, save_as


def drawn(pages: int, size: int) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    for _ in range(pages):
        add_page(pdf, b"% " + os.urandom(size).hex().encode() + b"\n")
    return pdf


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(("pages", "size"), [(1, 1), (3, 2000), (40, 20_000)])
def test_a_full_disk_is_an_error_however_late_it_is_met(pages: int, size: int) -> None:
    with drawn(pages, size) as pdf, pytest.raises(OSError) as raised:
        save_as(pdf, Path("/dev/full"), deterministic_id=True)
    assert raised.value.errno == errno.ENOSPC


def test_what_is_written_is_what_pikepdf_writes(tmp_path: Path) -> None:
    with drawn(3, 2000) as pdf:
        pdf.save(tmp_path / "theirs.pdf", deterministic_id=True)
        save_as(pdf, tmp_path / "ours.pdf", deterministic_id=True)
        save(pdf, tmp_path / "saved.pdf")
    assert (tmp_path / "ours.pdf").read_bytes() == (tmp_path / "theirs.pdf").read_bytes()
    assert len(pypdf.PdfReader(tmp_path / "saved.pdf").pages) == 3


def ids(path: Path) -> list[bytes]:
    return [bytes(each.original_bytes) for each in pypdf.PdfReader(path).trailer["/ID"]]


def test_the_id_follows_from_the_content(tmp_path: Path) -> None:
    for name, words in (("a", b"one"), ("b", b"one"), ("c", b"two")):
        with pikepdf.new() as pdf:
            add_page(pdf, b"BT /F1 9 Tf (" + words + b") Tj ET\n")
            # Whatever it was made from, it is a file of its own.
            pdf.trailer["/ID"] = pikepdf.Array([os.urandom(16), os.urandom(16)])
            save(pdf, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    first, second = ids(tmp_path / "a")
    assert first == second
    assert first != ids(tmp_path / "c")[0]
    assert len(first) == 16


@pytest.mark.parametrize("pages", [1, 700])
def test_a_saved_file_is_sound_whatever_its_size(tmp_path: Path, pages: int) -> None:
    with drawn(pages, 3000) as pdf:
        save(pdf, tmp_path / "x.pdf")
    with pikepdf.open(tmp_path / "x.pdf") as pdf:
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.pages) == pages
    assert b"31415926535897932384626433832795" not in (tmp_path / "x.pdf").read_bytes()


def test_words_of_a_page_that_look_like_no_id_stay_as_they_are(tmp_path: Path) -> None:
    words = b"<31415926535897932384626433832795>"
    with pikepdf.new() as pdf:
        add_page(pdf, b"BT /F1 9 Tf (" + words + b") Tj ET\n")
        save(pdf, tmp_path / "x.pdf")
    assert words.decode() in pypdf.PdfReader(tmp_path / "x.pdf").pages[0].extract_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_an_error_for_a_bundle_too() -> None:
    with drawn(3, 2000) as pdf, pytest.raises(OSError) as raised:
        save(pdf, Path("/dev/full"))
    assert raised.value.errno == errno.ENOSPC
