# SPDX-License-Identifier: AGPL-3.0-or-later
"""The codes of the verifier's findings: each is explained, and means one thing only."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
CODE = re.compile(r'"EK-([A-Z])([0-9]{3})"')


def codes_in(folder: Path) -> dict[str, set[str]]:
    """Return the codes that modules use, each with the rooms that use it."""
    found: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        for letter, number in CODE.findall(path.read_text(encoding="utf-8")):
            room = path.relative_to(ROOT / "evidencekit").parts[0]
            found.setdefault(f"{letter}{number}", set()).add(room)
    return found


def explained() -> set[str]:
    """Return the codes in the first column of the page's table, ranges written out."""
    rows = re.findall(r"^\| (EK-[^|]+)\|", (ROOT / "docs/verifying.md").read_text(), re.MULTILINE)
    found: set[str] = set()
    for row in rows:
        for first, last in re.findall(r"([A-Z][0-9]{3})(?: to ([A-Z][0-9]{3}))?", row):
            end = int((last or first)[1:])
            found |= {f"{first[0]}{each:03}" for each in range(int(first[1:]), end + 1)}
    return found


def test_every_code_of_the_verifier_is_explained() -> None:
    used = {each for each in codes_in(ROOT / "evidencekit/verifier") if each[0] != "G"}
    assert used - explained() == set()


def test_no_code_of_the_verifier_means_something_else_elsewhere() -> None:
    shared = {
        code: rooms
        for code, rooms in codes_in(ROOT / "evidencekit").items()
        if "verifier" in rooms and len(rooms) > 1
    }
    assert shared == {}
