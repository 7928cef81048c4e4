# SPDX-License-Identifier: AGPL-3.0-or-later
"""The drawing of one clip and its words."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.compose.clip_waveform import ClipDrawing, Shown, draw_clip
from evidencekit.compose.clips import _clip_figure
from evidencekit.compose.drawing import text_width
from evidencekit.model.clip import ClipFile, Decoder, Peaks
from evidencekit.model.digest import Digest
from evidencekit.model.material import CutClip
from evidencekit.model.recording import Clip
from evidencekit.model.timecode import Span
from evidencekit.model.transcript import Cue, Transcript, Word
from evidencekit.pdf import fonts
from evidencekit.transcript.excerpt import excerpt

SVG = "{http://www.w3.org/2000/svg}"
RATE = 8000
NONE = Digest("sha256", "0" * 64)
DECODER = Decoder(
    name="pcm_s16le",
    library="PyAV",
    library_version="18",
    ffmpeg_version="8",
    machine="x86_64",
    container="wav",
    sample_format="s16",
)
HEBREW = "אני רוצה לדעת למה התשובה הייתה לא"
CHINESE = "我想知道为什么三月份我问的时候答案是否定的"


def cue(number: int, start: int, end: int, text: str, *, timed: bool = False) -> Cue:
    parts = text.split() if " " in text else list(text)
    each = (end - start) // len(parts)
    words = tuple(
        Word(text=part, start_ms=start + at * each, end_ms=start + (at + 1) * each)
        for at, part in enumerate(parts)
    )
    return Cue(number=number, start_ms=start, end_ms=end, text=text, words=words if timed else ())


def clip_of(start: int, end: int, *cues: Cue, **trim: str) -> tuple[CutClip, Peaks]:
    span = Span(start_ms=start, end_ms=end)
    samples = span.samples(RATE)
    file = ClipFile(
        path=Path("clip.wav"),
        requested=span,
        samples=samples,
        sample_rate=RATE,
        channels=1,
        bits=16,
        source_digest=NONE,
        samples_digest=NONE,
        file_digest=NONE,
        decoder=DECODER,
        way="decoded from the start",
        peaks=Peaks(bucket_samples=80, low=b"\x00\xf0" * 50, high=b"\x00\x10" * 50),
    )
    heard = Transcript(path="t.vtt", format="webvtt", cues=cues, cues_seen=len(cues))
    clip = CutClip(
        number=1,
        recording="visit",
        clip=Clip(title="A passage", span=span),
        file=file,
        file_name="clip.wav",
        excerpt=excerpt(heard, span, speakers={}, **trim) if cues else None,
    )
    return clip, file.peaks


def draw(start: int, end: int, *cues: Cue, **trim: str) -> ClipDrawing:
    return draw_clip(*clip_of(start, end, *cues, **trim))


def texts(drawn: ClipDrawing) -> list[tuple[int, str]]:
    """Every text of the drawing with where it starts, but for the times of the ruler."""
    return [
        (int(each.get("x")), (each.text or "").rstrip("\u200f"))
        for each in fromstring(drawn.svg).iter(f"{SVG}text")
        if each.get("text-anchor") == "start"
    ]


def test_a_word_stands_where_the_transcript_says_that_it_begins():
    drawn = draw(1000, 2000, cue(1, 1000, 2000, "You told me no", timed=True))
    assert drawn.shown is Shown.WORDS
    places = {text: x for x, text in texts(drawn)}
    # 20 to 620 is one second: a word every quarter of it.
    assert places["told"] == 170
    assert places["me"] == 320
    assert places["no"] == 470
    assert places["1"] == 20 < places["You"]


def test_without_times_of_words_lines_stand_where_their_cues_begin():
    drawn = draw(0, 10_000, cue(1, 0, 4000, "You told me"), cue(2, 5000, 9000, "I did not"))
    assert drawn.shown is Shown.LINES
    assert (20, "1") in texts(drawn)
    assert (320, "2") in texts(drawn)
    assert [text for _, text in texts(drawn)] == ["1", "You told me", "2", "I did not"]


def test_a_cue_that_began_before_the_clip_has_an_arrow_and_no_time_of_its_own():
    drawn = draw(2000, 6000, cue(1, 0, 4000, "You told me"))
    assert drawn.earlier
    assert texts(drawn)[0] == (20, "1←")


def test_one_line_without_times_makes_lines_of_all():
    drawn = draw(0, 9000, cue(1, 0, 4000, "You told me", timed=True), cue(2, 5000, 9000, "No"))
    assert drawn.shown is Shown.LINES


def test_words_trimmed_off_the_excerpt_are_not_in_the_drawing():
    spoken = cue(1, 0, 4000, "Leave that. You told me no. Private matter", timed=True)
    drawn = draw(0, 4000, spoken, first_words="You told", last_words="me no")
    assert [text for _, text in texts(drawn)] == ["1", "You", "told", "me", "no."]


def test_words_cut_off_by_the_clips_edge_are_not_in_the_drawing():
    drawn = draw(1000, 3000, cue(1, 0, 4000, "one two three four", timed=True))
    assert [text for _, text in texts(drawn)] == ["1←", "two", "three"]


def test_a_minute_of_speech_is_in_rows_with_every_word_of_it():
    spoken = [
        cue(at + 1, at * 5000, at * 5000 + 4800, "and then I asked you why it was no", timed=True)
        for at in range(12)
    ]
    drawn = draw(0, 60_000, *spoken)
    assert drawn.shown is Shown.WORDS
    assert 1 < drawn.rows <= 4
    assert sum(text == "asked" for _, text in texts(drawn)) == 12
    assert not drawn.shortened
    assert drawn.left_out == 0


def test_ten_minutes_show_lines_by_their_numbers_and_say_that_words_are_left_out():
    spoken = [
        cue(at + 1, at * 8000, at * 8000 + 7000, "and then I asked you why it was no " * 3)
        for at in range(75)
    ]
    drawn = draw(0, 600_000, *spoken)
    assert drawn.shown is Shown.LINES
    assert drawn.rows == 4
    assert drawn.shortened
    shown = [text for _, text in texts(drawn)]
    assert sum(text.isdigit() for text in shown) + drawn.left_out == 75
    assert all(len(text) < 60 and "asked you why" not in text for text in shown)


def test_more_lines_than_there_is_room_for_are_counted():
    spoken = [cue(at + 1, at * 100, at * 100 + 90, "yes") for at in range(2000)]
    clip, peaks = clip_of(0, 200_000, *spoken)
    drawn = draw_clip(clip, peaks)
    assert drawn.left_out > 0
    (figure,) = _clip_figure(clip, 1)
    assert f"{drawn.left_out} lines have no room here." in figure.caption


@pytest.mark.parametrize("text", [HEBREW, CHINESE])
def test_every_script_is_drawn_by_word_and_by_line(text):
    words = draw(0, 10_000, cue(1, 0, 9000, text, timed=True))
    lines = draw(0, 10_000, cue(1, 0, 9000, text))
    assert words.shown is Shown.WORDS
    assert lines.shown is Shown.LINES
    assert words.backwards is lines.backwards is (text == HEBREW)
    drawn = "".join(each for _, each in texts(words))
    assert sorted(drawn) == sorted(f"1{text.replace(' ', '')}")


def test_chinese_is_cut_between_signs_and_other_writing_between_words():
    assert (20, "1") in texts(draw(0, 9000, cue(1, 0, 9000, CHINESE * 9)))
    (_, chinese) = texts(draw(0, 9000, cue(1, 0, 9000, CHINESE * 9)))[1]
    (_, english) = texts(draw(0, 9000, cue(1, 0, 9000, "abcdef ghijkl " * 40)))[1]
    assert chinese.endswith("…")
    assert (CHINESE * 9).startswith(chinese.removesuffix(" …"))
    assert re.fullmatch(r"(abcdef ghijkl )*(abcdef )?…", english)


def test_without_a_transcript_the_clip_is_drawn_alone():
    assert draw(0, 1000).shown is Shown.NOTHING
    clip, _ = clip_of(0, 1000)
    (figure,) = _clip_figure(clip, 1)
    assert figure.alt.endswith("No words stand under it.")


def test_text_is_data_whatever_it_holds():
    drawn = draw(0, 5000, cue(1, 0, 5000, '<script>alert(1)</script> & "me" #panic()'))
    assert texts(drawn)[1][1].startswith("<script>")


def test_one_sample_is_drawn():
    span = Span(start_ms=1000, end_ms=1001)
    clip, peaks = clip_of(span.start_ms, span.end_ms, cue(1, 900, 1100, "no", timed=True))
    assert draw_clip(clip, peaks).rows == 1


@given(
    texts=st.lists(
        st.text(st.sampled_from("abcdefg 我אמ.’ 12"), min_size=1, max_size=60).filter(str.strip),
        min_size=1,
        max_size=40,
    ),
    each_ms=st.integers(1, 20_000),
    timed=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_no_text_runs_into_another_or_off_the_page(texts, each_ms, timed):
    spoken = [
        cue(at + 1, at * each_ms, (at + 1) * each_ms, " ".join(text.split()), timed=timed)
        for at, text in enumerate(texts)
    ]
    drawn = draw(0, each_ms * len(texts), *spoken)
    by_height: dict[str, list[tuple[int, int]]] = {}
    for each in fromstring(drawn.svg).iter(f"{SVG}text"):
        if each.get("text-anchor") == "start":
            x = int(each.get("x"))
            width = text_width(each.text or "", bold=each.get("font-weight") == "bold")
            by_height.setdefault(each.get("y"), []).append((x, x + width))
    for row in by_height.values():
        row.sort()
        assert all(end <= start for (_, end), (start, _) in pairwise(row))
        assert row[0][0] >= 0
        if drawn.shown is Shown.LINES:
            assert row[-1][1] <= 640


@pytest.mark.parametrize("bold", [False, True])
def test_text_is_taken_to_be_no_narrower_than_it_is(bold):
    advances = fonts.advances("Arimo-Bold" if bold else "Arimo-Regular")
    for text in ("You have not told me why", "WHAT? MMM", "0:12.4", "it’s “so”, isn’t it…"):
        true = 11 * sum(advances[ord(each)] for each in text)
        assert text_width(text, bold=bold) >= true


@pytest.mark.parametrize(
    ("text", "mark"), [(f"{HEBREW}.", "\u200f"), (f"He said {HEBREW}.", ""), ("He said no.", "")]
)
def test_a_full_stop_stands_at_the_end_whichever_way_a_line_begins(text, mark):
    drawn = draw(0, 9000, cue(1, 0, 9000, text))
    assert f">{text}{mark}</text>" in drawn.svg
