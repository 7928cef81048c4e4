# SPDX-License-Identifier: AGPL-3.0-or-later
"""Certificates: their fingerprints, the files they come in, and the roots that they lead to."""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from evidencekit.errors import DependencyMissing, KeyUnusable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cryptography.x509 import Certificate

SIGN = "sign"  # the extra
#: One block of a PEM file; its group 1 says what it is.
PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)

_MOST_BYTES = 1_000_000


def require_sign() -> None:
    """Raise at once, not half way, where the extra is not installed."""
    try:
        import asn1crypto  # noqa: F401
        import cryptography  # noqa: F401
    except ImportError as error:
        raise DependencyMissing(SIGN) from error


def unreadable() -> tuple[type[Exception], ...]:
    """Return what cryptography raises, early or late, at a certificate that it cannot read."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    return (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    )


@contextmanager
def without_warnings() -> Iterator[None]:
    """Keep cryptography's remarks on odd certificates off the terminal: a finding says what counts.

    Also a decorator.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_small(path: Path) -> bytes:
    """Return the bytes of a file of keys or certificates.

    Raises:
        KeyUnusable: if it cannot be read, or is larger than any such file.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = f"could not be read: {error.strerror}."
        raise KeyUnusable(path.name, reason) from error
    if len(data) > _MOST_BYTES:
        raise KeyUnusable(path.name, "is larger than any file of keys or certificates.")
    return data


def fingerprint_of(certificate: Certificate) -> str:
    """Return the SHA-256 of a certificate's DER, in lower-case hexadecimal."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex()


def shown_fingerprint(fingerprint: str) -> str:
    """Write a fingerprint as `openssl x509 -fingerprint` does: AB:CD:..."""
    return ":".join(
        fingerprint[place : place + 2] for place in range(0, len(fingerprint), 2)
    ).upper()


def read_fingerprint(text: str) -> str:
    """Return a fingerprint typed with or without colons and spaces, as `fingerprint_of` has it.

    Raises:
        ValueError: if it is not the 64 hexadecimal digits of a SHA-256.
    """
    digits = re.sub(r"[:\s]", "", text.strip().lower().removeprefix("sha256").lstrip(":= "))
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        msg = f'"{text}" is not the SHA-256 fingerprint of a certificate: it has 64 hex digits'
        raise ValueError(msg)
    return digits


def is_self_signed(certificate: Certificate) -> bool:
    """Say whether the certificate's own key signed it."""
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(certificate)
    except InvalidSignature:
        return False
    except unreadable():
        return False
    return True


def load_certificates(path: Path) -> tuple[Certificate, ...]:
    """Load the certificates of a PEM file, of which at least one is a root: one that signs itself.

    Raises:
        KeyUnusable: if the file cannot be read, or holds no root certificate.
        DependencyMissing: if the extra `sign` is not installed.
    """
    require_sign()
    certificates = read_certificates(read_small(path))
    if not any(is_self_signed(each) for each in certificates):
        reason = "holds no root certificate in PEM: one that signs itself."
        raise KeyUnusable(path.name, reason)
    return certificates


@without_warnings()
def read_certificates(data: bytes) -> tuple[Certificate, ...]:
    """Return the certificates among the PEM blocks of *data*; none if one cannot be read."""
    from cryptography import x509

    try:
        return tuple(
            x509.load_pem_x509_certificate(each[0])
            for each in PEM_BLOCK.finditer(data)
            if each[1] == b"CERTIFICATE"
        )
    except unreadable():
        return ()


def subject_text(certificate: Certificate) -> str:
    """Return the name in a certificate, with nothing in it that a terminal might obey."""
    text = certificate.subject.rfc4514_string()
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def leads_to(
    certificate: bytes,
    roots: Sequence[Certificate],
    *,
    others: Sequence[bytes],
    at: dt.datetime | None,
) -> bool:
    """Say whether a certificate (DER) is or leads to one of *roots*, as at the time *at*.

    *others* are certificates (DER) that may stand between, and are not believed by themselves;
    so are those of *roots* that do not sign themselves. Revocation is not looked at.
    """
    from cryptography import x509
    from cryptography.x509 import verification as v

    anything = v.ExtensionPolicy.permit_all()
    issuer = anything.require_present(
        x509.BasicConstraints, v.Criticality.AGNOSTIC, _is_authority
    ).may_be_present(x509.KeyUsage, v.Criticality.AGNOSTIC, _may_issue)
    builder = (
        v.PolicyBuilder()
        .store(v.Store([each for each in roots if is_self_signed(each)]))
        .extension_policies(ca_policy=issuer, ee_policy=anything)
    )
    if at is not None:
        builder = builder.time(at)
    try:
        leaf = x509.load_der_x509_certificate(certificate)
        if leaf in roots:
            return True
        between = [x509.load_der_x509_certificate(each) for each in others]
        between += [each for each in roots if not is_self_signed(each)]
        builder.build_client_verifier().verify(leaf, between)
    except v.VerificationError:
        return False
    except unreadable():
        return False
    return True


def _is_authority(_policy: object, _certificate: Certificate, found: Any) -> None:
    if not found.ca:
        msg = "not an authority"
        raise ValueError(msg)


def _may_issue(_policy: object, _certificate: Certificate, found: Any) -> None:
    if found is not None and not found.key_cert_sign:
        msg = "may not issue certificates"
        raise ValueError(msg)
