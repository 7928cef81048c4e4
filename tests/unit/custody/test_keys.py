# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: S105, S106 - passwords of keys that live for one test
"""A key is made, kept encrypted, and read back; what cannot seal is refused with the reason."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import pem as asn1_pem
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from support_seal import NOW, issued, private_key, self_signed
from support_tsa import issue, needs_openssl, pem, plain_pem, usage

from evidencekit.custody.certificates import (
    fingerprint_of,
    load_certificates,
    read_fingerprint,
    shown_fingerprint,
)
from evidencekit.custody.keys import check_valid, load_key, needs_password
from evidencekit.custody.newkey import new_key, write_key
from evidencekit.errors import AlreadyExists, DependencyMissing, KeyUnusable, OutputError

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "correct horse é"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "amara.pem"


def test_a_new_key_is_p256_with_a_certificate_that_it_signed_itself() -> None:
    key = new_key(name="Amara Dean", now=NOW)
    certificate = key.certificate
    assert isinstance(key.private_key.public_key().curve, ec.SECP256R1)
    certificate.verify_directly_issued_by(certificate)
    assert certificate.subject.rfc4514_string() == "CN=Amara Dean"
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value.ca is False
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc


def test_an_address_makes_the_certificate_one_for_mail() -> None:
    key = new_key(name="Amara Dean", now=NOW, email="amara@example.org", years=1)
    usages = key.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    names = key.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [each.dotted_string for each in usages] == ["1.3.6.1.5.5.7.3.4"]
    assert names.get_values_for_type(x509.RFC822Name) == ["amara@example.org"]
    assert key.certificate.not_valid_after_utc - NOW < dt.timedelta(days=366)


@pytest.mark.parametrize(
    "bad",
    [
        {"name": " "},
        {"name": "x" * 65},
        {"name": "a\x1b[2Jb"},
        {"name": "A", "years": 0},
        {"name": "A", "years": 31},
        {"name": "A", "email": "nobody"},
        {"name": "A", "email": "a@é.example"},
        {"name": "A", "now": NOW.replace(tzinfo=None)},
    ],
)
def test_what_no_certificate_should_say_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"certificate|time zone"):
        new_key(**{"now": NOW, **bad})


def test_a_key_is_written_encrypted_and_read_back(path: Path) -> None:
    key = new_key(name="Amara Dean", now=NOW)
    certificate_path = write_key(key, path, password=PASSWORD)
    again = load_key(path, password=PASSWORD)
    assert again.fingerprint == key.fingerprint
    assert again.private_key.private_numbers() == key.private_key.private_numbers()
    assert certificate_path.name == "amara.crt"
    assert x509.load_pem_x509_certificate(certificate_path.read_bytes()) == key.certificate
    assert b"PRIVATE KEY" not in certificate_path.read_bytes()
    assert needs_password(path)


def test_the_key_file_is_slow_to_guess_at(path: Path) -> None:
    write_key(new_key(name="Amara Dean", now=NOW), path, password=PASSWORD)
    _, _, data = asn1_pem.unarmor(path.read_bytes().split(b"-----BEGIN CERT")[0])
    algorithm = asn1_keys.EncryptedPrivateKeyInfo.load(data)["encryption_algorithm"]
    derivation = algorithm["parameters"]["key_derivation_func"]["parameters"]
    assert derivation["iteration_count"].native == 600_000
    assert derivation["prf"]["algorithm"].native == "sha256"


@needs_openssl
def test_openssl_reads_the_key_file_with_its_password_and_not_without(path: Path) -> None:
    write_key(new_key(name="Amara Dean", now=NOW), path, password=PASSWORD)
    command = ["openssl", "pkey", "-in", path, "-noout", "-text", "-passin", "env:WORD"]
    read = subprocess.run(
        command, env={**os.environ, "WORD": PASSWORD}, capture_output=True, check=False
    )
    assert read.returncode == 0
    assert b"prime256v1" in read.stdout
    wrong = subprocess.run(
        command, env={**os.environ, "WORD": "wrong"}, capture_output=True, check=False
    )
    assert wrong.returncode != 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_may_read_the_key_file(path: Path) -> None:
    write_key(new_key(name="Amara Dean", now=NOW), path, password=PASSWORD)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("taken", ["amara.pem", "amara.crt"])
def test_no_key_file_replaces_another_file(path: Path, taken: str) -> None:
    (path.parent / taken).write_text("mine")
    with pytest.raises(AlreadyExists):
        write_key(new_key(name="Amara Dean", now=NOW), path, password=PASSWORD)
    assert [each.name for each in path.parent.iterdir()] == [taken]
    assert (path.parent / taken).read_text() == "mine"


def test_a_short_password_is_refused_and_nothing_written(path: Path) -> None:
    with pytest.raises(OutputError, match="8 characters"):
        write_key(new_key(name="Amara Dean", now=NOW), path, password="seven77")
    assert not any(path.parent.iterdir())


def test_a_key_file_may_not_have_the_name_of_its_certificate(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="another ending"):
        write_key(new_key(name="A", now=NOW), tmp_path / "amara.crt", password=PASSWORD)


def test_where_nothing_can_be_written_no_key_is_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evidencekit.custody.newkey.flush", full)
    with pytest.raises(OutputError, match="No space left"):
        write_key(new_key(name="A", now=NOW), path, password=PASSWORD)
    assert not any(path.parent.iterdir())


def test_a_wrong_password_is_named_as_what_may_be_wrong(path: Path) -> None:
    write_key(new_key(name="Amara Dean", now=NOW), path, password=PASSWORD)
    with pytest.raises(KeyUnusable) as caught:
        load_key(path, password="correct horse e")
    assert str(caught.value) == (
        "amara.pem could not be opened: the password is wrong, or the file is damaged. "
        "Nothing was signed."
    )
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value  # noqa: S301
    with pytest.raises(KeyUnusable, match="needs its password"):
        load_key(path)


def test_no_text_of_a_key_shows_it() -> None:
    key = self_signed()
    assert "private" not in repr(key)
    assert str(key.private_key.private_numbers().private_value) not in repr(key)


@pytest.mark.parametrize("kind", ["p-256", "p-384", "rsa-3072"])
@pytest.mark.parametrize("password", [PASSWORD, None])
def test_a_key_of_each_kind_is_read_from_pem(path: Path, kind: str, password: str | None) -> None:
    key = self_signed(kind)
    secret = key.private_key.private_bytes(
        Encoding.PEM,
        PrivateFormat.PKCS8,
        BestAvailableEncryption(password.encode()) if password else NoEncryption(),
    )
    path.write_bytes(b"Bag Attributes\n" + pem(key.certificate) + secret)
    assert needs_password(path) is (password is not None)
    assert load_key(path, password=password).fingerprint == key.fingerprint


def test_a_password_for_a_key_without_one_does_no_harm(path: Path) -> None:
    key = self_signed()
    path.write_bytes(plain_pem(key.private_key) + pem(key.certificate))
    assert load_key(path, password="unneeded").fingerprint == key.fingerprint


def test_a_certificate_may_stand_in_a_file_of_its_own(path: Path) -> None:
    key = self_signed()
    path.write_bytes(plain_pem(key.private_key))
    certificate = path.with_suffix(".crt")
    certificate.write_bytes(pem(key.certificate))
    assert load_key(path, certificate=certificate).fingerprint == key.fingerprint
    with pytest.raises(KeyUnusable, match="no certificate"):
        load_key(path)


@pytest.mark.parametrize("kind", ["p-256", "p-384", "rsa-3072"])
def test_a_key_of_each_kind_is_read_from_pkcs12(path: Path, kind: str) -> None:
    key = self_signed(kind)
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"mine",
            key.private_key,
            key.certificate,
            None,
            BestAvailableEncryption(PASSWORD.encode()),
        )
    )
    assert needs_password(path)
    assert load_key(path, password=PASSWORD).fingerprint == key.fingerprint
    with pytest.raises(KeyUnusable, match="password is wrong"):
        load_key(path, password="wrong")


@needs_openssl
def test_a_pkcs12_that_openssl_wrote_is_read_with_those_who_issued_it(path: Path) -> None:
    key, root = issued()
    folder = path.parent
    (folder / "key").write_bytes(plain_pem(key.private_key))
    (folder / "cert").write_bytes(pem(key.certificate))
    (folder / "chain").write_bytes(pem(key.others[0]) + pem(root))
    subprocess.run(
        [
            "openssl", "pkcs12", "-export", "-inkey", "key", "-in", "cert", "-certfile", "chain",
            "-out", path, "-passout", "pass:correct horse",
        ],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    found = load_key(path, password="correct horse")
    assert found.certificate == key.certificate
    assert set(found.others) == {*key.others, root}


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (ed25519.Ed25519PrivateKey.generate(), "OpenSSL 3.0 makes and checks no CMS"),
        (ec.generate_private_key(ec.SECP521R1()), "not a P-256, P-384 or RSA"),
        (ec.generate_private_key(ec.SECP256K1()), "not a P-256, P-384 or RSA"),
        (rsa.generate_private_key(public_exponent=65_537, key_size=1024), "of 1024 bits"),  # noqa: S505
        (dsa.generate_private_key(key_size=2048), "not a P-256, P-384 or RSA"),
    ],
    ids=["ed25519", "p-521", "secp256k1", "rsa-1024", "dsa"],
)
def test_a_key_that_cannot_seal_is_refused_with_the_reason(
    path: Path, key: Any, reason: str
) -> None:
    path.write_bytes(plain_pem(key))
    with pytest.raises(KeyUnusable, match=reason):
        load_key(path)


def test_a_certificate_of_another_key_is_refused(path: Path) -> None:
    path.write_bytes(plain_pem(private_key("p-256")) + pem(self_signed().certificate))
    with pytest.raises(KeyUnusable, match="a certificate of another key"):
        load_key(path)


def test_a_certificate_that_is_not_for_signatures_is_refused(path: Path) -> None:
    key = self_signed(extensions=((usage("key_agreement"), True),))
    path.write_bytes(plain_pem(key.private_key) + pem(key.certificate))
    with pytest.raises(KeyUnusable, match="not for signatures"):
        load_key(path)


def test_a_certificate_is_looked_at_on_the_day() -> None:
    key = private_key("p-256")
    expired = issue("A", key, days=(-20, -10))
    early = issue("A", key, days=(10, 20))
    with pytest.raises(KeyUnusable, match="expired on"):
        check_valid(expired, NOW)
    with pytest.raises(KeyUnusable, match="clock right"):
        check_valid(early, NOW)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "neither PEM nor PKCS#12"),
        (b"\x30\x03\x02\x01\x03", "neither PEM nor PKCS#12"),
        (pem(self_signed().certificate), "no private keys"),
        (plain_pem(private_key("p-256")) * 2, "2 private keys"),
        (
            b"-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n",
            "the file is damaged",
        ),
        (b"x" * 1_000_001, "larger than any"),
    ],
    ids=["empty", "other DER", "certificate alone", "two keys", "damaged", "huge"],
)
def test_a_file_that_is_no_key_file_says_so(path: Path, data: bytes, reason: str) -> None:
    path.write_bytes(data)
    with pytest.raises(KeyUnusable, match=reason):
        load_key(path, password=PASSWORD)


def test_a_key_file_that_is_not_there_says_so(path: Path) -> None:
    with pytest.raises(KeyUnusable, match="No such file"):
        load_key(path, password=PASSWORD)


def test_roots_must_be_roots(tmp_path: Path) -> None:
    key, root = issued()
    path = tmp_path / "roots.pem"
    path.write_bytes(pem(key.certificate))
    with pytest.raises(KeyUnusable, match="no root certificate"):
        load_certificates(path)
    path.write_bytes(pem(key.certificate) + pem(root))
    assert load_certificates(path) == (key.certificate, root)


def test_a_fingerprint_is_read_in_every_way_that_it_is_written() -> None:
    plain = fingerprint_of(self_signed().certificate)
    shown = shown_fingerprint(plain)
    assert {
        read_fingerprint(each)
        for each in (
            plain,
            shown,
            f"sha256:{plain}",
            f"sha256 Fingerprint={shown}"[19:],
            f" {shown}\n",
        )
    } == {plain}
    for bad in ("", plain[:-1], plain + "0", "g" * 64):
        with pytest.raises(ValueError, match="64 hex digits"):
            read_fingerprint(bad)


@needs_openssl
def test_the_fingerprint_is_the_one_that_openssl_prints(tmp_path: Path) -> None:
    certificate = self_signed().certificate
    path = tmp_path / "c.pem"
    path.write_bytes(pem(certificate))
    printed = subprocess.run(
        ["openssl", "x509", "-in", path, "-noout", "-fingerprint", "-sha256"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert printed.strip().partition("=")[2] == shown_fingerprint(fingerprint_of(certificate))


def test_without_the_extra_a_key_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(DependencyMissing, match=r"evidencekit\[sign\]"):
        new_key(name="Amara Dean", now=NOW)
