# SPDX-License-Identifier: AGPL-3.0-or-later
"""A folder on a disk that takes `Abc` and `ABC` for one name, where one can be had.

That is where the tests run, on Windows and macOS. On Linux a disk image is formatted as exFAT or FAT
and mounted, which takes the administrator's rights and the tools for it; without them, tests skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MIB = 1024 * 1024
_SIZE = 64 * _MIB


@contextmanager
def folding_folder(at: Path) -> Iterator[Path]:
    """Give a folder, below *at*, of a disk that folds case, or skip and say why."""
    if folds(at):
        yield at
        return
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("this disk tells capitals apart, and mounting another takes root")
    reasons = []
    for way in (_exfat, _vfat):
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(way(at))
            except (OSError, subprocess.SubprocessError) as error:
                reasons.append(f"{way.__name__.strip('_')}: {error}")
                continue
            yield folder
            return
    pytest.skip(f"no disk that folds case can be mounted: {'; '.join(reasons)}")


def folds(folder: Path) -> bool:
    """Say whether a name in other capitals is the same name there."""
    one = folder / "folds.Case"
    one.write_bytes(b"")
    try:
        return (folder / "FOLDS.cASE").exists()
    finally:
        one.unlink()


@contextmanager
def _exfat(at: Path) -> Iterator[Path]:
    with _device(at, "mkfs.exfat") as device, _mounted(at, "mount.exfat-fuse", device) as folder:
        yield folder


@contextmanager
def _vfat(at: Path) -> Iterator[Path]:
    with (
        _device(at, "mkfs.vfat") as device,
        _mounted(at, "mount", "-t", "vfat", "-o", "utf8", device) as folder,
    ):
        yield folder


@contextmanager
def _device(at: Path, format_it: str) -> Iterator[str]:
    """Give a block device that stands for a file, formatted."""
    image = at / f"{format_it}.img"
    with image.open("wb") as file:
        file.truncate(_SIZE)
    _run(format_it, str(image))
    device = _run("losetup", "--find", "--show", str(image)).strip()
    try:
        yield device
    finally:
        _run("losetup", "--detach", device)
        image.unlink()


@contextmanager
def _mounted(at: Path, *command: str) -> Iterator[Path]:
    folder = at / "folding"
    folder.mkdir(exist_ok=True)
    _run(*command, str(folder))
    try:
        if not folds(folder):
            msg = "what was mounted tells capitals apart"
            raise OSError(msg)
        yield folder
    finally:
        try:
            _run("umount", str(folder))
        except OSError:
            # Somebody sits there. It is not left behind all the same: later runs cannot clear it up.
            _run("umount", "-l", str(folder))
            raise


def _run(*command: str) -> str:
    """Run a tool and return what it printed.

    Raises:
        OSError: if it is not installed, or fails.
    """
    tool = shutil.which(command[0], path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if tool is None:
        msg = f"{command[0]} is not installed"
        raise OSError(msg)
    done = subprocess.run([tool, *command[1:]], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["failed"]
        msg = f"{command[0]}: {said[0]}"
        raise OSError(msg)
    return done.stdout
