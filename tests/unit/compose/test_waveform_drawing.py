# SPDX-License-Identifier: AGPL-3.0-or-later
"""The drawing of a recording and its clips."""

from __future__ import annotations

import re
import struct

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.compose import drawing
from evidencekit.compose.drawing import Line, Passage
from evidencekit.compose.waveform import waveform_svg
from evidencekit.model.clip import Peaks
from evidencekit.model.timecode import SampleRange

SVG = "{http://www.w3.org/2000/svg}"


def peaks(*pairs: tuple[int, int], bucket: int = 10) -> Peaks:
    pack = f"<{len(pairs)}h"
    return Peaks(
        bucket_samples=bucket,
        low=struct.pack(pack, *(low for low, _ in pairs)),
        high=struct.pack(pack, *(high for _, high in pairs)),
    )


def draw(some: Peaks, *, count=1000, rate=10, passages=(), highlight=None, **more) -> str:
    return waveform_svg(
        some,
        sample_count=count,
        sample_rate=rate,
        passages=passages,
        highlight=highlight,
        **more,
    )


def strokes(svg: str) -> list[tuple[int, int, int]]:
    """The waveform's upright strokes: where, top, bottom."""
    trace = max(fromstring(svg).iter(f"{SVG}path"), key=lambda each: len(each.get("d")))
    return [
        tuple(int(n) for n in found) for found in re.findall(r"M(\d+) (\d+)V(\d+)", trace.get("d"))
    ]


def test_the_drawing_is_well_formed_and_of_whole_numbers():
    svg = draw(peaks(*[(-500, 900)] * 100), passages=[Passage(number=1, samples=SampleRange(5, 9))])
    root = fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert "." not in re.sub(r'xmlns="[^"]*"', "", svg)


def test_the_same_recording_gives_the_same_drawing():
    assert draw(peaks((-3, 4), (-100, 90))) == draw(peaks((-3, 4), (-100, 90)))


def test_a_long_recording_is_merged_into_at_most_600_strokes():
    svg = draw(peaks(*[(-500, 900)] * 20_000, bucket=441), count=441 * 20_000, rate=44_100)
    assert len(strokes(svg)) == 600


def test_the_loudest_moment_reaches_the_full_height_and_is_kept_when_columns_merge():
    pairs = [(-10, 10)] * 20_000
    pairs[7_000] = (-10, 400)
    drawn = strokes(draw(peaks(*pairs, bucket=441), count=441 * 20_000, rate=44_100))
    tops = [top for _, top, _ in drawn]
    assert tops.index(min(tops)) == 7_000 * 600 // 20_000


def test_silence_is_drawn_as_a_line_and_not_as_nothing():
    drawn = strokes(draw(peaks(*[(0, 0)] * 100)))
    assert len(drawn) == 600
    assert all(bottom > top for _, top, bottom in drawn)


def test_a_recording_without_peaks_has_its_axis_all_the_same():
    svg = draw(peaks())
    assert "0:00" in svg


@pytest.mark.parametrize("extreme", [(-32768, 32767), (-32768, -32768), (32767, 32767)])
def test_extreme_peaks_stay_inside_the_drawing(extreme):
    drawn = strokes(draw(peaks(*[extreme] * 100), height=100))
    assert all(0 <= top < bottom <= 100 for _, top, bottom in drawn)


def test_the_clip_of_the_page_is_darker_and_named_and_the_others_numbered():
    one, two = SampleRange(100, 300), SampleRange(500, 700)
    svg = draw(
        peaks(*[(-5, 5)] * 100),
        passages=[Passage(number=3, samples=one), Passage(number=4, samples=two)],
        highlight=two,
    )
    fills = [(rect.get("fill"), int(rect.get("x"))) for rect in fromstring(svg).iter(f"{SVG}rect")]
    assert fills == [(drawing.PALE, 80), (drawing.SHADE, 320)]
    assert ">3</text>" in svg
    assert ">Clip 4</text>" in svg


def test_numbers_that_would_run_into_each_other_are_left_out_but_never_the_pages_own():
    passages = [Passage(number=n, samples=SampleRange(n, n + 1)) for n in range(100, 140)]
    svg = draw(peaks(*[(-5, 5)] * 100), passages=passages, highlight=SampleRange(120, 121))
    assert ">Clip 120</text>" in svg
    assert len(re.findall(r">\d+</text>", svg)) < 40
    assert svg.count("<rect") == 40


def test_a_clip_of_one_sample_still_shows():
    svg = draw(
        peaks(*[(-5, 5)] * 100),
        count=10_000_000,
        passages=[Passage(number=1, samples=SampleRange(9_999_999, 10_000_000))],
    )
    (rect,) = fromstring(svg).iter(f"{SVG}rect")
    assert int(rect.get("width")) == 1
    assert int(rect.get("x")) <= 619


@pytest.mark.parametrize(
    ("seconds", "step"), [(0, 1), (7, 1), (142, 30), (3_600, 600), (10_800, 1800), (10**7, 1296000)]
)
def test_ticks_are_few_and_at_round_times(seconds, step):
    assert drawing.tick_step(seconds * 8000, 8000) == step


def test_ticks_are_labelled_in_minutes_and_hours():
    assert [drawing.clock(n) for n in (0, 59, 60, 3_599, 3_600, 36_061)] == [
        "0:00", "0:59", "1:00", "59:59", "1:00:00", "10:01:01",
    ]  # fmt: skip


def test_text_in_a_drawing_is_data():
    assert "&lt;script&gt;" in drawing.words(1, 1, "<script>")


@given(
    st.integers(1, 10**9),
    st.integers(1, 192_000),
    st.integers(1, 2000),
    st.integers(0, 10**9),
    st.integers(1, 10**9),
)
def test_a_passage_never_leaves_the_drawing(count, rate, width, first, length):
    line = Line(sample_count=count, sample_rate=rate, width=width)
    x, wide = line.between(SampleRange(first, first + length))
    assert wide >= 1
    assert x >= 0
    assert x + wide <= width
