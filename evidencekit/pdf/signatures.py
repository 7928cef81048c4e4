# SPDX-License-Identifier: AGPL-3.0-or-later
"""Look into the digital signatures of a PDF as received, before binding it undoes them.

What is asked is whether the bytes that a signature covers are those that were signed, and whether
they are the whole file. Whether to trust the signer is another question, and is not asked. Needs
pyHanko (extra `sign-pdf`); without it a signature is reported as present and not checked.
"""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any

from evidencekit.pdf.takein_result import SignatureOutcome, SignatureSeen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NOT_CHECKED = SignatureSeen(outcome=SignatureOutcome.NOT_CHECKED)


def look_at(source: Path, *, count: int, password: str | None = None) -> tuple[SignatureSeen, ...]:
    """Look into the *count* signatures of a PDF; one that cannot be looked into is not checked."""
    try:
        from pyhanko.pdf_utils.reader import PdfFileReader
    except ImportError:
        return (_NOT_CHECKED,) * count
    try:
        with _silent(), source.open("rb") as file:
            reader = PdfFileReader(file, strict=False)
            if reader.encrypted:
                reader.decrypt(password or "")
            seen = tuple(_look(each) for each in reader.embedded_signatures)
    except Exception:  # noqa: BLE001 - a damaged file fails in every way, and is reported elsewhere
        seen = ()
    return (seen + (_NOT_CHECKED,) * count)[: max(count, len(seen))]


def summed_up(seen: tuple[SignatureSeen, ...]) -> str:
    """Say in a sentence or two what was found, and what was not asked."""
    if all(each.outcome is SignatureOutcome.NOT_CHECKED for each in seen):
        return "Present; not looked into"
    holds = [each for each in seen if each.outcome is SignatureOutcome.HOLDS]
    whole = sum(1 for each in holds if each.whole_file)
    changed = sum(1 for each in seen if each.outcome is SignatureOutcome.CHANGED)
    rest = len(seen) - len(holds) - changed
    facts = [
        f"{len(holds)} of them fit the bytes they cover, {whole} of these the whole file",
        f"{changed} do not fit" if changed else "",
        f"{rest} could not be looked into" if rest else "",
    ]
    return "; ".join(each for each in facts if each) + ". Who signed was not looked into"


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep to itself what the library thinks of a certificate, since it names its holder."""
    logs = [logging.getLogger(each) for each in ("pyhanko", "pyhanko_certvalidator")]
    levels = [each.level for each in logs]
    for each in logs:
        each.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for each, level in zip(logs, levels, strict=True):
            each.setLevel(level)


def _look(signature: Any) -> SignatureSeen:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=[], allow_fetching=False)
    try:
        status = validate_pdf_signature(signature, signer_validation_context=context)
    except Exception:  # noqa: BLE001 - see above
        return _NOT_CHECKED
    if not (status.intact and status.valid):
        return SignatureSeen(outcome=SignatureOutcome.CHANGED)
    return SignatureSeen(
        outcome=SignatureOutcome.HOLDS,
        whole_file=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
    )
