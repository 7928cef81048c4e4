# SPDX-License-Identifier: AGPL-3.0-or-later
"""Intake and clips of three-hour recordings, beside the ffmpeg command and pydub.

    python bench/media_bench.py [--short] [--folder FOLDER] [--rounds 3] [--kind KIND] [--make]

Three stereo recordings are made once in FOLDER and kept: an .m4a, an .m4a as the ffmpeg command
makes it unasked (with noise substitution, which no seek can decode exactly), and a VBR .mp3.
`--make` makes them and ends, so that a run on a quiet machine measures and does nothing else;
`--kind` chooses.

A call of ours is measured in a fresh process, without the start of Python and its imports, which
are given apart: a library is not started for every clip. Where an index is used, reading it and
hashing the whole recording are part of the call. The ffmpeg command is measured whole. All write
to the same folder; our clips are also flushed to disk, one by one, and ffmpeg's are not. Peers take
turns within a round, so that both meet the same noise; processor seconds stand beside wall seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measure import machine

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = 44_100
CLIP_S = 20
LONG_S, SHORT_S = 3 * 3600, 180
FFMPEG = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
KINDS = {
    "m4a": ("plain", ["-c:a", "aac", "-b:a", "128k", "-aac_pns", "0"]),
    "m4a, PNS": ("pns", ["-c:a", "aac", "-b:a", "128k"]),
    "mp3 VBR": ("vbr", ["-c:a", "libmp3lame", "-q:a", "4"]),
}


@dataclass(frozen=True)
class Taken:
    """What one run took: wall and processor seconds, peak memory in MB, and words."""

    wall: float
    cpu: float
    peak: float
    said: str = ""


def recording(folder: Path, kind: str, seconds: int) -> Path:
    """Make a stereo recording of tones that come and go, in noise, if it is not there yet."""
    stem, options = KINDS[kind]
    path = folder / f"{stem}-{seconds}s.{kind[:3]}"
    if not path.exists():
        tones = "|".join(
            f"0.3*sin(2*PI*{base}*t)*gt(sin({turn}*t),0)" for base, turn in ((220, 3), (330, 5))
        )
        command = [
            *FFMPEG,
            "-f", "lavfi", "-i", f"aevalsrc='{tones}':s={RATE}:d={seconds}",
            "-f", "lavfi", "-i", f"anoisesrc=r={RATE}:c=pink:a=0.05:seed=7:d={seconds}",
            "-filter_complex", "[1]aformat=channel_layouts=stereo[n];[0][n]amix=2:normalize=0[o]",
            "-map", "[o]", *options, str(path.with_suffix(".part") ),
        ]  # fmt: skip
        command[-1:] = ["-f", "ipod" if kind.startswith("m4a") else "mp3", command[-1]]
        subprocess.run(command, check=True)
        path.with_suffix(".part").rename(path)
    return path


def places(count: int, seconds: int) -> list[int]:
    """Return where *count* clips start, in milliseconds, spread over the recording."""
    return [int((each + 0.61) * (seconds - CLIP_S) * 1000 / count) for each in range(count)]


# What a fresh process does, by name.


def do_intake(path: Path, out: Path, count: int, seconds: int) -> str:  # noqa: ARG001
    from evidencekit.media.indexfile import index_path, save_index
    from evidencekit.media.measure import index_recording

    index = index_recording(path)
    kept = save_index(index, index_path(path.parent, index.source_digest))
    (path.parent / f"{path.name}.index").write_text(str(kept))
    return f"{index.measurement.sample_count}"


def do_clips(path: Path, out: Path, count: int, seconds: int, *, known: bool = False) -> str:
    from evidencekit.media.clips import Cut
    from evidencekit.media.cut import cut_clips
    from evidencekit.media.indexfile import load_index
    from evidencekit.model.digest import Digest
    from evidencekit.model.timecode import Span

    kept = (path.parent / f"{path.name}.index").read_text()  # where its index is
    digest = Digest("sha256", Path(kept).stem)
    index = load_index(Path(kept), source_digest=digest)
    cuts = [
        Cut(span=Span(start_ms=at, end_ms=at + CLIP_S * 1000), to=out / f"{number}.wav")
        for number, at in enumerate(places(count, seconds))
    ]
    given = digest if known else None
    ways = sorted({each.way for each in cut_clips(path, cuts, index=index, source_digest=given)})
    return "; ".join(ways)


def do_known(path: Path, out: Path, count: int, seconds: int) -> str:
    """Cut clips as a caller does who has just checked the recording's digest himself."""
    return do_clips(path, out, count, seconds, known=True)


def do_open(path: Path, out: Path, count: int, seconds: int) -> str:  # noqa: ARG001
    """Open the file and no more: what FFmpeg's own table of its contents takes."""
    from evidencekit.media.source import SoundReader

    with SoundReader(path):
        return ""


def do_nothing(path: Path, out: Path, count: int, seconds: int) -> str:  # noqa: ARG001
    """Start, import, and end."""
    return ""


def do_pydub(path: Path, out: Path, count: int, seconds: int) -> str:
    import warnings

    warnings.simplefilter("ignore")
    from pydub import AudioSegment

    whole = AudioSegment.from_file(str(path))
    for number, at in enumerate(places(count, seconds)):
        whole[at : at + CLIP_S * 1000].export(str(out / f"{number}.wav"), format="wav")
    return ""


def do_exact(path: Path, out: Path, count: int, seconds: int) -> str:
    """Count how many clips by `ffmpeg -ss` hold the samples of a full decode."""
    import numpy as np

    do_clips(path, out, count, seconds)
    right = 0
    for number, at in enumerate(places(count, seconds)):
        theirs = out / f"x{number}.wav"
        command = [*FFMPEG, "-ss", f"{at / 1000}", "-i", str(path), "-t", str(CLIP_S)]
        subprocess.run([*command, str(theirs)], check=True)
        pair = []
        for each in (out / f"{number}.wav", theirs):
            with wave.open(str(each)) as file:
                pair.append(np.frombuffer(file.readframes(file.getnframes()), "<i2"))
        same = len(pair[0]) == len(pair[1])
        right += bool(same and np.abs(pair[0].astype(int) - pair[1]).max() <= 1)
    return f"{right} of {count}"


def load_ours() -> None:
    """Import what the calls of ours use."""
    import evidencekit.media.cut
    import evidencekit.media.indexfile
    import evidencekit.media.measure  # noqa: F401


def worker(name: str, path: Path, out: Path, count: int, seconds: int) -> None:
    """Do one thing in this process, and print what it took."""
    if name != "pydub":  # imports are not what is measured; pydub's are nearly none
        load_ours()
    start, busy = time.perf_counter(), time.process_time()
    said = globals()[f"do_{name}"](path, out, count, seconds)
    wall, cpu = time.perf_counter() - start, time.process_time() - busy
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(json.dumps([wall, cpu, peak / 1024, said]))


def ours(name: str, path: Path, *, count: int = 1, seconds: int = LONG_S) -> Taken:
    """Run one thing of ours, or of pydub's, in a fresh process."""
    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        command = [sys.executable, __file__, "--do", name, str(path), out, str(count), str(seconds)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Taken(*json.loads(done.stdout.splitlines()[-1]))


def measured(commands: list[list[str]]) -> Taken:
    """Run commands one after the other and measure all of them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    for command in commands:
        subprocess.run(command, check=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall, cpu, 0)


def ffmpeg_decode(path: Path) -> Taken:
    return measured([[*FFMPEG, "-i", str(path), "-f", "null", "-"]])


def ffmpeg_clips(path: Path, *, count: int, seconds: int = LONG_S) -> Taken:
    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        return measured(
            [
                [
                    *FFMPEG,
                    "-ss",
                    f"{at / 1000}",
                    "-i",
                    str(path),
                    "-t",
                    str(CLIP_S),
                    f"{out}/{n}.wav",
                ]
                for n, at in enumerate(places(count, seconds))
            ]
        )


def taking_turns(rounds: int, *calls: Callable[[], Taken]) -> list[Taken]:
    """Run all calls in turn, several times; return the medians of each."""
    runs: list[list[Taken]] = [[] for _ in calls]
    for _ in range(rounds):
        for each, call in zip(runs, calls, strict=True):
            each.append(call())
    return [
        Taken(
            statistics.median(each.wall for each in some),
            statistics.median(each.cpu for each in some),
            statistics.median(each.peak for each in some),
            some[-1].said,
        )
        for some in runs
    ]


def row(what: str, us: Taken, them: Taken | None, wanted: str = "") -> None:
    """Print one line of the table."""
    line = f"{what:34} {us.wall:8.2f} {us.cpu:8.2f} {us.peak:6.0f}"
    if them is not None:
        line += (
            f" {them.wall:8.2f} {them.cpu:8.2f} {us.wall / them.wall:7.2f} {us.cpu / them.cpu:7.2f}"
        )
    else:
        line += " " * 34
    print(f"{line}  {wanted:12} {us.said}", flush=True)


def one_kind(kind: str, folder: Path, seconds: int, rounds: int) -> None:
    """Measure one kind of recording."""
    path = recording(folder, kind, seconds)
    print(f"{kind}: {path.stat().st_size / 1e6:.0f} MB", flush=True)
    intake, decode = taking_turns(
        rounds, lambda: ours("intake", path, seconds=seconds), lambda: ffmpeg_decode(path)
    )
    row("  intake / ffmpeg's plain decode", intake, decode, "<= 1.5")
    for count, wanted in ((1, "<= 1.5"), (20, "< 1"), (184, "<= 0.5")):
        us, them = taking_turns(
            rounds if count < 184 else max(1, rounds - 1),
            lambda count=count: ours("clips", path, count=count, seconds=seconds),
            lambda count=count: ffmpeg_clips(path, count=count, seconds=seconds),
        )
        row(f"  {count} proved clips / ffmpeg -ss", us, them, wanted)
        if count == 1:
            row("  1 proved clip / a full decode", us, decode, "<= 1.1")
            one = us
            (known,) = taking_turns(rounds, lambda: ours("known", path, seconds=seconds))
            row("  1, digest at hand / ffmpeg -ss", known, them, wanted)
    exact = ours("exact", path, count=12, seconds=seconds).said
    print(f"  ffmpeg -ss gave the right samples in {exact}", flush=True)
    (pydub,) = taking_turns(1, lambda: ours("pydub", path, seconds=seconds))
    row("  1 proved clip / pydub's load-all", one, pydub, "<= 0.1")
    print(
        f"  memory: clip {one.peak:.0f} MB, pydub {pydub.peak:.0f} MB ({one.peak / pydub.peak:.3f})"
    )
    short = recording(folder, kind, SHORT_S)
    peaks = [
        ours(name, each, seconds=length).peak
        for name in ("open", "intake")
        for each, length in ((path, seconds), (short, SHORT_S))
    ]
    opened, opened_short, taken, taken_short = peaks
    print(
        f"  memory of intake {taken:.0f} MB, of {SHORT_S // 60} minutes {taken_short:.0f} MB: "
        f"{taken / taken_short:.2f} (wanted <= 1.2); of opening the file, which FFmpeg alone does, "
        f"{opened:.0f} and {opened_short:.0f} MB",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--folder", type=Path)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--kind", action="append", choices=sorted(KINDS), help="of all three")
    options.add_argument("--make", action="store_true", help="make the recordings, and end")
    chosen = options.parse_args()
    seconds = 600 if chosen.short else LONG_S
    kinds = chosen.kind or list(KINDS)
    if chosen.make:
        if chosen.folder is None:
            options.error("--make needs --folder")
        chosen.folder.mkdir(parents=True, exist_ok=True)
        for kind in kinds:
            for length in (seconds, SHORT_S):
                print(recording(chosen.folder, kind, length))
        return
    folder = chosen.folder or Path(tempfile.mkdtemp())
    try:
        print(machine())
        version = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True)
        print(version.stdout.partition("\n")[0])
        print(f"load {os.getloadavg()[0]:.1f}; medians of {chosen.rounds}; clips of {CLIP_S} s")
        start = time.perf_counter()
        subprocess.run([sys.executable, __file__, "--do", "nothing", "", "", "0", "0"], check=True)
        print(f"Python and imports, not in the figures below: {time.perf_counter() - start:.2f} s")
        heads = ("wall s", "cpu s", "MB", "wall s", "cpu s", "wall x", "cpu x")
        print(f"{'':34} " + "{:>8} {:>8} {:>6} {:>8} {:>8} {:>7} {:>7}  wanted".format(*heads))
        for kind in kinds:
            one_kind(kind, folder, seconds, chosen.rounds)
    finally:
        if chosen.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--do"]:
        what, source, target, how_many, length = sys.argv[2:]
        worker(what, Path(source), Path(target), int(how_many), int(length))
    else:
        main()
