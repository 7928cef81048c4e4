# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever the title, the name is portable, fits, and is the same every time."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from evidencekit.model.timecode import Span
from evidencekit.package.names import (
    MOST_BYTES,
    bundle_file_name,
    clip_file_name,
    is_portable,
    package_name,
    portable_name,
    unique_names,
)

text = st.text(st.characters(), max_size=400) | st.text(
    st.sampled_from('./\\:*?"<>|% conauxlpt1\u0301\u200d\U0001f468\U0001f3fd\u0130\u00df'),
    max_size=300,
)
ending = st.sampled_from(["", ".wav", ".m4a", "pdf"])


@given(text, ending)
def test_any_text_becomes_a_portable_name(title: str, end: str) -> None:
    name = portable_name(title, ending=end)
    assert is_portable(name)
    assert len(name.encode()) <= MOST_BYTES + 1


@given(text)
def test_a_portable_name_is_left_alone(title: str) -> None:
    name = portable_name(title)
    assert portable_name(name) == name


@given(text, st.integers(1, 10_000), st.integers(0, 10**8), st.integers(0, 10**8))
def test_built_names_are_portable_and_keep_what_tells_them_apart(
    title: str, number: int, start: int, end: int
) -> None:
    clip = clip_file_name(number=number, title=title, span=Span(start_ms=start, end_ms=end))
    assert is_portable(clip)
    assert clip.startswith(f"Clip {number} - ")
    assert clip.endswith("s.wav")
    assert is_portable(bundle_file_name(title))
    assert is_portable(package_name(number=None, title=title))


@given(st.lists(text | st.sampled_from(["a", "A", "a.wav", "A (2).wav"]), max_size=12))
def test_names_in_one_folder_differ_on_every_disk(titles: list[str]) -> None:
    names = unique_names(titles)
    assert len(names) == len(titles)
    assert all(is_portable(each) for each in names)
    for fold in (
        str.casefold,
        str.upper,
        str.lower,
        lambda each: unicodedata.normalize("NFD", each).casefold(),
        lambda each: unicodedata.normalize("NFC", each.casefold()),
    ):
        assert len({fold(each) for each in names}) == len(names)


@given(st.lists(text, max_size=6))
def test_names_made_unique_stay_as_they_are(titles: list[str]) -> None:
    names = unique_names(titles)
    assert unique_names(names) == names
