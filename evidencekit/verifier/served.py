# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check the files of a copy that was served against its one list, CHECKSUMS.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.custody.digests import hash_file
from evidencekit.custody.seal_names import OF_COPY as SEAL
from evidencekit.errors import EvidenceError
from evidencekit.model.findings import Severity
from evidencekit.verifier.files import check_oddities, compare, hash_all, message_of
from evidencekit.verifier.kinds import CHECKSUMS
from evidencekit.verifier.manifests import read_manifest
from evidencekit.verifier.record import number, rows, table, text
from evidencekit.verifier.result import COMPLETENESS, PROVENANCE, Checked, error, outcome, problems

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evidencekit.model.findings import Finding
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.verifier.folder import Seen
    from evidencekit.verifier.words import PageWords

_SHOWN_DIGITS = 8
_READ_ME = "READ ME FIRST.pdf"


def check_served_files(
    root: Path,
    seen: Seen,
    *,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[Checked, Mapping[str, str]]:
    """Check every file of the copy at *root*; return also the digest found for each."""
    findings: list[Finding] = []
    listed = read_manifest(root, CHECKSUMS, findings, payload=None)
    check_oddities(seen, findings)
    digests = hash_all(root, seen, findings, progress=progress, cancelled=cancelled)
    matching = compare(seen, digests, listed, findings)
    findings += [
        error("EK-D003", name, f"extra: {CHECKSUMS} does not list it", group=COMPLETENESS)
        for name in sorted(set(seen.files) - set(listed) - {CHECKSUMS} - SEAL.paths)
    ]
    if _READ_ME not in seen.files and _READ_ME not in listed:
        findings.append(error("EK-D002", _READ_ME, "missing", group=COMPLETENESS))
    message = message_of(matching, len(listed), findings)
    return outcome("files", message, tuple(findings)), digests


def checksums_digest(root: Path) -> str | None:
    """Return the digest of the list, which a letter can give; None where it cannot be read."""
    try:
        return hash_file(root / CHECKSUMS).sha256
    except EvidenceError:
        return None


def _matter_not_here() -> Finding:
    """Say what the firm's file lets be compared, and a served copy does not."""
    return error(
        "EK-K036",
        "matter",
        "what was told is not part of a served copy, so whether the record leaves out some of it "
        "(case, people, recordings, other_recordings, clips, consent, documents, disputed, "
        "statement) was not checked; what the record has was looked for on the pages",
        group=PROVENANCE,
        severity=Severity.NOT_CHECKED,
    )


def check_printed_head(record: Mapping[str, Any], words: PageWords | None) -> Checked:
    """Say where the log stood. A served copy does not hold it: only the printed head is seen."""
    pin = table(record, "custody")
    head, entries = text(pin, "head"), number(pin, "entries")
    stands = f"{entries} entr{'y' if entries == 1 else 'ies'}, head {head[:_SHOWN_DIGITS]}"
    index = rows(table(record, "bundle"), "index")
    entry = next((each for each in index if text(each, "item") == "part:custody"), None)
    findings = [
        _matter_not_here(),
        error(
            "EK-L020",
            "custody log",
            "is not part of a served copy, so its chain was not checked",
            group=PROVENANCE,
            severity=Severity.NOT_CHECKED,
        ),
    ]
    message = f"{stands}; the log itself is not part of a served copy"
    if words is not None and entry is not None and entries:
        first, pages = number(entry, "pdf_page"), number(entry, "pages")
        if words.holds(head, first, pages):
            message = f"{stands} = the head printed at {words.where(head, first, pages)}; the log "
            message += "itself is not part of a served copy"
        else:
            where = words.named(first, pages)
            wrong = f"its head is not printed in the bundle's custody schedule, {where}"
            findings.append(error("EK-L007", "custody log", wrong, group=PROVENANCE, expected=head))
    return outcome("custody", message + problems(findings), tuple(findings))
