# SPDX-License-Identifier: AGPL-3.0-or-later
"""See what lies in a folder: regular files, and whatever is none, without following a link.

The folder is somebody else's. It may hold folders thousands deep, a pipe that keeps a reader
waiting, a link to a disk that is not there: nothing is opened here, and nothing is recursed into.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from pathlib import Path

#: Far deeper than any package; far below what a path of any system can hold.
DEEPEST = 32


@frozen(kw_only=True)
class Seen:
    """What is on disk: regular files by POSIX path, with their sizes; links and special files,
    empty folders, folders that lie too deep to be looked into, and folders that cannot be read.
    `shared` are regular files that have another name, somewhere on the disk.
    """

    files: Mapping[str, int] = field(factory=dict)
    links: tuple[str, ...] = ()
    empty_folders: tuple[str, ...] = ()
    too_deep: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


def look(root: Path) -> Seen:
    """List everything below *root*."""
    files: dict[str, int] = {}
    odd: list[str] = []
    empty: list[str] = []
    deep: list[str] = []
    unreadable: list[str] = []
    shared: list[str] = []
    waiting = [""]
    while waiting:
        within = waiting.pop()
        if within.count("/") >= DEEPEST:
            deep.append(within)
            continue
        try:
            with os.scandir(root / within) as found:
                entries = [(each.name, each.stat(follow_symlinks=False)) for each in found]
        except OSError:
            unreadable.append(within or ".")
            continue
        if not entries and within:
            empty.append(within)
        for name, status in entries:
            path = f"{within}/{name}" if within else name
            if stat.S_ISDIR(status.st_mode):
                waiting.append(path)
            elif stat.S_ISREG(status.st_mode):
                files[path] = status.st_size
                if status.st_nlink > 1:  # Windows does not say, and gives 0
                    shared.append(path)
            else:
                odd.append(path)
    return Seen(
        files=files,
        links=tuple(sorted(odd)),
        empty_folders=tuple(sorted(empty)),
        too_deep=tuple(sorted(deep)),
        unreadable=tuple(sorted(unreadable)),
        shared=tuple(sorted(shared)),
    )
