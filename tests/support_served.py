# SPDX-License-Identifier: AGPL-3.0-or-later
"""A matter that is built, served, added to and built again."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import TYPE_CHECKING

from support_examples import copy_example

import evidencekit as ek
from evidencekit.pipeline.serve import ServedCopy, serve

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 5, 29, 9, 30, tzinfo=dt.UTC)
SERVED_AT = dt.datetime(2026, 6, 1, 10, 0, tzinfo=dt.UTC)
LATE = 'late = { file = "documents/late.pdf", title = "E-mail", dated = 2026-06-02 }'
EARLIER = '[[recordings.visit.clip]]\ntitle = "Earlier"\nfrom = "0:02"\nto = "0:06"'
TO = "Norbury Council, applicant"


class Cycle:
    """One matter's folder, and what was built of it."""

    def __init__(self, root: Path, example: str = "home-visit") -> None:
        self.root = root
        self.folder = copy_example(example, root)
        self._count = 0

    def build(self, **options: object) -> ek.Package:
        self._count += 1
        return ek.build(
            ek.load_matter(self.folder / "matter.toml"),
            folder=self.folder,
            into=self.root / f"package {self._count}",
            now=NOW,
            **options,
        )

    def serve(self, package: ek.Package, **options: object) -> ServedCopy:
        wanted = {"to": TO, "now": SERVED_AT, "by": "Ruth Kemp", **options}
        into = wanted.pop("into", self.root / f"copy of {package.path.name}")
        return serve(package, into=into, folder=self.folder, **wanted)

    def edit(self, *changes: tuple[str, str]) -> None:
        """Replace text in the matter file; each must be there."""
        path = self.folder / "matter.toml"
        text = path.read_text("utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        path.write_text(text, "utf-8")

    def add_document(self) -> None:
        shutil.copy(self.folder / "documents/refusal.pdf", self.folder / "documents/late.pdf")
        self.edit(
            (
                "minutes = { file",
                f"{LATE}\nminutes = {{ file",
            ),
            ('contents = ["request", "refusal"', 'contents = ["late", "request", "refusal"'),
        )

    def add_clip(self) -> None:
        """Put a clip before those that there are."""
        self.edit(
            (
                "[[recordings.visit.clip]]",
                f"{EARLIER}\n[[recordings.visit.clip]]",
            )
        )

    def add_answer(self) -> None:
        self.edit(('price = "not known"', 'price = { status = "agreed", on = 2026-06-02 }'))

    def everything(self) -> None:
        self.edit(("prepared_on = 2026-05-29", "prepared_on = 2026-06-05"))
        self.add_document()
        self.add_clip()
        self.add_answer()


def record_of(copy: ServedCopy) -> dict:
    return json.loads((copy.path / "bundle.json").read_bytes())


def labels(package: ek.Package) -> dict[str, str]:
    """Map each item to its labels."""
    return {each.item: each.labels for each in package.index}


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }
