# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import datetime as dt
import sys

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name
from support_pdf import add_page, numbered_pdf

from evidencekit.errors import DocumentUnusable
from evidencekit.pdf.takein import SignatureOutcome, SignatureSeen, TakenIn, take_in

SECRET, ODD, OWNER, RIGHT, WRONG = "geheim", "naïve – Łódź", "two", "right", "wrong"


def take(path, **how) -> TakenIn:
    return take_in(path, path.with_name("clean.pdf"), name="x.pdf", item="document:x", **how)


def codes(taken: TakenIn) -> list[str]:
    return [each.code for each in taken.findings]


def locked(path, *, user: str, owner: str = "other", strength: int = 6):
    with pikepdf.new() as pdf:
        add_page(pdf)
        aes = strength >= 4
        pdf.save(
            path,
            encryption=pikepdf.Encryption(
                user=user, owner=owner, R=strength, aes=aes, metadata=aes
            ),
        )
    return path


@pytest.mark.parametrize("strength", [2, 3, 4, 6])
def test_a_locked_document_opens_with_its_password_and_is_bound_without_a_lock(tmp_path, strength):
    path = locked(tmp_path / "x.pdf", user=SECRET, strength=strength)
    taken = take(path, password=SECRET)
    assert codes(taken) == ["EK-P030"]
    reader = pypdf.PdfReader(taken.path)
    assert not reader.is_encrypted
    assert "Words of the page" in reader.pages[0].extract_text()
    assert b"geheim" not in repr(taken).encode()


def test_letters_of_any_script_are_a_password(tmp_path):
    path = locked(tmp_path / "x.pdf", user=ODD)
    assert codes(take(path, password=ODD)) == ["EK-P030"]


def test_the_password_of_its_owner_opens_it_too(tmp_path):
    path = locked(tmp_path / "x.pdf", user="one", owner=OWNER)
    assert codes(take(path, password=OWNER)) == ["EK-P030"]


@pytest.mark.parametrize("password", ["wrong", ""])
def test_another_password_is_refused_and_not_repeated(tmp_path, password):
    path = locked(tmp_path / "x.pdf", user=RIGHT)
    with pytest.raises(DocumentUnusable) as caught:
        take(path, password=password)
    assert caught.value.reason == "is not opened by the password given for it"
    assert "wrong" not in str(caught.value)


def test_a_locked_and_damaged_document_opens_with_its_password(tmp_path):
    path = locked(tmp_path / "x.pdf", user=RIGHT)
    data = path.read_bytes()
    path.write_bytes(data[: data.rfind(b"startxref")] + b"startxref\n7\n%%EOF\n")
    assert codes(take(path, password=RIGHT)) == ["EK-P001", "EK-P030"]
    with pytest.raises(DocumentUnusable, match="is not opened by the password given"):
        take(path, password=WRONG)


@pytest.mark.parametrize("name", ["x.pdf", "x.txt"])
def test_a_password_that_is_not_needed_is_said_to_be(tmp_path, name):
    path = tmp_path / name
    if name == "x.txt":
        path.write_text("Words")
    else:
        numbered_pdf(path, 1)
    taken = take_in(path, tmp_path / "c.pdf", name=name, item="document:x", password=WRONG)
    assert codes(taken) == ["EK-P030"]
    assert "does not need" in taken.findings[0].message


# --- files inside


def test_embedded_files_are_written_out_on_request(tmp_path):
    with pikepdf.new() as pdf:
        add_page(pdf)
        pdf.attachments["../notes.txt"] = b"first"
        pdf.attachments["second.bin"] = bytes(1000)
        pdf.save(tmp_path / "x.pdf")
    taken = take(tmp_path / "x.pdf", attachments_to=tmp_path / "files")
    assert sorted(each.name for each in (tmp_path / "files").iterdir()) == [
        "001-notes.txt",
        "002-second.bin",
    ]
    assert (tmp_path / "files" / "001-notes.txt").read_bytes() == b"first"
    assert [each.size for each in taken.attachments] == [5, 1000]


def test_an_embedded_file_that_unpacks_without_end_is_left_alone(tmp_path):
    import zlib

    deflate = zlib.compressobj(9)
    data = b"".join(deflate.compress(bytes(10**7)) for _ in range(26)) + deflate.flush()
    with pikepdf.new() as pdf:
        page = add_page(pdf)
        stream = pikepdf.Stream(pdf, data, Filter=Name.FlateDecode)
        file = Dictionary(Type=Name.Filespec, F=pikepdf.String("x"), EF=Dictionary(F=stream))
        annotation = Dictionary(
            Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]), FS=file
        )
        page.obj["/Annots"] = Array([pdf.make_indirect(annotation)])
        pdf.save(tmp_path / "x.pdf")
    taken = take(tmp_path / "x.pdf")
    assert codes(taken) == ["EK-P009", "EK-P035"]
    assert taken.attachments == ()
    assert "could not be read" in taken.findings[1].message


# --- signatures


@pytest.fixture(scope="module")
def signer():
    pytest.importorskip("pyhanko", reason="the extra sign-pdf is not installed")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import pkcs12
    from pyhanko.sign import signers

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Testholder Namenson")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2060, 1, 1, tzinfo=dt.UTC))
        .sign(key, hashes.SHA256())
    )
    data = pkcs12.serialize_key_and_certificates(
        b"k", key, certificate, None, serialization.NoEncryption()
    )
    return signers.SimpleSigner.load_pkcs12_data(data, (), b"")


@pytest.fixture
def signed(tmp_path, signer):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    path = numbered_pdf(tmp_path / "plain.pdf", 1)
    with path.open("rb") as source, (tmp_path / "x.pdf").open("wb") as to:
        signers.sign_pdf(
            IncrementalPdfFileWriter(source, strict=False),
            signers.PdfSignatureMetadata(field_name="S"),
            signer=signer,
            output=to,
        )
    return tmp_path / "x.pdf"


def test_a_signature_that_holds_is_said_to_hold_for_the_whole_file(signed):
    taken = take(signed)
    assert taken.signatures == (SignatureSeen(outcome=SignatureOutcome.HOLDS, whole_file=True),)
    assert codes(taken) == ["EK-P003", "EK-P004"]
    message = taken.findings[0].message
    assert "1 of them fit the bytes they cover, 1 of these the whole file" in message
    assert "Who signed was not looked into" in message
    assert "Namenson" not in str(taken.findings)


def test_a_signature_over_bytes_that_were_changed_is_a_finding_of_its_own(signed):
    data = bytearray(signed.read_bytes())
    at = data.find(b"/MediaBox")
    data[at + 12 : at + 13] = b"1" if data[at + 12 : at + 13] != b"1" else b"2"
    signed.write_bytes(data)
    taken = take(signed)
    assert [each.outcome for each in taken.signatures] == [SignatureOutcome.CHANGED]
    assert "EK-P046" in codes(taken)


def test_a_signature_that_something_was_added_after_covers_not_the_whole_file(signed):
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    with signed.open("r+b") as file:
        writer = IncrementalPdfFileWriter(file, strict=False)
        writer.root["/Extra"] = generic.NumberObject(1)
        writer.update_root()
        writer.write_in_place()
    assert take(signed).signatures == (
        SignatureSeen(outcome=SignatureOutcome.HOLDS, whole_file=False),
    )


def test_without_what_looks_into_it_a_signature_is_present_and_not_checked(signed, monkeypatch):
    for name in [each for each in sys.modules if each.startswith("pyhanko")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    taken = take(signed)
    assert taken.signatures == (SignatureSeen(outcome=SignatureOutcome.NOT_CHECKED),)
    assert "Present; not looked into" in taken.findings[0].message
