# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a look at a seal saw: whether it fits, who to believe, and when, each apart from the others.

Nothing of this is one verdict. A signature can fit and be of an unknown key; a timestamp can fit
and be of an unknown authority; and a package without either is unsigned, which is never "ok".
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from attrs import frozen

from evidencekit.model.findings import CheckLine, Finding, Severity

#: The group of every finding here.
GROUP = "signature and time"


class Trust(StrEnum):
    """Why to believe that a certificate is whose it says: nothing in a package can tell.

    `PINNED`: its fingerprint is the one that the caller has from elsewhere. `CHAIN`: it leads to a
    root that the caller has from elsewhere. `REFUSED`: it was compared with such, and differs.
    """

    PINNED = "pinned"
    CHAIN = "chain"
    REFUSED = "refused"
    NOT_CHECKED = "not checked"


@frozen(kw_only=True)
class TimestampStatus:
    """A timestamp as found. `intact` is None where there is none, or it could not be checked.

    `at` is the time that a timestamp which fits gives, and `authority` its signer's name.
    """

    present: bool = False
    intact: bool | None = None
    at: dt.datetime | None = None
    accuracy_ms: int | None = None
    authority: str | None = None
    trusted: Trust = Trust.NOT_CHECKED


@frozen(kw_only=True)
class SealStatus:
    """A seal as found. `intact` is None where there is none, or it could not be checked.

    `intact` says that the key of the certificate signed these very bytes, and no more.
    `claimed_at` is the time that the signer's computer gave. `certificate_valid` is about the
    timestamp's time, or the claimed one where no timestamp fits.
    """

    present: bool = False
    intact: bool | None = None
    fingerprint: str | None = None
    subject: str | None = None
    self_signed: bool | None = None
    trusted: Trust = Trust.NOT_CHECKED
    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None
    certificate_valid: bool | None = None
    claimed_at: dt.datetime | None = None
    timestamp: TimestampStatus = TimestampStatus()
    findings: tuple[Finding, ...] = ()

    @property
    def lines(self) -> tuple[CheckLine, ...]:
        """The lines of a report's summary: one where there is no seal, else three."""
        if not self.present:
            return (_line("signature", Severity.NOT_CHECKED, "not checked: none present"),)
        return (
            _line("signature", *self._signature()),
            _line("signer", *self._signer()),
            _line("time", *self._time()),
        )

    def _signature(self) -> tuple[Severity, str]:
        if self.intact is None:
            return Severity.NOT_CHECKED, "present, and not checked: see below"
        if not self.intact:
            return Severity.ERROR, "does not fit this package: see below"
        return Severity.OK, "the lists are, byte for byte, what was signed"

    def _signer(self) -> tuple[Severity, str]:
        if self.fingerprint is None or not self.intact:
            return Severity.NOT_CHECKED, "not checked: there is no signature that fits"
        shown = f"certificate sha256 {self.fingerprint[:16]}..."
        if self.certificate_valid is False:
            return Severity.ERROR, f"{shown} was not valid at the time of the seal"
        match self.trusted:
            case Trust.PINNED:
                return Severity.OK, f"{shown} has the fingerprint that was given"
            case Trust.CHAIN:
                return Severity.OK, f"{shown} leads to a root that was given"
            case Trust.REFUSED:
                return Severity.ERROR, f"{shown} is not the one that was given: see below"
        own = "made by its own holder; " if self.self_signed else ""
        return Severity.NOT_CHECKED, f"{shown}, {own}not compared with anything from elsewhere"

    def _time(self) -> tuple[Severity, str]:
        stamp = self.timestamp
        if not stamp.present:
            return Severity.NOT_CHECKED, "not checked: no timestamp present"
        if stamp.intact is None:
            return Severity.NOT_CHECKED, "a timestamp is present, and not checked: see below"
        if not stamp.intact or stamp.at is None:
            return Severity.ERROR, "the timestamp does not fit this signature: see below"
        said = f"signed by {stamp.at.astimezone(dt.UTC).strftime('%Y-%m-%d %H:%M:%S UTC')}"
        match stamp.trusted:
            case Trust.CHAIN:
                return Severity.OK, f"{said}, says an authority under a root that was given"
            case Trust.REFUSED:
                return Severity.ERROR, f"{said}, says an authority under no root that was given"
        return Severity.NOT_CHECKED, f"{said}, says an authority that was not checked"


def _line(check: str, outcome: Severity, message: str) -> CheckLine:
    return CheckLine(check=check, outcome=outcome, message=message)
