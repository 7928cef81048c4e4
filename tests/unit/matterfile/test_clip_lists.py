# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.errors import MatterError
from evidencekit.matterfile.cliplist_parts import frame_rate
from evidencekit.matterfile.cliplist_tables import read_labels
from evidencekit.matterfile.cliplist_times import table_time
from evidencekit.matterfile.cliplists import clips_toml, read_clip_list
from evidencekit.model.timecode import format_media_time


def _read(tmp_path, text, **options):
    path = tmp_path / "list.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [
        (clip.title, clip.span.start_ms, clip.span.end_ms)
        for clip in read_clip_list(path, **options)
    ]


def _problems(tmp_path, text, **options):
    with pytest.raises(MatterError) as caught:
        _read(tmp_path, text, **options)
    return [(each.line, each.message) for each in caught.value.problems]


def test_a_table_gives_its_rows_in_order_whatever_the_order_of_its_columns(tmp_path):
    text = 'to,note,Title,from\n0:31.9,x,The refusal,0:12.4\n1:02:03.004,,"One, two",1:02\n'
    assert _read(tmp_path, text) == [
        ("The refusal", 12_400, 31_900),
        ("One, two", 62_000, 3_723_004),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_table_as_a_spreadsheet_saves_it_is_read(tmp_path, encoding):
    text = "name;start;end\r\nŁódź;0:01,5;0:02\r\n".encode(encoding)
    assert _read(tmp_path, text) == [("Łódź", 1500, 2000)]


def test_every_bad_line_of_a_table_is_named_with_its_number(tmp_path):
    text = "title,from,to\nok,0:01,0:02\n,0:01,0:02\nA,1:2,0:20\nB,0:05,0:04\nC,0:05,0:05\nD,0:01\n"
    problems = _problems(tmp_path, text)
    assert [line for line, _ in problems] == [3, 4, 5, 6, 7]
    assert [message.split(":")[0] for _, message in problems][:2] == ["has no title", "from"]
    assert "ends before it starts" in problems[2][1]
    assert "of no length" in problems[3][1]
    assert "fewer cells" in problems[4][1]


def test_a_table_takes_seconds_and_clock_times_alike(tmp_path):
    text = "title,from,to\nA,12.5,0:31.9\nB,90,1:02:03.004\nC,0.125,4000\nD,100:00,2:00:00\n"
    assert _read(tmp_path, text) == [
        ("A", 12_500, 31_900),
        ("B", 90_000, 3_723_004),
        ("C", 125, 4_000_000),
        ("D", 6_000_000, 7_200_000),
    ]


def test_a_table_needs_no_titles(tmp_path):
    assert _read(tmp_path, "start,end\n12.5,31.9\n0:40,0:41\n") == [
        ("Passage at 0:12.500", 12_500, 31_900),
        ("Passage at 0:40.000", 40_000, 41_000),
    ]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("1.30", '"1.30" could be 1.30 seconds or 1 min 30 s: write 1.300 or 1:30'),
        ("1,230", '"1,230" could be 1.230 seconds or 1230 seconds: write 1.230 or 1230'),
        ("00:00:12:10", '"00:00:12:10" counts frames, or has a part too many: write h:mm:ss.mmm'),
        ("1:5", '"1:5" has one digit of seconds: write two, such as 1:05'),
        ("12:30 PM", '"12:30 PM" is a time of day. Times in a recording are counted from its'),
        ("0:75", '"0:75" has more than 59 seconds'),
        ("1:75:00", '"1:75:00" has more than 59 minutes'),
        ("about 12", '"about 12" is not a time'),
        ("-1", '"-1" is not a time'),
        ("1e3", '"1e3" is not a time'),
        ("", '"" is not a time'),
        ("999999999", '"999999999" is no time in a recording'),
    ],
)
def test_what_could_be_two_times_or_is_none_is_named_with_row_and_column(tmp_path, cell, message):
    problems = _problems(tmp_path, f"title;Start;Stop\nok;0:01;0:02\nA;{cell};9999\nB;1;{cell}\n")
    assert [line for line, _ in problems] == [3, 4]
    assert problems[0][1].startswith(f"Start: {message}")
    assert problems[1][1].startswith(f"Stop: {message}")


def test_the_rest_of_a_table_tells_that_a_number_is_of_seconds(tmp_path):
    text = "title;from;to\nA;1.30;2.50\nB;12.5;75.25\nC;1,5;2,75\n"
    assert _read(tmp_path, text) == [
        ("A", 1300, 2500),
        ("B", 12_500, 75_250),
        ("C", 1500, 2750),
    ]


@settings(deadline=None)
@given(ms=st.integers(0, 3_599_999_999))
def test_every_time_is_the_same_in_seconds_and_by_the_clock(ms):
    seconds = f"{ms // 1000}.{ms % 1000:03}"
    assert table_time(seconds) == table_time(format_media_time(ms)) == ms


@settings(deadline=None)
@given(text=st.text(alphabet="0123456789:.,", max_size=12), seconds=st.booleans())
def test_any_cell_is_a_time_or_a_named_problem(text, seconds):
    with suppress(ValueError):  # and nothing else
        assert 0 <= table_time(text, seconds=seconds) <= 1_000_000 * 3_600_000


def test_an_error_carries_the_files_name_and_no_folder(tmp_path):
    with pytest.raises(MatterError) as caught:
        _read(tmp_path, "title,from,to\nA,x,y\n")
    assert str(caught.value).startswith("list.txt:2 from: ")
    assert str(tmp_path) not in str(caught.value)


def test_audacitys_labels_are_exact_milliseconds(tmp_path):
    text = "12.400000\t31.900000\tThe refusal\n\\\t100.0\t200.0\n47.2504999\t62.0005\t\n1,5\t2,25\tcomma\n"
    assert _read(tmp_path, text) == [
        ("The refusal", 12_400, 31_900),
        ("Passage at 0:47.250", 47_250, 62_001),
        ("comma", 1500, 2250),
    ]


def test_a_label_of_a_moment_and_a_line_that_is_none_are_named(tmp_path):
    problems = _problems(tmp_path, "1.0\t2.0\tA\n3.0\t3.0\tB\nnonsense\n")
    assert [(line, message.split(".")[0]) for line, message in problems] == [
        (2, "marks a moment"),
        (3, "is no label: two times in seconds and a name, with tabs between"),
    ]


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_a_label_of_any_millisecond_is_that_millisecond(start, length):
    end = start + length
    line = f"{start // 1000}.{start % 1000:03}000\t{end // 1000}.{end % 1000:03}000\tx"
    (label,) = read_labels(line)
    assert (label.start_ms, label.end_ms) == (start, end)


EDL = """TITLE: Visit
FCM: NON-DROP FRAME

001  AX       AA    C        00:00:12:10 00:00:31:22 01:00:00:00 01:00:19:12
* FROM CLIP NAME: visit.m4a
* LOC: 01:00:00:00 RED     The refusal

002  AX       V     C        00:00:47:06 00:01:02:00 01:00:19:12 01:00:34:06
* FROM CLIP NAME: visit.m4a
003  AX       A     C        00:00:47:06 00:01:02:00 01:00:19:12 01:00:34:06
* FROM CLIP NAME: visit.m4a
004  BL       V     C        00:00:00:00 00:00:01:00 01:00:34:06 01:00:35:06
"""


def test_an_edl_gives_the_stretches_of_its_source_each_once(tmp_path):
    assert _read(tmp_path, EDL, fps="25") == [
        ("The refusal", 12_400, 31_880),
        ("Passage at 0:47.240", 47_240, 62_000),
    ]


def test_an_edl_without_its_frame_rate_is_an_error_that_asks_for_it(tmp_path):
    ((_, message),) = _problems(tmp_path, EDL)
    assert "how many there are in a second" in message
    for fps in ("0", "x", "1/0", "-25", "25fps"):
        assert "no number of frames" in _problems(tmp_path, EDL, fps=fps)[0][1]


@pytest.mark.parametrize(
    ("fps", "mode", "code", "ms"),
    [
        ("25", "NON-DROP FRAME", "00:01:00:05", 60_200),
        ("30", "NON-DROP FRAME", "00:00:01:15", 1500),
        ("29.97", "NON-DROP FRAME", "01:00:00:00", 3_603_600),
        ("29.97", "DROP FRAME", "00:01:00:02", 60_060),
        ("29.97", "DROP FRAME", "00:10:00:00", 599_999),
        ("29.97", "DROP FRAME", "01:00:00:00", 3_599_996),
        ("23.976", "NON-DROP FRAME", "00:00:01:00", 1001),
        ("59.94", "DROP FRAME", "00:01:00:04", 60_060),
    ],
)
def test_timecodes_are_counted_as_their_mode_says(tmp_path, fps, mode, code, ms):
    text = f"TITLE: x\nFCM: {mode}\n001 AX V C {code} 09:00:00:00 00:00:00:00 08:00:00:00\n"
    assert _read(tmp_path, text, fps=fps)[0][1] == ms


def test_a_source_that_does_not_start_at_zero_is_counted_from_its_first_frame(tmp_path):
    text = "TITLE: x\n001 AX A C 01:00:01:00 01:00:02:00 00:00:00:00 00:00:01:00\n"
    assert _read(tmp_path, text, fps="25", starts_at="01:00:00:00") == [
        ("Passage at 0:01.000", 1000, 2000)
    ]
    assert (
        "no time of the source"
        in _problems(tmp_path, text, fps="25", starts_at="02:00:00:00")[0][1]
    )
    assert "no timecode" in _problems(tmp_path, text, fps="25", starts_at="1h")[0][1]


def test_what_is_no_cut_of_a_recording_as_it_is_is_named(tmp_path):
    text = (
        "TITLE: x\n"
        "001 AX V D 025 00:00:01:00 00:00:02:00 00:00:00:00 00:00:01:00\n"
        "002 AX V C 00:00:01:00 00:00:02:00 00:00:01:00 00:00:02:00\n"
        "M2   AX       050.0      00:00:01:00\n"
        "003 AX V C 00:00:01:30 00:00:02:00 00:00:02:00 00:00:03:00\n"
        "004 AX V C 00:00:01:00\n"
    )
    problems = _problems(tmp_path, text, fps="25")
    assert [line for line, _ in problems] == [2, 3, 5, 6]
    assert [
        next(word for word in ("blend", "another speed", "no time", "no event") if word in message)
        for _, message in problems
    ] == ["blend", "another speed", "no time", "no event"]


def test_a_list_of_several_sources_asks_which(tmp_path):
    text = EDL.replace("visit.m4a", "call.mp3", 1)
    ((_, message),) = _problems(tmp_path, text, fps="25")
    assert message.startswith("takes from 2 sources")
    assert _read(tmp_path, text, fps="25", source="call.mp3") == [("The refusal", 12_400, 31_880)]
    assert "nothing from the source" in _problems(tmp_path, text, fps="25", source="other")[0][1]


def _time(value, rate=25.0):
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": value}


def _span(start, duration, rate=25.0):
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": _time(start, rate),
        "duration": _time(duration, rate),
    }


def _otio(*tracks, **more):
    children = [
        {"OTIO_SCHEMA": "Track.1", "kind": kind, "children": list(clips), **more}
        for kind, clips in tracks
    ]
    return json.dumps(
        {"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": children}}
    )


def _clip(name, source, available=None, **more):
    medium = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "target_url": "file:///cases/visit.m4a",
        "available_range": available,
    }
    return {
        "OTIO_SCHEMA": "Clip.2",
        "name": name,
        "source_range": source,
        "media_references": {"DEFAULT_MEDIA": medium},
        "active_media_reference_key": "DEFAULT_MEDIA",
        **more,
    }


def test_an_otio_timeline_gives_its_clips_once_and_in_order(tmp_path):
    clips = [
        _clip("The refusal", _span(310, 487)),
        {"OTIO_SCHEMA": "Gap.1", "source_range": _span(0, 10)},
        _clip("Later", _span(90_000.0 + 100, 50), available=_span(90_000.0, 9999)),
    ]
    text = _otio(("Video", clips), ("Audio", clips))
    assert _read(tmp_path, text) == [("The refusal", 12_400, 31_880), ("Later", 4000, 6000)]


def test_otio_rates_that_were_rounded_are_the_exact_ones(tmp_path):
    text = _otio(("Audio", [_clip("a", _span(30_000, 30_000, 29.97))]))
    assert _read(tmp_path, text) == [("a", 1_001_000, 2_002_000)]
    text = _otio(("Audio", [_clip("a", _span(44_100, 22_050, 44_100))]))
    assert _read(tmp_path, text) == [("a", 1000, 1500)]


def test_otio_clips_that_are_no_passage_as_it_is_are_named_by_their_number(tmp_path):
    clips = [
        _clip("a", _span(1, 10)),
        _clip("b", _span(1, 10), effects=[{"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": 2.0}]),
        _clip("c", None),
        _clip("d", _span(10, 10), available=_span(20, 100)),
        _clip("e", {"start_time": _time(1), "duration": _time(1, 0)}),
    ]
    with pytest.raises(MatterError) as caught:
        _read(tmp_path, _otio(("Audio", clips)))
    assert [each.place for each in caught.value.problems] == [
        "clip 2",
        "clip 3",
        "clip 4",
        "clip 5",
    ]
    with pytest.raises(MatterError, match="cut as a whole"):
        _read(tmp_path, _otio(("Audio", clips[:1]), source_range=_span(0, 5)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no list of clips that is known"),
        ("Dear Ms Dean", "no list of clips that is known"),
        ("title,from,to\n", "names no passage"),
        ('{"OTIO_SCHEMA": "Timeline.1", ', "is none"),
        ('{"OTIO_SCHEMA": "Timeline.1", "tracks": ' + "[" * 100_000, "is none"),
        (b"\xff\xfa\x00\x81", "not text in UTF-8"),
        ("title,from,to\n" + "A,0:01,0:02\n" * 1001, "more than 1000 clips"),
        ('title,from,to\n"never closed,0:01,0:02\n', "cannot be read"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(tmp_path, text, reason):
    assert reason in _problems(tmp_path, text)[0][1]


def test_a_missing_list_cannot_be_opened(tmp_path):
    with pytest.raises(MatterError, match="cannot be opened"):
        read_clip_list(tmp_path / "none.csv")


def test_frame_rates_are_exact():
    assert frame_rate("29.97") == frame_rate("30000/1001") == Fraction(30_000, 1001)
    assert frame_rate("23.98") == frame_rate("23.976") == Fraction(24_000, 1001)
    assert frame_rate("12.5") == Fraction(25, 2)


def test_what_is_printed_to_paste_is_toml_of_the_same_clips(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('title,from,to\n"She says ""no""\t\\",0:12.4,0:31.9\nB,1:00:00,1:00:01\n')
    text = clips_toml("visit", read_clip_list(path))
    assert tomllib.loads(text)["recordings"]["visit"]["clip"] == [
        {"title": 'She says "no" \\', "from": "0:12.400", "to": "0:31.900"},
        {"title": "B", "from": "1:00:00.000", "to": "1:00:01.000"},
    ]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_list_or_refused_with_a_reason(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(MatterError):
        assert read_clip_list(path, fps="25")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def _paths(value, at=()):
    yield at
    items = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield from _paths(inner, (*at, key))


@settings(deadline=None)
@given(st.data())
def test_otio_with_any_value_in_any_place_is_read_or_refused(tmp_path_factory, data):
    document = json.loads(_otio(("Audio", [_clip("a", _span(1, 10), available=_span(0, 99))])))
    path = data.draw(st.sampled_from([path for path in _paths(document) if path]))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = data.draw(values)
    file = tmp_path_factory.getbasetemp() / "any.otio"
    file.write_text(json.dumps(document))
    with suppress(MatterError):
        assert read_clip_list(file)
