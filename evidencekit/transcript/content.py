# SPDX-License-Identifier: AGPL-3.0-or-later
"""A transcript file's content, as bytes, text, JSON or XML: each worked out once, when asked for.

Numbers in JSON stay decimal, so that a time is never a float. XML that declares entities, as the
bombs do that grow to gigabytes, is refused.
"""

from __future__ import annotations

import json
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from evidencekit.errors import TranscriptError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Content", "Kind", "parse_xml"]

_NOT_ASKED = object()


class Kind(StrEnum):
    """What of a file's content a format is read from."""

    BYTES = "bytes"
    TEXT = "text"
    JSON = "JSON"
    XML = "XML"


class Content:
    """The content of one file; *name* is what errors call it.

    `problem` says why what looks like JSON or XML is none, once it was asked for.
    """

    def __init__(self, *, name: str, data: bytes | None = None, text: str | None = None) -> None:
        self.problem: str | None = None
        self.text = text
        self._name = name
        self._data = data
        self._json: Any = _NOT_ASKED
        self._xml: Any = _NOT_ASKED

    def seen_as(self, kind: Kind) -> Any:
        """Return the content as *kind*, or None if it is none.

        Raises:
            TranscriptError: if it is XML that declares entities.
        """
        if kind is Kind.BYTES:
            return self._data
        if kind is Kind.TEXT or self.text is None:
            return self.text
        return self._as_json() if kind is Kind.JSON else self._as_xml()

    def _as_json(self) -> Any:
        if self._json is _NOT_ASKED:
            self._json = None
            if (self.text or "").lstrip(" \t\r\n")[:1] in {"{", "["}:
                try:
                    self._json = json.loads(self.text or "", parse_float=Decimal)
                except (ValueError, RecursionError) as error:
                    self.problem = f"it begins as JSON does, and is none: {_reason(error)}"
        return self._json

    def _as_xml(self) -> Element | None:
        if self._xml is _NOT_ASKED:
            self._xml = None
            text = (self.text or "").lstrip(" \t\r\n")
            if text.startswith("<"):
                root, problem = parse_xml(text, name=self._name)
                self._xml = root
                if problem and not self.problem and text.startswith(("<?xml", "<tt", "<!")):
                    self.problem = f"it begins as XML does, and is none: {problem}"
        return self._xml  # type: ignore[no-any-return]


def parse_xml(text: str | bytes, *, name: str) -> tuple[Element | None, str | None]:
    """Return the root of *text*, or None and why it is no XML.

    Raises:
        TranscriptError: if it declares entities or points outside of itself.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(text), None
    except DefusedXmlException:
        msg = "its XML declares entities, which no transcript needs and which can fill the memory"
        raise TranscriptError(name, 0, msg) from None
    except (ParseError, ValueError, LookupError) as error:
        return None, str(error)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, at line {error.lineno} column {error.colno}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
