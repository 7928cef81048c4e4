# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import pytest

from evidencekit.court.check import court_findings, severity_of
from evidencekit.court.profile import Rule, RuleStanding
from evidencekit.court.profiles import load_profile
from evidencekit.model.findings import Severity
from evidencekit.model.matter import Case, Document, Matter, Permission, Section
from evidencekit.model.recording import Recording

CHILDREN = load_profile("ew-family-children")
QUIET = Matter(case=Case(title="Re E"))


def _with(permission: Permission | None) -> Matter:
    return Matter(
        case=Case(title="Re E", permission=permission),
        recordings=(Recording(id="visit", file="v.m4a"),),
    )


@pytest.mark.parametrize(
    ("standing", "severity"),
    [
        (RuleStanding.READ, Severity.ERROR),
        (RuleStanding.QUOTED, Severity.ERROR),
        (RuleStanding.SUMMARISED, Severity.WARNING),
        (RuleStanding.UNCONFIRMED, Severity.NOTE),
    ],
)
def test_only_a_rule_read_or_quoted_may_be_an_error(
    standing: RuleStanding, severity: Severity
) -> None:
    rule = Rule(id="X-01", requirement="x", source="y", standing=standing)
    assert severity_of(rule) is severity


def test_a_bundle_at_the_page_limit_has_no_finding_and_one_page_more_warns() -> None:
    assert court_findings(QUIET, CHILDREN, 350) == ()
    (finding,) = court_findings(QUIET, CHILDREN, 351)
    assert (finding.code, finding.severity) == ("EW-FAM-08", Severity.WARNING)
    assert (finding.expected, finding.found) == ("at most 350", "351")


def test_a_statement_over_the_memorandum_s_length_warns() -> None:
    assert court_findings(QUIET, CHILDREN, 40, statement_pages=25) == ()
    (finding,) = court_findings(QUIET, CHILDREN, 40, statement_pages=26)
    assert (finding.code, finding.severity) == ("EW-FAM-WS-08", Severity.WARNING)


@pytest.mark.parametrize(
    ("permission", "message"),
    [
        (None, "no order permits recordings; no application is told."),
        (Permission(), "no order permits recordings; no application is told."),
        (
            Permission(applied_on="2026-05-28", by="form C2", result="not yet decided"),
            "no order permits recordings; application pending.",
        ),
        (
            Permission(applied_on="2026-05-28", result="Refused.", decided_on="2026-06-01"),
            "the result told is a refusal, and this bundle holds recordings.",
        ),
        (
            Permission(applied_on="2026-05-28", result="Granted to Amara Dean"),
            "a result of the application is told without its date. Give decided_on.",
        ),
        (
            Permission(order="order"),
            "an order about the recordings is told without its date. Give decided_on.",
        ),
    ],
)
def test_recordings_without_a_dated_direction_are_asked_about(
    permission: Permission | None, message: str
) -> None:
    (finding,) = court_findings(_with(permission), CHILDREN, 32)
    assert finding.message == message
    assert (finding.code, finding.severity, finding.subject) == (
        "EW-FAM-09",
        Severity.WARNING,
        "court",
    )


def test_a_dated_direction_is_not_asked_about() -> None:
    permission = Permission(applied_on="2026-05-28", decided_on="2026-06-01", result="granted")
    assert court_findings(_with(permission), CHILDREN, 32) == ()


def test_a_profile_without_the_rules_has_no_findings() -> None:
    assert court_findings(_with(None), load_profile("plain"), 4000) == ()


def test_section_letters_with_a_gap_are_an_error_under_bates_numbering_only() -> None:
    matter = Matter(
        case=Case(title="Re E"),
        documents=(Document(id="m", file="m.pdf", title="M"),),
        sections=(
            Section(letter="A", title="Index"),
            Section(letter="C", title="M", contents=("m",)),
        ),
    )
    (finding,) = court_findings(matter, CHILDREN, 9)
    assert (finding.code, finding.severity) == ("EW-FAM-03", Severity.ERROR)
    assert (finding.expected, finding.found) == ("A, B", "A, C")
    assert court_findings(matter, load_profile("ew-family-financial-remedy"), 9) == ()
