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
