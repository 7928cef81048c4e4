# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import pytest

from evidencekit.errors import QuoteNotUnique, SpanOutsideRecording
from evidencekit.model.timecode import Span
from evidencekit.model.transcript import Cue, Transcript, Word
from evidencekit.transcript.quote import span_of_quote
from evidencekit.transcript.words import find_in_texts, find_words, placed_words, tokens


def _transcript(*texts: str) -> Transcript:
    cues = tuple(
        Cue(number=n, start_ms=n * 1000, end_ms=n * 1000 + 900, text=text)
        for n, text in enumerate(texts, start=1)
    )
    return Transcript(path="t", format="webvtt", cues=cues, cues_seen=len(cues))


def _found(text: str, words: str) -> list[str]:
    return [text[match.start : match.end] for match in find_in_texts([text], words)]


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("To be clear, Nobody is   saying—that", "nobody is saying", "Nobody is   saying"),
        ("I can\u2019t, she said", "can't", "can\u2019t"),
        ("I can't", "cant", "can't"),
        ("„Straße” tam", "STRASSE", "Straße"),
        ("ＡＢＣ１", "abc1", "ＡＢＣ１"),
        ("cafe\u0301 open", "café", "cafe\u0301"),
        ("soft\u00adly spoken", "softly", "soft\u00adly"),
        ("هل اتصلت بهم؟", "اتصلت بهم", "اتصلت بهم"),
        ("είπε ΝΑΙ.", "ναι", "ΝΑΙ"),
        ("我没有说取消。", "没有说取消", "没有说取消"),
        ("我没有 说取消", "没有说", "没有 说"),
        ("ｶﾞｷﾞ", "ガギ", "ｶﾞｷﾞ"),
        ("ฉันไม่ได้ยกเลิก", "ไม่ได้", "ไม่ได้"),
        ("on 3 March, 10:15", "3 march 10.15", "3 March, 10:15"),
        ("she paid £13.60 then", "13.60", "13.60"),
    ],
)
def test_words_are_found_whatever_their_case_marks_and_spacing(text, words, found):
    assert _found(text, words) == [found]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cancelled", "cancel"),
        ("nowhere", "now here"),
        ("résumé", "resume"),
        ("one two", "two one"),
        ("anything", ""),
        ("anything?!", "?!"),
        ("", "x"),
    ],
)
def test_parts_of_words_and_other_words_are_not_found(text, words):
    assert _found(text, words) == []


def test_places_that_overlap_are_each_found():
    assert [(m.start, m.end) for m in find_in_texts(["no, no, no"], "no no")] == [(0, 6), (4, 10)]


def test_words_are_found_across_cues_with_the_cues_times():
    transcript = _transcript("To be clear, nobody is saying", "that you cancelled. We only")
    (place,) = find_words(transcript, "nobody is saying that you cancelled")
    assert (place.start_ms, place.end_ms, place.first_cue, place.last_cue) == (1000, 2900, 0, 1)
    assert transcript.cues[0].text[place.start :] == "nobody is saying"
    assert transcript.cues[1].text[: place.end] == "that you cancelled"


def test_word_times_are_used_where_there_are_any():
    cue = Cue(
        number=1,
        start_ms=0,
        end_ms=9000,
        text="So you did ring.",
        words=tuple(
            Word(text=text, start_ms=n * 1000, end_ms=n * 1000 + 500)
            for n, text in enumerate(["So", "you", "did", "ring."], start=1)
        ),
    )
    transcript = Transcript(path="t", format="json", cues=(cue,), cues_seen=1)
    (place,) = find_words(transcript, "you did")
    assert (place.start_ms, place.end_ms) == (2000, 3500)


def test_words_that_have_no_times_belong_to_the_timed_word_before_them():
    words = (Word(text="in", start_ms=0, end_ms=100), Word(text="yes", start_ms=300, end_ms=400))
    cue = Cue(number=1, start_ms=0, end_ms=900, text="in 2014. yes", words=words)
    assert [(cue.text[a:b], word.text) for a, b, word in placed_words(cue)] == [
        ("in 2014. ", "in"),
        ("yes", "yes"),
    ]


def test_word_times_that_are_not_those_of_the_text_are_not_used():
    words = (Word(text="other", start_ms=0, end_ms=100),)
    assert placed_words(Cue(number=1, start_ms=0, end_ms=9, text="mine", words=words)) == ()


def test_a_quote_gives_its_span_made_wider_and_kept_inside_the_recording():
    transcript = _transcript("One.", "Nobody is saying.", "Three.")
    asked = {"length_ms": 3000, "where": "visit clip 3"}
    span = span_of_quote(transcript, "nobody is saying", before_ms=500, after_ms=50, **asked)
    assert span == Span(start_ms=1500, end_ms=2950)
    wide = span_of_quote(transcript, "nobody is saying", before_ms=9000, after_ms=9000, **asked)
    assert wide == Span(start_ms=0, end_ms=3000)


@pytest.mark.parametrize(("quote", "places"), [("four", ()), ("one", ((1000, 1900), (3000, 3900)))])
def test_a_quote_that_occurs_nowhere_or_twice_is_an_error_with_all_its_places(quote, places):
    with pytest.raises(QuoteNotUnique) as caught:
        span_of_quote(
            _transcript("One.", "Two.", "One."),
            quote,
            before_ms=0,
            after_ms=0,
            length_ms=9000,
            where="visit clip 3",
        )
    assert caught.value == QuoteNotUnique("visit clip 3", places)


def test_a_quote_whose_time_lies_beyond_the_recording_is_an_error():
    with pytest.raises(SpanOutsideRecording):
        span_of_quote(
            _transcript("One."), "one", before_ms=0, after_ms=0, length_ms=1000, where="c"
        )


def test_folded_words_keep_their_places_in_the_text():
    text = "‘Well’, I said"
    assert [(token.folded, text[token.start : token.end]) for token in tokens(text)] == [
        ("well", "Well"),
        ("i", "I"),
        ("said", "said"),
    ]
