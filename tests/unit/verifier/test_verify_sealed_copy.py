# SPDX-License-Identifier: AGPL-3.0-or-later
"""A served copy that is sealed: checked with stock tools, by the verifier, as a folder and as a zip."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import frozen
from support_examples import NOW
from support_seal import NOW as TODAY
from support_seal import commands, run, self_signed
from support_tsa import Authority, needs_openssl, serve
from support_verify import build

import evidencekit as ek
from evidencekit.custody.certificates import fingerprint_of
from evidencekit.custody.seal import seal
from evidencekit.errors import SealError
from evidencekit.model.findings import Severity
from evidencekit.pipeline.serve import serve as make_copy
from evidencekit.verifier import Trusted
from evidencekit.verifier import verify as check

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = needs_openssl


@frozen(kw_only=True)
class Copy:
    """A sealed served copy, and what its recipient has from elsewhere."""

    path: Path
    trusted: Trusted


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = tmp_path_factory.mktemp("copy")
    make_copy(build(folder), into=folder / "copy", to="the court", now=NOW, folder=folder)
    authority, key = Authority(folder / "authority"), self_signed()
    with serve(authority) as server:
        seal(
            folder / "copy",
            key=key,
            now=TODAY,
            timestamp_url=server.url,
            timestamp_roots=authority.root_path,
        )
    return Copy(
        path=folder / "copy",
        trusted=Trusted(fingerprint=fingerprint_of(key.certificate), tsa_roots=authority.root_path),
    )


def test_the_files_of_its_seal_are_named_after_the_list_that_is_signed(sealed: Copy) -> None:
    assert sorted(each.name for each in (sealed.path / "signatures").iterdir()) == [
        "CHECKSUMS.txt.p7s",
        "CHECKSUMS.txt.p7s.tsq",
        "CHECKSUMS.txt.p7s.tsr",
        "CHECKSUMS.txt.p7s.tsr.crt",
        "HOW TO CHECK.txt",
        "seal-sha256.txt",
        "signer.crt",
    ]


def test_every_printed_command_works_as_it_stands(sealed: Copy) -> None:
    printed = commands(sealed.path)
    assert printed[0] == "sha256sum -c CHECKSUMS.txt"
    assert len(printed) == 5
    for each in printed:
        done = run(each, sealed.path)
        assert done.returncode == 0, (each, done.stdout, done.stderr)
    text = (sealed.path / "signatures/HOW TO CHECK.txt").read_text("utf-8")
    assert "manifest" not in text
    assert "holds CHECKSUMS.txt" in text


@pytest.mark.parametrize("as_zip", [False, True])
def test_it_is_consistent_as_a_folder_and_as_a_zip(
    sealed: Copy, tmp_path: Path, as_zip: bool
) -> None:
    path = sealed.path
    if as_zip:
        path = tmp_path / "copy.zip"
        shutil.make_archive(str(tmp_path / "copy"), "zip", sealed.path)
    report = check(path, trusted=sealed.trusted)
    assert report.failures == ()
    outcomes = {each.group: each.outcome for each in report.groups}
    assert outcomes["signature and time"] is Severity.OK
    assert outcomes["integrity"] is outcomes["completeness"] is outcomes["clips"] is Severity.OK
    assert outcomes["provenance"] is Severity.NOT_CHECKED  # the log does not leave


ACTS: dict[str, tuple[Callable[[Path], object], tuple[str, str]]] = {
    "a clip changed": (
        lambda copy: next((copy / "Clips").iterdir()).write_bytes(b"other"),
        ("EK-D001", "Clips/"),
    ),
    "the list changed": (
        lambda copy: (copy / "CHECKSUMS.txt").write_bytes(b"0" * 64 + b"  a.txt\n"),
        ("EK-G002", "signatures/CHECKSUMS.txt.p7s"),
    ),
    "the seal stripped": (
        lambda copy: shutil.rmtree(copy / "signatures"),
        ("EK-G001", "signatures"),
    ),
    "a file put into the seal": (
        lambda copy: (copy / "signatures/tagmanifest-sha256.txt.p7s").write_bytes(b"x"),
        ("EK-G008", "signatures/tagmanifest-sha256.txt.p7s"),
    ),
    "the stamp stripped": (
        lambda copy: (copy / "signatures/CHECKSUMS.txt.p7s.tsr").unlink(),
        ("EK-G008", "signatures/CHECKSUMS.txt.p7s.tsr"),
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_what_is_done_to_it_is_found(sealed: Copy, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(sealed.path, tmp_path / "copy")
    do, (code, subject) = ACTS[name]
    do(copy)
    report = check(copy, trusted=sealed.trusted)
    assert any(
        each.code == code and each.subject.startswith(subject) for each in report.failures
    ), report.failures


def test_a_copy_whose_files_are_not_those_of_its_list_is_not_sealed(
    sealed: Copy, tmp_path: Path
) -> None:
    copy = shutil.copytree(sealed.path, tmp_path / "copy", ignore=lambda *_: ["signatures"])
    (copy / "Bundle.pdf").write_bytes(b"other")
    with pytest.raises(SealError, match=r"Bundle\.pdf is not the file that CHECKSUMS\.txt lists"):
        seal(copy, key=self_signed(), now=TODAY)
    assert not (copy / "signatures").exists()


def test_the_firms_file_is_as_it_was_after_a_copy_of_it_was_sealed(sealed: Copy) -> None:
    assert ek.verify(sealed.path.parent / "package").failures == ()
