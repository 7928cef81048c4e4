# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recordings, passages and transcripts that cannot be used: what is said, and that nothing is lost."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_cli import TRANSCRIPT, noise
from support_sound import encode, needs_ffmpeg, sound, write_wav

import evidencekit as ek

if TYPE_CHECKING:
    from support_cli import Desk

TIMES = 'from = "0:00.500"\nto = "0:01.500"'


def log(desk: Desk) -> bytes:
    path = desk.folder / "custody.jsonl"
    return path.read_bytes() if path.exists() else b""


def shown(desk: Desk) -> list[str]:
    return [f"{each.subject}: {each.message}" for each in ek.open_package(desk.out).findings]


def pages(desk: Desk) -> str:
    import pypdf

    pdf = ek.open_package(desk.out).pdf_path
    return " ".join(" ".join(each.extract_text() for each in pypdf.PdfReader(pdf).pages).split())


def test_a_missing_recording_is_named(desk: Desk) -> None:
    desk.recording.unlink()
    desk.refused("recordings/visit.wav does not exist. Put it there, or correct its path.")


def test_all_that_is_missing_is_named_at_once(desk: Desk) -> None:
    for each in (desk.recording, desk.transcript, desk.letter):
        each.unlink()
    result = desk.refused()
    assert result.stderr.splitlines() == [
        "recordings/visit.wav does not exist. Put it there, or correct its path.",
        "transcripts/visit.vtt does not exist. Put it there, or correct its path.",
        (
            "documents/letter.pdf was not found. Name a copy that can be opened as file, or use "
            "--placeholder letter to print the reason in its place."
        ),
        "Nothing was built.",
    ]


def test_a_name_in_other_capitals_is_pointed_out(desk: Desk) -> None:
    desk.recording.rename(desk.recording.with_name("Visit.wav"))
    if desk.recording.exists():
        pytest.skip("this file system takes both for one name")
    desk.refused("recordings/visit.wav does not exist.", "differs only in capitals")


def test_an_empty_recording_is_not_taken_in(desk: Desk) -> None:
    desk.recording.write_bytes(b"")
    desk.refused("recordings/visit.wav is empty")
    assert log(desk) == b""


@pytest.mark.parametrize("size", [3, 30, 43])
def test_a_recording_cut_off_in_its_header_is_not_taken_in(desk: Desk, size: int) -> None:
    desk.recording.write_bytes(desk.recording.read_bytes()[:size])
    desk.refused("recordings/visit.wav", "damaged, cut short, or not a recording")
    assert log(desk) == b""


def test_a_clip_beyond_where_a_recording_was_cut_off_says_that_it_may_have_been(desk: Desk) -> None:
    desk.recording.write_bytes(desk.recording.read_bytes()[:9000])
    desk.refused(
        "visit clip 1: the span 0:00.500 to 0:01.500 reaches beyond the recording, which is "
        "0:00.559 long. The file's header says 0:03.000: it may have been cut short",
        "an id of its own",
        taken_in=True,
    )


def test_a_recording_cut_off_behind_its_clips_is_built_and_shown_to_be_short(desk: Desk) -> None:
    whole = encode(desk.recording.with_suffix(".mp3"), sound(3), codec="libmp3lame")
    data = whole.read_bytes()
    whole.write_bytes(data[: 3 * len(data) // 4])
    desk.change("visit.wav", "visit.mp3")
    result = desk.build()
    assert result.exit_code == 0, result.stderr
    assert "EK-R001" in result.stdout
    said = next(each for each in shown(desk) if "decoded: 0:02." in each)
    assert said.startswith("visit: header: 0:03.")
    assert "decoded: 0:02." in pages(desk)


@pytest.mark.parametrize(
    "content",
    [b"Dear Sir, please find attached. " * 40, b"%PDF-1.7\n%\xe2\xe3\n" * 40, bytes(5000)],
    ids=["a letter", "a PDF", "zeros"],
)
def test_what_is_no_recording_is_not_taken_in_and_the_right_file_can_follow(
    desk: Desk, content: bytes
) -> None:
    right = desk.recording.read_bytes()
    desk.recording.write_bytes(content)
    desk.refused("recordings/visit.wav", "not a recording")
    assert log(desk) == b""
    desk.recording.write_bytes(right)
    assert desk.build().exit_code == 0


@needs_ffmpeg
def test_a_film_without_sound_is_not_taken_in(desk: Desk) -> None:
    film = desk.recording.with_suffix(".mp4")
    source = ("-f", "lavfi", "-i", "color=size=32x32:rate=5:duration=1")
    subprocess.run(["ffmpeg", "-v", "error", *source, film], check=True)
    desk.change("visit.wav", "visit.mp4")
    desk.refused("recordings/visit.mp4 holds no sound, only video.")
    assert log(desk) == b""


def test_a_recording_with_no_samples_is_not_taken_in(desk: Desk) -> None:
    write_wav(desk.recording, np.zeros((0, 1), dtype=np.int16))
    desk.refused("recordings/visit.wav holds no sound")
    assert log(desk) == b""


def test_a_wrong_ending_is_built_and_the_disagreement_shown(desk: Desk) -> None:
    desk.recording.rename(desk.recording.with_suffix(".mp3"))
    desk.change("visit.wav", "visit.mp3")
    result = desk.build()
    assert result.exit_code == 0, result.stderr
    assert "visit: the name ends in .mp3; the content is WAV. Printed in its schedule." in (
        " ".join(result.stdout.split())
    )
    assert "the name ends in .mp3; the content is WAV" in pages(desk)
    assert (desk.out / "data/recordings/visit.mp3").is_file()
    assert ek.verify(desk.out).ok


def test_a_recording_that_changed_since_intake_is_refused_naming_both_digests(built: Desk) -> None:
    first = ek.verify(built.out)
    entry = json.loads(log(built).splitlines()[0])
    write_wav(built.recording, noise(3))
    result = built.refused(
        "recordings/visit.wav is not the file that was taken in.",
        f"sha256 {entry['digests']['sha256']}",
        "Restore the first copy; if this is another recording, give",
    )
    assert len(set(result.stderr.split()) & {entry["digests"]["sha256"]}) == 1
    assert ek.verify(built.out) == first


def test_a_recording_that_changed_by_one_tag_is_refused(built: Desk) -> None:
    with built.recording.open("ab") as file:
        file.write(b"LIST\x04\x00\x00\x00INFO")
    built.refused("is not the file that was taken in")


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("0:00.100", "the passage 0:00.500 to 0:00.100 ends before it starts"),
        ("0:00.500", "the passage 0:00.500 to 0:00.500 is of zero length"),
    ],
)
def test_a_passage_without_a_stretch_is_refused_before_anything_is_read(
    desk: Desk, end: str, said: str
) -> None:
    desk.change('to = "0:01.500"', f'to = "{end}"')
    desk.refused(f"matter.toml:14 [recordings.visit] clip 1 to: {said}", code=3)
    assert log(desk) == b""


def test_a_passage_beyond_the_end_is_refused_with_the_length(desk: Desk) -> None:
    desk.change('to = "0:01.500"', 'to = "0:03.001"')
    desk.refused(
        "visit clip 1: the span 0:00.500 to 0:03.001 reaches beyond the recording, which is "
        "0:03.000 long. Correct its times.",
        taken_in=True,
    )


def test_a_passage_to_the_very_end_is_cut(desk: Desk) -> None:
    desk.change('to = "0:01.500"', 'to = "0:03.000"')
    assert desk.build().exit_code == 0


def test_a_quote_that_does_not_occur_is_refused_without_being_repeated(desk: Desk) -> None:
    desk.change(TIMES, 'quote = "Zuleika rang nobody"')
    result = desk.refused("visit clip 1: the words given as quote were not found", taken_in=True)
    assert "Zuleika" not in result.output


def test_a_quote_that_occurs_twice_is_refused_with_both_places(desk: Desk) -> None:
    text = f"{TRANSCRIPT}\n00:02.000 --> 00:02.500\nWho heard nobody?\n"
    desk.transcript.write_text(text, encoding="utf-8")
    desk.change(TIMES, 'quote = "heard nobody"')
    desk.refused("occur 2 times, at 0:01.000 to 0:02.000; 0:02.000 to 0:02.500", taken_in=True)


@pytest.mark.parametrize("key", ["quote", "first_words"])
def test_words_of_a_recording_without_a_transcript_are_refused(desk: Desk, key: str) -> None:
    desk.change(TIMES, f'{key} = "heard nobody"' + (f"\n{TIMES}" if key != "quote" else ""))
    desk.change('transcript = { file = "transcripts/visit.vtt" }\n', "")
    desk.refused(
        f"matter.toml:12 [recordings.visit] clip 1 {key}: this recording has no transcript",
        code=3,
    )


def test_a_transcript_that_is_not_utf_8_is_refused_with_its_line(desk: Desk) -> None:
    desk.transcript.write_bytes(TRANSCRIPT.replace("rung", "rüng").encode("latin-1"))
    desk.refused("transcripts/visit.vtt:4:", 'encoding = "cp1252"', taken_in=True)
    desk.change('"transcripts/visit.vtt" }', '"transcripts/visit.vtt", encoding = "cp1252" }')
    assert desk.build().exit_code == 0


def test_a_transcript_beyond_its_recording_is_built_and_shown(desk: Desk) -> None:
    text = f"{TRANSCRIPT}\n00:02.500 --> 00:59.000\nStill there.\n"
    desk.transcript.write_text(text, encoding="utf-8")
    result = desk.build()
    assert result.exit_code == 0, result.stderr
    assert any("goes beyond the recording, which is 0:03.000 long" in each for each in shown(desk))
    assert "EK-T001" in result.stdout


@pytest.mark.parametrize("cue", ["00:00.500 --> 00:00.100", "00:00.100 --> 00:00.400"])
def test_a_transcript_that_goes_backwards_is_built_and_shown(desk: Desk, cue: str) -> None:
    desk.transcript.write_text(f"{TRANSCRIPT}\n{cue}\nBack again.\n", encoding="utf-8")
    result = desk.build()
    assert result.exit_code == 0, result.stderr
    assert "EK-T002" in result.stdout
    assert (desk.out / "data/transcripts/visit.vtt").read_bytes() == desk.transcript.read_bytes()


@pytest.mark.parametrize("content", [b"", b"\x00" * 50, b"Dear Sir,\n\nplease find attached.\n"])
def test_what_is_no_transcript_is_refused(desk: Desk, content: bytes) -> None:
    desk.transcript.write_bytes(content)
    desk.refused("transcripts/visit.vtt", taken_in=True)
