# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import html
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from evidencekit.errors import TranscriptError
from evidencekit.transcript.check import check_transcript
from evidencekit.transcript.decode import decode
from evidencekit.transcript.markup import pieces
from evidencekit.transcript.read import read_text
from evidencekit.transcript.words import find_in_texts, tokens

#: Text made of what the formats are made of, which plain text hardly ever hits.
_SHARDS = st.sampled_from(
    [
        "WEBVTT",
        "NOTE",
        "STYLE",
        "\n",
        "\n\n",
        "\r",
        "\x00",
        "-->",
        "00:01.000",
        "00:00:02,500",
        " ",
        "1",
        "<v A>",
        "</v>",
        "<v.b",
        ">",
        "<",
        "<00:01.500>",
        "&",
        "&amp;",
        "&#0;",
        "A: ",
        ":",
        "{\\an8}",
        "word",
        "子",
    ]
)
hostile = st.one_of(st.text(), st.lists(_SHARDS).map("".join))
spoken = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), min_size=1, max_size=40
).filter(lambda text: text.strip(" \t\f") != "")


def _clock(ms: int, mark: str = ".") -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{mark}{ms % 1000:03}"


cues = st.lists(
    st.tuples(
        st.integers(0, 10**9),
        st.integers(0, 10**6),
        spoken,
        # A name that ends in "--" would make an arrow of its closing bracket.
        st.one_of(
            st.none(),
            st.from_regex(r"\A[A-Za-zŁ.-]{1,8}( [A-Za-zŁ]{1,8})?\Z").filter(
                lambda name: "--" not in name
            ),
        ),
    ),
    min_size=1,
    max_size=6,
)


@given(st.one_of(hostile, hostile.map(lambda text: "WEBVTT\n\n" + text)))
def test_any_text_is_read_or_refused_with_a_reason(text):
    with suppress(TranscriptError):
        transcript = read_text(text, name="t")
        check_transcript(transcript, length_ms=1000)
        assert len({cue.number for cue in transcript.cues}) <= transcript.cues_seen
        assert all(cue.start_ms >= 0 for cue in transcript.cues)


@given(
    st.binary(), st.sampled_from([None, "utf-8", "utf-16", "cp1252", "shift_jis", "hz", "utf-7"])
)
def test_any_bytes_are_decoded_or_refused_with_a_reason(data, encoding):
    with suppress(TranscriptError):
        assert isinstance(decode(data, name="t", encoding=encoding), str)


@given(cues)
def test_cues_written_as_webvtt_are_read_back_as_they_were(made):
    blocks = [
        f"{_clock(start)} --> {_clock(start + length)}\n"
        + (f"<v {speaker}>" if speaker else "")
        + html.escape(text, quote=False)
        for start, length, text, speaker in made
    ]
    transcript = read_text("WEBVTT\n\n" + "\n\n".join(blocks), name="t")
    if any(speaker for *_, speaker in made):
        read = [
            (cue.start_ms, cue.end_ms - cue.start_ms, cue.text, cue.speaker)
            for cue in transcript.cues
        ]
        assert read == made
    else:  # a file of labels may have its labels read as speakers
        assert [(cue.start_ms, cue.end_ms - cue.start_ms) for cue in transcript.cues] == [
            (start, length) for start, length, *_ in made
        ]
        if all(cue.speaker is None for cue in transcript.cues):
            assert [cue.text for cue in transcript.cues] == [text for _, _, text, _ in made]


@given(cues)
def test_cues_written_as_subrip_keep_their_number_and_times(made):
    blocks = [
        f"{number}\n{_clock(start, ',')} --> {_clock(start + length, ',')}\nx{number}"
        for number, (start, length, _, _) in enumerate(made, start=1)
    ]
    transcript = read_text("\n\n".join(blocks), name="t")
    assert [(c.source_id, c.start_ms, c.end_ms - c.start_ms, c.text) for c in transcript.cues] == [
        (str(number), start, length, f"x{number}")
        for number, (start, length, _, _) in enumerate(made, start=1)
    ]


@given(hostile)
@example("<v A>a</v><v B>b")
def test_no_letter_is_lost_from_a_cue_but_those_of_its_tags(text):
    """Whatever is not a tag, a time or a reference comes out of the markup as it went in."""
    if "<" not in text and "&" not in text:
        assert "".join(piece.text for piece in pieces(text)) == text


@given(st.text(), st.text(), st.text())
def test_words_are_found_wherever_they_are_put(before, words, after):
    text = f"{before} {words} {after}"
    found = find_in_texts([text], words)
    assert bool(found) == bool(list(tokens(words)))
    assert all(0 <= match.start < match.end <= len(text) for match in found)


@given(st.text())
def test_tokens_stand_in_order_and_do_not_overlap(text):
    edges = [edge for token in tokens(text) for edge in (token.start, token.end)]
    assert edges == sorted(edges)
    assert all(token.start < token.end and token.folded for token in tokens(text))
