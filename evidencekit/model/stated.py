# SPDX-License-Identifier: AGPL-3.0-or-later
"""A fact and how it is known: told by somebody, read from the file, or measured by the software.

The three are never merged. What a person told and what the file says stand side by side, and a
difference between them is printed, not resolved.

>>> told("11 March 2026", by="amara").standing.letter
'T'
"""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeVar

from attrs import frozen

T = TypeVar("T")


class Standing(StrEnum):
    """How a fact is known."""

    TOLD = "told"
    FILE = "file"
    MEASURED = "measured"

    @property
    def letter(self) -> str:
        """The letter printed in a schedule's narrow column: T, F or M."""
        return self.value[0].upper()


@frozen(kw_only=True)
class Stated(Generic[T]):
    """One fact with its standing.

    `by` is who told it (a person's id) or what measured it (a program and version); `source` says
    where it stands: a JSON pointer into the matter, or the name of a field in the file.
    """

    value: T
    standing: Standing = Standing.TOLD
    by: str | None = None
    source: str | None = None


def told(value: T, *, by: str | None = None, source: str | None = None) -> Stated[T]:
    """Return *value* as told by a person."""
    return Stated(value=value, standing=Standing.TOLD, by=by, source=source)


def from_file(value: T, *, source: str, by: str | None = None) -> Stated[T]:
    """Return *value* as the file says it; *source* names the field, *by* the program that read."""
    return Stated(value=value, standing=Standing.FILE, by=by, source=source)


def measured(value: T, *, by: str, source: str | None = None) -> Stated[T]:
    """Return *value* as measured by the program named in *by*."""
    return Stated(value=value, standing=Standing.MEASURED, by=by, source=source)


def as_told(value: T | Stated[T] | None) -> Stated[T] | None:
    """Return a plain value as told by nobody named; leave `Stated` and None as they are."""
    if value is None or isinstance(value, Stated):
        return value
    return told(value)
