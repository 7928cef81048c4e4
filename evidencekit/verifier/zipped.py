# SPDX-License-Identifier: AGPL-3.0-or-later
"""Unpack a zip that nobody vouches for, into a folder that is gone afterwards.

Refused, each with its reason: a path that leads out, a link, two entries that some disk takes for
one, a password, entries that share their bytes, and more than a disk should hold. What a Mac adds
beside the files (`__MACOSX`) is no part of the package and is left out.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evidencekit.errors import NotAPackage
from evidencekit.model.printable import printable
from evidencekit.model.progress import raise_if_cancelled
from evidencekit.verifier.folder import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.model.progress import IsCancelled

_MOST_ENTRIES = 100_000
#: No package that is all silence packs better than this.
_MOST_TIMES = 400
_ALWAYS_ALLOWED = 1_000_000_000
_LEAST_LEFT = 500_000_000
_LONGEST_PART = 255
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_UTF_8 = 0x800
_ADDED_BY_A_MAC = "__MACOSX"
_READ = 1 << 20
_SHOWN = 300
#: Either lies at the top of what a zip holds: a firm's file, or a served copy.
MARKS = ("bagit.txt", "data/bundle.json", "CHECKSUMS.txt")


@contextmanager
def unpacked(path: Path, *, cancelled: IsCancelled | None = None) -> Iterator[Path]:
    """Unpack the zip at *path* and hand out the folder of the package in it.

    Raises:
        NotAPackage: with the reason, if it is no zip, or one that is not safe or not whole.
        Cancelled: if *cancelled* says so.
    """
    if not zipfile.is_zipfile(path) and path.suffix.lower() != ".zip":
        reason = "is one file. Name the folder of the package, or its zip"
        raise NotAPackage(str(path), reason)
    with tempfile.TemporaryDirectory(prefix="evidencekit-verify-") as made:
        folder = Path(made)
        try:
            with zipfile.ZipFile(path) as archive:
                names = _checked(path, archive, folder)
                for entry, name in names:
                    raise_if_cancelled(cancelled)
                    _unpack(path, archive, entry, folder / name)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise NotAPackage(str(path), "is a zip that is damaged") from error
        except (NotImplementedError, RuntimeError) as error:
            raise NotAPackage(str(path), "is a zip of a kind that is not read here") from error
        except OSError as error:
            reason = f"is a zip that could not be unpacked: {error.strerror}"
            raise NotAPackage(str(path), reason) from error
        yield _package_in(path, folder)


def _checked(
    path: Path, archive: zipfile.ZipFile, folder: Path
) -> list[tuple[zipfile.ZipInfo, str]]:
    """Return the entries to unpack with their names, once none of them is refused."""
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise NotAPackage(str(path), f"is a zip of {len(entries):,} entries")
    _check_room(path, entries, folder)
    _check_apart(path, entries)
    found = []
    kinds: dict[str, bool] = {}
    for entry in entries:
        name, is_folder = _name(entry).removesuffix("/"), entry.is_dir()
        if name.split("/")[0] == _ADDED_BY_A_MAC:
            continue
        reason = _refusal(entry, name)
        if reason:
            shown = printable(name, most=_SHOWN)
            raise NotAPackage(str(path), f"is a zip with an entry {reason}: {shown}")
        _check_once(path, name, is_folder=is_folder, kinds=kinds)
        found.append((entry, name))
    return found


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; some programs write UTF-8 and do not say so."""
    if entry.flag_bits & _UTF_8 or entry.filename.isascii():
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _refusal(entry: zipfile.ZipInfo, name: str) -> str:
    """Return why an entry is not unpacked; nothing where it is."""
    parts = name.split("/")
    mode = entry.external_attr >> 16
    kind = stat.S_IFMT(mode)
    wanted = stat.S_IFDIR if entry.is_dir() else stat.S_IFREG
    reasons = (
        (".." in parts, "that leads out of it"),
        (name.startswith("/") or "\\" in name or ":" in name, "with a path of another system"),
        (any(each in {"", "."} for each in parts), "with a path that is not plain"),
        (len(parts) > DEEPEST, "in folders deeper than any package has"),
        (any(len(each.encode("utf-8", "replace")) > _LONGEST_PART for each in parts),
         "with a name that is too long"),
        (any(unicodedata.category(each) in {"Cc", "Cs"} for each in name),
         "with control characters in its name"),
        (kind not in {0, wanted}, "that is a link or a special file"),
        (bool(entry.flag_bits & _ENCRYPTED), "that needs a password"),
        (entry.compress_type not in _METHODS, "packed by a method that is not read here"),
    )  # fmt: skip
    return next((reason for applies, reason in reasons if applies), "")


def _check_once(path: Path, name: str, *, is_folder: bool, kinds: dict[str, bool]) -> None:
    """Refuse two entries of one name, as any disk may see it, and a file that is a folder too."""
    key = unicodedata.normalize("NFC", name).casefold()
    if key in kinds and not (is_folder and kinds[key]):
        shown = printable(name, most=_SHOWN)
        raise NotAPackage(str(path), f"is a zip with two entries of one name: {shown}")
    kinds[key] = is_folder
    parent = key.rpartition("/")[0]
    while parent:
        if not kinds.setdefault(parent, True):
            shown = printable(name, most=_SHOWN)
            raise NotAPackage(str(path), f"is a zip with a file that is a folder too: {shown}")
        parent = parent.rpartition("/")[0]


def _check_room(path: Path, entries: list[zipfile.ZipInfo], folder: Path) -> None:
    """Refuse what unpacks to more than a package can be, or than there is room for."""
    total = sum(each.file_size for each in entries)
    if total > max(_ALWAYS_ALLOWED, path.stat().st_size * _MOST_TIMES):
        reason = f"is a zip of {path.stat().st_size:,} bytes that unpacks to {total:,}"
        raise NotAPackage(str(path), reason)
    free = shutil.disk_usage(folder).free
    if total + _LEAST_LEFT > free:
        reason = f"is a zip that unpacks to {total:,} bytes, and {free:,} are free"
        raise NotAPackage(str(path), reason)


def _check_apart(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that share their bytes, by which a small file unpacks to any size."""
    end = 0
    for each in sorted(entries, key=lambda entry: entry.header_offset):
        if each.header_offset < end:
            raise NotAPackage(str(path), "is a zip whose entries lie over each other")
        end = each.header_offset + _LOCAL_HEADER + each.compress_size


def _unpack(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with archive.open(entry) as source, target.open("xb") as file:
        while block := source.read(_READ):
            left -= len(block)
            if left < 0:
                raise NotAPackage(str(path), "is a zip that says less than it unpacks to")
            file.write(block)
    if left:
        raise NotAPackage(str(path), "is a zip that unpacks to less than it says")


def _package_in(path: Path, folder: Path) -> Path:
    """Return the folder of the package: the top of the zip, or the only folder in it."""
    if _is_marked(folder):
        return folder
    inside = sorted(folder.iterdir())
    if len(inside) == 1 and inside[0].is_dir() and _is_marked(inside[0]):
        return inside[0]
    raise NotAPackage(str(path), "is a zip without a package at its top or in its only folder")


def _is_marked(folder: Path) -> bool:
    return any((folder / each).is_file() for each in MARKS)
