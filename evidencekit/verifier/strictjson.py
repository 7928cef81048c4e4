# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read JSON that two programs could not read differently, and hold it against its schema.

What is refused: a byte order mark, another encoding than UTF-8, a key twice, a number that is no
whole number or too large for a double, half a character. What is written in another form than the
canonical one (RFC 8785, then a line feed) is read, and said to be.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from attrs import frozen

from evidencekit.verifier.result import INTEGRITY, error

if TYPE_CHECKING:
    from evidencekit.model.findings import Finding

_LARGEST_INTEGER = 2**53 - 1
_MOST_DIGITS = 17
#: Deeper than any document of ours; far below what Python's own reader can nest.
_DEEPEST = 32
#: So many complaints of a schema are listed; the rest are counted.
_MOST_COMPLAINTS = 10


@frozen(kw_only=True)
class Document:
    """A JSON object as read, and whether its bytes are its canonical form."""

    value: Mapping[str, Any]
    canonical: bool


class NotReadable(ValueError):
    """The bytes are not JSON that every program reads alike; the text says why."""


def parse(data: bytes) -> Document:
    """Return the object that *data* holds.

    Raises:
        NotReadable: if it holds none, or one that can be read in two ways.
    """
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        msg = "begins with a byte order mark"
        raise NotReadable(msg)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        msg = "is not text in UTF-8"
        raise NotReadable(msg) from None
    try:
        value = _DECODER.decode(text)
    except NotReadable:
        raise
    except (ValueError, RecursionError):
        msg = "is not JSON"
        raise NotReadable(msg) from None
    if not isinstance(value, dict):
        msg = "is not a JSON object"
        raise NotReadable(msg)
    _refuse_depth(value)
    return Document(value=value, canonical=_canonical(value) + b"\n" == data)


def _canonical(value: Mapping[str, Any]) -> bytes:
    import rfc8785

    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError):
        msg = "holds half a character, which cannot be written in UTF-8"
        raise NotReadable(msg) from None


def _refuse_depth(value: Mapping[str, Any]) -> None:
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > _DEEPEST:
            msg = f"is nested more than {_DEEPEST} levels deep"
            raise NotReadable(msg)
        inner = each.values() if isinstance(each, dict) else each
        waiting.extend((one, depth + 1) for one in inner if isinstance(one, dict | list))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        msg = "has a key twice in one object"
        raise NotReadable(msg)
    return result


def _no_float(_text: str) -> NoReturn:
    msg = "has a number that is not a whole number"
    raise NotReadable(msg)


def _integer(text: str) -> int:
    number = int(text) if len(text) <= _MOST_DIGITS else _LARGEST_INTEGER + 1
    if abs(number) > _LARGEST_INTEGER:
        msg = "has a number too large to be exact everywhere"
        raise NotReadable(msg)
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float, parse_int=_integer
)


def complaints(value: Mapping[str, Any], schema: str, *, name: str) -> tuple[Finding, ...]:
    """Return what is wrong with the object in file *name* by a schema, a finding each."""
    found = sorted(
        f"{_pointer(each.absolute_path)}{_named(value, each.absolute_path)} {_said(each)}"
        for each in _validator(schema)(value)
    )
    shown = list(dict.fromkeys(found))
    rest = len(shown) - _MOST_COMPLAINTS
    if rest > 0:
        shown[_MOST_COMPLAINTS:] = [f"and {rest} more of the kind"]
    return tuple(
        error("EK-K020", name, f"does not fit its schema: {each}", group=INTEGRITY)
        for each in shown
    )


def _pointer(path: Any) -> str:
    return "".join(f"/{part}" for part in path) or "the whole"


def _named(value: Mapping[str, Any], path: Any) -> str:
    """Return what the entry of a list that a path leads into is called: " (clip 3)"."""
    if len(path) < len(("clips", 0)):
        return ""
    rows = value.get(path[0])
    entry = rows[path[1]] if isinstance(rows, list) and isinstance(path[1], int) else None
    if not isinstance(entry, dict):
        return ""
    if path[0] == "clips" and isinstance(entry.get("number"), int):
        return f" (clip {entry['number']})"
    return f" ({entry['id']})" if isinstance(entry.get("id"), str) else ""


def _said(failure: Any) -> str:
    """Say what is wrong without the value, which may hold a name."""
    keyword, wanted = failure.validator, failure.validator_value
    if keyword == "required":
        return f"lacks {', '.join(sorted(set(wanted) - set(failure.instance)))}"
    if keyword == "type":
        return f"is not {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    wording = {
        "const": f"is not {wanted}",
        "enum": f"is none of {wanted}",
        "minimum": f"is less than {wanted}",
        "maximum": f"is more than {wanted}",
        "minLength": f"has less than {wanted} characters",
        "maxLength": f"has more than {wanted} characters",
        "pattern": f"has not the form {wanted}",
    }
    return wording.get(keyword, f"breaks the rule {keyword}")


@functools.cache
def _validator(schema: str) -> Any:
    import jsonschema  # here, because it costs 0.1 s

    package = Path(__file__).resolve().parent.parent
    # In the wheel the schemas lie inside the package; in a checkout, beside it.
    installed = package / "schemas" / f"{schema}.schema.json"
    source = installed if installed.is_file() else package.parent / "schemas" / installed.name
    return jsonschema.Draft202012Validator(
        json.loads(source.read_text(encoding="utf-8"))
    ).iter_errors
