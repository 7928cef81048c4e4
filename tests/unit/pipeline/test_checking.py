# SPDX-License-Identifier: AGPL-3.0-or-later
"""What `validate` looks at, how it tells what a file is, and how it counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from evidencekit.errors import MatterError
from evidencekit.model.findings import Severity
from evidencekit.pipeline.checking import load_checked, validate_file

if TYPE_CHECKING:
    from pathlib import Path

MATTER: dict[str, Any] = {"schema": "evidencekit/matter/1", "case": {"title": "Re E"}}
ENTRY = {
    "schema": "evidencekit/custody/1",
    "seq": 1,
    "id": "a",
    "kind": "intake",
    "prev": "0" * 64,
    "recorded_at": "2026-05-20T15:02:11Z",
    "entered_by": "Ruth Kemp",
    "item": "visit",
    "name": "visit.m4a",
    "size": 123,
    "digests": {"sha256": "a" * 64},
    "software": "evidencekit 0.1.0",
}


def write(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_matter_is_checked_as_a_whole(tmp_path: Path) -> None:
    report = validate_file(write(tmp_path / "m.json", MATTER))
    assert (report.ok, report.kind) == (True, "matter")
    assert report.conclusion.startswith("Valid: ")
    assert report.summary[0].message == "no problem"


def test_every_problem_is_a_finding_with_its_place(tmp_path: Path) -> None:
    text = 'schema = "evidencekit/matter/1"\n[case]\ntitel = "Re E"\ncourt = 7\n'
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    report = validate_file(tmp_path / "m.toml")
    assert not report.ok
    assert {each.code for each in report.findings} == {"EK-M000"}
    assert {each.subject for each in report.failures} >= {"m.toml:3", "m.toml:4"}
    assert report.summary[0].outcome is Severity.ERROR
    assert report.conclusion.startswith("Not valid: ")


def test_what_is_not_stated_is_something_to_look_at_and_no_problem(tmp_path: Path) -> None:
    (tmp_path / "visit.m4a").write_bytes(b"sound")
    matter = MATTER | {"recordings": {"visit": "visit.m4a"}}
    report = validate_file(write(tmp_path / "m.json", matter))
    assert report.ok
    assert report.summary[0].message == "no problem, 2 to look at"


def test_files_that_are_not_there_yet_are_something_to_look_at(tmp_path: Path) -> None:
    matter = MATTER | {"recordings": {"visit": "visit.m4a"}, "documents": {"letter": "a.pdf"}}
    report = validate_file(write(tmp_path / "m.json", matter))
    assert report.ok
    found = [each for each in report.findings if each.code == "EK-M011"]
    assert [str(each) for each in found] == [
        "visit.m4a: does not exist. Put it there, or correct its path.  EK-M011",
        "a.pdf: was not found.  EK-M011",
    ]


def test_what_only_the_courts_profile_knows_is_checked_too(tmp_path: Path) -> None:
    matter = {"schema": MATTER["schema"], "case": {"title": "Re E", "profile": "ew-famly"}}
    path = write(tmp_path / "m.json", matter)
    report = validate_file(path)
    assert not report.ok
    with pytest.raises(MatterError) as raised:
        load_checked(path)
    assert raised.value.path == str(path)


@pytest.mark.parametrize(
    ("name", "document", "kind"),
    [
        ("a.json", MATTER, "matter"),
        ("a.json", {}, "matter"),
        ("a.json", [], "matter"),
        ("a.json", {"schema": "evidencekit/bundle/1"}, "bundle"),
        ("a.json", {"schema": "evidencekit/report/1"}, "report"),
        ("a.json", {"schema": "evidencekit/custody/1"}, "custody"),
        ("a.json", {"schema": "somebody/else/1"}, "matter"),
        ("a.json", {"schema": 7}, "matter"),
        ("a.jsonl", ENTRY, "custody"),
    ],
)
def test_a_file_says_what_it_is(tmp_path: Path, name: str, document: Any, kind: str) -> None:
    assert validate_file(write(tmp_path / name, document)).kind == kind


def test_what_it_is_can_be_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", MATTER)
    report = validate_file(path, kind="report")
    assert (report.kind, report.ok) == ("report", False)


def test_a_custody_log_is_checked_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "custody.jsonl"
    lines = [json.dumps(each) for each in (ENTRY, ENTRY | {"size": "many"}, ENTRY)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = validate_file(path)
    assert not report.ok
    assert all(each.subject.startswith("line 2 ") for each in report.failures)


@pytest.mark.parametrize("kind", ["bundle", "custody", "report"])
def test_what_cannot_be_read_is_said_in_words(tmp_path: Path, kind: str) -> None:
    with pytest.raises(MatterError, match="cannot be read: No such file"):
        validate_file(tmp_path / "gone.json", kind=kind)
    (tmp_path / "a.json").write_bytes(b"{'single': quotes}\n")
    with pytest.raises(MatterError, match="is not JSON"):
        validate_file(tmp_path / "a.json", kind=kind)
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MatterError, match="is not JSON"):
        validate_file(tmp_path / "b.json", kind=kind)


def test_json_without_end_is_no_fault_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"[" * 100_000)
    with pytest.raises(MatterError, match="is not JSON"):
        validate_file(tmp_path / "a.json", kind="bundle")
    assert not validate_file(tmp_path / "a.json").ok
