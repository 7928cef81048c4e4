# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done in other threads: the same results, errors that arrive, and an end that comes."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

import pytest
from support_sound import encode, left_in, sound, write_wav

from evidencekit.errors import Cancelled, RecordingUnreadable
from evidencekit.media.background import FileHash, InOrder
from evidencekit.media.clips import Cut
from evidencekit.media.cut import cut
from evidencekit.media.indexfile import index_bytes
from evidencekit.media.measure import index_recording, read_recording
from evidencekit.media.peaks import PeakMeter
from evidencekit.media.source import SoundReader
from evidencekit.model.digest import Digest
from evidencekit.model.timecode import Span

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.media.source import Block

RATE = 8000


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("visit")
    return encode(folder / "v.m4a", sound(80, rate=RATE, channels=2), rate=RATE)


def span(start_ms: int, end_ms: int) -> Span:
    return Span(start_ms=start_ms, end_ms=end_ms)


def threads() -> set[str]:
    return {each.name for each in threading.enumerate()}


def test_a_file_has_the_same_digest_in_a_thread(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(bytes(range(256)) * 10_000)
    with FileHash(path) as hashed:
        found = hashed.result()
    assert found == Digest("sha256", hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_digest_that_is_known_is_not_made_again(tmp_path: Path) -> None:
    known = Digest("sha256", "0" * 64)
    with FileHash(tmp_path / "not there", known) as hashed:
        assert hashed.result() == known


def test_a_file_that_cannot_be_read_is_named_by_the_error(tmp_path: Path) -> None:
    with FileHash(tmp_path / "gone.wav") as hashed, pytest.raises(RecordingUnreadable) as caught:
        hashed.result()
    assert caught.value.path == str(tmp_path / "gone.wav")
    assert caught.value.reason == "cannot be read (No such file or directory)"


def test_a_file_is_read_no_further_once_nobody_waits_for_its_digest(tmp_path: Path) -> None:
    """Else whoever stops the work waits until all of a large recording has been read."""
    path = tmp_path / "f"
    with path.open("wb") as file:
        file.truncate(1 << 34)  # of nothing, which takes no room on the disk
    before = threads()
    with FileHash(path) as hashed:
        pass
    with pytest.raises(Cancelled):
        hashed.result()
    assert threads() == before


def test_stretches_are_the_blocks_together(visit: Path) -> None:
    with SoundReader(visit) as reader:
        blocks = list(reader.blocks())
    with SoundReader(visit) as reader:
        stretches = list(reader.blocks(stretches=True))
        length = reader.form.block_samples
    parts = [part for stretch in stretches for part in stretch.parts(length)]
    assert 1 < len(stretches) < len(blocks)
    assert [(each.first, each.count) for each in parts] == [
        (each.first, each.count) for each in blocks
    ]
    for part, block in zip(parts, blocks, strict=True):
        assert [each.tobytes() for each in part.planes] == [each.tobytes() for each in block.planes]


def test_stretches_of_interleaved_channels_are_parted_at_whole_samples(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "v.wav", sound(3.3, rate=RATE, channels=2), RATE)
    with SoundReader(source) as reader:
        (stretch,) = reader.blocks(stretches=True)
    parts = list(stretch.parts(RATE))
    assert [each.count for each in parts] == [RATE] * 3 + [RATE * 3 // 10]
    assert [len(each.planes[0]) for each in parts] == [2 * each.count for each in parts]
    assert b"".join(each.planes[0].tobytes() for each in parts) == stretch.planes[0].tobytes()


def test_clips_cut_in_the_pass_are_those_cut_alone(visit: Path, tmp_path: Path) -> None:
    """A stretch holds many blocks, and a clip may lie in any of them or across two stretches."""
    spans = [span(0, 500), span(31_250, 34_000), span(63_990, 64_010), span(79_000, 80_000)]
    cuts = [Cut(span=each, to=tmp_path / f"{n}.wav") for n, each in enumerate(spans)]
    _, files = read_recording(visit, cuts=cuts)
    for n, (each, file) in enumerate(zip(spans, files, strict=True)):
        alone = cut(visit, each, to=tmp_path / f"alone {n}.wav")
        assert alone.path.read_bytes() == file.path.read_bytes()
        assert alone.samples_digest == file.samples_digest


def test_an_error_in_the_measuring_thread_ends_the_work_and_leaves_nothing(
    visit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PeakMeter.take

    def take(self: PeakMeter, block: Block) -> None:
        if block.first:
            raise RecordingUnreadable(str(visit), "was found to be so")
        whole(self, block)

    monkeypatch.setattr(PeakMeter, "take", take)
    clips = tmp_path / "clips"
    clips.mkdir()
    before = threads()
    with pytest.raises(RecordingUnreadable, match="was found to be so"):
        read_recording(visit, cuts=[Cut(span=span(0, 500), to=clips / "1.wav")])
    assert left_in(clips) == []
    assert threads() == before


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_interruption_ends_every_thread(visit: Path, after: int) -> None:
    calls = iter(range(1000))

    def cancelled() -> bool:
        if next(calls) >= after:
            raise KeyboardInterrupt
        return False

    before = threads()
    with pytest.raises(KeyboardInterrupt):
        index_recording(visit, cancelled=cancelled)
    assert threads() == before


def test_an_index_does_not_depend_on_how_the_threads_meet(
    visit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once with the second thread's work done at once, once as late as can be."""

    class Now(InOrder):
        def do(self, function: object, *args: object) -> None:
            function(*args)  # type: ignore[operator]

    class Late(InOrder):
        def do(self, function: object, *args: object) -> None:
            self.kept = [*getattr(self, "kept", []), (function, args)]

        def finish(self) -> None:
            for function, args in self.kept:
                function(*args)

    plain = index_bytes(index_recording(visit))
    for way in (Now, Late):
        monkeypatch.setattr("evidencekit.media.measure.InOrder", way)
        assert index_bytes(index_recording(visit)) == plain
