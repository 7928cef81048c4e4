# SPDX-License-Identifier: AGPL-3.0-or-later
"""Good packages of two examples, built once, and a copy of one for each act."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import evidencekit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
NOW = dt.datetime(2026, 5, 20, 15, 2, 11, tzinfo=dt.UTC)


def build_example(name: str, folder: Path) -> Path:
    """Build an example from a copy of it in *folder*, with a log of its own."""
    shutil.copytree(
        ROOT / "examples" / name,
        folder / "matter",
        ignore=shutil.ignore_patterns("custody.jsonl*", "out"),
    )
    matter = evidencekit.load_matter(folder / "matter" / "matter.toml")
    evidencekit.intake(matter, folder=folder / "matter", by="Ruth Kemp", now=NOW)
    package = evidencekit.build(matter, folder=folder / "matter", into=folder / "package", now=NOW)
    return package.path


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the good package of an example, by its name."""
    built: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in built:
            built[name] = build_example(name, tmp_path_factory.mktemp(name))
        return built[name]

    return get


@pytest.fixture
def copy_of(good: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Copy a good package into a folder of its own, for one test."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(good(name), tmp_path / "package"))

    yield copy
    # Folders within folders, thousands deep, are more than shutil can take away.
    subprocess.run(["rm", "-rf", tmp_path / "package"], check=True)
