# SPDX-License-Identifier: AGPL-3.0-or-later
"""Find the recordings: in the package, or by their digest in a folder that the user names."""

from __future__ import annotations

import functools
import stat
from typing import TYPE_CHECKING, Any

from evidencekit.custody.digests import hash_file
from evidencekit.errors import Cancelled, EvidenceError
from evidencekit.verifier.folder import look
from evidencekit.verifier.record import inside, number, rows, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evidencekit.model.progress import IsCancelled


class Originals:
    """Where the recordings of a package are. *held* is a folder with those that it leaves out."""

    def __init__(
        self,
        root: Path,
        record: Mapping[str, Any],
        held: Path | None,
        *,
        cancelled: IsCancelled | None = None,
    ) -> None:
        self._root = root
        self._stored = {text(each, "id"): text(each, "stored") for each in rows(record, "inputs")}
        self._held = held
        self._cancelled = cancelled

    @property
    def where(self) -> str:
        """The end of a sentence about what was not found."""
        return "" if self._held is None else ", and no file with its digest is in the folder given"

    def find(self, recording: Mapping[str, Any]) -> Path | None:
        """Return the recording's file, or None where there is none."""
        stored = self._stored.get(text(recording, "input"), "")
        path = inside(self._root, stored) if stored else None
        if path is not None or self._held is None:
            return path
        wanted, size = text(recording, "sha256"), number(recording, "size")
        return next((each for each in self._of_size(size) if self._digest(each) == wanted), None)

    def _of_size(self, size: int) -> list[Path]:
        return self._by_size.get(size, [])

    @functools.cached_property
    def _by_size(self) -> dict[int, list[Path]]:
        """The files of the folder given, by their sizes."""
        found: dict[int, list[Path]] = {}
        if self._held is None:
            return found
        if stat.S_ISREG(self._held.stat().st_mode):
            return {self._held.stat().st_size: [self._held]}
        for name, size in sorted(look(self._held).files.items()):
            found.setdefault(size, []).append(self._held / name)
        return found

    def _digest(self, path: Path) -> str | None:
        try:
            return hash_file(path, cancelled=self._cancelled).sha256
        except Cancelled:
            raise
        except EvidenceError:
            return None
