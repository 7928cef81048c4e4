# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import datetime as dt
import hashlib
import sys
import zlib
from email.message import EmailMessage

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_msg import attached, attached_message, message, person, write_compound

from evidencekit.errors import DependencyMissing, DocumentUnusable
from evidencekit.isolate import Isolate
from evidencekit.pdf.takein import TakenIn, take_in, take_in_isolated
from evidencekit.pdf.takein_embedded import harmless
from evidencekit.pdf.takein_html import words_of
from evidencekit.pdf.takein_rtf import unpacked, words_or_page

SENT = dt.datetime(2024, 3, 5, 9, 30, tzinfo=dt.UTC)


def take(path, **how) -> TakenIn:
    return take_in(path, path.with_name("clean.pdf"), name=path.name, item="document:x", **how)


def codes(taken: TakenIn) -> list[str]:
    return [each.code for each in taken.findings]


def words(taken: TakenIn) -> str:
    with pymupdf.open(taken.path) as document:
        return "\n".join(page.get_text() for page in document)


def letter(**headers) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Zoë Hale <zoe@example.org>"
    mail["To"] = "clerk@example.org, other@example.org"
    mail["Cc"] = "third@example.org"
    mail["Date"] = "Tue, 05 Mar 2024 09:30:00 +0000"
    mail["Subject"] = "Contact on Saturday – a question"
    for key, value in headers.items():
        mail[key] = value
    mail.set_content("Dear all,\n\nSee you at ten.\n")
    return mail


def write(path, mail: EmailMessage):
    path.write_bytes(mail.as_bytes())
    return path


def test_a_mail_shows_its_headers_as_sent_and_its_words(tmp_path):
    taken = take(write(tmp_path / "x.eml", letter()))
    assert (taken.kind, taken.pages, codes(taken)) == ("email (.eml)", 1, [])
    found = words(taken)
    for each in (
        "Zoë Hale <zoe@example.org>",
        "clerk@example.org, other@example.org",
        "third@example.org",
        "Tue, 05 Mar 2024 09:30:00 +0000",
        "Contact on Saturday – a question",
        "See you at ten.",
    ):
        assert each in found
    order = [found.index(each) for each in ("From", "To\n", "Cc\n", "Date", "Subject")]
    assert order == sorted(order)


def test_what_is_attached_is_listed_by_name_size_and_digest_and_not_bound(tmp_path):
    mail = letter()
    data = b"%PDF-1.7 not really"
    mail.add_attachment(data, maintype="application", subtype="pdf", filename="Ms Hale's note.pdf")
    taken = take(write(tmp_path / "x.eml", mail))
    (file,) = taken.attachments
    assert (file.name, file.size, file.sha256, file.path) == (
        "Ms Hale's note.pdf",
        len(data),
        hashlib.sha256(data).hexdigest(),
        None,
    )
    assert codes(taken) == ["EK-P035"]
    assert file.sha256 in taken.findings[0].message
    assert "Hale" not in taken.findings[0].message
    found = words(taken)
    assert "Ms Hale's note.pdf" in found
    assert file.sha256 in "".join(found.split())


def test_attachments_are_written_out_on_request_under_harmless_names(tmp_path):
    mail = letter()
    for name in ("../../../etc/passwd", "same.txt", "same.txt", "CON", "…"):
        mail.add_attachment(name.encode(), maintype="text", subtype="x", filename=name)
    inner = letter(Keywords="inner")
    mail.add_attachment(inner)
    taken = take(write(tmp_path / "x.eml", mail), attachments_to=tmp_path / "files")
    written = sorted(each.name for each in (tmp_path / "files").iterdir())
    assert written == [
        "001-passwd",
        "002-same.txt",
        "003-same.txt",
        "004-CON",
        "005-file",
        "006-message.eml",
    ]
    for each in taken.attachments:
        assert hashlib.sha256(each.path.read_bytes()).hexdigest() == each.sha256
    with pytest.raises(FileExistsError):
        take(tmp_path / "x.eml", attachments_to=tmp_path / "files")


def test_what_was_seen_comes_whole_out_of_a_worker(tmp_path):
    mail = letter()
    mail.add_attachment(b"x", maintype="text", subtype="x", filename="x.txt")
    path = write(tmp_path / "x.eml", mail)
    alone = take_in(path, tmp_path / "clean.pdf", name="x.eml", item="document:x")
    with Isolate(seconds=60, memory_mb=2048) as worker:
        taken = take_in_isolated(
            worker, path, tmp_path / "clean.pdf", name="x.eml", item="document:x"
        )
    assert taken == alone
    assert len(taken.attachments) == 1


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_name_becomes_one_that_stays_in_its_folder(name):
    made = harmless(name)
    assert made
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert made[0] not in ".-"
    assert len(made) < 100


def test_a_mail_written_as_a_web_page_is_set_as_its_words_and_nothing_is_fetched(tmp_path):
    mail = letter()
    mail.set_content(
        "<html><head><style>p{color:red}</style></head><body><p>Hello <b>there</b></p>"
        "<img src='https://tracker.example.org/x.png' alt='logo'>"
        "<script>alert(1)</script><ul><li>one<li>two</ul></body></html>",
        subtype="html",
    )
    taken = take(write(tmp_path / "x.eml", mail))
    assert codes(taken) == ["EK-P036"]
    found = words(taken)
    assert "Hello there" in found
    assert "- one\n- two" in found
    assert "tracker" not in found
    assert "alert" not in found


def test_plain_words_are_preferred_to_a_web_page(tmp_path):
    mail = letter()
    mail.add_alternative("<p>As a page</p>", subtype="html")
    taken = take(write(tmp_path / "x.eml", mail))
    assert codes(taken) == []
    assert "See you at ten." in words(taken)


def test_a_letter_that_names_a_wrong_alphabet_or_none_is_still_read(tmp_path):
    head = b"From: a@example.org\r\nSubject: x\r\nContent-Type: text/plain; charset=klingon\r\n\r\n"
    (tmp_path / "x.eml").write_bytes(head + "Café".encode())
    taken = take(tmp_path / "x.eml")
    assert codes(taken) == ["EK-P036"]
    assert "Café" in words(taken)


def test_broken_headers_are_shown_as_they_can_be(tmp_path):
    data = b"From: =?utf-8?q?broken <a@\xff\xfeexample\r\nTo: ;;<>,,\r\nDate: yesterday\r\n\r\nWords\r\n"
    (tmp_path / "x.eml").write_bytes(data)
    found = words(take(tmp_path / "x.eml"))
    assert "yesterday" in found
    assert "Words" in found


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"Just a note.\n", "is not an email"), (b"X-A: b\r\n\r\nx", "is not an email")],
)
def test_what_is_no_mail_is_refused(tmp_path, data, reason):
    (tmp_path / "x.eml").write_bytes(data)
    with pytest.raises(DocumentUnusable, match=reason):
        take(tmp_path / "x.eml")


def test_a_mail_of_more_parts_than_any_mail_is_refused(tmp_path):
    parts = b"--b\r\n\r\nx\r\n" * 1500
    head = b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    (tmp_path / "x.eml").write_bytes(head + parts + b"--b--\r\n")
    with pytest.raises(DocumentUnusable, match="more than 1,000 parts"):
        take(tmp_path / "x.eml")


def test_a_mail_inside_a_mail_inside_a_mail_without_end_is_refused_or_read(tmp_path):
    head = b"From: a@example.org\r\nContent-Type: message/rfc822\r\n\r\n"
    (tmp_path / "x.eml").write_bytes(head * 3000 + b"end")
    with pytest.raises(DocumentUnusable, match="damaged email"):
        take(tmp_path / "x.eml")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_after_a_header_are_read_or_refused(data):
    from evidencekit.pdf.takein_mail import _read
    from evidencekit.pdf.takein_result import Notes

    notes = Notes(name="x", item="document:x")
    try:
        found = _read(
            b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n" + data, notes
        )
    except DocumentUnusable:
        return
    assert found.headers


# --- Outlook


def outlook(**how):
    text = {
        0x0037: "Contact on Saturday",
        0x1000: "Dear all,\r\nSee you at ten.",
        0x0C1A: "Zoë Hale",
        0x5D01: "zoe@example.org",
        **how.pop("text", {}),
    }
    people = (person("Clerk", "clerk@example.org"), person("Third", "third@example.org", 2))
    return message(text=text, times={0x0039: SENT}, people=people, **how)


def test_an_outlook_message_shows_the_same_as_a_mail(tmp_path):
    taken = take(write_compound(tmp_path / "x.msg", outlook()))
    assert (taken.kind, codes(taken)) == ("Outlook message (.msg)", [])
    found = words(taken)
    for each in (
        "Zoë Hale <zoe@example.org>",
        "Clerk <clerk@example.org>",
        "Third <third@example.org>",
        "Tue, 05 Mar 2024 09:30:00 +0000",
        "Contact on Saturday",
        "See you at ten.",
    ):
        assert each in found


def test_the_headers_that_a_message_was_sent_with_go_before_what_outlook_made_of_them(tmp_path):
    sent = "From: =?utf-8?q?Zo=C3=AB?= <z@example.org>\r\nTo: <c@example.org>\r\nDate: Tue, 5 Mar 2024 10:30 +0100\r\n"
    found = words(take(write_compound(tmp_path / "x.msg", outlook(text={0x007D: sent}))))
    assert "Zoë <z@example.org>" in found
    assert "10:30 +0100" in found
    assert "clerk" not in found


def test_letters_of_one_byte_are_read_by_the_code_page(tmp_path):
    tree = message(
        text={0x0037: "Zażółć", 0x1000: "Gęślą", 0x0C1A: "Jaźń"},
        narrow="cp1250",
        numbers={0x3FFD: 1250},
    )
    found = words(take(write_compound(tmp_path / "x.msg", tree)))
    assert all(each in found for each in ("Zażółć", "Gęślą", "Jaźń"))


@pytest.mark.parametrize("code_page", [20127, 28591, 65001, 99999])
def test_a_code_page_of_any_number_is_read_or_guessed(tmp_path, code_page):
    tree = message(text={0x0037: "Words"}, narrow="ascii", numbers={0x3FFD: code_page})
    assert "Words" in words(take(write_compound(tmp_path / "x.msg", tree)))


def test_what_is_attached_to_an_outlook_message_is_listed(tmp_path):
    inner = message(text={0x0037: "Inner", 0x1000: "Inner words", 0x0C1A: "A"}, header=24)
    big = bytes(range(256)) * 40
    tree = outlook(files=(attached("a.bin", big), attached_message("Inner", inner)))
    taken = take(write_compound(tmp_path / "x.msg", tree), attachments_to=tmp_path / "files")
    assert [(each.name, each.path.name) for each in taken.attachments] == [
        ("a.bin", "001-a.bin"),
        ("Inner.txt", "002-Inner.txt"),
    ]
    assert taken.attachments[0].sha256 == hashlib.sha256(big).hexdigest()
    assert "Inner words" in taken.attachments[1].path.read_text()
    assert codes(taken) == ["EK-P035", "EK-P036"]


def test_a_message_with_only_a_web_page_or_rich_text_is_set_as_its_words(tmp_path):
    page = outlook(text={0x1000: ""}, binary={0x1013: "<p>Café page</p>".encode()})
    assert "Café page" in words(take(write_compound(tmp_path / "x.msg", page)))
    rich = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}Caf\'e9 \u8211? rich\par two}"
    packed = outlook(text={0x1000: ""}, binary={0x1009: mela(rich)})
    assert "Café – rich\ntwo" in words(take(write_compound(tmp_path / "y.msg", packed)))


def mela(rich: bytes) -> bytes:
    """Return rich text as a message holds it when it is not packed."""
    size = len(rich).to_bytes(4, "little")
    return (len(rich) + 12).to_bytes(4, "little") + size + b"MELA" + bytes(4) + rich


def test_packed_rich_text_is_unpacked_as_the_standard_has_it():
    # The two examples of [MS-OXRTFCP], 3.1.
    simple = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af320"
        "68656c090020627705b06c647d0a800fa0"
    )
    assert unpacked(simple, most=1000) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    crossing = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert unpacked(crossing, most=1000) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@settings(deadline=None)
@given(st.binary(max_size=120))
def test_no_packed_bytes_take_for_ever_or_more_than_they_may(data):
    head = (100).to_bytes(4, "little") + (60).to_bytes(4, "little") + b"LZFu" + bytes(4)
    assert len(unpacked(head + data, most=100)) <= 60


def test_a_web_page_wrapped_in_rich_text_comes_out_as_it_was():
    rich = (
        rb"{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}"
        rb"{\*\htmltag19 <html>}{\*\htmltag34 <p>}\htmlrtf {\htmlrtf0 \'cf\'f0 &amp; x"
        rb"\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}{\*\htmltag27 </html>}}"
    )
    text, wrapped = words_or_page(rich)
    assert wrapped
    assert words_of(text) == "Пр & x"


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_rich_text_gives_words(data):
    text, _ = words_or_page(rb"{\rtf1\ansicpg9999 " + data)
    assert isinstance(text.encode("utf-8"), bytes)


def test_an_outlook_item_that_is_no_mail_is_refused(tmp_path):
    tree = message(text={0x3A06: "Zoë"})
    with pytest.raises(DocumentUnusable, match="an Outlook item that is no mail"):
        take(write_compound(tmp_path / "x.msg", tree))


@pytest.mark.parametrize("tenths", range(2, 10, 2))
def test_a_message_that_breaks_off_is_refused_by_name(tmp_path, tenths):
    files = (attached("a.bin", bytes(20_000)),)
    path = write_compound(tmp_path / "x.msg", outlook(files=files))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * tenths // 10])
    with pytest.raises(DocumentUnusable):
        take(path)


def test_a_message_without_what_reads_it_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "olefile", None)
    with pytest.raises(DependencyMissing) as caught:
        take(write_compound(tmp_path / "x.msg", outlook()))
    assert caught.value == DependencyMissing("msg")


def test_the_same_mail_gives_the_same_bytes(tmp_path):
    path = write(tmp_path / "x.eml", letter())
    first = take_in(path, tmp_path / "1.pdf", name="x.eml", item="document:x")
    second = take_in(path, tmp_path / "2.pdf", name="x.eml", item="document:x")
    assert zlib.crc32(first.path.read_bytes()) == zlib.crc32(second.path.read_bytes())
