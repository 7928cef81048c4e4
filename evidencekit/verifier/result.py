# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one check hands back: its findings and its one line of summary.

A package is somebody else's file: its names and values stand in findings, so `safe` makes every
text of a report fit to be printed, in one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.model.findings import CheckLine, Finding, GroupOutcome, Report, Severity
from evidencekit.model.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

INTEGRITY = "integrity"
COMPLETENESS = "completeness"
PROVENANCE = "provenance"
CLIPS = "clips"
#: What the pages print, and where their numbers lead, is a part of the package's integrity.
PAGES = INTEGRITY
SIGNATURE = "signature and time"

#: The groups, in the order of a report.
GROUPS = (INTEGRITY, COMPLETENESS, PROVENANCE, CLIPS, SIGNATURE)

_GROUP_OF_CHECK = {
    "files": INTEGRITY,
    "record": INTEGRITY,
    "pages": INTEGRITY,
    "inputs": COMPLETENESS,
    "custody": PROVENANCE,
    "clips": CLIPS,
    "samples": CLIPS,
    "signature": SIGNATURE,
    "signer": SIGNATURE,
    "time": SIGNATURE,
}
_WORST_FIRST = (Severity.ERROR, Severity.NOT_CHECKED, Severity.WARNING)


@frozen(kw_only=True)
class Checked:
    """The outcome of one check."""

    line: CheckLine
    findings: tuple[Finding, ...] = ()


def outcome(check: str, message: str, findings: tuple[Finding, ...]) -> Checked:
    """Return a check's outcome: error if any finding is, else not checked if any is, else ok."""
    severities = {each.severity for each in findings}
    worst = next(
        (each for each in (Severity.ERROR, Severity.NOT_CHECKED) if each in severities),
        Severity.OK,
    )
    return Checked(line=CheckLine(check=check, outcome=worst, message=message), findings=findings)


def error(
    code: str,
    subject: str,
    message: str,
    *,
    group: str,
    expected: object = None,
    found: object = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """Return a finding that is a failure, unless another *severity* is given."""
    return Finding(
        code=code,
        severity=severity,
        subject=subject,
        message=message,
        group=group,
        expected=None if expected is None else str(expected),
        found=None if found is None else str(found),
    )


def group_outcomes(
    findings: Iterable[Finding], summary: Iterable[CheckLine]
) -> tuple[GroupOutcome, ...]:
    """Return the outcome of each group, from its own findings and lines and from no other's."""
    findings, summary = tuple(findings), tuple(summary)
    outcomes = []
    for group in GROUPS:
        seen = [each.severity for each in findings if each.group == group]
        lines = [each.outcome for each in summary if each.group == group]
        outcomes.append(
            GroupOutcome(
                group=group,
                outcome=next(
                    (each for each in _WORST_FIRST if each in {*seen, *lines}), Severity.OK
                ),
                failures=seen.count(Severity.ERROR),
                not_checked=seen.count(Severity.NOT_CHECKED),
                warnings=seen.count(Severity.WARNING),
            )
        )
    return tuple(outcomes)


def in_groups(lines: Iterable[CheckLine]) -> tuple[CheckLine, ...]:
    """Return summary lines with the group of each, in the order of the groups."""
    named = [evolve(each, group=_GROUP_OF_CHECK[each.check]) for each in lines]
    return tuple(sorted(named, key=lambda each: GROUPS.index(each.group)))


def problems(findings: Iterable[Finding]) -> str:
    """Return "; 3 problems" where there are any that fail, for the end of a summary line."""
    count = sum(each.severity is Severity.ERROR for each in findings)
    return f"; {count} problem{'' if count == 1 else 's'}" if count else ""


def safe(report: Report) -> Report:
    """Return *report* with every text on one line and fit to be printed."""
    return evolve(
        report,
        subject=printable(report.subject),
        conclusion=printable(report.conclusion),
        findings=tuple(
            evolve(
                each,
                subject=printable(each.subject),
                message=printable(each.message),
                expected=None if each.expected is None else printable(each.expected),
                found=None if each.found is None else printable(each.found),
            )
            for each in report.findings
        ),
        summary=tuple(evolve(each, message=printable(each.message)) for each in report.summary),
    )
