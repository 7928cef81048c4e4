# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key that seals a package: one that was made here, or a firm's in a PKCS#12 file.

RSA, P-256 and P-384 are accepted. Ed25519 is not: the CMS of OpenSSL 3.0 refuses it, and a seal
that the other side cannot check with stock tools is of no use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from evidencekit.custody.certificates import (
    PEM_BLOCK,
    fingerprint_of,
    read_certificates,
    read_small,
    require_sign,
)
from evidencekit.errors import KeyUnusable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    # An extra, so not imported at run time; no converter ever makes the value that names them.
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: TC004
    from cryptography.x509 import Certificate  # noqa: TC004

_LEAST_RSA_BITS = 2048
_CERTIFICATE = "the key's certificate"


@frozen(kw_only=True)
class SigningKey:
    """A private key, its certificate, and the certificates of those who issued it.

    The private key never shows in a text of this value.
    """

    private_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False, eq=False)
    certificate: Certificate
    others: tuple[Certificate, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, in lower-case hexadecimal."""
        return fingerprint_of(self.certificate)


def needs_password(path: Path) -> bool:
    """Say whether the key in the file is encrypted; a PKCS#12 file always counts as such.

    Raises:
        KeyUnusable: if the file cannot be read.
    """
    data = read_small(path)
    kinds = {match[1] for match in PEM_BLOCK.finditer(data)}
    return not kinds or b"ENCRYPTED PRIVATE KEY" in kinds or b"Proc-Type: 4,ENCRYPTED" in data


def load_key(
    path: Path, *, password: str | None = None, certificate: Path | None = None
) -> SigningKey:
    """Load a key from a PEM file that `write_key` or openssl wrote, or from a PKCS#12 file.

    *certificate* is a PEM file with the key's certificate, for a PEM key that stands alone.

    Raises:
        KeyUnusable: if a file cannot be read, the password is wrong, there is no key or no
            certificate, the two do not belong together, or the key is not one that signs here.
        DependencyMissing: if the extra `sign` is not installed.
    """
    require_sign()
    data = read_small(path)
    extra = b"" if certificate is None else read_small(certificate)
    secret = None if password is None else password.encode()
    if PEM_BLOCK.search(data):
        private_key, certificates = _from_pem(path.name, data, secret, extra)
    else:
        private_key, certificates = _from_pkcs12(path.name, data, secret)
    return _signing_key(path.name, private_key, certificates)


def check_valid(certificate: Certificate, now: dt.datetime) -> None:
    """Check that a certificate is valid at *now*.

    Raises:
        KeyUnusable: if it is not.
    """
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < start:
        reason = f"is valid from {start:%d %B %Y} only. Is this computer's clock right?"
        raise KeyUnusable(_CERTIFICATE, reason)
    if now > end:
        reason = f"expired on {end:%d %B %Y}. Use a key with a certificate that is valid."
        raise KeyUnusable(_CERTIFICATE, reason)


def _from_pem(
    name: str, data: bytes, password: bytes | None, extra: bytes
) -> tuple[Any, list[Certificate]]:
    """Read the one private key of a PEM file, and the certificates of it and of *extra*."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    secrets = [each for each in PEM_BLOCK.finditer(data) if each[1].endswith(b"PRIVATE KEY")]
    if len(secrets) != 1:
        count = len(secrets) or "no"
        raise KeyUnusable(name, f"holds {count} private keys. It must hold one.")
    block = secrets[0][0] + b"\n"
    encrypted = b"ENCRYPTED" in block
    if encrypted and not password:
        raise KeyUnusable(name, "needs its password.")
    try:
        private_key = load_pem_private_key(block, password if encrypted else None)
    except UnsupportedAlgorithm as error:
        raise KeyUnusable(name, "is of a kind that is not known here.") from error
    except (ValueError, TypeError) as error:
        raise KeyUnusable(name, _not_opened(encrypted=encrypted)) from error
    return private_key, list(read_certificates(extra + b"\n" + data))


def _from_pkcs12(name: str, data: bytes, password: bytes | None) -> tuple[Any, list[Certificate]]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        private_key, certificate, others = pkcs12.load_key_and_certificates(data, password or None)
    except UnsupportedAlgorithm as error:
        raise KeyUnusable(name, "is encrypted in a way that is not known here.") from error
    except (ValueError, TypeError) as error:
        if not _looks_like_pkcs12(data):
            reason = "is neither PEM nor PKCS#12, the two forms of key file that are read."
            raise KeyUnusable(name, reason) from error
        raise KeyUnusable(name, _not_opened(encrypted=True)) from error
    if private_key is None:
        raise KeyUnusable(name, "holds no private key.")
    return private_key, [*([] if certificate is None else [certificate]), *others]


def _looks_like_pkcs12(data: bytes) -> bool:
    from asn1crypto import pkcs12

    try:
        return str(pkcs12.Pfx.load(data, strict=True)["version"].native) == "v3"
    except (ValueError, TypeError):
        return False


def _not_opened(*, encrypted: bool) -> str:
    if encrypted:
        return "could not be opened: the password is wrong, or the file is damaged."
    return "could not be opened: the file is damaged."


def _signing_key(name: str, private_key: Any, certificates: Sequence[Certificate]) -> SigningKey:
    """Check that the key is one that signs here, and find its certificate."""
    _check_kind(name, private_key)
    wanted = private_key.public_key()
    own = [each for each in certificates if each.public_key() == wanted]
    if not own:
        found = (
            "a certificate of another key" if certificates else "no certificate that can be read"
        )
        raise KeyUnusable(name, f"comes with {found}. Name the key's own certificate.")
    _check_usage(name, own[0])
    others = {each: None for each in certificates if each not in own}
    return SigningKey(private_key=private_key, certificate=own[0], others=tuple(others))


def _check_kind(name: str, private_key: object) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    match private_key:
        case rsa.RSAPrivateKey():
            if private_key.key_size < _LEAST_RSA_BITS:
                reason = (
                    f"is an RSA key of {private_key.key_size} bits, and {_LEAST_RSA_BITS} are "
                    "the least that count as safe."
                )
                raise KeyUnusable(name, reason)
        case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1() | ec.SECP384R1()):
            pass
        case ed25519.Ed25519PrivateKey() | ed448.Ed448PrivateKey():
            reason = (
                "is an Ed25519 or Ed448 key. OpenSSL 3.0 makes and checks no CMS signatures with "
                "these, so the other side could not check the seal. Use P-256, P-384 or RSA."
            )
            raise KeyUnusable(name, reason)
        case _:
            raise KeyUnusable(name, "is not a P-256, P-384 or RSA key.")


def _check_usage(name: str, certificate: Certificate) -> None:
    """Refuse a certificate that says itself that it is not for signatures."""
    from cryptography import x509

    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    except ValueError as error:
        raise KeyUnusable(name, "comes with a certificate that cannot be read.") from error
    if not (usage.digital_signature or usage.content_commitment):
        raise KeyUnusable(name, "comes with a certificate that is not for signatures.")
