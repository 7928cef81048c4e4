# SPDX-License-Identifier: AGPL-3.0-or-later
"""The short form of bench/fuzz_package.py: a hundred and fifty changes at random, the same each run."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

BENCH = Path(__file__).parents[2] / "bench" / "fuzz_package.py"
COUNT = 150


@pytest.fixture(scope="module")
def fuzz() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("fuzz_package", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    module.WORKER.close()


@pytest.fixture(scope="module")
def tiny(fuzz: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fuzz.make_package(tmp_path_factory.mktemp("tiny"))


def test_any_change_of_a_byte_or_a_file_is_found_and_its_file_named(
    fuzz: ModuleType, tiny: Path
) -> None:
    assert list(fuzz.fuzz_bytes(tiny, range(COUNT), seed=20260520)) == []


def test_any_odd_value_in_record_or_log_ends_in_a_report_or_an_error_of_ours(
    fuzz: ModuleType, tiny: Path
) -> None:
    assert list(fuzz.fuzz_values(tiny, range(COUNT), seed=20260520)) == []


def test_the_judge_misses_no_miss(fuzz: ModuleType, tiny: Path) -> None:
    """A package that nobody touched, said to be damaged, is reported as a miss."""
    files = {"data/bundle.json": (tiny / "data/bundle.json").read_bytes()}
    assert fuzz.judge(tiny, fuzz.Damage("nothing", "data/bundle.json"), files) == "MISSED"


def test_every_kind_of_damage_is_undone(fuzz: ModuleType, tiny: Path) -> None:
    def state() -> dict[str, bytes]:
        return {each: (tiny / each).read_bytes() for each in fuzz.insider.files(tiny, within=".")}

    before = state()
    for number in range(40):
        fuzz.damage(tiny, before, random.Random(number))
        assert state() != before
        fuzz.restore(tiny, before)
        assert state() == before
