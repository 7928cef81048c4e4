# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking into JSON whose shape is not certain, without ever failing on a part of another shape.

A row that is no object is taken for an empty one, so that it is counted as a cue that could not be
read and not passed over.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["first", "has", "mapping", "one_with", "rows", "some_text", "speaker_label", "text_of"]


def mapping(value: object) -> Mapping[str, Any]:
    """Return *value* if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list; nothing if it is no list."""
    return [mapping(each) for each in value] if isinstance(value, list) else []


def first(value: object) -> Mapping[str, Any]:
    """Return the first object of a list, or an empty one."""
    return mapping(value[0]) if isinstance(value, list) and value else {}


def text_of(value: object) -> str:
    """Return *value* if it is text, else none."""
    return value if isinstance(value, str) else ""


def some_text(value: object) -> str | None:
    """Return a text or a number as text without space around it, or None where nothing is."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    return str(value).strip() or None


def speaker_label(value: object) -> str | None:
    """Return a speaker's label as it stands, but a bare number as "Speaker 1"."""
    label = some_text(value)
    if label is None:
        return None
    return f"Speaker {label}" if label.isascii() and label.isdigit() else label


def has(value: object, *keys: str) -> bool:
    """Return whether *value* is an object with all of *keys*."""
    return isinstance(value, dict) and all(key in value for key in keys)


def one_with(value: Sequence[object] | object, *keys: str) -> bool:
    """Return whether *value* is a list, the first object of which has all of *keys*."""
    return isinstance(value, list) and bool(value) and has(value[0], *keys)
