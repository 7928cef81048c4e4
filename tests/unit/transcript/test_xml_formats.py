# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import pytest
from support_transcripts import elan

from evidencekit.errors import TranscriptError
from evidencekit.model.transcript import Word
from evidencekit.transcript.read import read_text

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE tt [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)


def _tt(body: str, attributes: str = "", head: str = ""):
    return read_text(
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" '
        f'xmlns:ttm="http://www.w3.org/ns/ttml#metadata" {attributes}>{head}<body>{body}</body></tt>',
        name="t.ttml",
    )


def _times(transcript):
    return [(cue.start_ms, cue.end_ms) for cue in transcript.cues]


def _codes(transcript):
    return [each.code for each in transcript.findings]


@pytest.mark.parametrize(
    ("expression", "attributes", "ms"),
    [
        ("00:00:01.5", "", 1500),
        ("01:00:00", "", 3_600_000),
        ("00:00:01:15", 'ttp:frameRate="30"', 1500),
        ("00:00:01:15", "", 1500),
        ("00:00:01:12.5", 'ttp:frameRate="25" ttp:subFrameRate="10"', 1500),
        ("30f", 'ttp:frameRate="25"', 1200),
        ("30f", 'ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"', 1001),
        ("15000000t", 'ttp:tickRate="10000000"', 1500),
        ("50t", 'ttp:frameRate="25"', 2000),
        ("3t", "", 3000),
        ("1.25h", "", 4_500_000),
        ("2m", "", 120_000),
        ("1.2345s", "", 1235),
        ("1500ms", "", 1500),
        (
            "00:01:00:00",
            'ttp:timeBase="smpte" ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"',
            60_060,
        ),
    ],
)
def test_every_time_expression_of_ttml_is_read(expression, attributes, ms):
    assert (
        _tt(f'<div><p begin="{expression}" end="9h">a</p></div>', attributes).cues[0].start_ms == ms
    )


@pytest.mark.parametrize(
    "expression",
    [
        "soon",
        "1",
        "00:00",
        "00:60:00",
        "00:00:01:30",
        "-1s",
        "wallclock(2026-03-11)",
        "1e3s",
        "9" * 40 + "s",
    ],
)
def test_an_expression_that_is_no_time_leaves_its_cue_out_and_is_reported(expression):
    transcript = _tt(f'<div><p begin="{expression}">a</p><p begin="1s" end="2s">b</p></div>')
    assert [cue.text for cue in transcript.cues] == ["b"]
    assert (transcript.cues_seen, "EK-T011" in _codes(transcript)) == (2, True)


def test_nested_times_count_from_what_they_stand_in_and_do_not_reach_beyond_it():
    transcript = _tt(
        '<div begin="10s" end="20s"><p begin="1s" end="3s">a</p><p begin="2s" dur="1s">b</p>'
        '<p begin="8s" end="30s">c</p><p>d</p></div>'
    )
    assert _times(transcript) == [
        (11_000, 13_000),
        (12_000, 13_000),
        (18_000, 20_000),
        (10_000, 20_000),
    ]


def test_parts_that_follow_each_other_count_from_the_end_of_the_one_before():
    transcript = _tt(
        '<div timeContainer="seq" begin="10s"><p dur="2s">a</p><p begin="1s" dur="2s">b</p></div>'
    )
    assert _times(transcript) == [(10_000, 12_000), (13_000, 15_000)]


def test_a_paragraph_without_any_time_is_reported_and_one_without_an_end_is_inferred():
    transcript = _tt('<div><p>title</p><p begin="1s">a</p><p begin="4s" end="5s">b</p></div>')
    assert _times(transcript) == [(1000, 4000), (4000, 5000)]
    assert [cue.end_inferred for cue in transcript.cues] == [True, False]
    assert {"EK-T012", "EK-T017"} <= set(_codes(transcript))


def test_breaks_stay_and_the_layout_of_the_file_does_not():
    (cue,) = _tt(
        '<div><p begin="1s" end="2s">\n   one <span>two</span><br/>\n   three\n</p></div>'
    ).cues
    assert cue.text == "one two\nthree"
    (cue,) = _tt('<div><p xml:space="preserve" begin="1s" end="2s">a  b</p></div>').cues
    assert cue.text == "a  b"


def test_timed_spans_time_the_words_and_the_paragraph_where_it_has_no_times():
    (cue,) = _tt(
        '<div begin="5s"><p><span begin="1s" end="2s">Yes, </span><span begin="2s" end="3s">sir.</span></p></div>'
    ).cues
    assert [(w.text, w.start_ms, w.end_ms) for w in cue.words] == [
        ("Yes,", 6000, 7000),
        ("sir.", 7000, 8000),
    ]
    (cue,) = _tt('<div><p><span begin="1s" end="2s">Yes</span></p></div>').cues
    assert (cue.start_ms, cue.end_ms) == (1000, 2000)


def test_two_agents_in_one_paragraph_are_two_cues_of_one_number():
    head = '<head><metadata><ttm:agent xml:id="a"><ttm:name type="full">Amara Dean</ttm:name></ttm:agent></metadata></head>'
    cues = _tt(
        '<div><p begin="1s" end="2s" xml:id="p1"><span ttm:agent="a">Yes.</span> <span ttm:agent="b">No.</span></p></div>',
        head=head,
    ).cues
    assert [(cue.text, cue.speaker, cue.source_id) for cue in cues] == [
        ("Yes.", "Amara Dean", "p1"),
        ("No.", "b", "p1"),
    ]


def test_metadata_inside_of_a_paragraph_is_not_spoken():
    (cue,) = _tt('<div><p begin="1s" end="2s"><ttm:desc>who</ttm:desc>yes</p></div>').cues
    assert cue.text == "yes"


@pytest.mark.parametrize(
    "attributes", ['ttp:timeBase="clock"', 'ttp:timeBase="smpte" ttp:dropMode="dropNTSC"']
)
def test_times_of_the_day_and_drop_frames_are_refused(attributes):
    with pytest.raises(TranscriptError, match="Export it again with media times"):
        _tt('<div><p begin="00:00:01">a</p></div>', attributes)


@pytest.mark.parametrize("root", ["<tt>&i;</tt>", "<ANNOTATION_DOCUMENT>&i;</ANNOTATION_DOCUMENT>"])
def test_xml_bombs_are_refused_unopened(root):
    with pytest.raises(TranscriptError, match="declares entities"):
        read_text(BOMB + root, name="t.xml")


def test_an_entity_that_names_a_file_is_refused():
    text = '<!DOCTYPE tt [<!ENTITY x SYSTEM "file:///etc/passwd">]><tt><body><div><p begin="1s">&x;</p></div></body></tt>'
    with pytest.raises(TranscriptError, match="declares entities"):
        read_text(text, name="t.xml")


def test_broken_xml_and_xml_of_another_kind_are_refused_with_the_reason():
    with pytest.raises(TranscriptError, match="begins as XML does, and is none"):
        read_text("<tt><body>", name="t.ttml")
    with pytest.raises(TranscriptError, match="no transcript format"):
        read_text("<html><body><p>a</p></body></html>", name="t.html")


def test_paragraphs_nested_without_end_are_refused():
    with pytest.raises(TranscriptError, match="nested more than"):
        _tt("<div>" * 5000 + '<p begin="1s">a</p>' + "</div>" * 5000)
    with pytest.raises(TranscriptError, match="nested more than"):
        _tt('<div><p begin="1s">' + "<span>" * 5000 + "a" + "</span>" * 5000 + "</p></div>")


def _eaf(tiers: str, slots: str, header: str = 'TIME_UNITS="milliseconds"', media: str = ""):
    return read_text(
        f"<ANNOTATION_DOCUMENT><HEADER {header}>{media}</HEADER><TIME_ORDER>{slots}</TIME_ORDER>{tiers}"
        "</ANNOTATION_DOCUMENT>",
        name="t.eaf",
    )


def _slots(*times):
    return "".join(
        f'<TIME_SLOT TIME_SLOT_ID="t{n}"' + (f' TIME_VALUE="{ms}"' if ms is not None else "") + "/>"
        for n, ms in enumerate(times)
    )


def _aligned(identity, first, last, text):
    return (
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{identity}" TIME_SLOT_REF1="t{first}" '
        f'TIME_SLOT_REF2="t{last}"><ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>'
    )


def _refers(identity, to, text):
    return (
        f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="{identity}" ANNOTATION_REF="{to}">'
        f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
    )


def test_elan_tiers_that_overlap_are_speech_in_the_order_of_time():
    tiers = (
        f'<TIER TIER_ID="A">{_aligned("a1", 0, 2, "one")}{_aligned("a2", 4, 5, "three")}</TIER>'
        f'<TIER TIER_ID="B">{_aligned("b1", 1, 3, "two")}</TIER>'
    )
    transcript = _eaf(tiers, _slots(0, 500, 1000, 1500, 2000, 3000))
    assert [(c.text, c.speaker, c.source_id) for c in transcript.cues] == [
        ("one", "A", "a1"),
        ("two", "B", "b1"),
        ("three", "A", "a2"),
    ]
    assert "EK-T022" in _codes(transcript)


def test_an_elan_slot_without_a_value_is_inferred_from_its_neighbours():
    tier = f'<TIER TIER_ID="A">{_aligned("a1", 0, 1, "one")}{_aligned("a2", 1, 2, "two")}</TIER>'
    transcript = _eaf(tier, _slots(1000, None, 3000))
    assert [(c.start_ms, c.end_ms, c.end_inferred) for c in transcript.cues] == [
        (1000, 3000, True),
        (1000, 3000, True),
    ]


def test_reference_annotations_have_the_times_of_what_they_refer_to():
    tiers = (
        f'<TIER TIER_ID="A">{_aligned("a1", 0, 1, "bonjour")}</TIER>'
        f'<TIER TIER_ID="A-en" PARENT_REF="A">{_refers("r1", "a1", "good day")}</TIER>'
        f'<TIER TIER_ID="A-note" PARENT_REF="A-en">{_refers("n1", "r1", "sic")}</TIER>'
    )
    transcript = _eaf(tiers, _slots(1000, 2000))
    assert [(c.text, c.start_ms, c.end_ms) for c in transcript.cues] == [
        ("bonjour", 1000, 2000),
        ("good day", 1000, 2000),
        ("sic", 1000, 2000),
    ]
    assert _codes(transcript).count("EK-T022") == 2


def test_references_that_go_in_a_circle_are_reported_and_end():
    tiers = (
        f'<TIER TIER_ID="A">{_aligned("a1", 0, 1, "one")}</TIER>'
        f'<TIER TIER_ID="B">{_refers("r1", "r2", "x")}{_refers("r2", "r1", "y")}</TIER>'
    )
    transcript = _eaf(tiers, _slots(1000, 2000))
    assert [cue.text for cue in transcript.cues] == ["one"]
    assert "EK-T011" in _codes(transcript)


def test_a_tier_that_repeats_the_words_of_another_gives_them_their_times():
    tiers = (
        f'<TIER TIER_ID="A">{_aligned("a1", 0, 3, "Yes, I did.")}</TIER>'
        f'<TIER TIER_ID="A-words" PARENT_REF="A">{_aligned("w1", 0, 1, "yes")}{_aligned("w2", 1, 2, "i")}'
        f"{_aligned('w3', 2, 3, 'did')}</TIER>"
    )
    (cue,) = _eaf(tiers, _slots(0, 100, 200, 300)).cues
    assert cue.words == (
        Word(text="Yes,", start_ms=0, end_ms=100),
        Word(text="I", start_ms=100, end_ms=200),
        Word(text="did.", start_ms=200, end_ms=300),
    )


def test_elan_times_in_frames_are_refused_and_a_shifted_medium_is_a_warning():
    tier = f'<TIER TIER_ID="A">{_aligned("a1", 0, 1, "one")}</TIER>'
    with pytest.raises(TranscriptError, match="PAL-frames"):
        _eaf(tier, _slots(0, 1), 'TIME_UNITS="PAL-frames"')
    media = '<MEDIA_DESCRIPTOR MEDIA_URL="x" TIME_ORIGIN="2400"/>'
    assert "EK-T028" in _codes(_eaf(tier, _slots(0, 1), media=media))


def test_an_elan_document_in_utf_16_is_read_whatever_its_declaration_says(tmp_path):
    from evidencekit.transcript.read import read_transcript

    path = tmp_path / "t.eaf"
    path.write_bytes(elan().decode().encode("utf-16"))
    assert read_transcript(path, name="t.eaf").format == "elan"
