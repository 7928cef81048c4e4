# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compare a bag's manifests with the files that are there (BagIt 1.0, RFC 8493).

Every failing file is named, and every missing, extra or changed one. Stock tools pass over some of
what is looked for here: a deleted tag manifest, a file outside data/, a link, a second file whose
name differs only in case or composition.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.digests import hash_file
from evidencekit.errors import EvidenceError
from evidencekit.model.progress import IsCancelled, OnProgress, Progress, raise_if_cancelled
from evidencekit.verifier.result import Checked, error, outcome

if TYPE_CHECKING:
    from evidencekit.model.findings import Finding

_GROUP = "integrity"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_TAG_FILES = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt")
_ALLOWED_OUTSIDE = (*_TAG_FILES, "tagmanifest-sha256.txt")
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_MANIFEST_LIMIT = 64_000_000


@frozen(kw_only=True)
class Seen:
    """What is on disk: regular files by POSIX path, with sizes; links, specials, empty folders."""

    files: Mapping[str, int]
    links: tuple[str, ...]
    empty_folders: tuple[str, ...]


def look(root: Path) -> Seen:
    """List everything below *root* without following a link."""
    files: dict[str, int] = {}
    odd: list[str] = []
    empty: list[str] = []
    for folder, folders, names in os.walk(root, followlinks=False):
        here = Path(folder)
        if not folders and not names and here != root:
            empty.append(here.relative_to(root).as_posix())
        for name in (*folders, *names):
            path = here / name
            relative = path.relative_to(root).as_posix()
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                files[relative] = status.st_size
            elif not stat.S_ISDIR(status.st_mode):
                odd.append(relative)
    return Seen(files=files, links=tuple(sorted(odd)), empty_folders=tuple(sorted(empty)))


def check_files(
    root: Path,
    seen: Seen,
    *,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[Checked, Mapping[str, str]]:
    """Check every file of the bag at *root*; return also the digest found for each."""
    findings: list[Finding] = []
    payload = _manifest(root, "manifest-sha256.txt", findings)
    tags = _manifest(root, "tagmanifest-sha256.txt", findings)
    _check_structure(root, seen, tags, findings)
    listed = {**payload, **tags}
    digests: dict[str, str] = {}
    for done, name in enumerate(sorted(seen.files), start=1):
        raise_if_cancelled(cancelled)
        try:
            digests[name] = hash_file(root / name).sha256
        except (EvidenceError, OSError):
            findings.append(error("EK-D005", name, "could not be read", group=_GROUP))
        if progress is not None:
            progress(Progress(stage="verify", done=done, total=len(seen.files), subject=name))
    matching = 0
    for name, expected in sorted(listed.items()):
        found = digests.get(name)
        if name not in seen.files:
            findings.append(error("EK-D002", name, "missing", group="completeness"))
        elif found is not None and found != expected:
            findings.append(
                error("EK-D001", name, "changed", group=_GROUP, expected=expected, found=found)
            )
        elif found is not None:
            matching += 1
    extra = sorted(set(seen.files) - set(listed) - {"tagmanifest-sha256.txt"})
    findings += [
        error("EK-D003", name, "extra: no manifest lists it", group="completeness")
        for name in extra
    ]
    return outcome("files", _message(matching, len(listed), findings), tuple(findings)), digests


def _message(matching: int, listed: int, findings: list[Finding]) -> str:
    counts = {
        code: sum(each.code == code for each in findings)
        for code in ("EK-D001", "EK-D002", "EK-D003")
    }
    parts = [
        f"{counts['EK-D001']} changed" if counts["EK-D001"] else "",
        f"{counts['EK-D002'] or 'none'} missing",
        f"{counts['EK-D003'] or 'none'} extra",
    ]
    others = len(findings) - sum(counts.values())
    if others:
        parts.append(f"{others} other problem(s)")
    return f"{matching} of {listed} match; {', '.join(each for each in parts if each)}"


def _manifest(root: Path, name: str, findings: list[Finding]) -> dict[str, str]:
    """Read one manifest; whatever is wrong with a line is a finding that names the line."""
    path = root / name
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MANIFEST_LIMIT:
            findings.append(error("EK-D004", name, "is not an ordinary file", group=_GROUP))
            return {}
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        findings.append(error("EK-D002", name, "missing", group="completeness"))
        return {}
    except (OSError, UnicodeDecodeError):
        findings.append(error("EK-D004", name, "could not be read as UTF-8", group=_GROUP))
        return {}
    listed: dict[str, str] = {}
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    elif lines:
        findings.append(error("EK-D004", name, "its last line has no end", group=_GROUP))
    for number, line in enumerate(lines, start=1):
        where = f"{name} line {number}"
        match = _LINE.fullmatch(line)
        if match is None:
            findings.append(error("EK-D004", where, "is not a digest and a path", group=_GROUP))
            continue
        digest, listed_path = match.groups()
        if not _plain(listed_path):
            findings.append(
                error("EK-D004", where, "names a path outside the package", group=_GROUP)
            )
        elif listed_path in listed:
            findings.append(error("EK-D004", where, "names a file twice", group=_GROUP))
        else:
            listed[listed_path] = digest
    return listed


def _plain(path: str) -> bool:
    parts = path.split("/")
    return not path.startswith("/") and all(each not in {"", ".", ".."} for each in parts)


def _check_structure(
    root: Path, seen: Seen, tags: Mapping[str, str], findings: list[Finding]
) -> None:
    """Check what the digests alone do not show."""
    declaration = root / "bagit.txt"
    if "bagit.txt" in seen.files and declaration.read_bytes() != _DECLARATION:
        findings.append(
            error("EK-D006", "bagit.txt", "does not declare BagIt 1.0 in UTF-8", group=_GROUP)
        )
    findings += [
        error("EK-D006", "tagmanifest-sha256.txt", f"does not list {name}", group=_GROUP)
        for name in _TAG_FILES
        if "tagmanifest-sha256.txt" in seen.files and name not in tags
    ]
    findings += [
        error("EK-D003", name, "a file where the package has none", group="completeness")
        for name in sorted(seen.files)
        if not name.startswith("data/") and name not in _ALLOWED_OUTSIDE and name in tags
    ]
    findings += [
        error("EK-D007", name, "a link or special file: a package has none", group=_GROUP)
        for name in seen.links
    ]
    findings += [
        error("EK-D007", name, "an empty folder: a package has none", group="completeness")
        for name in seen.empty_folders
    ]
    _check_twins(seen, findings)
    _check_oxum(root, seen, findings)


def _check_twins(seen: Seen, findings: list[Finding]) -> None:
    """Two names that a Mac or Windows disk would take for one."""
    folded: dict[str, str] = {}
    for name in sorted(seen.files):
        key = unicodedata.normalize("NFC", name).casefold()
        if key in folded:
            findings.append(
                error("EK-D008", name, f"differs from {folded[key]} only in case", group=_GROUP)
            )
        folded.setdefault(key, name)


def _check_oxum(root: Path, seen: Seen, findings: list[Finding]) -> None:
    """Payload-Oxum in bag-info.txt: bytes and number of files below data/."""
    path = root / "bag-info.txt"
    if "bag-info.txt" not in seen.files:
        findings.append(error("EK-D002", "bag-info.txt", "missing", group="completeness"))
        return
    text = path.read_bytes().decode("utf-8", errors="replace")
    match = re.search(r"^Payload-Oxum: ([0-9]+\.[0-9]+)$", text, re.MULTILINE)
    payload = [size for name, size in seen.files.items() if name.startswith("data/")]
    expected = f"{sum(payload)}.{len(payload)}"
    found = match.group(1) if match else None
    if found != expected:
        findings.append(
            error(
                "EK-D006",
                "bag-info.txt",
                "Payload-Oxum is not the size and number of the files in data/",
                group=_GROUP,
                expected=expected,
                found=found,
            )
        )
