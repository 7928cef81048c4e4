# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import docx
import pymupdf
import pytest
from support_pdf import CORPORA

from evidencekit.errors import DocumentUnusable
from evidencekit.pdf import office, takein_minder
from evidencekit.pdf.takein import TakenIn, take_in
from evidencekit.pdf.takein_kind import Kind
from evidencekit.pdf.takein_office_file import made_harmless
from evidencekit.pdf.takein_result import Notes

NEEDS_OFFICE = pytest.mark.skipif(
    office._program() is None, reason="LibreOffice is not installed here"
)
FIELD = (
    '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    "<w:r><w:instrText xml:space='preserve'> {code} </w:instrText></w:r>"
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{shown}</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)


def take(path, **how) -> TakenIn:
    return take_in(path, path.with_name("clean.pdf"), name=path.name, item="document:x", **how)


def codes(taken: TakenIn) -> list[str]:
    return [each.code for each in taken.findings]


def words(taken: TakenIn) -> str:
    with pymupdf.open(taken.path) as document:
        return "\n".join(page.get_text() for page in document)


def refusal(path) -> str:
    with pytest.raises(DocumentUnusable) as caught:
        take(path)
    return caught.value.reason


def write_docx(path, *, xml: str = "", files: dict[str, bytes] | None = None):
    document = docx.Document()
    document.add_paragraph("Words of the letter")
    if xml:
        from docx.oxml import parse_xml

        document.element.body.insert(1, parse_xml(xml))
    document.save(path)
    if files:
        with zipfile.ZipFile(path, "a") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    return path


def replaced(path, name: str, old: bytes, new: bytes):
    """Change one part of a packed file."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    assert old in parts[name]
    parts[name] = parts[name].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for each, data in parts.items():
            archive.writestr(each, data)
    return path


def write_odt(path, body: str, *, files: dict[str, bytes] | None = None):
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"><office:body>'
        f"<office:text>{body}</office:text></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
        for name, data in (files or {}).items():
            archive.writestr(name, data)
    return path


def harmless(path, kind: Kind) -> tuple[dict[str, bytes], list[str]]:
    """Return the parts that a word processor is given of a file, and what is noted."""
    notes = Notes(name="x", item="document:x")
    to = path.with_name(f"harmless{path.suffix}")
    made_harmless(path, to, kind=kind, notes=notes)
    with zipfile.ZipFile(to) as archive:
        return {each: archive.read(each) for each in archive.namelist()}, [
            each.code for each in notes.findings
        ]


@NEEDS_OFFICE
def test_a_word_file_is_turned_into_pages_the_same_each_time(tmp_path):
    path = write_docx(tmp_path / "letter.docx")
    taken = take(path)
    assert (taken.kind, taken.pages) == ("Word document (.docx)", 1)
    assert codes(taken) == ["EK-P038"]
    assert "LibreOffice" in taken.findings[0].message
    assert "Words of the letter" in words(taken)
    first = taken.path.read_bytes()
    time.sleep(1.1)  # its own dates count in seconds
    assert take(path).path.read_bytes() == first


@NEEDS_OFFICE
def test_dates_that_fill_themselves_in_show_what_they_showed_when_saved(tmp_path):
    xml = FIELD.format(code='DATE \\@ "d MMMM yyyy"', shown="7 July 1997")
    taken = take(write_docx(tmp_path / "x.docx", xml=xml))
    assert codes(taken) == ["EK-P038", "EK-P043"]
    assert "7 July 1997" in words(taken)
    body = "<text:p>On <text:date text:date-value='1997-07-07'>7 July 1997</text:date></text:p>"
    taken = take(write_odt(tmp_path / "x.odt", body))
    assert codes(taken) == ["EK-P038", "EK-P043"]
    assert "07/97" in words(taken)


@NEEDS_OFFICE
def test_rich_text_is_turned_into_pages_and_its_dates_hold(tmp_path):
    path = tmp_path / "x.rtf"
    path.write_bytes(
        rb"{\rtf1\ansi Words {\field{\*\fldinst { DATE }}"
        rb"{\fldrslt 7 July 1997}} end\par}"
    )
    taken = take(path)
    assert taken.kind == "rich text (.rtf)"
    assert codes(taken) == ["EK-P038", "EK-P043"]
    assert "7 July 1997" in words(taken)


class _Asked(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_error(404)

    do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    _Asked.asked = []
    with HTTPServer(("127.0.0.1", 0), _Asked) as it:
        thread = threading.Thread(target=it.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{it.server_port}"
        it.shutdown()


@NEEDS_OFFICE
@pytest.mark.parametrize("kind", ["docx field", "docx picture", "odt", "rtf"])
def test_nothing_is_fetched(tmp_path, server, kind):
    url = f"{server}/x.png"
    if kind == "docx field":
        xml = FIELD.format(code=f'INCLUDEPICTURE "{url}" \\d', shown="[picture]")
        path = write_docx(tmp_path / "x.docx", xml=xml)
    elif kind == "docx picture":
        path = write_docx(tmp_path / "x.docx")
        replaced(
            path,
            "word/_rels/document.xml.rels",
            b"</Relationships>",
            f'<Relationship Id="r99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            f'relationships/attachedTemplate" Target="{url}" TargetMode="External"/>'
            "</Relationships>".encode(),
        )
    elif kind == "odt":
        frame = f'<draw:frame><draw:image xlink:href="{url}"/></draw:frame>'
        path = write_odt(tmp_path / "x.odt", f"<text:p>Words{frame}</text:p>")
    else:
        path = tmp_path / "x.rtf"
        path.write_bytes(
            b'{\\rtf1 {\\*\\template %s}{\\field{\\*\\fldinst INCLUDEPICTURE "%s" }}x}'
            % (url.encode(), url.encode())
        )
    taken = take(path)
    assert _Asked.asked == []
    assert "EK-P041" in codes(taken)


@NEEDS_OFFICE
def test_a_file_with_macros_is_taken_in_without_them(tmp_path):
    path = write_docx(tmp_path / "x.docm", files={"word/vbaProject.bin": b"macro" * 100})
    taken = take(path)
    assert codes(taken) == ["EK-P038", "EK-P040"]
    assert "Words of the letter" in words(taken)


def test_macros_are_not_handed_to_a_word_processor(tmp_path):
    path = write_docx(tmp_path / "x.docm", files={"word/vbaProject.bin": b"macro"})
    parts, found = harmless(path, Kind.DOCX)
    assert found == ["EK-P040"]
    assert not any("vba" in each for each in parts)
    path = write_odt(tmp_path / "x.odt", "", files={"Basic/Standard/Module1.xml": b"<x/>"})
    parts, found = harmless(path, Kind.ODT)
    assert found == ["EK-P040"]
    assert not any(each.startswith("Basic") for each in parts)


def test_links_stay_and_what_would_be_fetched_is_cut_off(tmp_path):
    path = write_docx(tmp_path / "x.docx")
    base = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    replaced(
        path,
        "word/_rels/document.xml.rels",
        b"</Relationships>",
        b'<Relationship Id="r1x" Type="%shyperlink" Target="https://a.org/" TargetMode="External"/>'
        b'<Relationship Id="r2x" Type="%simage" Target="file:///etc/passwd" '
        b'TargetMode="Ext&#101;rnal"/></Relationships>' % (base, base),
    )
    parts, found = harmless(path, Kind.DOCX)
    assert found == ["EK-P041"]
    links = parts["word/_rels/document.xml.rels"]
    assert b"https://a.org/" in links
    assert b"passwd" not in links


def test_tracked_changes_and_comments_are_reported(tmp_path):
    xml = (
        '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:del w:id="1" w:author="A"><w:r><w:delText>weak</w:delText></w:r></w:del></w:p>'
    )
    _, found = harmless(write_docx(tmp_path / "x.docx", xml=xml), Kind.DOCX)
    assert found == ["EK-P042"]


def test_a_file_that_unpacks_to_more_than_any_letter_is_refused(tmp_path):
    path = tmp_path / "x.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as file:
            for _ in range(101):
                file.write(bytes(10**7))
    assert refusal(path).startswith(("unpacks to more", "is a Word document"))


def test_a_file_with_a_lock_is_refused(tmp_path):
    path = tmp_path / "x.docx"
    name = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + name)
    assert refusal(path).startswith("needs a password")


def test_without_libreoffice_the_way_on_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    reason = refusal(write_docx(tmp_path / "x.docx"))
    assert "LibreOffice" in reason
    assert "print it to a PDF" in reason


@pytest.mark.skipif(sys.platform == "win32", reason="its program is a shell script")
@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("sleep 60", "took LibreOffice longer than 2 seconds"),
        ("exit 0", "could not be turned into pages by LibreOffice"),
        ("kill -9 $$", "could not be turned into pages by LibreOffice"),
    ],
)
def test_a_word_processor_that_hangs_or_makes_nothing_is_a_reason(
    tmp_path, monkeypatch, does, reason
):
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)
    monkeypatch.setattr(office, "_program", lambda: str(program))
    monkeypatch.setattr(office, "_SECONDS", 2)
    assert refusal(write_docx(tmp_path / "x.docx")).startswith(reason)


@pytest.mark.parametrize("tenths", [1, 5, 9])
def test_a_word_file_that_breaks_off_is_refused_by_name(tmp_path, tenths):
    path = write_docx(tmp_path / "x.docx")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * tenths // 10])
    assert "damaged" in refusal(path)


# --- the minder


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int) -> bool:
    for _ in range(100):
        if not running(pid):
            return True
        time.sleep(0.05)
    return False


CHILD = "import subprocess,sys,time;p=subprocess.Popen(['sleep','60']);print(p.pid,file=open(sys.argv[1],'w'),flush=True);time.sleep({})"


def minded(seconds: int, program: str, path) -> subprocess.Popen:
    return subprocess.Popen(
        [
            *(sys.executable, "-I", "-S", takein_minder.__file__, str(seconds)),
            *(sys.executable, "-c", program, str(path)),
        ],
        stdin=subprocess.PIPE,
    )


def wait_for_pid(path) -> int:
    for _ in range(200):
        if path.exists() and path.read_text().strip():
            return int(path.read_text())
        time.sleep(0.05)
    pytest.fail("the program did not start")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="this system has no /proc to look in")
def test_a_program_out_of_time_ends_with_what_it_started(tmp_path):
    with minded(2, CHILD.format(60), tmp_path / "pid") as minder:
        assert minder.wait() == takein_minder.OUT_OF_TIME
    assert gone(wait_for_pid(tmp_path / "pid"))


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="this system has no /proc to look in")
def test_what_a_program_leaves_running_ends_with_it(tmp_path):
    with minded(60, CHILD.format(0), tmp_path / "pid") as minder:
        assert minder.wait() == 0
    assert gone(wait_for_pid(tmp_path / "pid"))


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="this system has no /proc to look in")
def test_a_program_ends_when_whoever_asked_for_it_is_killed(tmp_path):
    minder = [sys.executable, "-I", "-S", takein_minder.__file__, "60"]
    command = [*minder, sys.executable, "-c", CHILD.format(60), str(tmp_path / "pid")]
    caller = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess,sys;subprocess.Popen(sys.argv[1:],stdin=subprocess.PIPE).wait()",
            *command,
        ]
    )
    pid = wait_for_pid(tmp_path / "pid")
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    assert gone(pid)


# --- real files


OFFICE = sorted(
    each
    for each in CORPORA.rglob("*")
    if each.suffix in {".docx", ".xlsx", ".pptx", ".odt", ".rtf"}
)


@NEEDS_OFFICE
@pytest.mark.skipif(not OFFICE, reason="the folder of odd files is not here")
@pytest.mark.parametrize("path", OFFICE, ids=lambda path: path.name)
def test_office_files_of_others_are_taken_in_or_refused_by_name(path, tmp_path):
    to = tmp_path / "clean.pdf"
    if path.suffix == ".docx":
        taken = take_in(path, to, name=path.name, item="document:x")
        assert taken.pages > 0
        assert "EK-P038" in codes(taken)
        return
    with pytest.raises(DocumentUnusable, match=r"is a (spreadsheet|presentation)"):
        take_in(path, to, name=path.name, item="document:x")
