# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each act upon a good package: whether it is found, what is named, and the whole of the report.

The golden files hold every error's code and subject. To write them anew after a change that is
meant: EVIDENCEKIT_UPDATE_GOLDEN=1 pytest tests/tamper
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tamper.acts import ACTS

import evidencekit
from evidencekit.isolate import Isolate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tamper.acts import Expectation

GOLDEN = Path(__file__).parent / "golden"
BIDI = {chr(each) for each in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
#: One process that decodes for all acts: starting one takes longer than most of them do.
WORKER = Isolate(seconds=600, memory_mb=4096)
UPDATE = os.environ.get("EVIDENCEKIT_UPDATE_GOLDEN") == "1"


@pytest.fixture(scope="module", autouse=True)
def one_worker() -> Iterator[None]:
    yield
    WORKER.close()


def errors_of(package: Path) -> list[tuple[str, str, str]]:
    """Verify, and return code, subject and message of every error.

    A package that cannot be looked at at all is refused with an error of ours, which counts as one.
    """
    try:
        report = evidencekit.verify(package, worker=WORKER)
    except evidencekit.EvidenceError as error:
        return [(f"raised {type(error).__name__}", package.name, str(error))]
    assert report.ok == (not report.failures)
    assert report.conclusion.startswith("CONSISTENT") == report.ok, report.conclusion
    for each in report.findings:
        check_printable(each)
    return sorted({(each.code, each.subject, each.message) for each in report.failures})


def check_printable(finding: evidencekit.Finding) -> None:
    """A report goes to terminals and other programs: one line, no control, as the schema has it."""
    text = f"{finding.subject}{finding.message}{finding.expected}{finding.found}"
    odd = [each for each in text if unicodedata.category(each) in {"Cc", "Cs"} or each in BIDI]
    assert not odd, f"{finding.code} {finding.subject!a} has control characters {odd!a}"
    assert len(finding.subject) <= 4096, f"{finding.code} has a subject of {len(finding.subject)}"
    assert 0 < len(finding.message) <= 20_000


def is_named(name: str, errors: list[tuple[str, str, str]]) -> bool:
    """Say whether a file, page or id is named, as a whole and not as a part of another name."""
    pattern = rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"
    return any(
        re.search(pattern, f"{subject} | {message}", re.IGNORECASE)
        for _, subject, message in errors
    )


@pytest.mark.parametrize("name", sorted(ACTS))
def test_act(name: str, copy_of: Callable[[str], Path]) -> None:
    act = ACTS[name]
    package = copy_of(act.example)
    expectation = act.do(package)
    errors = errors_of(package)
    check_expectation(expectation, errors)
    check_golden(name, [[code, subject] for code, subject, _ in errors])


def check_expectation(expectation: Expectation, errors: list[tuple[str, str, str]]) -> None:
    if not expectation.found:
        assert expectation.reason
        assert errors == []
        return
    assert errors, "the act was not found"
    missing = [
        names for names in expectation.names if not any(is_named(each, errors) for each in names)
    ]
    assert not missing, f"not named: {missing} in {errors}"


def check_golden(name: str, errors: list[list[str]]) -> None:
    """Compare code and subject of every error with what was seen before."""
    path = GOLDEN / f"{name}.json"
    seen = sorted(map(list, {tuple(each) for each in errors}))
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(seen, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
    assert seen == json.loads(path.read_text(encoding="utf-8"))


def test_every_golden_file_is_of_an_act() -> None:
    assert {each.stem for each in GOLDEN.glob("*.json")} <= set(ACTS)


@pytest.mark.parametrize("example", ["smallest", "home-visit"])
def test_a_package_that_nobody_touched_is_consistent(
    example: str, copy_of: Callable[[str], Path]
) -> None:
    report = evidencekit.verify(copy_of(example))
    assert report.failures == ()
    assert report.ok
    assert report.conclusion.startswith("CONSISTENT")


def test_a_package_copied_without_its_times_is_consistent(copy_of: Callable[[str], Path]) -> None:
    """Nothing depends on when a file was written, or in what order a folder lists its files."""
    package = copy_of("smallest")
    for each in package.rglob("*"):
        os.utime(each, (0, 0))
    assert evidencekit.verify(package).ok


def test_verify_changes_nothing(copy_of: Callable[[str], Path]) -> None:
    package = copy_of("smallest")

    def state() -> dict[Path, bytes]:
        return {each: each.read_bytes() for each in package.rglob("*") if each.is_file()}

    before = state()
    evidencekit.verify(package)
    assert state() == before
