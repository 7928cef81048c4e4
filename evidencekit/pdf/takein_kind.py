# SPDX-License-Identifier: AGPL-3.0-or-later
"""What kind of file a document is: by what it holds, with its name as a second opinion.

A name says what somebody believed or a program guessed; the first bytes say what a reader will
find. Text has no first bytes of its own, so there alone the name decides.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from pathlib import Path

#: How much of a file is looked at.
HEAD = 4096
_PDF_WITHIN = 1024


class Kind(StrEnum):
    """A kind of file, by the name that people use for it."""

    PDF = "PDF"
    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    WEBP = "WebP"
    GIF = "GIF"
    HEIC = "HEIC"
    TEXT = "text"
    CSV = "CSV"
    EML = "email (.eml)"
    MSG = "Outlook message (.msg)"
    DOCX = "Word document (.docx)"
    DOC = "Word document (.doc)"
    ODT = "OpenDocument text (.odt)"
    RTF = "rich text (.rtf)"


PICTURES = frozenset((Kind.JPEG, Kind.PNG, Kind.TIFF, Kind.WEBP, Kind.GIF, Kind.HEIC))
#: What is set as pages from its words.
WRITTEN = frozenset((Kind.TEXT, Kind.CSV, Kind.EML, Kind.MSG))

_BY_NAME = {
    ".pdf": Kind.PDF,
    ".jpg": Kind.JPEG,
    ".jpeg": Kind.JPEG,
    ".jpe": Kind.JPEG,
    ".jfif": Kind.JPEG,
    ".png": Kind.PNG,
    ".tif": Kind.TIFF,
    ".tiff": Kind.TIFF,
    ".webp": Kind.WEBP,
    ".gif": Kind.GIF,
    ".heic": Kind.HEIC,
    ".heif": Kind.HEIC,
    ".txt": Kind.TEXT,
    ".text": Kind.TEXT,
    ".md": Kind.TEXT,
    ".log": Kind.TEXT,
    ".csv": Kind.CSV,
    ".tsv": Kind.CSV,
    ".eml": Kind.EML,
    ".msg": Kind.MSG,
    ".docx": Kind.DOCX,
    ".docm": Kind.DOCX,
    ".dotx": Kind.DOCX,
    ".dotm": Kind.DOCX,
    ".doc": Kind.DOC,
    ".odt": Kind.ODT,
    ".ott": Kind.ODT,
    ".rtf": Kind.RTF,
}
#: What has no first bytes of its own.
_BY_NAME_ALONE = frozenset((Kind.TEXT, Kind.CSV, Kind.EML))
_STARTS = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"II+\0", Kind.TIFF),
    (b"MM\0+", Kind.TIFF),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"{\\rtf", Kind.RTF),
)
_HEIC_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1")
)
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, ValueError, EOFError)
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
#: What is often sent and is none of these: how it starts, or what it is called, and what to do.
_PRINT = "Print it to a PDF and look whether all of it is there"
_RECORDING = "is a recording, not a document"
_ARCHIVE = "is an archive. Give the files in it, each as a document of its own"
_OTHERS = (
    (b"ID3", _RECORDING),
    (b"fLaC", _RECORDING),
    (b"OggS", _RECORDING),
    (b"RIFF", _RECORDING),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
)
_WEB_PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)


@frozen(kw_only=True)
class Recognised:
    """What a file is, or why it is none that can be taken in. `named` is what its name says."""

    kind: Kind | None = None
    reason: str = ""
    named: Kind | None = None

    @property
    def disagrees(self) -> bool:
        """Return whether the name says that it is something else."""
        return None not in (self.kind, self.named) and self.kind is not self.named


def recognise(source: Path, *, name: str) -> Recognised:
    """Say what kind of file *source* is; *name* is what it is called.

    Raises:
        OSError: if it cannot be read.
    """
    with source.open("rb") as file:
        head = file.read(HEAD)
    named = _BY_NAME.get(PurePosixPath(name).suffix.lower())
    if not head:
        return Recognised(reason="is empty", named=named)
    kind, reason = _by_content(head, source, named)
    if kind is None and not reason:
        if named in _BY_NAME_ALONE or (named is None and _is_text(head)):
            return Recognised(kind=named or Kind.TEXT, named=named)
        reason = f"is not a {named}" if named else "is of no kind that can be bound in"
        if named is None:
            reason += f". {_PRINT}"
    return Recognised(kind=kind, reason="" if kind else reason, named=named)


def _by_content(head: bytes, source: Path, named: Kind | None) -> tuple[Kind | None, str]:
    """Return what the first bytes say, or why that kind cannot be taken in, or neither."""
    if head.startswith(_COMPOUND):
        return _in_compound(source)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(source)
    kind = next((kind for start, kind in _STARTS if head.startswith(start)), None)
    if kind is None and head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        kind = Kind.WEBP
    if kind is None and head[4:8] == b"ftyp" and _is_still(head):
        kind = Kind.HEIC
    # A letter may begin with these words; what is named a letter must begin with the header itself.
    at = head.find(b"%PDF-", 0, _PDF_WITHIN)
    if kind is None and (at == 0 or (at > 0 and named not in _BY_NAME_ALONE)):
        kind = Kind.PDF
    if kind is not None:
        return kind, ""
    if _WEB_PAGE.match(head) and named not in _BY_NAME_ALONE:
        return None, "is not a PDF" if named is Kind.PDF else f"is a web page. {_PRINT}"
    if head[4:8] == b"ftyp":
        return None, _RECORDING
    return None, next((reason for start, reason in _OTHERS if head.startswith(start)), "")


def _is_still(head: bytes) -> bool:
    """Return whether a file of the family that films use says that it is a picture."""
    brands = {head[at : at + 4] for at in range(16, min(len(head), 64), 4)}
    return head[8:12] in _HEIC_BRANDS or (head[8:12] == b"avif" and bool(brands & _HEIC_BRANDS))


def _in_zip(source: Path) -> tuple[Kind | None, str]:
    try:
        with zipfile.ZipFile(source) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size <= HEAD:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                if declared.startswith(_OPEN_DOCUMENT):
                    rest = declared.removeprefix(_OPEN_DOCUMENT)
                    kind = Kind.ODT if rest.startswith("text") else None
                    return kind, f"is an office file that is no text. {_PRINT}"
    except _DAMAGED:
        return None, "is a damaged archive or office file"
    if any(each.startswith("word/") for each in names) and "[Content_Types].xml" in names:
        return Kind.DOCX, ""
    if any(each.startswith("xl/") for each in names):
        return None, f"is a spreadsheet, which has no pages until it is printed. {_PRINT}"
    if any(each.startswith("ppt/") for each in names):
        return None, f"is a presentation. {_PRINT}"
    return None, _ARCHIVE


def _in_compound(source: Path) -> tuple[Kind | None, str]:
    """Tell the files apart that older Office programs write, by the names in their directory."""
    whole = source.read_bytes()

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in whole

    if holds("EncryptedPackage"):
        return None, "needs a password. Save a copy without one and give that"
    if holds("__properties_version1.0"):
        return Kind.MSG, ""
    if holds("WordDocument"):
        return Kind.DOC, ""
    if holds("Workbook") or holds("Book"):
        return None, f"is a spreadsheet, which has no pages until it is printed. {_PRINT}"
    return None, f"is an office file that is no text. {_PRINT}"


def _is_text(head: bytes) -> bool:
    """Return whether a file without a known name reads like text."""
    controls = sum(each < ord(" ") and each not in b"\t\n\r\f" for each in head)
    return bool(head) and b"\0" not in head and controls < len(head) / 8
