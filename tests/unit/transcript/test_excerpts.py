# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from evidencekit.errors import QuoteNotUnique
from evidencekit.model.timecode import Span, parse_media_time
from evidencekit.model.transcript import Cue, Edge, Transcript, Word
from evidencekit.transcript.check import check_transcript
from evidencekit.transcript.excerpt import excerpt
from evidencekit.transcript.quote import span_of_quote
from evidencekit.transcript.read import read_transcript
from evidencekit.transcript.words import find_words

HOME_VISIT = Path(__file__).parents[3] / "examples" / "home-visit"


def _transcript(*cues: tuple[int, int, str] | Cue) -> Transcript:
    made = tuple(
        each
        if isinstance(each, Cue)
        else Cue(number=number, start_ms=each[0], end_ms=each[1], text=each[2], speaker="A")
        for number, each in enumerate(cues, start=1)
    )
    return Transcript(path="t", format="webvtt", cues=made, cues_seen=len(made))


def _timed(*words: tuple[str, int, int], number: int = 1) -> Cue:
    return Cue(
        number=number,
        start_ms=words[0][1],
        end_ms=words[-1][2],
        text=" ".join(text for text, _, _ in words),
        words=tuple(Word(text=text, start_ms=start, end_ms=end) for text, start, end in words),
    )


def _lines(transcript: Transcript, start: int, end: int, **options):
    made = excerpt(transcript, Span(start_ms=start, end_ms=end), speakers={}, **options)
    return [(line.number, line.text, line.edge) for line in made.lines]


FOUR = _transcript(
    (0, 1000, "One."), (1000, 2000, "Two."), (2000, 3000, "Three."), (3000, 4000, "Four.")
)


def test_the_cues_of_the_span_are_numbered_with_one_of_context_either_side():
    assert _lines(FOUR, 1000, 3000) == [
        (None, "One.", Edge.BEFORE),
        (1, "Two.", Edge.INSIDE),
        (2, "Three.", Edge.INSIDE),
        (None, "Four.", Edge.AFTER),
    ]


def test_a_cue_that_only_touches_the_edge_is_outside():
    assert [number for number, _, _ in _lines(FOUR, 1000, 2000)] == [None, 1, None]


def test_cues_that_cross_the_edges_are_whole_and_marked():
    assert _lines(FOUR, 1500, 2500)[1:3] == [
        (1, "Two.", Edge.CUT_AT_START),
        (2, "Three.", Edge.CUT_AT_END),
    ]
    assert _lines(FOUR, 1200, 1300)[1] == (1, "Two.", Edge.CUT_AT_BOTH)


def test_a_span_without_words_has_its_context_only():
    transcript = _transcript((0, 1000, "One."), (5000, 6000, "Two."))
    assert _lines(transcript, 2000, 3000) == [
        (None, "One.", Edge.BEFORE),
        (None, "Two.", Edge.AFTER),
    ]


def test_labels_are_mapped_only_where_the_matter_says_so():
    made = excerpt(FOUR, Span(start_ms=0, end_ms=1000), speakers={"A": "amara"})
    assert {(line.speaker, line.person) for line in made.lines} == {("A", "amara")}
    made = excerpt(FOUR, Span(start_ms=0, end_ms=1000), speakers={"a": "amara"})
    assert {(line.speaker, line.person) for line in made.lines} == {("A", None)}


def test_overlapping_speech_is_kept_in_the_transcripts_order():
    transcript = _transcript(
        (0, 4000, "Long one."), (1000, 1500, "Short one."), (3900, 5000, "Next.")
    )
    assert [text for _, text, _ in _lines(transcript, 1100, 4000)] == [
        "Long one.",
        "Short one.",
        "Next.",
    ]


def test_with_word_times_the_text_is_cut_between_words_and_the_rest_shown_as_outside():
    transcript = _transcript(
        _timed(("So", 0, 500), ("you", 500, 900), ("did", 1000, 1400), ("ring.", 1500, 2000))
    )
    made = excerpt(transcript, Span(start_ms=950, end_ms=1450), speakers={})
    (line,) = made.lines
    assert (line.outside_before, line.text, line.outside_after) == ("So you", "did", "ring.")
    assert (line.edge, made.trimmed) == (Edge.CUT_AT_BOTH, False)


def test_a_word_that_the_edge_falls_in_is_printed_whole():
    transcript = _transcript(_timed(("So", 0, 500), ("you", 500, 900)))
    (line,) = excerpt(transcript, Span(start_ms=600, end_ms=700), speakers={}).lines
    assert (line.outside_before, line.text, line.edge) == ("So", "you", Edge.CUT_AT_BOTH)


def test_a_cue_whose_words_all_lie_outside_is_context():
    words = _timed(("So", 0, 500), ("you", 500, 900)).words
    late = Cue(number=1, start_ms=0, end_ms=1500, text="So you", words=words)
    transcript = _transcript(late, (1500, 2000, "Yes."))
    assert _lines(transcript, 1000, 2000) == [
        (None, "So you", Edge.BEFORE),
        (1, "Yes.", Edge.INSIDE),
    ]
    assert _lines(
        _transcript(
            _timed(("So", 900, 950)),
        ),
        0,
        100,
    ) == [(None, "So", Edge.AFTER)]


def test_a_span_in_a_pause_between_words_shows_the_words_around_it_as_outside():
    transcript = _transcript(_timed(("So", 0, 500), ("you", 1500, 1900)))
    (line,) = excerpt(transcript, Span(start_ms=600, end_ms=1400), speakers={}).lines
    assert (line.number, line.outside_before, line.text, line.outside_after) == (1, "So", "", "you")


def test_context_is_every_voice_of_the_nearest_cue():
    voices = [
        Cue(number=1, start_ms=0, end_ms=1000, text=text, speaker=speaker)
        for speaker, text in (("A", "Well?"), ("B", "Well."))
    ]
    transcript = _transcript(*voices, (1000, 2000, "Two."))
    assert [text for _, text, _ in _lines(transcript, 1000, 2000)] == ["Well?", "Well.", "Two."]


def test_empty_cues_are_neither_lines_nor_context():
    transcript = _transcript((0, 1000, "One."), (1000, 2000, " "), (2000, 3000, "Three."))
    assert [text for _, text, _ in _lines(transcript, 1500, 3000)] == ["One.", "Three."]


def test_a_cue_of_no_length_stands_at_its_moment():
    transcript = _transcript((1000, 1000, "Now."))
    assert _lines(transcript, 1000, 2000) == [(1, "Now.", Edge.INSIDE)]
    assert _lines(transcript, 0, 1000) == [(None, "Now.", Edge.AFTER)]


def test_line_breaks_inside_a_cue_become_spaces():
    assert _lines(_transcript((0, 1000, "One\n  two\tthree")), 0, 1000)[0][1] == "One two three"


def test_first_and_last_words_trim_whole_cues_and_the_nearest_become_context():
    made = excerpt(
        FOUR, Span(start_ms=0, end_ms=4000), speakers={}, first_words="two", last_words="Three"
    )
    assert made.trimmed
    assert [(line.number, line.text) for line in made.lines] == [
        (None, "One."),
        (1, "Two."),
        (2, "Three."),
        (None, "Four."),
    ]


def test_first_and_last_words_inside_a_cue_leave_a_mark_of_ours():
    transcript = _transcript((0, 1000, 'Yes. "So you did ring," she said. No.'))
    made = excerpt(
        transcript,
        Span(start_ms=0, end_ms=1000),
        speakers={},
        first_words="so you",
        last_words="DID RING",
    )
    assert [line.text for line in made.lines] == ['[…] "So you did ring," […]']
    assert made.trimmed


def test_words_that_are_the_first_and_last_already_leave_nothing_out():
    made = excerpt(
        FOUR, Span(start_ms=1000, end_ms=3000), speakers={}, first_words="Two", last_words="Three"
    )
    assert not made.trimmed
    assert [line.text for line in made.numbered] == ["Two.", "Three."]


def test_trimmed_words_hide_the_words_outside_the_span_beside_them():
    transcript = _transcript(
        _timed(("a", 0, 100), ("b", 100, 200), ("c", 200, 300), ("d", 300, 400))
    )
    (line,) = excerpt(
        transcript, Span(start_ms=100, end_ms=400), speakers={}, first_words="c"
    ).lines
    assert (line.outside_before, line.text) == ("", "[…] c d")


@pytest.mark.parametrize("what", ["first_words", "last_words"])
@pytest.mark.parametrize(("words", "places"), [("five", ()), ("four", ())])
def test_words_to_trim_at_must_be_in_the_span(what, words, places):
    with pytest.raises(QuoteNotUnique) as caught:
        excerpt(
            FOUR, Span(start_ms=0, end_ms=3000), speakers={}, where="visit clip 2", **{what: words}
        )
    assert caught.value == QuoteNotUnique("visit clip 2", places, what)


def test_words_to_trim_at_must_be_there_once():
    transcript = _transcript((0, 1000, "No. No."), (1000, 2000, "Yes."))
    with pytest.raises(QuoteNotUnique) as caught:
        excerpt(transcript, Span(start_ms=0, end_ms=2000), speakers={}, first_words="no")
    assert caught.value.places == ((0, 1000), (0, 1000))


def test_last_words_are_looked_for_after_the_first():
    transcript = _transcript((0, 1000, "Yes."), (1000, 2000, "No. Yes."))
    made = excerpt(
        transcript, Span(start_ms=0, end_ms=2000), speakers={}, first_words="no", last_words="yes"
    )
    assert [line.text for line in made.numbered] == ["No. Yes."]


def test_the_example_has_its_clips_and_quotes_as_its_matter_file_says():
    matter = tomllib.loads((HOME_VISIT / "matter.toml").read_text("utf-8"))
    visit = matter["recordings"]["visit"]
    path = visit["transcript"]["file"]
    transcript = read_transcript(HOME_VISIT / path, name=path)
    assert check_transcript(transcript, length_ms=142_000) == ()
    assert {cue.speaker for cue in transcript.cues} == set(visit["transcript"]["speakers"])
    refusal, nursery, quoted = visit["clip"]

    def cut(clip, **trim):
        span = Span(start_ms=parse_media_time(clip["from"]), end_ms=parse_media_time(clip["to"]))
        return excerpt(transcript, span, speakers=visit["transcript"]["speakers"], **trim)

    whole = cut(refusal)
    assert [(line.person, line.edge) for line in whole.numbered] == [
        ("hale", Edge.INSIDE),
        ("hale", Edge.INSIDE),
        ("amara", Edge.INSIDE),
        ("hale", Edge.INSIDE),
    ]
    trimmed = cut(nursery, first_words=nursery["first_words"], last_words=nursery["last_words"])
    assert trimmed.trimmed
    assert trimmed.numbered[0].text.startswith(nursery["first_words"])
    assert trimmed.numbered[-1].text.endswith(nursery["last_words"] + ".")
    span = span_of_quote(
        transcript, quoted["quote"], before_ms=3000, after_ms=3000, length_ms=142_000, where="c"
    )
    assert span == Span(start_ms=64_350, end_ms=78_236)


def test_the_example_before_correction_has_the_mistakes_that_were_corrected():
    raw = read_transcript(HOME_VISIT / "transcripts/visit.raw.vtt", name="raw")
    assert {cue.speaker for cue in raw.cues} == {"Speaker 1", "Speaker 2", "Speaker 3"}
    assert find_words(raw, "I rang to remove it")
    assert not find_words(raw, "I rang to move it")


def test_a_word_joined_by_a_hyphen_is_trimmed_at_the_hyphen_without_its_other_half():
    transcript = _transcript((0, 1000, "A well-known one."))
    span = Span(start_ms=0, end_ms=1000)
    assert [
        excerpt(transcript, span, speakers={}, **trim).lines[0].text
        for trim in ({"first_words": "known"}, {"last_words": "well"})
    ] == ["[…] known one.", "A well […]"]


def test_context_after_is_every_voice_of_the_nearest_cue():
    voices = [
        Cue(number=2, start_ms=1000, end_ms=2000, text=text, speaker=speaker)
        for speaker, text in (("A", "Well?"), ("B", "Well."))
    ]
    transcript = _transcript((0, 1000, "One."), *voices)
    assert [text for _, text, _ in _lines(transcript, 0, 1000)] == ["One.", "Well?", "Well."]


def test_words_from_right_to_left_are_cut_and_trimmed_in_the_order_in_which_they_are_said():
    said = ("אני", "רוצה", "לדעת", "למה?")
    timed = _timed(*((word, at * 500, at * 500 + 400) for at, word in enumerate(said)))
    made = excerpt(_transcript(timed), Span(start_ms=500, end_ms=1400), speakers={})
    (line,) = [each for each in made.lines if each.number]
    assert (line.outside_before, line.text, line.outside_after) == ("אני", "רוצה לדעת", "למה?")
    whole = _transcript((0, 2000, " ".join(said)))
    found = _lines(whole, 0, 2000, first_words="רוצה", last_words="לדעת")
    assert [text for _, text, _ in found] == ["[…] רוצה לדעת […]"]
    near = {"before_ms": 0, "after_ms": 0, "length_ms": 2000, "where": ""}
    found = span_of_quote(_transcript(timed), "לדעת למה", **near)
    assert (found.start_ms, found.end_ms) == (1000, 1900)
