# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verify a package with three hours of sound, beside hashing it and decoding what its clips need.

The peer is `openssl dgst -sha256` over every file of the package and `ffmpeg`, decoding each
recording to 16-bit samples from its first to the end of its last clip, one after the other: what
anybody would do by hand to check the same. The clips stand at the recording's beginning, middle and
end, so that the whole of it is needed. `verify` also compares, reads every page and the record.

There are three recordings, each in a package of its own: AAC as most encoders write it, of which a
second processor may decode the half; MP3, which one process decodes; and AAC with noise
substitution ("PNS"), in which a decoder makes up noise from its first packet on, so that one
process has to decode all of it, after another one has tried in vain.

    python bench/verify_hours.py [--minutes 180] [--rounds 3] [--kind m4a] [--folder .]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from measure import machine

import evidencekit

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = 44_100
CLIP_SECONDS = 20
KINDS = {
    "m4a": ("long.m4a", "-c:a", "aac", "-b:a", "64k", "-aac_pns", "0"),
    "mp3": ("long.mp3", "-c:a", "libmp3lame", "-q:a", "6"),
    "m4a, PNS": ("long.m4a", "-c:a", "aac", "-b:a", "64k"),
}
#: Of the peer's time.
PROMISED = 1.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--minutes", type=int, default=180)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--kind", action="append", choices=list(KINDS))
    options.add_argument("--folder", type=Path, default=Path())
    chosen = options.parse_args()
    openssl, ffmpeg = shutil.which("openssl"), shutil.which("ffmpeg")
    if openssl is None or ffmpeg is None:
        sys.exit("openssl or ffmpeg is not installed")
    print(machine())
    kinds = chosen.kind or list(KINDS)
    parts = [measured(kind, chosen.minutes, chosen, openssl, ffmpeg) for kind in kinds]
    sys.exit(1 if max(parts) > PROMISED else 0)


def measured(
    kind: str, minutes: int, chosen: argparse.Namespace, openssl: str, ffmpeg: str
) -> float:
    """Print what a recording of *kind* takes, and return the part of the peer's time."""
    seconds = minutes * 60
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        package = make_package(Path(name), seconds, ffmpeg, KINDS[kind])
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(chosen.rounds):
            ours.append(timed(lambda: verified(package)))
            theirs.append(timed(lambda: by_hand(package, seconds, openssl, ffmpeg)))
    part = median(ours) / median(theirs)
    print(
        f"{kind}: verify of {minutes} minutes of sound {median(ours):.1f} s; hashing and decoding "
        f"by hand {median(theirs):.1f} s: {part:.2f} of its time (promised: at most {PROMISED}; "
        f"best of each {min(ours):.1f} and {min(theirs):.1f} s)",
        flush=True,
    )
    return part


def make_package(folder: Path, seconds: int, ffmpeg: str, kind: tuple[str, ...]) -> Path:
    """Build a package of one long recording of a *kind* with three clips."""
    name, *coding = kind
    subprocess.run(
        [
            ffmpeg, "-v", "error", "-f", "lavfi", "-i",
            f"anoisesrc=r={RATE}:a=0.1:d={seconds}:seed=7,aformat=channel_layouts=mono",
            *coding, str(folder / name),
        ],
        check=True,
    )  # fmt: skip
    lines = [
        'schema = "evidencekit/matter/1"',
        "[case]",
        'title = "Re E (A Child)"',
        "[recordings.long]",
        f'file = "{name}"',
    ]
    for start in (3, seconds // 2, seconds - CLIP_SECONDS - 1):
        lines += [
            "[[recordings.long.clip]]",
            f'title = "From second {start}"',
            f'from = "{start // 60}:{start % 60:02}"',
            f'to = "{(start + CLIP_SECONDS) // 60}:{(start + CLIP_SECONDS) % 60:02}"',
        ]
    (folder / "matter.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run(
        [
            sys.executable, "-m", "evidencekit", "build", str(folder / "matter.toml"),
            "--by", "bench", "-o", str(folder / "package"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return folder / "package"


def verified(package: Path) -> None:
    report = evidencekit.verify(package)
    if not report.ok:
        sys.exit(f"the package is not consistent: {report.failures}")


def by_hand(package: Path, seconds: int, openssl: str, ffmpeg: str) -> None:
    """Hash every file, and decode the recording as far as its last clip goes."""
    files = [str(each) for each in package.rglob("*") if each.is_file()]
    subprocess.run([openssl, "dgst", "-sha256", *files], check=True, stdout=subprocess.DEVNULL)
    (recording,) = (package / "data/recordings").iterdir()
    subprocess.run(
        [
            ffmpeg, "-v", "error", "-i", str(recording), "-t", str(seconds - 1),
            "-c:a", "pcm_s16le", "-f", "s16le", "-y", "/dev/null",
        ],
        check=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
