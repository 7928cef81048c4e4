# SPDX-License-Identifier: AGPL-3.0-or-later
"""A word processor's file, made harmless before a word processor opens it.

What acts is taken out (macros), what would be fetched is cut off (linked pictures, templates,
parts of other files), and what would change with the day is held (dates that fill themselves in).
The words are not touched.
"""

from __future__ import annotations

import errno
import re
import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import quoteattr

from evidencekit.pdf.takein_kind import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.pdf.takein_result import Notes

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, ParseError)
_MOST_UNPACKED = 1_000_000_000
_MOST_FILES = 20_000
_STEP = 1 << 20
_MACROS = re.compile(
    r"(^|/)(vbaProject\.bin|vbaData\.xml|vbaProject\.bin\.rels)$|^(Basic|Scripts)/", re.IGNORECASE
)
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
#: Fields that a word processor works out anew, or fetches. Under a name that it does not know, it
#: shows what the field last showed.
_FIELD = (
    rb"(DATE|TIME|FILENAME|INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|DDE|DDEAUTO|DATABASE)\b"
)
_WORD_FIELD = re.compile(
    rb"(<w:instrText\b[^>]*>\s*|w:instr\s*=\s*[\"']\s*)" + _FIELD, re.IGNORECASE
)
_RTF_FIELD = re.compile(rb"(\\fldinst\b\s*(?:\{[^{}]*?\s)?\s*)" + _FIELD, re.IGNORECASE)
_RTF_FETCHED = re.compile(rb"\\\*\\(template|objdata|objclass)\b")
_DATES = frozenset((b"DATE", b"TIME"))
_OPEN_DATE = re.compile(rb"<text:(date|time)\b([^>]*)>")
_FIXED = re.compile(rb"""\stext:fixed\s*=\s*["'][^"']*["']""")
_OPEN_FETCHED = re.compile(
    rb"<(draw:image|draw:object|draw:object-ole|draw:plugin|draw:floating-frame|draw:fill-image"
    rb"|text:section-source|table:table-source|style:background-image|svg:font-face-uri)\b([^>]*)>"
)
_OUTSIDE = re.compile(rb"""(xlink:href\s*=\s*)(["'])(?:[a-zA-Z][\w+.-]*:|/|\\|\.\.)[^"']*\2""")
_CHANGES = re.compile(rb"<w:(?:ins|del|moveFrom|moveTo)\s|<text:changed-region\b")
_COMMENTS = re.compile(rb"<w:comment\s|<office:annotation[\s>]")
_WORDS = re.compile(r"^(word/.*|content|styles|meta|settings)\.?(xml)?$")


def made_harmless(source: Path, to: Path, *, kind: Kind, notes: Notes) -> None:
    """Write to *to* what a word processor may open, and note what was taken out.

    Raises:
        DocumentUnusable: if it is damaged, or unpacks to more than any letter.
    """
    seen: Counter[str] = Counter()
    try:
        if kind in {Kind.DOCX, Kind.ODT}:
            _packed(source, to, kind, notes, seen)
        elif kind is Kind.RTF:
            to.write_bytes(_rich_text(source.read_bytes(), seen))
        else:
            data = source.read_bytes()
            seen["macros"] += "_VBA_PROJECT".encode("utf-16-le") in data
            to.write_bytes(data)
    except _DAMAGED:
        notes.refuse("is a damaged office file")
    _note(seen, notes)


def _packed(source: Path, to: Path, kind: Kind, notes: Notes, seen: Counter[str]) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as new:
        entries = old.infolist()
        if any(each.flag_bits & 1 for each in entries):
            notes.refuse("needs a password. Save a copy without one and give that")
        if "META-INF/manifest.xml" in old.namelist():
            manifest = _read(old, old.getinfo("META-INF/manifest.xml"), notes)
            if b"encryption-data" in manifest:
                notes.refuse("needs a password. Save a copy without one and give that")
        total = sum(each.file_size for each in entries)
        if len(entries) > _MOST_FILES or total > _MOST_UNPACKED:
            notes.refuse(f"unpacks to more than {_MOST_UNPACKED // 10**6:,} MB")
        for each in entries:
            if _MACROS.search(each.filename):
                seen["macros"] += 1
                continue
            data = _read(old, each, notes)
            if each.filename.endswith(".rels"):
                data = _relationships(data, seen)
            elif each.filename.endswith(".xml"):
                data = _word(data, seen) if kind is Kind.DOCX else _open_document(data, seen)
            new.writestr(zipfile.ZipInfo(each.filename), data)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, notes: Notes) -> bytes:
    """Read an entry as far as it says that it goes, and refuse it if it goes on."""
    try:
        with archive.open(entry) as file:
            data = file.read(entry.file_size + 1)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        notes.refuse("is a damaged office file")  # it says that the entry lies outside of it
    if len(data) > entry.file_size:
        notes.refuse("unpacks to more than it says")
    return data


def _relationships(data: bytes, seen: Counter[str]) -> bytes:
    """Cut off what lies outside the file, but for links, which nobody follows here."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        msg = "XML that declares things of its own"
        raise ValueError(msg) from error
    relationships = list(root.iter(_RELATIONSHIPS))
    outside = [
        each
        for each in relationships
        if each.get("TargetMode", "").lower() == "external"
        and not each.get("Type", "").endswith("/hyperlink")
    ]
    if not outside:
        return data
    for each in outside:
        each.set("Target", "about:blank")
    seen["outside"] += len(outside)
    # LibreOffice knows these elements only by their bare names.
    listed = "".join(
        "<Relationship"
        + "".join(f" {key}={quoteattr(value)}" for key, value in each.attrib.items())
        + "/>"
        for each in relationships
    )
    space = _RELATIONSHIPS[1:].partition("}")[0]
    return f'<?xml version="1.0"?><Relationships xmlns="{space}">{listed}</Relationships>'.encode()


def _word(data: bytes, seen: Counter[str]) -> bytes:
    seen["changes"] += len(_CHANGES.findall(data))
    seen["comments"] += len(_COMMENTS.findall(data))

    def held(match: re.Match[bytes]) -> bytes:
        seen["dates" if match[2].upper() in _DATES else "fields"] += 1
        return match[1] + b"EK" + match[2]

    return _WORD_FIELD.sub(held, data)


def _open_document(data: bytes, seen: Counter[str]) -> bytes:
    seen["changes"] += len(_CHANGES.findall(data))
    seen["comments"] += len(_COMMENTS.findall(data))

    def held(match: re.Match[bytes]) -> bytes:
        seen["dates"] += b'text:fixed="true"' not in match[2]
        return b"<text:" + match[1] + b' text:fixed="true"' + _FIXED.sub(b"", match[2]) + b">"

    def cut(match: re.Match[bytes]) -> bytes:
        rest, count = _OUTSIDE.subn(rb"\1\2about:blank\2", match[2])
        seen["outside"] += count
        return b"<" + match[1] + rest + b">"

    return _OPEN_FETCHED.sub(cut, _OPEN_DATE.sub(held, data))


def _rich_text(data: bytes, seen: Counter[str]) -> bytes:
    def held(match: re.Match[bytes]) -> bytes:
        seen["dates" if match[2].upper() in _DATES else "fields"] += 1
        return match[1] + b"EK" + match[2]

    seen["outside"] += len(_RTF_FETCHED.findall(data))
    return _RTF_FIELD.sub(held, _RTF_FETCHED.sub(rb"\\*\\ek\1", data))


def _note(seen: Counter[str], notes: Notes) -> None:
    if seen["macros"]:
        notes.warn("EK-P040", "holds macros, which were not run and are not in the bundle")
    if seen["outside"] or seen["fields"]:
        notes.warn(
            "EK-P041",
            f"refers to {seen['outside'] + seen['fields']} things outside of itself (pictures, "
            "templates, parts of other files), which were not fetched. Look whether something is "
            "missing",
        )
    if seen["changes"] or seen["comments"]:
        notes.warn(
            "EK-P042",
            f"holds {seen['changes']} tracked changes and {seen['comments']} comments. Tracked "
            "changes show on the pages. Look whether they were meant for others",
        )
    if seen["dates"]:
        notes.warn(
            "EK-P043",
            f"holds {seen['dates']} dates or times that fill themselves in on opening. They show "
            "what they showed when it was last saved",
        )
