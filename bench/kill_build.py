# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kill builds, servings and sealings with SIGKILL: at every step, and at random moments.

A step is a call that changes the disk: a file opened for writing, a write, a flush, a name made,
changed or taken away. Random kills hardly ever hit the moment between two renames, so each step is
made the last in turn, as far as they lie in the folder of the output. Then:

    build   the previous package stands or the new one, byte for byte, or, between two renames, the
            previous one lies beside its name and the next run puts it back
    serve   there is no copy, or a whole one, whose line and entry are written once
    seal    the package is unsealed and whole, or sealed

and the next run works without being told, and leaves nothing lying about.

    python bench/kill_build.py [--kills 200] [--every 1] [--seed 1] [--only build,serve,zip,seal]
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import wave
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import evidencekit
from evidencekit.errors import AlreadyExists, SealError

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = dt.datetime(2026, 5, 20, 15, 2, 11, tzinfo=dt.UTC)
MATTER = """\
schema = "evidencekit/matter/1"
[case]
title = "Re E (A Child)"
[people]
amara = "Amara Dean"
[recordings.visit]
file = "visit.wav"
made_by = "amara"
title = "{title}"
[[recordings.visit.clip]]
title = "A passage"
from = "0:00.1"
to = "0:00.3"
"""
CHANGES = os.O_CREAT | os.O_WRONLY | os.O_RDWR


class Problem(Exception):
    """What a killed run left is not what was promised."""


def fail(what: str) -> NoReturn:
    """Raise *what* is not as promised."""
    raise Problem(what)


def make_matter(folder: Path, title: str) -> None:
    folder.mkdir(exist_ok=True)
    noise = random.Random(1)  # noqa: S311 - the same noise each time
    with wave.open(str(folder / "visit.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(noise.randbytes(8000))
    (folder / "matter.toml").write_text(MATTER.format(title=title), encoding="utf-8")
    matter = evidencekit.load_matter(folder / "matter.toml")
    evidencekit.intake(matter, folder=folder, by="Ruth Kemp", now=NOW)


def build(folder: Path) -> None:
    matter = evidencekit.load_matter(folder / "matter/matter.toml")
    evidencekit.build(
        matter, folder=folder / "matter", into=folder / "out/package", replace_sealed=True, now=NOW
    )


def serve(folder: Path, *, as_zip: bool = False) -> None:
    into = folder / ("copy/served.zip" if as_zip else "copy/served")
    with contextlib.suppress(AlreadyExists):
        evidencekit.serve(
            folder / "out/package",
            into=into,
            to="Norbury Council",
            now=NOW,
            folder=folder / "matter",
            as_zip=as_zip,
            by="Ruth Kemp",
        )


def serve_zip(folder: Path) -> None:
    serve(folder, as_zip=True)


def seal(folder: Path) -> None:
    from evidencekit.custody.keys import load_key
    from evidencekit.custody.seal import seal as make

    key = load_key(folder / "amara.pem", password="correct horse")  # noqa: S106 - of a test's key
    with contextlib.suppress(SealError):
        make(folder / "out/package", key=key, now=dt.datetime.now(dt.UTC))


def prepare(folder: Path) -> None:
    """Make the beginning: a matter, its package as it was, and a key."""
    make_matter(folder / "matter", "The visit")
    build(folder)
    from evidencekit.custody.newkey import new_key, write_key

    key = new_key(name="Amara Dean", now=dt.datetime.now(dt.UTC))
    write_key(key, folder / "amara.pem", password="correct horse")  # noqa: S106


# --- what a killed run left


def state(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()} if folder.is_dir() else set()


class Build:
    """A build that replaces a package."""

    action = staticmethod(build)
    within = "out"

    def __init__(self, start: Path, done: Path) -> None:
        self.old, self.new = state(start / "out/package"), state(done / "out/package")
        if self.old == self.new:
            fail("the new package is the old one")

    def left(self, folder: Path) -> str:
        """Say what a killed run left, or fail."""
        target = folder / "out/package"
        if not target.exists():
            aside = folder / "out/.package.previous"
            if not aside.is_dir() or state(aside) != self.old:
                fail("there is no package, and the previous one is not beside its name")
            return "between two names"
        found = state(target)
        if found not in (self.old, self.new):
            fail("the package is neither the previous one nor the new one")
        return "previous" if found == self.old else "new"

    def check_next(self, folder: Path) -> None:
        """Fail if the next run did not complete it, or left something lying about."""
        if state(folder / "out/package") != self.new or names(folder / "out") != {"package"}:
            fail(f"the next run left {names(folder / 'out')}")


class Serve:
    """A serving, of a folder or a zip."""

    action = staticmethod(serve)
    within = "copy"
    copy = "served"

    def __init__(self, _start: Path, done: Path) -> None:
        self.whole = self.files(done / "copy" / self.copy)

    def files(self, path: Path) -> dict[str, bytes]:
        """Return the files of the copy."""
        return state(path)

    def left(self, folder: Path) -> str:
        """Say what a killed run left, or fail."""
        path = folder / "copy" / self.copy
        if not path.exists():
            return "no copy"
        if self.files(path) != self.whole:
            fail("the copy is not whole")
        self.check_frozen(folder)  # a copy that is there has its numbers frozen
        return "whole"

    def check_frozen(self, folder: Path) -> None:
        """Fail unless the serving was noted once."""
        matter = folder / "matter"
        lines = (matter / "served.jsonl").read_bytes().splitlines()
        log = [json.loads(each) for each in (matter / "custody.jsonl").read_bytes().splitlines()]
        entries = [each["id"] for each in log if each["kind"] == "served"]
        if len(lines) != 1 or entries != [json.loads(lines[0])["entry"]]:
            fail(f"{len(lines)} lines and {len(entries)} entries of one serving")

    def check_next(self, folder: Path) -> None:
        """Fail if the next run did not complete it, or left something lying about."""
        if self.left(folder) != "whole" or names(folder / "copy") != {self.copy}:
            fail(f"the next run left {names(folder / 'copy')}")


class ServeZip(Serve):
    """A serving of a zip."""

    action = staticmethod(serve_zip)
    copy = "served.zip"

    def files(self, path: Path) -> dict[str, bytes]:
        """Return the files of the copy."""
        with zipfile.ZipFile(path) as archive:
            return {each: archive.read(each) for each in archive.namelist()}


class Seal:
    """A sealing."""

    action = staticmethod(seal)
    within = "out"

    def __init__(self, start: Path, _done: Path) -> None:
        self.bare = state(start / "out/package")

    def left(self, folder: Path) -> str:
        """Say what a killed run left, or fail."""
        from evidencekit.custody.seal_check import check_seal

        found = state(folder / "out/package")
        own = {each for each in found if each.startswith("signatures/")}
        if {each: data for each, data in found.items() if each not in own} != self.bare:
            fail("the package is not as it was")
        if not (folder / "out/package/signatures").exists():
            return "unsealed"
        status = check_seal(folder / "out/package")
        if not status.intact or any(each.severity == "error" for each in status.findings):
            fail("half a seal")
        return "sealed"

    def check_next(self, folder: Path) -> None:
        """Fail if the next run did not complete it, or left something lying about."""
        if self.left(folder) != "sealed" or names(folder / "out") != {"package"}:
            fail(f"the next run left {names(folder / 'out')}")


#: What every run imports; done once, in the process that all of them are forked from.
HEAVY = (
    "evidencekit.pipeline.build",
    "evidencekit.pipeline.serve",
    "evidencekit.custody.seal",
    "evidencekit.custody.keys",
    "av",
    "jsonschema",
    "pikepdf",
    "pymupdf",
    "typst",
)

RUNS: dict[str, Any] = {"build": Build, "serve": Serve, "zip": ServeZip, "seal": Seal}


# --- killing


def in_child(work: Callable[[], None], *, seconds: float | None = None) -> int:
    """Run *work* in a process of its own, kill it after *seconds*, and return how it ended."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - this process must end here
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_at(last: int, within: Path) -> None:  # noqa: C901 - one small wrapper for each kind of call
    """Have this process killed before its step *last* in the folder *within*."""
    step = 0
    inside: set[int] = set()  # open files that lie there

    def count() -> None:
        nonlocal step
        step += 1
        if step == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def lies_there(path: Any) -> bool:
        return isinstance(path, str | os.PathLike) and Path(path).is_relative_to(within)

    def by_path(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *rest: Any, **more: Any) -> Any:
            # rmtree works with names relative to an open folder: all of those are ours.
            if more.get("dir_fd") is not None or lies_there(path):
                count()
            return real(path, *rest, **more)

        return call

    def by_file(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(fd: int, *rest: Any, **more: Any) -> Any:
            if fd in inside:
                count()
            return real(fd, *rest, **more)

        return call

    real_open = os.open

    def opening(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        there = more.get("dir_fd") is None and lies_there(path)
        if there and flags & CHANGES:
            count()
        fd = real_open(path, flags, *rest, **more)
        inside.discard(fd)
        if there:
            inside.add(fd)
        return fd

    os.open = opening
    for name in ("rename", "replace", "mkdir", "rmdir", "unlink"):
        setattr(os, name, by_path(getattr(os, name)))
    for name in ("write", "fsync", "ftruncate"):
        setattr(os, name, by_file(getattr(os, name)))
    for name in ("write_bytes", "write_text"):
        setattr(Path, name, by_path(getattr(Path, name)))


def kill_at_every_step(run: Any, start: Path, room: Path, every: int) -> dict[str, int]:
    """Kill at each step in turn, until one is past the last; return how often what was left."""
    seen: dict[str, int] = {}
    step, end = 1, -signal.SIGKILL
    while end == -signal.SIGKILL:
        folder = copied(start, room)

        def dying(folder: Path = folder, step: int = step) -> None:
            die_at(step, folder / run.within)
            run.action(folder)

        end = in_child(dying)
        if end not in (-signal.SIGKILL, 0):
            fail(f"step {step}: a run that nobody killed failed")
        judge(run, folder, seen, f"step {step}")
        step += every
    return seen


def kill_at_random(run: Any, start: Path, room: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill at random moments of a run, and some time after it."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not secret
    seen: dict[str, int] = {}
    folder = copied(start, room)
    began = time.perf_counter()
    in_child(lambda: run.action(folder))
    whole = time.perf_counter() - began
    for number in range(kills):
        folder = copied(start, room)
        in_child(lambda folder=folder: run.action(folder), seconds=chance.uniform(0, 1.2 * whole))
        judge(run, folder, seen, f"kill {number}")
    return seen


def judge(run: Any, folder: Path, seen: dict[str, int], when: str) -> None:
    """Look at what a killed run left, and at the next run.

    Raises:
        Problem: if either is not as promised.
    """
    try:
        what = run.left(folder)
        if in_child(lambda: run.action(folder)) != 0:
            fail("the next run failed")
        run.check_next(folder)
    except Problem as problem:
        msg = f"{when}: {problem}"
        raise Problem(msg) from None
    seen[what] = seen.get(what, 0) + 1
    shutil.rmtree(folder)


def copied(start: Path, room: Path) -> Path:
    folder = room / "run"
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(start, folder))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--every", type=int, default=1)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="build,serve,zip,seal")
    options.add_argument("--folder", type=Path, default=Path())
    chosen = options.parse_args()
    for each in HEAVY:
        importlib.import_module(each)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        room = Path(name).resolve()
        start = room / "start"
        start.mkdir()
        if in_child(lambda: prepare(start)) != 0:
            sys.exit("the beginning could not be made")
        for kind in chosen.only.split(","):
            try:
                measure(kind, start, room, chosen)
            except Problem as problem:
                sys.exit(f"{kind}: {problem}")


def measure(kind: str, start: Path, room: Path, chosen: argparse.Namespace) -> None:
    """Kill one kind of run in both ways, and print what was left."""
    began = time.monotonic()
    own = room / f"start of {kind}"
    shutil.copytree(start, own)
    if kind == "build":  # the matter has changed since the package was made
        in_child(lambda: make_matter(own / "matter", "The second visit"))
    done = room / f"done {kind}"
    shutil.copytree(own, done)
    if in_child(lambda: RUNS[kind].action(done)) != 0:
        fail("a run that nobody killed failed")
    run = RUNS[kind](own, done)
    by_step = kill_at_every_step(run, own, room, chosen.every)
    by_chance = kill_at_random(run, own, room, chosen.kills, chosen.seed)
    print(
        f"{kind}: killed at {sum(by_step.values()) - 1} steps, and once not, which left "
        f"{shown(by_step)}; "
        f"and {chosen.kills} times at random, which left {shown(by_chance)}; "
        f"every next run was complete ({time.monotonic() - began:.0f} s)",
        flush=True,
    )


def shown(seen: dict[str, int]) -> str:
    return ", ".join(f"{what} {count}" for what, count in sorted(seen.items())) or "nothing"


if __name__ == "__main__":
    main()
