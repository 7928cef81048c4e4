# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is hashed is written in one way, and what could be read in two is refused."""

from __future__ import annotations

import pytest

from evidencekit.custody.canonical import canonical_bytes


def test_keys_are_in_order_and_nothing_is_escaped_that_need_not_be() -> None:
    value = {"z": [1, True, None], "a": {"é": '\u20ac$\u000f\nA\'B"\\\\"/'}}
    # The text is that of RFC 8785, section 3.2.2.
    assert canonical_bytes(value).decode() == (
        '{"a":{"é":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"},"z":[1,true,null]}'
    )


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {"a": [{"b": 1.0}]},
        (0.0,),
        2**53,
        {"a": -(2**53)},
        "\ud800",
        {"\udfff": 1},
        float("nan"),
    ],
    ids=repr,
)
def test_what_other_programs_would_read_otherwise_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical_bytes(value)


def test_a_float_is_named_by_its_place() -> None:
    with pytest.raises(ValueError, match="a float at /a/0/b"):
        canonical_bytes({"a": [{"b": 1.0}]})
