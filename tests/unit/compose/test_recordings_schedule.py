# SPDX-License-Identifier: AGPL-3.0-or-later
"""The schedule of all recordings held."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve
from support_parts import lines_of, targets_of, text_of

from evidencekit.compose.plan import flat
from evidencekit.compose.recordings import recorded_at, recordings_part
from evidencekit.model.clip import Fact
from evidencekit.model.digest import Digest
from evidencekit.model.moment import Moment
from evidencekit.model.stated import from_file, measured, told

DIFFERENT = "The difference has not been explained."
NOT_COMPARED = "The two were not compared, because one is not an exact date or time."


def times(material, moment, said):
    read = material.recordings[0]
    facts = (
        (Fact(name="creation_time", stated=from_file(said, source="creation_time")),)
        if said
        else ()
    )
    stated = told(Moment.of(moment), by="amara") if moment else None
    read = evolve(
        read,
        recording=evolve(read.recording, recorded_at=stated),
        measurement=evolve(read.measurement, facts=facts),
    )
    return [(flat(row.text), row.standing) for row in recorded_at(material.matter, read)]


def test_told_and_file_times_stand_side_by_side_and_their_difference_is_said(material):
    part = recordings_part(material, None, None)
    assert lines_of(part)[3:6] == [
        "Recorded at | 11 March 2026, 14:05 | T",
        "Recorded at | The file says: 2026-03-11T14:07:22Z. | F",
        f"Recorded at | {DIFFERENT} | ",
    ]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-03-11T14:05:00+00:00", "2026-03-11T14:05:22Z"),
        ("2026-06-11T14:05:00+01:00", "2026-06-11T13:05:00Z"),
        ("2026-03-11", "2026-03-11T14:07:22Z"),
        ("2026-06-12", "2026-06-11T23:30:00Z"),
        ("2026-03-11", "2026-03-11"),
        ("some time", "some time"),
    ],
)
def test_times_that_agree_as_far_as_they_are_written_are_printed_without_comment(
    material, moment, said
):
    assert [standing for _, standing in times(material, moment, said)] == ["T", "F"]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-03-11T14:05:00+00:00", "2026-03-11T14:06:00Z"),
        ("2026-03-11T14:05:10+00:00", "2026-03-11T14:05:22Z"),
        ("2026-03-11", "2026-03-12T00:00:01Z"),
        ("2026-06-11T14:05:00+01:00", "2026-06-11T14:05:00Z"),
    ],
)
def test_times_that_differ_are_said_to_differ(material, moment, said):
    assert times(material, moment, said)[-1] == (DIFFERENT, "")


@pytest.mark.parametrize("moment", ["13 March 2026, in the afternoon"])
def test_words_and_a_time_are_not_compared_and_the_page_says_so(material, moment):
    assert times(material, moment, "2026-03-13T15:00:00Z") == [
        (moment, "T"),
        ("The file says: 2026-03-13T15:00:00Z.", "F"),
        (NOT_COMPARED, ""),
    ]


def test_a_file_time_alone_is_printed_under_not_stated(material):
    assert times(material, None, "2026-03-13T15:00:00Z") == [
        ("not stated", ""),
        ("The file says: 2026-03-13T15:00:00Z.", "F"),
    ]


def test_a_told_time_alone_is_printed_without_comment(material):
    assert times(material, dt.date(2026, 3, 11), None) == [("11 March 2026", "T")]


def test_what_was_told_prints_in_its_own_words(material):
    lines = lines_of(recordings_part(material, None, None))
    assert "Why it was made | I have dyslexia. I had asked to record and was refused. | T" in lines
    assert "Made by | Amara Dean | T" in lines
    assert "Is it whole | yes | T" in lines
    assert "Was it edited | no | T" in lines
    assert "Where the whole is | to be served | T" in lines


def test_somebody_else_who_told_something_is_named(material):
    read = material.recordings[0]
    recording = evolve(read.recording, place=told("the kitchen", by="price"))
    part = recordings_part(
        evolve(material, recordings=(evolve(read, recording=recording),)), None, None
    )
    assert "Place | the kitchen (told by Owen Price) | T" in lines_of(part)


def test_nothing_is_filled_in(bare_material):
    lines = lines_of(recordings_part(bare_material, None, None))
    for name in ("Recorded at", "Place", "Device", "Why it was made", "Is it whole",
                 "Was it edited", "Where the whole is", "Copies"):  # fmt: skip
        assert f"{name} | not stated | " in lines
    assert "Transcript | none supplied | " in lines


def test_device_as_told_stands_beside_the_device_of_the_file(material):
    lines = lines_of(recordings_part(material, None, None))
    start = next(n for n, line in enumerate(lines) if line.startswith("Device"))
    assert lines[start + 1 : start + 3] == [
        "Device | The file says: samsung (make). | F",
        "Device | The file says: SM-A546B (model). | F",
    ]


def test_a_place_in_the_file_is_mentioned_and_not_printed(material):
    read = material.recordings[0]
    fact = Fact(name="location", stated=from_file("+51.5-000.1/", source="location"))
    read = evolve(read, measurement=evolve(read.measurement, facts=(fact,)))
    text = text_of(recordings_part(evolve(material, recordings=(read,)), None, None))
    assert "Place | The file holds a location. It is not printed here. | F" in text
    assert "51.5" not in text


def test_anything_else_found_in_the_file_is_printed(material):
    read = material.recordings[0]
    facts = (
        Fact(name="encoder", stated=from_file("Lavf", source="encoder")),
        Fact(name="length by a second reader", stated=measured("142.1 s", by="mutagen")),
    )
    read = evolve(read, measurement=evolve(read.measurement, facts=facts))
    lines = lines_of(recordings_part(evolve(material, recordings=(read,)), None, None))
    assert "Also | encoder: Lavf | F" in lines
    assert "Also | length by a second reader: 142.1 s | M" in lines


def test_what_was_measured_is_marked_as_measured(material):
    lines = lines_of(recordings_part(material, None, None))
    assert "Length | 2:22.000 (142.000 s; 6,262,200 samples at 44,100 a second) | M" in lines
    assert f"SHA-256 | {material.recordings[0].digest.value} | M" in lines
    assert "File | visit.m4a, 1,234,567 bytes | M" in lines
    assert "Decoded with | no errors in decoding | M" in lines


def test_errors_in_decoding_are_said_plainly(material):
    read = material.recordings[0]
    read = evolve(read, measurement=evolve(read.measurement, decode_errors=3))
    text = text_of(recordings_part(evolve(material, recordings=(read,)), None, None))
    assert "3 errors in decoding; the length counts only what was decoded" in text


def test_every_recording_held_is_there_whether_used_or_not(material):
    unused = evolve(material.recordings[1], clips=())
    part = recordings_part(
        evolve(material, recordings=(material.recordings[0], unused)), None, None
    )
    assert "R2: Voicemail from Mr Price" in lines_of(part)
    assert "none: this recording is held and no clip of it is used" in text_of(part)


def test_clips_are_linked_from_their_recording(material):
    assert {"clip:1", "clip:2", "clip:3"} <= targets_of(recordings_part(material, None, None))


def test_a_matter_that_holds_no_recording_says_so(material):
    part = recordings_part(evolve(material, recordings=()), None, None)
    assert "No recording is held in this matter." in lines_of(part)


def test_one_exact_time_that_agrees_is_enough_where_another_is_only_a_year(material):
    read = material.recordings[0]
    facts = (
        Fact(name="creation time", stated=from_file("2026-03-11T14:05:22Z", source="x")),
        Fact(name="date tag", stated=from_file("2026", source="date")),
    )
    read = evolve(read, measurement=evolve(read.measurement, facts=facts))
    assert [flat(row.text) for row in recorded_at(material.matter, read)] == [
        "11 March 2026, 14:05",
        "The file says: 2026-03-11T14:05:22Z (creation time).",
        "The file says: 2026 (date tag).",
    ]


def test_container_and_codec_are_what_the_file_says(material):
    lines = lines_of(recordings_part(material, None, None))
    assert "Codec | AAC LC | F" in lines
    assert "Codec | aac, in mov,mp4,m4a,3gp,3g2,mj2 | M" in lines  # the voicemail states none


def rows(material):
    return lines_of(recordings_part(material, None, None))


def with_visit(material, *, measured=None, told=None, **changes):
    """Return the material with its first recording changed."""
    read, *others = material.recordings
    read = evolve(
        read,
        measurement=evolve(read.measurement, **(measured or {})),
        recording=evolve(read.recording, **(told or {})),
        **changes,
    )
    return evolve(material, recordings=(read, *others))


def test_several_tracks_are_said_whether_or_not_one_was_chosen(material):
    used = "Audio track | the first of 3: none was chosen, and tracks are never mixed | M"
    assert used in rows(with_visit(material, measured={"tracks": 3}))
    chosen = with_visit(
        material, measured={"tracks": 3, "track": 2, "channels": 2}, told={"track": 2, "channel": 1}
    )
    assert "Audio track | 2 of 3, as chosen | T" in rows(chosen)
    assert "Clips hold | channel 1 of 2 (left) alone, as chosen | T" in rows(chosen)
    assert "Audio track" not in "\n".join(rows(material))


def test_the_same_sound_under_other_tags_and_the_same_file_are_said(material):
    samples = Digest("sha256", "5" * 64)
    read, other = material.recordings
    same = evolve(
        material,
        recordings=(evolve(read, samples_digest=samples), evolve(other, samples_digest=samples)),
    )
    assert (
        "Same sound | sample for sample the same as R2, Voicemail from Mr Price, which is another "
        "file, as when a program rewrites a file’s tags | M"
    ) in rows(same)
    twice = evolve(material, recordings=(read, evolve(other, digest=read.digest)))
    assert "Same file | byte for byte the same as R2, Voicemail from Mr Price | M" in rows(twice)
    assert not [each for each in rows(material) if each.startswith("Same")]
