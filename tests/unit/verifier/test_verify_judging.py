# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said where a recording is decoded by another version, or on another processor."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.compose.coverage import gaps_between, merged
from evidencekit.model.clip import Decoder
from evidencekit.model.findings import Severity
from evidencekit.model.timecode import SampleRange
from evidencekit.verifier.coverage import check_coverage
from evidencekit.verifier.decoding import ComparedClip, Decoded
from evidencekit.verifier.judging import judge_clip, judge_recording

DECODER = Decoder(
    name="aac",
    library="av",
    library_version="18.1.0",
    ffmpeg_version="8.1.2",
    machine="x86_64",
    container="mov",
    sample_format="fltp",
)
RESULT = ComparedClip(
    equal=False,
    max_difference=1,
    first_difference=120,
    compared=100,
    length_matches=True,
    form_matches=True,
    clip_sample_count=100,
    clip_sha256="a",
    recording_sha256="b",
    unreadable=None,
)
CLIP: dict[str, Any] = {
    "number": 1,
    "samples": {"first": 100, "end": 200},
    "samples_sha256": "a",
    "decoder": {
        "name": "aac",
        "library": "av",
        "library_version": "18.1.0",
        "ffmpeg_version": "8.1.2",
        "machine": "x86_64",
        "container": "mov",
        "sample_format": "fltp",
    },
}
RECORDING: dict[str, Any] = {
    "id": "visit",
    "measured": {"sample_count": 1000, "decode_errors": 0, "decoder": CLIP["decoder"]},
}
OTHER = evolve(DECODER, library_version="19.0.2", ffmpeg_version="9.0.2")


def decoded(**changes: Any) -> Decoded:
    given: dict[str, Any] = {"sample_count": 1000, "decode_errors": 0, "decoder": DECODER}
    return Decoded(clips=(), **{**given, **changes})


@pytest.mark.parametrize(
    ("result", "now", "verdict", "code"),
    [
        (evolve(RESULT, equal=True), decoded(), "equal", None),
        (RESULT, decoded(), "error", "EK-V009"),
        (RESULT, decoded(decoder=OTHER), "near", "EK-V008"),
        (RESULT, decoded(decoder=evolve(DECODER, machine="arm64")), "near", "EK-V008"),
        (evolve(RESULT, max_difference=2), decoded(decoder=OTHER), "error", "EK-V009"),
        (RESULT, decoded(decoder=evolve(OTHER, sample_format="s16p")), "error", "EK-V009"),
        (evolve(RESULT, form_matches=False), decoded(decoder=OTHER), "error", "EK-V009"),
        (evolve(RESULT, unreadable="is empty"), decoded(), "error", "EK-V003"),
        (
            evolve(RESULT, length_matches=False, max_difference=0, first_difference=None),
            decoded(decoder=OTHER, sample_count=190),
            "not checked",
            "EK-V013",
        ),
        (
            evolve(RESULT, length_matches=False, max_difference=0, first_difference=None),
            decoded(sample_count=190),
            "error",
            "EK-V009",
        ),
    ],
)
def test_a_clip_is_judged_by_its_samples_and_by_what_decoded_them(
    result: ComparedClip, now: Decoded, verdict: str, code: str | None
) -> None:
    found, finding = judge_clip(CLIP, RECORDING, result, now)
    assert (found, finding and finding.code) == (verdict, code)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (decoded(), []),
        (decoded(sample_count=999), [("EK-V011", Severity.ERROR)]),
        (decoded(decode_errors=1), [("EK-V011", Severity.ERROR)]),
        (decoded(sample_count=990, decoder=OTHER), [("EK-V012", Severity.NOTE)]),
        (decoded(decoder=evolve(DECODER, name="aac_fixed")), [("EK-V011", Severity.ERROR)]),
        (decoded(decoder=evolve(OTHER, name="aac_fixed")), []),
    ],
)
def test_another_version_may_give_another_length_and_the_same_may_not(
    now: Decoded, said: list[tuple[str, Severity]]
) -> None:
    assert [(each.code, each.severity) for each in judge_recording(RECORDING, now)] == said


RANGES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 40)).map(lambda pair: (pair[0], sum(pair))),
    max_size=6,
)


@given(RANGES, st.integers(1, 70))
def test_coverage_is_worked_out_as_the_pages_have_it(
    ranges: list[tuple[int, int]], count: int
) -> None:
    used = merged([SampleRange(*each) for each in ranges], sample_count=count)
    samples = sum(each.count for each in used)
    record = {
        "clips": [
            {"recording": "visit", "samples": {"first": first, "end": end}} for first, end in ranges
        ],
        "recordings": [{"id": "visit", "measured": {"sample_count": count, "sample_rate": 1000}}],
        "coverage": [
            {
                "recording": "visit",
                "length_ms": count,
                "sample_count": count,
                "used_samples": samples,
                "used_ms": samples,
                "share_per_mille": samples * 1000 // count,
                "used": [{"first": each.first, "end": each.end} for each in used],
                "gaps": [
                    {"first": each.first, "end": each.end}
                    for each in gaps_between(used, sample_count=count)
                ],
            }
        ],
    }
    assert check_coverage(record) == ()
    record["coverage"][0]["used_samples"] += 1
    assert [each.subject for each in check_coverage(record)] == ["visit"]
