# SPDX-License-Identifier: AGPL-3.0-or-later
"""The objects that a PDF is made of, read without trusting that any is of the kind it should be.

A value that is missing, or of another kind, is an empty one: a name "", a number 0, no items. The
calls below are MuPDF's own, which PyMuPDF hands through; they follow references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def _library() -> Any:
    from pymupdf import mupdf

    return mupdf


class Entry:
    """An object of a PDF, or nothing."""

    __slots__ = ("_mupdf", "_value")

    def __init__(self, value: Any) -> None:
        self._value = value
        self._mupdf = _library()

    def __bool__(self) -> bool:
        """Say whether there is anything; null is nothing."""
        return self._value.m_internal is not None and not self._mupdf.pdf_is_null(self._value)

    def __getitem__(self, key: str) -> Entry:
        """Return the value at *key*; of what is no dictionary, nothing."""
        return Entry(self._mupdf.pdf_dict_gets(self._value, key))

    @property
    def number(self) -> int:
        """The number of the object that this refers to; 0 for a value written in place."""
        return int(self._mupdf.pdf_to_num(self._value))

    @property
    def name(self) -> str:
        """The name that this is, without its slash."""
        return str(self._mupdf.pdf_to_name(self._value) or "")

    @property
    def text(self) -> str:
        """The text that this is."""
        if not self._mupdf.pdf_is_string(self._value):
            return ""
        return str(self._mupdf.pdf_to_text_string(self._value) or "")

    @property
    def is_array(self) -> bool:
        """Whether this is an array."""
        return bool(self._mupdf.pdf_is_array(self._value))

    def entries(self) -> list[str]:
        """Return the keys of a dictionary."""
        if not self._mupdf.pdf_is_dict(self._value):
            return []
        count = self._mupdf.pdf_dict_len(self._value)
        keys = (self._mupdf.pdf_dict_get_key(self._value, index) for index in range(count))
        return [str(self._mupdf.pdf_to_name(key)) for key in keys]

    def items(self) -> Iterator[Entry]:
        """Yield what an array holds."""
        if self.is_array:
            for index in range(self._mupdf.pdf_array_len(self._value)):
                yield Entry(self._mupdf.pdf_array_get(self._value, index))

    def values(self) -> Iterator[Entry]:
        """Yield what a dictionary holds."""
        for key in self.entries():
            yield self[key]


def trailer_of(document: Any) -> Entry:
    """Return a document's trailer, which names everything else."""
    import pymupdf

    library: Any = pymupdf
    return Entry(_library().pdf_trailer(library._as_pdf_document(document)))  # noqa: SLF001


def page_of(document: Any, index: int) -> Entry:
    """Return a page by its index from 0."""
    import pymupdf

    library: Any = pymupdf
    pdf = library._as_pdf_document(document)  # noqa: SLF001 - no public form
    return Entry(_library().pdf_lookup_page_obj(pdf, index))
