# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read a bag's lists strictly, as RFC 8493 has them: whatever two programs could read differently
is a finding that names the line.
"""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

from evidencekit.verifier.result import COMPLETENESS, INTEGRITY, error

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.findings import Finding

MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
INFO = "bag-info.txt"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_STARRED = re.compile(r"[0-9a-f]{64} \*.+")
_OXUM = re.compile(r"[0-9]+\.[0-9]+")
_MANIFEST_LIMIT = 64_000_000
_INFO_LIMIT = 1_000_000
_LONGEST_PATH = 4096


def read_manifest(
    root: Path, name: str, findings: list[Finding], *, payload: bool | None
) -> dict[str, str]:
    """Return digest by path from the list *name*; what is wrong with it goes to *findings*.

    *payload* says whether it must list what lies in data/, or what does not; None for a list that
    knows no such folder.
    """
    data = _bytes_of(root / name, name, findings)
    if data is None:
        return {}
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        findings.append(error("EK-D004", name, "is not text in UTF-8", group=INTEGRITY))
        return {}
    if "\r" in text:
        message = "has carriage returns in it, so that its lines end differently for each reader"
        findings.append(error("EK-D004", name, message, group=INTEGRITY))
        text = text.replace("\r\n", "\n")
    *lines, rest = text.split("\n")
    if rest:
        message = "its last line has no end"
        findings.append(error("EK-D004", name, message, group=INTEGRITY))
        lines.append(rest)
    listed: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        wrong = _take(line, listed, payload=payload)
        if wrong:
            where = f"{name} line {number}"
            findings.append(error("EK-D004", where, wrong, group=INTEGRITY))
    return listed


def _bytes_of(path: Path, name: str, findings: list[Finding]) -> bytes | None:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            findings.append(error("EK-D004", name, "is not an ordinary file", group=INTEGRITY))
            return None
        if status.st_size > _MANIFEST_LIMIT:
            findings.append(error("EK-D004", name, "is larger than any list", group=INTEGRITY))
            return None
        return path.read_bytes()
    except FileNotFoundError:
        findings.append(error("EK-D002", name, "missing", group=COMPLETENESS))
    except OSError:
        findings.append(error("EK-D004", name, "could not be read", group=INTEGRITY))
    return None


def _take(line: str, listed: dict[str, str], *, payload: bool | None) -> str:
    """Add what a line lists, or return what is wrong with it."""
    match = _LINE.fullmatch(line)
    if match is None:
        if _STARRED.fullmatch(line):
            return "has an asterisk before the path, which BagIt 1.0 no longer knows"
        return "is not a digest in small letters, two spaces and a path"
    digest, path = match.groups()
    if wrong := _not_plain(path):
        return wrong
    within = path.startswith("data/")
    if payload is not None and payload != within:
        return f"lists {path}, which {'lies in' if within else 'does not lie in'} data/"
    if path in listed:
        return f"lists {path} a second time"
    listed[path] = digest
    return ""


def _not_plain(path: str) -> str:
    """Say what is wrong with a path; nothing where it is a plain path within the package."""
    if len(path) > _LONGEST_PATH:
        return "is longer than any path"
    if path.startswith("/"):
        return "has an absolute path"
    parts = path.split("/")
    if ".." in parts:
        return f"has a path with .. in it: {path}"
    if "" in parts or "." in parts:
        return f"has a path with an empty part, or one that is a dot: {path}"
    return ""


def read_oxum(root: Path, findings: list[Finding]) -> str | None:
    """Return the one Payload-Oxum of bag-info.txt, or None after a finding that says why not."""
    path = root / INFO
    try:
        if path.lstat().st_size > _INFO_LIMIT:
            findings.append(error("EK-D006", INFO, "is larger than any such file", group=INTEGRITY))
            return None
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        findings.append(error("EK-D006", INFO, "is not text in UTF-8", group=INTEGRITY))
        return None
    except OSError:
        findings.append(error("EK-D005", INFO, "could not be read", group=INTEGRITY))
        return None
    lines = [line.partition(":") for line in text.split("\n")]
    values = [value.strip() for label, _, value in lines if label.casefold() == "payload-oxum"]
    if len(values) != 1 or not _OXUM.fullmatch(values[0]):
        message = "must have one line Payload-Oxum, with a size and a number of files"
        found = "; ".join(values) or None
        findings.append(error("EK-D006", INFO, message, group=INTEGRITY, found=found))
        return None
    return values[0]
