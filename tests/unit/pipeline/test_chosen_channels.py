# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several channels of a recording, from the matter file to the printed sheet and the check."""

from __future__ import annotations

import json
import wave
from typing import TYPE_CHECKING

import numpy as np
import pymupdf
import pytest
from support_cli import Desk
from support_sound import read_wav, sound, write_wav

if TYPE_CHECKING:
    from pathlib import Path

RATE = 8000


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A package of a recording with four microphones, of which clips hold the third and first."""
    desk = Desk(tmp_path_factory.mktemp("room"))
    write_wav(desk.recording, sound(3, channels=4), RATE)
    desk.change('made_by = "amara"', 'made_by = "amara"\nchannel = [3, "left"]')
    built = desk.build()
    assert built.exit_code == 0, built.output
    return desk


def words_of(path: Path) -> str:
    with pymupdf.open(path) as document:
        return " ".join("".join(page.get_text() for page in document).split())


def test_the_clip_is_those_channels_in_their_order(room: Desk) -> None:
    (clip,) = (room.out / "data/clips").iterdir()
    expected = read_wav(room.recording)[RATE // 2 : RATE * 3 // 2][:, [2, 0]]
    assert np.array_equal(read_wav(clip), expected)


def test_the_choice_is_recorded_printed_and_verified(room: Desk) -> None:
    record = json.loads((room.out / "data/bundle.json").read_bytes())
    assert record["recordings"][0]["chosen_channels"] == [3, 1]
    clip = record["clips"][0]
    assert (clip["chosen_channels"], clip["channel"]) == ([3, 1], None)
    assert clip["samples"]["channels"] == 2
    (bundle,) = (room.out / "data").glob("*.pdf")
    printed = words_of(bundle)
    assert "stereo: channels 3 and 1 of 4, in that order, 16 bits" in printed
    assert "channels 3 and 1 of 4, in that order, as chosen" in printed
    report = room.run("verify", room.out, "--json")
    assert report.exit_code == 0, report.stdout


def test_other_channels_in_the_clip_or_its_record_are_found(room: Desk, tmp_path: Path) -> None:
    from shutil import copytree

    changed = copytree(room.out, tmp_path / "changed")
    (clip,) = (changed / "data/clips").iterdir()
    samples = read_wav(clip)
    with wave.open(str(clip), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        file.writeframes(np.ascontiguousarray(samples[:, ::-1]).tobytes())
    found = json.loads(room.run("verify", changed, "--json").stdout)
    assert {"EK-V004", "EK-V007"} <= {each["code"] for each in found["findings"]}
    record = copytree(room.out, tmp_path / "record") / "data/bundle.json"
    document = json.loads(record.read_bytes())
    for each in (document["clips"][0], document["recordings"][0]):
        each["chosen_channels"] = [1, 3]
    record.write_text(json.dumps(document), encoding="utf-8")
    found = json.loads(room.run("verify", tmp_path / "record", "--json").stdout)
    messages = " ".join(each["message"] for each in found["findings"])
    assert "of visit that it names: they part at sample 4000" in messages
    assert '"channel" is not in the record' in messages


def test_the_served_copy_keeps_the_choice(room: Desk, tmp_path: Path) -> None:
    to = tmp_path / "served"
    run = room.run("serve", room.out, "--to", "the court", "-o", to)
    assert run.exit_code == 0, run.output
    record = json.loads((to / "bundle.json").read_bytes())
    assert record["clips"][0]["chosen_channels"] == [3, 1]
    assert room.run("verify", to, "--recordings", room.folder / "recordings").exit_code == 0


def test_one_clip_of_several_channels_from_the_command_line(room: Desk) -> None:
    times = ("--from", "0:01", "--to", "0:02")
    visit = "recordings/visit.wav"
    result = room.run("clip", visit, *times, "--channel", "4,2", "-o", room.temp / "1.wav")
    assert "8,000 a second, channels 4 and 2 in that order, 16 bits" in result.stdout
    expected = read_wav(room.recording)[RATE : 2 * RATE][:, [3, 1]]
    assert np.array_equal(read_wav(room.temp / "1.wav"), expected)
    again = ("--channel", "4", "--channel", "right", "-o", room.temp / "2.wav", "--json")
    document = json.loads(room.run("clip", visit, *times, *again).stdout)
    assert document["clip"]["chosen_channels"] == [4, 2]
    assert document["clip"]["channel"] is None
    assert (room.temp / "1.wav").read_bytes() == (room.temp / "2.wav").read_bytes()
    checked = ("verify", "--clip", room.temp / "1.wav", "--recording", visit)
    found = room.run(*checked)
    assert found.exit_code == 0
    assert "the clip holds channels 4 and 2 of the recording, in that order" in found.stdout
    assert room.run(*checked, "--channel", "4,2").exit_code == 0
    assert room.run(*checked, "--channel", "2,4").exit_code == 1


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ("1,left", 2, "channel 1 is named twice"),
        ("middle", 2, '"middle" is no channel: left, right, or a number from 1'),
        ("0", 2, '"0" is no channel'),
        ("1,", 2, '"" is no channel'),
        ("1,5", 4, "has 4 channels; there is no number 5"),
    ],
)
def test_a_wrong_choice_is_refused_by_name(room: Desk, given: str, code: int, words: str) -> None:
    to = room.temp / "3.wav"
    times = ("--from", "0:01", "--to", "0:02", "-o", to)
    result = room.run("clip", "recordings/visit.wav", *times, "--channel", given)
    assert (result.exit_code, to.exists()) == (code, False)
    assert words in " ".join(result.stderr.replace("│", " ").split())


def test_a_matter_that_names_a_channel_which_is_not_there_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.change('made_by = "amara"', 'made_by = "amara"\nchannel = [1, 2]')
    desk.refused("recordings/visit.wav", "has 1 channel; there is no number 2")
    desk.change("channel = [1, 2]", "channel = [1, 1]")
    desk.refused("names something twice", code=3)
    desk.change("channel = [1, 1]", 'channel = ["left", 1]')
    desk.refused("channel 1 is in the list already, under its other name", code=3)
