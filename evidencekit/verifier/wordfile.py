# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read the text of a Word file that nobody vouches for.

Only the archive's own small XML parts are read, within limits; a document type, and so every
entity, is refused; nothing that the file names is opened.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

from attrs import frozen

_MOST_PARTS = 200
_MOST_BYTES = 32_000_000
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_BODY = "word/document.xml"


class NotAWordFile(ValueError):
    """The bytes are no Word file that can be read; the text says why."""


@frozen(kw_only=True)
class WordFile:
    """The paragraphs of a Word file's body, and the words of its other parts, by part."""

    paragraphs: tuple[str, ...]
    elsewhere: Mapping[str, str]


def read_word_file(data: bytes) -> WordFile:
    """Return the text that a Word file holds, that of deletions and of fields included.

    Raises:
        NotAWordFile: if it is none, or one that unpacks to more than a statement can be.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _parts(archive)
    except NotAWordFile:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        msg = "is no Word file"
        raise NotAWordFile(msg) from error
    except (NotImplementedError, RuntimeError) as error:  # an unknown method, a password
        msg = "is packed in a way that is not read here"
        raise NotAWordFile(msg) from error
    if _BODY not in parts:
        msg = "is no Word file: it has no body"
        raise NotAWordFile(msg)
    texts = {name: _paragraphs(xml) for name, xml in parts.items()}
    body = texts.pop(_BODY)
    elsewhere = {name: "".join(each) for name, each in texts.items() if "".join(each).strip()}
    return WordFile(paragraphs=body, elsewhere=elsewhere)


def _parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the XML parts below word/, by name."""
    members = archive.infolist()
    names = [each.filename for each in members]
    if len(members) > _MOST_PARTS or len({each.casefold() for each in names}) != len(names):
        msg = "has too many parts, or two of one name"
        raise NotAWordFile(msg)
    left = _MOST_BYTES
    parts = {}
    for each in members:
        if not (each.filename.startswith("word/") and each.filename.endswith(".xml")):
            continue
        if each.file_size > left:
            msg = f"unpacks to more than {_MOST_BYTES:,} bytes"
            raise NotAWordFile(msg)
        with archive.open(each) as file:
            parts[each.filename] = file.read(each.file_size + 1)
        left -= len(parts[each.filename])
    return parts


def _paragraphs(xml: bytes) -> tuple[str, ...]:
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError) as error:
        msg = str(error) if isinstance(error, NotAWordFile) else "has a part that is not XML"
        raise NotAWordFile(msg) from error
    return tuple(reader.paragraphs)


def _refuse(*_: Any) -> None:
    msg = "declares a document type or entities, which no Word file does"
    raise NotAWordFile(msg)


class _Reader:
    """Collects the text of paragraphs, tabs and breaks included."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = []
        self._open: list[list[str]] = []
        self._reading = 0

    def start(self, name: str, _attributes: object) -> None:
        space, _, element = name.rpartition(" ")
        if space != _WORDS:
            return
        if element == "p":
            self._open.append([])
        elif element in {"t", "delText", "instrText"}:
            self._reading += 1
        elif element in {"tab", "br", "cr"} and self._open:
            self._open[-1].append(" ")

    def end(self, name: str) -> None:
        space, _, element = name.rpartition(" ")
        if space != _WORDS:
            return
        if element == "p" and self._open:
            self.paragraphs.append("".join(self._open.pop()))
        elif element in {"t", "delText", "instrText"}:
            self._reading -= 1

    def text(self, data: str) -> None:
        if self._reading and self._open:
            self._open[-1].append(data)
