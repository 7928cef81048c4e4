# SPDX-License-Identifier: AGPL-3.0-or-later
"""Build a bundle from one hour of recording with ten clips; peak memory against three minutes.

    python bench/build_hour.py [--short]

The peer is the same build from a recording of three minutes: the decode must not be held in
memory, so an hour may cost little more. Beside it stands what one decode of the hour would take
as 16-bit samples. `import evidencekit` is measured against `python -c pass`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Run, machine, median, run

RATE = 44_100


def recording(folder: Path, seconds: int) -> None:
    """Make a stereo .m4a of noise and tone with the ffmpeg command."""
    subprocess.run(
        [
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i",
            f"anoisesrc=r={RATE}:a=0.1:d={seconds}:seed=7,aformat=channel_layouts=stereo",
            "-c:a", "aac", "-b:a", "96k", str(folder / "long.m4a"),
        ],
        check=True,
    )  # fmt: skip


def matter(folder: Path, seconds: int) -> Path:
    """Write a matter with ten clips of five seconds, spread over the recording."""
    lines = [
        'schema = "evidencekit/matter/1"',
        "[case]",
        'title = "Re E (A Child)"',
        "[recordings.long]",
        'file = "long.m4a"',
    ]
    for number in range(10):
        start = number * (seconds - 10) // 10 + 3
        lines += [
            "[[recordings.long.clip]]",
            f'title = "Passage {number + 1}"',
            f'from = "{start // 60}:{start % 60:02}"',
            f'to = "{(start + 5) // 60}:{(start + 5) % 60:02}"',
        ]
    path = folder / "matter.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def build(folder: Path, seconds: int) -> Run:
    """Build and measure."""
    into = folder / "package"
    return run(
        [
            sys.executable,
            "-m",
            "evidencekit",
            "build",
            str(matter(folder, seconds)),
            "-o",
            str(into),
        ]
    )


def main() -> None:
    short = "--short" in sys.argv
    times = 1 if short else 3
    long_seconds = 600 if short else 3600
    print(machine())
    bare = median(lambda: run([sys.executable, "-c", "pass"]), 5)
    imported = median(lambda: run([sys.executable, "-c", "import evidencekit"]), 5)
    print(f"import evidencekit: {imported.seconds - bare.seconds:.3f} s over python -c pass")
    results = {}
    for seconds in (180, long_seconds):
        with tempfile.TemporaryDirectory() as name:
            recording(Path(name), seconds)
            results[seconds] = median(lambda: build(Path(name), seconds), times)  # noqa: B023
        each = results[seconds]
        decode_mb = seconds * RATE * 2 * 2 / 1e6
        print(
            f"{seconds:>5} s of stereo, 10 clips: {each.seconds:.1f} s, peak {each.peak_mb:.0f} MB "
            f"(the decode as 16-bit samples: {decode_mb:.0f} MB)"
        )
    ratio = results[long_seconds].peak_mb / results[180].peak_mb
    print(f"peak memory, {long_seconds} s over 180 s: {ratio:.2f}")


if __name__ == "__main__":
    main()
