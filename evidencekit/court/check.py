# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the court's rules have to say about a bundle that is being built.

A finding's code is its rule's id, and how much it matters follows from how well the rule is known:
only a rule that was read, or quoted in words, may be an error; one known from a summary warns; one
that is not confirmed advises. A profile without the rule has no finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.court.profile import RuleStanding
from evidencekit.court.sections import letter_after, resolve_sections
from evidencekit.model.bundle import Numbering
from evidencekit.model.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.court.profile import Profile, Rule
    from evidencekit.model.matter import Matter, Permission

__all__ = ["court_findings", "severity_of"]

_BATES_RULE = "EW-FAM-03"
_RECORDINGS_RULE = "EW-FAM-09"
#: What people write for a decision that is not there yet.
_UNDECIDED = ("", "not yet decided", "not yet", "pending", "not decided", "not stated", "not known")

#: How a refusal begins, as people write it.
_REFUSED = ("refused", "dismissed", "not granted", "not permitted", "not allowed", "declined")


def severity_of(rule: Rule) -> Severity:
    """Return how much a breach of *rule* matters, from how well the rule is known."""
    if rule.standing in {RuleStanding.READ, RuleStanding.QUOTED}:
        return Severity.ERROR
    if rule.standing is RuleStanding.SUMMARISED:
        return Severity.WARNING
    return Severity.NOTE


def court_findings(
    matter: Matter, profile: Profile, pages: int, *, statement_pages: int | None = None
) -> tuple[Finding, ...]:
    """Return what *profile* has to say about a bundle of so many *pages*.

    *statement_pages* is the length of the statement without its exhibits, where it is known.
    """
    found = [
        *_page_limit(profile, pages),
        *_statement_limit(profile, statement_pages),
        *_letters(matter, profile),
        *_recordings(matter, profile),
    ]
    return tuple(found)


def _finding(rule: Rule, subject: str, message: str, **facts: str) -> Finding:
    unsure = " This rule is not confirmed." if rule.standing is RuleStanding.UNCONFIRMED else ""
    return Finding(
        code=rule.id,
        severity=severity_of(rule),
        subject=subject,
        message=f"{message}{unsure}",
        group="court",
        **facts,
    )


def _page_limit(profile: Profile, pages: int) -> Iterator[Finding]:
    rule = profile.rule(profile.page_limit_rule or "")
    if rule is None or profile.page_limit is None or pages <= profile.page_limit:
        return
    message = (
        f"{pages} pages. The limit is {profile.page_limit} unless the court has directed otherwise."
    )
    yield _finding(
        rule, "bundle", message, expected=f"at most {profile.page_limit}", found=str(pages)
    )


def _statement_limit(profile: Profile, pages: int | None) -> Iterator[Finding]:
    rule = profile.rule(profile.statement_page_limit_rule or "")
    limit = profile.statement_page_limit
    if rule is None or limit is None or pages is None or pages <= limit:
        return
    message = f"{pages} pages without exhibits. The most is {limit}."
    yield _finding(rule, "statement", message, expected=f"at most {limit}", found=str(pages))


def _letters(matter: Matter, profile: Profile) -> Iterator[Finding]:
    """Bates numbering begins at A1, goes on at B1, and so through each section."""
    rule = profile.rule(_BATES_RULE)
    if rule is None or profile.numbering is not Numbering.BATES:
        return
    found = [each.letter for each in resolve_sections(matter, profile)]
    expected = ["A"]
    while len(expected) < len(found):
        expected.append(letter_after(expected[-1]))
    if found != expected:
        message = (
            f"the sections are lettered {', '.join(found)}. The first is A, the second B, and so "
            "through each; a section with nothing in it is left out."
        )
        yield _finding(
            rule, "sections", message, expected=", ".join(expected), found=", ".join(found)
        )


def _recordings(matter: Matter, profile: Profile) -> Iterator[Finding]:
    """A bundle with recordings asks when the court directed that they be included."""
    rule = profile.rule(_RECORDINGS_RULE)
    if rule is None or not matter.recordings:
        return
    permission = matter.case.permission
    refused = permission is not None and (permission.result or "").casefold().startswith(_REFUSED)
    message = (
        "the result told is a refusal, and this bundle holds recordings."
        if refused
        else _permission_message(permission)
    )
    if message is not None:
        yield _finding(rule, "court", message)


def _permission_message(permission: Permission | None) -> str | None:
    """Say what is missing of a direction, or return None where one is told with its date.

    A result is not quoted: it is free text, and a finding names nobody.
    """
    if permission is None:
        return "no order permits recordings; no application is told."
    if permission.decided_on is not None:
        return None
    if permission.order is not None:
        return "an order about the recordings is told without its date. Give decided_on."
    if (permission.result or "").casefold().strip(" .") in _UNDECIDED:
        if permission.applied_on is None and permission.by is None:
            return "no order permits recordings; no application is told."
        return "no order permits recordings; application pending."
    return "a result of the application is told without its date. Give decided_on."
