# SPDX-License-Identifier: AGPL-3.0-or-later
"""Laws of coverage, against counting sample by sample."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from evidencekit.compose.coverage import Coverage, gaps_between, merged
from evidencekit.model.timecode import SampleRange, samples_to_ms

ranges = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(
        lambda pair: SampleRange(pair[0], pair[0] + pair[1])
    ),
    max_size=8,
)
counts = st.integers(0, 70)


def held(spans):
    return [sample for span in spans for sample in range(span.first, span.end)]


@given(ranges, counts)
def test_used_holds_exactly_the_samples_of_the_clips_that_exist(clips, count):
    used = merged(clips, sample_count=count)
    assert held(used) == sorted({sample for sample in held(clips) if sample < count})


@given(ranges, counts)
def test_used_and_gaps_together_are_the_whole_recording_each_sample_once(clips, count):
    used = merged(clips, sample_count=count)
    gaps = gaps_between(used, sample_count=count)
    assert sorted(held(used) + held(gaps)) == list(range(count))


@given(ranges, counts, st.randoms(use_true_random=False))
def test_the_order_of_the_clips_does_not_matter(clips, count, random):
    mixed = list(clips)
    random.shuffle(mixed)
    assert merged(mixed, sample_count=count) == merged(clips, sample_count=count)


@given(ranges, counts)
def test_passages_never_touch_each_other(clips, count):
    used = merged(clips, sample_count=count)
    assert all(one.end < other.first for one, other in pairwise(used))


@given(ranges, counts)
def test_the_share_is_the_whole_only_when_nothing_is_left_out(clips, count):
    used = merged(clips, sample_count=count)
    gaps = gaps_between(used, sample_count=count)
    coverage = Coverage(
        recording="visit", sample_count=count, sample_rate=8000, used=used, gaps=gaps
    )
    assert 0 <= coverage.share_per_mille <= 1000
    assert (coverage.share_per_mille == 1000) == (count > 0 and not gaps)


@given(ranges, counts, st.sampled_from([7, 8000, 11_025, 44_100]))
def test_the_lengths_that_are_printed_add_up_to_that_of_the_recording(clips, count, rate):
    used = merged(clips, sample_count=count)
    passages = (*used, *gaps_between(used, sample_count=count))
    assert sum(each.length_ms(rate) for each in passages) == samples_to_ms(count, rate)
    assert all(abs(each.length_ms(rate) * rate - each.count * 1000) < rate for each in passages)
