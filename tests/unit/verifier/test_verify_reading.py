# SPDX-License-Identifier: AGPL-3.0-or-later
"""The readers that the verifier has of its own: JSON, WAV, Word files, cues, words on pages."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import struct
import wave
import zipfile
from typing import TYPE_CHECKING

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.transcript.read import read_text
from evidencekit.verifier.cues import read_cues, spoken
from evidencekit.verifier.folder import look
from evidencekit.verifier.strictjson import NotReadable, complaints, parse
from evidencekit.verifier.wav import NotPlain, WavForm, read_form, samples_sha256
from evidencekit.verifier.wordfile import NotAWordFile, read_word_file
from evidencekit.verifier.words import PageWords, is_simple, squashed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# --- JSON

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=4), JSON))
def test_what_is_written_canonically_is_read_as_it_was(value: dict[str, object]) -> None:
    document = parse(rfc8785.dumps(value) + b"\n")
    assert (document.value, document.canonical) == (value, True)


@given(st.dictionaries(st.text(max_size=4), JSON, min_size=1))
def test_any_other_way_of_writing_it_is_not_canonical(value: dict[str, object]) -> None:
    for data in (rfc8785.dumps(value), json.dumps(value, indent=1).encode() + b"\n"):
        document = parse(data)
        assert document.value == value
        assert not document.canonical


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(NotReadable):
        parse(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a":1,"a":1}', "a key twice"),
        (b'{"a":{"b":1,"b":2}}', "a key twice"),
        (b'{"a":1.0}', "not a whole number"),
        (b'{"a":1e3}', "not a whole number"),
        (b'{"a":NaN}', "not a whole number"),
        (b'{"a":-Infinity}', "not a whole number"),
        (b'{"a":9007199254740992}', "too large"),
        (b'{"a":' + b"9" * 100_000 + b"}", "too large"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ("{}".encode("utf-16"), "byte order mark"),
        (b'{"a":"\xff"}', "UTF-8"),
        (rb'{"a":"\ud800"}', "half a character"),
        (b"[1]", "not a JSON object"),
        (b"", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"[" * 1_000_000, "not JSON"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "nested"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        parse(data)


def test_a_complaint_says_where_and_never_what() -> None:
    record = {"schema": "evidencekit/bundle/1", "people": [{"id": "hale", "name": ["Joanna"]}]}
    found = complaints(record, "bundle", name="data/bundle.json")
    assert {each.subject for each in found} == {"data/bundle.json"}
    messages = " ".join(each.message for each in found)
    assert "/people/0/name (hale) is not string" in messages
    assert "Joanna" not in messages


def test_a_thousand_complaints_are_counted() -> None:
    record = {"schema": "evidencekit/bundle/1", "clips": [{}] * 1000}
    found = complaints(record, "bundle", name="x")
    assert len(found) == 11
    assert found[-1].message.endswith("more of the kind")


# --- WAV


def wav(
    path: Path, *, rate: int = 8000, channels: int = 1, width: int = 2, count: int = 100
) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(bytes(range(256)) * count)
    return path


@pytest.mark.parametrize(("channels", "width"), [(1, 2), (2, 2), (1, 3), (6, 4)])
def test_a_wav_of_the_standard_library_is_plain(channels: int, width: int, tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", channels=channels, width=width, count=channels * width)
    form = read_form(path)
    assert form == WavForm(rate=8000, channels=channels, bits=width * 8, count=256)
    data = bytes(range(256)) * channels * width
    assert samples_sha256(path, form) == hashlib.sha256(data).hexdigest()


@given(st.binary(max_size=80))
def test_any_bytes_are_a_plain_wav_or_refused(data: bytes) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.wav"
        path.write_bytes(data)
        with pytest.raises(NotPlain):
            read_form(path)


@given(st.integers(0, 43), st.integers(1, 255))
def test_any_change_of_a_header_is_refused_or_changes_the_form(place: int, by: int) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = wav(Path(folder) / "a.wav")
        before = read_form(path)
        data = bytearray(path.read_bytes())
        data[place] ^= by
        path.write_bytes(data)
        with contextlib.suppress(NotPlain):
            assert read_form(path) != before


# --- Word files


def word_file(document: str, **parts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", document)
        for name, text in parts.items():
            file.writestr(f"word/{name}.xml", text)
    return made.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_the_paragraphs_of_a_word_file_are_read_deletions_included() -> None:
    data = word_file(
        f"<w:document {W}><w:p><w:r><w:t>I did </w:t><w:del><w:delText>not</w:delText></w:del>"
        "<w:tab/><w:t>tell</w:t></w:r></w:p><w:p/><w:tbl><w:p><w:t>a cell</w:t></w:p></w:tbl>"
        "</w:document>",
        header1=f"<w:hdr {W}><w:p><w:t>FINAL</w:t></w:p></w:hdr>",
        styles=f"<w:styles {W}/>",
    )
    found = read_word_file(data)
    assert found.paragraphs == ("I did not tell", "", "a cell")
    assert found.elsewhere == {"word/header1.xml": "FINAL"}


def many_parts() -> bytes:
    return word_file("<a/>", **{f"part{each}": "<a/>" for each in range(300)})


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"a text", "no Word file"),
        (lambda: b"", "no Word file"),
        (lambda: word_file("<a>"), "not XML"),
        (lambda: word_file('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "entities"),
        (lambda: word_file("<!DOCTYPE a><a/>"), "document type"),
        (lambda: word_file("<?xml version='1.0' encoding='utf-16'?><a/>"), "not XML"),
        (lambda: word_file("<a/>", big=" " * 40_000_000), "unpacks to more"),
        (many_parts, "too many parts"),
    ],
)
def test_what_is_no_word_file_is_refused(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(NotAWordFile, match=reason):
        read_word_file(make())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_word_file_or_refused(data: bytes) -> None:
    with pytest.raises(NotAWordFile):
        read_word_file(data)


def test_a_word_file_of_python_docx_is_read() -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph("1.\tOne & two <three>")
    made = io.BytesIO()
    document.save(made)
    assert read_word_file(made.getvalue()).paragraphs == ("1. One & two <three>",)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_word_file_with_two_parts_of_one_name_is_refused() -> None:
    made = io.BytesIO(word_file("<a/>"))
    with zipfile.ZipFile(made, "a") as file:
        file.writestr("word/document.xml", "<b/>")
    with pytest.raises(NotAWordFile, match="one name"):
        read_word_file(made.getvalue())


def test_a_word_file_that_lies_about_a_size_is_refused() -> None:
    data = bytearray(word_file("<a>" + "x" * 1000 + "</a>"))
    at = data.index(b"PK\1\2") + 24
    struct.pack_into("<I", data, at, 10)
    with pytest.raises(NotAWordFile):
        read_word_file(bytes(data))


# --- cues

VTT = "WEBVTT - made up\n\nNOTE a note\n\n1\n00:01.000 --> 00:02.500 align:left\n<v Joanna Hale>Tom &amp; I</v>\n\n00:00:03.000 --> 01:00:04.000\n<i>Yes</i>\nno\n"


def test_plain_webvtt_is_read_cue_by_cue() -> None:
    cues = read_cues(VTT, "webvtt")
    assert cues is not None
    assert [(each.number, each.start_ms, each.end_ms, each.words) for each in cues] == [
        (1, 1000, 2500, "Tom&I"),
        (2, 3000, 3_604_000, "Yesno"),
    ]
    assert [each.voiced for each in cues] == [True, False]
    assert "JoannaHale" in cues[0].raw


def test_plain_subrip_is_read_cue_by_cue() -> None:
    text = "1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\nthere\r\n\r\n2\r\n0:00:03,000 --> 0:00:04,000\r\n{\\an8}Yes\r\n"
    text = text.replace("0:00:0", "00:00:0").replace("000:", "00:")
    cues = read_cues(text, "srt")
    assert cues is not None
    assert [each.words for each in cues] == ["Hellothere", "Yes"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("WEBVTT\n\n00:01.000 --> 00:02\nx\n", "webvtt"),
        ("WEBVTT\n\n00:99.000 --> 00:99.500\nx\n", "webvtt"),
        ("WEBVTT\n\nx\n", "webvtt"),
        ("1\n00:00:01,000 --> 00:00:02,000\nx\n\nwords after a blank line\n", "srt"),
        ("00:00:01,000 --> 00:00:02,000\nx\n", "srt"),
        ('{"text": "x"}', "whisper-json"),
    ],
)
def test_what_departs_from_the_plain_form_is_not_read(text: str, form: str) -> None:
    assert read_cues(text, form) is None


@given(st.text(max_size=80))
def test_any_text_is_read_or_not(text: str) -> None:
    for form in ("webvtt", "srt"):
        read_cues(f"WEBVTT\n\n{text}", form)
    spoken(text)


def test_a_reference_of_thousands_of_digits_is_read_as_the_transcript_reads_it() -> None:
    written = f"WEBVTT\n\n00:01.000 --> 00:02.000\na &#{'0' * 6000}98; c &#{'9' * 6000};\n"
    (cue,) = read_text(written, name="x.vtt").cues
    (block,) = read_cues(written, "webvtt")
    assert block.words == spoken(cue.text) == "abc"


# --- words and folders


@given(st.text(max_size=40))
def test_what_is_squashed_has_no_spaces_and_is_squashed_the_same_again(text: str) -> None:
    once = squashed(text)
    assert not any(each.isspace() for each in once)
    assert squashed(once) == squashed(squashed(once))


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("Clip 1: The refusal, “quoted” – £5", True),
        ("Żółć and Москва", True),
        ("محمد", False),
        ("हिन्दी", False),
        ("e\u0301", False),
    ],
)
def test_only_what_comes_out_of_a_pdf_as_it_went_in_is_simple(text: str, simple: bool) -> None:
    assert is_simple(text) == simple


def test_words_are_found_across_pages_and_the_numbers_at_their_feet() -> None:
    words = PageWords({1: "one two\nAD1/1\nD1", 2: "three\nD2"}, ("D1", "D2"), ("AD1/1", None))
    assert words.holds("two three", 1, 2)
    assert not words.holds("two three", 1, 1)
    assert words.count("t", 1, 2) == 2
    assert words.where("three", 1, 2) == "D2"
    assert words.named(1, 2) == "D1 to D2 (pdf pages 1 to 2)"
    assert words.named(2, 1) == "D2 (pdf page 2)"


def test_a_folder_is_seen_without_following_or_opening_anything(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/file").write_bytes(b"123")
    (tmp_path / "link").symlink_to("a")
    deep = tmp_path / "/".join("d" * 40)
    deep.mkdir(parents=True)
    seen = look(tmp_path)
    assert seen.files == {"a/file": 3}
    assert seen.links == ("link",)
    assert seen.empty_folders == ("a/b",)
    assert len(seen.too_deep) == 1
