# SPDX-License-Identifier: AGPL-3.0-or-later
"""The software that made a package, by name and version, without loading any of it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

_PACKAGES = (
    "evidencekit",
    "av",
    "mutagen",
    "numpy",
    "pikepdf",
    "pydub",
    "pymupdf",
    "python-docx",
    "typst",
)


def tool_versions() -> dict[str, str]:
    """Return the version of evidencekit and of each library that shapes its output."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed as a package"
    return found


def software() -> str:
    """Return this software's name and version, as the custody log and the record name it."""
    return f"evidencekit {tool_versions()['evidencekit']}"
