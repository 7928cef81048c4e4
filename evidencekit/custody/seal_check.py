# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check the seal of a package: its signature, its signer and its timestamp.

Only bytes on the disk are read, no network is used, and nothing is written. What to believe (a
fingerprint, root certificates) comes from the caller, never from the package.

Codes, all in the group "signature and time":
    EK-G001  none present                 EK-G002  the signature is not of these bytes
    EK-G003  not a signature of this form EK-G004  signer.crt is not the signer's certificate
    EK-G005  certificate not valid then   EK-G006  not the fingerprint that was given
    EK-G007  not under the roots given    EK-G008  the folder signatures is not as it was written
    EK-G009  an extra is not installed    EK-G010  signer compared with nothing from elsewhere
    EK-G020  no timestamp present         EK-G021  not a whole, granted timestamp
    EK-G022  the timestamp is not of this signature, or answers another request
    EK-G025  not under the roots given    EK-G026  authority compared with nothing from elsewhere
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import stat
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from evidencekit.custody.certificates import (
    fingerprint_of,
    is_self_signed,
    leads_to,
    load_certificates,
    read_certificates,
    read_fingerprint,
    require_sign,
    subject_text,
    without_warnings,
)
from evidencekit.custody.durable import O_BINARY, O_NO_SURPRISE
from evidencekit.custody.seal_names import (
    CERTIFICATE,
    FOLDER,
    OWN_LIST,
    SealNames,
    names_for,
)
from evidencekit.custody.seal_status import GROUP, SealStatus, TimestampStatus, Trust
from evidencekit.custody.signed_data import (
    DoesNotFit,
    Signed,
    WrongForm,
    as_wrong_form,
    check_detached,
)
from evidencekit.custody.timestamp_check import Timestamp, check_chain, read_timestamp
from evidencekit.errors import DependencyMissing
from evidencekit.model.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cryptography.x509 import Certificate

_MOST_BYTES = 64_000_000
_MOST_SIDE_BYTES = 2_000_000
_LINE = re.compile(r"([0-9a-f]{64})  ([^/\n]+)\n")


@without_warnings()
def check_seal(
    package: Path,
    *,
    trusted_fingerprint: str | None = None,
    signer_roots: Path | None = None,
    tsa_roots: Path | None = None,
) -> SealStatus:
    """Look at the seal of the package in the folder *package*.

    *trusted_fingerprint* is the SHA-256 of the signer's certificate, *signer_roots* and *tsa_roots*
    are PEM files of the roots that signer and timestamp authority must lead to. Each comes from
    somewhere else than the package, and makes what it is about an error where it is missing.

    Raises:
        ValueError: if *trusted_fingerprint* is not a fingerprint.
        KeyUnusable: if a file of roots holds none.
        DependencyMissing: if roots are given and the extra `sign` is not installed.
    """
    pin = None if trusted_fingerprint is None else read_fingerprint(trusted_fingerprint)
    look = _Look(
        pin=pin,
        signer_roots=() if signer_roots is None else load_certificates(signer_roots),
        tsa_roots=() if tsa_roots is None else load_certificates(tsa_roots),
        names=names_for(package),
    )
    if not os.path.lexists(package / FOLDER):
        look.absent()
        return SealStatus(findings=tuple(look.findings))
    try:
        require_sign()
    except DependencyMissing as missing:
        look.add("EK-G009", FOLDER, str(missing), severity=Severity.NOT_CHECKED)
        return SealStatus(present=True, findings=tuple(look.findings))
    files = look.folder(package / FOLDER)
    status = look.signature(package, files)
    stamp = look.timestamp(files)
    status = evolve(status, timestamp=look.authority(stamp, files))
    status = look.signer(status)
    return evolve(status, present=True, findings=tuple(look.findings))


@define(kw_only=True)
class _Look:
    """One look: what the caller believes, and what was found so far."""

    pin: str | None
    signer_roots: tuple[Any, ...]
    tsa_roots: tuple[Any, ...]
    names: SealNames
    findings: list[Finding] = field(factory=list)
    signed: Signed | None = None

    def add(
        self,
        code: str,
        subject: str,
        message: str,
        *,
        severity: Severity = Severity.ERROR,
        expected: str | None = None,
        found: str | None = None,
    ) -> None:
        """Note a finding."""
        self.findings.append(
            Finding(
                code=code,
                severity=severity,
                subject=subject,
                message=message,
                group=GROUP,
                expected=expected,
                found=found,
            )
        )

    def absent(self) -> None:
        """Note that there is no seal, which is an error for a caller who expected one."""
        wanted = self.pin is not None or bool(self.signer_roots)
        level = Severity.ERROR if wanted else Severity.NOTE
        message = "none present: the package is unsigned"
        self.add("EK-G001", FOLDER, message, severity=level)
        if self.tsa_roots:
            self.add("EK-G020", FOLDER, "no timestamp is present")

    def folder(self, folder: Path) -> dict[str, bytes]:
        """Read the files of the folder, and compare them with its own list."""
        files: dict[str, bytes] = {}
        if not stat.S_ISDIR(folder.lstat().st_mode):
            self.add("EK-G008", FOLDER, "is not a folder")
            return files
        named: set[str] = set()
        for name in sorted(os.listdir(folder)):  # noqa: PTH208 - names
            data = _read(folder / name, _MOST_SIDE_BYTES) if name in self.names.allowed else None
            if data is None:
                odd = "is not an ordinary file that can be read"
                message = odd if name in self.names.allowed else "a file that no seal has"
                self.add("EK-G008", f"{FOLDER}/{ascii(name)[1:-1]}", message)
                named.add(name)
            else:
                files[name] = data
        timed = any(each in files for each in (*self.names.with_time, self.names.authority))
        for name in (*self.names.always, *(self.names.with_time if timed else ())):
            if name not in files and name not in named:
                self.add("EK-G008", f"{FOLDER}/{name}", "missing")
                named.add(name)
        if OWN_LIST in files:
            self.checksums(files, named)
        return files

    def checksums(self, files: Mapping[str, bytes], named: set[str]) -> None:
        """Compare the files with OWN_LIST.txt: whatever else is under no signature shows here.

        Files in *named* have a finding already.
        """
        own = f"{FOLDER}/{OWN_LIST}"
        listed = _checksums(files[OWN_LIST])
        if listed is None:
            self.add("EK-G008", own, "is not a list of digests and names")
            return
        for name in sorted((set(files) | set(listed)) - {OWN_LIST} - named):
            found = hashlib.sha256(files[name]).hexdigest() if name in files else None
            if found == listed.get(name):
                continue
            if found is None:
                message = f"missing, and listed in {own}"
            elif name in listed:
                message = f"does not agree with its digest in {own}"
            else:
                message = f"not listed in {own}"
            subject = f"{FOLDER}/{ascii(name)[1:-1]}"
            self.add("EK-G008", subject, message, expected=listed.get(name), found=found)

    def signature(self, package: Path, files: Mapping[str, bytes]) -> SealStatus:
        """Check the signature over the tag manifest, and the certificate beside it."""
        where = f"{FOLDER}/{self.names.signature}"
        if self.names.signature not in files:
            self.add("EK-G001", where, "none present: the folder holds no signature")
            return SealStatus(intact=False)
        content = _read(package / self.names.sealed, _MOST_BYTES)
        if content is None:
            self.add("EK-G002", self.names.sealed, "what was signed is missing or cannot be read")
            return SealStatus(intact=False)
        try:
            signed = check_detached(files[self.names.signature], content)
            status = self.certificate(signed, files)
        except WrongForm as error:
            self.add("EK-G003", where, str(error))
            return SealStatus(intact=False)
        except DoesNotFit as error:
            self.add("EK-G002", where, f"{error}: it does not fit {self.names.sealed}")
            return SealStatus(intact=False)
        self.signed = signed
        return status

    def certificate(self, signed: Signed, files: Mapping[str, bytes]) -> SealStatus:
        """Say what the signer's certificate says, and compare it with the one beside it."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding

        with as_wrong_form("has a certificate that cannot be read"):
            certificate = x509.load_der_x509_certificate(signed.certificate)
            status = SealStatus(
                intact=True,
                fingerprint=fingerprint_of(certificate),
                subject=subject_text(certificate),
                self_signed=is_self_signed(certificate),
                valid_from=certificate.not_valid_before_utc,
                valid_until=certificate.not_valid_after_utc,
                claimed_at=signed.claimed_at,
            )
        if files.get(CERTIFICATE) != certificate.public_bytes(Encoding.PEM):
            message = "is not the certificate of the signature"
            self.add("EK-G004", f"{FOLDER}/{CERTIFICATE}", message)
        return status

    def timestamp(self, files: Mapping[str, bytes]) -> Timestamp | None:
        """Check that the timestamp is of the signature."""
        where = f"{FOLDER}/{self.names.response}"
        if self.names.response not in files:
            level = Severity.ERROR if self.tsa_roots else Severity.NOTE
            self.add("EK-G020", where, "no timestamp is present", severity=level)
            return None
        known = [_der(each) for each in read_certificates(files.get(self.names.authority, b""))]
        try:
            return read_timestamp(
                files[self.names.response],
                of=files.get(self.names.signature, b""),
                request=files.get(self.names.request),
                known=known,
            )
        except WrongForm as error:
            self.add("EK-G021", where, str(error))
        except DoesNotFit as error:
            self.add("EK-G022", where, str(error))
        return None

    def authority(self, stamp: Timestamp | None, files: Mapping[str, bytes]) -> TimestampStatus:
        """Say what the timestamp says, and compare its authority with the roots given."""
        if stamp is None:
            present = self.names.response in files
            return TimestampStatus(present=present, intact=False if present else None)
        status = TimestampStatus(
            present=True,
            intact=True,
            at=stamp.at,
            accuracy_ms=stamp.accuracy_ms,
            authority=stamp.authority,
        )
        where = f"{FOLDER}/{self.names.response}"
        if not self.tsa_roots:
            message = "its authority was not checked: no root certificate was given"
            self.add("EK-G026", where, message, severity=Severity.NOT_CHECKED)
            return status
        try:
            check_chain(files[self.names.response], stamp, roots=self.tsa_roots)
        except DoesNotFit as error:
            self.add("EK-G025", where, str(error))
            return evolve(status, trusted=Trust.REFUSED)
        except DependencyMissing as missing:
            self.add("EK-G009", where, str(missing), severity=Severity.NOT_CHECKED)
            return status
        return evolve(status, trusted=Trust.CHAIN)

    def signer(self, status: SealStatus) -> SealStatus:
        """Look at the certificate's dates, and compare it with what the caller believes."""
        start, end = status.valid_from, status.valid_until
        if self.signed is None or start is None or end is None:
            return status
        # A refused authority may have given any time at all.
        stamped = None if status.timestamp.trusted is Trust.REFUSED else status.timestamp.at
        at = stamped or status.claimed_at
        if at is not None:
            valid = start <= at <= end
            status = evolve(status, certificate_valid=valid)
            if not valid:
                said = "the timestamp's" if stamped else "the time the signer gave"
                self.add(
                    "EK-G005",
                    f"{FOLDER}/{CERTIFICATE}",
                    f"was not valid at the time of the seal ({said})",
                    expected=f"{_iso(start)} to {_iso(end)}",
                    found=_iso(at),
                )
        return evolve(status, trusted=self._trust(status, self.signed, at))

    def _trust(self, status: SealStatus, signed: Signed, at: dt.datetime | None) -> Trust:
        where = f"{FOLDER}/{CERTIFICATE}"
        if self.pin is not None and status.fingerprint != self.pin:
            message = "is not the certificate whose fingerprint was given"
            self.add("EK-G006", where, message, expected=self.pin, found=status.fingerprint)
            return Trust.REFUSED
        if self.signer_roots:
            if not leads_to(signed.certificate, self.signer_roots, others=signed.others, at=at):
                self.add("EK-G007", where, "leads to none of the roots that were given")
                return Trust.REFUSED
            return Trust.CHAIN if self.pin is None else Trust.PINNED
        if self.pin is not None:
            return Trust.PINNED
        message = (
            "who holds the key was not checked: compare its fingerprint with one that did not "
            "come with the package"
        )
        self.add("EK-G010", where, message, severity=Severity.NOT_CHECKED, found=status.fingerprint)
        return Trust.NOT_CHECKED


def _checksums(data: bytes) -> dict[str, str] | None:
    """Return digest by name, or None where a line is no such line or names a file twice."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    lines = list(_LINE.finditer(text))
    listed = {each[2]: each[1] for each in lines}
    whole = "".join(each[0] for each in lines) == text
    return listed if whole and len(listed) == len(lines) else None


def _read(path: Path, most: int) -> bytes | None:
    """Return the bytes of an ordinary file of no more than *most* bytes, or None."""
    try:
        fd = os.open(path, os.O_RDONLY | O_BINARY | O_NO_SURPRISE)
    except OSError:
        return None
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            return None
        with os.fdopen(fd, "rb", closefd=False) as file:
            return file.read(most)
    except OSError:
        return None
    finally:
        os.close(fd)


def _der(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def _iso(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
