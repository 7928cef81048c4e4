# SPDX-License-Identifier: AGPL-3.0-or-later
"""File names keep every script's letters and drop what any system would trip over."""

from __future__ import annotations

import pytest

from evidencekit.model.moment import Moment
from evidencekit.model.timecode import Span
from evidencekit.package.names import (
    MOST_BYTES,
    bundle_file_name,
    clip_file_name,
    is_portable,
    package_name,
    portable_name,
    unique_names,
)


def test_the_names_of_clip_bundle_and_package_are_as_promised() -> None:
    span = Span(start_ms=12_400, end_ms=31_900)
    assert (
        clip_file_name(number=1, title="Home visit", span=span, ending=".wav")
        == "Clip 1 - Home visit 0m12.400s to 0m31.900s.wav"
    )
    assert (
        bundle_file_name("Re E (A Child)", Moment.of("2026-06-15"))
        == "Re E (A Child) - Bundle - 2026-06-15.pdf"
    )
    assert (
        package_name(
            number="NB26C00123", title="Re E (A Child)", prepared_on=Moment.of("2026-05-29")
        )
        == "NB26C00123 file 2026-05-29"
    )


def test_what_is_not_known_is_left_out_of_a_name() -> None:
    assert bundle_file_name("Re E (A Child)") == "Re E (A Child) - Bundle.pdf"
    assert package_name(number=None, title="Re E (A Child)") == "Re E (A Child) file"
    assert (
        bundle_file_name("Re E", Moment.of("week of 15 June"))
        == "Re E - Bundle - week of 15 June.pdf"
    )


def test_hours_are_written_where_there_are_any() -> None:
    span = Span(start_ms=3_599_999, end_ms=3_723_004)
    assert (
        clip_file_name(number=12, title="Core group", span=span, ending="flac")
        == "Clip 12 - Core group 59m59.999s to 1h02m03.004s.flac"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a/b\\c:d|e", "a-b-c-d-e"),
        ('<i>"Well?"*', "(i)'Well'"),
        ("100% sure", "100 per cent sure"),
        ("one\r\ntwo\tthree\x00four", "one two threefour"),
        ("  .hidden. ", "hidden"),
        ("--option", "option"),
        ("=HYPERLINK(1)", "HYPERLINK(1)"),
        ("Zo\u0065\u0301", "Zo\u00e9"),
        ("CON", "CON_"),
        ("aux.tar.gz", "aux_.tar.gz"),
        ("nul .txt", "nul_.txt"),
        ("COM\u00b9", "COM\u00b9_"),
        ("console", "console"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\u00a0b\u2003c\u2028d", "a b c d"),
        ("", "untitled"),
        ("...", "untitled"),
        ("\ud800x", "x"),
        ("Zażółć gęślą", "Zażółć gęślą"),
        ("Ymweliad â'r cartref, ŵy", "Ymweliad â'r cartref, ŵy"),
        ("زيارة منزلية", "زيارة منزلية"),
        ("گھر کا دورہ", "گھر کا دورہ"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("家访", "家访"),
        ("👨\u200d👩\u200d👧 visit", "👨\u200d👩\u200d👧 visit"),
    ],
)
def test_each_text_becomes_this_name(text: str, name: str) -> None:
    assert portable_name(text) == name
    assert is_portable(name)


def test_a_long_title_is_cut_between_characters_and_keeps_times_and_ending() -> None:
    span = Span(start_ms=0, end_ms=1000)
    for letter in ("a", "ż", "家", "👨\u200d👩\u200d👧", "n\u0303"):
        name = clip_file_name(number=3, title=letter * 2000, span=span, ending=".wav")
        assert len(name.encode()) <= MOST_BYTES
        assert len(name.encode()) > MOST_BYTES - 30
        assert name.endswith(" 0m0.000s to 0m1.000s.wav")
        title = name.removeprefix("Clip 3 - ").removesuffix(" 0m0.000s to 0m1.000s.wav")
        assert title.replace("\u00f1", "n\u0303").replace(letter, "") == ""


def test_names_that_a_disk_may_take_for_one_are_told_apart() -> None:
    assert unique_names(
        ["visit.wav", "VISIT.wav", "visit.wav", "Stra\u00dfe.m4a", "STRASSE.m4a"]
    ) == (
        "visit.wav",
        "VISIT (2).wav",
        "visit (3).wav",
        "Stra\u00dfe.m4a",
        "STRASSE (2).m4a",
    )


def test_a_number_added_to_one_name_does_not_meet_another() -> None:
    assert unique_names(["a.wav", "a (2).wav", "a.wav"]) == ("a.wav", "a (2).wav", "a (3).wav")


def test_names_that_become_one_when_made_portable_are_told_apart() -> None:
    assert unique_names(["a?.wav", "a*.wav", "Zo\u00e9", "Zoe\u0301"]) == (
        "a.wav",
        "a (2).wav",
        "Zo\u00e9",
        "Zo\u00e9 (2)",
    )


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a%b", "a\n", "a ", " a", "a.", "nul", "LPT1.txt", "e\u0301", "a\\b",
     "a\x7f", "a\u202e", "x" * 256, "ż" * 128, "con .txt"],
)  # fmt: skip
def test_a_name_that_some_system_changes_is_not_portable(name: str) -> None:
    assert not is_portable(name)


@pytest.mark.parametrize("name", ["visit.m4a", ".hidden", "-x", "a b", "ż" * 127, "a..b"])
def test_an_odd_name_that_every_system_keeps_is_portable(name: str) -> None:
    assert is_portable(name)
