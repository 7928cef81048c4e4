# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seal a folder as a BagIt 1.0 bag (RFC 8493), so that stock tools can check every byte of it.

What lies under data/ is listed, with its digest, in the manifest; everything else in the tag
manifest. Both are what `sha256sum -c` reads. Names that the tools of the world read differently,
links, special files and empty folders are refused, so that sha256sum, bagit and this software
always agree. The time of the run stands in bag-info.txt and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import os
import stat
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.digests import FileDigest, hash_file
from evidencekit.errors import OutputError
from evidencekit.package.names import is_portable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from evidencekit.model.progress import IsCancelled, OnProgress

BAGIT_TXT = "bagit.txt"
PAYLOAD = "data"

_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@frozen(kw_only=True)
class BagFile:
    """A file of a bag: `path` is relative to the bag, with /."""

    path: str
    found: FileDigest


def seal_bag(
    folder: Path,
    *,
    run_at: dt.datetime,
    external_id: str | None,
    software: str,
    algorithms: Sequence[str] = ("sha256",),
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> None:
    """Write the tag files of a bag whose payload lies in *folder* under data/.

    Raises:
        OutputError: if there is no payload, the folder is a bag already, or it holds a link, a
            special file, an empty folder, or a name that not every system keeps.
        Cancelled: if *cancelled* says so.
    """
    if run_at.tzinfo is None:
        msg = "run_at has no time zone"
        raise ValueError(msg)
    if (folder / BAGIT_TXT).exists():
        msg = f"{folder} is a bag already. Nothing was written."
        raise OutputError(msg)
    files = _hash_all(folder, algorithms, progress, cancelled)
    payload = [each for each in files if each.path.startswith(f"{PAYLOAD}/")]
    if not payload:
        msg = f"{folder} has no payload: nothing lies under {PAYLOAD}/."
        raise OutputError(msg)
    written = {
        BAGIT_TXT: _DECLARATION,
        "bag-info.txt": _info(payload, run_at, external_id, software),
    }
    for algorithm in algorithms:
        written[f"manifest-{algorithm}.txt"] = _manifest(payload, algorithm)
    for name, data in written.items():
        (folder / name).write_bytes(data)
    tags = [each for each in files if not each.path.startswith(f"{PAYLOAD}/")]
    tags += [
        BagFile(path=name, found=hash_file(folder / name, algorithms=algorithms))
        for name in written
    ]
    for algorithm in algorithms:
        (folder / f"tagmanifest-{algorithm}.txt").write_bytes(_manifest(tags, algorithm))


def walk(folder: Path, *, within: str = "") -> Iterator[str]:
    """Yield the relative path, with /, of every file in *folder*, in the order of its bytes.

    Raises:
        OutputError: at a link, a special file, an empty folder, or a name that not every system
            keeps.
    """
    names = sorted(os.listdir(folder / within), key=os.fsencode)  # noqa: PTH208 - names
    if not names and within:
        msg = f"{within} is an empty folder. A package lists files; an empty folder is in no list."
        raise OutputError(msg)
    for name in names:
        path = f"{within}/{name}" if within else name
        if not is_portable(name):
            msg = f"{path!a} has a name that not every system keeps. Nothing was written."
            raise OutputError(msg)
        mode = (folder / path).lstat().st_mode
        if stat.S_ISDIR(mode):
            yield from walk(folder, within=path)
        elif stat.S_ISREG(mode):
            yield path
        else:
            kind = "a link" if stat.S_ISLNK(mode) else "not an ordinary file"
            msg = f"{path} is {kind}. A package holds the files themselves."
            raise OutputError(msg)


def read_manifest(data: bytes) -> Mapping[str, str]:
    """Return digest by path from a manifest's bytes, as `seal_bag` writes it; odd lines are left
    out, which makes the files they stand for unlisted.
    """
    listed: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").split("\n"):
        digest, gap, path = line.partition("  ")
        if gap and path:
            listed[path] = digest
    return listed


def _hash_all(
    folder: Path,
    algorithms: Sequence[str],
    progress: OnProgress | None,
    cancelled: IsCancelled | None,
) -> list[BagFile]:
    return [
        BagFile(
            path=path,
            found=hash_file(
                folder / path, algorithms=algorithms, progress=progress, cancelled=cancelled
            ),
        )
        for path in walk(folder)
    ]


def _manifest(files: Sequence[BagFile], algorithm: str) -> bytes:
    """Return the lines that `sha256sum` would print, in the order of their paths' bytes."""
    lines = sorted((each.path.encode(), each.found.digest(algorithm).value) for each in files)
    return b"".join(digest.encode() + b"  " + path + b"\n" for path, digest in lines)


def _info(
    payload: Sequence[BagFile], run_at: dt.datetime, external_id: str | None, software: str
) -> bytes:
    """Return bag-info.txt, one label a line."""
    at = run_at.astimezone(dt.UTC)
    lines = [
        ("Bag-Software-Agent", software),
        ("Bagging-Date", at.date().isoformat()),
        ("Bagging-Time", at.strftime("%H:%M:%SZ")),
        ("Payload-Oxum", f"{sum(each.found.size for each in payload)}.{len(payload)}"),
    ]
    if external_id:
        lines.append(("External-Identifier", external_id))
    return "".join(
        f"{label}: {' '.join(value.split())}\n" for label, value in sorted(lines)
    ).encode()
