# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.model.transcript import Cue, Transcript
from evidencekit.transcript.align import aligned
from evidencekit.transcript.compare import compare_transcripts
from evidencekit.transcript.words import tokens

words = st.lists(st.sampled_from(["yes", "no", "I", "did", "not", "ring", "them"]), max_size=40)
texts = st.lists(st.text(max_size=20), max_size=6)


def _transcript(cues):
    made = tuple(
        Cue(number=n, start_ms=n * 100, end_ms=n * 100 + 90, text=text, speaker=text[:1] or None)
        for n, text in enumerate(cues, start=1)
    )
    return Transcript(path="t", format="srt", cues=made, cues_seen=len(made))


@settings(deadline=None)
@given(words, words)
def test_aligned_words_are_the_same_and_keep_their_order(a, b):
    pairs = aligned(a, b, before_ms=range(len(a)), after_ms=range(len(b)))
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(p[0] < q[0] and p[1] < q[1] for p, q in pairwise(pairs))


@settings(deadline=None)
@given(words)
def test_a_row_of_words_is_aligned_with_itself_word_for_word(a):
    expected = [(at, at) for at in range(len(a))]
    assert aligned(a, a, before_ms=range(len(a)), after_ms=range(len(a))) == expected


@settings(deadline=None)
@given(words, words)
def test_the_changes_account_for_every_word_of_both(a, b):
    before = _transcript([" ".join(a[at : at + 5]) for at in range(0, len(a), 5)])
    after = _transcript([" ".join(b[at : at + 3]) for at in range(0, len(b), 3)])
    difference = compare_transcripts(before, after)
    assert difference.unchanged + sum(c.words_before for c in difference.changes) == len(a)
    assert difference.unchanged + sum(c.words_after for c in difference.changes) == len(b)
    assert 0 <= difference.unchanged_per_mille <= 1000
    assert sum(each.words for each in difference.speaker_names) == difference.unchanged


@settings(deadline=None)
@given(texts, texts)
def test_any_two_transcripts_can_be_compared(a, b):
    difference = compare_transcripts(_transcript(a), _transcript(b))
    assert difference.words_before == sum(len(list(tokens(text))) for text in a)
    assert compare_transcripts(_transcript(a), _transcript(a)).changes == ()
