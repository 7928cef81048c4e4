# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from evidencekit.court.profile import RuleStanding
from evidencekit.court.profiles import choose_profile, load_profile, profile_ids, read_profile
from evidencekit.errors import MatterError
from evidencekit.model.bundle import Numbering
from evidencekit.model.matter import Case

CONTEMPT = (
    "I understand that proceedings for contempt of court may be brought against anyone who makes, "
    "or causes to be made, a false statement in a document verified by a statement of truth "
    "without an honest belief in its truth."
)
BELIEF = "I believe that the facts stated in this witness statement are true."


def test_the_shipped_profiles_are_these() -> None:
    assert profile_ids() == (
        "ew-civil",
        "ew-family-children",
        "ew-family-financial-remedy",
        "plain",
        "uksc",
        "us-federal",
    )


@pytest.mark.parametrize("profile_id", profile_ids())
def test_every_rule_has_an_id_a_requirement_a_source_and_a_date_of_review(profile_id: str) -> None:
    profile = load_profile(profile_id)
    assert profile.id == profile_id
    assert profile.reviewed_on == "2026-11-23"
    for rule in profile.rules:
        assert re.fullmatch(r"[A-Z]{2,4}(-[A-Z]{2,3}){0,2}-[0-9]{2}", rule.id)
        assert rule.requirement.endswith(".")
        assert rule.source
        assert dt.date.fromisoformat(rule.reviewed_on) == dt.date(2026, 11, 23)


@pytest.mark.parametrize("profile_id", ["ew-family-children", "ew-family-financial-remedy"])
def test_the_family_statement_of_truth_puts_the_contempt_sentence_first(profile_id: str) -> None:
    assert load_profile(profile_id).statement_of_truth == (CONTEMPT, BELIEF)


def test_the_civil_statement_of_truth_puts_the_belief_sentence_first() -> None:
    assert load_profile("ew-civil").statement_of_truth == (BELIEF, CONTEMPT)


@pytest.mark.parametrize("profile_id", ["plain", "uksc", "us-federal"])
def test_no_statement_of_truth_is_made_up_where_none_is_known(profile_id: str) -> None:
    assert load_profile(profile_id).statement_of_truth == ()


def test_children_proceedings_number_by_section_and_financial_remedy_straight_through() -> None:
    assert load_profile("ew-family-children").numbering is Numbering.BATES
    assert load_profile("ew-family-financial-remedy").numbering is Numbering.ARABIC


def test_the_page_limit_stands_on_a_rule_of_the_profile() -> None:
    profile = load_profile("ew-family-children")
    rule = profile.rule(profile.page_limit_rule or "")
    assert profile.page_limit == 350
    assert rule is not None
    assert rule.standing is RuleStanding.SUMMARISED


def test_what_is_not_confirmed_says_so() -> None:
    rule = load_profile("ew-family-children").rule("EW-FAM-14")
    assert rule is not None
    assert rule.standing is RuleStanding.UNCONFIRMED


def test_a_rule_may_take_back_what_its_set_says_for_all() -> None:
    rule = load_profile("ew-civil").rule("EW-GEN-12")
    assert rule is not None
    assert rule.as_given_by is None
    assert rule.source.startswith("General Guidance")


@pytest.mark.parametrize(
    ("proceedings", "profile_id"),
    [
        ("children", "ew-family-children"),
        ("Children ", "ew-family-children"),
        ("financial  remedy", "ew-family-financial-remedy"),
        ("civil", "ew-civil"),
        ("supreme court", "uksc"),
        ("us federal", "us-federal"),
        ("other", "plain"),
        (None, "plain"),
    ],
)
def test_the_proceedings_pick_the_profile(proceedings: str | None, profile_id: str) -> None:
    assert choose_profile(Case(title="Re E", proceedings=proceedings)).id == profile_id


def test_a_named_profile_wins_over_the_proceedings() -> None:
    case = Case(title="Re E", proceedings="children", profile="plain")
    assert choose_profile(case).id == "plain"


@pytest.mark.parametrize(
    ("case", "pointer", "suggested"),
    [
        (Case(title="Re E", proceedings="childrens"), "/case/proceedings", "children"),
        (Case(title="Re E", profile="ew-civl"), "/case/profile", "ew-civil"),
        (Case(title="Re E", proceedings="criminal ✝"), "/case/proceedings", "civil"),
        (Case(title="Re E", profile="../plain"), "/case/profile", "plain"),
    ],
)
def test_an_unknown_word_is_refused_with_what_is_known(
    case: Case, pointer: str, suggested: str
) -> None:
    with pytest.raises(MatterError) as caught:
        choose_profile(case)
    (problem,) = caught.value.problems
    assert problem.pointer == pointer
    assert f"{suggested}" in problem.message


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('numbering = "arabic"', 'numbering = "roman"', "roman"),
        ('id = "plain"', 'id = "plain"\npage_limits = 3', "page_limits"),
        ("rules_from = []", 'rules_from = ["nowhere"]', "nowhere"),
        ("rules_from = []", 'rule = [{ id = "X-01", standing = "W" }]', "standing"),
        ("rules_from = []", 'rules_from = ["us-federal", "us-federal"]', "one id"),
    ],
)
def test_a_profile_file_with_something_unknown_is_refused(old: str, new: str, reason: str) -> None:
    text = _plain().replace(old, new)
    with pytest.raises(ValueError, match=reason):
        read_profile(text)


def _plain() -> str:
    return (
        'id = "plain"\ntitle = "Plain"\nreviewed_on = "2026-11-23"\nnumbering = "arabic"\n'
        'statement_title = "Witness statement"\nstatement_source = ""\nrules_from = []\n'
    )


def test_a_profile_made_by_a_user_is_read_from_its_text() -> None:
    assert read_profile(_plain()).numbering is Numbering.ARABIC


def test_the_page_about_court_rules_holds_every_rule_with_its_standing() -> None:
    letters = {
        RuleStanding.READ: "V",
        RuleStanding.QUOTED: "Q",
        RuleStanding.SUMMARISED: "S",
        RuleStanding.UNCONFIRMED: "U",
    }
    page = (Path(__file__).parents[3] / "docs" / "court-rules.md").read_text(encoding="utf-8")
    lines = page.splitlines()
    for rule in {rule for each in profile_ids() for rule in load_profile(each).rules}:
        (line,) = [each for each in lines if each.startswith(f"| {rule.id} | {rule.requirement}")]
        assert line.endswith(f"| {letters[rule.standing]} |")
        assert rule.source in line
