# SPDX-License-Identifier: AGPL-3.0-or-later
"""Damage a small package at random, many times, and see whether `verify` finds it and names it.

Three ways. `changes`: one byte becomes another, anywhere in any file, the bag's own and the log
included. `acts`: a byte is taken out or put in; a file is cut, deleted, copied, renamed or swapped
with another. Nothing is rehashed; each must be found, and the right file named. `values`: one value
of the record or the log becomes an odd one (another type, another number, another text) and the
lists are made to agree; `verify` must end with a report or an error of ours, whatever it reads.

    python bench/fuzz_package.py            # 1,000 changes, 100 acts, 100 values
    python bench/fuzz_package.py --full     # 10,000 changes and 1,000 acts
    python bench/fuzz_package.py --full --seconds 480     # as many as there is time for

The same seed gives the same damage, on however many processes; `--start N` goes on where an earlier
run stopped. Every look is a whole `verify`: each file is read and hashed, and each list, record and
log judged. Only what reads a PDF or a recording in a process apart is asked once for the same bytes
and remembers its answer, because it depends on nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import datetime as dt
import itertools
import multiprocessing
import os
import pickle
import platform
import random
import shutil
import sys
import tempfile
import time
import wave
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

import evidencekit
from evidencekit.isolate import Isolate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from tamper import insider


class Remembering:
    """A process apart that gives the answer it gave before, where every file named is the same.

    What it is asked to do reads the files that its arguments name, and nothing else.
    """

    def __init__(self) -> None:
        self._worker = Isolate(seconds=600, memory_mb=4096)
        self._answers: dict[bytes, Any] = {}

    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Return what *function* returns in the process apart, or returned there before."""
        key = pickle.dumps((function, args, kwargs, [_digest(each) for each in _paths(args)]))
        if key not in self._answers:
            if len(self._answers) > MOST_ANSWERS:
                self._answers.clear()
            self._answers[key] = self._worker.call(function, *args, **kwargs)
        return self._answers[key]

    def close(self) -> None:
        """End the process."""
        self._worker.close()


def _paths(value: Any) -> Iterator[Path]:
    """Yield every path in a value, however deep."""
    if isinstance(value, Path):
        yield value
    elif attrs.has(type(value)):
        yield from _paths(attrs.astuple(value, recurse=False))
    elif isinstance(value, dict):
        yield from _paths(tuple(value.items()))
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _paths(each)


def _digest(path: Path) -> str | None:
    return insider.digest(path) if path.is_file() else None


MOST_ANSWERS = 200
#: One process that decodes for every look; starting one takes longer than a look does.
WORKER = Remembering()

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


def damage(
    package: Path, files: dict[str, bytes], rng: random.Random, ways: tuple[str, ...] = ()
) -> Damage:
    """Do one thing at random. The small tag files get as many changes as the large ones."""
    path = rng.choice(sorted(files))
    kinds = [each for way in ways or KINDS for each in KINDS[way]]
    return rng.choice(kinds)(package, path, files, rng)


def _of(what: str, path: str) -> Damage:
    """Name the file; for the tag manifest, which no list holds, it or a file that it lists."""
    if path == TAGMANIFEST:
        listed = ("READ ME FIRST.txt", "bag-info.txt", "bagit.txt", insider.MANIFEST)
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


KINDS: dict[str, list[Callable[..., Damage]]] = {
    "changes": [_change],
    "acts": [_remove, _insert, _cut, _delete, _copy, _rename, _swap],
}


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


def fuzz_bytes(
    package: Path, numbers: Iterable[int], seed: int, ways: tuple[str, ...] = ()
) -> Iterator[str]:
    """Damage the package once for each number, and yield what was wrong."""
    files = {each: (package / each).read_bytes() for each in insider.files(package, within=".")}
    ALL.update(files)
    for number in numbers:
        rng = random.Random(f"{seed}/{number}")  # noqa: S311 - the same damage each time
        done = damage(package, files, rng, ways)
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


def fuzz_values(package: Path, numbers: Iterable[int], seed: int) -> Iterator[str]:
    """Put an odd value into the record or the log for each number, and yield every crash."""
    files = {each: (package / each).read_bytes() for each in insider.files(package, within=".")}
    record, log = insider.record_of(package), insider.entries(package)
    for number in numbers:
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


# --- many at once

OWN: list[Path] = []
#: So many at a time, so that a run that is short of time stops soon.
LOT = 100
MOST_MEMORY = 6 * 1024**3


def begin(good: Path) -> None:
    """Give a process a copy of the package to damage, and a limit, so that a bomb is a crash."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    OWN.append(Path(shutil.copytree(good, good.parent / f"copy {os.getpid()}")))


def run_lot(way: str, numbers: range, seed: int) -> list[str]:
    """Do one lot of one way in this process, and return what was wrong."""
    if way == "values":
        return list(fuzz_values(OWN[0], numbers, seed))
    return list(fuzz_bytes(OWN[0], numbers, seed, (way,)))


def run_way(pool: ProcessPoolExecutor, way: str, numbers: range, seed: int, until: float) -> int:
    """Do one way in lots until *until*, print what was wrong, and return how much that was."""
    began = time.monotonic()
    lots = iter([numbers[at : at + LOT] for at in range(0, len(numbers), LOT)])
    first = itertools.islice(lots, jobs() * 2)
    running = {pool.submit(run_lot, way, lot, seed): lot for lot in first}
    wrong = done = 0
    while running:
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for each in finished:
            done += len(running.pop(each))
            for text in each.result():
                wrong += 1
                print(f"  {way} {text}", flush=True)
            following = next(lots, None) if time.monotonic() < until else None
            if following is not None:
                running[pool.submit(run_lot, way, following, seed)] = following
    left = "" if done == len(numbers) else f" (of {len(numbers)}: the time was up)"
    seconds = time.monotonic() - began
    print(f"{way}: {wrong} wrong of {done}{left} in {seconds:.0f} s", flush=True)
    return wrong


def jobs() -> int:
    return os.cpu_count() or 1


def main() -> int:
    """Run the ways that were asked for, and print what went wrong."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--full", action="store_true", help="10,000 changes and 1,000 acts")
    options.add_argument("--changes", type=int)
    options.add_argument("--acts", type=int)
    options.add_argument("--values", type=int)
    options.add_argument("--start", type=int, default=0, help="the first number, of each way")
    options.add_argument("--seconds", type=float, default=float("inf"))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    usual = {"changes": 10_000, "acts": 1000, "values": 0} if chosen.full else USUAL
    print(
        f"Python {platform.python_version()}, {platform.platform()}, {jobs()} cores, "
        f"seed {chosen.seed}"
    )
    until = time.monotonic() + chosen.seconds
    folder = Path(tempfile.mkdtemp(prefix="evidencekit-fuzz-", dir=chosen.folder))
    problems = 0
    try:
        good = make_package(folder)
        WORKER.close()
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            jobs(), mp_context=context, initializer=begin, initargs=(good,)
        ) as pool:
            # The fewest first, so that a run that is short of time has some of each.
            for way, default in sorted(usual.items(), key=lambda each: each[1]):
                given = getattr(chosen, way)
                count = default if given is None else given
                numbers = range(chosen.start, chosen.start + count)
                if count:
                    problems += run_way(pool, way, numbers, chosen.seed, until)
    finally:
        shutil.rmtree(folder)
    return 1 if problems else 0


USUAL = {"changes": 1000, "acts": 100, "values": 100}

if __name__ == "__main__":
    sys.exit(main())
