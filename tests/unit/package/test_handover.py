# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever happens to a run, what has the package's name is the previous package or the new one."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest

from evidencekit.custody.durable import hold
from evidencekit.errors import Cancelled, NoSpace, OutputError, OutputNotOurs, PackageSealed
from evidencekit.package import handover
from evidencekit.package.bag import seal_bag
from evidencekit.package.handover import is_package, recover, staged, work_folder

if TYPE_CHECKING:
    from pathlib import Path

RUN_AT = dt.datetime(2026, 5, 29, 12, 0, tzinfo=dt.UTC)


def fill(stage: Path, content: str) -> None:
    """Write a small package into a stage."""
    for name in ("clips/one.wav", "documents/a.pdf", "statement/draft.docx"):
        (stage / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / "data" / name).write_text(content)
    (stage / "data" / "bundle.json").write_text('{"schema":"evidencekit/bundle/1"}')
    seal_bag(stage, run_at=RUN_AT, external_id=None, software="evidencekit test")


def make(target: Path, content: str = "old", **options: object) -> None:
    with staged(target, needed_bytes=1, **options) as stage:  # type: ignore[arg-type]
        fill(stage, content)


def fill_and_raise(target: Path, error: BaseException) -> None:
    with staged(target, needed_bytes=1) as stage:
        fill(stage, "new")
        raise error


def state(folder: Path) -> dict[str, bytes]:
    """Return every file under a folder, with its bytes."""
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "NB26C00123 file 2026-05-29"


def test_a_package_appears_whole_and_alone(target: Path) -> None:
    make(target)
    assert is_package(target)
    assert [each.name for each in target.parent.iterdir()] == [target.name]


def test_a_package_of_ours_is_replaced(target: Path) -> None:
    make(target, "old")
    make(target, "new")
    assert (target / "data" / "clips" / "one.wav").read_text() == "new"
    assert [each.name for each in target.parent.iterdir()] == [target.name]


@pytest.mark.parametrize("error", [Cancelled(), ValueError("x"), KeyboardInterrupt()])
def test_a_run_that_fails_leaves_what_was_there(target: Path, error: BaseException) -> None:
    make(target, "old")
    before = state(target.parent)
    with pytest.raises(type(error)):
        fill_and_raise(target, error)
    assert state(target.parent) == before
    assert [each.name for each in target.parent.iterdir()] == [target.name]


def test_a_first_run_that_fails_leaves_no_folder_either(tmp_path: Path) -> None:
    with pytest.raises(Cancelled), staged(tmp_path / "out" / "a" / "b", needed_bytes=1):
        raise Cancelled
    assert list(tmp_path.iterdir()) == []


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    make(tmp_path / "out" / "a" / "b")
    assert is_package(tmp_path / "out" / "a" / "b")


def test_a_folder_that_is_not_a_package_is_left_alone(target: Path) -> None:
    target.mkdir()
    (target / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(OutputNotOurs) as raised:
        make(target)
    assert raised.value == OutputNotOurs(str(target))
    assert state(target) == {"holiday.jpg": b"x"}


@pytest.mark.parametrize("kind", ["file", "link", "empty folder", "bag of somebody else"])
def test_whatever_else_has_the_name_is_left_alone(target: Path, kind: str) -> None:
    if kind == "file":
        target.write_bytes(b"x")
    elif kind == "link":
        make(target.with_name("other"))
        target.symlink_to("other")
    elif kind == "empty folder":
        target.mkdir()
    else:
        (target / "data").mkdir(parents=True)
        (target / "data" / "bundle.json").write_text('{"schema":"other/1"}')
        (target / "bagit.txt").write_text("BagIt-Version: 1.0\n")
    before = state(target.parent), target.is_symlink()
    with pytest.raises(OutputNotOurs):
        make(target)
    assert (state(target.parent), target.is_symlink()) == before


def test_the_matters_own_folder_is_never_the_target(tmp_path: Path) -> None:
    folder = tmp_path / "matter"
    folder.mkdir()
    (folder / "matter.toml").write_text("x")
    for target in (folder, tmp_path):
        with pytest.raises(OutputNotOurs):
            make(target, inputs=folder)
    assert state(tmp_path) == {"matter/matter.toml": b"x"}


def test_a_package_that_holds_the_matter_is_not_replaced(target: Path) -> None:
    make(target)
    with pytest.raises(OutputNotOurs):
        make(target, inputs=target / "data")
    assert is_package(target)


def test_a_package_may_stand_inside_the_matters_folder(tmp_path: Path) -> None:
    make(tmp_path / "out", inputs=tmp_path)
    make(tmp_path / "out", inputs=tmp_path)
    assert is_package(tmp_path / "out")


def seal(package: Path, content: str = "seal") -> None:
    (package / "signatures").mkdir()
    (package / "signatures" / "signer.crt").write_text(content)


def test_a_sealed_package_is_not_replaced(target: Path) -> None:
    make(target)
    seal(target)
    before = state(target.parent)
    with pytest.raises(PackageSealed) as raised:
        make(target, "new")
    assert raised.value == PackageSealed(str(target), f"{target.name} (sealed 1)")
    assert state(target.parent) == before
    assert [each.name for each in target.parent.iterdir()] == [target.name]


def test_a_sealed_package_whose_name_is_taken_is_kept_beside_the_new_one(target: Path) -> None:
    for number in ("1", "2"):
        make(target, number, replace_sealed=True)
        seal(target, number)
    before = state(target)
    make(target, "new", replace_sealed=True)
    first, second = (target.with_name(f"{target.name} (sealed {each})") for each in (1, 2))
    assert state(first)["signatures/signer.crt"] == b"1"
    assert state(second) == before
    assert (target / "data" / "clips" / "one.wav").read_text() == "new"
    assert not (target / "signatures").exists()
    assert {each.name for each in target.parent.iterdir()} == {
        target.name,
        first.name,
        second.name,
    }


def test_a_package_that_is_sealed_while_the_new_one_is_made_is_not_replaced(target: Path) -> None:
    """The seal takes the lock that a build holds; one that came without it is kept all the same."""
    make(target)
    with staged(target, needed_bytes=1) as stage:
        fill(stage, "new")
        seal(target)
    kept = target.with_name(f"{target.name} (sealed 1)")
    assert state(kept)["signatures/signer.crt"] == b"seal"


def test_the_longest_name_has_room_for_the_word_sealed(tmp_path: Path) -> None:
    target = tmp_path / ("é" * 127 + "x")
    make(target)
    seal(target)
    make(target, "new", replace_sealed=True)
    kept = next(each for each in tmp_path.iterdir() if each != target)
    assert kept.name.endswith(" (sealed 1)")
    assert (kept / "signatures").is_dir()


def test_a_file_that_somebody_put_into_a_package_is_not_removed(target: Path) -> None:
    make(target)
    (target / "data" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"data/notes\.txt"):
        make(target, "new")
    assert (target / "data" / "notes.txt").read_text() == "mine"


def test_a_statement_edited_in_a_package_is_not_removed(target: Path) -> None:
    make(target)
    (target / "data" / "statement" / "draft.docx").write_text("edited by hand")
    with pytest.raises(OutputError, match=r"data/statement/draft\.docx"):
        make(target, "new")
    assert (target / "data" / "statement" / "draft.docx").read_text() == "edited by hand"


def test_what_a_file_browser_drops_does_not_stand_in_the_way(target: Path) -> None:
    make(target)
    (target / "data" / ".DS_Store").write_bytes(b"x")
    make(target, "new")
    assert (target / "data" / "clips" / "one.wav").read_text() == "new"


def test_a_package_that_lost_a_file_can_be_replaced(target: Path) -> None:
    make(target)
    (target / "data" / "clips" / "one.wav").unlink()
    make(target, "new")
    assert (target / "data" / "clips" / "one.wav").read_text() == "new"


def test_too_little_space_is_said_before_anything_is_written(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as shutil returns
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(100, 95, 5))
    with pytest.raises(NoSpace) as raised, staged(target, needed_bytes=10):
        pytest.fail("the block must not be entered")
    assert raised.value == NoSpace(str(target), 10, 5)
    assert list(target.parent.iterdir()) == []


def test_a_disk_that_fills_on_the_way_is_the_same_error(target: Path) -> None:
    with pytest.raises(NoSpace), staged(target, needed_bytes=10):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(target.parent.iterdir()) == []


def test_an_error_of_the_block_that_is_not_ours_is_passed_on(target: Path) -> None:
    with pytest.raises(FileNotFoundError), staged(target, needed_bytes=1):
        raise FileNotFoundError(errno.ENOENT, "No such file", "elsewhere.pdf")
    assert list(target.parent.iterdir()) == []


def test_a_second_run_for_the_same_package_is_told_to_wait(target: Path) -> None:
    with staged(target, needed_bytes=1) as stage:
        with pytest.raises(OutputError, match="another run"):
            make(target, "second")
        fill(stage, "first")
    assert (target / "data" / "clips" / "one.wav").read_text() == "first"


def test_a_lock_file_left_by_a_dead_run_blocks_nobody(target: Path) -> None:
    lock = target.with_name(f".{target.name}.lock")
    lock.write_bytes(b"left over")
    make(target)
    assert is_package(target)
    with hold(lock, seconds=0):
        pass


def test_stages_of_dead_runs_are_removed_and_nothing_else(target: Path) -> None:
    target.with_name(f".{target.name}.new-12345").mkdir()
    target.with_name(f".{target.name}.old-12345").mkdir()
    kept = [f".{target.name}.new-mine", f".{target.name} 2.new-12345", "other"]
    for name in kept:
        target.with_name(name).mkdir()
    recover(target)
    assert sorted(each.name for each in target.parent.iterdir()) == sorted(kept)


def test_a_name_as_long_as_a_disk_takes_still_has_room_for_its_stage(tmp_path: Path) -> None:
    target = tmp_path / ("a" * 255)
    make(target, "old")
    make(target, "new")
    assert [each.name for each in tmp_path.iterdir()] == [target.name]


def test_a_rename_that_fails_puts_the_previous_package_back(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(target, "old")
    before = state(target.parent)
    real = os.rename

    def fail(source: Path, to: Path) -> None:
        if ".new-" in str(source):
            raise PermissionError(errno.EACCES, "in use", str(source))
        real(source, to)

    monkeypatch.setattr(handover.os, "rename", fail)
    with pytest.raises(OutputError, match="in use"):
        make(target, "new")
    assert state(target.parent) == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_an_error_that_says_so(target: Path) -> None:
    target.parent.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="could not be"):
            make(target)
    finally:
        target.parent.chmod(0o700)


@pytest.mark.parametrize(
    "record", [b"", b"[]", b"{", b'{"schema":1}', b"\xff", b"[" * 100_000, b'{"schema":"x"}']
)
def test_a_record_that_is_not_ours_makes_no_package(target: Path, record: bytes) -> None:
    (target / "data").mkdir(parents=True)
    (target / "bagit.txt").write_text("BagIt-Version: 1.0\n")
    (target / "data" / "bundle.json").write_bytes(record)
    assert not is_package(target)


#: Dies, as by a kill, before step N of those that change something on the disk.
DIE_AT = """
import importlib.util, os, pathlib, shutil, sys
here, target, last = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
spec = importlib.util.spec_from_file_location("here", here)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from evidencekit.package import handover
step = 0
def counted(real):
    def call(*args, **options):
        global step
        step += 1
        if step == last:
            os._exit(9)
        return real(*args, **options)
    return call
for name in ("rename", "mkdir", "rmdir", "unlink"):
    setattr(os, name, counted(getattr(os, name)))
pathlib.Path.write_text = counted(pathlib.Path.write_text)
handover.flush = counted(handover.flush)
handover.flush_folder = counted(handover.flush_folder)
module.make(target, "new", replace_sealed=True)
"""


def test_a_run_that_dies_at_any_step_keeps_the_sealed_package(tmp_path: Path) -> None:
    """Under its own name, or beside the new one; the next run keeps it as well."""
    make(tmp_path / "1", "new")
    new = state(tmp_path / "1")
    for step in range(1, 200):
        target = tmp_path / f"step{step}" / "package"
        make(target, "old")
        seal(target)
        sealed = state(target)
        code = subprocess.run(
            [sys.executable, "-c", DIE_AT, __file__, target, str(step)], check=False
        ).returncode
        recover(target)
        names = {each.name for each in target.parent.iterdir()}
        kept = target if state(target) == sealed else target.with_name("package (sealed 1)")
        assert state(kept) == sealed
        assert names == {"package"} | {kept.name}
        make(target, "new", replace_sealed=True)
        assert state(target) == new
        assert state(target.with_name("package (sealed 1)")) == sealed
        if code == 0:
            break
        assert code == 9


@pytest.mark.parametrize("replacing", [True, False])
def test_a_run_that_dies_at_any_step_leaves_the_old_package_or_the_new_one(
    tmp_path: Path, replacing: bool
) -> None:
    for number, content in enumerate(("old", "new")):
        make(tmp_path / str(number), content)
    old, new = state(tmp_path / "0"), state(tmp_path / "1")
    seen: set[str] = set()
    for step in range(1, 200):
        target = tmp_path / f"step{step}" / "package"
        target.parent.mkdir()
        if replacing:
            make(target, "old")
        code = subprocess.run(
            [sys.executable, "-c", DIE_AT, __file__, target, str(step)], check=False
        ).returncode
        missing = not target.exists()
        recover(target)
        if target.exists():
            found = state(target)
            assert found in (old, new)
            seen.add("recovered" if missing else "old" if found == old else "new")
        else:
            assert not replacing
            seen.add("none")
        assert {each.name for each in target.parent.iterdir()} <= {"package"}
        make(target, "new")
        assert state(target) == new
        if code == 0:
            break
        assert code == 9
    else:
        pytest.fail("the run never came to its end")
    assert seen == ({"old", "recovered", "new"} if replacing else {"none", "new"})


def test_scratch_files_are_no_part_of_the_package_and_go_with_the_run(target: Path) -> None:
    with staged(target, needed_bytes=1) as stage:
        scratch = work_folder(stage)
        (scratch / "copy.pdf").write_text("a document")
        fill(stage, "new")
    assert "copy.pdf" not in str(state(target))
    assert [each.name for each in target.parent.iterdir()] == [target.name]
    with contextlib.suppress(Cancelled), staged(target, needed_bytes=1) as stage:
        (work_folder(stage) / "copy.pdf").write_text("a document")
        raise Cancelled
    assert [each.name for each in target.parent.iterdir()] == [target.name]


def test_the_next_run_removes_the_scratch_files_of_a_dead_one(target: Path) -> None:
    left = target.with_name(f".{target.name}.work-4194304")
    left.mkdir()
    (left / "copy.pdf").write_text("a document")
    make(target)
    assert [each.name for each in target.parent.iterdir()] == [target.name]
