# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read a timestamp (RFC 3161) and check that it is of given bytes. Nothing here uses a network.

Whether it fits (`read_timestamp`) and whether its authority is one to believe (`check_chain`) are
two questions. The second needs the authority's root certificate from somewhere else than the
package: whoever makes a package can make an authority too.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

from evidencekit.custody.certificates import is_self_signed, subject_text, without_warnings
from evidencekit.custody.signed_data import (
    SHA2,
    DoesNotFit,
    Signed,
    WrongForm,
    as_wrong_form,
    check_signer,
)
from evidencekit.errors import DependencyMissing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cryptography.x509 import Certificate

TIMESTAMP = "timestamp"  # the extra

_GRANTED = 0
_NOT_UNDER = "was not made by an authority under the roots given"


@frozen(kw_only=True)
class Timestamp:
    """What a timestamp that fits says: some bytes existed at `at`, give or take the accuracy.

    `hashed` is the digest of those bytes, `authority` the name in the certificate of who says so,
    which is in DER, and `others` those that came with it.
    """

    at: dt.datetime
    accuracy_ms: int | None
    nonce: int | None
    hashed: bytes
    authority: str
    certificate: bytes
    others: tuple[bytes, ...]


def read_timestamp(
    response: bytes, *, of: bytes, request: bytes | None = None, known: Sequence[bytes] = ()
) -> Timestamp:
    """Check that *response*, a whole answer of a timestamp server, is of the bytes *of*.

    *request* is what was sent; with it, the response must answer that very request. *known* are
    certificates in DER to look among where the response has none.

    Raises:
        WrongForm: if it is not a whole response, was not granted, or is not signed as it must be.
        DoesNotFit: if it is of other bytes, answers another request, or its signature is wrong.
    """
    digests = {each: hashlib.new(each, of).digest() for each in SHA2}
    return read_timestamp_of_digest(response, digests=digests, request=request, known=known)


@without_warnings()
def read_timestamp_of_digest(
    response: bytes,
    *,
    digests: Mapping[str, bytes],
    request: bytes | None = None,
    known: Sequence[bytes] = (),
) -> Timestamp:
    """As `read_timestamp`, of bytes whose digest by one of several algorithms is known."""
    token = _token(response)
    with as_wrong_form("holds no timestamp that can be read"):
        content = token["encap_content_info"]["content"]
        stated = content.parsed
        imprint = stated["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        hashed = imprint["hashed_message"].native
        at, nonce = stated["gen_time"].native, stated["nonce"].native
        accuracy_ms = _accuracy_ms(stated["accuracy"].native)
        extended = stated["extensions"].native is not None
        if not isinstance(at, dt.datetime) or at.tzinfo is None:
            raise TypeError
    if algorithm not in digests or extended:
        msg = "has a digest or extensions that are not accepted here"
        raise WrongForm(msg)
    if hashed != digests[algorithm]:
        msg = "is of other bytes"
        raise DoesNotFit(msg)
    signed = check_signer(token, bytes(content), content_type="tst_info", known=known)
    authority = _check_authority(signed)
    if request is not None:
        _check_answers(request, algorithm, hashed, nonce)
    return Timestamp(
        at=at,
        accuracy_ms=accuracy_ms,
        nonce=nonce,
        hashed=hashed,
        authority=authority,
        certificate=signed.certificate,
        others=signed.others,
    )


def token_of(response: bytes) -> bytes:
    """Return the timestamp token (DER) of a response that `read_timestamp` accepted."""
    from asn1crypto import tsp

    return bytes(tsp.TimeStampResp.load(response, strict=True)["time_stamp_token"].dump())


def make_request(algorithm: str, hashed: bytes, *, nonce: int, null: bool = False) -> bytes:
    """Return the request for a timestamp of a digest, with the authority's certificates.

    With *null*, the algorithm's parameters are an explicit null, as `openssl ts -query` writes it;
    without, they are absent. RFC 5754 has readers accept both.
    """
    from asn1crypto import core, tsp

    parameters = core.Null() if null else None
    document = {
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": {"algorithm": algorithm, "parameters": parameters},
            "hashed_message": hashed,
        },
        "nonce": nonce,
        "cert_req": True,
    }
    return bytes(tsp.TimeStampReq(document).dump())


def _token(response: bytes) -> Any:
    """Return the `SignedData` of a granted response."""
    from asn1crypto import cms, core, tsp

    class Response(core.Sequence):  # type: ignore[misc]
        """A response as RFC 3161 has it: asn1crypto's own cannot be read without a token."""

        _fields: ClassVar = [
            ("status", tsp.PKIStatusInfo),
            ("time_stamp_token", cms.ContentInfo, {"optional": True}),
        ]

    with as_wrong_form("is not a whole answer of a timestamp server, with nothing after it"):
        parsed = Response.load(response, strict=True)
        info = parsed["status"]
        status = int(info["status"])
        said = info["status_string"].native
    if status != _GRANTED:
        words = " ".join(str(each) for each in said or ())
        msg = f"was not granted (status {status}{': ' if words else ''}{ascii(words)[1:-1]})"
        raise WrongForm(msg)
    with as_wrong_form("holds no timestamp"):
        token = parsed["time_stamp_token"]
        if not isinstance(token, cms.ContentInfo) or token["content_type"].native != "signed_data":
            raise ValueError
        signed = token["content"]
        if signed["encap_content_info"]["content_type"].native != "tst_info":
            raise ValueError
    return signed


def _accuracy_ms(stated: dict[str, int | None] | None) -> int | None:
    """Return the accuracy in whole milliseconds, rounded up."""
    if stated is None:
        return None
    seconds, millis, micros = (stated[each] or 0 for each in ("seconds", "millis", "micros"))
    return seconds * 1000 + millis + (1 if micros else 0)


def _check_authority(signed: Signed) -> str:
    """Check that the certificate is for timestamps alone, and the one that the token names.

    Return the name in it.
    """
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    with as_wrong_form("is signed with a certificate that cannot be read"):
        certificate = x509.load_der_x509_certificate(signed.certificate)
        try:
            usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        except x509.ExtensionNotFound:
            usage = None
        named = _named_certificate(signed)
        subject = subject_text(certificate)
    if (
        usage is None
        or not usage.critical
        or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]
    ):
        msg = "is signed with a certificate that is not for timestamps alone"
        raise WrongForm(msg)
    if not named:
        msg = "does not name the certificate that it is signed with"
        raise WrongForm(msg)
    return subject


def _named_certificate(signed: Signed) -> bool:
    """Say whether the signed attributes name the signer's certificate by its digest."""
    newer = signed.attributes.get("signing_certificate_v2")
    if newer is not None:
        first = newer["certs"][0]
        algorithm = first["hash_algorithm"]["algorithm"].native
        if algorithm not in SHA2:
            return False
        found = hashlib.new(algorithm, signed.certificate).digest()
        return bool(first["cert_hash"].native == found)
    older = signed.attributes.get("signing_certificate")
    if older is None:
        return False
    # RFC 2634 knows SHA-1 alone. The signature binds the certificate; this only names it.
    found = hashlib.sha1(signed.certificate, usedforsecurity=False).digest()
    return bool(older["certs"][0]["cert_hash"].native == found)


def _check_answers(request: bytes, algorithm: str, hashed: bytes, nonce: int | None) -> None:
    """The request is signed by nobody, so it must be, byte for byte, what would be sent."""
    if nonce is None or request not in {
        make_request(algorithm, hashed, nonce=nonce, null=each) for each in (False, True)
    }:
        msg = "does not answer the request that is kept with it"
        raise DoesNotFit(msg)


@without_warnings()
def check_chain(response: bytes, timestamp: Timestamp, *, roots: Sequence[Certificate]) -> None:
    """Check that the authority's certificate leads to one of *roots*, as at the time it gave.

    *response* must be one that `read_timestamp` accepted. Certificates among *roots* that do not
    sign themselves only help to build the chain. Revocation is not looked at.

    Raises:
        DoesNotFit: if it does not.
        DependencyMissing: if the extra `timestamp` is not installed.
    """
    try:
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
    except ImportError as error:
        raise DependencyMissing(TIMESTAMP) from error

    from cryptography import x509

    # The library believes whatever names itself as its issuer, a root or not: of all that it is
    # given, only `roots` may do so.
    builder = VerifierBuilder(nonce=timestamp.nonce)
    for each in dict.fromkeys(roots):
        if is_self_signed(each):
            builder = builder.add_root_certificate(each)
        else:
            builder = builder.add_intermediate_certificate(each)
    embeds = bool(_token(response)["certificates"].native)
    if not embeds:
        leaf = x509.load_der_x509_certificate(timestamp.certificate)
        if leaf.issuer == leaf.subject and leaf not in roots:
            raise DoesNotFit(_NOT_UNDER)
        builder = builder.tsa_certificate(leaf)
    try:
        whole = _sorted_certificates(response) if embeds else response
        decoded = decode_timestamp_response(whole)
        builder.build().verify(decoded, timestamp.hashed)
    except (ValueError, VerificationError) as error:
        raise DoesNotFit(_NOT_UNDER) from error


def _sorted_certificates(response: bytes) -> bytes:
    """Return *response* with its certificates in the order that DER has them in.

    `openssl ts -reply` writes them leaf first, which is not DER where the leaf is the longer one;
    the library refuses that. They are not under the signature, and what is stored stays as it came.
    """
    found = [each.dump() for each in _token(response)["certificates"]]
    return response.replace(b"".join(found), b"".join(sorted(found)), 1)
