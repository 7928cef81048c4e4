# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one check hands back: its findings and its one line of summary."""

from __future__ import annotations

from attrs import frozen

from evidencekit.model.findings import CheckLine, Finding, Severity


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
) -> Finding:
    """Return a finding that is a failure."""
    return Finding(
        code=code,
        severity=Severity.ERROR,
        subject=subject,
        message=message,
        group=group,
        expected=None if expected is None else str(expected),
        found=None if found is None else str(found),
    )
