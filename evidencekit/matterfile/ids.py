# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ids made from the names of files.

>>> ids = Ids()
>>> ids.of("recordings/Home Visit (1).m4a", "recording"), ids.of("x/home-visit-1.mp3", "recording")
('home-visit-1', 'home-visit-1-2')
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_LONGEST = 40


class Ids:
    """Gives out ids, each once."""

    def __init__(self, taken: Collection[str] = ()) -> None:
        self._taken = set(taken)

    def of(self, path: str, kind: str) -> str:
        """Return an id for the file at *path*; *kind* is used where its name gives none."""
        stem = path.rpartition("/")[2].rpartition(".")[0]
        plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
        words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
        if not words[:1].isalpha():
            words = f"{kind}-{words}".strip("-")
        return self._free(words)

    def _free(self, words: str) -> str:
        name = words[:_LONGEST].rstrip("-")
        number = 2
        while name in self._taken:
            ending = f"-{number}"
            name = f"{words[: _LONGEST - len(ending)].rstrip('-')}{ending}"
            number += 1
        self._taken.add(name)
        return name
