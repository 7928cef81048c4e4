# SPDX-License-Identifier: AGPL-3.0-or-later
"""A finding's code means one thing: programs sort by it, and it stays for ever."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import evidencekit

PACKAGE = Path(evidencekit.__file__).parent
CODE = re.compile(r'"(EK-[A-Z]\d{3})"')


def test_no_two_rooms_use_one_code() -> None:
    rooms: dict[str, set[str]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for code in CODE.findall(path.read_text(encoding="utf-8")):
            rooms[code].add(path.relative_to(PACKAGE).parts[0])
    assert len(rooms) > 50
    assert {code: sorted(where) for code, where in rooms.items() if len(where) > 1} == {}
