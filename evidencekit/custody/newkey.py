# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make a key for a person who has none, with a certificate that it signs itself.

The certificate says what its maker typed and nobody vouches for it, so its fingerprint has to
reach the other side by another way. The private key is never written unencrypted.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from typing import TYPE_CHECKING

from evidencekit.custody.certificates import require_sign
from evidencekit.custody.durable import O_BINARY, flush, flush_folder, write_all
from evidencekit.custody.keys import SigningKey
from evidencekit.errors import AlreadyExists, OutputError

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography import x509

#: OWASP's figure for PBKDF2 with SHA-256.
_ITERATIONS = 600_000
_KEY_BYTES = 32
_BLOCK_BYTES = 16
_LEAST_PASSWORD = 8
_MOST_NAME = 64
_MOST_YEARS = 30


def new_key(
    *, name: str, now: dt.datetime, email: str | None = None, years: int = 10
) -> SigningKey:
    """Make a P-256 key and a certificate that it signs itself.

    *name* is what the certificate says; nobody checks it. Validity starts a day before *now*, so
    that a reader or a timestamp server whose clock is behind does not find it not yet valid.

    Raises:
        ValueError: if *name* is empty, longer than 64 characters or has control characters, *email*
            is not plain ASCII with an @, *years* is not from 1 to 30, or *now* has no time zone.
    """
    require_sign()
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    _check_new(name, now, email, years)
    private_key = ec.generate_private_key(ec.SECP256R1())
    public_key = private_key.public_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = now.astimezone(dt.UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - dt.timedelta(days=1))
        .not_valid_after(start + dt.timedelta(days=365 * years + years // 4))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_for_signatures(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    if email:
        # A mail program accepts the certificate for that address only if it says so.
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        address = x509.SubjectAlternativeName([x509.RFC822Name(email)])
        builder = builder.add_extension(usage, critical=False)
        builder = builder.add_extension(address, critical=False)
    return SigningKey(
        private_key=private_key, certificate=builder.sign(private_key, hashes.SHA256())
    )


def _check_new(name: str, now: dt.datetime, email: str | None, years: int) -> None:
    if not name.strip() or len(name) > _MOST_NAME or not name.isprintable():
        msg = f"a certificate's name has 1 to {_MOST_NAME} printable characters"
        raise ValueError(msg)
    if email is not None and not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", email):
        msg = "an e-mail address in a certificate is plain ASCII with one @"
        raise ValueError(msg)
    if not 1 <= years <= _MOST_YEARS:
        msg = f"a certificate here is valid for 1 to {_MOST_YEARS} years"
        raise ValueError(msg)
    if now.tzinfo is None:
        msg = "now has no time zone"
        raise ValueError(msg)


def _for_signatures() -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def write_key(key: SigningKey, path: Path, *, password: str) -> Path:
    """Write the encrypted key with its certificate to *path*, and the certificate alone beside it.

    The second file, with the suffix .crt, is the one to hand out; its path is returned. Neither
    file replaces another, and only their owner may read the first.

    Raises:
        AlreadyExists: if one of the two names is taken.
        OutputError: if *password* has fewer than 8 characters, *path* ends in .crt, or a file
            cannot be written; neither is left.
    """
    require_sign()
    from cryptography.hazmat.primitives.serialization import Encoding

    if len(password) < _LEAST_PASSWORD:
        msg = f"a key needs a password of {_LEAST_PASSWORD} characters or more. No key was made."
        raise OutputError(msg)
    certificate_path = path.with_suffix(".crt")
    if certificate_path == path:
        msg = f"{path.name} needs another ending: .crt is for its certificate. No key was made."
        raise OutputError(msg)
    for each in (path, certificate_path):
        if os.path.lexists(each):
            raise AlreadyExists(str(each))
    public = key.certificate.public_bytes(Encoding.PEM)
    secret = _encrypted(key, password.encode())
    others = b"".join(each.public_bytes(Encoding.PEM) for each in key.others)
    made: list[Path] = []
    try:
        for target, data, mode in (
            (path, secret + public + others, 0o600),
            (certificate_path, public, 0o644),
        ):
            fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | O_BINARY, mode)
            made.append(target)
            try:
                write_all(fd, data)
                flush(fd)
            finally:
                os.close(fd)
        flush_folder(path.parent)
    except BaseException as error:
        for each in made:
            each.unlink(missing_ok=True)
        if isinstance(error, OSError):
            msg = f"{path} could not be written: {error.strerror}. No key was made."
            raise OutputError(msg) from error
        raise
    return certificate_path


def _encrypted(key: SigningKey, password: bytes) -> bytes:
    """Return PKCS#8 under PBES2 (RFC 8018): AES-256-CBC, PBKDF2 with SHA-256.

    cryptography writes the same form, with 2,048 iterations and no way to ask for more.
    """
    from asn1crypto import keys, pem
    from cryptography.hazmat.primitives import hashes, padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    salt, start = os.urandom(_BLOCK_BYTES), os.urandom(_BLOCK_BYTES)
    derive = PBKDF2HMAC(hashes.SHA256(), length=_KEY_BYTES, salt=salt, iterations=_ITERATIONS)
    plain = key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    pad = padding.PKCS7(8 * _BLOCK_BYTES).padder()
    cipher = Cipher(algorithms.AES(derive.derive(password)), modes.CBC(start)).encryptor()
    secret = cipher.update(pad.update(plain) + pad.finalize()) + cipher.finalize()
    derivation = {
        "salt": ("specified", salt),
        "iteration_count": _ITERATIONS,
        "prf": {"algorithm": "sha256"},
    }
    document = keys.EncryptedPrivateKeyInfo(
        {
            "encryption_algorithm": {
                "algorithm": "pbes2",
                "parameters": {
                    "key_derivation_func": {"algorithm": "pbkdf2", "parameters": derivation},
                    "encryption_scheme": {"algorithm": "aes256_cbc", "parameters": start},
                },
            },
            "encrypted_data": secret,
        }
    )
    return bytes(pem.armor("ENCRYPTED PRIVATE KEY", document.dump()))
