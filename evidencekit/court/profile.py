# SPDX-License-Identifier: AGPL-3.0-or-later
"""A court profile: what one kind of proceedings asks of a bundle, with where each rule comes from."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from evidencekit.model.bundle import Numbering


class RuleStanding(StrEnum):
    """How well a rule is known. Only `READ` and `QUOTED` may fail a check; `SUMMARISED` warns;
    `UNCONFIRMED` advises at most, and says so."""

    READ = "read in the official text"
    QUOTED = "quoted by a named secondary source"
    SUMMARISED = "summarised by a secondary source"
    UNCONFIRMED = "not confirmed"


@frozen(kw_only=True)
class Rule:
    """One requirement, in our own words. `paragraph` is empty where the source gives none."""

    id: str
    requirement: str
    source: str
    standing: RuleStanding
    paragraph: str = ""
    in_force_from: str | None = None
    in_force_to: str | None = None


@frozen(kw_only=True)
class LayoutSection:
    """A section of the default layout. "documents" in `contents` stands for all documents that no
    section names, by date."""

    letter: str
    title: str
    contents: tuple[str, ...]


@frozen(kw_only=True)
class Profile:
    """What one kind of proceedings asks.

    `statement_of_truth` is the exact wording, one string a sentence, in the court's order;
    `statement_source` its paragraph. `page_limit` is in pages, with the id of its rule.
    `covert_source` names the guidance on covert recordings, where there is one.
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
