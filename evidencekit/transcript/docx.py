# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Word document as Teams and Word's Transcribe write it: paragraphs of name, time and words.

Only the document's own text is read, straight from its XML. A document that holds words in a state
that nobody settled is refused with the reason: tracked changes, comments, hidden text. What was
said, and who changed it when, must not depend on which view was open.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from attrs import evolve

from evidencekit.errors import TranscriptError
from evidencekit.transcript import otter, teams, timed_text
from evidencekit.transcript.content import Kind, parse_xml
from evidencekit.transcript.limits import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "docx"
KIND = Kind.BYTES
_PART = "word/document.xml"
_REFUSED = {
    "ins": "tracked changes",
    "del": "tracked changes",
    "moveFrom": "tracked changes",
    "moveTo": "tracked changes",
    "cellIns": "tracked changes",
    "cellDel": "tracked changes",
    "commentRangeStart": "comments",
    "commentReference": "comments",
}
_HOW = {
    "tracked changes": "Accept or reject them in Word, say in the matter file who did so, and save",
    "comments": "Take them out in Word, or answer them in a document of their own, and save",
    "hidden text": "Show it or take it out in Word, and save",
}


def recognise(data: Any) -> str | None:
    """Return why *data* is taken for a Word document, or None."""
    if not isinstance(data, bytes) or not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "it is a zip with word/document.xml" if _PART in archive.namelist() else None
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None


def read(data: bytes, name: str) -> Transcript:
    """Return the transcript that *data* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if it cannot be opened, has tracked changes, comments or hidden text, is of
            no known layout, or as the layout deserves.
    """
    root, problem = parse_xml(_document(data, name), name=name)
    if root is None:
        msg = f"the Word document's text cannot be read: {problem}"
        raise TranscriptError(name, 0, msg)
    _refuse_unsettled(root, name)
    text = "\n".join("".join(_text(paragraph)) for paragraph in _paragraphs(root))
    for layout in (teams, otter, timed_text):
        if layout.recognise(text):
            transcript: Transcript = layout.read(text, name)
            return evolve(transcript, format=NAME)
    msg = (
        "the Word document has no times in a form that is known here, such as a line with a name "
        "and 0:49, or 00:00:03 and a name"
    )
    raise TranscriptError(name, 0, msg)


def _document(data: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_PART) as part:
            contents = part.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError) as error:
        msg = f"the Word document cannot be opened: {error}"
        raise TranscriptError(name, 0, msg) from None
    if len(contents) > MOST_BYTES:
        msg = f"its text is larger than {MOST_BYTES // 1024**2} MB, which no transcript is"
        raise TranscriptError(name, 0, msg)
    return contents


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _refuse_unsettled(root: Element, name: str) -> None:
    """Raise if the document holds words that its views show differently.

    Raises:
        TranscriptError: then.
    """
    for element in root.iter():
        reason = _REFUSED.get(_local(element))
        if reason is None and _local(element) == "r" and _is_hidden(element):
            reason = "hidden text"
        if reason is not None:
            msg = f"the Word document holds {reason}. {_HOW[reason]}"
            raise TranscriptError(name, 0, msg)


def _is_hidden(run: Element) -> bool:
    marks = [
        mark
        for properties in run
        if _local(properties) == "rPr"
        for mark in properties
        if _local(mark) == "vanish"
    ]
    shown = {"0", "false", "off"}
    hidden = any(
        next((v for k, v in mark.attrib.items() if k.endswith("}val")), "1") not in shown
        for mark in marks
    )
    return hidden and any(_local(each) == "t" and (each.text or "").strip() for each in run)


def _paragraphs(root: Element) -> Iterator[Element]:
    """Yield the paragraphs in order, once each: a text box may be written twice."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if _local(element) == "p":
            yield element
        if _local(element) != "Fallback":
            waiting.extend(reversed(list(element)))


def _text(paragraph: Element) -> Iterator[str]:
    """Yield the text of a paragraph without that of paragraphs inside of it."""
    waiting = list(reversed(list(paragraph)))
    while waiting:
        element = waiting.pop()
        kind = _local(element)
        if kind == "t":
            yield (element.text or "").replace("\n", " ").replace("\r", " ")
        elif kind in {"br", "cr"}:
            yield "\n"
        elif kind in {"tab", "ptab"}:
            yield "\t"
        elif kind == "noBreakHyphen":
            yield "-"
        elif kind not in {"p", "Fallback", "pPr", "rPr"}:
            waiting.extend(reversed(list(element)))
