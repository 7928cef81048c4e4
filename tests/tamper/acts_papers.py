# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts upon the papers beside the bundle: statement, transcripts, documents, matter, index.csv.

Record and bag are made to agree with the changed file.
"""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from typing import TYPE_CHECKING

import pikepdf
import rfc8785
from tamper.insider import (
    Expectation,
    act,
    clip_name,
    edit_record,
    found,
    rebuild,
    record_of,
    replace,
    swap,
)

if TYPE_CHECKING:
    from pathlib import Path

TRANSCRIPT = "data/transcripts/visit.corrected.vtt"
MATTER = "data/matter/matter.json"


def docx_path(package: Path) -> str:
    return record_of(package)["statement"]["docx"]


def edit_docx(path: Path, old: str, new: str) -> None:
    """Replace words in a Word file's text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as file, zipfile.ZipFile(buffer, "w") as copy:
        for info in file.infolist():
            data = file.read(info)
            if info.filename == "word/document.xml":
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            copy.writestr(info, data)
    path.write_bytes(buffer.getvalue())


# --- the statement as a Word file


@act()
def swap_statement_docx(package: Path) -> Expectation:
    """Another document under the statement's name."""
    import docx

    other = docx.Document()
    other.add_paragraph("1. I did not record anything.")
    other.save(str(package / docx_path(package)))
    rebuild(package)
    return found(docx_path(package))


@act()
def statement_docx_word_changed_and_rehash(package: Path) -> Expectation:
    path = docx_path(package)
    edit_docx(package / path, "I did not tell Ms Hale", "I told Ms Hale")
    rebuild(package)
    return found(path)


@act()
def statement_docx_without_its_draft_mark(package: Path) -> Expectation:
    path = docx_path(package)
    edit_docx(package / path, "DRAFT", "FINAL")
    rebuild(package)
    return found(path)


@act()
def statement_docx_statement_of_truth_changed(package: Path) -> Expectation:
    path = docx_path(package)
    edit_docx(package / path, "I believe that the facts", "I guess that the facts")
    rebuild(package)
    return found(path)


@act()
def statement_docx_that_is_no_docx(package: Path) -> Expectation:
    path = docx_path(package)
    (package / path).write_bytes(b"a text")
    rebuild(package)
    return found(path)


@act()
def statement_docx_of_a_gigabyte(package: Path) -> Expectation:
    """A megabyte that unpacks to a thousand."""
    path = docx_path(package)
    with (
        zipfile.ZipFile(package / path, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("word/document.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(1000):
            entry.write(b" " * 1_000_000)
    rebuild(package)
    return found(path)


@act()
def statement_docx_with_entities(package: Path) -> Expectation:
    """Entities that grow, and one that names a file outside."""
    path = docx_path(package)
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    text = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "lol">{levels}'
        '<!ENTITY out SYSTEM "file:///etc/passwd">]><d>&out;&e11;</d>'
    )
    with zipfile.ZipFile(package / path, "w") as file:
        file.writestr("word/document.xml", text)
    rebuild(package)
    return found(path)


@act()
def statement_docx_deleted_with_its_path(package: Path) -> Expectation:
    shutil.rmtree(package / "data/statement")
    with edit_record(package) as record:
        record["statement"]["docx"] = None
    # A statement need not be there as a Word file, but the index as a table names it.
    return found("data/index.csv")


@act()
def statement_docx_path_to_another_file(package: Path) -> Expectation:
    shutil.rmtree(package / "data/statement")
    with edit_record(package) as record:
        record["statement"]["docx"] = "data/documents/c2.pdf"
    return found("data/documents/c2.pdf")


# --- transcripts


@act()
def transcript_word_changed_and_rehash(package: Path) -> Expectation:
    """A word that clip 1 quotes, in the record and on its sheet."""
    replace(package / TRANSCRIPT, b"does not agree", b"does agree")
    rebuild(package)
    return found((*clip_name(package, 1), TRANSCRIPT, "transcript:visit"))


@act()
def transcript_speaker_changed_and_rehash(package: Path) -> Expectation:
    path = package / TRANSCRIPT
    data = path.read_bytes()
    assert b"<v Joanna Hale>" in data
    path.write_bytes(data.replace(b"<v Joanna Hale>", b"<v Owen Price>"))
    rebuild(package)
    return found((*clip_name(package, 1), TRANSCRIPT, "transcript:visit"))


@act()
def transcript_times_shifted_and_rehash(package: Path) -> Expectation:
    path = package / TRANSCRIPT
    data = path.read_bytes()
    assert b"00:16.300" in data
    path.write_bytes(data.replace(b"00:16.300", b"00:17.300"))
    rebuild(package)
    return found((*clip_name(package, 1), TRANSCRIPT, "transcript:visit"))


@act()
def swap_the_transcripts_before_and_after_correction(package: Path) -> Expectation:
    swap(package / TRANSCRIPT, package / "data/transcripts/visit.raw.vtt")
    rebuild(package)
    return found(("transcript:visit", TRANSCRIPT))


@act()
def empty_transcript_and_rehash(package: Path) -> Expectation:
    (package / TRANSCRIPT).write_bytes(b"WEBVTT\n")
    rebuild(package)
    return found(("transcript:visit", TRANSCRIPT))


@act()
def transcript_outside_the_clips_changed_and_rehash(package: Path) -> Expectation:
    """Words that no clip quotes stand in the transcript alone."""
    path = package / TRANSCRIPT
    last = path.read_bytes().rstrip().rsplit(b"\n", 1)
    path.write_bytes(last[0] + b"\n<v Joanna Hale>Goodbye then.\n")
    rebuild(package)
    return Expectation(
        found=False,
        reason="words of a transcript that no clip quotes stand in no other place; the recording "
        "is there to be heard",
    )


# --- documents


@act()
def replace_a_document_and_rehash(package: Path) -> Expectation:
    """The file says one thing, the bundle's page another."""
    path = package / "data/documents/refusal.pdf"
    path.write_bytes((package / "data/documents/request.pdf").read_bytes())
    rebuild(package)
    return found(("document:refusal", "data/documents/refusal.pdf"))


@act()
def swap_two_documents_and_rehash(package: Path) -> Expectation:
    swap(package / "data/documents/request.pdf", package / "data/documents/refusal.pdf")
    rebuild(package)
    return found("document:request", "document:refusal")


@act()
def drop_a_page_of_a_document_and_rehash(package: Path) -> Expectation:
    path = package / "data/documents/minutes.pdf"
    with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
        del pdf.pages[1]
        pdf.save(path, deterministic_id=True)
    rebuild(package)
    return found(("document:minutes", "data/documents/minutes.pdf"))


@act()
def document_that_is_no_pdf_and_rehash(package: Path) -> Expectation:
    (package / "data/documents/minutes.pdf").write_bytes(b"<html>minutes</html>")
    rebuild(package)
    return found(("document:minutes", "data/documents/minutes.pdf"))


# --- the matter and index.csv


@act()
def matter_clip_times_changed_and_rehash(package: Path) -> Expectation:
    """The matter asks for another passage than the one that was cut."""
    replace(package / MATTER, b'"from":"0:12.400"', b'"from":"0:14.400"')
    rebuild(package)
    return found(MATTER)


@act()
def matter_consent_changed_and_rehash(package: Path) -> Expectation:
    replace(package / MATTER, b'"status":"refused"', b'"status":"agreed"')
    rebuild(package)
    return found(MATTER)


@act()
def matter_words_changed_and_rehash(package: Path) -> Expectation:
    """The declarant's own words are in matter, record, statement and Word file."""
    replace(package / MATTER, b"I did not tell Ms Hale", b"I told Ms Hale")
    rebuild(package)
    return found(MATTER)


@act()
def matter_from_another_case(package: Path) -> Expectation:
    other = {"schema": "evidencekit/matter/1", "case": {"title": "Re Q (A Child)"}}
    (package / MATTER).write_bytes(rfc8785.dumps(other) + b"\n")
    rebuild(package)
    return found(MATTER)


@act()
def matter_that_is_not_json(package: Path) -> Expectation:
    (package / MATTER).write_bytes(b"nothing\n")
    rebuild(package)
    return found(MATTER)


@act()
def matter_of_a_million_brackets(package: Path) -> Expectation:
    (package / MATTER).write_bytes(b"[" * 1_000_000)
    rebuild(package)
    return found(MATTER)


@act()
def matter_recording_withheld(package: Path) -> Expectation:
    """The matter no longer has the recording that record, log and pages have."""
    document = json.loads((package / MATTER).read_bytes())
    del document["recordings"]["voicemail"]
    (package / MATTER).write_bytes(rfc8785.dumps(document) + b"\n")
    rebuild(package)
    return found(MATTER)


@act()
def index_csv_title_changed_and_rehash(package: Path) -> Expectation:
    replace(package / "data/index.csv", b"Reply refusing", b"Reply agreeing")
    rebuild(package)
    return found("data/index.csv")


@act()
def index_csv_row_dropped_and_rehash(package: Path) -> Expectation:
    replace(package / "data/index.csv", rb"refusal\.pdf[^\n]*\n", b"")
    rebuild(package)
    return found("data/index.csv")


@act()
def index_csv_file_changed_and_rehash(package: Path) -> Expectation:
    replace(package / "data/index.csv", rb"refusal\.pdf", b"request.pdf")
    rebuild(package)
    return found("data/index.csv")


@act()
def index_csv_with_a_formula(package: Path) -> Expectation:
    """A spreadsheet runs it."""
    path = package / "data/index.csv"
    path.write_bytes(path.read_bytes() + b'=HYPERLINK("https://example.invalid"),x,,0\r\n')
    rebuild(package)
    return found("data/index.csv")


@act()
def index_csv_deleted_and_rehash(package: Path) -> Expectation:
    (package / "data/index.csv").unlink()
    rebuild(package)
    return found("data/index.csv")
