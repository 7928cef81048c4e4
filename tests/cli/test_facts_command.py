# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a recording says of itself, and where it says it was made: only for who asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pymupdf
import pytest
from support_cli import Desk, tree
from support_sound import CORPUS, encode, needs_corpus, sound

if TYPE_CHECKING:
    from pathlib import Path

PLACES = {
    "location": "+51.5033-000.1195/",
    "com.apple.quicktime.location.ISO6709": "+51.5033-000.1196+012.000/",
}
TOLD = ("51.5033", "000.119")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.recording.unlink()
    desk.recording = desk.folder / "recordings/visit.mov"
    tags = {**PLACES, "creation_time": "2026-03-11T14:07:22.000000Z"}
    options = {"movflags": "use_metadata_tags"}
    encode(desk.recording, sound(3, rate=44_100), rate=44_100, options=options, tags=tags)
    desk.change("visit.wav", "visit.mov")
    return desk


def everything_in(folder: Path) -> str:
    """Return the bytes of every file below *folder*, and the words of every PDF, as text."""
    data = [each for _, each in sorted(tree(folder).items()) if isinstance(each, bytes)]
    words = []
    for path in folder.rglob("*.pdf"):
        with pymupdf.open(path) as document:
            words += [page.get_text() for page in document]
            words.append(str(document.metadata))
    return b"".join(data).decode("latin-1") + "".join(words)


def test_what_the_file_says_stands_beside_what_is_measured(desk: Desk) -> None:
    result = desk.run("facts", "recordings/visit.mov")
    assert result.exit_code == 0, result.output
    lines = [" ".join(each.split()) for each in result.stdout.splitlines()]
    assert "creation time F 2026-03-11T14:07:22Z" in lines
    assert "length, decoded M 0:03.018: 133,120 samples, 44,100 a second, 1 channel" in lines
    assert "location F present, not shown" in lines
    assert not any(each in result.output for each in TOLD)
    document = json.loads(desk.run("facts", "recordings/visit.mov", "--json").stdout)
    (said,) = [each for each in document["facts"] if each["name"] == "location"]
    assert (said["value"], said["standing"]) == ("present, not shown", "file")


def test_a_location_is_shown_to_who_asks_with_its_standing_and_its_key(desk: Desk) -> None:
    result = desk.run("facts", "recordings/visit.mov", "--location", "--json")
    facts = json.loads(result.stdout)["facts"]
    said = [each for each in facts if each["name"].startswith("location")]
    assert {each["value"] for each in said} == set(PLACES.values())
    assert {each["standing"] for each in said} == {"file"}
    assert {each["source"] for each in said} <= set(PLACES)
    printed = desk.run("facts", "recordings/visit.mov", "--location").stdout
    assert "location                   F  +51.5033-000.1196+012.000/" in printed
    assert "present, not shown" not in printed


def test_a_file_without_a_location_says_so_to_who_asks(desk: Desk, tmp_path: Path) -> None:
    path = encode(tmp_path / "plain.m4a", sound(1, rate=44_100), rate=44_100)
    assert "location                   F  the file holds none" in (
        desk.run("facts", path, "--location").stdout
    )
    assert "location" not in desk.run("facts", path).stdout


def test_a_location_is_in_nothing_that_is_made_unless_it_is_in_the_original(desk: Desk) -> None:
    said = ""
    steps = (
        ("intake", "matter.toml", "--by", "a clerk"),
        ("validate", "matter.toml"),
        ("build", "matter.toml", "-o", desk.out, "--originals", "leave"),
        ("verify", desk.out, "--recordings", "recordings", "--json"),
        ("serve", desk.out, "--to", "the court", "-o", desk.outs / "served"),
        ("show", desk.out, "--json"),
        ("log", "."),
        (
            "clip",
            "recordings/visit.mov",
            "--from",
            "0:01",
            "--to",
            "0:02",
            "-o",
            desk.outs / "c.wav",
        ),
    )
    for step in steps:
        result = desk.run(*step)
        assert result.exit_code == 0, result.output
        said += result.output
    kept = {path: each for path, each in tree(desk.folder).items() if not path.endswith(".mov")}
    beside = b"".join(each for each in kept.values() if isinstance(each, bytes)).decode("latin-1")
    for text in (said, beside, everything_in(desk.outs)):
        assert not any(each in text for each in TOLD)
    assert "The file holds a location. It is not printed here." in " ".join(
        everything_in(desk.out).split()
    )


def test_what_cannot_be_read_is_refused_with_code_4(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty.m4a").touch()
    for path in (tmp_path / "empty.m4a", tmp_path / "none.m4a"):
        result = desk.run("facts", path)
        assert (result.exit_code, path.name in result.stderr) == (4, True)
    assert desk.run("facts", desk.recording, "--track", "2").exit_code == 4


@needs_corpus
def test_disagreements_of_a_real_file_are_lines_of_their_own(desk: Desk) -> None:
    (path,) = CORPUS.rglob("vbri.mp3")
    words = " ".join(desk.run("facts", path).stdout.split())
    assert "disagreement: length, header M header: " in words
