# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laws of indexes: any spans, sought or not, give exactly their ranges, also of damaged files; and
no index that lies about a recording gives a wrong clip.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from support_sound import decode, encode, sound

from evidencekit.errors import RecordingUnreadable
from evidencekit.media import cut as cutting
from evidencekit.media.clips import Cut
from evidencekit.media.cut import BY_SEEK, cut, cut_clips
from evidencekit.media.find import TooManyPlaces, find_places
from evidencekit.media.index import RecordingIndex
from evidencekit.media.indexfile import index_bytes, read_index
from evidencekit.media.measure import index_recording
from evidencekit.model.timecode import Span

if TYPE_CHECKING:
    from collections.abc import Iterator


SECONDS = 9
KINDS = {
    "m4a": ("aac", 44_100),
    "mp3": ("libmp3lame", 22_050),
    "flac": ("flac", 44_100),
    "ogg": ("libopus", 48_000),
    "wav": ("pcm_s16le", 11_025),
}


@pytest.fixture(scope="module", autouse=True)
def always_seek() -> Iterator[None]:
    with patch.object(cutting, "WORTH_A_SEEK_MS", -10_000):
        yield


class Recordings(dict[str, tuple[Path, RecordingIndex, np.ndarray]]):
    """A recording of each kind: its path, its index and its decode."""

    def __repr__(self) -> str:
        return "recordings"


@pytest.fixture(scope="module")
def recordings() -> Iterator[Recordings]:
    with tempfile.TemporaryDirectory() as name:
        made = Recordings()
        for ending, (codec, rate) in KINDS.items():
            path = encode(
                Path(name) / f"v.{ending}",
                sound(SECONDS, rate=rate, channels=2),
                rate=rate,
                codec=codec,
                codec_options={"aac_pns": "0"} if codec == "aac" else {},
            )
            made[ending] = (path, index_recording(path), decode(path))
        yield made


starts = st.integers(0, SECONDS * 1000 - 600)
lengths = st.integers(1, 599)


@given(
    kind=st.sampled_from(sorted(KINDS)),
    wanted=st.lists(st.tuples(starts, lengths), min_size=1, max_size=5),
)
@settings(max_examples=60, deadline=None)
def test_any_set_of_spans_is_sought_exactly(
    recordings: Recordings,
    kind: str,
    wanted: list[tuple[int, int]],
) -> None:
    path, index, whole = recordings[kind]
    with tempfile.TemporaryDirectory() as name:
        cuts = [
            Cut(span=Span(start_ms=at, end_ms=at + long), to=Path(name) / f"{n}.wav")
            for n, (at, long) in enumerate(wanted)
        ]
        for file in cut_clips(path, cuts, index=index):
            expected = whole[file.samples.first : file.samples.end]
            assert np.array_equal(decode(file.path), expected)


@given(
    kind=st.sampled_from(["m4a", "mp3", "flac", "ogg"]),
    changes=st.lists(st.tuples(st.integers(0, 1 << 30), st.binary(min_size=1, max_size=40))),
    start=starts,
)
@settings(max_examples=60, deadline=None)
def test_a_damaged_recording_is_sought_exactly_or_decoded_from_the_start(
    recordings: Recordings,
    kind: str,
    changes: list[tuple[int, bytes]],
    start: int,
) -> None:
    data = bytearray(recordings[kind][0].read_bytes())
    for place, new in changes:
        at = place % len(data)
        data[at : at + len(new)] = new[: len(data) - at]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"v.{kind}"
        path.write_bytes(data)
        try:
            index = index_recording(path)
        except RecordingUnreadable:
            return
        whole = decode(path)
        assert index.measurement.sample_count == len(whole)
        span = Span(start_ms=start, end_ms=start + 300)
        if span.end_ms > index.measurement.length_ms:
            return
        file = cut(path, span, to=Path(name) / "1.wav", index=index)
        assert np.array_equal(decode(file.path), whole[file.samples.first : file.samples.end])


@given(
    kind=st.sampled_from(sorted(KINDS)),
    at=st.integers(0, 1 << 20),
    new=st.binary(min_size=1, max_size=60),
    start=starts,
)
@settings(max_examples=60, deadline=None)
def test_an_index_that_lies_about_places_gives_no_other_clip(
    recordings: Recordings,
    kind: str,
    at: int,
    new: bytes,
    start: int,
) -> None:
    path, index, whole = recordings[kind]
    anchors = bytearray(index.anchors)
    at %= len(anchors)
    anchors[at : at + len(new)] = new[: len(anchors) - at]
    lying = evolve(index, anchors=bytes(anchors))
    assert read_index(index_bytes(lying)).anchors == lying.anchors
    with tempfile.TemporaryDirectory() as name:
        span = Span(start_ms=start, end_ms=start + 300)
        file = cut(path, span, to=Path(name) / "1.wav", index=lying)
        assert np.array_equal(decode(file.path), whole[file.samples.first : file.samples.end])
        assert file.way == BY_SEEK or file.way.startswith("decoded from the start")


@given(
    values=st.lists(st.integers(-60, 60), min_size=40, max_size=400),
    first=st.integers(0, 399),
    count=st.integers(1, 120),
    wobble=st.integers(-1, 1),
)
@settings(max_examples=60, deadline=None)
def test_a_clip_is_found_wherever_it_is_and_only_there(
    values: list[int], first: int, count: int, wobble: int
) -> None:
    samples = np.array(values, np.int16)[:, None]
    first %= len(samples)
    clip = samples[first : first + count] + np.int16(wobble)
    with tempfile.TemporaryDirectory() as name:
        whole, part = Path(name) / "v.flac", Path(name) / "c.flac"
        encode(whole, samples, codec="flac")
        encode(part, clip, codec="flac")
        try:
            found = find_places(part, whole)
        except TooManyPlaces:
            moves = np.abs(np.diff(clip[:, 0].astype(int))).sum()
            assert moves <= len(clip)
            return
    apart = [
        np.abs(samples[at : at + len(clip)].astype(int) - clip).max()
        for at in range(len(samples) - len(clip) + 1)
    ]
    assert {each.first for each in found} == {at for at, most in enumerate(apart) if most <= 1}
