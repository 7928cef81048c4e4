# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a recording says of itself, and where that disagrees with what is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_sound import CORPUS, encode, needs_corpus, sound, write_raw_wav, write_wav

from evidencekit.errors import RecordingUnreadable
from evidencekit.media.measure import read_recording
from evidencekit.media.probe import file_facts
from evidencekit.media.text import plain
from evidencekit.model.stated import Standing
from evidencekit.pipeline.disagreements import disagreements

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.clip import Fact

RATE = 44_100
CREATED = "2026-03-11T14:07:22Z"
TAGS = {
    "creation_time": "2026-03-11T14:07:22.000000Z",
    "com.apple.quicktime.creationdate": "2026-03-11T14:07:22+0000",
    "com.apple.quicktime.make": "Apple",
    "com.apple.quicktime.model": "iPhone 15",
    "com.apple.quicktime.software": "17.1",
    "com.apple.quicktime.location.ISO6709": "+51.5033-000.1195/",
    "title": "Interview with somebody",
}


def phone(folder: Path, **tags: str) -> Path:
    return encode(
        folder / "v.mov",
        sound(2, rate=RATE),
        rate=RATE,
        options={"movflags": "use_metadata_tags"},
        tags=TAGS | tags,
    )


def shown(facts: tuple[Fact, ...]) -> dict[str, str]:
    assert len({each.name for each in facts}) == len(facts)
    return {each.name: each.stated.value for each in facts}


def test_the_device_and_the_times_of_a_phones_recording_are_facts_of_the_file(
    tmp_path: Path,
) -> None:
    facts = file_facts(phone(tmp_path))
    values = shown(facts)
    assert values["creation time"] == "2026-03-11T14:07:22Z"
    assert values["creation date"] == "2026-03-11T14:07:22+0000"
    assert values["device make"] == "Apple"
    assert values["device model"] == "iPhone 15"
    assert values["device software"] == "17.1"
    assert values["format, second reading"] == "MP4"
    assert {each.stated.standing for each in facts} == {Standing.FILE}


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        (
            {"com.apple.quicktime.creationdate": "2026-03-10T09:00:00+0100"},
            ["creation times", f"creation time: {CREATED}; creation date: 2026-03-10T09:00:00+0100"],
        ),
        (
            {"make": "Samsung"},
            ["device make", "device make: Apple; device make, make: Samsung"],
        ),
        (
            {"com.android.model": "SM-A546B", "software": "Lavf60"},
            ["device model", "device model: iPhone 15; device model, com.android.model: SM-A546B",
             "device software", "device software: 17.1; device software, software: Lavf60"],
        ),
        ({"com.apple.quicktime.creationdate": "2026-03-11T15:07:23+0100"}, []),
        ({"com.apple.quicktime.creationdate": "2026-03-10 09:00"}, []),
        ({"make": "apple"}, []),
    ],
)  # fmt: skip
def test_origins_that_differ_in_one_file_are_measured_facts(
    tmp_path: Path, tags: dict[str, str], said: list[str]
) -> None:
    facts = file_facts(phone(tmp_path, **tags))
    apart = [each for each in facts if each.name.startswith("disagreement")]
    words = [text for each in apart for text in (each.name[14:], each.stated.value)]
    assert words == said
    assert all(each.stated.standing is Standing.MEASURED for each in apart)
    shown(facts)


def test_times_of_creation_that_differ_are_a_finding(tmp_path: Path) -> None:
    tags = {"com.apple.quicktime.creationdate": "2026-03-10T09:00:00+0100"}
    measurement, _ = read_recording(phone(tmp_path, **tags))
    (found,) = disagreements(measurement, recording="visit")
    assert found.code == "EK-R001"
    assert found.message.startswith("creation time: 2026-03-11T14:07:22Z; creation date: 2026-")


def test_where_it_was_recorded_and_what_it_is_called_are_not_shown(tmp_path: Path) -> None:
    facts = file_facts(phone(tmp_path))
    assert shown(facts)["location"] == "present, not shown"
    assert "51.5" not in repr(facts)
    assert "somebody" not in repr(facts)


def test_facts_come_in_the_same_order_every_time(tmp_path: Path) -> None:
    source = phone(tmp_path)
    assert file_facts(source) == file_facts(source)
    measurement, _ = read_recording(source)
    assert measurement.facts[: len(file_facts(source))] == file_facts(source)


def test_a_name_that_says_something_else_is_a_measured_fact(tmp_path: Path) -> None:
    source = encode(tmp_path / "v.mp3", sound(1, rate=RATE), rate=RATE, codec="libmp3lame")
    wrong = source.rename(tmp_path / "v.wav")
    (fact,) = [each for each in file_facts(wrong) if each.name == "disagreement: name"]
    assert fact.stated.value == "the name ends in .wav; the content is MP3"
    assert fact.stated.standing is Standing.MEASURED


def test_rubbish_in_front_of_a_recording_is_a_measured_fact(tmp_path: Path) -> None:
    source = encode(tmp_path / "v.mp3", sound(2, rate=RATE), rate=RATE, codec="libmp3lame")
    source.write_bytes(b"\x01\x02\x03rubbish " * 50 + source.read_bytes())
    assert "disagreement: first bytes" in shown(file_facts(source))


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("v.m4a", "aac", None),
        ("v.mp3", "libmp3lame", None),
        ("v.flac", "flac", None),
        ("v.opus", "libopus", "ogg"),
        ("v.webm", "libopus", None),
        ("v.wav", "pcm_s16le", None),
        ("v.aiff", "pcm_s16be", None),
        ("v.aac", "aac", "adts"),
        ("v.3gp", "aac", None),
        ("v.mka", "flac", None),
        ("v.wv", "wavpack", None),
        ("v.caf", "alac", None),
    ],
)
def test_a_sound_recording_that_is_what_it_says_has_no_disagreement_about_its_kind(
    tmp_path: Path, name: str, codec: str, container: str | None
) -> None:
    rate = 48_000
    source = encode(
        tmp_path / name, sound(1, rate=rate), rate=rate, codec=codec, container=container
    )
    measurement, _ = read_recording(source)
    kinds = ("name", "first bytes", "format")
    assert not {f"disagreement: {each}" for each in kinds} & set(shown(measurement.facts))


def test_a_header_of_another_length_is_a_measured_fact(tmp_path: Path) -> None:
    source = encode(tmp_path / "v.flac", sound(4, rate=RATE), rate=RATE, codec="flac")
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    values = shown(read_recording(source)[0].facts)
    assert values["length in the header"] == "0:04.000"
    assert values["disagreement: length, header"].startswith("header: 0:04.000; decoded: 0:0")
    assert "could not be decoded" in values["decode errors"]


def test_a_sound_file_of_true_length_has_no_disagreement(tmp_path: Path) -> None:
    values = shown(read_recording(write_wav(tmp_path / "v.wav", sound(3)))[0].facts)
    assert not [name for name in values if name.startswith("disagreement")]


def test_more_than_one_audio_track_is_a_fact_and_the_first_is_used(tmp_path: Path) -> None:
    one, two = sound(1, rate=RATE), sound(2, rate=RATE, channels=2)
    source = encode(tmp_path / "v.mka", one, two, rate=RATE, codec="flac")
    measurement, _ = read_recording(source)
    assert shown(measurement.facts)["audio tracks"] == "2"
    assert (measurement.sample_count, measurement.channels) == (RATE, 1)


@pytest.mark.parametrize(
    ("tag", "bits", "expected"),
    [
        (1, 8, "16 bits: 8-bit samples, widened to 16 bits with the same value"),
        (1, 24, "24 bits: the file's own whole numbers, unchanged"),
        (3, 32, "16 bits: the decoder gives finer values, which are rounded"),
    ],
)
def test_the_form_of_a_clips_samples_is_a_measured_fact(
    tmp_path: Path, tag: int, bits: int, expected: str
) -> None:
    source = write_raw_wav(tmp_path / "v.wav", bytes(24_000), tag=tag, bits=bits)
    assert shown(read_recording(source)[0].facts)["samples of a clip"] == expected


def test_text_of_a_file_is_put_on_one_line_and_cut() -> None:
    assert plain("a\x00b\n\tc\u2028d\ud800") == "a b c d?"
    assert len(plain("x" * 5000)) == 200


@needs_corpus
@pytest.mark.parametrize(
    ("name", "fact", "value"),
    [
        (
            "mutagen/example.opus",
            "disagreement: length, header",
            "header: 0:12.720; decoded: 0:11.354",
        ),
        ("mutagen/silence-2s-PCM-16000-08-ID3v23.wav", "besides sound", "a picture"),
        ("videogrep/manifesto.mp4", "besides sound", "video"),
    ],
)
def test_what_odd_files_say(name: str, fact: str, value: str) -> None:
    assert shown(read_recording(CORPUS / name)[0].facts)[fact] == value


def test_a_file_that_cannot_be_opened_has_no_facts(tmp_path: Path) -> None:
    (tmp_path / "x.mp3").write_bytes(b"nothing")
    with pytest.raises(RecordingUnreadable):
        file_facts(tmp_path / "x.mp3")
