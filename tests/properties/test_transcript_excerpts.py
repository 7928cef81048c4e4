# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from evidencekit.model.timecode import Span
from evidencekit.model.transcript import Cue, Transcript, Word
from evidencekit.transcript.excerpt import excerpt

_END = 10_000


def _cue(number: int, made: tuple[int, int, bool]) -> Cue:
    start, length, timed = made
    texts = [f"w{number}x{n}" for n in range(4)]
    step = length // 4
    words = tuple(
        Word(text=text, start_ms=start + n * step, end_ms=start + (n + 1) * step)
        for n, text in enumerate(texts)
    )
    return Cue(
        number=number,
        start_ms=start,
        end_ms=start + length,
        text=" ".join(texts),
        words=words if timed and step else (),
    )


transcripts = st.lists(
    st.tuples(st.integers(0, 8000), st.integers(0, 2000), st.booleans()), max_size=12
).map(
    lambda made: Transcript(
        path="t",
        format="json",
        cues=tuple(_cue(number, each) for number, each in enumerate(made, start=1)),
        cues_seen=len(made),
    )
)


def _words(transcript: Transcript, start: int, end: int) -> set[str]:
    made = excerpt(transcript, Span(start_ms=start, end_ms=end), speakers={})
    return {word for line in made.numbered for word in line.text.split()}


@given(transcripts, st.lists(st.integers(1, _END), max_size=5, unique=True))
def test_excerpts_of_spans_that_touch_hold_every_word_together(transcript, cuts):
    edges = [0, *sorted({*cuts, _END + 1})]
    held = set().union(*(_words(transcript, a, b) for a, b in itertools.pairwise(edges)))
    assert held == {word for cue in transcript.cues for word in cue.text.split()}


@given(transcripts, st.integers(0, _END), st.integers(1, _END))
def test_a_line_and_what_is_outside_it_are_together_its_cue_and_no_word_is_cut(
    transcript, start, length
):
    made = excerpt(transcript, Span(start_ms=start, end_ms=start + length), speakers={})
    texts = {cue.number: cue.text for cue in transcript.cues}
    for line in made.lines:
        together = f"{line.outside_before} {line.text} {line.outside_after}".split()
        assert together == texts[line.cue].split()


@given(transcripts, st.integers(0, _END), st.integers(1, _END))
def test_lines_are_numbered_from_one_and_context_stands_at_the_ends(transcript, start, length):
    numbers = [
        line.number
        for line in excerpt(
            transcript, Span(start_ms=start, end_ms=start + length), speakers={}
        ).lines
    ]
    counted = [number for number in numbers if number is not None]
    assert counted == list(range(1, len(counted) + 1))
    assert len(numbers) - len(counted) <= 2
    inner = numbers[numbers[:1] == [None] : len(numbers) - (numbers[-1:] == [None])]
    assert None not in inner


@given(transcripts, st.integers(0, _END), st.integers(1, _END), st.data())
def test_a_trimmed_excerpt_begins_and_ends_with_the_words_that_were_given(
    transcript, start, length, data
):
    span = Span(start_ms=start, end_ms=start + length)
    whole = [
        word
        for line in excerpt(transcript, span, speakers={}).numbered
        for word in line.text.split()
    ]
    if not whole:
        return
    first = data.draw(st.integers(0, len(whole) - 1))
    last = data.draw(st.integers(first, len(whole) - 1))
    made = excerpt(transcript, span, speakers={}, first_words=whole[first], last_words=whole[last])
    printed = [word for line in made.numbered for word in line.text.split() if word != "[…]"]
    assert printed == whole[first : last + 1]
    assert made.trimmed == (len(printed) < len(whole))
