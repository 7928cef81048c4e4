# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was looked at, and what was seen.

Codes are stable: EK-M... matter, EK-D... digests and files, EK-L... custody log, EK-R...
recordings, EK-T... transcripts, EK-C... consent, EK-P... pages and PDF, EK-V... clips at verify,
EK-S... statement, EK-K... completeness, EK-G... signature and time, EW-... a court's rule by its
id.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from evidencekit.errors import VerificationFailed


class Severity(StrEnum):
    """How much a finding matters.

    `NOT_CHECKED` is for a check that could not run; it is never a pass.
    """

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    NOT_CHECKED = "not_checked"


@frozen(kw_only=True)
class Finding:
    """One thing seen. `subject` names it by id or path, never by a person's name."""

    code: str
    severity: Severity
    subject: str
    message: str
    group: str = ""
    expected: str | None = None
    found: str | None = None

    def __str__(self) -> str:
        """Write the finding on one line, its code last."""
        return f"{self.subject}: {self.message}  {self.code}"


@frozen(kw_only=True)
class CheckLine:
    """One line of a report's summary: what was checked, and the outcome in words."""

    check: str
    outcome: Severity
    message: str
    group: str = ""


@frozen(kw_only=True)
class GroupOutcome:
    """What came of all checks of one group, which says nothing about any other group.

    `outcome` is the worst that was seen: an error, else a check that could not run, else a warning,
    else ok. The numbers are of findings.
    """

    group: str
    outcome: Severity
    failures: int = 0
    not_checked: int = 0
    warnings: int = 0


@frozen(kw_only=True)
class Report:
    """The findings of one look at something (`subject`), and a summary line for each check.

    `groups` has the outcome of each group of checks, where a look has several that are judged
    apart: a signature that fits says nothing about a file that differs. `full` says, of a package
    that was verified, whether every recording was decoded again as a whole; None of anything else.
    """

    subject: str
    kind: str
    findings: tuple[Finding, ...] = ()
    summary: tuple[CheckLine, ...] = ()
    conclusion: str = ""
    groups: tuple[GroupOutcome, ...] = ()
    full: bool | None = None

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(each for each in self.findings if each.severity is Severity.ERROR)

    @property
    def ok(self) -> bool:
        """True when nothing failed. A check that could not run is not a failure, nor a pass."""
        return not self.failures

    def raise_for_findings(self) -> None:
        """Raise if anything failed.

        Raises:
            VerificationFailed: with this report.
        """
        if not self.ok:
            raise VerificationFailed(self)
