# SPDX-License-Identifier: AGPL-3.0-or-later
"""An Outlook message (.msg) as a letter: a compound file with a stream a property ([MS-OXMSG]).

Needs olefile (extra `msg`), which reads the compound file; what its streams mean is read here. The
libraries that do all of it bring some twenty others along.
"""

from __future__ import annotations

import codecs
import datetime as dt
import email.utils
import struct
from email.parser import HeaderParser
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.errors import DependencyMissing
from evidencekit.pdf.takein_html import words_of
from evidencekit.pdf.takein_mail import HEADERS, Letter, letter_blocks
from evidencekit.pdf.takein_rtf import unpacked, words_or_page

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.compose.plan import Block
    from evidencekit.pdf.takein_result import Notes

_LARGEST_STREAM = 250_000_000
_DEEPEST = 8
_MOST_FILES = 1_000
_ENTRY = 16
#: Properties by their number, as [MS-OXPROPS] lists them.
_SUBJECT, _BODY, _HTML, _RTF, _HEADERS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
_SENT_AT, _DELIVERED_AT = 0x0039, 0x0E06
_CODE_PAGE, _WEB_CODE_PAGE = 0x3FFD, 0x3FDE
_SHOWN = {"To": 0x0E04, "Cc": 0x0E03, "Bcc": 0x0E02}
_RECIPIENT_KIND, _NAME, _ADDRESS, _SMTP = 0x0C15, 0x3001, 0x3003, 0x39FE
_SENDER = (0x0C1A, 0x5D01, 0x0C1F)
_ON_BEHALF_OF = (0x0042, 0x5D02, 0x0065)
_FILE_NAMES = (0x3707, 0x3704, 0x3001)
_FILE_DATA = 0x3701
_KINDS = {1: "To", 2: "Cc", 3: "Bcc"}
_UNICODE, _NARROW, _BINARY, _OBJECT = "001F", "001E", "0102", "000D"
_UNIX_EPOCH = 116_444_736_000_000_000
_UTF_8 = 65001


def message_blocks(source: Path, notes: Notes, *, attachments_to: Path | None) -> tuple[Block, ...]:
    """Return a .msg file as blocks.

    Raises:
        DependencyMissing: if what reads compound files is not installed.
        DocumentUnusable: if it is damaged, or no mail.
    """
    try:
        import olefile
    except ImportError:
        extra = "msg"
        raise DependencyMissing(extra) from None
    try:
        with olefile.OleFileIO(str(source)) as file:
            letter = _Message(file, (), ()).letter(notes)
    except (OSError, ValueError, TypeError, IndexError, KeyError, struct.error, RecursionError):
        notes.refuse("is a damaged Outlook message")
    if not letter.headers:
        notes.refuse("is an Outlook item that is no mail. Open it, print it to a PDF and give that")
    return letter_blocks(letter, notes, attachments_to=attachments_to)


@frozen
class _Message:
    """A message in a compound file, at its root or inside another message."""

    file: Any
    at: tuple[str, ...]
    above: tuple[str, ...]

    def letter(self, notes: Notes) -> Letter:
        """Return it as a letter."""
        head = _Properties(self.file, self.at, 24 if self.at else 32, "cp1252")
        code_page = head.number(_CODE_PAGE) or head.number(_WEB_CODE_PAGE) or 1252
        properties = _Properties(self.file, self.at, head.header, _codec(code_page))
        words, from_html = _words(properties)
        return Letter(
            headers=self._headers(properties),
            words=words,
            from_html=from_html,
            files=self._files(properties.encoding, notes),
        )

    def _headers(self, properties: _Properties) -> tuple[tuple[str, str], ...]:
        """Return the headers as they were sent, or else as Outlook has them."""
        sent = HeaderParser().parsestr(properties.text(_HEADERS))
        told: dict[str, str] = {
            "From": _person(*(properties.text(each) for each in _ON_BEHALF_OF)),
            "Sender": _person(*(properties.text(each) for each in _SENDER)),
            "Date": _date(properties.number(_SENT_AT) or properties.number(_DELIVERED_AT)),
            "Subject": properties.text(_SUBJECT),
            **self._recipients(properties),
        }
        told["From"] = told["From"] or told["Sender"]
        if told["Sender"] == told["From"]:
            told["Sender"] = ""
        found = []
        for name in HEADERS:
            value = _decoded_header(sent.get(name)) or told.get(name, "")
            if value := " ".join(value.split()):
                found.append((name, value))
        return tuple(found)

    def _recipients(self, properties: _Properties) -> dict[str, str]:
        people: dict[str, list[str]] = {kind: [] for kind in _KINDS.values()}
        for folder in self._folders("__recip_version1.0_#"):
            each = _Properties(self.file, folder, 8, properties.encoding)
            kind = _KINDS.get(each.number(_RECIPIENT_KIND) or 1, "To")
            people[kind].append(_person(each.text(_NAME), each.text(_SMTP), each.text(_ADDRESS)))
        return {
            kind: ", ".join(filter(None, people[kind])) or properties.text(_SHOWN[kind])
            for kind in people
        }

    def _files(self, encoding: str, notes: Notes) -> tuple[tuple[str, bytes], ...]:
        folders = self._folders("__attach_version1.0_#")
        if len(folders) > _MOST_FILES:
            notes.refuse(f"has more than {_MOST_FILES:,} attachments")
        files: list[tuple[str, bytes]] = []
        for number, folder in enumerate(folders, 1):
            each = _Properties(self.file, folder, 8, encoding)
            name = next(filter(None, (each.text(key) for key in _FILE_NAMES)), f"file-{number}")
            inner = (*folder, f"__substg1.0_{_FILE_DATA:04X}{_OBJECT}")
            if self.file.exists(list(inner)) and not each.has(_FILE_DATA, _BINARY):
                files += self._inner(inner, name, notes)
            else:
                files.append((name, each.stream(_FILE_DATA, _BINARY)))
        return tuple(files)

    def _inner(
        self, folder: tuple[str, ...], name: str, notes: Notes
    ) -> tuple[tuple[str, bytes], ...]:
        """Return a message inside this one as the text of its pages, and the files in it."""
        if len(self.above) >= _DEEPEST:
            notes.refuse(f"holds messages more than {_DEEPEST} deep inside each other")
        if not self.file.exists([*folder, "__properties_version1.0"]):
            notes.warn("EK-P035", "an object attached to it is of no kind that can be listed")
            return ()
        letter = _Message(self.file, folder, (*self.above, name)).letter(notes)
        head = "\n".join(f"{key}: {value}" for key, value in letter.headers)
        text = f"{head}\n\n{letter.words}\n"
        notes.say("EK-P036", "a message attached to it is listed as the text that it holds")
        return ((f"{name}.txt", text.encode("utf-8", "replace")), *letter.files)

    def _folders(self, start: str) -> list[tuple[str, ...]]:
        depth = len(self.at)
        found = {
            tuple(entry[: depth + 1])
            for entry in self.file.listdir(streams=False, storages=True)
            if len(entry) > depth
            and _same(entry[:depth], self.at)
            and entry[depth].lower().startswith(start)
        }
        return sorted(found)


@frozen
class _Properties:
    """The properties of a message, a recipient or an attachment."""

    file: Any
    at: tuple[str, ...]
    header: int
    encoding: str

    def text(self, key: int) -> str:
        """Return a property that is text, or nothing."""
        if self.has(key, _UNICODE):
            return self.stream(key, _UNICODE).decode("utf-16-le", "replace").strip("\0")
        return self.stream(key, _NARROW).decode(self.encoding, "replace").strip("\0")

    def number(self, key: int) -> int | None:
        """Return a property that is a number or a time, or None."""
        entries = self._raw("__properties_version1.0")[self.header :]
        for start in range(0, len(entries) - _ENTRY + 1, _ENTRY):
            tag, _, value = struct.unpack_from("<IIQ", entries, start)
            if tag >> 16 == key:
                return int(value & 0xFFFFFFFF) if tag & 0xFFFF == 3 else int(value)  # noqa: PLR2004
        return None

    def has(self, key: int, kind: str) -> bool:
        """Return whether there is a stream for a property."""
        return bool(self.file.exists([*self.at, f"__substg1.0_{key:04X}{kind}"]))

    def stream(self, key: int, kind: str) -> bytes:
        """Return what a property's stream holds, or nothing."""
        return self._raw(f"__substg1.0_{key:04X}{kind}")

    def _raw(self, name: str) -> bytes:
        path = [*self.at, name]
        if not self.file.exists(path):
            return b""
        if self.file.get_size(path) > _LARGEST_STREAM:
            msg = "a stream is too large"
            raise ValueError(msg)
        return bytes(self.file.openstream(path).read())


def _words(properties: _Properties) -> tuple[str, bool]:
    """Return the message's words, and whether they were written as a web page only."""
    if (text := properties.text(_BODY)).strip():
        return text, False
    page = properties.text(_HTML)
    if not page and (data := properties.stream(_HTML, _BINARY)):
        page = data.decode(_codec(properties.number(_WEB_CODE_PAGE) or _UTF_8), "replace")
    if page:
        return words_of(page), True
    packed = properties.stream(_RTF, _BINARY)
    if not packed:
        return "", False
    text, is_page = words_or_page(
        unpacked(packed, most=_LARGEST_STREAM), encoding=properties.encoding
    )
    return (words_of(text) if is_page else text), is_page


def _person(name: str, smtp: str, address: str) -> str:
    """Return name and address as a mail shows them; an address inside Exchange is none."""
    shown = smtp or (address if "@" in address else "")
    if not name or name == shown:
        return shown
    return f"{name} <{shown}>" if shown else name


def _date(ticks: int | None) -> str:
    """Return a time that Windows counts in tenths of microseconds since 1601, in UTC."""
    if not ticks:
        return ""
    try:
        moment = dt.datetime.fromtimestamp((ticks - _UNIX_EPOCH) // 10**7, tz=dt.UTC)
    except (OverflowError, OSError, ValueError):
        return ""
    return email.utils.format_datetime(moment)


def _decoded_header(value: Any) -> str:
    from email.header import decode_header, make_header

    if value is None:
        return ""
    try:
        return str(make_header(decode_header(str(value))))
    except (LookupError, ValueError, UnicodeError):
        return str(value)


def _codec(code_page: int) -> str:
    name = "utf-8" if code_page == _UTF_8 else f"cp{code_page}"
    try:
        codecs.lookup(name)
    except LookupError:
        return {20127: "ascii", 28591: "latin-1", 28592: "iso8859-2", 28605: "iso8859-15"}.get(
            code_page, "cp1252"
        )
    return name


def _same(one: Any, other: Any) -> bool:
    return [each.lower() for each in one] == [each.lower() for each in other]
