# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import tomllib

import pytest

from evidencekit.model.timecode import Span
from evidencekit.model.transcript import Cue, Edge, Transcript, Word
from evidencekit.transcript.excerpt import excerpt
from evidencekit.transcript.find import find_places
from evidencekit.transcript.openend import closed, is_open
from evidencekit.transcript.quote import span_of_quote
from evidencekit.transcript.read import read_text


def _transcript(*cues: Cue) -> Transcript:
    return Transcript(path="t", format="srt", cues=cues, cues_seen=len(cues))


def _cue(number: int, text: str, **given) -> Cue:
    return Cue(
        number=number, start_ms=number * 1000, end_ms=number * 1000 + 900, text=text, **given
    )


THREE = _transcript(
    _cue(1, "One two three four five six.", speaker="A"),
    _cue(2, "Seven eight nine ten", speaker="B"),
    _cue(3, "eleven twelve.\nThirteen.", speaker="A"),
)


def test_a_place_has_its_times_cue_speaker_and_the_words_around_it():
    (place,) = find_places(THREE, "nine TEN")
    assert (place.start_ms, place.end_ms) == (2000, 2900)
    assert (place.first_cue, place.last_cue, place.speaker, place.exact) == (2, 2, "B", False)
    assert (place.before, place.text, place.after) == (
        "One two three four five six. Seven eight",
        "nine ten",
        "eleven twelve. Thirteen.",
    )


def test_words_across_cues_are_one_place_in_both():
    (place,) = find_places(THREE, "ten eleven")
    assert (place.start_ms, place.end_ms) == (2000, 3900)
    assert (place.first_cue, place.last_cue, place.text) == (2, 3, "ten eleven")


def test_context_beyond_ten_words_is_marked_as_going_on():
    (place,) = find_places(_transcript(_cue(1, "a " * 20 + "here" + " b" * 20)), "here")
    assert place.before == "…" + " a" * 10
    assert place.after == "b " * 10 + "…"


def test_every_place_is_found_and_none_is_no_error():
    assert len(find_places(_transcript(_cue(1, "yes yes"), _cue(2, "Yes.")), "yes")) == 3
    assert find_places(THREE, "never said") == ()


def test_word_times_make_a_place_exact():
    words = (
        Word(text="One", start_ms=1000, end_ms=1200),
        Word(text="two", start_ms=1300, end_ms=1500),
    )
    (place,) = find_places(_transcript(_cue(1, "One two", words=words)), "two")
    assert (place.start_ms, place.end_ms, place.exact) == (1300, 1500, True)


@pytest.mark.parametrize("words", ['he said "no\\"', "a\tb", "\x7f\u2028ok", "naïve 子", "plain"])
def test_a_pasted_clip_is_toml_whatever_the_words_are(words):
    transcript = _transcript(_cue(1, words))
    (place,) = find_places(transcript, words)
    (clip,) = tomllib.loads(place.clip_toml("visit"))["recordings"]["visit"]["clip"]
    assert clip == {"title": place.text, "from": "0:01.000", "to": "0:01.900"}


def test_a_pasted_clip_has_the_title_that_is_given_and_a_long_one_is_shortened():
    (place,) = find_places(THREE, "one two")
    assert 'title = "First"' in place.clip_toml("visit", title="First")
    (place,) = find_places(_transcript(_cue(1, "word " * 50)), "word " * 50)
    title = place.clip_toml("visit").split("\n")[1]
    assert title.endswith('word …"')
    assert len(title) < 80


OTTER = "Amara Dean  0:01\nOne.\n\nJoanna Hale  0:05\nTwo, and the last words.\n"


def test_the_last_cue_without_an_end_is_open_until_the_length_is_known():
    transcript = read_text(OTTER, name="t")
    assert [is_open(cue) for cue in transcript.cues] == [False, True]
    done = closed(transcript, length_ms=60_000)
    assert [(cue.end_ms, cue.end_inferred) for cue in done.cues] == [(5000, True), (60_000, True)]
    assert closed(done, length_ms=70_000) is done
    assert closed(transcript, length_ms=3000).cues[1].end_ms == 5000


def test_a_place_in_an_open_cue_asks_for_its_end():
    (place,) = find_places(read_text(OTTER, name="t"), "last words")
    assert (place.start_ms, place.end_open) == (5000, True)
    assert '# to = ""' in place.clip_toml("visit")
    assert tomllib.loads(place.clip_toml("visit"))


def test_a_quote_from_an_open_cue_lasts_to_the_recordings_end():
    transcript = read_text(OTTER, name="t")
    span = span_of_quote(
        transcript, "last words", before_ms=0, after_ms=0, length_ms=60_000, where="w"
    )
    assert span == Span(start_ms=5000, end_ms=60_000)


def test_an_open_cue_is_in_the_excerpt_of_every_later_span_and_marked_as_cut():
    transcript = read_text(OTTER, name="t")
    for start, end, edge in ((5000, 9000, Edge.CUT_AT_END), (30_000, 40_000, Edge.CUT_AT_BOTH)):
        made = excerpt(transcript, Span(start_ms=start, end_ms=end), speakers={})
        assert [(line.text, line.edge) for line in made.numbered] == [
            ("Two, and the last words.", edge)
        ]
    made = excerpt(transcript, Span(start_ms=0, end_ms=4000), speakers={})
    assert [line.text for line in made.numbered] == ["One."]
