# SPDX-License-Identifier: AGPL-3.0-or-later
"""Build the bundles of many matters, in parallel; one bad matter does not stop the rest.

    python build_many.py INTO MATTER [MATTER ...]

Writes outcomes.csv into INTO: matter, outcome, pages, findings, error. Any
`concurrent.futures.Executor` does in place of the process pool, a Dask client's included.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import evidencekit as ek

NOW = dt.datetime(2026, 5, 29, 9, 0, tzinfo=dt.UTC)


def build_one(matter_file: Path, into: Path) -> dict[str, object]:
    """Take in and build one matter. Errors of evidencekit pickle, so they come home whole."""
    matter = ek.load_matter(matter_file)
    folder = matter_file.parent
    ek.intake(matter, folder=folder, by="Nightly build", now=NOW)
    package = ek.build(matter, folder=folder, into=into / folder.name, now=NOW)
    return {
        "outcome": "built",
        "pages": package.record["bundle"]["pages"],
        "findings": len(package.findings),
    }


def build_all(matters: list[Path], into: Path, executor: Executor) -> list[dict[str, object]]:
    """Build every matter and return a row for each, in the order given."""
    futures = [executor.submit(build_one, matter, into) for matter in matters]
    rows = []
    for matter, future in zip(matters, futures, strict=True):
        row: dict[str, object] = {"matter": matter.parent.name}
        try:
            row |= future.result()
        except ek.EvidenceError as error:
            row |= {"outcome": "failed", "error": str(error)}
        rows.append(row)
    return rows


def main(into: Path, matters: list[Path]) -> None:
    into.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as executor:
        rows = build_all(matters, into, executor)
    with (into / "outcomes.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["matter", "outcome", "pages", "findings", "error"])
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(f"{row['matter']}: {row['outcome']}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
