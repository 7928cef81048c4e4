# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names that some system cannot keep have no place in a package, and are told from names in any
language that every one of them keeps.
"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.package.names import portable_name
from evidencekit.verifier.names import why_not_everywhere


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("data/clips/aux.wav", "Windows keeps for a device"),
        ("data/con/a.wav", "Windows keeps for a device"),
        ("data/COM1", "Windows keeps for a device"),
        ("data/nul .tar.gz", "Windows keeps for a device"),
        ("data/lpt\u00b9.txt", "Windows keeps for a device"),
        ("data/a:b.wav", "Windows cannot store"),
        ("data/a\nb.wav", "Windows cannot store"),
        ("data/a\\b.wav", "Windows cannot store"),
        ("data/a.wav ", "Windows takes away"),
        ("data/folder./a.wav", "Windows takes away"),
        ("data/50%25.wav", "per cent sign"),
        ("data/" + unicodedata.normalize("NFD", "école.wav"), "not NFC"),
    ],
)
def test_a_name_that_cannot_be_kept_everywhere_is_told_why(path: str, words: str) -> None:
    assert words in str(why_not_everywhere(path))


@pytest.mark.parametrize(
    "path",
    ["data/auxiliary.wav", "data/console/a.wav", "data/a.b.wav", "data/.hidden", "data/com10.txt",
     "data/école (2).wav", "data/电话.m4a", "data/Re E (A Child) - Bundle.pdf", "bagit.txt"],
)  # fmt: skip
def test_a_name_that_can_be_kept_is_let_be(path: str) -> None:
    assert why_not_everywhere(path) is None


@given(st.text())
def test_every_name_that_a_package_is_given_can_be_kept_everywhere(text: str) -> None:
    assert why_not_everywhere(f"data/{portable_name(text, ending='.wav')}") is None
