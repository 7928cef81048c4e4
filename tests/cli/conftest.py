# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk with a small matter for each test of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_cli import Desk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A small matter that builds."""
    return Desk(tmp_path)


@pytest.fixture
def built(desk: Desk) -> Desk:
    """The same, with a package built from it already."""
    result = desk.build("--by", "a clerk")
    assert result.exit_code == 0, result.stderr
    return desk
