# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small matters, their packages, and what a verifier that has nothing to say looks like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support_examples import NOW
from support_sound import sound, write_wav

import evidencekit as ek
from evidencekit.model.findings import Severity

if TYPE_CHECKING:
    from pathlib import Path

QUIET = frozenset({Severity.OK, Severity.NOTE})


def clip_of(start: str = "0:00.100", end: str = "0:01.250", title: str = "A passage") -> Any:
    """Return a clip as a matter document has it."""
    return {"title": title, "from": start, "to": end}


def matter_of(**parts: Any) -> dict[str, Any]:
    """Return a matter document of one recording, with *parts* in place of its own."""
    return {
        "schema": "evidencekit/matter/1",
        "case": {"title": "Re E (A Child)"},
        "people": {"amara": "Amara Dean"},
        "recordings": {
            "visit": {
                "file": "visit.wav",
                "made_by": "amara",
                "whole_recording": "served",
                "clip": [clip_of()],
            }
        },
        **parts,
    }


def build(tmp_path: Path, document: dict[str, Any] | None = None, **options: Any) -> ek.Package:
    """Build a matter in the folder *tmp_path*, whose files are there, as tmp_path/package."""
    if not (tmp_path / "visit.wav").exists():
        write_wav(tmp_path / "visit.wav", sound(3))
    written = json.dumps(matter_of() if document is None else document)
    (tmp_path / "matter.json").write_text(written, encoding="utf-8")
    matter = ek.load_matter(tmp_path / "matter.json")
    ek.intake(matter, folder=tmp_path, by="Ruth Kemp", now=NOW)
    return ek.build(matter, folder=tmp_path, into=tmp_path / "package", now=NOW, **options)


def loud(report: ek.Report) -> list[tuple[str, str, str]]:
    """Return code, subject and message of every finding that is more than a note."""
    return [
        (each.code, each.subject, each.message)
        for each in report.findings
        if each.severity not in QUIET
    ]


def assert_quiet(package: Path, **options: Any) -> ek.Report:
    """Verify, and expect nothing to be said but that it is consistent."""
    report = ek.verify(package, **options)
    assert loud(report) == []
    assert report.conclusion.startswith("CONSISTENT")
    return report
