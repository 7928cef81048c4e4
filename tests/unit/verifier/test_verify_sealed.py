# SPDX-License-Identifier: AGPL-3.0-or-later
"""A seal in the verifier's report: whether it fits, whose it is, and when, apart from the rest."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support_seal import NOW, self_signed
from support_verify import build, loud

import evidencekit as ek
from evidencekit.custody.certificates import fingerprint_of
from evidencekit.custody.seal import seal
from evidencekit.model.findings import Severity
from evidencekit.verifier import Trusted

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.insert(0, str(Path(__file__).parents[2]))

from tamper import insider


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A sealed package, and its signer's fingerprint."""
    package = build(tmp_path_factory.mktemp("sealed")).path
    key = self_signed()
    seal(package, key=key, now=NOW)
    return package, fingerprint_of(key.certificate)


def lines(report: ek.Report) -> dict[str, Severity]:
    return {each.check: each.outcome for each in report.summary[-3:]}


def test_a_seal_that_fits_is_consistent_and_says_that_its_signer_is_unknown(
    sealed: tuple[Path, str],
) -> None:
    report = ek.verify(sealed[0])
    assert report.ok
    assert lines(report) == {
        "signature": Severity.OK,
        "signer": Severity.NOT_CHECKED,
        "time": Severity.NOT_CHECKED,
    }
    assert [code for code, *_ in loud(report)] == ["EK-G010"]
    assert f"Signed by the key of the certificate with sha256 {sealed[1]}" in report.conclusion
    assert "Unsigned" not in report.conclusion


def test_a_fingerprint_from_elsewhere_says_whose_it_is(sealed: tuple[Path, str]) -> None:
    report = ek.verify(sealed[0], trusted=Trusted(fingerprint=sealed[1]))
    assert loud(report) == []
    assert lines(report)["signer"] is Severity.OK


def test_another_fingerprint_is_a_failure(sealed: tuple[Path, str]) -> None:
    report = ek.verify(sealed[0], trusted=Trusted(fingerprint="ab" * 32))
    assert [each.code for each in report.failures] == ["EK-G006"]
    assert report.conclusion.startswith("NOT CONSISTENT")


def rewrite_the_lists(package: Path) -> None:
    insider.replace(package / insider.INFO, rb"Bagging-Date: \S+", b"Bagging-Date: 2020-01-01")
    insider.retag(package)


def strip_the_signature(package: Path) -> None:
    (package / "signatures/tagmanifest-sha256.txt.p7s").unlink()


def add_a_file(package: Path) -> None:
    (package / "signatures/NOTE.txt").write_bytes(b"well signed")


def another_key(package: Path) -> None:
    shutil.rmtree(package / "signatures")
    seal(package, key=self_signed(), now=NOW)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (rewrite_the_lists, "EK-G002"),
        (strip_the_signature, "EK-G001"),
        (add_a_file, "EK-G008"),
        (another_key, "EK-G006"),
        (lambda package: shutil.rmtree(package / "signatures"), "EK-G001"),
    ],
)
def test_a_seal_that_was_changed_is_found_by_who_has_the_fingerprint(
    act: Callable[[Path], None], code: str, sealed: tuple[Path, str], tmp_path: Path
) -> None:
    package = shutil.copytree(sealed[0], tmp_path / "package")
    act(package)
    report = ek.verify(package, trusted=Trusted(fingerprint=sealed[1]))
    assert code in {each.code for each in report.failures}


def test_a_seal_that_was_stripped_leaves_an_unsigned_package(
    sealed: tuple[Path, str], tmp_path: Path
) -> None:
    package = shutil.copytree(sealed[0], tmp_path / "package")
    shutil.rmtree(package / "signatures")
    report = ek.verify(package)
    assert report.summary[-1].message == "not checked: none present"
    assert "Unsigned" in report.conclusion
