# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check a CMS signature (RFC 5652) over given bytes: that of a seal, and that of a timestamp.

cryptography makes such signatures and does not check them, so the check is here, and it is narrow:
strict DER with nothing after it, exactly one signer, SHA-2, the attributes that must be there once
each, the digest of the content, and the signature over the attributes. Who the signer is, and
whether to believe it, is another question that is not answered here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.custody.certificates import unreadable, without_warnings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cryptography.hazmat.primitives.hashes import HashAlgorithm

SHA2 = ("sha256", "sha384", "sha512")

_LEAST_RSA_BITS = 2048
#: Algorithm of the signature: its family, and its digest where it names one.
_SIGNATURES = {
    "rsassa_pkcs1v15": ("rsa", None),
    "sha256_rsa": ("rsa", "sha256"),
    "sha384_rsa": ("rsa", "sha384"),
    "sha512_rsa": ("rsa", "sha512"),
    "sha256_ecdsa": ("ec", "sha256"),
    "sha384_ecdsa": ("ec", "sha384"),
    "sha512_ecdsa": ("ec", "sha512"),
}


class WrongForm(Exception):
    """The bytes are not in a form that is accepted; the text continues a sentence about them."""


class DoesNotFit(Exception):
    """The form is right, and the signature or digest is of something else."""


@frozen(kw_only=True)
class Signed:
    """What a signature that fits says. Certificates are DER; `claimed_at` is the signer's word."""

    certificate: bytes
    others: tuple[bytes, ...]
    claimed_at: dt.datetime | None
    attributes: dict[str, Any]


@contextmanager
def as_wrong_form(reason: str) -> Iterator[None]:
    """Turn what asn1crypto and cryptography raise on odd bytes, late and variously, into one."""
    try:
        yield
    except (LookupError, AttributeError, ArithmeticError, RuntimeError) as error:
        raise WrongForm(reason) from error
    except unreadable() as error:
        raise WrongForm(reason) from error


def check_detached(data: bytes, content: bytes) -> Signed:
    """Check the detached signature *data* (DER) over *content*.

    Raises:
        WrongForm: if it is no CMS signature with one signer in the form that `seal` writes.
        DoesNotFit: if it is over other bytes.
    """
    with as_wrong_form("is not a CMS signature in DER, whole and with nothing after it"):
        signed = _signed_data(data)
        detached = not signed["encap_content_info"]["content"].native
        plain = signed["encap_content_info"]["content_type"].native == "data"
        bare = signed["crls"].native is None and all(
            each["unsigned_attrs"].native is None for each in signed["signer_infos"]
        )
    if not (detached and plain and bare):
        msg = "holds more than a detached signature and its certificates"
        raise WrongForm(msg)
    return check_signer(signed, content, content_type="data")


def _signed_data(data: bytes) -> Any:
    from asn1crypto import cms

    info = cms.ContentInfo.load(data, strict=True)
    if info["content_type"].native != "signed_data":
        msg = "not signed data"
        raise ValueError(msg)
    return info["content"]


@without_warnings()
def check_signer(
    signed: Any, content: bytes, *, content_type: str, known: Sequence[bytes] = ()
) -> Signed:
    """Check the one signer of *signed*, an asn1crypto `SignedData`, over *content*.

    *known* are certificates, in DER, among which the signer's may be where *signed* has it not.

    Raises:
        WrongForm: if there is not one signer, a digest is not SHA-2, an attribute is missing or
            there twice, or the signer's certificate is not there.
        DoesNotFit: if the digest of the content, or the signature over the attributes, differs.
    """
    with as_wrong_form("is not a signature that can be read"):
        signers = list(signed["signer_infos"])
        embedded = _certificates(signed)
    if len(signers) != 1:
        msg = f"has {len(signers)} signers, and one is accepted"
        raise WrongForm(msg)
    signer = signers[0]
    with as_wrong_form("has attributes or algorithms that cannot be read"):
        digest = signer["digest_algorithm"]["algorithm"].native
        family, named = _SIGNATURES.get(
            signer["signature_algorithm"]["algorithm"].native, ("unknown", None)
        )
        attributes = _attributes(signer)
        certificate = _certificate_of(signer, (*embedded, *known))
        signed_bytes = signer["signed_attrs"].untag().dump()
        signature = signer["signature"].native
    if digest not in SHA2 or family == "unknown":
        msg = "uses an algorithm that is not accepted: RSA or ECDSA with SHA-2 is"
        raise WrongForm(msg)
    if attributes.get("content_type") != content_type or "message_digest" not in attributes:
        msg = "lacks the attributes that a signature must have"
        raise WrongForm(msg)
    if attributes["message_digest"] != hashlib.new(digest, content).digest():
        msg = "is over other bytes"
        raise DoesNotFit(msg)
    _verify(certificate, family, named or digest, signature, signed_bytes)
    claimed = attributes.get("signing_time")
    return Signed(
        certificate=certificate,
        others=tuple(each for each in embedded if each != certificate),
        claimed_at=claimed if isinstance(claimed, dt.datetime) else None,
        attributes=attributes,
    )


def _certificates(signed: Any) -> list[bytes]:
    found = signed["certificates"]
    if found.native is None:
        return []
    if any(each.name != "certificate" for each in found):
        msg = "a certificate of another kind"
        raise ValueError(msg)
    return [each.chosen.dump() for each in found]


def _attributes(signer: Any) -> dict[str, Any]:
    """Return the signed attributes by name; one that is there twice, or has two values, is none."""
    found: dict[str, Any] = {}
    for each in signer["signed_attrs"]:
        name, values = each["type"].native, each["values"]
        if name in found or len(values) != 1:
            msg = "an attribute twice"
            raise ValueError(msg)
        keep = name.startswith("signing_certificate")
        found[name] = values[0] if keep else values[0].native
    return found


def _certificate_of(signer: Any, certificates: Sequence[bytes]) -> bytes:
    """Return the certificate that the signer names."""
    from asn1crypto import x509

    named = signer["sid"]
    for data in certificates:
        certificate = x509.Certificate.load(data, strict=True)
        if named.name == "issuer_and_serial_number":
            chosen = named.chosen
            if (
                certificate.issuer.dump() == chosen["issuer"].dump()
                and certificate.serial_number == chosen["serial_number"].native
            ):
                return data
        elif certificate.key_identifier == named.chosen.native:
            return data
    msg = "does not hold its signer's certificate"
    raise WrongForm(msg)


def _verify(
    certificate: bytes, family: str, digest: str, signature: bytes, signed_bytes: bytes
) -> None:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    with as_wrong_form("has a certificate that cannot be read"):
        key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        match family, key:
            case "rsa", rsa.RSAPublicKey() if key.key_size >= _LEAST_RSA_BITS:
                key.verify(signature, signed_bytes, padding.PKCS1v15(), _hash(digest))
            case "ec", ec.EllipticCurvePublicKey():
                key.verify(signature, signed_bytes, ec.ECDSA(_hash(digest)))
            case _:
                msg = "is of a key that is not accepted"
                raise WrongForm(msg)
    except InvalidSignature:
        msg = "was not made by the key of its certificate, or was changed since"
        raise DoesNotFit(msg) from None


def _hash(name: str) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    return {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[name]
