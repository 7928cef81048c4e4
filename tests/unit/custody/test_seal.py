# SPDX-License-Identifier: AGPL-3.0-or-later
"""A seal appears whole or not at all, and stock tools accept it."""

from __future__ import annotations

import datetime as dt
import errno
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bagit
import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption as Encrypted
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID
from support_seal import (
    NOW,
    SIGNS,
    commands,
    issued,
    make_package,
    run,
    self_signed,
    state,
)
from support_tsa import Authority, Behaviour, Server, needs_openssl, pem, plain_pem, serve

from evidencekit.custody import seal as seal_module
from evidencekit.custody.durable import hold
from evidencekit.custody.keys import load_key
from evidencekit.custody.newkey import new_key, write_key
from evidencekit.custody.seal import seal
from evidencekit.custody.seal_check import check_seal
from evidencekit.errors import (
    Cancelled,
    DependencyMissing,
    KeyUnusable,
    NotAPackage,
    OutputError,
    SealError,
    TimestampFailed,
)
from evidencekit.package.handover import _names

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDS_SHA256SUM = pytest.mark.skipif(
    shutil.which("sha256sum") is None, reason="sha256sum is not installed"
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return make_package(tmp_path / "NB26C00123 file 2026-05-29")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "a")


@pytest.fixture
def server(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serve(authority) as running:
        yield running


def with_uses(*uses: x509.ObjectIdentifier) -> Any:
    extensions = ((x509.ExtendedKeyUsage(uses), False),) if uses else ()
    return self_signed(extensions=(*SIGNS, *extensions))


KEYS = {
    "p-256": lambda: self_signed("p-256"),
    "p-384": lambda: self_signed("p-384"),
    "rsa-3072": lambda: self_signed("rsa-3072"),
    "made here": lambda: new_key(name="Amara Dean", now=NOW),
    "made here for mail": lambda: new_key(name="Amara Dean", now=NOW, email="a@example.org"),
    "for code only": lambda: with_uses(ExtendedKeyUsageOID.CODE_SIGNING),
    "a name in other letters": lambda: self_signed(subject="Ягода, 艾米 “é”"),
    "issued by a firm": lambda: issued()[0],
    "issued, without those between": lambda: issued(middle=False)[0],
}


@needs_openssl
@NEEDS_SHA256SUM
@pytest.mark.parametrize("kind", KEYS)
def test_every_printed_command_works_as_it_stands(
    package: Path, server: Server, authority: Authority, kind: str
) -> None:
    report = seal(
        package,
        key=KEYS[kind](),
        now=NOW,
        timestamp_url=server.url,
        timestamp_roots=authority.root_path,
    )
    printed = commands(package)
    assert [each.split()[0] for each in printed] == ["sha256sum"] * 2 + ["openssl"] * 4
    said = ""
    for command in printed:
        done = run(command, package)
        assert done.returncode == 0, (command, done.stderr)
        said += done.stdout + done.stderr
    text = (package / "signatures" / "HOW TO CHECK.txt").read_text("utf-8")
    for must in re.findall(r'must print "([^"]+)"', text):
        assert must in said
    assert said.count("Verification: OK") == 1
    assert said.count("CMS Verification successful") == 1
    fingerprint = next(line.strip() for line in text.splitlines() if line.count(":") == 31)
    assert f"Fingerprint={fingerprint}" in said
    assert fingerprint.replace(":", "").lower() == report.fingerprint
    assert report.stamped_at is not None
    assert report.stamped_at.strftime("Time stamp: %b %d %H:%M:%S %Y GMT") in re.sub(
        r"(stamp: \w+)  (\d)", r"\1 0\2", said
    )


def test_the_package_stays_a_bag_and_nothing_in_it_changes(package: Path) -> None:
    before = state(package)
    report = seal(package, key=self_signed(), now=NOW)
    after = state(package)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"signatures", *report.files}
    assert [each.name for each in package.parent.iterdir()] == [package.name]
    bagit.Bag(str(package)).validate()


def test_a_seal_without_a_timestamp_has_no_files_of_one(package: Path) -> None:
    report = seal(package, key=self_signed(), now=NOW)
    assert report.stamped_at is None
    assert sorted(each.name for each in (package / "signatures").iterdir()) == [
        "HOW TO CHECK.txt",
        "seal-sha256.txt",
        "signer.crt",
        "tagmanifest-sha256.txt.p7s",
    ]
    text = (package / "signatures" / "HOW TO CHECK.txt").read_text("utf-8")
    assert "openssl ts" not in text
    assert "There is no timestamp." in text


@NEEDS_SHA256SUM
def test_the_seals_own_list_is_one_for_sha256sum(package: Path) -> None:
    seal(package, key=self_signed(), now=NOW)
    done = run("sha256sum --strict -c seal-sha256.txt", package / "signatures")
    assert done.returncode == 0
    assert done.stdout.count(": OK") == 3


@needs_openssl
def test_without_the_authoritys_certificates_the_text_says_where_to_get_them(
    package: Path, server: Server, authority: Authority
) -> None:
    seal(package, key=self_signed(), now=NOW, timestamp_url=server.url)
    assert not (package / "signatures" / "tagmanifest-sha256.txt.p7s.tsr.crt").exists()
    command = next(each for each in commands(package) if "ts -verify" in each)
    assert command.endswith("-CAfile authority-root.pem")
    shutil.copy(authority.root_path, package / "authority-root.pem")
    assert "Verification: OK" in run(command, package).stdout


@needs_openssl
def test_the_text_tells_how_to_check_after_the_certificate_has_expired(package: Path) -> None:
    key = self_signed(days=(-1, 1))
    seal(package, key=key, now=NOW)
    text = (package / "signatures" / "HOW TO CHECK.txt").read_text("utf-8")
    addition = re.search(r'"(-attime [0-9]+)"', text)
    assert addition is not None
    command = next(each for each in commands(package) if "cms -verify" in each)
    later = int((NOW + dt.timedelta(days=400)).timestamp())
    assert run(f"{command} -attime {later}", package).returncode != 0
    assert run(f"{command} {addition[1]}", package).returncode == 0


def test_the_text_uses_no_word_that_claims_more_than_was_seen(
    package: Path, server: Server, authority: Authority
) -> None:
    words = r"authentic|proves?\b|tamper|admissible|genuine|valid signature|lawful"
    for key in (self_signed(), issued()[0]):
        shutil.rmtree(package / "signatures", ignore_errors=True)
        seal(
            package,
            key=key,
            now=NOW,
            timestamp_url=server.url,
            timestamp_roots=authority.root_path,
        )
        text = (package / "signatures" / "HOW TO CHECK.txt").read_text("utf-8")
        assert re.search(words, text, re.IGNORECASE) is None
        prose = [line for line in text.splitlines() if not line.startswith("  ")]
        assert max(len(line) for line in prose) <= 100


def test_a_key_that_was_written_and_read_back_seals(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    write_key(new_key(name="Amara Dean", now=NOW), path, password="correct horse")  # noqa: S106
    report = seal(package, key=load_key(path, password="correct horse"), now=NOW)  # noqa: S106
    status = check_seal(package, trusted_fingerprint=report.fingerprint)
    assert (status.intact, status.trusted) == (True, "pinned")


def test_a_pkcs12_of_a_firm_seals_with_its_chain(package: Path, tmp_path: Path) -> None:
    key, root = issued()
    path = tmp_path / "firm.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"firm", key.private_key, key.certificate, [*key.others, root], Encrypted(b"horse")
        )
    )
    seal(package, key=load_key(path, password="horse"), now=NOW)  # noqa: S106
    roots = tmp_path / "roots.pem"
    roots.write_bytes(pem(root))
    status = check_seal(package, signer_roots=roots)
    assert (status.intact, status.trusted, status.self_signed) == (True, "chain", False)


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour.WEB_PAGE,
        Behaviour.NONSENSE,
        Behaviour.NOT_HTTP,
        Behaviour.BREAKS_OFF,
        Behaviour.HANGS,
        Behaviour.ERROR,
        Behaviour.REDIRECTS,
        Behaviour.BARE_TOKEN,
        Behaviour.OTHER_BYTES,
        Behaviour.OTHER_NONCE,
        Behaviour.TRAILING,
    ],
)
def test_without_its_timestamp_the_package_stays_unsealed_and_whole(
    package: Path, server: Server, behaviour: Behaviour
) -> None:
    before = state(package.parent)
    server.behaviour = behaviour
    seconds = 0.3 if behaviour is Behaviour.HANGS else 10
    with pytest.raises(TimestampFailed):
        seal(package, key=self_signed(), now=NOW, timestamp_url=server.url, seconds=seconds)
    assert state(package.parent) == before


def test_where_no_server_is_the_package_stays_unsealed_and_whole(package: Path) -> None:
    before = state(package.parent)
    with pytest.raises(TimestampFailed, match="could not be reached"):
        seal(package, key=self_signed(), now=NOW, timestamp_url="http://127.0.0.1:9/")
    assert state(package.parent) == before


def test_an_authority_that_is_not_the_one_named_leaves_the_package_unsealed(
    package: Path, server: Server, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other")
    before = state(package)
    with pytest.raises(TimestampFailed, match="under the roots given"):
        seal(
            package,
            key=self_signed(),
            now=NOW,
            timestamp_url=server.url,
            timestamp_roots=other.root_path,
        )
    assert state(package) == before


def test_a_file_of_roots_that_holds_a_key_too_does_not_take_it_into_the_package(
    package: Path, server: Server, authority: Authority, tmp_path: Path
) -> None:
    mixed = tmp_path / "mixed.pem"
    mixed.write_bytes((authority.folder / "leaf.key").read_bytes() + pem(authority.root))
    seal(package, key=self_signed(), now=NOW, timestamp_url=server.url, timestamp_roots=mixed)
    assert all(b"PRIVATE" not in data for data in state(package).values())


def test_an_expired_certificate_seals_nothing(package: Path) -> None:
    before = state(package)
    with pytest.raises(KeyUnusable, match="expired on"):
        seal(package, key=self_signed(days=(-20, -10)), now=NOW)
    assert state(package) == before


def test_a_sealed_package_is_not_sealed_again(package: Path) -> None:
    seal(package, key=self_signed(), now=NOW)
    before = state(package)
    with pytest.raises(SealError, match="has a seal already"):
        seal(package, key=self_signed(), now=NOW)
    assert state(package) == before


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda p: (p / "data" / "clips" / "one.wav").write_text("two"), "data/clips/one.wav"),
        (
            lambda p: (p / "data" / "clips" / "one.wav").unlink(),
            "data/clips/one.wav does not exist",
        ),
        (lambda p: (p / "bag-info.txt").write_text("x"), "bag-info.txt"),
        (lambda p: (p / "manifest-sha256.txt").write_text("x\n"), "manifest-sha256.txt"),
        (
            lambda p: (p / "tagmanifest-sha256.txt").write_text(f"{'0' * 64}  bagit.txt\n"),
            "does not list manifest-sha256.txt",
        ),
        (
            lambda p: (p / "tagmanifest-sha256.txt").write_text(f"{'0' * 64}  ../bagit.txt\n"),
            "names no file in it",
        ),
    ],
)
def test_a_package_that_is_not_whole_is_not_sealed(package: Path, spoil: Any, reason: str) -> None:
    spoil(package)
    with pytest.raises(SealError, match=re.escape(reason)):
        seal(package, key=self_signed(), now=NOW)
    assert not (package / "signatures").exists()


def test_what_is_no_package_is_not_sealed(tmp_path: Path) -> None:
    with pytest.raises(NotAPackage):
        seal(tmp_path, key=self_signed(), now=NOW)
    with pytest.raises(NotAPackage):
        seal(tmp_path / "nowhere", key=self_signed(), now=NOW)
    (tmp_path / "tagmanifest-sha256.txt").touch()
    with pytest.raises(NotAPackage, match="empty"):
        seal(tmp_path, key=self_signed(), now=NOW)
    assert [each.name for each in tmp_path.iterdir()] == ["tagmanifest-sha256.txt"]


def test_a_package_that_changes_meanwhile_is_not_sealed(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sign(*_: Any) -> bytes:
        signature = seal_module.__dict__["_real"](*_)
        (package / "tagmanifest-sha256.txt").write_text("another\n")
        return signature

    monkeypatch.setitem(seal_module.__dict__, "_real", seal_module.sign_detached)
    monkeypatch.setattr(seal_module, "sign_detached", sign)
    with pytest.raises(SealError, match="was changed while"):
        seal(package, key=self_signed(), now=NOW)
    assert not (package / "signatures").exists()


def test_a_package_that_another_run_writes_is_left_to_it(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal_module, "_LOCK_SECONDS", 0.1)
    with (
        hold(package.with_name(f".{package.name}.lock"), seconds=1),
        pytest.raises(SealError, match="by another run"),
    ):
        seal(package, key=self_signed(), now=NOW)
    assert not (package / "signatures").exists()


def test_the_lock_is_the_one_that_a_build_holds(package: Path) -> None:
    for name in (package.name, "x" * 250, "é" * 120):
        target = package.with_name(name)
        assert target.with_name(f"{seal_module._stem(target)}.lock") == _names(target).lock


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("step", ["mkdir", "write_all", "flush", "flush_folder", "rename"])
def test_a_disk_that_fails_at_any_step_leaves_the_package_unsealed_and_whole(
    package: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code))

    before = state(package.parent)
    key = self_signed()
    with monkeypatch.context() as patch:
        if step == "mkdir":
            patch.setattr("pathlib.Path.mkdir", fail)
        elif step == "rename":
            patch.setattr(os, "rename", fail)
        else:
            patch.setattr(seal_module, step, fail)
        with pytest.raises(OutputError, match="The package is as it was, unsealed"):
            seal(package, key=key, now=NOW)
    assert state(package.parent) == before
    seal(package, key=key, now=NOW)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("step", range(1, 14))
def test_a_run_killed_at_any_step_leaves_no_seal_or_a_whole_one(
    package: Path, tmp_path: Path, step: int
) -> None:
    key_path = tmp_path / "key.pem"
    key = self_signed()
    key_path.write_bytes(plain_pem(key.private_key) + pem(key.certificate))
    script = textwrap.dedent(
        """
        import datetime as dt, os, signal, sys
        from pathlib import Path
        from evidencekit.custody import seal as module
        from evidencekit.custody.keys import load_key
        left = int(sys.argv[3])
        def counted(real):
            def call(*args, **options):
                global left
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*args, **options)
            return call
        module.write_all = counted(module.write_all)
        module.flush = counted(module.flush)
        module.flush_folder = counted(module.flush_folder)
        module.os.rename = counted(module.os.rename)
        module.shutil.rmtree = counted(module.shutil.rmtree)
        module.seal(Path(sys.argv[1]), key=load_key(Path(sys.argv[2])), now=dt.datetime.now(dt.UTC))
        """
    )
    before = state(package)
    done = subprocess.run([sys.executable, "-c", script, package, key_path, str(step)], check=False)
    sealed = (package / "signatures").exists()
    if done.returncode == 0:
        assert step == 13  # the steps were counted to their end
    if not sealed:
        assert state(package) == before
        seal(package, key=key, now=NOW)
    assert check_seal(package, trusted_fingerprint=key.fingerprint).intact is True
    assert not any(f.severity == "error" for f in check_seal(package).findings)
    left = {each.name for each in package.parent.iterdir()} - {package.name, "key.pem"}
    assert left <= {f".{package.name}.lock"}


def test_sealing_can_be_cancelled(package: Path) -> None:
    before = state(package.parent)
    with pytest.raises(Cancelled):
        seal(package, key=self_signed(), now=NOW, cancelled=lambda: True)
    assert state(package.parent) == before


def test_a_relative_path_is_a_path(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(package)
    seal(Path(), key=self_signed(), now=NOW)
    assert (package / "signatures").is_dir()


def test_the_signature_is_in_the_form_that_was_measured(package: Path) -> None:
    """DER, detached, binary, no capabilities, one signer with its certificate, SHA-256."""
    key = self_signed()
    seal(package, key=key, now=NOW)
    data = (package / "signatures" / "tagmanifest-sha256.txt.p7s").read_bytes()
    info = cms.ContentInfo.load(data, strict=True)
    signed = info["content"]
    assert info.dump(force=True) == data
    assert signed["encap_content_info"]["content"].native is None
    assert [each.chosen.dump() for each in signed["certificates"]] == [
        key.certificate.public_bytes(Encoding.DER)
    ]
    signer = signed["signer_infos"][0]
    assert signer["digest_algorithm"]["algorithm"].native == "sha256"
    assert {each["type"].native for each in signer["signed_attrs"]} == {
        "content_type",
        "message_digest",
        "signing_time",
    }


def test_without_the_extra_nothing_is_sealed(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = self_signed()
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(DependencyMissing, match=r"evidencekit\[sign\]"):
        seal(package, key=key, now=NOW)
    assert not (package / "signatures").exists()
