# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make a signed copy of a PDF (PAdES, baseline B-B, or B-T with a timestamp), with pyHanko.

The signature is invisible and appended, so that the copy starts with the very bytes of the
original. The original, and the package that it may lie in, stay as they are: the copy is for a
reader who looks at a PDF's own signature panel, and the seal of the package does not need it.
"""

from __future__ import annotations

import datetime as dt
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.custody.certificates import load_certificates, require_sign
from evidencekit.custody.durable import O_BINARY, flush, flush_folder, write_all
from evidencekit.custody.keys import check_valid
from evidencekit.custody.timestamp import SECONDS, Stamped, stamp_digest
from evidencekit.custody.timestamp_check import token_of
from evidencekit.errors import AlreadyExists, DependencyMissing, OutputError, SealError

if TYPE_CHECKING:
    from collections.abc import Callable

    from evidencekit.custody.keys import SigningKey

SIGN_PDF = "sign-pdf"  # the extra

_FIELD = "Seal"
#: Hexadecimal digits kept free for the signature; a timestamp with its certificates takes most.
#: Given here, because pyHanko would ask the server for a second timestamp to measure it.
_RESERVED = 2 * 24_576


@frozen(kw_only=True)
class SignedPdf:
    """A signed copy as made."""

    path: Path
    fingerprint: str
    stamped_at: dt.datetime | None


def sign_pdf(
    pdf: Path,
    to: Path,
    *,
    key: SigningKey,
    now: dt.datetime,
    timestamp_url: str | None = None,
    timestamp_roots: Path | None = None,
    seconds: float = SECONDS,
) -> SignedPdf:
    """Write a signed copy of *pdf* to *to*, which may not lie in a package.

    The times in the signature are *now*, in UTC, and the timestamp server's, if one is named.

    Raises:
        AlreadyExists: if *to* is there already.
        OutputError: if *to* lies in a package, or cannot be written.
        SealError: if *pdf* cannot be read, or not be signed.
        KeyUnusable: if the certificate is not valid at *now*.
        TimestampFailed: if the server gives no timestamp.
        DependencyMissing: if the extra `sign-pdf` is not installed, or `timestamp` with roots.
    """
    require_sign()
    _check_target(to)
    check_valid(key.certificate, now)
    roots = () if timestamp_roots is None else load_certificates(timestamp_roots)
    made: list[Stamped] = []

    def ask(algorithm: str, hashed: bytes) -> bytes:
        assert timestamp_url is not None  # noqa: S101 - handed on only if there is one
        made.append(
            stamp_digest(algorithm, hashed, url=timestamp_url, roots=roots, seconds=seconds)
        )
        return token_of(made[-1].response)

    try:
        data = pdf.read_bytes()
    except OSError as error:
        raise SealError(pdf.name, f"could not be read: {error.strerror}.") from error
    signed = _signed(pdf.name, data, key, now, None if timestamp_url is None else ask)
    _write(to, signed)
    return SignedPdf(
        path=to,
        fingerprint=key.fingerprint,
        stamped_at=made[-1].timestamp.at if made else None,
    )


def _check_target(to: Path) -> None:
    if os.path.lexists(to):
        raise AlreadyExists(str(to))
    for folder in to.resolve().parents:
        if (folder / "bagit.txt").exists():
            msg = (
                f"{to} lies in the package {folder.name}, whose lists would not have it. "
                "Choose a place outside. Nothing was signed."
            )
            raise OutputError(msg)


def _signed(
    name: str,
    data: bytes,
    key: SigningKey,
    now: dt.datetime,
    ask: Callable[[str, bytes], bytes] | None,
) -> bytes:
    """Return the bytes of the copy."""
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.pdf_utils.misc import PdfError
        from pyhanko.sign.fields import SigSeedSubFilter
        from pyhanko.sign.general import SigningError
        from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    except ImportError as error:
        raise DependencyMissing(SIGN_PDF) from error

    class Signer(PdfSigner):
        """A signer whose clock is the one it is given, not this computer's with its zone."""

        def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
            session = super().init_signing_session(*args, **kwargs)
            session.system_time = now.astimezone(dt.UTC)
            return session

    meta = PdfSignatureMetadata(
        field_name=_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        signer = Signer(meta, signer=_signer(key), timestamper=None if ask is None else _asks(ask))
        out = signer.sign_pdf(writer, bytes_reserved=_RESERVED)
    except (PdfError, SigningError) as error:
        reason = f"is not a PDF that can be signed: {ascii(str(error))[1:-1]}."
        raise SealError(name, reason) from error
    return bytes(out.getvalue())


def _signer(key: SigningKey) -> Any:
    """Return pyHanko's form of a key."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    others = [x509.Certificate.load(each.public_bytes(Encoding.DER)) for each in key.others]
    secret = key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(secret),
        cert_registry=SimpleCertificateStore.from_certs(others),  # type: ignore[no-untyped-call]
    )


def _asks(ask: Callable[[str, bytes], bytes]) -> Any:
    """Return a source of timestamps for pyHanko that uses no network but ours."""
    from asn1crypto import cms
    from pyhanko.sign.timestamps import TimeStamper

    class Stamper(TimeStamper):
        """Hands a digest on, and hands its checked timestamp back."""

        async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
            return cms.ContentInfo.load(ask(md_algorithm, message_digest))

    return Stamper()  # type: ignore[no-untyped-call]


def _write(to: Path, data: bytes) -> None:
    """Write the copy beside its name, flush it, and rename it."""
    stage = to.with_name(f".{to.name}.new-{os.getpid()}")
    try:
        fd = os.open(stage, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | O_BINARY, 0o666)
        try:
            write_all(fd, data)
            flush(fd)
        finally:
            os.close(fd)
        if os.path.lexists(to):
            raise AlreadyExists(str(to))
        os.rename(stage, to)  # noqa: PTH104 - as elsewhere
        flush_folder(to.parent)
    except OSError as error:
        msg = f"{to} could not be written: {error.strerror}. Nothing was signed."
        raise OutputError(msg) from error
    finally:
        stage.unlink(missing_ok=True)
