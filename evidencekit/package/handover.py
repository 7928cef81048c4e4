# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hand over a finished package: all of it under its name, or nothing.

A package is written beside its final name, flushed to the disk, and renamed. Two names are in
play only for an instant: the previous package steps aside, the new one takes the name. A run
killed at any moment leaves the previous package or the new one; `recover`, which every run begins
with, puts back what was stepping aside and removes what dead runs left.

    .NAME.new-PID       the package while it is written
    .NAME.work-PID      what is needed on the way and is no part of it
    .NAME.previous      the package that NAME was, for as long as the renames take
    .NAME.old-PID       the same, once the new one stands, while it is removed
    .NAME.lock          held while a run writes; it dies with the run

Nothing that evidencekit did not write, and nothing that somebody changed since, is ever removed.
Nor is a sealed package: where the caller says that a new one may take its name, it is kept beside
it, as "NAME (sealed 1)".
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import json
import os
import shutil
import stat
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.digests import hash_file
from evidencekit.custody.durable import O_BINARY, LockHeldError, flush, flush_folder, hold
from evidencekit.custody.seal_names import FOLDER as SEAL_FOLDER
from evidencekit.errors import NoSpace, OutputError, OutputNotOurs, PackageSealed
from evidencekit.package.bag import BAGIT_TXT, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD = "data/bundle.json"

_SCHEMA = "evidencekit/bundle/"
_MOST_RECORD = 64 * 1024 * 1024
_MOST_NAME = 255
_MOST_NAME_KEPT = _MOST_NAME - len(" (sealed 1000)")
_MOST_SHOWN = 5
_DISK_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
# What systems drop into folders that a person looks at.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
# Bulk that nobody edits; hashing it at every build would cost more than it guards.
_BULK = ("data/clips/", "data/recordings/")
# Windows: a scanner or a preview holds a file of a folder that is being renamed for a moment.
_TRIES = 10 if sys.platform == "win32" else 1


@frozen(kw_only=True)
class _Names:
    """The names that a run uses beside the target."""

    target: Path
    stage: Path
    work: Path
    previous: Path
    old: Path
    lock: Path

    @property
    def stem(self) -> str:
        """What the names of all runs for this target start with."""
        return self.previous.name.removesuffix("previous")


def _names(target: Path) -> _Names:
    stem = target.name
    if len(stem.encode()) + len(".previous-4294967295") > _MOST_NAME:
        stem = hashlib.sha256(stem.encode()).hexdigest()
    return _Names(
        target=target,
        stage=target.with_name(f".{stem}.new-{os.getpid()}"),
        work=target.with_name(f".{stem}.work-{os.getpid()}"),
        previous=target.with_name(f".{stem}.previous"),
        old=target.with_name(f".{stem}.old-{os.getpid()}"),
        lock=target.with_name(f".{stem}.lock"),
    )


@contextmanager
def staged(
    target: Path, *, needed_bytes: int, inputs: Path | None = None, replace_sealed: bool = False
) -> Iterator[Path]:
    """Yield an empty folder to write a package in; once the block ends, it is *target*.

    A package that has the name already is replaced; a sealed one only with *replace_sealed*, and
    then it stays, as `sealed_name` says. If the block raises, nothing of the new package is left
    and a previous one stays. *inputs* is the matter's folder, which a target may lie in and may not
    hold.

    Raises:
        PackageSealed: if the package there is sealed, unless *replace_sealed*.
        OutputNotOurs: if *target* is something else than a package made by evidencekit.
        OutputError: if the package there holds files that were added or changed by hand, if
            another run writes it now, or if it cannot be written.
        NoSpace: if the disk has not room for *needed_bytes*, or fills up on the way.
    """
    target = _absolute(target)
    _check_target(target, inputs, replace_sealed=replace_sealed)
    names = _names(target)
    made = _make_folders(target.parent)
    try:
        with _only_run(names):
            _recover(names)
            _check_target(target, inputs, replace_sealed=replace_sealed)
            _check_space(target, needed_bytes)
            try:
                names.stage.mkdir()
                yield names.stage
                _commit(names)
            except OSError as error:
                _recover(names)
                _say_why(error, names, needed_bytes)
                raise
            except BaseException:
                _recover(names)
                raise
            _remove(names.old)
            _remove(names.work)
    except BaseException:
        with contextlib.suppress(OSError):
            for each in made:
                each.rmdir()
        raise


def work_folder(stage: Path) -> Path:
    """Make and return a folder for scratch files of the run that writes *stage*.

    It goes when the run ends, and if the run is killed, with its stage: what lies in it are copies
    of documents, which are nobody's business in a temporary folder that all users share.
    """
    stem, _, pid = stage.name.rpartition(".new-")
    folder = stage.with_name(f"{stem}.work-{pid}")
    folder.mkdir()
    return folder


def recover(target: Path) -> None:
    """Put right what killed runs left beside *target*: a package half way through the exchange of
    names gets its name back, and unfinished ones are removed.

    Raises:
        OutputError: if another run writes *target* now.
    """
    names = _names(_absolute(target))
    with _only_run(names):
        _recover(names)


def sealed_name(target: Path) -> Path:
    """Return the first free name under which a sealed package at *target* would be kept."""
    target = _absolute(target)
    stem = target.name.encode()[:_MOST_NAME_KEPT].decode(errors="ignore").rstrip()
    names = (target.with_name(f"{stem} (sealed {number})") for number in itertools.count(1))
    return next(each for each in names if not os.path.lexists(each))


def is_sealed(package: Path) -> bool:
    """Say whether there is a seal in the folder *package*, whatever it is worth."""
    return os.path.lexists(package / SEAL_FOLDER)


def is_package(path: Path) -> bool:
    """Say whether *path* is a folder that evidencekit made a package in."""
    try:
        if not all(
            stat.S_ISREG((path / name).lstat().st_mode) for name in (BAGIT_TXT, RECORD)
        ) or not stat.S_ISDIR(path.lstat().st_mode):
            return False
        if (path / RECORD).stat().st_size > _MOST_RECORD:
            return False
        record = json.loads((path / RECORD).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(record, dict) and str(record.get("schema", "")).startswith(_SCHEMA)


def _absolute(target: Path) -> Path:
    """Return the target with its folder's links resolved; a link at its end is not followed."""
    return target.parent.resolve() / target.name if target.name else target.resolve()


def _check_target(target: Path, inputs: Path | None, *, replace_sealed: bool) -> None:
    """Refuse a target whose replacement would lose anything."""
    if inputs is not None and inputs.resolve().is_relative_to(target):
        raise OutputNotOurs(str(target))
    if not os.path.lexists(target):
        return
    if not is_package(target):
        raise OutputNotOurs(str(target))
    if is_sealed(target) and not replace_sealed:
        raise PackageSealed(str(target), sealed_name(target).name)
    kept = _changed_by_hand(target)
    if kept:
        more = len(kept) - _MOST_SHOWN
        shown = ", ".join(kept[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
        msg = (
            f"{target} would be replaced, and holds what was added or changed since it was made: "
            f"{shown}. Move it elsewhere, or choose another name for the output. "
            "Nothing was built."
        )
        raise OutputError(msg)


def _changed_by_hand(package: Path) -> list[str]:
    """Return the files of a package that are not, or not any more, what its lists say."""
    listed: dict[str, str] = {}
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        with contextlib.suppress(OSError):
            listed |= read_manifest((package / name).read_bytes())
    changed: list[str] = []
    for folder, _, names in os.walk(package):
        for name in names:
            path = Path(folder, name)
            relative = path.relative_to(package).as_posix()
            if name in _LITTER or relative.startswith(("tagmanifest-", "signatures/")):
                continue
            if relative not in listed:
                changed.append(ascii(relative)[1:-1])
            elif relative.startswith(_BULK) or path.is_symlink():
                continue
            elif hash_file(path).sha256 != listed[relative]:
                changed.append(relative)
    return sorted(changed)


def _make_folders(folder: Path) -> list[Path]:
    """Make *folder*, and return what had to be made, the innermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{folder} could not be made: {error.strerror}. Nothing was written."
        raise OutputError(msg) from error
    return missing


@contextmanager
def _only_run(names: _Names) -> Iterator[None]:
    """Keep other runs away from the target."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(hold(names.lock, seconds=1))
        except LockHeldError:
            msg = f"{names.target} is being written by another run. Wait for it, and run again."
            raise OutputError(msg) from None
        except OSError as error:
            msg = f"{names.target} could not be written: {error.strerror}. Nothing was built."
            raise OutputError(msg) from error
        yield


def _recover(names: _Names) -> None:
    """Under the lock every stage is a dead run's. One of two packages has the name at the end."""
    parent = names.target.parent
    if os.path.lexists(names.previous):
        if os.path.lexists(names.target):
            # The new one stands, whole: it was flushed before it got the name.
            _remove(names.old)
            _retire(names)
        else:
            _rename(names.previous, names.target)
        flush_folder(parent)
    for name in os.listdir(parent):  # noqa: PTH208 - names
        kind, _, pid = name.removeprefix(names.stem).partition("-")
        if name.startswith(names.stem) and kind in {"new", "old", "work"} and pid.isdecimal():
            _remove(parent / name)


def _check_space(target: Path, needed: int) -> None:
    """Compare what is needed with what the disk has."""
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise NoSpace(str(target), needed, free)


def _say_why(error: OSError, names: _Names, needed: int) -> None:
    """Raise what a failed write means to the user; leave other errors to say it themselves."""
    if error.errno in _DISK_FULL:
        free = shutil.disk_usage(names.target.parent).free
        raise NoSpace(str(names.target), needed, free) from error
    places = {str(each) for each in (error.filename, error.filename2) if each is not None}
    if any(each.startswith((str(names.stage), str(names.work))) for each in places):
        msg = f"{names.target} could not be written: {error.strerror}. Nothing was built."
        raise OutputError(msg) from error


def _commit(names: _Names) -> None:
    """Flush the stage, and give it the name."""
    _flush_all(names.stage)
    replacing = os.path.lexists(names.target)
    if replacing:
        _rename(names.target, names.previous)
    try:
        _rename(names.stage, names.target)
    except BaseException:
        if replacing:
            _rename(names.previous, names.target)
        raise
    flush_folder(names.target.parent)
    if replacing:
        # From here on the new package stands; what cannot be cleared away now, the next run does.
        with contextlib.suppress(OSError):
            _retire(names)


def _retire(names: _Names) -> None:
    """Give the previous package the name that it is kept by if it is sealed, else one to be removed
    by: it is renamed first, so that half of it can never be taken for the package.
    """
    kept = is_sealed(names.previous)
    _rename(names.previous, sealed_name(names.target) if kept else names.old)


def _flush_all(stage: Path) -> None:
    """Have every byte and every name of the stage on the disk, the folders after what they hold."""
    for folder, _, files in os.walk(stage, topdown=False):
        for name in files:
            # Windows flushes only what is open for writing.
            mode = os.O_RDWR if sys.platform == "win32" else os.O_RDONLY
            fd = os.open(os.path.join(folder, name), mode | O_BINARY)  # noqa: PTH118
            try:
                flush(fd)
            finally:
                os.close(fd)
        flush_folder(stage / folder)


def _rename(source: Path, to: Path) -> None:
    """Rename; on Windows, wait a moment for who looks into the folder."""
    for left in range(_TRIES - 1, -1, -1):
        try:
            os.rename(source, to)  # noqa: PTH104 - one name to watch for every change of names
        except PermissionError:
            if left == 0:
                raise
            time.sleep(0.1)
        else:
            return


def _remove(folder: Path) -> None:
    """Remove a folder of our own, as far as it can be removed."""
    if os.path.lexists(folder):
        shutil.rmtree(folder, ignore_errors=True)
