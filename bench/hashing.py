# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast files are hashed, beside `openssl dgst -sha256` on the same files, in turn.

One large file, and many small ones given to openssl by xargs. `sha256sum` is no floor: where it is
built without OpenSSL it takes four times as long. The files are in the cache.

    python bench/hashing.py [--mib 1024] [--files 10000] [--rounds 5] [--folder .]
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from evidencekit.custody.many import ToHash, hash_files

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1024 * 1024
SMALL = 10_000
#: Of openssl's time: for one large file, and for many small ones.
PROMISED = {"large": 1.1, "small": 1.0}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--mib", type=int, default=1024)
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", type=Path, default=Path())
    chosen = options.parse_args()
    openssl = shutil.which("openssl")
    if openssl is None:
        sys.exit("openssl is not installed")
    print(
        f"Python {platform.python_version()} with {ssl.OPENSSL_VERSION}, {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} cores"
    )
    slow = False
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        for kind, paths in (
            ("large", large(folder, chosen.mib)),
            ("small", small(folder, chosen.files)),
        ):
            slow |= compare(kind, paths, openssl, chosen.rounds) > PROMISED[kind]
    sys.exit(1 if slow else 0)


def large(folder: Path, mib: int) -> list[Path]:
    path = folder / "large.bin"
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for _ in range(mib):
            file.write(block)
    return [path]


def small(folder: Path, files: int) -> list[Path]:
    paths = [folder / f"{number:06}.bin" for number in range(files)]
    for path in paths:
        path.write_bytes(os.urandom(SMALL))
    return paths


def compare(kind: str, paths: list[Path], openssl: str, rounds: int) -> float:
    """Hash *paths* both ways, in turn, and return our time as a part of openssl's."""
    listed = b"\0".join(os.fsencode(each) for each in paths)
    files = [ToHash(path=each, subject="", shown=each.name) for each in paths]
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        ours.append(timed(lambda: hash_files(files)))
        theirs.append(
            timed(
                lambda: subprocess.run(
                    ["xargs", "-0", openssl, "dgst", "-sha256"],
                    input=listed,
                    stdout=subprocess.DEVNULL,
                    check=True,
                )
            )
        )
    part = statistics.median(ours) / statistics.median(theirs)
    size = sum(each.stat().st_size for each in paths)
    print(
        f"{kind}: {len(paths)} files, {size / 1e9:.2f} GB: {statistics.median(ours):.3f} s, "
        f"openssl {statistics.median(theirs):.3f} s: {part:.2f} of its time "
        f"(promised: at most {PROMISED[kind]})"
    )
    return part


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
