# SPDX-License-Identifier: AGPL-3.0-or-later
"""A court profile: what one kind of proceedings asks of a bundle, each rule with its source."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from evidencekit.model.bundle import Numbering


class RuleStanding(StrEnum):
    """How well a rule is known. Only `READ` and `QUOTED` may fail a check; `SUMMARISED` warns;
    `UNCONFIRMED` advises at most, and says so.
    """

    READ = "read in the official text"
    QUOTED = "quoted by a named secondary source"
    SUMMARISED = "summarised by a secondary source"
    UNCONFIRMED = "not confirmed"


@frozen(kw_only=True)
class Rule:
    """One requirement, in our own words. `paragraph` is empty where the source gives none.

    `source` is the rule's own title; `as_given_by` names the secondary sources it was read in,
    where it was not read in the official text. `reviewed_on` is an ISO date.
    """

    id: str
    requirement: str
    source: str
    standing: RuleStanding
    paragraph: str = ""
    in_force_from: str | None = None
    in_force_to: str | None = None
    as_given_by: str | None = None
    reviewed_on: str = ""


@frozen(kw_only=True)
class LayoutSection:
    """A section of the default layout. "documents" in `contents` stands for all documents that no
    section names, by date.
    """

    letter: str
    title: str
    contents: tuple[str, ...]


@frozen(kw_only=True)
class Profile:
    """What one kind of proceedings asks.

    `statement_title` heads the statement; "{name}" in it stands for the witness.
    `statement_of_truth` is the exact wording, one string a sentence, in the court's order;
    `statement_source` its paragraph. `page_limit` is in pages, with the id of its rule.
    `covert_source` names the guidance on covert recordings, where there is one.
    `statement_page_limit` is the most pages a statement should have without its exhibits.
    `certificate_source` says where the words are for a witness who cannot read or sign.
    `proceedings` are the words of a case's `proceedings` that pick this profile.
    """

    id: str
    title: str
    reviewed_on: str
    numbering: Numbering
    sections: tuple[LayoutSection, ...]
    statement_title: str
    statement_of_truth: tuple[str, ...]
    statement_source: str
    rules: tuple[Rule, ...] = ()
    page_limit: int | None = None
    page_limit_rule: str | None = None
    covert_source: str | None = None
    statement_page_limit: int | None = None
    statement_page_limit_rule: str | None = None
    certificate_source: str | None = None
    proceedings: tuple[str, ...] = ()

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule with this id, or None where the profile does not hold it."""
        return next((each for each in self.rules if each.id == rule_id), None)
