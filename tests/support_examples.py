# SPDX-License-Identifier: AGPL-3.0-or-later
"""The example matters, copied to where a test may write."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import evidencekit as ek

EXAMPLES = Path(__file__).parent.parent / "examples"
NOW = dt.datetime(2026, 5, 29, 9, 30, tzinfo=dt.UTC)


def copy_example(name: str, to: Path) -> Path:
    """Copy an example matter's folder and return it."""
    folder = to / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("*.py", "*.lock"))
    return folder


def build_example(name: str, to: Path, **options: object) -> ek.Package:
    """Copy an example, and build it beside the copy."""
    folder = copy_example(name, to)
    matter = ek.load_matter(folder / "matter.toml")
    return ek.build(matter, folder=folder, into=to / "package", now=NOW, **options)
