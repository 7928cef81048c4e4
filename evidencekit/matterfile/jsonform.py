# SPDX-License-Identifier: AGPL-3.0-or-later
"""A document as plain JSON, before any schema sees it.

TOML has dates and times, JSON has not: they become text, as the schema expects. What JSON cannot
say, or what no matter needs (a number beyond 2**53, fifty levels of tables), is refused here, so
that nothing behind this has to fear the shape of its input.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping

from attrs import frozen

from evidencekit.matterfile.pointer import Path

#: Deeper than any document of our schemas.
DEEPEST = 24
#: More values than a matter, or a record of one, can sensibly have.
MOST_VALUES = 1_000_000
_LARGEST_INTEGER = 2**53 - 1

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


@frozen(kw_only=True)
class Flaw:
    """Something that JSON, or a document of ours, cannot hold."""

    path: Path
    message: str


class _TooMuchError(Exception):
    """The document has more values than `MOST_VALUES`."""


def json_form(document: object) -> tuple[Json, tuple[Flaw, ...]]:
    """Return *document* as plain JSON, and what in it could not be kept (None stands there)."""
    flaws: list[Flaw] = []
    left = MOST_VALUES

    def keep(value: object, path: Path) -> Json:
        nonlocal left
        left -= 1
        if left < 0:
            raise _TooMuchError
        try:
            return _plain(value, path, keep)
        except _UnusableError as reason:
            flaws.append(Flaw(path=path, message=str(reason)))
            return None

    try:
        return keep(document, ()), tuple(flaws)
    except _TooMuchError:
        return None, (Flaw(path=(), message=f"has more than {MOST_VALUES:,} values"),)


class _UnusableError(ValueError):
    """A value that cannot be kept."""


def _plain(value: object, path: Path, keep: Callable[[object, Path], Json]) -> Json:
    if len(path) > DEEPEST:
        msg = f"lies more than {DEEPEST} levels deep"
        raise _UnusableError(msg)
    if isinstance(value, Mapping):
        return {_key(name): keep(each, (*path, _key(name))) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [keep(each, (*path, index)) for index, each in enumerate(value)]
    return _scalar(value)


def _key(name: object) -> str:
    if isinstance(name, str) and _can_be_written(name):
        return str.__str__(name)
    msg = "has a key that is not text"
    raise _UnusableError(msg)


def _scalar(value: object) -> Json:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if _can_be_written(value):
            return str.__str__(value)
        msg = "holds half a character (a lone surrogate), which cannot be written as UTF-8"
        raise _UnusableError(msg)
    if isinstance(value, int):
        if abs(value) <= _LARGEST_INTEGER:
            return int(value)
        msg = "is a number too large to be exact everywhere"
        raise _UnusableError(msg)
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        msg = "is not a finite number"
        raise _UnusableError(msg)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.time):
        msg = f'needs quotes round it: "{value.isoformat()}"'
        raise _UnusableError(msg)
    msg = f"is a {type(value).__name__}, which JSON does not have"
    raise _UnusableError(msg)


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
