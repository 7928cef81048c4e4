# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real files: the same speech in three formats, and other libraries' odd samples."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from evidencekit.errors import TranscriptError
from evidencekit.transcript.check import check_transcript
from evidencekit.transcript.compare import compare_transcripts
from evidencekit.transcript.read import read_transcript

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
VIDEOGREP = CORPORA / "media" / "videogrep"
SAMPLES = CORPORA / "transcripts" / "webvtt-py"

needs_videogrep = pytest.mark.skipif(
    not (VIDEOGREP / "manifesto.json").is_file(), reason="the corpus of recordings is not here"
)
needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the corpus of transcripts is not here"
)


def _read(path):
    return read_transcript(path, name=path.name)


@needs_videogrep
def test_a_programs_words_are_laid_over_every_cue_of_a_real_recording():
    cues = _read(VIDEOGREP / "manifesto.json").cues
    assert len(cues) > 5
    assert all(len(cue.words) == len(cue.text.split()) for cue in cues)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(cues))


@needs_videogrep
def test_two_programs_transcripts_of_one_recording_differ_in_few_words():
    difference = compare_transcripts(
        _read(VIDEOGREP / "manifesto.json"), _read(VIDEOGREP / "manifesto.srt")
    )
    assert difference.changes[0].before == "audiobook"
    assert difference.changes[0].after == "audio book"
    assert 850 < difference.unchanged_per_mille < 1000


@needs_videogrep
def test_captions_that_roll_are_found_in_a_real_file():
    transcript = _read(VIDEOGREP / "manifesto.vtt")
    assert "EK-T029" in [each.code for each in check_transcript(transcript, length_ms=10**9)]


@needs_samples
@pytest.mark.parametrize(
    ("name", "read", "seen"),
    [
        ("sample.sbv", 5, 5),
        ("two_captions.sbv", 2, 2),
        ("missing_caption_text.sbv", 5, 5),
        ("missing_timeframe.sbv", 4, 4),
        ("invalid_timeframe.sbv", 4, 5),
    ],
)
def test_samples_of_sbv_are_read_cue_for_cue(name, read, seen):
    transcript = _read(SAMPLES / name)
    assert (transcript.format, len(transcript.cues), transcript.cues_seen) == ("sbv", read, seen)


@needs_samples
def test_every_sample_is_read_or_refused_with_the_reason():
    refused = {}
    for path in sorted(SAMPLES.iterdir()):
        try:
            assert _read(path).cues_seen >= 0
        except TranscriptError as error:
            refused[path.name] = error.reason.partition(":")[0].partition("(")[0].strip()
    assert set(refused) <= {
        path.name for path in SAMPLES.iterdir() if "invalid" in path.name or "empty" in path.name
    }
