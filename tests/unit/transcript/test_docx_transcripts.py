# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import io
import struct
import zipfile

import pytest
from support_transcripts import CONVERSATION, docx_of, paragraph, word_docx

from evidencekit.errors import TranscriptError
from evidencekit.transcript import docx as reader
from evidencekit.transcript.read import read_transcript


def _read(tmp_path, data):
    path = tmp_path / "transcript.docx"
    path.write_bytes(data)
    return read_transcript(path, name="t.docx")


HEAD = paragraph("Amara Dean   0:03")


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (
            '<w:p><w:ins w:id="1" w:author="J"><w:r><w:t>not </w:t></w:r></w:ins></w:p>',
            "tracked changes",
        ),
        (
            '<w:p><w:del w:id="1"><w:r><w:delText>not </w:delText></w:r></w:del></w:p>',
            "tracked changes",
        ),
        ('<w:p><w:moveFrom w:id="1"><w:r><w:t>x</w:t></w:r></w:moveFrom></w:p>', "tracked changes"),
        ('<w:p><w:pPr><w:rPr><w:ins w:id="2"/></w:rPr></w:pPr></w:p>', "tracked changes"),
        ('<w:p><w:commentRangeStart w:id="0"/><w:r><w:t>x</w:t></w:r></w:p>', "comments"),
        ('<w:p><w:r><w:commentReference w:id="0"/></w:r></w:p>', "comments"),
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:p>", "hidden text"),
    ],
)
def test_words_that_nobody_settled_are_refused_with_the_reason(tmp_path, markup, reason):
    with pytest.raises(TranscriptError, match=reason):
        _read(tmp_path, docx_of([HEAD, paragraph("I rang."), markup]))


def test_marks_of_hidden_paragraph_ends_and_of_text_shown_again_are_no_hidden_text(tmp_path):
    shown = '<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>I rang.</w:t></w:r></w:p>'
    assert [cue.text for cue in _read(tmp_path, docx_of([HEAD, shown])).cues] == ["I rang."]


def test_a_text_box_that_is_written_twice_is_read_once(tmp_path):
    box = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{paragraph('in a box')}</mc:Choice><mc:Fallback>{paragraph('in a box')}</mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    (cue,) = _read(tmp_path, docx_of([HEAD, paragraph("I rang."), box])).cues
    assert cue.text.split() == ["I", "rang.", "in", "a", "box"]


def test_a_document_in_tables_is_read_row_by_row(tmp_path):
    rows = "".join(
        f"<w:tr><w:tc>{paragraph(f'00:00:0{n} Speaker {n}')}</w:tc><w:tc>{paragraph('Words.')}</w:tc></w:tr>"
        for n in (1, 2)
    )
    cues = _read(tmp_path, docx_of([f"<w:tbl>{rows}</w:tbl>"])).cues
    assert [(cue.speaker, cue.text) for cue in cues] == [
        ("Speaker 1", "Words."),
        ("Speaker 2", "Words."),
    ]


def test_what_words_transcribe_writes_above_the_words_is_reported_and_no_cue(tmp_path):
    above = [paragraph("Audio file"), paragraph("visit.m4a"), paragraph("Transcript")]
    body = [paragraph(f"00:00:0{n} Speaker {n}") + paragraph("Words.") for n in (1, 2)]
    transcript = _read(tmp_path, docx_of(above + body))
    assert [cue.text for cue in transcript.cues] == ["Words.", "Words."]
    assert "EK-T012" in [each.code for each in transcript.findings]


def test_a_document_without_times_says_what_is_missing(tmp_path):
    with pytest.raises(TranscriptError, match="no times in a form that is known"):
        _read(tmp_path, docx_of([paragraph("Dear Ms Dean")]))


def test_a_bomb_inside_of_the_zip_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MOST_BYTES", 1024 * 1024)
    with pytest.raises(TranscriptError, match="larger than 1 MB"):
        _read(tmp_path, docx_of([paragraph("a" * 2_000_000)]))


def test_entities_in_the_document_are_refused(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(TranscriptError, match="declares entities"):
        _read(tmp_path, out.getvalue())


def test_broken_zips_are_refused_and_never_crash(tmp_path):
    data = word_docx()
    broken = bytearray(data)
    broken[60:80] = bytes(20)
    for damaged in (
        data[: len(data) // 2],
        bytes(broken),
        b"PK\x03\x04",
        b"PK\x03\x04" + bytes(100),
    ):
        with pytest.raises(TranscriptError):
            _read(tmp_path, damaged)


def test_a_part_that_is_encrypted_is_refused(tmp_path):
    data = bytearray(word_docx())
    central = data.index(b"PK\x01\x02", data.index(b"word/document.xml"))
    entry = data.index(b"PK\x01\x02", central)
    for at in (data.index(b"PK\x03\x04", 10) + 6, data.index(b"PK\x01\x02", entry + 4) + 8):
        (flags,) = struct.unpack_from("<H", data, at)
        struct.pack_into("<H", data, at, flags | 1)
    with pytest.raises(TranscriptError, match="cannot be opened"):
        _read(tmp_path, bytes(data))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"Save it as \.docx"),
        (b"{\\rtf1", "rich text"),
        (b"RIFF\x00\x00\x00\x00WAVE", "a recording"),
        (b"ooBinaryFile\x08TextGrid", "Praat"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path, data, reason):
    with pytest.raises(TranscriptError, match=reason):
        _read(tmp_path, data)


def test_an_open_document_is_told_apart_from_words(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    with pytest.raises(TranscriptError, match=r"none of Word's \.docx"):
        _read(tmp_path, out.getvalue())


def test_words_own_library_writes_what_is_read(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for said in CONVERSATION[:2]:
        written = document.add_paragraph()
        written.add_run(said.speaker).bold = True
        written.add_run(f"   0:{said.start // 1000:02}")
        written.add_run().add_break()
        written.add_run(said.text)
    document.save(tmp_path / "made.docx")
    cues = read_transcript(tmp_path / "made.docx", name="made.docx").cues
    assert [(cue.speaker, cue.text) for cue in cues] == [
        (s.speaker, s.text) for s in CONVERSATION[:2]
    ]
