# SPDX-License-Identifier: AGPL-3.0-or-later
"""One long recording is decoded by two processes, and the report does not show it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from support_sound import encode, sound
from support_verify import build, clip_of, matter_of

import evidencekit as ek
from evidencekit.errors import WorkerFailed
from evidencekit.isolate import Isolate
from evidencekit.media import halves as media_halves
from evidencekit.model.timecode import SampleRange
from evidencekit.verifier import halves, run
from evidencekit.verifier.decoding import ClipToCompare, compare_here
from evidencekit.verifier.halves import Whole, first_half_here, second_half_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RATE = 22_050


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ek.Package:
    folder = tmp_path_factory.mktemp("long")
    encode(folder / "long.m4a", sound(40, rate=RATE), rate=RATE, codec_options={"aac_pns": "0"})
    clips = [clip_of("0:01.000", "0:02.000"), clip_of("0:21.000", "0:24.000")]
    clips.append(clip_of("0:37.000", "0:38.000"))
    recordings = {"long": {"file": "long.m4a", "clip": clips}}
    return build(folder, matter_of(recordings=recordings))


class Noted(Isolate):
    """A process that notes what the second half found, or breaks instead of looking for it."""

    asked: list[Any]
    found: list[Any]
    instead: Callable[[], Any] | None

    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        Noted.asked.append(function)
        if function is not second_half_here:
            return super().call(function, *args, **kwargs)
        if Noted.instead is not None:
            return super().call(Noted.instead)
        found = super().call(function, *args, **kwargs)
        Noted.found.append(found)
        return found


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> type[Noted]:
    monkeypatch.setattr(run, "Isolate", Noted)
    monkeypatch.setattr(run, "processors", lambda: 2)
    monkeypatch.setattr(halves, "LEAST_BYTES", 0)
    monkeypatch.setattr(halves, "LEAST_PACKETS", 0)
    Noted.asked, Noted.found, Noted.instead = [], [], None
    return Noted


def by_one_process(package: ek.Package) -> ek.Report:
    with Isolate(seconds=60, memory_mb=4096) as worker:
        return ek.verify(package.path, worker=worker)


def test_two_processes_say_what_one_says(package: ek.Package, noted: type[Noted]) -> None:
    report = ek.verify(package.path)
    assert report == by_one_process(package)
    assert report.ok
    assert first_half_here in noted.asked
    assert second_half_here in noted.asked


def changed(package: ek.Package, number: int) -> Callable[[], None]:
    """Change the last sample of a clip, and return what puts it back."""
    path = package.path / package.record["clips"][number]["file"]
    before = path.read_bytes()
    path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    return lambda: void(path.write_bytes(before))


def void(_: object) -> None:
    """Return nothing."""


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_changed_clip_is_reported_as_by_one_process(
    package: ek.Package, number: int, noted: type[Noted]
) -> None:
    put_back = changed(package, number)
    try:
        report = ek.verify(package.path)
        assert report == by_one_process(package)
    finally:
        put_back()
    assert [each.code for each in report.findings].count("EK-V009") == 1
    assert second_half_here in noted.asked


def dies() -> None:
    """End this process, as the system does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def hangs() -> None:
    """Never come back."""
    signal.pause()


def lies() -> str:
    """Come back with something else."""
    return "all equal"


@pytest.mark.parametrize("instead", [dies, hangs, lies])
def test_a_second_process_that_fails_is_not_missed(
    package: ek.Package, noted: type[Noted], instead: Callable[[], Any]
) -> None:
    noted.instead = instead
    report = ek.verify(package.path)
    assert report.ok
    assert report == by_one_process(package)


def test_a_first_process_that_fails_is_said_though_the_second_does_not(
    package: ek.Package, noted: type[Noted], monkeypatch: pytest.MonkeyPatch
) -> None:
    call = noted.call

    def broken(self: Noted, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        if function is first_half_here:
            msg = "took longer than 1 seconds"
            raise WorkerFailed(msg)
        return call(self, function, *args, **kwargs)

    monkeypatch.setattr(noted, "call", broken)
    report = ek.verify(package.path)
    assert [each.subject for each in report.findings if each.code == "EK-V010"] == ["long"]
    assert report.conclusion.endswith("1 check could not run; that is not a pass.")


def test_one_processor_decodes_it_as_ever(
    package: ek.Package, noted: type[Noted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "processors", lambda: 1)
    assert ek.verify(package.path).ok
    assert compare_here in noted.asked
    assert second_half_here not in noted.asked


def test_a_short_recording_needs_no_second_process(
    package: ek.Package, noted: type[Noted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halves, "LEAST_BYTES", 10_000_000)
    assert ek.verify(package.path).ok
    assert second_half_here not in noted.asked


def test_nothing_is_left_behind(
    package: ek.Package, tmp_path: Path, noted: type[Noted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halves.tempfile, "tempdir", str(tmp_path))
    noted.instead = hangs
    assert ek.verify(package.path).ok
    assert list(tmp_path.iterdir()) == []


def test_an_answer_is_read_as_it_was_written_and_anything_else_is_none(
    package: ek.Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source,) = (package.path / "data/recordings").iterdir()
    measured = package.record["recordings"][0]["measured"]
    whole = Whole(
        track=1,
        sample_count=measured["sample_count"],
        decode_errors=measured["decode_errors"],
    )
    tests = tuple(
        ClipToCompare(
            path=package.path / each["file"],
            samples=SampleRange(each["samples"]["first"], each["samples"]["end"]),
            bits=16,
        )
        for each in package.record["clips"]
    )
    early = []
    together = media_halves._together

    def stops(*given: Any) -> Any:
        early.append(1)
        return together(*given)

    monkeypatch.setattr(media_halves, "_together", stops)
    answer = tmp_path / "answer"
    halves._write(answer, "all equal")  # type: ignore[arg-type]
    plain = compare_here(source, tests)
    assert first_half_here(source, tests, whole, answer, 0) == plain
    assert not early
    half = second_half_here(source, tests, 1, 0)
    assert half is not None
    halves._write(answer, half)
    assert first_half_here(source, tests, whole, answer, 0) == plain
    assert early
