# SPDX-License-Identifier: AGPL-3.0-or-later
"""Use evidencekit from inside another program: no matter file, no command line.

A case-management tool has the facts in its own database. It makes a `Matter` from them, shows the
index before anything is written, builds with a progress bar and a Cancel button, puts what needs a
look on a to-do list, and hands the PDF to its document store.

    python import_into_a_tool.py FOLDER INTO

FOLDER holds recordings/visit.wav or .m4a; INTO is where the package goes.
"""

from __future__ import annotations

import datetime as dt
import sys
import threading
from pathlib import Path

import evidencekit as ek


def matter_from_the_database(recording: str) -> ek.Matter:
    """Make the matter as the tool knows it."""
    return ek.Matter(
        case=ek.Case(
            title="Re E (A Child)",
            court="Family Court at Norbury",
            number="NB26C00123",
            proceedings="children",
            prepared_on=dt.date(2026, 5, 29),
        ),
        people=(ek.Person(id="amara", name="Amara Dean", role="mother", party="first respondent"),),
        recordings=(
            ek.Recording(
                id="visit",
                file=recording,
                title="Home visit",
                recorded_at=dt.date(2026, 3, 11),
                made_by="amara",
                consent=(
                    ek.Consent(
                        person="amara",
                        events=(ek.ConsentEvent(status=ek.ConsentStatus.MADE_THE_RECORDING),),
                    ),
                ),
                clips=(
                    ek.Clip(
                        title="The refusal is explained",
                        span=ek.Span(start_ms=12_400, end_ms=31_900),
                    ),
                ),
            ),
        ),
    )


class BuildWindow:
    """Stands for the tool's window: a progress bar, a Cancel button, a to-do list."""

    def __init__(self) -> None:
        self.cancel_pressed = threading.Event()
        self.bar: list[str] = []

    def on_progress(self, step: ek.Progress) -> None:
        """Move the bar. Steps carry ids and never names, so they may be logged."""
        self.bar.append(f"{step.stage} {step.done}/{step.total} {step.subject}".strip())


def main(folder: Path, into: Path) -> None:
    recording = next(path for path in sorted((folder / "recordings").iterdir()) if path.is_file())
    matter = matter_from_the_database(recording.relative_to(folder).as_posix())

    # Intake first: the digests go into the custody log before anything is made from the files.
    ek.intake(matter, folder=folder, by="Case tool, user 17", now=dt.datetime.now(dt.UTC))

    print("Preview, before anything is written:")
    for entry in ek.plan(matter, folder=folder):
        print(f"  {entry.labels:<8} {entry.title}")

    window = BuildWindow()
    package = ek.build(
        matter,
        folder=folder,
        into=into,
        progress=window.on_progress,
        cancelled=window.cancel_pressed.is_set,
    )

    print("To do:")
    for finding in package.findings:
        print(f"  [{finding.code}] {finding.subject}: {finding.message}")

    document_store = {package.pdf_path.name: package.pdf_path.read_bytes()}
    for name, content in document_store.items():
        print(f"Stored {name}, {len(content)} bytes")

    ek.verify(package.path).raise_for_findings()
    print("Verified.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
