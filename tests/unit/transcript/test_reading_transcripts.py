# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from evidencekit.errors import TranscriptError
from evidencekit.transcript import read as reading
from evidencekit.transcript.decode import decode, split_lines
from evidencekit.transcript.limits import refuse_too_many_cues
from evidencekit.transcript.read import FORMATS, Format, read_text, read_transcript

BLNS = Path(__file__).parents[4] / "shared" / "corpora" / "text" / "blns.txt"
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nZażółć gęślą jaźń\n"


def _file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "t.txt"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_its_byte_order_mark_is_read_unaltered(tmp_path, encoding):
    transcript = read_transcript(_file(tmp_path, VTT.encode(encoding)), name="t")
    assert transcript.cues[0].text == "Zażółć gęślą jaźń"


def test_a_named_encoding_is_used(tmp_path):
    path = _file(tmp_path, VTT.encode("iso8859-2"))
    assert read_transcript(path, name="t", encoding="latin2").cues[0].text == "Zażółć gęślą jaźń"


def test_bytes_that_are_not_utf_8_are_named_with_their_line_and_the_way_on(tmp_path):
    with pytest.raises(TranscriptError) as caught:
        read_transcript(_file(tmp_path, VTT.encode("iso8859-2")), name="transcripts/t.vtt")
    error = caught.value
    assert (error.path, error.line) == ("transcripts/t.vtt", 4)
    assert "byte 0xbf at position 34 is not utf-8" in error.reason
    assert 'encoding = "cp1252"' in error.reason


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_not_guessed_at(encoding):
    with pytest.raises(TranscriptError, match="looks like UTF-16 without a byte order mark"):
        decode("WEBVTT\n\nplain".encode(encoding), name="t")


def test_utf_16_without_a_mark_is_read_when_it_is_named():
    assert decode("WEBVTT".encode("utf-16-le"), name="t", encoding="utf-16-le") == "WEBVTT"


@pytest.mark.parametrize(
    "encoding",
    ["klingon", "base64", "zlib", "", "\0", "idna", "undefined", "utf-7", "unicode_escape"],
)
def test_a_named_encoding_that_cannot_be_used_is_an_error_and_never_a_crash(encoding):
    with pytest.raises(TranscriptError):
        decode(b"WEBVTT \xe9" * 30, name="t", encoding=encoding)


def test_a_byte_order_mark_that_contradicts_the_named_encoding_is_an_error():
    with pytest.raises(TranscriptError, match="byte order mark says utf-8"):
        decode(VTT.encode("utf-8-sig"), name="t", encoding="cp1252")


def test_a_mark_and_a_name_that_agree_are_fine():
    for named, written in (
        ("utf-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("UTF_8_SIG", "utf-8-sig"),
    ):
        assert decode(VTT.encode(written), name="t", encoding=named) == VTT


def test_only_cr_lf_and_their_pair_end_a_line():
    assert split_lines("a\rb\r\nc\nd\x0be\x85f\u2028g") == ["a", "b", "c", "d\x0be\x85f\u2028g"]


def test_a_file_with_cr_line_ends_alone_is_read():
    assert read_text(VTT.replace("\n", "\r"), name="t").cues[0].line == 3


def test_nul_characters_are_shown_and_reported():
    transcript = read_text("WEBVTT\n\n00:01.000 --> 00:02.000\na\0b\n", name="t")
    assert transcript.cues[0].text == "a\ufffdb"
    assert [each.code for each in transcript.findings] == ["EK-T014"]


@pytest.mark.parametrize("content", [b"", b" \n\r\n", b"\xef\xbb\xbf\n"])
def test_an_empty_file_says_that_it_is_empty(tmp_path, content):
    with pytest.raises(TranscriptError, match="it is empty"):
        read_transcript(_file(tmp_path, content), name="t")


def test_words_without_any_times_are_refused_and_the_known_formats_named():
    with pytest.raises(TranscriptError, match=r"no transcript format .*webvtt, srt"):
        read_text("Amara Dean: I rang to move it.\n", name="t")


def test_content_that_two_formats_fit_is_an_error_that_names_both():
    other = Format(name="other", recognise=lambda _: "it always fits", read=lambda *_: None)
    with pytest.raises(TranscriptError, match=r"webvtt \(its first .*and other \(it always fits\)"):
        read_text(VTT, name="t", formats=(*FORMATS, other))


def test_the_content_decides_and_not_the_name(tmp_path):
    path = tmp_path / "wrong.srt"
    path.write_text(VTT, encoding="utf-8")
    assert read_transcript(path, name="wrong.srt").format == "webvtt"


def test_a_missing_file_a_folder_and_a_name_with_nul_cannot_be_opened(tmp_path):
    for path in (tmp_path / "none.vtt", tmp_path, Path("a\0b")):
        with pytest.raises(TranscriptError) as caught:
            read_transcript(path, name="t")
        assert str(tmp_path) not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TranscriptError, match="not a file"):
        read_transcript(tmp_path / "pipe", name="t")


def test_a_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 1024 * 1024)
    path = _file(tmp_path, b"x" * (1024 * 1024 + 1))
    with pytest.raises(TranscriptError, match="larger than 1 MB"):
        read_transcript(path, name="t")


def test_cues_beyond_the_limit_are_refused():
    refuse_too_many_cues(500_000, "t")
    with pytest.raises(TranscriptError, match="more than 500,000 cues"):
        refuse_too_many_cues(500_001, "t")


def _naughty() -> list[str]:
    if not BLNS.is_file():
        return []
    lines = BLNS.read_text("utf-8").split("\n")
    return [
        line for line in lines if line.strip() and not line.startswith("#") and "-->" not in line
    ]


@pytest.mark.skipif(not BLNS.is_file(), reason="the list of naughty strings is not here")
def test_naughty_strings_survive_word_for_word_in_both_formats():
    strings = [line.replace("\r", "") for line in _naughty()]
    formatting = re.compile(r"</?[ibus]>|</?font|\{\\a", re.IGNORECASE)
    for string in strings:
        escaped = string.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        (cue,) = read_text(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{escaped}\n", name="t").cues
        assert cue.text == string
        if not formatting.search(string):
            (cue,) = read_text(f"1\n00:00:01,000 --> 00:00:02,000\n{string}\n", name="t").cues
            assert cue.text == string
    assert len(strings) > 300
