# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every error, found by itself: it crosses a process pool whole, compares by value, reads well."""

from __future__ import annotations

import inspect
import pickle
import re
from collections.abc import Sequence
from types import UnionType
from typing import Any, get_args, get_origin

from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit import errors
from evidencekit.cli.exits import Exit, exit_for
from evidencekit.cli.saying import error_document, error_text
from evidencekit.errors import EvidenceError, Problem
from evidencekit.model.findings import Finding, Report, Severity

WORDS = st.from_regex(r"[a-z][a-z ./]{0,18}[a-z]", fullmatch=True)
FAILED = Report(
    subject="package",
    kind="verify",
    findings=(Finding(code="EK-D001", severity=Severity.ERROR, subject="a", message="is gone."),),
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: WORDS,
    int: st.integers(0, 10**9),
    bool: st.booleans(),
    type(None): st.none(),
    Any: st.just(FAILED),
    Problem: st.builds(
        Problem, pointer=WORDS, message=WORDS, place=WORDS, line=st.none() | st.just(3)
    ),
    EvidenceError: st.builds(errors.TypesettingFailed, WORDS),
}
NAMES = {**vars(errors), "Sequence": Sequence, "Any": Any}


def of_kind(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for what an argument is annotated with."""
    if kind in PLAIN:
        return PLAIN[kind]
    parts = [of_kind(each) for each in get_args(kind) if each is not ...]
    if isinstance(kind, UnionType):
        return st.one_of(parts)
    if get_origin(kind) is Sequence or ... in get_args(kind):
        return st.lists(parts[0], min_size=1, max_size=3)
    if get_origin(kind) is tuple:
        return st.tuples(*parts)
    msg = f"tell this test how to make a {kind}"
    raise AssertionError(msg)


def subclasses(base: type) -> list[type]:
    found = [each for each in base.__subclasses__() if each.__module__.startswith("evidencekit.")]
    return sorted({base, *found, *(deep for each in found for deep in subclasses(each))}, key=str)


ALL = subclasses(EvidenceError)


def arguments(kind: type) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return a strategy for the arguments of an error's constructor."""
    if kind.__init__ is Exception.__init__:
        return st.just(()) if kind is errors.Cancelled else st.tuples(WORDS)
    parameters = list(inspect.signature(kind).parameters.values())
    kinds = [eval(each.annotation, NAMES) for each in parameters]  # noqa: S307 - our own source
    return st.tuples(*map(of_kind, kinds))


@st.composite
def made(draw: st.DrawFn) -> EvidenceError:
    kind = draw(st.sampled_from(ALL))
    return kind(*draw(arguments(kind)))


def test_all_errors_are_exported_and_found() -> None:
    here = {each.__name__ for each in ALL if each.__module__ == errors.__name__}
    assert here | {"Problem"} == set(errors.__all__)
    assert len(ALL) > 25


@settings(max_examples=400)
@given(made())
def test_an_error_survives_pickling_and_compares_by_value(error: EvidenceError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is type(error)
    assert again == error
    assert hash(again) == hash(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
    assert error != ValueError(*error.args)


@settings(max_examples=400)
@given(made(), made())
def test_errors_that_say_different_things_are_different(
    one: EvidenceError, two: EvidenceError
) -> None:
    assert (one == two) == (type(one) is type(two) and one.args == two.args)


@settings(max_examples=400)
@given(made())
def test_an_error_reads_as_words(error: EvidenceError) -> None:
    text = str(error)
    assert text.strip()
    assert "object at 0x" not in text
    assert not re.search(r"\bNone\b", text)
    assert not text.startswith(type(error).__name__)
    assert "('" not in text


@settings(max_examples=400)
@given(made(), st.sampled_from(["", "Nothing was built.", "Nothing was written."]))
def test_every_error_ends_in_a_code_and_says_its_outcome_once(
    error: EvidenceError, outcome: str
) -> None:
    code = exit_for(error)
    assert code not in {Exit.FINE, Exit.USAGE, Exit.FAULT}
    text = error_text(error, outcome)
    assert text.endswith((".", "!", "?", ":")) or "\n" in text
    if outcome:
        assert "Nothing was" in text or "left as it is" in text
        assert text.count(outcome) <= 1
    document = error_document(error, text, code)
    assert document["ok"] is False
    assert document["error"]["type"] == type(error).__name__
    assert document["error"]["exit"] == code


def test_several_errors_are_said_one_a_line_and_end_as_the_first_does() -> None:
    several = errors.SeveralErrors(
        [
            errors.DocumentUnusable("documents/a.pdf", "is empty", "a"),
            errors.DocumentUnusable("documents/b.pdf", "has no pages", "b"),
        ]
    )
    lines = error_text(several, "Nothing was built.").splitlines()
    assert [line.split()[0] for line in lines] == ["documents/a.pdf", "documents/b.pdf", "Nothing"]
    assert exit_for(several) is Exit.INPUT
    document = error_document(several, "", Exit.INPUT)
    assert [each["path"] for each in document["error"]["errors"]] == [
        "documents/a.pdf",
        "documents/b.pdf",
    ]
