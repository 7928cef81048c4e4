# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of a recording the clips hold."""

from __future__ import annotations

from attrs import evolve
from support_parts import lines_of, text_of

from evidencekit.compose.coverage import (
    bar_svg,
    coverage_line,
    coverage_of,
    coverage_part,
    gaps_between,
    merged,
)
from evidencekit.model.timecode import SampleRange


def test_a_passage_in_two_clips_counts_once():
    used = merged([SampleRange(0, 10), SampleRange(5, 12)], sample_count=100)
    assert used == (SampleRange(0, 12),)


def test_clips_that_touch_are_one_passage():
    used = merged([SampleRange(10, 20), SampleRange(0, 10)], sample_count=100)
    assert used == (SampleRange(0, 20),)


def test_a_clip_inside_another_adds_nothing():
    used = merged([SampleRange(0, 50), SampleRange(10, 20)], sample_count=100)
    assert used == (SampleRange(0, 50),)


def test_samples_the_recording_does_not_have_are_not_used():
    used = merged([SampleRange(90, 120), SampleRange(100, 130)], sample_count=100)
    assert used == (SampleRange(90, 100),)


def test_what_no_clip_holds_is_a_gap():
    used = (SampleRange(10, 20), SampleRange(30, 100))
    assert gaps_between(used, sample_count=100) == (SampleRange(0, 10), SampleRange(20, 30))


def test_a_recording_without_clips_is_all_gap():
    assert gaps_between((), sample_count=7) == (SampleRange(0, 7),)


def test_an_empty_recording_has_neither_use_nor_gap():
    assert gaps_between((), sample_count=0) == ()


def test_the_example_prints_as_the_product_says(material):
    read = material.recordings[0]
    assert coverage_line(read, coverage_of(read)) == (
        "2 clips, 34.250 s of 142.000 s (24.1 per cent). Whole recording: to be served."
    )


def test_a_recording_with_no_clip_is_still_accounted_for(material):
    read = evolve(material.recordings[1], clips=())
    part = coverage_part(evolve(material, recordings=(read,)), None, None)
    assert "0 clips, 0.000 s of 24.750 s (0.0 per cent). Whole recording: not stated." in lines_of(
        part
    )
    assert "0:00.000 | 0:24.750 | 24.750 s | not used" in lines_of(part)


def test_a_share_short_of_the_whole_never_prints_as_the_whole(material):
    read = material.recordings[0]
    count = read.measurement.sample_count
    clip = read.clips[0]
    almost = evolve(clip, file=evolve(clip.file, samples=SampleRange(0, count - 1)))
    coverage = coverage_of(evolve(read, clips=(almost,)))
    assert coverage.share_per_mille == 999


def test_used_and_unused_passages_stand_in_one_table_in_order(material):
    lines = lines_of(coverage_part(material, None, None))
    start = lines.index("From | To | Length | Used in")
    assert lines[start + 1 : start + 6] == [
        "0:00.000 | 0:12.400 | 12.400 s | not used",
        "0:12.400 | 0:31.900 | 19.500 s | Clip 1 (?)",
        "0:31.900 | 0:47.250 | 15.350 s | not used",
        "0:47.250 | 1:02.000 | 14.750 s | Clip 2 (?)",
        "1:02.000 | 2:22.000 | 80.000 s | not used",
    ]


def test_recordings_held_and_not_used_are_listed_with_why(material):
    text = text_of(coverage_part(material, None, None))
    assert "Are there any other recordings: yes." in text
    assert (
        "Core group, 18 March 2026, about 50 minutes | not relied on; kept on my laptop | T" in text
    )


def test_nothing_told_of_other_recordings_prints_as_not_stated(bare_material):
    text = text_of(coverage_part(bare_material, None, None))
    assert "Are there any other recordings: not stated." in text


def test_the_bar_shades_what_is_used_and_nothing_else(material):
    svg = bar_svg(coverage_of(material.recordings[0]), ())
    assert svg.count('fill="#c4c4c4"') == 2
