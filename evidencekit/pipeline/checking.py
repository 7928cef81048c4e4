# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check a file against what it should be, and report everything that is wrong with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from evidencekit.court.profiles import choose_profile
from evidencekit.court.sections import resolve_sections
from evidencekit.custody.paths import inside
from evidencekit.errors import EvidenceError, MatterError, SeveralErrors
from evidencekit.isolate import Isolate
from evidencekit.matterfile.load import load_matter
from evidencekit.matterfile.pending import not_acted_on
from evidencekit.matterfile.schema import validate
from evidencekit.model.findings import CheckLine, Finding, Report, Severity
from evidencekit.pipeline.disputed import look_before
from evidencekit.pipeline.gaps import gaps
from evidencekit.pipeline.preflight import check_inputs
from evidencekit.pipeline.read import speakers_before
from evidencekit.pipeline.work import MEMORY_MB

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.matter import Matter

_SECONDS = 60
_KINDS = ("matter", "bundle", "custody", "report")


def validate_file(path: Path, *, kind: str | None = None) -> Report:
    """Check the file at *path*: a matter as a whole, anything else against its schema.

    Raises:
        MatterError: if the file cannot be read, or is not JSON where it must be.
    """
    kind = kind or _kind_of(path)
    if kind == "matter":
        if not path.exists():
            load_matter(path)  # what is not there is not a file to find fault with
        return _matter_report(path)
    findings: list[Finding] = []
    for subject, document in _documents(path, kind):
        findings += [
            Finding(
                code=each.code,
                severity=each.severity,
                subject=f"{subject}{each.subject}",
                message=each.message,
                group=each.group,
            )
            for each in validate(document, kind)
        ]
    return _report(str(path), kind, tuple(findings))


def load_checked(path: Path) -> Matter:
    """Load a matter, and check what only the court's profile can say about it.

    Raises:
        MatterError: with every problem.
    """
    matter = load_matter(path)
    try:
        resolve_sections(matter, choose_profile(matter.case))
    except MatterError as error:
        raise MatterError(str(path), error.problems) from error
    return matter


def _matter_report(path: Path) -> Report:
    try:
        matter = load_checked(path)
        disputed = look_before(matter, path.parent, matter_file=path)
    except MatterError as error:
        findings = tuple(
            Finding(
                code="EK-M000",
                severity=Severity.ERROR,
                subject=f"{path.name}{'' if each.line is None else f':{each.line}'}",
                message=str(each),
                group="matter",
            )
            for each in error.problems
        )
        return _report(str(path), "matter", findings)
    findings = (
        *_not_there(matter, path.parent),
        *gaps(matter),
        *_speakers(matter, path.parent),
        *disputed,
        *not_acted_on(matter),
    )
    return _report(str(path), "matter", findings)


def _speakers(matter: Matter, folder: Path) -> tuple[Finding, ...]:
    """Return the transcripts whose speakers nobody is, as far as they can be read already."""
    with_words = [each for each in matter.recordings_in_order if each.transcript is not None]
    findings: list[Finding] = []
    if not with_words:
        return ()
    with Isolate(seconds=_SECONDS, memory_mb=MEMORY_MB) as worker:
        for each in with_words:
            if each.transcript is None:
                continue
            try:
                path = inside(folder, each.transcript.file, must_exist=True)
                findings += worker.call(speakers_before, each, path)
            except EvidenceError:
                continue  # a build says what is wrong with it
    return tuple(findings)


def _not_there(matter: Matter, folder: Path) -> tuple[Finding, ...]:
    """Return what a build would stop at: a matter file can be right before its files are there."""
    try:
        check_inputs(matter, folder)
    except EvidenceError as error:
        errors = error.errors if isinstance(error, SeveralErrors) else (error,)
        return tuple(
            Finding(
                code="EK-M011",
                severity=Severity.WARNING,
                subject=getattr(each, "path", "files"),
                message=f"{getattr(each, 'reason', each)}".rstrip(".") + ".",
                group="files",
            )
            for each in errors
        )
    return ()


def _report(subject: str, kind: str, findings: tuple[Finding, ...]) -> Report:
    errors = sum(each.severity is Severity.ERROR for each in findings)
    others = len(findings) - errors
    message = f"{errors} problem{'' if errors == 1 else 's'}" if errors else "no problem"
    if others:
        message += f", {others} to look at"
    return Report(
        subject=subject,
        kind=kind,
        findings=findings,
        summary=(
            CheckLine(
                check=kind,
                outcome=Severity.ERROR if errors else Severity.OK,
                message=message,
            ),
        ),
        conclusion=f"{'Not valid' if errors else 'Valid'}: {subject}",
    )


def _kind_of(path: Path) -> str:
    if path.suffix.lower() == ".toml":
        return "matter"
    if path.suffix.lower() == ".jsonl":
        return "custody"
    try:
        named = json.loads(path.read_bytes()).get("schema", "")
    except (OSError, ValueError, AttributeError, RecursionError):
        return "matter"
    kind = str(named).removeprefix("evidencekit/").partition("/")[0]
    return kind if kind in _KINDS else "matter"


def _documents(path: Path, kind: str) -> list[tuple[str, Any]]:
    """Return (place, document) pairs: one for a JSON file, one a line for a custody log."""
    from evidencekit.errors import Problem

    try:
        data = path.read_bytes()
        if kind == "custody":
            lines = data.decode("utf-8").splitlines()
            return [
                (f"line {number} ", json.loads(line)) for number, line in enumerate(lines, start=1)
            ]
        return [("", json.loads(data))]
    except OSError as error:
        problem = Problem(pointer="", message=f"cannot be read: {error.strerror}")
        raise MatterError(str(path), (problem,)) from error
    except (ValueError, RecursionError) as error:
        problem = Problem(pointer="", message=f"is not JSON: {error}")
        raise MatterError(str(path), (problem,)) from error
