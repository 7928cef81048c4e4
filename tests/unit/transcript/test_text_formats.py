# SPDX-License-Identifier: AGPL-3.0-or-later
"""SBV, tables, TextGrid, Teams and the plain texts, in their odd shapes."""

from __future__ import annotations

import pytest
from support_transcripts import CONVERSATION, vtt, zoom_vtt

from evidencekit.errors import TranscriptError
from evidencekit.model.findings import Severity
from evidencekit.transcript.read import read_text


def _read(text):
    return read_text(text, name="t.txt")


def _codes(transcript):
    return [each.code for each in transcript.findings]


def _shown(transcript):
    return [(cue.start_ms, cue.end_ms, cue.speaker, cue.text) for cue in transcript.cues]


def test_an_sbv_cue_with_times_that_cannot_be_read_is_left_out_and_reported():
    transcript = _read("0:00:01.000,0:00:02.000\none\n\n0:00:03.f00,0:00:04.000\ntwo\n")
    assert ([cue.text for cue in transcript.cues], transcript.cues_seen) == (["one"], 2)
    assert "EK-T011" in _codes(transcript)


def test_a_blank_line_inside_of_an_sbv_cue_is_kept_and_noted():
    transcript = _read("0:00:01.000,0:00:02.000\none\n\ntwo\n\n0:00:03.000,0:00:04.000\n\n")
    assert [cue.text for cue in transcript.cues] == ["one\n\ntwo", ""]
    assert "EK-T016" in _codes(transcript)


def test_whispers_tsv_is_milliseconds_and_says_which_line_is_not():
    transcript = _read("start\tend\ttext\n0\t1500\tone\n-5\t10\ttwo\n2000\t\tthree\n")
    assert _shown(transcript) == [(0, 1500, None, "one"), (2000, 2000, None, "three")]
    assert "line 3" in next(each.message for each in transcript.findings if each.code == "EK-T011")


@pytest.mark.parametrize(
    ("cell", "ms"),
    [
        ("0:01:02.5", 62_500),
        ("1:02", 62_000),
        ("00:01:02,250", 62_250),
        ("62.25", 62_250),
        ("12:01:02 AM", 62_000),
        ("1:00:00 a.m.", 3_600_000),
        ("1:00:00 PM", 46_800_000),
    ],
)
def test_times_in_a_table_are_read_as_people_and_spreadsheets_write_them(cell, ms):
    (cue,) = _read(f'Text;Speaker;Start\nyes;A;"{cell}"\n').cues
    assert (cue.start_ms, cue.end_inferred) == (ms, True)


def test_the_header_may_name_the_unit_and_a_duration():
    transcript = _read("start_ms,duration (ms),content\n1500,500,yes\n")
    assert _shown(transcript) == [(1500, 2000, None, "yes")]
    assert _shown(_read("start (s),text\n3,yes\n"))[0][0] == 3000


def test_whole_numbers_without_a_unit_and_parts_of_a_day_are_refused():
    with pytest.raises(TranscriptError, match="seconds or milliseconds"):
        _read("start,end,text\n1500,2000,yes\n")
    with pytest.raises(TranscriptError, match="parts of a day"):
        _read("start,text\n0.000717592592592593,yes\n")


def test_a_row_that_was_split_at_a_comma_of_its_words_is_an_error_with_its_line():
    with pytest.raises(TranscriptError, match="quotation marks") as caught:
        _read("start,end,text\n0:01,0:02,yes\n0:02,0:03,well, no\n")
    assert caught.value.line == 3


def test_an_unclosed_quotation_mark_is_an_error_with_its_line():
    with pytest.raises(TranscriptError) as caught:
        _read('start,text\n0:01,yes\n0:02,"never closed\n0:03,no\n')
    assert caught.value.line == 3


def test_words_over_several_lines_and_formulas_are_words():
    transcript = _read('start,text\n0:01,"one\ntwo"\n0:02,=HYPERLINK()\n')
    assert [(cue.text, cue.line) for cue in transcript.cues] == [
        ("one\ntwo", 2),
        ("=HYPERLINK()", 4),
    ]


def test_a_table_with_two_columns_of_one_meaning_is_no_table_that_is_known():
    with pytest.raises(TranscriptError, match="no transcript format"):
        _read("start,begin,text\nx,y,z\n")


_GRID = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 9\ntiers? <exists>\nsize = {size}\nitem []:\n'


def _tier(name, *labels, kind="IntervalTier"):
    times = "".join(
        f'intervals [{n}]:\nxmin = {a}\nxmax = {b}\ntext = "{text}"\n'
        if kind == "IntervalTier"
        else f'points [{n}]:\nnumber = {a}\nmark = "{text}"\n'
        for n, (a, b, text) in enumerate(labels, start=1)
    )
    return f'item [1]:\nclass = "{kind}"\nname = "{name}"\nxmin = 0\nxmax = 9\nintervals: size = {len(labels)}\n{times}'


def test_a_textgrid_of_words_is_divided_and_one_of_sounds_left_out_with_a_warning():
    text = (
        _GRID.format(size=2)
        + _tier("Amara - words", (0, 0.5, "yes"), (0.5, 0.6, ""), (0.6, 1, "I"), (1, 2, "did"))
        + _tier("Amara - phones", (0, 0.5, "j"), (0.5, 9, ""))
    )
    transcript = _read(text)
    assert _shown(transcript) == [(0, 2000, "Amara", "yes I did")]
    assert [len(cue.words) for cue in transcript.cues] == [3]
    assert ("EK-T022", Severity.WARNING) in [(e.code, e.severity) for e in transcript.findings]


def test_points_and_doubled_quotation_marks_in_a_textgrid_are_read():
    text = _GRID.format(size=1) + _tier("notes", (3.25, None, 'a ""b"" ! 4'), kind="TextTier")
    assert _shown(_read(text)) == [(3250, 3250, "notes", 'a "b" ! 4')]


def test_a_textgrid_that_breaks_off_is_an_error_with_its_line():
    text = _GRID.format(size=1) + _tier("A", (0, 1, "one"), (1, 2, "two"))
    with pytest.raises(TranscriptError, match="breaks off") as caught:
        _read(text[: text.index('text = "two"')])
    assert caught.value.line > 10
    with pytest.raises(TranscriptError, match="a number should stand here"):
        _read(text.replace("xmin = 1\n", 'xmin = "1"\n'))


def test_zooms_labels_are_speakers_and_a_time_with_a_colon_is_not():
    assert [cue.speaker for cue in _read(zoom_vtt().decode()).cues] == [
        s.speaker for s in CONVERSATION
    ]
    text = "WEBVTT\n\n1\n00:01.000 --> 00:02.000\n10:30 Meeting: bring the form\n"
    assert [cue.speaker for cue in _read(text).cues] == [None]


def test_names_with_commas_and_brackets_are_names():
    lines = ["Dean, Amara (she/her): yes", "Hale, J. [Norbury]: no"] * 2
    text = "WEBVTT\n\n" + "\n\n".join(
        f"{n}\n00:0{n}.000 --> 00:0{n}.500\n{line}" for n, line in enumerate(lines, start=1)
    )
    assert [cue.speaker for cue in _read(text).cues][:2] == [
        "Dean, Amara (she/her)",
        "Hale, J. [Norbury]",
    ]


def test_a_teams_vtt_has_its_cue_ids_and_voices_with_or_without_closing_tags():
    text = "WEBVTT\n\nc8f2a3de/9-0\n00:00:01.000 --> 00:00:02.000\n<v Dean, Amara>yes\n"
    (cue,) = _read(text).cues
    assert (cue.source_id, cue.speaker, cue.text) == ("c8f2a3de/9-0", "Dean, Amara", "yes")


@pytest.mark.parametrize(
    "text",
    [
        "0:0:0.0 --> 0:0:5.320\nThis is a test.\n0:0:6.90 --> 0:0:7.500\nYes.\n",
        "WEBVTT\n\n0:0:0.0 --> 0:0:5.320\nThis is a test.\n",
    ],
)
def test_the_text_of_graph_that_names_no_speakers_is_refused_and_says_so(text):
    with pytest.raises(TranscriptError, match="does not say who spoke"):
        _read(text)


def test_teams_times_count_milliseconds_without_padding():
    text = "0:0:6.90 --> 0:0:6.500\nA\nHello.\n0:10:12.123 --> 0:10:15.456\nB\nYes.\n"
    assert _shown(_read(text)) == [(6090, 6500, "A", "Hello."), (612_123, 615_456, "B", "Yes.")]


def test_a_negative_teams_time_is_left_out_and_reported():
    text = (
        "WEBVTT\n\n0:0:1.0 --> 0:0:2.0\n<v A>yes</v>\n\n-0:0:1.0 --> 0:0:0.500\n<v A>before</v>\n"
    )
    transcript = _read(text)
    assert ([cue.text for cue in transcript.cues], "EK-T011" in _codes(transcript)) == (
        ["yes"],
        True,
    )


def test_otters_unknown_speaker_stays_as_it_stands_and_is_noted():
    text = "Unknown Speaker  0:49 \nHello.\n\nAmara Dean  1:02:03\nYes.\nOne more line.\n\nTranscribed by https://otter.ai\n"
    transcript = _read(text)
    assert _shown(transcript) == [
        (49_000, 3_723_000, "Unknown Speaker", "Hello."),
        (3_723_000, 3_723_000, "Amara Dean", "Yes.\nOne more line."),
    ]
    assert {"EK-T012", "EK-T017", "EK-T026"} <= set(_codes(transcript))


def test_a_title_above_the_first_time_is_no_cue_and_is_reported():
    transcript = _read("Core group\n18 March 2026\n\n[00:05] Amara: Yes.\n[00:07] Hale: No.\n")
    assert _shown(transcript) == [(5000, 7000, "Amara", "Yes."), (7000, 7000, "Hale", "No.")]
    assert (transcript.cues_seen, "EK-T012" in _codes(transcript)) == (3, True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[00:05:32] I rang.", (332_000, None, "I rang.")),
        ("(0:49) I rang.", (49_000, None, "I rang.")),
        ("[00:01.500 --> 00:04.000]  I rang.", (1500, None, "I rang.")),
        ("**Sarah (00:01):** I rang.", (1000, "Sarah", "I rang.")),
        ("Sarah [00:01]: I rang.", (1000, "Sarah", "I rang.")),
        ("**Sarah** (00:01): I rang.", (1000, "Sarah", "I rang.")),
        ("Sarah (00:01)\nI rang.", (1000, "Sarah", "I rang.")),
        ("00:00:03 Speaker 1\nI rang.", (3000, "Speaker 1", "I rang.")),
        ("00:00:03\nI rang.", (3000, None, "I rang.")),
        ("[00:00:03] - I rang.", (3000, None, "I rang.")),
    ],
)
def test_plain_text_with_times_is_read_in_each_of_its_forms(line, expected):
    (cue,) = _read(line).cues
    assert (cue.start_ms, cue.speaker, cue.text) == expected


def test_the_text_that_whisper_prints_has_ends_of_its_own():
    transcript = _read("[00:00.000 --> 00:04.000]  I rang.\n[00:04.000 --> 00:05.500]  Yes.\n")
    assert [(cue.end_ms, cue.end_inferred) for cue in transcript.cues] == [
        (4000, False),
        (5500, False),
    ]


def test_a_time_above_several_speeches_is_given_to_each_and_noted():
    text = "00:00:00\n\nAmara: Yes.\nHale: No.\n\n00:05:00\n\nAmara: Later.\nHale: Well.\n"
    transcript = _read(text)
    assert _shown(transcript) == [
        (0, 300_000, "Amara", "Yes."),
        (0, 300_000, "Hale", "No."),
        (300_000, 300_000, "Amara", "Later."),
        (300_000, 300_000, "Hale", "Well."),
    ]
    assert "EK-T027" in _codes(transcript)


def test_a_sentence_that_holds_a_time_in_brackets_is_no_new_cue():
    (cue,) = _read("[00:01] He said (10:30) that\nwe met [inaudible 00:02] there.").cues
    assert cue.text == "He said (10:30) that\nwe met [inaudible 00:02] there."


def test_lines_that_look_timed_inside_of_webvtt_do_not_make_it_two_formats():
    text = vtt().decode() + "\n\n01:00:00.000 --> 01:00:01.000\n[00:05:32] Amara: so it said\n"
    assert _read(text).format == "webvtt"


def test_one_clock_time_at_a_line_start_does_not_make_a_letter_a_transcript():
    with pytest.raises(TranscriptError, match="no transcript format"):
        _read("Dear Ms Dean,\n10:30 is fine.\nYours\n")
