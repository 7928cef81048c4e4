# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever relies on a recording hears of what does not agree in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
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


def test_stretches_of_zeros_are_a_finding_that_claims_nothing_of_why(tmp_path: Path) -> None:
    samples = sound(6)
    samples[8000:16_800] = 0
    samples[24_000:27_000] = 0
    samples[40_000:48_000] = 0
    measurement, _ = read_recording(write_wav(tmp_path / "a.wav", samples))
    [found] = disagreements(measurement, recording="visit")
    assert (found.code, found.severity) == ("EK-R011", Severity.WARNING)
    assert found.message == (
        "every sample is zero (in 16 bits) for half a second or more in 2 stretches: 0:01.000 to "
        "0:02.100, 0:05.000 to 0:06.000. Some recorders and codecs leave such stretches; why these "
        "are there is not known. Printed in its schedule."
    )


def test_sound_at_full_scale_is_a_note(tmp_path: Path) -> None:
    samples = sound(2)
    samples[4000:4003] = 32767
    samples[12_000] = -32768
    measurement, _ = read_recording(write_wav(tmp_path / "a.wav", samples))
    [found] = disagreements(measurement, recording="visit")
    assert (found.code, found.severity) == ("EK-R012", Severity.NOTE)
    assert "in 2 places: 0:00.500 to 0:00.510, 0:01.500 to 0:01.510." in found.message


def test_the_peak_level_is_a_fact_and_no_finding(tmp_path: Path) -> None:
    samples = np.full((8000, 1), 16_384, np.int16)
    measurement, _ = read_recording(write_wav(tmp_path / "a.wav", samples))
    facts = {each.name: each.stated.value for each in measurement.facts}
    assert facts["peak level"] == "-6.0 dBFS"
    assert disagreements(measurement, recording="visit") == ()


def test_a_recording_without_any_sound_says_so_once(tmp_path: Path) -> None:
    measurement, _ = read_recording(write_wav(tmp_path / "a.wav", sound(1) * 0))
    facts = {each.name: each.stated.value for each in measurement.facts}
    assert facts["peak level"] == "no sound at all (every sample is zero, in 16 bits)"
    [found] = disagreements(measurement, recording="visit")
    assert found.code == "EK-R011"
