# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read data/bundle.json as a stranger's file.

A record that is not what its schema says is not looked into any further: what else would be said
of it would mislead. Keys that the schema does not know may hold anything, so that every value is
still asked for by its type.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.model.findings import Finding
from evidencekit.verifier.result import INTEGRITY, error
from evidencekit.verifier.strictjson import NotReadable, complaints, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


SCHEMA = "evidencekit/bundle/1"
_LIMIT_BYTES = 256_000_000
_LONGEST_PART = 255


@frozen(kw_only=True)
class Record:
    """The record, or None where it cannot be used; and what is wrong with it."""

    value: Mapping[str, Any] | None
    findings: tuple[Finding, ...] = ()


def read_record(root: Path, *, path: str) -> Record:
    """Read the record at *path* in the package at *root*."""
    try:
        data = bytes_of(root, path, most=_LIMIT_BYTES)
        document = parse(data)
    except NotReadable as reason:
        return _unusable(path, str(reason))
    if document.value.get("schema") != SCHEMA:
        return _unusable(path, f"is not of schema {SCHEMA}")
    wrong = complaints(document.value, "bundle", name=path)
    if wrong:
        return Record(value=None, findings=wrong)
    if not document.canonical:
        message = "is not written in its one canonical form (RFC 8785, then a line feed)"
        return Record(
            value=document.value,
            findings=(error("EK-K021", path, message, group=INTEGRITY),),
        )
    return Record(value=document.value)


def _unusable(path: str, reason: str) -> Record:
    return Record(value=None, findings=(error("EK-K001", path, reason, group=INTEGRITY),))


def bytes_of(root: Path, stored: str, *, most: int) -> bytes:
    """Return the bytes of a file of the package of at most *most* bytes.

    Raises:
        NotReadable: if it is missing, no ordinary file, too large, or cannot be read.
    """
    path = inside(root, stored)
    if path is None:
        msg = "is missing, or no ordinary file"
        raise NotReadable(msg)
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > most:
                msg = f"is larger than {most:,} bytes"
                raise NotReadable(msg)
            return file.read(most)
    except OSError as reason:
        msg = "could not be read"
        raise NotReadable(msg) from reason


def table(value: Any, key: str) -> Mapping[str, Any]:
    """Return the object at *key*, or an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def rows(value: Any, key: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects in the list at *key*; whatever else stands there is passed over, and
    counted by whoever compares the count.
    """
    found = value.get(key) if isinstance(value, dict) else None
    if isinstance(found, list):
        yield from (each for each in found if isinstance(each, dict))


def text(value: Any, key: str) -> str:
    """Return the string at *key*, or an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def number(value: Any, key: str) -> int:
    """Return the whole number at *key*, or -1."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else -1


def values(value: Any, key: str) -> list[Any]:
    """Return the list at *key*, or an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def inside(root: Path, stored: str) -> Path | None:
    """Return the file *stored* in the package, or None if the path leaves it or goes by a link."""
    parts = stored.split("/")
    # A backslash or a colon leads elsewhere on Windows, and is in no name of a package.
    if any(each in {"", ".", ".."} or len(each) > _LONGEST_PART for each in parts) or any(
        each in stored for each in "\\:\0"
    ):
        return None
    path = root
    try:
        for each in parts:
            path = path / each
            if path.is_symlink():
                return None
        return path if stat.S_ISREG(path.lstat().st_mode) else None
    except (OSError, ValueError):  # a name that this system cannot hold
        return None
