# SPDX-License-Identifier: AGPL-3.0-or-later
"""Damaged, cut and mixed files of every format are read or refused, and never crash."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from support_transcripts import WRITERS

from evidencekit.errors import TranscriptError
from evidencekit.model.timecode import Span
from evidencekit.transcript.check import check_transcript
from evidencekit.transcript.excerpt import excerpt
from evidencekit.transcript.find import find_places
from evidencekit.transcript.read import read_text, read_transcript
from evidencekit.transcript.words import placed_words
from evidencekit.transcript.wordtimes import Timed, lay_words

written = st.sampled_from([writer() for writer, _, _ in WRITERS.values()])
#: What a format's reader might trip over, put into the middle of any of them.
shards = st.sampled_from(
    [b"", b"null", b"-1", b"1e999", b"\x00", b"\xff", b'"', b"<", b">", b"{", b"]", b"\n\n", b"\t",
     b"-->", b"0:00", b"9" * 40, b"<br/>", b"<p>", b"[0:01]", b"</v>", b"\\ud800", b":", b",,"]
)  # fmt: skip


def _look_at(transcript):
    check_transcript(transcript, length_ms=60_000)
    assert len({cue.number for cue in transcript.cues}) <= transcript.cues_seen
    for cue in transcript.cues:
        assert cue.start_ms >= 0
        assert cue.end_ms >= 0
        cue.text.encode()
        if cue.words:
            assert len(placed_words(cue)) == len(cue.words)
    excerpt(transcript, Span(start_ms=0, end_ms=10_000), speakers={})
    find_places(transcript, "the")


@settings(deadline=None)
@given(written, st.floats(0, 1), st.floats(0, 1), shards)
def test_a_file_with_a_part_replaced_is_read_or_refused(tmp_path_factory, data, start, end, shard):
    low, high = sorted((int(start * len(data)), int(end * len(data))))
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data[:low] + shard + data[min(high, low + 40) :])
    with suppress(TranscriptError):
        _look_at(read_transcript(path, name="t"))


@settings(deadline=None)
@given(written, st.floats(0, 1))
def test_a_file_that_breaks_off_is_read_or_refused(tmp_path_factory, data, share):
    path = tmp_path_factory.getbasetemp() / "cut"
    path.write_bytes(data[: int(share * len(data))])
    with suppress(TranscriptError):
        _look_at(read_transcript(path, name="t"))


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
documents = [json.loads(writer()) for writer, _, _ in WRITERS.values() if writer()[:1] == b"{"]


def _paths(value, at=()):
    yield at
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield from _paths(inner, (*at, key))


@settings(deadline=None)
@given(st.data())
def test_json_with_any_value_in_any_place_is_read_or_refused(data):
    document = json.loads(json.dumps(data.draw(st.sampled_from(documents))))
    path = data.draw(st.sampled_from([path for path in _paths(document) if path]))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = data.draw(values)
    with suppress(TranscriptError):
        _look_at(read_text(json.dumps(document), name="t"))


lines = st.lists(
    st.sampled_from(
        ["[00:05] Amara: yes", "0:49 then", "Amara  0:49", "Hale (1:02): no", "00:05:00", "", "words",
         "0:0:1.5 --> 0:0:2.0", "Amara", "1", "00:00:01,000 --> 00:00:02,000", "WEBVTT", "<v A>yes",
         "0:00:01.000,0:00:02.000", "start,end,text", "start\tend\ttext", "0\t10\tyes", "0:01,0:02,yes"]
    ),
    max_size=12,
)  # fmt: skip


@settings(deadline=None)
@given(lines)
def test_any_mixture_of_lines_is_read_or_refused_and_loses_no_word_in_silence(made):
    with suppress(TranscriptError):
        transcript = read_text("\n".join(made), name="t")
        _look_at(transcript)
        if len({cue.number for cue in transcript.cues}) < transcript.cues_seen:
            codes = {each.code for each in transcript.findings}
            assert codes & {"EK-T011", "EK-T012"}


@settings(deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), max_size=8),
    st.lists(st.none() | st.integers(0, 10_000), min_size=8, max_size=8),
)
def test_words_laid_over_their_text_cover_it_and_stay_in_order(words, starts):
    text = " ".join(words)
    timed = [
        Timed(text=word, start_ms=at, end_ms=at) for word, at in zip(words, starts, strict=False)
    ]
    laid = lay_words(text, timed, start_ms=0, end_ms=10_000)
    times = [word.start_ms for word in laid.words]
    assert times == sorted(times)
    if laid.words:
        assert "".join("".join(word.text for word in laid.words).split()) == "".join(text.split())
