# SPDX-License-Identifier: AGPL-3.0-or-later
"""One clip from the command line: quick where the recording was taken in, and always the same."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_cli import Desk
from support_sound import encode, read_wav, sound

from evidencekit.custody.log import LOG_NAME
from evidencekit.model.clip import IndexState
from evidencekit.model.timecode import Span
from evidencekit.pipeline.one_clip import cut_by_index

if TYPE_CHECKING:
    from pathlib import Path

SPAN = Span(start_ms=20_500, end_ms=21_500)
TIMES = ("--from", "0:20.500", "--to", "0:21.500", "-o")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with forty seconds of stereo MP3, taken in."""
    desk = Desk(tmp_path)
    desk.recording.unlink()
    desk.recording = desk.folder / "recordings/visit.mp3"
    samples = sound(40, rate=16_000, channels=2)
    encode(desk.recording, samples, rate=16_000, codec="libmp3lame")
    desk.change("visit.wav", "visit.mp3")
    assert desk.run("intake", "matter.toml", "--by", "a clerk").exit_code == 0
    return desk


def test_a_recording_that_was_taken_in_is_cut_by_its_index(desk: Desk, tmp_path: Path) -> None:
    by_index = cut_by_index(desk.recording, SPAN, to=tmp_path / "1.wav")
    assert by_index.index is IndexState.USED
    assert by_index.clip.way == "seek, every block matched"
    elsewhere = tmp_path / "elsewhere.mp3"
    shutil.copy(desk.recording, elsewhere)
    plain = cut_by_index(elsewhere, SPAN, to=tmp_path / "2.wav")
    assert (plain.index, plain.clip.way) == (None, "decoded from the start")
    assert (tmp_path / "1.wav").read_bytes() == (tmp_path / "2.wav").read_bytes()


def test_an_index_that_cannot_be_used_is_said_and_changes_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    right = cut_by_index(desk.recording, SPAN, to=tmp_path / "1.wav")
    (kept,) = (desk.folder / "index").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    result = desk.run("clip", "recordings/visit.mp3", *TIMES, tmp_path / "2.wav")
    assert "decoded from the start\n" in result.stdout
    assert "not used: it is not the one that the custody log records" in result.stdout
    assert (tmp_path / "2.wav").read_bytes() == right.clip.path.read_bytes()
    second = cut_by_index(desk.recording, SPAN, to=tmp_path / "3.wav", track=1, channel=2)
    assert second.index is IndexState.CHANGED


@pytest.mark.parametrize("log", [b"", b"rubbish\n", None])
def test_a_log_that_is_broken_or_of_other_files_is_no_help_and_no_harm(
    desk: Desk, tmp_path: Path, log: bytes | None
) -> None:
    path = desk.folder / LOG_NAME
    if log is None:
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(log)
    assert cut_by_index(desk.recording, SPAN, to=tmp_path / "1.wav").index is None


def test_left_and_right_and_numbers_choose_a_channel(desk: Desk, tmp_path: Path) -> None:
    whole = cut_by_index(desk.recording, SPAN, to=tmp_path / "whole.wav")
    both = read_wav(whole.clip.path)
    for name, number in (("left", 1), ("right", 2), ("2", 2)):
        to = tmp_path / f"{name}.wav"
        run = desk.run("clip", "recordings/visit.mp3", *TIMES, to, "--channel", name)
        assert f"channel {number} alone, 16 bits" in run.stdout
        assert np.array_equal(read_wav(to)[:, 0], both[:, number - 1])
    for name in ("0", "middle", "²"):
        run = desk.run("clip", "recordings/visit.mp3", *TIMES, "x.wav", "--channel", name)
        assert run.exit_code == 2
        assert "is no channel" in run.stderr
    run = desk.run("clip", "recordings/visit.mp3", *TIMES, "x.wav", "--channel", "3")
    assert run.exit_code == 4
    assert "has 2 channels; there is no number 3. Choose one that is there." in run.stderr
    assert not (desk.folder / "x.wav").exists()


def test_a_clip_of_the_second_track_is_cut_and_verified(desk: Desk, tmp_path: Path) -> None:
    tracks = [sound(4, rate=16_000, seed=seed) for seed in (1, 2)]
    source = encode(tmp_path / "v.mka", *tracks, rate=16_000, codec="flac")
    to = tmp_path / "second.wav"
    times = ("--from", "0:01", "--to", "0:03", "-o", to)
    run = desk.run("clip", source, *times, "--track", "2", "--json")
    assert json.loads(run.stdout)["clip"]["track"] == 2
    assert np.array_equal(read_wav(to), tracks[1][16_000:48_000])
    run = desk.run("verify", "--clip", to, "--recording", source)
    assert (run.exit_code, "looked for in audio track 2" in run.stdout) == (0, True)
    run = desk.run("verify", "--clip", to, "--recording", source, "--track", "2")
    assert run.exit_code == 0
    run = desk.run("verify", "--clip", to, "--recording", source, "--track", "1")
    assert (run.exit_code, "looked for in audio track 1" in run.stdout) == (1, True)
    run = desk.run("clip", source, "--from", "0:01", "--to", "0:03", "-o", "x.wav", "--track", "3")
    assert "has 2 audio tracks; there is no number 3. Choose one that is there." in run.stderr


def test_a_copy_with_other_tags_and_a_second_name_are_in_the_record_and_checked(desk: Desk) -> None:
    there = desk.folder / "recordings"
    encode(there / "a.flac", sound(3), codec="flac")
    encode(there / "b.flac", sound(3), codec="flac", tags={"title": "another"})
    shutil.copy(there / "a.flac", there / "c.flac")
    desk.change("recordings/visit.mp3", "recordings/a.flac")
    (desk.folder / LOG_NAME).unlink()
    more = "".join(f'[recordings.{each}]\nfile = "recordings/{each}.flac"\n' for each in "bc")
    desk.change("[documents]", f"{more}[documents]")
    assert desk.build().exit_code == 0
    path = desk.out / "data/bundle.json"
    record = json.loads(path.read_bytes())
    assert {
        each["id"]: (each["same_file_as"], each["same_samples_as"]) for each in record["recordings"]
    } == {"visit": (["c"], ["b"]), "b": ([], ["c", "visit"]), "c": (["visit"], ["b"])}
    assert desk.run("verify", desk.out).exit_code == 0
    record["recordings"][0]["same_samples_as"] = []
    path.write_text(json.dumps(record), encoding="utf-8")
    said = desk.run("verify", desk.out, "--json").stdout
    assert "its same_samples_as is not what the digests give" in said


def test_a_package_of_a_chosen_track_and_channel_verifies_and_no_other_choice_does(
    desk: Desk,
) -> None:
    tracks = [sound(4, rate=16_000, channels=2, seed=seed) for seed in (1, 2)]
    encode(desk.folder / "recordings/other.mka", *tracks, rate=16_000, codec="flac")
    desk.change("recordings/visit.mp3", "recordings/other.mka")
    (desk.folder / LOG_NAME).unlink()
    assert "has 2 audio tracks and none is chosen: the first is used" in " ".join(
        desk.build().stdout.split()
    )
    desk.change('made_by = "amara"', 'made_by = "amara"\ntrack = 2\nchannel = "right"')
    said = desk.build()
    assert said.exit_code == 0, said.output
    assert "audio tracks" not in said.stdout
    (clip,) = (desk.out / "data/clips").iterdir()
    assert np.array_equal(read_wav(clip)[:, 0], tracks[1][8_000:24_000, 1])
    run = desk.run("verify", desk.out, "--json")
    assert run.exit_code == 0, run.stdout
    record = desk.out / "data/bundle.json"
    text = record.read_text(encoding="utf-8")
    for keys, said in (
        ({"track": 1}, "is of another track than its recording's"),
        ({"channel": 1}, "names two choices of channels"),
        ({"channel": 1, "chosen_channels": [1]}, "is of other channels than those chosen"),
        ({"channel": None, "chosen_channels": [1, 2]}, "is of other channels than those chosen"),
    ):
        changed = json.loads(text)
        clip = changed["clips"][0]
        assert (clip["track"], clip["channel"], clip["chosen_channels"]) == (2, 2, [2])
        clip.update(keys)
        record.write_text(json.dumps(changed), encoding="utf-8")
        assert said in desk.run("verify", desk.out, "--json").stdout
    changed = json.loads(text)
    changed["recordings"][0]["measured"]["track"] = changed["clips"][0]["track"] = 1
    record.write_text(json.dumps(changed), encoding="utf-8")
    found = json.loads(desk.run("verify", desk.out, "--json").stdout)
    assert "EK-V009" in {each["code"] for each in found["findings"]}
