# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seal a package: sign its tag manifest, and have the signature timestamped. A served copy is
sealed in the same way over its one list, CHECKSUMS.txt.

The seal is a folder, signatures, that no manifest lists, so the package stays a bag that
`sha256sum` and bagit accept. It appears whole or not at all: signature and timestamp are made in
memory, written beside the package, flushed, and renamed into it. A server that does not answer
leaves the package unsealed and as it was.

Only a package whose files are those of its lists is sealed. Whether it is a good package is for
`verify` to say.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.certificates import (
    is_self_signed,
    load_certificates,
    require_sign,
    subject_text,
)
from evidencekit.custody.commands_text import SealFacts, how_to_check
from evidencekit.custody.digests import hash_file
from evidencekit.custody.durable import (
    O_BINARY,
    O_NO_SURPRISE,
    LockHeldError,
    flush,
    flush_folder,
    hold,
    write_all,
)
from evidencekit.custody.keys import SigningKey, check_valid
from evidencekit.custody.seal_names import (
    CERTIFICATE,
    FOLDER,
    HOW_TO_CHECK,
    MANIFEST,
    OF_COPY,
    OWN_LIST,
    SealNames,
    names_for,
)
from evidencekit.custody.signed_data import check_detached
from evidencekit.custody.timestamp import SECONDS, Stamped, stamp
from evidencekit.errors import IntakeError, NotAPackage, OutputError, SealError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cryptography.x509 import Certificate

    from evidencekit.model.progress import IsCancelled, OnProgress

_MOST_LIST_BYTES = 64_000_000
_HEX_DIGITS = 64
_LOCK_SECONDS = 10
_MOST_NAME = 255


@frozen(kw_only=True)
class SealReport:
    """A seal as made. `claimed_at` is this computer's time; `stamped_at` the authority's.

    `files` are the paths in the package that were written.
    """

    package: Path
    fingerprint: str
    self_signed: bool
    claimed_at: dt.datetime
    stamped_at: dt.datetime | None
    files: tuple[str, ...]


def seal(
    package: Path,
    *,
    key: SigningKey,
    now: dt.datetime,
    timestamp_url: str | None = None,
    timestamp_roots: Path | None = None,
    seconds: float = SECONDS,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> SealReport:
    """Seal the package in the folder *package* with *key*.

    *timestamp_url* names a timestamp server, the only thing here that a network is used for.
    *timestamp_roots* is a PEM file of its root certificate, and of those between: with it, an
    answer from anybody else is refused, and the certificates are kept with the seal.

    Raises:
        NotAPackage: if there is no tag manifest to sign.
        SealError: if there is a seal already, or a file is not what its list says.
        KeyUnusable: if the certificate is not valid at *now*.
        TimestampFailed: if the server gives no timestamp.
        OutputError: if the seal cannot be written.
        DependencyMissing: if the extra `sign` is not installed, or `timestamp` with roots.
        Cancelled: if *cancelled* says so.
    """
    require_sign()
    name = package.name
    if os.path.lexists(package / FOLDER):
        _tidy(package)
        reason = f"has a seal already. To seal it anew, move its folder {FOLDER} elsewhere first."
        raise SealError(name, reason)
    names = names_for(package)
    content = _read_list(package, names.sealed)
    check_valid(key.certificate, now)
    roots = () if timestamp_roots is None else load_certificates(timestamp_roots)
    _check_lists(package, names, content, progress, cancelled)
    signature = sign_detached(key, content)
    signed = check_detached(signature, content)
    stamped = None
    if timestamp_url is not None:
        stamped = stamp(signature, url=timestamp_url, roots=roots, seconds=seconds)
    claimed_at = signed.claimed_at or now
    files = _files(names, key.certificate, signature, stamped, roots, claimed_at)
    _hand_over(package, names, content, files)
    return SealReport(
        package=package,
        fingerprint=key.fingerprint,
        self_signed=is_self_signed(key.certificate),
        claimed_at=claimed_at,
        stamped_at=None if stamped is None else stamped.timestamp.at,
        files=tuple(f"{FOLDER}/{each}" for each in files),
    )


def sign_detached(key: SigningKey, content: bytes) -> bytes:
    """Return a detached CMS signature over *content*, in DER, with the key's certificates."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs7 import (
        PKCS7Options,
        PKCS7SignatureBuilder,
    )

    builder = PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(key.certificate, key.private_key, SHA256())
    # After the signer: add_signer of cryptography 50 forgets certificates added before it.
    for each in key.others:
        builder = builder.add_certificate(each)
    # Without Binary, newlines become CRLF and the signature is over other bytes than the file's.
    options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
    return builder.sign(Encoding.DER, options)


def _read_list(package: Path, name: str) -> bytes:
    """Return the bytes of a list, read without following a link."""
    try:
        fd = os.open(package / name, os.O_RDONLY | O_BINARY | O_NO_SURPRISE)
    except OSError as error:
        raise NotAPackage(str(package), f"{name} could not be read: {error.strerror}") from error
    try:
        with os.fdopen(fd, "rb") as file:
            data = file.read(_MOST_LIST_BYTES + 1)
    except OSError as error:
        raise NotAPackage(str(package), f"{name} could not be read: {error.strerror}") from error
    if not data or len(data) > _MOST_LIST_BYTES:
        raise NotAPackage(str(package), f"{name} is empty, or larger than any list of files")
    return data


def _check_lists(
    package: Path,
    names: SealNames,
    content: bytes,
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> None:
    """Check that every file is what its list says: a seal makes nobody look at them again."""
    lists = {names.sealed: content}
    if names != OF_COPY:
        lists[MANIFEST] = _read_list(package, MANIFEST)
        if MANIFEST not in {path for _, path in _entries(package, names.sealed, content)}:
            raise SealError(package.name, f"has a {names.sealed} that does not list {MANIFEST}.")
    for name, data in lists.items():
        for digest, path in _entries(package, name, data):
            try:
                found = hash_file(
                    package / path, progress=progress, cancelled=cancelled, subject=path
                ).sha256
            except IntakeError as error:
                reason = f"is not whole: {path} {error.reason} Run verify."
                raise SealError(package.name, reason) from error
            if found != digest:
                reason = f"is not whole: {path} is not the file that {name} lists. Run verify."
                raise SealError(package.name, reason)


def _entries(package: Path, name: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Yield digest and path of each line; a path that leads elsewhere is refused."""
    for line in data.decode("utf-8", "replace").removesuffix("\n").split("\n"):
        digest, gap, path = line.partition("  ")
        parts = path.split("/")
        if not gap or len(digest) != _HEX_DIGITS or {"", ".", ".."} & set(parts):
            raise SealError(package.name, f"has a line in {name} that names no file in it.")
        yield digest, path


def _files(
    names: SealNames,
    certificate: Certificate,
    signature: bytes,
    stamped: Stamped | None,
    roots: Sequence[Certificate],
    claimed_at: dt.datetime,
) -> dict[str, bytes]:
    """Return every file of the seal, its list of digests last."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    files = {names.signature: signature, CERTIFICATE: certificate.public_bytes(Encoding.PEM)}
    if stamped is not None:
        files |= {names.request: stamped.request, names.response: stamped.response}
        if roots:
            files[names.authority] = b"".join(each.public_bytes(Encoding.PEM) for each in roots)
    facts = SealFacts(
        fingerprint=certificate.fingerprint(SHA256()).hex(),
        subject=subject_text(certificate),
        self_signed=is_self_signed(certificate),
        claimed_at=claimed_at,
        valid_until=certificate.not_valid_after_utc,
        stamped_at=None if stamped is None else stamped.timestamp.at,
        authority_given=names.authority in files,
        names=names,
    )
    files[HOW_TO_CHECK] = how_to_check(facts).encode()
    lines = (f"{hashlib.sha256(files[each]).hexdigest()}  {each}\n" for each in sorted(files))
    return {**files, OWN_LIST: "".join(lines).encode()}


def _hand_over(package: Path, names: SealNames, content: bytes, files: Mapping[str, bytes]) -> None:
    """Write the files beside the package, flush them, and rename them into it as one folder.

    The lock is the one that `build` holds while it puts a package in place of another, so that a
    seal never lands in a package that it was not made for.
    """
    target = package.resolve()
    stem = _stem(target)
    stage = target.with_name(f"{stem}.seal-{os.getpid()}")
    try:
        with hold(target.with_name(f"{stem}.lock"), seconds=_LOCK_SECONDS):
            _clear(target.parent, f"{stem}.seal-")
            if _read_list(target, names.sealed) != content or os.path.lexists(target / FOLDER):
                raise SealError(package.name, "was changed while it was being sealed.")
            try:
                _write(stage, files)
                os.rename(stage, target / FOLDER)  # noqa: PTH104 - the one moment that counts
                flush_folder(target)
            finally:
                shutil.rmtree(stage, ignore_errors=True)
    except LockHeldError:
        raise SealError(package.name, "is being written by another run. Wait for it.") from None
    except OSError as error:
        msg = (
            f"the seal of {package.name} could not be written: {error.strerror}. "
            "The package is as it was, unsealed."
        )
        raise OutputError(msg) from error


def _tidy(package: Path) -> None:
    """Remove what a run left that was killed after the seal had its name."""
    target = package.resolve()
    stem = _stem(target)
    lock = target.with_name(f"{stem}.lock")
    with contextlib.suppress(OSError, LockHeldError), hold(lock, seconds=0):
        _clear(target.parent, f"{stem}.seal-")


def _stem(target: Path) -> str:
    """Return what the names beside the package start with, as they do for `build`."""
    stem = target.name
    if len(stem.encode()) + len(".previous-4294967295") > _MOST_NAME:
        stem = hashlib.sha256(stem.encode()).hexdigest()
    return f".{stem}"


def _clear(folder: Path, start: str) -> None:
    """Remove what dead runs left; under the lock no live one has such a folder."""
    for name in os.listdir(folder):  # noqa: PTH208 - names
        if name.startswith(start) and name[len(start) :].isdecimal():
            shutil.rmtree(folder / name, ignore_errors=True)


def _write(stage: Path, files: Mapping[str, bytes]) -> None:
    stage.mkdir()
    for name, data in files.items():
        fd = os.open(stage / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | O_BINARY, 0o666)
        try:
            write_all(fd, data)
            flush(fd)
        finally:
            os.close(fd)
    flush_folder(stage)
