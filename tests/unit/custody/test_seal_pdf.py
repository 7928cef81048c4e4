# SPDX-License-Identifier: AGPL-3.0-or-later
"""A signed copy of a PDF is checked by pyHanko and poppler, and its original is left alone."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from support_seal import NOW, issued, make_package, self_signed, state
from support_tsa import Authority, Behaviour, Server, needs_openssl, serve

from evidencekit.custody.sign_pdf import sign_pdf
from evidencekit.errors import (
    AlreadyExists,
    DependencyMissing,
    KeyUnusable,
    OutputError,
    SealError,
    TimestampFailed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.x509 import Certificate


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "Bundle.pdf"
    with pikepdf.new() as new:
        new.add_blank_page()
        new.add_blank_page()
        new.save(path)
    return path


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tsa")


@pytest.fixture
def server(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serve(authority) as running:
        yield running


def validated(data: bytes, root: Certificate, *, tsa_root: Certificate | None = None) -> Any:
    """Return what pyHanko finds of the one signature."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    def context(certificate: Certificate) -> ValidationContext:
        form = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
        return ValidationContext(trust_roots=[form], allow_fetching=False)

    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    return validate_pdf_signature(
        signature,
        signer_validation_context=context(root),
        ts_validation_context=None if tsa_root is None else context(tsa_root),
    )


@pytest.mark.parametrize("kind", ["p-256", "p-384", "rsa-3072"])
def test_pyhanko_finds_the_copy_whole_and_signed_by_the_key(pdf: Path, kind: str) -> None:
    key = self_signed(kind)
    to = pdf.with_name("Bundle signed.pdf")
    made = sign_pdf(pdf, to, key=key, now=NOW)
    status = validated(to.read_bytes(), key.certificate)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signing_cert.sha256.hex() == made.fingerprint == key.fingerprint
    assert made.stamped_at is None


def test_the_copy_starts_with_the_bytes_of_the_original_which_stays(pdf: Path) -> None:
    before = pdf.read_bytes()
    to = pdf.with_name("Bundle signed.pdf")
    sign_pdf(pdf, to, key=self_signed(), now=NOW)
    assert pdf.read_bytes() == before
    assert to.read_bytes().startswith(before)
    with pikepdf.open(to) as copy:
        assert len(copy.pages) == 2
        assert copy.Root.AcroForm.Fields[0].V.SubFilter == "/ETSI.CAdES.detached"


def test_the_times_in_the_signature_tell_no_zone(
    pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = pdf.with_name("Bundle signed.pdf")
    zone = dt.timezone(dt.timedelta(hours=5, minutes=45))
    now = dt.datetime.now(zone).replace(microsecond=0)
    sign_pdf(pdf, to, key=self_signed(), now=now)
    with pikepdf.open(to) as copy:
        said = str(copy.Root.AcroForm.Fields[0].V.M)
    assert said == now.astimezone(dt.UTC).strftime("D:%Y%m%d%H%M%SZ")


@needs_openssl
def test_a_timestamp_comes_from_the_server_named_and_is_asked_for_once(
    pdf: Path, server: Server, authority: Authority
) -> None:
    to = pdf.with_name("Bundle signed.pdf")
    key = self_signed()
    made = sign_pdf(
        pdf,
        to,
        key=key,
        now=NOW,
        timestamp_url=server.url,
        timestamp_roots=authority.root_path,
    )
    status = validated(to.read_bytes(), key.certificate, tsa_root=authority.root)
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == made.stamped_at
    assert len(server.queries) == 1


@needs_openssl
@pytest.mark.parametrize("behaviour", [Behaviour.OTHER_BYTES, Behaviour.HANGS, Behaviour.WEB_PAGE])
def test_without_its_timestamp_there_is_no_copy(
    pdf: Path, server: Server, behaviour: Behaviour
) -> None:
    before = state(pdf.parent)
    server.behaviour = behaviour
    with pytest.raises(TimestampFailed):
        sign_pdf(
            pdf,
            pdf.with_name("copy.pdf"),
            key=self_signed(),
            now=NOW,
            timestamp_url=server.url,
            seconds=0.5,
        )
    after = state(pdf.parent)
    assert {each for each in after if "tsa" not in each} == {
        each for each in before if "tsa" not in each
    }


def test_a_certificate_of_a_firm_comes_with_those_who_issued_it(pdf: Path) -> None:
    key, root = issued()
    to = pdf.with_name("copy.pdf")
    sign_pdf(pdf, to, key=key, now=NOW)
    assert validated(to.read_bytes(), root).trusted


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig (poppler) is not installed")
def test_poppler_finds_the_signature_valid(pdf: Path) -> None:
    to = pdf.with_name("copy.pdf")
    sign_pdf(pdf, to, key=self_signed(), now=NOW)
    done = subprocess.run(["pdfsig", "-nocert", to], capture_output=True, text=True, check=False)
    assert "Signature is Valid." in done.stdout
    assert "Total document signed" in done.stdout
    changed = bytearray(to.read_bytes())
    changed[20] ^= 1
    to.write_bytes(changed)
    done = subprocess.run(["pdfsig", "-nocert", to], capture_output=True, text=True, check=False)
    assert "Signature is Valid." not in done.stdout


def test_a_changed_copy_is_found(pdf: Path) -> None:
    key = self_signed()
    to = pdf.with_name("copy.pdf")
    sign_pdf(pdf, to, key=key, now=NOW)
    changed = bytearray(to.read_bytes())
    place = changed.index(b"MediaBox") + 12
    changed[place] ^= 1
    assert validated(bytes(changed), key.certificate).intact is False


def test_no_copy_replaces_a_file(pdf: Path) -> None:
    before = pdf.read_bytes()
    with pytest.raises(AlreadyExists):
        sign_pdf(pdf, pdf, key=self_signed(), now=NOW)
    assert pdf.read_bytes() == before


def test_no_copy_is_put_into_a_package(pdf: Path, tmp_path: Path) -> None:
    package = make_package(tmp_path / "package")
    before = state(package)
    with pytest.raises(OutputError, match="lies in the package"):
        sign_pdf(pdf, package / "data" / "copy.pdf", key=self_signed(), now=NOW)
    assert state(package) == before


@pytest.mark.parametrize(
    "data",
    [b"", b"not a PDF", b"%PDF-1.7\n%%EOF\n"],
)
def test_what_is_no_pdf_is_not_signed(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(data)
    with pytest.raises(SealError, match=r"bad\.pdf"):
        sign_pdf(path, tmp_path / "copy.pdf", key=self_signed(), now=NOW)
    assert [each.name for each in tmp_path.iterdir()] == ["bad.pdf"]


def test_an_encrypted_pdf_is_not_signed(pdf: Path) -> None:
    path = pdf.with_name("locked.pdf")
    with pikepdf.open(pdf) as source:
        source.save(path, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(SealError, match="locked"):
        sign_pdf(path, pdf.with_name("copy.pdf"), key=self_signed(), now=NOW)


def test_a_pdf_that_is_not_there_is_not_signed(tmp_path: Path) -> None:
    with pytest.raises(SealError, match="No such file"):
        sign_pdf(tmp_path / "none.pdf", tmp_path / "copy.pdf", key=self_signed(), now=NOW)


def test_an_expired_certificate_signs_no_pdf(pdf: Path) -> None:
    with pytest.raises(KeyUnusable, match="expired on"):
        sign_pdf(pdf, pdf.with_name("c.pdf"), key=self_signed(days=(-20, -10)), now=NOW)


def test_a_disk_that_fails_leaves_no_half_of_a_copy(
    pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("evidencekit.custody.sign_pdf.flush", full)
    with pytest.raises(OutputError, match="No space left"):
        sign_pdf(pdf, pdf.with_name("c.pdf"), key=self_signed(), now=NOW)
    assert [each.name for each in pdf.parent.iterdir()] == [pdf.name]


def test_without_the_extra_no_pdf_is_signed(pdf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in [name for name in sys.modules if name.startswith("pyhanko")]:
        monkeypatch.delitem(sys.modules, each)
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    with pytest.raises(DependencyMissing, match=r"evidencekit\[sign-pdf\]"):
        sign_pdf(pdf, pdf.with_name("c.pdf"), key=self_signed(), now=NOW)
