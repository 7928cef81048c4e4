# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fifty-four acts upon a sealed package: fifty-three are found, the other is said to be unseen.

Whoever checks has the fingerprint of the holder's certificate and the authority's root from
elsewhere. The golden files hold the whole of each report: groups, lines, findings and conclusion,
with digests and times of the run left out. To write them anew after a change that is meant:
EVIDENCEKIT_UPDATE_GOLDEN=1 pytest tests/tamper
"""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from support_examples import NOW
from support_seal import NOW as TODAY
from support_seal import self_signed
from support_sound import sound, write_wav
from support_tsa import Authority, needs_openssl, serve
from tamper.acts_sealed import SEALED_ACTS, UNDETECTED, Sealed
from tamper.test_tamper_acts import GOLDEN as ALL_GOLDEN
from tamper.test_tamper_acts import UPDATE, check_printable, is_named

import evidencekit
from evidencekit.custody.certificates import fingerprint_of
from evidencekit.custody.seal import seal
from evidencekit.isolate import Isolate
from evidencekit.model.findings import Severity
from evidencekit.verifier import Trusted
from evidencekit.verifier import verify as check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = needs_openssl

GOLDEN = ALL_GOLDEN / "sealed"
#: Said in a report that finds something, and in one that finds nothing.
UNSEEN = (
    "A package made anew as a whole, by whoever holds its files and key, would show none.",
    "Who holds the key can make another package and sign it.",
)
MATTER = """\
schema = "evidencekit/matter/1"
[case]
title = "Re E (A Child)"
[people]
amara = "Amara Dean"
[recordings.visit]
file = "recordings/visit.wav"
made_by = "amara"
[[recordings.visit.clip]]
title = "The refusal is explained"
from = "0:00.100"
to = "0:00.900"
[[recordings.visit.clip]]
title = "The visit ends"
from = "0:01.500"
to = "0:02.250"
[recordings.call]
file = "recordings/call.wav"
made_by = "amara"
[[recordings.call.clip]]
title = "The call"
from = "0:00.500"
to = "0:01.000"
"""


def build(folder: Path, into: Path, *, seed: int) -> Path:
    (folder / "recordings").mkdir(parents=True)
    write_wav(folder / "recordings/visit.wav", sound(3, seed=seed))
    write_wav(folder / "recordings/call.wav", sound(2, seed=8))
    (folder / "matter.toml").write_text(MATTER, encoding="utf-8")
    matter = evidencekit.load_matter(folder / "matter.toml")
    evidencekit.intake(matter, folder=folder, by="Ruth Kemp", now=NOW)
    return evidencekit.build(matter, folder=folder, into=into, now=NOW).path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """The package as its holder sealed it, and everybody's keys."""
    folder = tmp_path_factory.mktemp("sealed")
    package = build(folder / "matter", folder / "package", seed=7)
    authority = Authority(folder / "authority")
    holder = self_signed()
    with serve(authority) as server:
        seal(
            package,
            key=holder,
            now=TODAY,
            timestamp_url=server.url,
            timestamp_roots=authority.root_path,
        )
    build(folder / "other", folder / "anew", seed=99)
    (folder / "keys").mkdir()
    return Sealed(
        package=package,
        keys=folder / "keys",
        holder=holder,
        stranger=self_signed(),
        authority=authority,
        foreign=Authority(folder / "foreign", root_name="Another Timestamp Root, As Long A Name"),
        build_anew=lambda into: shutil.copytree(folder / "anew", into),
    )


@pytest.fixture(scope="module")
def worker() -> Iterator[Isolate]:
    with Isolate(seconds=600, memory_mb=4096) as one:
        yield one


@pytest.fixture
def sealed(good: Sealed, tmp_path: Path) -> Sealed:
    """A copy of the good package, for one act."""
    from attrs import evolve

    shutil.copytree(good.package, tmp_path / "package")
    (tmp_path / "keys").mkdir()
    return evolve(good, package=tmp_path / "package", keys=tmp_path / "keys")


def report_on(sealed: Sealed, worker: Isolate) -> evidencekit.Report:
    trusted = Trusted(
        fingerprint=fingerprint_of(sealed.holder.certificate),
        tsa_roots=sealed.authority.root_path,
    )
    return check(sealed.package, trusted=trusted, worker=worker)


def shown(report: evidencekit.Report) -> dict[str, Any]:
    """Return the whole of a report without what differs from run to run."""
    return {
        "groups": [f"{each.group}: {each.outcome}" for each in report.groups],
        "summary": [
            f"{each.check}: {each.outcome}: {plain(each.message)}" for each in report.summary
        ],
        "findings": [
            f"{each.code} {each.severity} {each.group} | {plain(each.subject)} | {plain(each.message)}"
            for each in report.findings
        ],
        "conclusion": plain(report.conclusion),
    }


def plain(text: str) -> str:
    text = re.sub(r"\b[0-9a-f]{8}(?:[0-9a-f]{8,})?\b(?:\.\.\.)?", "<digest>", text)
    return re.sub(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?: UTC|Z)", "<time>", text)


def test_the_package_as_it_was_sealed_is_consistent_in_all_five_groups(
    good: Sealed, worker: Isolate
) -> None:
    report = report_on(good, worker)
    assert [(each.group, each.outcome) for each in report.groups] == [
        ("integrity", Severity.OK),
        ("completeness", Severity.OK),
        ("provenance", Severity.OK),
        ("clips", Severity.OK),
        ("signature and time", Severity.OK),
    ]
    assert report.findings == ()
    assert UNSEEN[1] in report.conclusion


def test_all_fifty_four_acts_are_here() -> None:
    assert sorted(SEALED_ACTS) == list(range(1, 55))
    files = {f"{each.number:02}_{each.name}" for each in SEALED_ACTS.values()}
    assert {each.stem for each in GOLDEN.glob("*.json")} == files


@pytest.mark.parametrize(
    "number", sorted(SEALED_ACTS), ids=lambda each: f"{each:02}_{SEALED_ACTS[each].name}"
)
def test_sealed_act(number: int, sealed: Sealed, worker: Isolate) -> None:
    act = SEALED_ACTS[number]
    names = act.do(sealed)
    report = report_on(sealed, worker)
    for each in report.findings:
        check_printable(each)
    check_whole(f"{number:02}_{act.name}", shown(report))
    assert any(each in report.conclusion for each in UNSEEN)
    if number == UNDETECTED:
        assert report.findings == ()
        return
    assert report.ok == act.only_warned
    wanted = Severity.WARNING if act.only_warned else Severity.ERROR
    said = [
        (each.code, each.subject, each.message)
        for each in report.findings
        if each.severity is wanted
    ]
    for each in names:
        alternatives = (each,) if isinstance(each, str) else each
        assert any(is_named(name, said) for name in alternatives), (each, said)


def check_whole(name: str, seen: dict[str, Any]) -> None:
    path = GOLDEN / f"{name}.json"
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(seen, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
    assert seen == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("number", [29, 30], ids=["seal", "stamp"])
def test_what_was_stripped_is_never_called_ok_where_nothing_is_known_from_elsewhere(
    number: int, sealed: Sealed, worker: Isolate
) -> None:
    """Without a fingerprint to hold it against, a missing seal is unsigned, and no failure."""
    SEALED_ACTS[number].do(sealed)
    report = check(sealed.package, worker=worker)
    last = report.groups[-1]
    assert (last.group, last.outcome) == ("signature and time", Severity.NOT_CHECKED)
    if number == 29:
        assert "Unsigned: anyone who rebuilt all of it would pass too" in report.conclusion
