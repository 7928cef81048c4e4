# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a killed run left after a log's last newline: kept aside in a file, and recorded.

The bytes are copied to `<log>.torn-<offset>-<sha256>` and flushed before they are cut off. A run
that dies in between leaves the file without an entry; the next run finds it by its name and
records it then. Nothing is thrown away.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING

from evidencekit.custody.draft import EntryDraft, Stamp
from evidencekit.custody.durable import O_BINARY, O_NO_SURPRISE, flush, flush_folder, write_all
from evidencekit.model.custody import EntryKind
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ASIDE = re.compile(r"torn-([0-9]+)-([0-9a-f]{64})")


def aside_path(path: Path, offset: int, torn: bytes) -> Path:
    """Return where the bytes that follow *offset* in the log at *path* are kept."""
    return path.with_name(f"{path.name}.torn-{offset}-{hashlib.sha256(torn).hexdigest()}")


def put_aside(path: Path, offset: int, torn: bytes) -> None:
    """Copy the torn bytes to a file of their own, durably.

    Raises:
        OSError: if it cannot be written; the log is as it was.
    """
    aside = aside_path(path, offset, torn)
    fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | O_BINARY | O_NO_SURPRISE, 0o666)
    try:
        write_all(fd, torn)
        flush(fd)
    finally:
        os.close(fd)
    flush_folder(path.parent)


def repairs(
    path: Path, offset: int, torn: bytes, *, stamp: Stamp, knows: Callable[[str], bool]
) -> list[EntryDraft]:
    """Return an entry for each set-aside file that has none, then one for *torn*, if any.

    *knows* says whether the log has an entry of an id, whoever made it, and when.
    """
    drafts = [] if not _has_asides(path) else _unrecorded(path, torn, stamp)
    if torn:
        drafts.append(_repair(aside_path(path, offset, torn).name, offset, torn, stamp))
    return [each for each in drafts if not knows(each.id)]


def _has_asides(path: Path) -> bool:
    """Say whether the log's folder holds a set-aside file at all; most never do."""
    start = f"{path.name}.torn-"
    return any(name.startswith(start) for name in os.listdir(path.parent))  # noqa: PTH208 - names


def _unrecorded(path: Path, torn: bytes, stamp: Stamp) -> list[EntryDraft]:
    """Return an entry for each whole set-aside file of this log."""
    drafts: list[EntryDraft] = []
    for aside in sorted(path.parent.glob(f"{path.name}.torn-*")):
        name = _ASIDE.fullmatch(aside.name.removeprefix(f"{path.name}."))
        if name is None or aside.is_symlink() or not aside.is_file():
            continue
        data = aside.read_bytes()
        if hashlib.sha256(data).hexdigest() != name[2] or data == torn:
            continue  # half a copy, whose bytes are still in the log; or about to be recorded
        drafts.append(_repair(aside.name, int(name[1]), data, stamp))
    return drafts


def _repair(aside: str, offset: int, torn: bytes, stamp: Stamp) -> EntryDraft:
    """Return the entry that records bytes set aside."""
    digest = hashlib.sha256(torn).hexdigest()
    return EntryDraft(
        id=hashlib.sha256(f"repair {offset} {digest}".encode()).hexdigest(),
        kind=EntryKind.REPAIR,
        recorded_at=stamp.recorded_at,
        entered_by=stamp.entered_by,
        software=stamp.software,
        name=aside,
        size=len(torn),
        digests=(Digest("sha256", digest),),
        note=(
            f"The log ended in {len(torn)} bytes, from byte {offset}, that are not a whole entry. "
            "They were set aside in the file named here."
        ),
    )
