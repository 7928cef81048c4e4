# SPDX-License-Identifier: AGPL-3.0-or-later
"""Court profiles, read from the data files shipped beside this module.

A profile is one TOML file: its settings, its default sections, its own rules, and the names of the
sets of rules it shares with others (`rules_from`). A set names its source once, and each rule may
name another; an empty string there means none. What a file does not say is not made up.

>>> load_profile("ew-family-children").numbering.value
'bates'
"""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from evidencekit.court.profile import LayoutSection, Profile, Rule, RuleStanding
from evidencekit.errors import MatterError, Problem
from evidencekit.model.bundle import Numbering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evidencekit.model.matter import Case

__all__ = ["choose_profile", "load_profile", "profile_ids", "read_profile"]

#: What is used where a matter names no proceedings.
DEFAULT = "plain"

_STANDINGS = {
    "V": RuleStanding.READ,
    "Q": RuleStanding.QUOTED,
    "S": RuleStanding.SUMMARISED,
    "U": RuleStanding.UNCONFIRMED,
}
#: What `MatterError` names where a matter was made in a program and has no file.
_SUBJECT = "the matter"
#: What a set of rules may say once for all of them.
_SHARED = ("source", "in_force_from", "in_force_to", "as_given_by", "reviewed_on")


def profile_ids() -> tuple[str, ...]:
    """Return the ids of the profiles that are shipped, sorted."""
    names = (each.name for each in _data().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def load_profile(profile_id: str) -> Profile:
    """Return the shipped profile with this id.

    Raises:
        MatterError: if there is none; it suggests the nearest.
    """
    if profile_id not in profile_ids():
        raise _unknown(profile_id, key="profile", known=profile_ids())
    return read_profile((_data() / f"{profile_id}.toml").read_text(encoding="utf-8"))


def choose_profile(case: Case) -> Profile:
    """Return the profile that the case names, or else the one its proceedings pick, or `plain`.

    Raises:
        MatterError: if either word is unknown.
    """
    if case.profile is not None:
        return load_profile(case.profile)
    if case.proceedings is None:
        return load_profile(DEFAULT)
    wanted = " ".join(case.proceedings.casefold().split())
    by_word = {
        word: profile
        for profile in map(load_profile, profile_ids())
        for word in profile.proceedings
    }
    if wanted not in by_word:
        raise _unknown(case.proceedings, key="proceedings", known=by_word)
    return by_word[wanted]


def read_profile(text: str) -> Profile:
    """Return the profile that the TOML *text* holds.

    Raises:
        ValueError: if the text is no TOML, or holds a key, a standing or a set of rules that is
            unknown.
    """
    table = tomllib.loads(text)
    own_rules = {"rule": table.pop("rule", []), "reviewed_on": table["reviewed_on"]}
    shared = [_shared_rules(name) for name in table.pop("rules_from", [])]
    sections = tuple(
        _made(LayoutSection, each | {"contents": tuple(each.get("contents", ()))})
        for each in table.pop("section", [])
    )
    settings = table | {
        "numbering": Numbering(table["numbering"]),
        "sections": sections,
        "statement_of_truth": tuple(table.get("statement_of_truth", ())),
        "proceedings": tuple(table.get("proceedings", ())),
        "rules": _sorted_rules(rule for each in (*shared, own_rules) for rule in _rules(each)),
    }
    profile: Profile = _made(Profile, settings)
    return profile


def _data() -> Any:
    return resources.files("evidencekit.court") / "data"


def _shared_rules(name: str) -> dict[str, Any]:
    path = _data() / "rules" / f"{name}.toml"
    if not path.is_file():
        msg = f"no set of rules is called {name!r}"
        raise ValueError(msg)
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _rules(table: dict[str, Any]) -> Iterable[Rule]:
    """Return a set's rules, each with what the set says once for all of them."""
    shared = {key: table[key] for key in _SHARED if key in table}
    for each in table["rule"]:
        if each.get("standing") not in _STANDINGS:
            msg = f"{each.get('id')}: the standing is one of {', '.join(_STANDINGS)}"
            raise ValueError(msg)
        said = {key: value for key, value in (shared | each).items() if value}
        yield _made(Rule, said | {"standing": _STANDINGS[each["standing"]]})


def _sorted_rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    ordered = tuple(sorted(rules, key=lambda rule: rule.id))
    ids = [rule.id for rule in ordered]
    if len(set(ids)) != len(ids):
        msg = "two rules have one id"
        raise ValueError(msg)
    return ordered


def _made(kind: type[Any], values: dict[str, Any]) -> Any:
    """Return a value of *kind*; a key it does not know, or lacks, is an error that names it."""
    try:
        return kind(**values)
    except TypeError as error:
        msg = f"{kind.__name__}: {error}"
        raise ValueError(msg) from error


def _unknown(given: str, *, key: str, known: Iterable[str]) -> MatterError:
    """Say that a word of the case is unknown, with the nearest that is known."""
    listed = sorted(known)
    near = difflib.get_close_matches(given.casefold(), listed, n=1)
    hint = f'Did you mean "{near[0]}"?' if near else f"Known are: {', '.join(listed)}."
    message = f'"{given}" is not known. {hint}'
    problem = Problem(pointer=f"/case/{key}", message=message, place=f"[case] {key}")
    return MatterError(_SUBJECT, [problem])
