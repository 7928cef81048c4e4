# SPDX-License-Identifier: AGPL-3.0-or-later
"""Outputs that cannot be written, full disks, and runs that are stopped: all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from support_cli import command, run_apart, tree

import evidencekit as ek

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support_cli import Desk

posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits are POSIX")


def test_a_folder_that_is_not_ours_is_left_alone(desk: Desk) -> None:
    desk.out.mkdir()
    (desk.out / "wedding.jpg").write_bytes(b"a picture")
    desk.refused("exists and is not an evidencekit package", code=6, taken_in=True)


def test_a_file_of_that_name_is_left_alone(desk: Desk) -> None:
    desk.out.write_bytes(b"a letter")
    desk.refused("exists and is not an evidencekit package", code=6, taken_in=True)


def test_the_matters_own_folder_is_never_the_output(desk: Desk) -> None:
    desk.note()
    for output in (desk.folder, desk.folder.parent, "."):
        result = desk.run("build", "matter.toml", "-o", output)
        assert result.exit_code == 6, result.output
        desk.nothing_happened()


def test_a_package_of_ours_is_replaced_whole(built: Desk) -> None:
    built.change('title = "Letter"', 'title = "Another letter"')
    assert built.build().exit_code == 0
    assert [each.title for each in ek.open_package(built.out).index][-1] == "Another letter"
    assert list(built.outs.iterdir()) == [built.out]
    assert ek.verify(built.out).ok


def test_a_package_somebody_put_a_file_into_is_left_alone(built: Desk) -> None:
    (built.out / "my notes.txt").write_text("keep me")
    built.refused("holds what was added or changed since it was made: my notes.txt", code=6)


def test_an_output_below_a_file_is_refused(desk: Desk) -> None:
    desk.note()
    result = desk.run("build", "matter.toml", "-o", desk.letter / "package")
    assert result.exit_code == 6, result.output
    assert "Nothing was" in result.stderr
    desk.nothing_happened()


def test_too_little_space_is_said_before_anything_is_written(built: Desk, monkeypatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 5_000_000))
    built.refused("needs about 16.", "the disk has 5.0 MB free. Nothing was written.", code=6)
    assert ek.verify(built.out).ok


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@contextlib.contextmanager
def small_disk(at: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of so many MB, or skip."""
    at.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(at)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except OSError:
        pytest.skip("this system has no mount command")
    if done.returncode != 0:
        pytest.skip("only an administrator can make a small disk")
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)


@pytest.mark.parametrize("left_kb", [16, 56, 96])
def test_a_disk_that_fills_up_on_the_way_leaves_the_previous_package(
    desk: Desk, monkeypatch, left_kb: int
) -> None:
    with small_disk(desk.outs / "disk", 24) as disk:
        desk.out = disk / "package"
        assert desk.build().exit_code == 0
        free = shutil.disk_usage(disk).free
        (disk / "ballast").write_bytes(bytes(free - left_kb * 1024))
        monkeypatch.setattr("evidencekit.package.handover._check_space", lambda *_: None)
        desk.refused("the disk has", "MB free. Nothing was written.", code=6)
        assert ek.verify(desk.out).ok


@posix
def test_a_limit_on_the_size_of_files_leaves_the_previous_package(built: Desk) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    built.note()
    result = subprocess.run(
        command("build", "matter.toml", "-o", built.out),
        cwd=built.folder,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(built.temp)},
    )
    assert result.returncode in {4, 6}, result.stderr
    assert "Nothing was" in result.stderr
    assert "Traceback" not in result.stderr
    built.nothing_happened()


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", [0, 0.2, 0.5, 0.8])
def test_a_stopped_build_leaves_nothing_behind(built: Desk, number: int, after: float) -> None:
    process = start_writing(built, after)
    process.send_signal(number)
    check_stopped(built, process)


@posix
@pytest.mark.parametrize("after", [0, 0.4])
def test_ctrl_c_in_a_terminal_reaches_the_workers_and_still_stops_cleanly(
    built: Desk, after: float
) -> None:
    process = start_writing(built, after, start_new_session=True)
    os.killpg(process.pid, signal.SIGINT)
    check_stopped(built, process)


def check_stopped(desk: Desk, process: subprocess.Popen[bytes]) -> None:
    """Check that a build stopped cleanly, or was done before it heard of it."""
    out, error = process.communicate(timeout=120)
    if process.returncode == 0:
        assert list(desk.outs.iterdir()) == [desk.out]
        assert ek.verify(desk.out).ok
        return
    assert (process.returncode, out, error) == (130, b"", b"Stopped. Nothing was built.\n")
    desk.nothing_happened()


@posix
def test_stopping_again_and_again_leaves_a_whole_package(built: Desk) -> None:
    process = start_writing(built, 0.1)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    _, error = process.communicate(timeout=120)
    assert process.returncode in {0, 130, -signal.SIGINT}
    assert b"Traceback" not in error
    assert ek.verify(built.out).ok
    assert built.build().exit_code == 0
    assert list(built.outs.iterdir()) == [built.out]


@posix
@pytest.mark.parametrize("after", [0, 0.2, 0.5, 0.8])
def test_a_killed_build_leaves_a_whole_package_and_the_next_run_clears_up(
    built: Desk, after: float
) -> None:
    process = start_writing(built, after)
    process.kill()
    process.communicate(timeout=120)
    assert ek.verify(built.out).ok
    assert [each.name for each in built.temp.iterdir() if "fonts" not in each.name] == []
    result = run_apart("build", "matter.toml", "-o", built.out, cwd=built.folder, temp=built.temp)
    assert result.returncode == 0, result.stderr
    assert list(built.outs.iterdir()) == [built.out]
    assert ek.verify(built.out).ok


@posix
def test_a_first_build_that_is_killed_leaves_no_package(desk: Desk) -> None:
    process = start_writing(desk, 0.1)
    process.kill()
    process.communicate(timeout=120)
    assert not desk.out.exists()
    assert desk.build().exit_code == 0
    assert list(desk.outs.iterdir()) == [desk.out]


def start_writing(desk: Desk, after: float, **options: Any) -> subprocess.Popen[bytes]:
    """Start a build in a process of its own, and wait until it has been writing for a moment."""
    desk.note()
    process = subprocess.Popen(
        command("build", "matter.toml", "-o", desk.out),
        cwd=desk.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(desk.temp)},
        **options,
    )
    while process.poll() is None and not any(desk.outs.glob(".package.new-*")):
        time.sleep(0.002)
    time.sleep(after)
    return process


def test_a_clip_is_never_written_over_anything(desk: Desk) -> None:
    target = desk.folder / "passage.wav"
    target.write_bytes(b"the only copy")
    desk.note()
    times = ("--from", "0:00.5", "--to", "0:01")
    for output in ("passage.wav", "recordings/visit.wav"):
        result = desk.run("clip", "recordings/visit.wav", *times, "-o", output)
        assert result.exit_code == 6
        assert "exists already and was left as it is" in result.stderr
        desk.nothing_happened()
    result = desk.run("clip", "recordings/visit.wav", *times, "-o", "nowhere/passage.wav")
    assert result.exit_code == 6
    assert "its folder does not exist" in result.stderr
    desk.nothing_happened()


def test_a_statement_is_never_written_over_anything_else(desk: Desk) -> None:
    desk.change("[documents]", '[statement]\nby = "amara"\n[documents]')
    assert desk.build().exit_code == 0
    before = tree(desk.folder)
    for output in ("matter.toml", "recordings/visit.wav", "documents/letter.pdf", "documents"):
        result = desk.run("statement", "matter.toml", "-o", output)
        assert result.exit_code == 6, result.output
        assert "Nothing was written." in result.stderr or "left as it is" in result.stderr
    assert tree(desk.folder) == before


def test_a_statement_that_a_lawyer_edited_is_left_as_it_is(desk: Desk) -> None:
    desk.change("[documents]", '[statement]\nby = "amara"\n[documents]')
    assert desk.build().exit_code == 0
    assert desk.run("statement", "matter.toml").exit_code == 0
    [written] = desk.folder.glob("*.docx")
    assert desk.run("statement", "matter.toml").exit_code == 0, "nothing would change"
    written.write_bytes(written.read_bytes() + b"edited")
    desk.note()
    result = desk.run("statement", "matter.toml")
    assert result.exit_code == 6
    assert "exists already. It was left as it is." in result.stderr
    desk.nothing_happened()
