# SPDX-License-Identifier: AGPL-3.0-or-later
"""Findings as a person reads them: folded, and said once where they say the same of many."""

from __future__ import annotations

from evidencekit.cli.printing import findings_text
from evidencekit.model.findings import Finding, Severity


def finding(subject: str, message: str = "nothing is stated", code: str = "EK-C001") -> Finding:
    return Finding(
        code=code, severity=Severity.WARNING, subject=subject, message=message, group="consent"
    )


def test_what_is_said_of_many_in_the_same_words_is_said_once() -> None:
    lines = list(findings_text(finding(f"r{number}") for number in range(60)))
    assert lines == ["    consent  r0, r1, r2, r3 and 56 more: nothing is stated  EK-C001"]


def test_few_are_all_named() -> None:
    lines = list(findings_text(finding(f"r{number}") for number in range(5)))
    assert lines == ["    consent  r0, r1, r2, r3, r4: nothing is stated  EK-C001"]


def test_other_words_or_another_code_make_another_line_in_the_order_they_came() -> None:
    given = [
        finding("a"),
        finding("b", "not known"),
        finding("c"),
        finding("d", code="EK-C002"),
    ]
    assert [each.split(":")[0].split()[1:] for each in findings_text(given)] == [
        ["a,", "c"],
        ["b"],
        ["d"],
    ]


def test_a_long_line_is_folded() -> None:
    [text] = findings_text([finding("a", "word " * 60)])
    assert all(len(line) <= 100 for line in text.splitlines())
    assert text.splitlines()[1].startswith("      word")
