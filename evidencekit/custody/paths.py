# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a path written in a matter file leads: inside the matter's folder, or nowhere.

This is the one place that turns such a path into a real one. Matter files come from other people;
a path in one may not reach a file that the person running evidencekit did not put in the folder.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import unicodedata
from typing import TYPE_CHECKING

from evidencekit.errors import IntakeError, PathEscapes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_DRIVE = re.compile(r"[A-Za-z]:")
# Windows only: what a link is called there (symlink, and junction or mount point).
_LINK_TAGS = (0xA000000C, 0xA0000003)


def inside(folder: Path, relative: str, *, must_exist: bool = False) -> Path:
    """Return the file that *relative* names in *folder*.

    Raises:
        PathEscapes: if the path is absolute, has a drive, `..`, a backslash or a control
            character, or goes through a link.
        IntakeError: if what is there is not an ordinary file, or *must_exist* and nothing is.
    """
    parts = _parts(relative)
    path, found = folder, True
    for place, part in enumerate(parts):
        path = path / part
        try:
            status = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            found = False
            break
        except OSError as error:
            raise IntakeError(relative, f"could not be looked at: {error.strerror}.") from error
        _check(status, relative, last=place == len(parts) - 1)
    if not found and must_exist:
        way_on = _near(path) or " Put it there, or correct its path."
        raise IntakeError(relative, f"does not exist.{way_on}")
    return folder.joinpath(*parts)


def check_all(folder: Path, relatives: Iterable[str]) -> None:
    """Check that every path names a file in *folder*, and report all that name none together.

    Raises:
        PathEscapes: as `inside`, for the first such path.
        IntakeError: for all files that do not exist, or the first that is not an ordinary file.
    """
    missing: list[str] = []
    for relative in relatives:
        path = inside(folder, relative)
        if not os.path.lexists(path):
            missing.append(relative)
    if len(missing) == 1:
        inside(folder, missing[0], must_exist=True)
    elif missing:
        others = ", ".join(missing[1:])
        raise IntakeError(missing[0], f"does not exist. Nor does any of these: {others}.")


def _parts(relative: str) -> tuple[str, ...]:
    """Split a path, refusing all that could lead out of a folder on any system."""
    if any(unicodedata.category(each) in {"Cc", "Cs"} for each in relative):
        raise PathEscapes(_printable(relative), "holds a control character.")
    if "\\" in relative:
        raise PathEscapes(relative, "holds a backslash. Write / between folders.")
    if relative.startswith("/") or _DRIVE.match(relative):
        raise PathEscapes(relative, "is not inside the matter's folder: it is an absolute path.")
    parts = tuple(each for each in relative.split("/") if each not in {"", "."})
    if ".." in parts:
        raise PathEscapes(relative, "leaves the matter's folder: .. is not allowed.")
    if not parts:
        raise PathEscapes(relative or '""', "names no file.")
    # There, a colon opens a second stream of a file, and names with a dot or space at the end
    # are read without it.
    if sys.platform == "win32" and any(":" in each or each[-1] in ". " for each in parts):
        raise PathEscapes(relative, "is not a name that Windows keeps.")
    return parts


def _check(status: os.stat_result, relative: str, *, last: bool) -> None:
    """Refuse a link anywhere, and anything but a file at the end."""
    if stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) in _LINK_TAGS:
        raise PathEscapes(relative, "goes through a link. Put the file itself in the folder.")
    if last and stat.S_ISDIR(status.st_mode):
        raise IntakeError(relative, "is a folder, not a file.")
    if last and not stat.S_ISREG(status.st_mode):
        raise IntakeError(relative, "is not an ordinary file.")


def _near(path: Path) -> str:
    """Say so when a file has the same name in other characters, which no eye can tell."""
    try:
        names = os.listdir(path.parent)  # noqa: PTH208 - names, not paths
    except OSError:
        return ""
    wanted = unicodedata.normalize("NFC", path.name).casefold()
    for name in sorted(names):
        if unicodedata.normalize("NFC", name).casefold() == wanted:
            return (
                " There is a file whose name differs only in capitals, or in how its accents are "
                "stored: rename it, or copy its name into the matter file."
            )
    return ""


def _printable(text: str) -> str:
    """Return *text* with whatever a terminal might obey written out."""
    return text.encode("unicode_escape").decode("ascii")
