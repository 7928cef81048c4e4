# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canonical JSON (RFC 8785): the one way in which values that are hashed are written down.

>>> canonical_bytes({"b": 1, "a": "é"}).decode()
'{"a":"é","b":1}'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import rfc8785


def canonical_bytes(value: object) -> bytes:
    """Return *value* as canonical JSON, without a newline.

    Raises:
        ValueError: if it holds a float, text that is not Unicode, or an integer of 2^53 or more:
            other programs would not read those back the same.
    """
    _refuse_floats(value, "")
    return rfc8785.dumps(value)  # type: ignore[no-any-return,arg-type,unused-ignore]


def _refuse_floats(value: object, pointer: str) -> None:
    """Raise for a float anywhere in *value*, naming its place."""
    if isinstance(value, float):
        msg = f"a float at {pointer or '/'}; records hold integers and text"
        raise ValueError(msg)  # noqa: TRY004 - callers catch one kind for all unfit values
    if isinstance(value, Mapping):
        for key, each in value.items():
            _refuse_floats(each, f"{pointer}/{key}")
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for place, each in enumerate(value):
            _refuse_floats(each, f"{pointer}/{place}")
