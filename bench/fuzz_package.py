# SPDX-License-Identifier: AGPL-3.0-or-later
"""Damage a small package at random, many times, and see whether `verify` finds it and names it.

Two ways. `bytes`: one byte is changed, taken out or put in, anywhere in any file; or a file is cut,
deleted, copied, renamed or swapped with another; nothing is rehashed. Each must be found, and the
file named. `values`: one value of the record or the log becomes an odd one (another type, another
number, another text) and the lists are made to agree; `verify` must end with a report or an error
of ours, whatever it reads.

    python bench/fuzz_package.py            # 1,000 of each
    python bench/fuzz_package.py 10000 --seed 7

The same seed gives the same damage.
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import platform
import random
import shutil
import sys
import tempfile
import time
import wave
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import evidencekit
from evidencekit.isolate import Isolate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from tamper import insider

#: One process that decodes for every look; starting one takes longer than a look does.
WORKER = Isolate(seconds=600, memory_mb=4096)

NOW = dt.datetime(2026, 5, 20, 15, 2, 11, tzinfo=dt.UTC)
TAGMANIFEST = insider.TAGMANIFEST
MATTER = """\
schema = "evidencekit/matter/1"
[case]
title = "Re E (A Child)"
[people]
amara = "Amara Dean"
[recordings.visit]
file = "recordings/visit.wav"
made_by = "amara"
[recordings.visit.consent]
amara = "made the recording"
[[recordings.visit.clip]]
title = "A passage"
from = "0:00.1"
to = "0:00.3"
"""
ODD_VALUES = (
    None, True, False, 0, -1, 1, 2**31, 2**53 - 1, "", "x", "0", "\u202e", "\x00", "../x",
    "/dev/zero",
    "x" * 10_000, "0" * 64, [], [[]], [None], {}, {"": ""}, {"value": []},
)  # fmt: skip


def make_package(folder: Path) -> Path:
    """Build a package of half a second of sound."""
    (folder / "matter/recordings").mkdir(parents=True)
    noise = random.Random(1)  # noqa: S311 - the same noise each time
    with wave.open(str(folder / "matter/recordings/visit.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(noise.randbytes(8000))
    (folder / "matter/matter.toml").write_text(MATTER, encoding="utf-8")
    matter = evidencekit.load_matter(folder / "matter/matter.toml")
    evidencekit.intake(matter, folder=folder / "matter", by="Ruth Kemp", now=NOW)
    built = evidencekit.build(matter, folder=folder / "matter", into=folder / "package", now=NOW)
    return built.path


class Damage:
    """One change, the files that a report must name for it, and those that it may."""

    def __init__(self, what: str, *must: str, may: tuple[str, ...] = ()) -> None:
        self.what = what
        self.must = must
        # Payload-Oxum, the size of the payload, stands there and no longer fits.
        self.may = {*must, *may, insider.INFO}

    def __str__(self) -> str:
        return self.what


def damage(package: Path, files: dict[str, bytes], rng: random.Random) -> Damage:
    """Do one thing at random. The small tag files get as many changes as the large ones."""
    path = rng.choice(sorted(files))
    kinds: list[Callable[..., Damage]] = [_change, _change, _change, _remove, _insert]
    kinds += [_cut, _delete, _copy, _rename, _swap]
    return rng.choice(kinds)(package, path, files, rng)


def _of(what: str, path: str) -> Damage:
    """Name the file; for the tag manifest, which no list holds, it or a file that it lists."""
    if path == TAGMANIFEST:
        listed = ("bag-info.txt", "bagit.txt", insider.MANIFEST)
        return Damage(what, may=(TAGMANIFEST, *listed))
    return Damage(what, path)


def _change(package: Path, path: str, files: dict[str, bytes], rng: random.Random) -> Damage:
    data = bytearray(files[path])
    place = rng.randrange(len(data))
    before = data[place]
    data[place] = (before + rng.randrange(1, 256)) % 256
    (package / path).write_bytes(data)
    return _of(f"byte {place} of {path}: {before:02x} to {data[place]:02x}", path)


def _remove(package: Path, path: str, files: dict[str, bytes], rng: random.Random) -> Damage:
    data = bytearray(files[path])
    place = rng.randrange(len(data))
    del data[place]
    (package / path).write_bytes(data)
    return _of(f"byte {place} of {path} taken out", path)


def _insert(package: Path, path: str, files: dict[str, bytes], rng: random.Random) -> Damage:
    data = bytearray(files[path])
    place, byte = rng.randrange(len(data) + 1), rng.randrange(256)
    data.insert(place, byte)
    (package / path).write_bytes(data)
    return _of(f"byte {byte:02x} put into {path} at {place}", path)


def _cut(package: Path, path: str, files: dict[str, bytes], rng: random.Random) -> Damage:
    size = rng.randrange(len(files[path]))
    (package / path).write_bytes(files[path][:size])
    return _of(f"{path} cut to {size} bytes", path)


def _delete(package: Path, path: str, _files: dict[str, bytes], _rng: random.Random) -> Damage:
    (package / path).unlink()
    return Damage(f"{path} deleted", path, may=(str(Path(path).parent.as_posix()),))


def _copy(package: Path, path: str, files: dict[str, bytes], rng: random.Random) -> Damage:
    name = f"{path}.{rng.randrange(10**6)}"
    (package / name).write_bytes(files[path])
    return Damage(f"{path} copied to {name}", name)


def _rename(package: Path, path: str, _files: dict[str, bytes], rng: random.Random) -> Damage:
    name = f"{path}.{rng.randrange(10**6)}"
    (package / path).rename(package / name)
    return Damage(f"{path} renamed to {name}", path, name)


def _swap(package: Path, path: str, files: dict[str, bytes], rng: random.Random) -> Damage:
    other = rng.choice([each for each in sorted(files) if files[each] != files[path]])
    (package / path).write_bytes(files[other])
    (package / other).write_bytes(files[path])
    return Damage(
        f"{path} swapped with {other}", *({path, other} - {TAGMANIFEST}), may=(TAGMANIFEST,)
    )


def judge(package: Path, done: Damage, files: dict[str, bytes]) -> str | None:
    """Return what is wrong with the report on a damaged package, or None."""
    try:
        report = evidencekit.verify(package, worker=WORKER)
    except evidencekit.EvidenceError as error:
        return None if any(each in str(error) for each in done.may) else f"refused with: {error}"
    except Exception as error:  # noqa: BLE001 - any other error is what is looked for
        return f"CRASH {type(error).__name__}: {error}"
    return "MISSED" if report.ok else _judge_names(report, done, files)


def _judge_names(report: evidencekit.Report, done: Damage, files: dict[str, bytes]) -> str | None:
    """Return which file is not named, or named wrongly, or None."""
    named = {each.subject for each in report.failures}
    text = "\n".join(str(each) for each in report.failures)
    if missing := [each for each in done.must if each not in text]:
        return f"NOT NAMED {missing} but {sorted(named)}"
    if not any(each in text for each in done.may):
        return f"NOT NAMED any of {sorted(done.may)} but {sorted(named)}"
    changed = {each.subject for each in report.failures if each.code.startswith("EK-D")}
    if wrong := (changed & set(files)) - done.may - _unlisted(done):
        return f"WRONGLY NAMED {sorted(wrong)}"
    return None


def _unlisted(done: Damage) -> set[str]:
    """Return files that may be named too: a damaged list no longer vouches for what it lists."""
    lists = {insider.MANIFEST, TAGMANIFEST}
    return {*ALL} if done.may & lists else set()


ALL: set[str] = set()


def fuzz_bytes(package: Path, count: int, seed: int) -> Iterator[str]:
    """Damage the package *count* times, and yield what was wrong."""
    files = {each: (package / each).read_bytes() for each in insider.files(package, within=".")}
    ALL.update(files)
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")  # noqa: S311 - the same damage each time
        done = damage(package, files, rng)
        wrong = judge(package, done, files)
        if wrong is not None:
            yield f"{number}: {done}: {wrong}"
        restore(package, files)


def restore(package: Path, files: dict[str, bytes]) -> None:
    for each in insider.files(package, within="."):
        if each not in files:
            (package / each).unlink()
    for path, data in files.items():
        if not (package / path).exists() or (package / path).read_bytes() != data:
            (package / path).write_bytes(data)


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of every value in a JSON document but the whole."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, each in items:
        yield (*at, key)
        yield from places(each, (*at, key))


def fuzz_values(package: Path, count: int, seed: int) -> Iterator[str]:
    """Put *count* odd values into the record or the log, and yield every crash."""
    files = {each: (package / each).read_bytes() for each in insider.files(package, within=".")}
    record, log = insider.record_of(package), insider.entries(package)
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")  # noqa: S311 - the same damage each time
        document: Any = copy.deepcopy(rng.choice([record, record, record, log]))
        at = rng.choice(list(places(document)))
        target = document
        for key in at[:-1]:
            target = target[key]
        target[at[-1]] = odd = copy.deepcopy(rng.choice(ODD_VALUES))
        if isinstance(document, dict):
            insider.write_record(package, document)
        else:
            rows = [insider.rfc8785.dumps(each) + b"\n" for each in document]
            (package / insider.LOG).write_bytes(b"".join(rows))
        insider.seal(package)
        try:
            evidencekit.verify(package, worker=WORKER)
        except evidencekit.EvidenceError:
            pass
        except Exception as error:  # noqa: BLE001 - any other error is what is looked for
            yield f"{number}: {'/'.join(map(str, at))} = {odd!r:.60}: CRASH {error!r:.200}"
        restore(package, files)


def main() -> int:
    """Run both ways and print what went wrong."""
    parser = argparse.ArgumentParser(description="Damage a small package at random.")
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.platform()}, seed {chosen.seed}")
    folder = Path(tempfile.mkdtemp(prefix="evidencekit-fuzz-"))
    problems = 0
    try:
        package = make_package(folder)
        for name, fuzz in (("bytes", fuzz_bytes), ("values", fuzz_values)):
            start, kinds = time.monotonic(), Counter[str]()
            for wrong in fuzz(package, chosen.count, chosen.seed):
                print(f"  {wrong}")
                kinds[name] += 1
            seconds = time.monotonic() - start
            print(f"{name}: {kinds[name]} wrong of {chosen.count} in {seconds:.1f} s")
            problems += kinds[name]
    finally:
        WORKER.close()
        shutil.rmtree(folder)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
