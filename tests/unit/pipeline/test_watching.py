# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recordings that are videos: the exact sound, a copy to watch, stills, and what is said of each."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest
from attrs import frozen
from support_film import film
from support_sound import sound, write_wav

import evidencekit as ek
from evidencekit.errors import EvidenceError
from evidencekit.matterfile.load import load_matter
from evidencekit.matterfile.schema import validate
from evidencekit.package.names import viewing_copy_name
from evidencekit.pdfread import page_text
from evidencekit.pipeline.statement import write_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NOW = dt.datetime(2026, 6, 1, 9, 0, tzinfo=dt.UTC)
MATTER = """schema = "evidencekit/matter/1"
[case]
title = "Re E (A Child)"
[people]
amara = "Amara Dean"
[recordings.door]
file = "door.mkv"
title = "The door"
made_by = "amara"
whole_recording = "served"
{earlier}
[[recordings.door.clip]]
title = "Asked to leave"
from = "0:01.25"
to = "0:03.00"
[recordings.call]
file = "call.wav"
title = "The call"
made_by = "amara"
[[recordings.call.clip]]
title = "Called"
from = "0:00.5"
to = "0:01.5"
"""
EARLIER = """[[recordings.door.clip]]
title = "Before it"
from = "0:00.2"
to = "0:01.0"
"""


@frozen(kw_only=True)
class Door:
    folder: Path
    package: ek.Package

    @property
    def record(self) -> dict[str, Any]:
        return json.loads((self.package.path / "data/bundle.json").read_text("utf-8"))


def make_folder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    film(folder / "door.mkv")
    write_wav(folder / "call.wav", sound(2))
    return folder


def build(folder: Path, into: Path, *, earlier: str = "") -> ek.Package:
    path = folder / "matter.toml"
    path.write_text(MATTER.format(earlier=earlier), "utf-8")
    matter = load_matter(path)
    ek.intake(matter, folder=folder, by="Ruth Kemp", now=NOW)
    return ek.build(matter, folder=folder, into=into, now=NOW)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Door:
    folder = make_folder(tmp_path_factory.mktemp("door") / "matter")
    return Door(folder=folder, package=build(folder, folder.parent / "out"))


@pytest.fixture
def copy(door: Door, tmp_path: Path) -> Path:
    return Path(shutil.copytree(door.package.path, tmp_path / "package"))


def clip_of(record: dict[str, Any], recording: str) -> dict[str, Any]:
    return next(each for each in record["clips"] if each["recording"] == recording)


def texts(package: ek.Package) -> Iterator[str]:
    for entry in package.index:
        if entry.item.startswith("clip:"):
            yield " ".join(
                " ".join(page_text(package.pdf_path, entry.pdf_page + at).split())
                for at in range(entry.pages)
            )


def test_a_video_has_its_exact_sound_and_a_viewing_copy_beside_it(door: Door) -> None:
    clip = clip_of(door.record, "door")
    viewing = clip["viewing_copy"]
    assert viewing["file"] == clip["file"].replace(".wav", " (viewing copy).mp4")
    assert viewing["exact"] is False
    assert viewing["label"].startswith("Viewing copy, re-encoded: 0:01.250 to 0:03.000")
    with av.open(str(door.package.path / viewing["file"])) as made:
        assert len(list(made.decode(made.streams.video[0]))) == viewing["frames"] == 18
        assert [each.type for each in made.streams] == ["video", "audio"]
    assert (viewing["from"], viewing["to"]) == ("6/5", "3")
    assert [each["at_ms"] for each in clip["stills"]] == [1400, 1900, 2300, 2700]


def test_a_recording_without_pictures_has_neither(door: Door) -> None:
    clip = clip_of(door.record, "call")
    assert clip["viewing_copy"] is None
    assert clip["stills"] == []
    assert not any(each.code == "EK-R010" for each in door.package.findings)


def test_the_sheet_says_what_is_exact_and_what_is_not(door: Door) -> None:
    watched = next(text for text in texts(door.package) if "Asked to leave" in text)
    clip = clip_of(door.record, "door")
    assert "To watch: Open" in watched
    assert "cut at frames and encoded anew, with its sound, so that it is not exact" in watched
    assert "4 stills of the video of clip" in watched
    for time in ("0:01.400", "0:01.900", "0:02.300", "0:02.700"):
        assert time in watched
    assert clip["viewing_copy"]["file_sha256"] in watched.replace(" ", "")
    heard = next(text for text in texts(door.package) if "Called" in text)
    assert "viewing" not in heard.lower()


def test_the_record_fits_the_schema_and_the_package_is_consistent(door: Door) -> None:
    assert validate(door.record, "bundle") == ()
    report = ek.verify(door.package.path)
    assert report.failures == ()


def test_two_builds_are_the_same_bytes(door: Door, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(door.folder, tmp_path / "matter"))
    again = build(folder, tmp_path / "out")
    for each in ("clips", "."):
        ours = {
            f.name: f.read_bytes() for f in (again.path / "data" / each).iterdir() if f.is_file()
        }
        theirs = (door.package.path / "data" / each).iterdir()
        assert ours == {f.name: f.read_bytes() for f in theirs if f.is_file()}


def viewing_path(root: Path) -> Path:
    (found,) = root.rglob("*(viewing copy).mp4")
    return found


@pytest.fixture
def none_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a viewing copy fail to be made."""
    from evidencekit.media import video

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a viewing copy was made")

    monkeypatch.setattr(video, "viewing_copy", refuse)


@pytest.mark.usefixtures("none_is_made")
def test_a_plan_has_the_labels_of_the_build_and_makes_no_viewing_copy(door: Door) -> None:
    matter = load_matter(door.folder / "matter.toml")
    with ThreadPoolExecutor(max_workers=1) as here:
        planned = ek.plan(matter, folder=door.folder, executor=here)
    assert planned == door.package.index


@pytest.mark.usefixtures("none_is_made")
def test_a_draft_statement_makes_no_viewing_copy(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidencekit.pipeline.read.run_all", run_here)
    folder = Path(shutil.copytree(door.folder, tmp_path / "matter"))
    path = folder / "matter.toml"
    path.write_text(f'{path.read_text("utf-8")}[statement]\nby = "amara"\n', "utf-8")
    made = write_statement(load_matter(path), folder=folder, to=tmp_path / "statement.docx")
    assert made.stat().st_size


def run_here(tasks: Iterable[Any], **_: object) -> tuple[Any, ...]:
    return tuple(task.function(*task.arguments) for task in tasks)


def test_a_missing_viewing_copy_is_named(copy: Path) -> None:
    viewing_path(copy).unlink()
    report = ek.verify(copy)
    assert ("EK-V033", "its viewing copy is missing") in [
        (each.code, each.message) for each in report.failures
    ]


def test_a_changed_viewing_copy_is_named(copy: Path) -> None:
    path = viewing_path(copy)
    path.write_bytes(path.read_bytes() + b"x")
    report = ek.verify(copy)
    assert "EK-V034" in {each.code for each in report.failures}


def test_a_viewing_copy_that_the_record_does_not_know_is_named(copy: Path) -> None:
    path = viewing_path(copy)
    shutil.copyfile(path, path.with_name("Clip 9.mp4"))
    codes = {each.code for each in ek.verify(copy).failures}
    assert {"EK-D003", "EK-K004"} <= codes


def test_what_the_sheet_does_not_print_of_it_is_named(copy: Path) -> None:
    path = copy / "data/bundle.json"
    record = json.loads(path.read_text("utf-8"))
    clip = clip_of(record, "door")
    clip["stills"][0]["at_ms"] = 2999
    clip["viewing_copy"]["file_sha256"] = "f" * 64
    path.write_text(json.dumps(record), "utf-8")
    found = " ".join(each.message for each in ek.verify(copy).failures if each.code == "EK-V022")
    assert "does not print the time of a still" in found
    assert "does not print the digest of its viewing copy" in found


def test_a_still_that_the_record_does_not_know_is_named(copy: Path) -> None:
    path = copy / "data/bundle.json"
    record = json.loads(path.read_text("utf-8"))
    clip_of(record, "door")["stills"][0]["sha256"] = "0" * 64
    path.write_text(json.dumps(record), "utf-8")
    found = {(each.code, each.message) for each in ek.verify(copy).failures}
    assert ("EK-P118", "it shows a picture that the record does not know") in found
    assert (
        "EK-P130",
        "1 of the stills that the record lists are not on its sheet",
    ) in found


def test_a_served_copy_holds_it_and_later_builds_keep_its_name(door: Door, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(door.folder, tmp_path / "matter"))
    served = ek.serve(
        door.package.path, into=tmp_path / "copy", to="Norbury Council", now=NOW, folder=folder
    )
    clip = clip_of(door.record, "door")
    name = clip["viewing_copy"]["file"].rpartition("/")[2]
    assert f"Clips/{name}" in served.files
    record = json.loads((served.path / "bundle.json").read_text("utf-8"))
    assert validate(record, "bundle") == ()
    assert clip_of(record, "door")["viewing_copy"]["file"] == f"Clips/{name}"
    assert ek.verify(served.path).failures == ()
    readme = page_text(served.path / "READ ME FIRST.pdf", 1)
    assert "a viewing copy (.mp4) lies beside the clip" in " ".join(readme.split())
    later = build(folder, tmp_path / "later", earlier=EARLIER)
    planned = ek.plan(load_matter(folder / "matter.toml"), folder=folder)
    assert planned == later.index
    files = {path.name for path in (later.path / "data/clips").iterdir()}
    assert {clip["file"].rpartition("/")[2], name} <= files
    assert len(files) == 5
    for each in later.record["clips"]:
        if each["viewing_copy"]:
            own = each["file"].rpartition("/")[2]
            assert each["viewing_copy"]["file"].rpartition("/")[2] == viewing_copy_name(own)
    assert ek.verify(later.path).failures == ()


def test_a_clip_past_the_last_picture_says_that_there_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "matter"
    folder.mkdir()
    write_wav(folder / "call.wav", sound(2))
    short_film(folder / "door.mkv")
    package = build(folder, tmp_path / "out")
    clip = clip_of(package.record, "door")
    assert clip["viewing_copy"] is None
    (finding,) = [each for each in package.findings if each.code == "EK-R010"]
    assert finding.subject == "door"
    assert "0:01.250 to 0:03.000" in finding.message
    sheet = next(text for text in texts(package) if "Asked to leave" in text)
    assert "none was made: the recording holds no pictures in that span" in sheet
    assert ek.verify(package.path).failures == ()


def short_film(path: Path) -> None:
    """Write a video whose pictures end after a second and whose sound goes on."""
    whole = film(path.with_name("whole.mkv"))
    with av.open(str(whole)) as given, av.open(str(path), "w") as out:
        streams = {each.index: out.add_stream_from_template(each) for each in given.streams}
        for packet in given.demux():
            if packet.dts is None:
                continue
            index = packet.stream.index
            if packet.stream.type == "video" and packet.pts * packet.time_base >= 1:
                continue
            packet.stream = streams[index]
            out.mux(packet)
    whole.unlink()


def test_a_video_without_sound_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "matter"
    folder.mkdir()
    write_wav(folder / "call.wav", sound(2))
    film(folder / "door.mkv", sound_at=None)
    with pytest.raises(EvidenceError, match=r"door\.mkv.*holds no sound"):
        build(folder, tmp_path / "out")


@pytest.mark.parametrize(
    ("clip", "name"),
    [
        ("Clip 1 - A 0m1s to 0m2s.wav", "Clip 1 - A 0m1s to 0m2s (viewing copy).mp4"),
        ("x" * 176 + ".wav", "x" * 161 + " (viewing copy).mp4"),
    ],
)
def test_a_viewing_copy_is_named_after_its_clip(clip: str, name: str) -> None:
    assert viewing_copy_name(clip) == name
    assert len(name.encode()) <= 180
