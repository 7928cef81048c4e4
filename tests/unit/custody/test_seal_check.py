# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signature, signer and time are looked at apart, and whatever was done to a seal is named.

Each act is one thing done to a good package; the whole of what `check_seal` then says is compared.
An act that ends with `relist` was done by somebody who put the seal's own list right again.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import cms
from asn1crypto import pem as armour
from asn1crypto import x509 as asn1_x509
from attrs import frozen
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from support_seal import NOW, SIGNS, issued, make_package, private_key, relist, self_signed, state
from support_tsa import Authority, issue, needs_openssl, pem, serve

from evidencekit.custody.keys import SigningKey
from evidencekit.custody.seal import seal, sign_detached
from evidencekit.custody.seal_check import check_seal
from evidencekit.custody.seal_status import SealStatus, TimestampStatus, Trust
from evidencekit.errors import KeyUnusable
from evidencekit.model.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = needs_openssl

P7S = "signatures/tagmanifest-sha256.txt.p7s"
TSR = f"{P7S}.tsr"
TSQ = f"{P7S}.tsq"
CRT = "signatures/signer.crt"
LIST = "signatures/seal-sha256.txt"
HOW = "signatures/HOW TO CHECK.txt"


@frozen(kw_only=True)
class Good:
    """A sealed package, and what its reader has from elsewhere."""

    package: Path
    key: SigningKey
    authority: Authority

    def check(self, package: Path | None = None) -> SealStatus:
        """Look with everything that a careful reader has."""
        return check_seal(
            package or self.package,
            trusted_fingerprint=self.key.fingerprint,
            tsa_roots=self.authority.root_path,
        )


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Good:
    folder = tmp_path_factory.mktemp("sealed")
    authority = Authority(folder / "tsa")
    key = self_signed()
    package = make_package(folder / "package")
    with pytest.MonkeyPatch.context() as patch, serve(authority) as server:
        patch.setenv("no_proxy", "127.0.0.1")
        seal(
            package,
            key=key,
            now=NOW,
            timestamp_url=server.url,
            timestamp_roots=authority.root_path,
        )
    return Good(package=package, key=key, authority=authority)


@pytest.fixture
def copy(good: Good, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good.package, tmp_path / "copy"))


def told(status: SealStatus) -> list[str]:
    """Return the findings that are errors, as code and subject."""
    return [f"{f.code} {f.subject}" for f in status.findings if f.severity is Severity.ERROR]


def outcomes(status: SealStatus) -> dict[str, str]:
    return {line.check: line.outcome.value for line in status.lines}


def test_a_good_seal_is_good_in_all_three(good: Good) -> None:
    before = state(good.package)
    status = good.check()
    assert status.findings == ()
    assert (status.present, status.intact, status.trusted) == (True, True, Trust.PINNED)
    assert (status.subject, status.self_signed) == ("CN=Amara Dean", True)
    assert status.certificate_valid is True
    assert (status.timestamp.intact, status.timestamp.trusted) == (True, Trust.CHAIN)
    assert status.timestamp.at is not None
    assert abs(status.timestamp.at - NOW) < dt.timedelta(hours=1)
    assert outcomes(status) == {"signature": "ok", "signer": "ok", "time": "ok"}
    assert state(good.package) == before


def test_without_anything_from_elsewhere_nobody_is_believed(good: Good) -> None:
    status = check_seal(good.package)
    assert (status.intact, status.trusted) == (True, Trust.NOT_CHECKED)
    assert (status.timestamp.intact, status.timestamp.trusted) == (True, Trust.NOT_CHECKED)
    assert [(f.code, f.severity) for f in status.findings] == [
        ("EK-G026", Severity.NOT_CHECKED),
        ("EK-G010", Severity.NOT_CHECKED),
    ]
    assert outcomes(status) == {"signature": "ok", "signer": "not_checked", "time": "not_checked"}


def test_no_seal_is_none_and_never_ok(tmp_path: Path, good: Good) -> None:
    package = make_package(tmp_path / "p")
    status = check_seal(package)
    assert (status.present, status.intact) == (False, None)
    assert [(line.outcome, line.message) for line in status.lines] == [
        (Severity.NOT_CHECKED, "not checked: none present")
    ]
    assert [(f.code, f.severity) for f in status.findings] == [("EK-G001", Severity.NOTE)]
    assert told(good.check(package)) == ["EK-G001 signatures", "EK-G020 signatures"]


def test_no_timestamp_is_none_and_never_ok(tmp_path: Path, good: Good) -> None:
    package = make_package(tmp_path / "p")
    key = self_signed()
    seal(package, key=key, now=NOW)
    status = check_seal(package, trusted_fingerprint=key.fingerprint)
    assert status.timestamp == TimestampStatus()
    assert outcomes(status) == {"signature": "ok", "signer": "ok", "time": "not_checked"}
    assert [(f.code, f.severity) for f in status.findings] == [("EK-G020", Severity.NOTE)]
    status = check_seal(package, tsa_roots=good.authority.root_path)
    assert told(status) == [f"EK-G020 {TSR}"]


def test_findings_name_files_and_never_people(good: Good, copy: Path) -> None:
    (copy / CRT).write_bytes(pem(self_signed().certificate))
    for status in (check_seal(good.package), check_seal(copy)):
        assert all("Amara" not in repr(each) for each in status.findings)
        assert all("Amara" not in each.message for each in status.lines)


# The acts.


def change_the_list(package: Path, _: Good) -> None:
    with (package / "tagmanifest-sha256.txt").open("ab") as file:
        file.write(b"\n")


def list_with_other_line_ends(package: Path, _: Good) -> None:
    path = package / "tagmanifest-sha256.txt"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def list_deleted(package: Path, _: Good) -> None:
    (package / "tagmanifest-sha256.txt").unlink()


def list_a_link(package: Path, _: Good) -> None:
    path = package / "tagmanifest-sha256.txt"
    path.rename(package / "data" / "real")
    path.symlink_to(package / "data" / "real")


def other_package(package: Path, good: Good) -> None:
    """Lay the seal into a package that was rebuilt."""
    shutil.rmtree(package / "data")
    for each in package.glob("*.txt"):
        each.unlink()
    make_package(package, {"bundle.json": "{}"})


def foreign_key_of_the_same_name(package: Path, _: Good) -> None:
    shutil.rmtree(package / "signatures")
    seal(package, key=self_signed(), now=NOW)


def signer_certificate_swapped(package: Path, _: Good) -> None:
    (package / CRT).write_bytes(pem(self_signed().certificate))
    relist(package)


def signer_certificate_deleted(package: Path, _: Good) -> None:
    (package / CRT).unlink()
    relist(package)


def signature_stripped(package: Path, _: Good) -> None:
    (package / P7S).unlink()
    relist(package)


def folder_stripped(package: Path, _: Good) -> None:
    shutil.rmtree(package / "signatures")


def folder_emptied(package: Path, _: Good) -> None:
    shutil.rmtree(package / "signatures")
    (package / "signatures").mkdir()


def folder_a_file(package: Path, _: Good) -> None:
    shutil.rmtree(package / "signatures")
    (package / "signatures").touch()


def folder_a_link(package: Path, _: Good) -> None:
    (package / "signatures").rename(package / "data" / "signatures")
    (package / "signatures").symlink_to(package / "data" / "signatures")


def signature_a_link(package: Path, _: Good) -> None:
    (package / P7S).rename(package / "data" / "p7s")
    (package / P7S).symlink_to(package / "data" / "p7s")


def signature_a_pipe(package: Path, _: Good) -> None:
    (package / P7S).unlink()
    os.mkfifo(package / P7S)


def signature_huge(package: Path, _: Good) -> None:
    with (package / P7S).open("r+b") as file:
        file.truncate(3_000_000)
    relist(package)


def signature_with_bytes_after(package: Path, _: Good) -> None:
    append(package / P7S, b"\0")
    relist(package)


def signature_in_pem(package: Path, _: Good) -> None:
    info = cms.ContentInfo.load((package / P7S).read_bytes())
    (package / P7S).write_bytes(armour.armor("CMS", info.dump()))
    relist(package)


def signature_of_two(package: Path, _: Good) -> None:
    bend(package, lambda signed: signed["signer_infos"].append(signed["signer_infos"][0].copy()))


def signature_of_none(package: Path, _: Good) -> None:
    def change(signed: Any) -> None:
        signed["signer_infos"] = []

    bend(package, change)


def signature_with_an_unsigned_attribute(package: Path, _: Good) -> None:
    def change(signed: Any) -> None:
        signed["signer_infos"][0]["unsigned_attrs"] = [
            {"type": "signing_time", "values": [cms.Time({"utc_time": NOW})]}
        ]

    bend(package, change)


def signature_with_another_time(package: Path, _: Good) -> None:
    def change(signed: Any) -> None:
        for each in signed["signer_infos"][0]["signed_attrs"]:
            if each["type"].native == "signing_time":
                each["values"] = [cms.Time({"utc_time": NOW - dt.timedelta(days=1)})]

    bend(package, change)


def signature_with_its_content(package: Path, _: Good) -> None:
    def change(signed: Any) -> None:
        content = (package / "tagmanifest-sha256.txt").read_bytes()
        signed["encap_content_info"]["content"] = content

    bend(package, change)


def signature_without_its_certificate(package: Path, _: Good) -> None:
    def change(signed: Any) -> None:
        signed["certificates"] = []

    bend(package, change)


def signature_without_attributes(package: Path, good: Good) -> None:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization.pkcs7 import (
        PKCS7Options,
        PKCS7SignatureBuilder,
    )

    builder = PKCS7SignatureBuilder().set_data((package / "tagmanifest-sha256.txt").read_bytes())
    builder = builder.add_signer(good.key.certificate, good.key.private_key, SHA256())
    options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoAttributes]
    (package / P7S).write_bytes(builder.sign(Encoding.DER, options))
    relist(package)


def signed_again_by_the_holder(package: Path, good: Good) -> None:
    (package / P7S).write_bytes(
        sign_detached(good.key, (package / "tagmanifest-sha256.txt").read_bytes())
    )
    relist(package)


def timestamp_stripped(package: Path, _: Good) -> None:
    (package / TSR).unlink()
    relist(package)


def timestamp_stripped_whole(package: Path, _: Good) -> None:
    for each in (package / "signatures").glob("*.ts*"):
        each.unlink()
    relist(package)


def timestamp_a_bare_token(package: Path, good: Good) -> None:
    query = (package / TSQ).read_bytes()
    (package / TSR).write_bytes(good.authority.reply(query, token_only=True))
    relist(package)


def timestamp_of_other_bytes(package: Path, good: Good) -> None:
    from evidencekit.custody.timestamp_check import make_request

    query = make_request("sha256", bytes(32), nonce=7)
    (package / TSQ).write_bytes(query)
    (package / TSR).write_bytes(good.authority.reply(query))
    relist(package)


def timestamp_of_another_request(package: Path, good: Good) -> None:
    import hashlib

    from evidencekit.custody.timestamp_check import make_request

    hashed = hashlib.sha256((package / P7S).read_bytes()).digest()
    (package / TSR).write_bytes(good.authority.reply(make_request("sha256", hashed, nonce=7)))
    relist(package)


def timestamp_rejected(package: Path, _: Good) -> None:
    from asn1crypto import tsp

    parsed = tsp.TimeStampResp.load((package / TSR).read_bytes())
    parsed["status"]["status"] = 2
    (package / TSR).write_bytes(parsed.dump(force=True))
    relist(package)


def timestamp_with_bytes_after(package: Path, _: Good) -> None:
    append(package / TSR, b"\0")
    relist(package)


def timestamp_of_a_foreign_authority(package: Path, _: Good) -> None:
    other = Authority(package.parent / "other")
    (package / TSR).write_bytes(other.reply((package / TSQ).read_bytes()))
    (package / f"{TSR}.crt").write_bytes(pem(other.root))
    relist(package)


def request_deleted(package: Path, _: Good) -> None:
    (package / TSQ).unlink()
    relist(package)


def request_changed(package: Path, _: Good) -> None:
    append(package / TSQ, b"\0")
    relist(package)


def stray_file(package: Path, _: Good) -> None:
    (package / "signatures" / "extra\x1b.txt").write_text("x")


def stray_folder(package: Path, _: Good) -> None:
    (package / "signatures" / "more").mkdir()


def text_rewritten(package: Path, _: Good) -> None:
    (package / HOW).write_text("All is well.\n")


def text_rewritten_and_relisted(package: Path, _: Good) -> None:
    (package / HOW).write_text("All is well.\n")
    relist(package)


def own_list_deleted(package: Path, _: Good) -> None:
    (package / LIST).unlink()


def own_list_spoilt(package: Path, _: Good) -> None:
    append(package / LIST, b"and so on\n")


def own_list_twice(package: Path, _: Good) -> None:
    (package / LIST).write_bytes((package / LIST).read_bytes() * 2)


def own_list_with_another_file(package: Path, _: Good) -> None:
    append(package / LIST, f"{'0' * 64}  gone.txt\n".encode())


def own_list_with_one_less(package: Path, _: Good) -> None:
    lines = (package / LIST).read_text().splitlines(keepends=True)
    (package / LIST).write_text("".join(each for each in lines if "HOW" not in each))


def append(path: Path, data: bytes) -> None:
    path.write_bytes(path.read_bytes() + data)


def bend(package: Path, change: Callable[[Any], None]) -> None:
    """Change the parsed signature, and put the list right."""
    info = cms.ContentInfo.load((package / P7S).read_bytes())
    change(info["content"])
    (package / P7S).write_bytes(info.dump(force=True))
    relist(package)


#: Another signature file is one that the timestamp is not of, and that is found as well.
STALE = [f"EK-G022 {TSR}"]
ACTS = [
    (change_the_list, [f"EK-G002 {P7S}"]),
    (list_with_other_line_ends, [f"EK-G002 {P7S}"]),
    (list_deleted, ["EK-G002 tagmanifest-sha256.txt"]),
    (list_a_link, ["EK-G002 tagmanifest-sha256.txt"]),
    (other_package, [f"EK-G002 {P7S}"]),
    (foreign_key_of_the_same_name, [f"EK-G020 {TSR}", f"EK-G006 {CRT}"]),
    (signer_certificate_swapped, [f"EK-G004 {CRT}"]),
    (signer_certificate_deleted, [f"EK-G008 {CRT}", f"EK-G004 {CRT}"]),
    (signature_stripped, [f"EK-G008 {P7S}", f"EK-G001 {P7S}", *STALE]),
    (folder_stripped, ["EK-G001 signatures", "EK-G020 signatures"]),
    (
        folder_emptied,
        [
            f"EK-G008 {P7S}",
            f"EK-G008 {CRT}",
            f"EK-G008 {HOW}",
            f"EK-G008 {LIST}",
            f"EK-G001 {P7S}",
            f"EK-G020 {TSR}",
        ],
    ),
    (folder_a_file, ["EK-G008 signatures", f"EK-G001 {P7S}", f"EK-G020 {TSR}"]),
    (folder_a_link, ["EK-G008 signatures", f"EK-G001 {P7S}", f"EK-G020 {TSR}"]),
    (signature_a_link, [f"EK-G008 {P7S}", f"EK-G001 {P7S}", *STALE]),
    (signature_a_pipe, [f"EK-G008 {P7S}", f"EK-G001 {P7S}", *STALE]),
    (signature_huge, [f"EK-G008 {P7S}", f"EK-G001 {P7S}", *STALE]),
    (signature_with_bytes_after, [f"EK-G003 {P7S}", *STALE]),
    (signature_in_pem, [f"EK-G003 {P7S}", *STALE]),
    (signature_of_two, [f"EK-G003 {P7S}", *STALE]),
    (signature_of_none, [f"EK-G003 {P7S}", *STALE]),
    (signature_with_an_unsigned_attribute, [f"EK-G003 {P7S}", *STALE]),
    (signature_with_another_time, [f"EK-G002 {P7S}", *STALE]),
    (signature_with_its_content, [f"EK-G003 {P7S}", *STALE]),
    (signature_without_its_certificate, [f"EK-G003 {P7S}", *STALE]),
    (signature_without_attributes, [f"EK-G003 {P7S}", *STALE]),
    (signed_again_by_the_holder, STALE),
    (timestamp_stripped, [f"EK-G008 {TSR}", f"EK-G020 {TSR}"]),
    (timestamp_stripped_whole, [f"EK-G020 {TSR}"]),
    (timestamp_a_bare_token, [f"EK-G021 {TSR}"]),
    (timestamp_of_other_bytes, [f"EK-G022 {TSR}"]),
    (timestamp_of_another_request, [f"EK-G022 {TSR}"]),
    (timestamp_rejected, [f"EK-G021 {TSR}"]),
    (timestamp_with_bytes_after, [f"EK-G021 {TSR}"]),
    (timestamp_of_a_foreign_authority, [f"EK-G025 {TSR}"]),
    (request_deleted, [f"EK-G008 {TSQ}"]),
    (request_changed, [f"EK-G022 {TSR}"]),
    (stray_file, ["EK-G008 signatures/extra\\x1b.txt"]),
    (stray_folder, ["EK-G008 signatures/more"]),
    (text_rewritten, [f"EK-G008 {HOW}"]),
    (own_list_deleted, [f"EK-G008 {LIST}"]),
    (own_list_spoilt, [f"EK-G008 {LIST}"]),
    (own_list_twice, [f"EK-G008 {LIST}"]),
    (own_list_with_another_file, ["EK-G008 signatures/gone.txt"]),
    (own_list_with_one_less, [f"EK-G008 {HOW}"]),
]


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are made as on POSIX")
@pytest.mark.parametrize(("act", "found"), ACTS, ids=[act.__name__ for act, _ in ACTS])
def test_every_act_is_found_and_its_file_named(
    good: Good, copy: Path, act: Callable[[Path, Good], None], found: list[str]
) -> None:
    act(copy, good)
    status = good.check(copy)
    assert told(status) == found
    assert Severity.OK not in {
        line.outcome for line in status.lines if line.check == _line_of(found[-1])
    }


def _line_of(finding: str) -> str:
    """The summary line that may not say "ok" for a finding; "" for what touches none of them."""
    code = finding.split(maxsplit=1)[0]
    return {
        "EK-G001": "signature",
        "EK-G002": "signature",
        "EK-G003": "signature",
        "EK-G006": "signer",
        "EK-G020": "time",
        "EK-G021": "time",
        "EK-G022": "time",
        "EK-G025": "time",
    }.get(code, "")


def test_what_a_text_says_is_under_no_signature(good: Good, copy: Path) -> None:
    """Not found, and said so in the text itself and in the documentation."""
    text_rewritten_and_relisted(copy, good)
    assert told(good.check(copy)) == []


def test_another_key_does_not_fit_the_pin_and_still_fits_the_bytes(tmp_path: Path) -> None:
    package = make_package(tmp_path / "p")
    seal(package, key=self_signed(), now=NOW)
    other = self_signed().fingerprint
    status = check_seal(package, trusted_fingerprint=other)
    assert (status.intact, status.trusted) == (True, Trust.REFUSED)
    finding = next(each for each in status.findings if each.code == "EK-G006")
    assert (finding.expected, finding.found) == (other, status.fingerprint)
    assert outcomes(status)["signature"] == "ok"
    assert outcomes(status)["signer"] == "error"


def test_a_certificate_that_had_expired_is_an_error(tmp_path: Path) -> None:
    package = make_package(tmp_path / "p")
    key = self_signed(days=(-20, -10))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("evidencekit.custody.seal.check_valid", lambda *_: None)
        seal(package, key=key, now=NOW)
    status = check_seal(package, trusted_fingerprint=key.fingerprint)
    assert (status.intact, status.certificate_valid) == (True, False)
    assert told(status) == [f"EK-G005 {CRT}"]
    assert outcomes(status)["signer"] == "error"


def roots_file(folder: Path, *certificates: Any) -> Path:
    path = folder / "roots.pem"
    path.write_bytes(b"".join(pem(each) for each in certificates))
    return path


def test_a_firms_certificate_leads_to_its_root(tmp_path: Path) -> None:
    package = make_package(tmp_path / "p")
    key, root = issued()
    seal(package, key=key, now=NOW)
    status = check_seal(package, signer_roots=roots_file(tmp_path, root))
    assert (status.trusted, status.self_signed, told(status)) == (Trust.CHAIN, False, [])
    assert outcomes(status)["signer"] == "ok"


def test_a_certificate_between_may_come_with_the_roots(tmp_path: Path) -> None:
    package = make_package(tmp_path / "p")
    whole, root = issued()
    seal(
        package,
        key=SigningKey(private_key=whole.private_key, certificate=whole.certificate),
        now=NOW,
    )
    refused = check_seal(package, signer_roots=roots_file(tmp_path, root))
    assert (refused.trusted, told(refused)) == (Trust.REFUSED, [f"EK-G007 {CRT}"])
    status = check_seal(package, signer_roots=roots_file(tmp_path, root, *whole.others))
    assert status.trusted is Trust.CHAIN


def test_a_root_of_the_same_name_is_another_root(tmp_path: Path) -> None:
    package = make_package(tmp_path / "p")
    key, _ = issued()
    _, other = issued()
    seal(package, key=key, now=NOW)
    status = check_seal(package, signer_roots=roots_file(tmp_path, other))
    assert (status.intact, status.trusted) == (True, Trust.REFUSED)


def test_a_certificate_that_is_no_authority_issues_none(tmp_path: Path) -> None:
    """Whoever holds any certificate of the firm could else make one for anybody."""
    package = make_package(tmp_path / "p")
    key, root = issued(ca=False)
    seal(package, key=key, now=NOW)
    status = check_seal(package, signer_roots=roots_file(tmp_path, root))
    assert status.trusted is Trust.REFUSED


def test_a_root_in_the_signature_itself_is_not_believed(tmp_path: Path) -> None:
    package = make_package(tmp_path / "p")
    key, own_root = issued()
    _, other = issued()
    everything = SigningKey(
        private_key=key.private_key,
        certificate=key.certificate,
        others=(*key.others, own_root),
    )
    seal(package, key=everything, now=NOW)
    status = check_seal(package, signer_roots=roots_file(tmp_path, other))
    assert status.trusted is Trust.REFUSED


def test_a_self_signed_certificate_can_be_its_own_root(tmp_path: Path) -> None:
    package = make_package(tmp_path / "p")
    key = self_signed()
    seal(package, key=key, now=NOW)
    status = check_seal(package, signer_roots=roots_file(tmp_path, key.certificate))
    assert (status.intact, status.trusted) == (True, Trust.CHAIN)


def test_a_name_that_a_terminal_might_obey_is_shown_harmlessly(tmp_path: Path) -> None:
    private = private_key("p-256")
    certificate = issue("Amara\x1b[2J\u202eDean", private, extensions=SIGNS)
    package = make_package(tmp_path / "p")
    seal(package, key=SigningKey(private_key=private, certificate=certificate), now=NOW)
    status = check_seal(package)
    assert status.subject == "CN=Amara\\u001b[2J\\u202eDean"
    text = (package / "signatures" / "HOW TO CHECK.txt").read_text("utf-8")
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_certificate_that_cryptography_remarks_on_is_read_without_a_word(
    good: Good, copy: Path
) -> None:
    """Warnings are errors in these tests; on a terminal they would stand beside the report."""
    path = copy / f"{TSR}.crt"
    odd = asn1_x509.Certificate.load(good.authority.root.public_bytes(Encoding.DER))
    odd["tbs_certificate"]["serial_number"] = -1
    path.write_bytes(armour.armor("CERTIFICATE", odd.dump(force=True)))
    assert told(good.check(copy)) == [f"EK-G008 {TSR}.crt"]


@pytest.mark.parametrize("bad", ["", "ab" * 31, "zz" * 32])
def test_a_fingerprint_that_is_none_is_refused(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ValueError, match="64 hex digits"):
        check_seal(tmp_path, trusted_fingerprint=bad)


def test_a_file_of_roots_without_roots_is_refused(tmp_path: Path) -> None:
    (tmp_path / "roots.pem").touch()
    with pytest.raises(KeyUnusable, match="no root certificate"):
        check_seal(tmp_path, tsa_roots=tmp_path / "roots.pem")


def test_without_the_extra_nothing_is_checked_and_it_says_so(
    good: Good, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "asn1crypto", None)
    status = check_seal(good.package, trusted_fingerprint=good.key.fingerprint)
    assert (status.present, status.intact) == (True, None)
    assert [(f.code, f.severity) for f in status.findings] == [("EK-G009", Severity.NOT_CHECKED)]
    assert "evidencekit[sign]" in status.findings[0].message
    assert set(outcomes(status).values()) == {"not_checked"}


def test_without_the_extra_for_timestamps_only_its_authority_is_not_checked(
    good: Good, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    status = good.check()
    assert (status.timestamp.intact, status.timestamp.trusted) == (True, Trust.NOT_CHECKED)
    assert [(f.code, f.severity) for f in status.findings] == [("EK-G009", Severity.NOT_CHECKED)]
    assert outcomes(status) == {"signature": "ok", "signer": "ok", "time": "not_checked"}


@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_every_single_changed_byte_is_found_and_its_file_named(
    good: Good, data: st.DataObject
) -> None:
    names = sorted(each.name for each in (good.package / "signatures").iterdir())
    name = data.draw(st.sampled_from(names))
    path = good.package / "signatures" / name
    before = path.read_bytes()
    place = data.draw(st.integers(0, len(before) - 1))
    changed = bytearray(before)
    changed[place] ^= data.draw(st.integers(1, 255))
    try:
        path.write_bytes(changed)
        errors = [f for f in good.check().findings if f.severity is Severity.ERROR]
        assert any(name in f"{each.subject} {each.message}" for each in errors)
    finally:
        path.write_bytes(before)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_changed_signature_file_fits_no_timestamp_even_where_it_still_fits_the_bytes(
    good: Good, data: st.DataObject
) -> None:
    """By an enemy who puts the list right: bytes under no signature are under the timestamp."""
    path = good.package / P7S
    before, listed = path.read_bytes(), (good.package / LIST).read_bytes()
    changed = bytearray(before)
    changed[data.draw(st.integers(0, len(before) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        path.write_bytes(changed)
        relist(good.package)
        assert f"EK-G022 {TSR}" in told(good.check())
    finally:
        path.write_bytes(before)
        (good.package / LIST).write_bytes(listed)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from([P7S, TSR, TSQ, CRT, LIST, f"{TSR}.crt"]), junk=st.binary(max_size=300))
def test_no_bytes_stop_the_check(good: Good, name: str, junk: bytes) -> None:
    path = good.package / name
    before = path.read_bytes()
    try:
        path.write_bytes(junk)
        assert told(good.check()) != []
    finally:
        path.write_bytes(before)
