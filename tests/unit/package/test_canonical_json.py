# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records are canonical JSON with a newline, and hold no floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evidencekit.package.canonical import write_json

if TYPE_CHECKING:
    from pathlib import Path


def test_keys_are_sorted_and_text_is_not_escaped(tmp_path: Path) -> None:
    path = tmp_path / "data" / "bundle.json"
    write_json(path, {"b": (1, True, None), "a": "ż家", "A": {"x": []}})
    assert path.read_bytes().decode() == '{"A":{"x":[]},"a":"ż家","b":[1,true,null]}\n'


@pytest.mark.parametrize(
    "value", [1.5, {"a": [{"b": 0.0}]}, float("nan"), {"a": "\ud800"}, 2**53, {"a": (1, 2.0)}]
)
def test_what_other_programs_read_differently_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(ValueError):
        write_json(tmp_path / "x.json", value)
    assert not (tmp_path / "x.json").exists()


def test_a_float_is_named_by_its_place(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="/clips/1/length"):
        write_json(tmp_path / "x.json", {"clips": [{}, {"length": 1.5}]})
