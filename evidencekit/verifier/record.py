# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read data/bundle.json as a stranger's file: any value in it may be of any type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from evidencekit.errors import NotAPackage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SCHEMA = "evidencekit/bundle/1"
_LIMIT_BYTES = 256_000_000


def read_record(root: Path) -> Mapping[str, Any]:
    """Return the record.

    Raises:
        NotAPackage: if it is missing, not JSON, has a key twice, or is of another schema.
    """
    path = root / "data" / "bundle.json"
    if path.is_symlink() or not path.is_file():
        raise NotAPackage(str(root), "there is no file data/bundle.json in it")
    if path.stat().st_size > _LIMIT_BYTES:
        raise NotAPackage(str(root), "data/bundle.json is larger than any record")
    try:
        record = json.loads(path.read_bytes(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise NotAPackage(str(root), "data/bundle.json is not JSON with each key once") from error
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise NotAPackage(str(root), f"data/bundle.json is not of schema {SCHEMA}")
    return record


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        msg = "a key stands twice"
        raise ValueError(msg)
    return result


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


def inside(root: Path, stored: str) -> Path | None:
    """Return the file *stored* in the package, or None if the path leaves it or goes by a link."""
    parts = stored.split("/")
    if stored.startswith("/") or any(each in {"", ".", ".."} for each in parts):
        return None
    path = root
    for each in parts:
        path = path / each
        if path.is_symlink():
            return None
    return path if path.is_file() else None
