# SPDX-License-Identifier: AGPL-3.0-or-later
"""Character references of any length: what Python's own reader refuses must stop nobody."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.model.references import resolved


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a &amp; b &#8217; &#x2019;", "a & b ’ ’"),
        (f"&#{'0' * 6000}65;", "A"),
        (f"a&#{'9' * 6000};b", "a\ufffdb"),
        (f"a&#x{'f' * 6000};b", "a\ufffdb"),
        (f"&#{'0' * 6000};", "\ufffd"),
        ("&#", "&#"),
        ("&nobody;", "&nobody;"),
    ],
)
def test_a_reference_of_any_length_is_resolved(written, meant):
    assert resolved(written) == meant


@given(st.text(alphabet="&#x;0123456789abAmplt ", max_size=60))
def test_shorter_ones_are_what_the_standard_library_makes_of_them(text):
    assert resolved(text) == html.unescape(text)
