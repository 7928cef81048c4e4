# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compare a bag's manifests with the files that are there (BagIt 1.0, RFC 8493).

Every failing file is named, and every missing, extra or changed one. Stock tools pass over some of
what is looked for here: a deleted tag manifest, a file outside data/, a link, a second file whose
name differs only in case or composition.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from evidencekit.custody.digests import hash_file
from evidencekit.custody.seal_names import OF_PACKAGE as SEAL
from evidencekit.errors import Cancelled, EvidenceError
from evidencekit.model.findings import Severity
from evidencekit.model.progress import IsCancelled, OnProgress, Progress, raise_if_cancelled
from evidencekit.verifier.manifests import (
    DECLARATION,
    INFO,
    MANIFEST,
    TAGMANIFEST,
    read_manifest,
    read_oxum,
)
from evidencekit.verifier.names import why_not_everywhere
from evidencekit.verifier.result import COMPLETENESS, INTEGRITY, Checked, error, outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evidencekit.model.findings import Finding
    from evidencekit.verifier.folder import Seen

_TAG_FILES = ("bagit.txt", INFO, MANIFEST)
#: For people. It must be listed as it is, and need not be there.
_READ_ME = "READ ME FIRST.txt"
#: The digests of that text as each version of evidencekit wrote it: it is the same in every matter.
READ_ME_TEXTS = frozenset({"6a3f026a131f503d5733bc2af7590f42a7b8c29b557371d05b61b1af9a1d699e"})
_MOST_SHARED = 5
#: What may lie beside data/. The folder of a seal is in no list: it is over the lists.
_BESIDE = frozenset({*_TAG_FILES, TAGMANIFEST, *SEAL.paths})


def check_files(
    root: Path,
    seen: Seen,
    *,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[Checked, Mapping[str, str]]:
    """Check every file of the bag at *root*; return also the digest found for each."""
    findings: list[Finding] = []
    payload = read_manifest(root, MANIFEST, findings, payload=True)
    tags = read_manifest(root, TAGMANIFEST, findings, payload=False)
    _check_structure(root, seen, tags, findings)
    digests = hash_all(root, seen, findings, progress=progress, cancelled=cancelled)
    matching = compare(seen, digests, {**payload, **tags}, findings)
    unlisted = set(seen.files) - set(payload) - set(tags) - _BESIDE
    if TAGMANIFEST not in seen.files:
        unlisted -= {_READ_ME}  # the list that would name it is missing, and named so
    extra = sorted(unlisted)
    findings += [
        error("EK-D003", name, "extra: no manifest lists it", group=COMPLETENESS) for name in extra
    ]
    if digests.get(_READ_ME, "") == tags.get(_READ_ME) not in READ_ME_TEXTS:
        wording = "is not a text that this version knows: do not follow what it says without asking"
        findings.append(
            error("EK-D009", _READ_ME, wording, group=INTEGRITY, severity=Severity.NOT_CHECKED)
        )
    message = message_of(matching, len(payload) + len(tags), findings)
    return outcome("files", message, tuple(findings)), digests


def hash_all(
    root: Path,
    seen: Seen,
    findings: list[Finding],
    *,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Mapping[str, str]:
    """Return the digest of every file; one that cannot be read goes to *findings*."""
    digests: dict[str, str] = {}
    for done, name in enumerate(sorted(seen.files), start=1):
        raise_if_cancelled(cancelled)
        try:
            digests[name] = hash_file(root / name, cancelled=cancelled).sha256
        except Cancelled:
            raise
        except (EvidenceError, OSError):
            findings.append(error("EK-D005", name, "could not be read", group=INTEGRITY))
        if progress is not None:
            progress(Progress(stage="verify", done=done, total=len(seen.files), subject=name))
    return digests


def compare(
    seen: Seen, digests: Mapping[str, str], listed: Mapping[str, str], findings: list[Finding]
) -> int:
    """Compare files with a list; return how many match."""
    matching = 0
    for name, expected in sorted(listed.items()):
        found = digests.get(name)
        if name not in seen.files:
            findings.append(error("EK-D002", name, "missing", group=COMPLETENESS))
        elif found is not None and found != expected:
            findings.append(
                error("EK-D001", name, "changed", group=INTEGRITY, expected=expected, found=found)
            )
        elif found is not None:
            matching += 1
    return matching


def message_of(matching: int, listed: int, findings: list[Finding]) -> str:
    """Return the summary line of a comparison of files with their list."""
    counts = {
        code: sum(each.code == code for each in findings)
        for code in ("EK-D001", "EK-D002", "EK-D003")
    }
    parts = [
        f"{counts['EK-D001']} changed" if counts["EK-D001"] else "",
        f"{counts['EK-D002'] or 'none'} missing",
        f"{counts['EK-D003'] or 'none'} extra",
    ]
    failures = sum(each.severity is Severity.ERROR for each in findings)
    others = failures - sum(counts.values())
    if others:
        parts.append(f"{others} other problem{'' if others == 1 else 's'}")
    return f"{matching} of {listed} match; {', '.join(each for each in parts if each)}"


def _check_structure(
    root: Path, seen: Seen, tags: Mapping[str, str], findings: list[Finding]
) -> None:
    """Check what the digests alone do not show."""
    if "bagit.txt" in seen.files and not _declares(root / "bagit.txt", seen.files["bagit.txt"]):
        message = "does not declare BagIt 1.0 in UTF-8"
        findings.append(error("EK-D006", "bagit.txt", message, group=INTEGRITY))
    findings += [
        error("EK-D006", TAGMANIFEST, f"does not list {name}", group=INTEGRITY)
        for name in _TAG_FILES
        if TAGMANIFEST in seen.files and name not in tags
    ]
    findings += [
        error("EK-D003", name, "a file where the package has none", group=COMPLETENESS)
        for name in sorted(seen.files)
        if not name.startswith("data/") and name not in {*_BESIDE, _READ_ME} and name in tags
    ]
    check_oddities(seen, findings)
    _check_oxum(root, seen, findings)


def _declares(path: Path, size: int) -> bool:
    try:
        return size == len(DECLARATION) and path.read_bytes() == DECLARATION
    except OSError:
        return False


def check_oddities(seen: Seen, findings: list[Finding]) -> None:
    """Name what is no ordinary file, and names that some disk takes for one."""
    findings += [
        error("EK-D007", name, "a link or special file: a package has none", group=INTEGRITY)
        for name in seen.links
    ]
    findings += [
        error("EK-D007", name, "an empty folder: a package has none", group=COMPLETENESS)
        for name in seen.empty_folders
    ]
    findings += [
        error("EK-D007", name, "folders within folders, deeper than any", group=COMPLETENESS)
        for name in seen.too_deep
    ]
    findings += [
        error("EK-D005", name, "a folder that could not be looked into", group=INTEGRITY)
        for name in seen.unreadable
    ]
    if seen.shared:
        findings.append(_shared(seen.shared))
    folded: dict[str, str] = {}
    for name in sorted(seen.files):
        reason = why_not_everywhere(name)
        if reason is not None:
            findings.append(error("EK-D017", name, reason, group=INTEGRITY))
        key = unicodedata.normalize("NFC", name).casefold()
        if key in folded:
            message = f"differs from {folded[key]} only in case or in how letters are put together"
            findings.append(error("EK-D008", name, message, group=INTEGRITY))
        folded.setdefault(key, name)


def _shared(names: tuple[str, ...]) -> Finding:
    """Warn, once, of files that can be changed through a name outside the package."""
    others = len(names) - _MOST_SHARED
    listed = ", ".join(names[1:_MOST_SHARED]) + (f" and {others} more" if others > 0 else "")
    also = f". So have {listed}" if listed else ""
    message = (
        "has another name elsewhere on this disk (a hard link), and can be changed there without "
        f"a trace here{also}. A copy of the package has no such names"
    )
    return error("EK-D007", names[0], message, group=INTEGRITY, severity=Severity.WARNING)


def _check_oxum(root: Path, seen: Seen, findings: list[Finding]) -> None:
    """Payload-Oxum in bag-info.txt: bytes and number of files below data/."""
    if INFO not in seen.files:
        if not any(each.subject == INFO and each.code == "EK-D002" for each in findings):
            findings.append(error("EK-D002", INFO, "missing", group=COMPLETENESS))
        return
    found = read_oxum(root, findings)
    payload = [size for name, size in seen.files.items() if name.startswith("data/")]
    expected = f"{sum(payload)}.{len(payload)}"
    if found is not None and found != expected:
        message = "Payload-Oxum is not the size and number of the files in data/"
        findings.append(
            error("EK-D006", INFO, message, group=INTEGRITY, expected=expected, found=found)
        )
