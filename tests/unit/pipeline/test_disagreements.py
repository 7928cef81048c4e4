# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever relies on a recording hears of what does not agree in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support_sound import encode, sound, write_wav

from evidencekit.media.measure import read_recording
from evidencekit.model.findings import Severity
from evidencekit.pipeline.disagreements import disagreements

if TYPE_CHECKING:
    from pathlib import Path


def test_a_recording_that_agrees_with_itself_gives_no_finding(tmp_path: Path) -> None:
    measurement, _ = read_recording(write_wav(tmp_path / "a.wav", sound(1)))
    assert disagreements(measurement, recording="visit") == ()


def test_a_wrong_name_is_a_finding_in_the_words_of_the_schedule(tmp_path: Path) -> None:
    measurement, _ = read_recording(write_wav(tmp_path / "a.mp3", sound(1)))
    [found] = disagreements(measurement, recording="visit")
    assert (found.code, found.severity, found.subject) == ("EK-R001", Severity.WARNING, "visit")
    assert found.message == ("the name ends in .mp3; the content is WAV. Printed in its schedule.")


def test_packets_that_cannot_be_decoded_are_a_finding(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.m4a", sound(3), options={"movflags": "faststart"})
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    measurement, _ = read_recording(path)
    found = disagreements(measurement, recording="visit")
    assert {each.code for each in found} == {"EK-R001", "EK-R002"}
