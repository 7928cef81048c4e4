# SPDX-License-Identifier: AGPL-3.0-or-later
"""Serving: what leaves, what is frozen, and what the next build makes of it."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
import zipfile

import pytest
from attrs import evolve
from support_examples import EXAMPLES, NOW, copy_example
from support_served import SERVED_AT, TO, Cycle, files_of, labels, record_of

import evidencekit as ek
from evidencekit.custody.log import read_log
from evidencekit.custody.transfer import transfer
from evidencekit.errors import (
    AlreadyExists,
    DigestMismatch,
    NotAPackage,
    OutputError,
    ServedItemChanged,
    ServedRecordUnusable,
    ServeRefused,
    SeveralErrors,
)
from evidencekit.matterfile.schema import validate
from evidencekit.model.custody import EntryKind
from evidencekit.pdfread import page_text, read_pdf
from evidencekit.pipeline.serve import copy_name, serve


@pytest.fixture(scope="module")
def cycle(tmp_path_factory):
    """The example built, served, added to, and built again. Tests only read it."""
    cycle = Cycle(tmp_path_factory.mktemp("cycle"))
    cycle.first = cycle.build()
    cycle.copy = cycle.serve(cycle.first)
    cycle.everything()
    cycle.second = cycle.build()
    return cycle


@pytest.fixture
def served(tmp_path, cycle):
    """A matter of which a copy was served, for tests that change it."""
    own = Cycle(tmp_path)
    shutil.copytree(cycle.folder, own.folder, dirs_exist_ok=True)
    shutil.copy(EXAMPLES / "home-visit" / "matter.toml", own.folder / "matter.toml")
    (own.folder / "documents/late.pdf").unlink()
    return own


def test_a_copy_holds_what_is_meant_to_leave_and_nothing_else(cycle):
    assert set(files_of(cycle.copy.path)) == {
        "Bundle.pdf",
        "CHECKSUMS.txt",
        "Clips/Clip 1 - Home visit 0m12.400s to 0m31.900s.wav",
        "Clips/Clip 2 - Home visit 0m47.250s to 1m2.000s.wav",
        "Clips/Clip 3 - Home visit 1m4.350s to 1m18.236s.wav",
        "Clips/Clip 4 - Voicemail from Mr Price 0m5.000s to 0m19.500s.wav",
        "READ ME FIRST.pdf",
        "Whole recordings/visit.m4a",
        "Whole recordings/voicemail.mp3",
        "bundle.json",
    }
    assert cycle.copy.files == tuple(sorted(files_of(cycle.copy.path)))


def test_the_bundle_the_clips_and_the_recording_are_the_same_bytes(cycle):
    copied = files_of(cycle.copy.path)
    assert copied["Bundle.pdf"] == cycle.first.pdf_path.read_bytes()
    for clip in cycle.first.clips:
        assert copied[f"Clips/{clip.path.name}"] == clip.path.read_bytes()
    assert (
        copied["Whole recordings/visit.m4a"] == (cycle.folder / "recordings/visit.m4a").read_bytes()
    )


def test_sha256sum_finds_every_file_of_a_copy(cycle):
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "CHECKSUMS.txt"],
        cwd=cycle.copy.path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert len(done.stdout.splitlines()) == len(cycle.copy.files) - 1
    assert all(line.endswith(": OK") for line in done.stdout.splitlines())


def test_the_record_of_a_copy_fits_the_schema_and_says_nothing_of_the_firm(cycle):
    record = record_of(cycle.copy)
    assert validate(record, "bundle") == ()
    assert record["edition"] == "served"
    assert record["findings"] == []
    assert list(record["tools"]) == ["evidencekit"]
    assert {each["kind"] for each in record["inputs"]} == {
        *("recording", "transcript", "transcript before correction", "document"),
    }
    assert {each["path"] for each in record["inputs"]} == {None}
    assert {each["holder"] for each in record["inputs"]} == {None}
    stored = {each["stored"] for each in record["inputs"]}
    whole = {"Whole recordings/visit.m4a", "Whole recordings/voicemail.mp3"}
    assert stored == {None, *whole}
    assert record["custody"]["log"] is None
    assert record["statement"]["docx"] is None
    child = next(each for each in record["people"] if each["child"])
    assert child["name"] == "Ella Dean"  # the consent schedule, which leaves too, prints it


def test_a_copy_opens_like_a_package(cycle):
    opened = ek.open_package(cycle.copy.path)
    assert opened.index == cycle.first.index
    assert [each.path.is_file() for each in opened.clips] == [True] * 4
    assert opened.pdf_path.read_bytes() == cycle.first.pdf_path.read_bytes()


def test_the_first_page_says_where_to_find_a_clip_and_what_is_not_shown(cycle):
    path = cycle.copy.path / "READ ME FIRST.pdf"
    text = "\n".join(page_text(path, page) for page in range(1, read_pdf(path).page_count + 1))
    flat = " ".join(text.split())
    for words in (
        f"Copy for {TO}, 1 June 2026",
        "The nursery appointment (R1 from 0:47.2)",
        "sha256sum -c CHECKSUMS.txt",
        "shasum -a 256 -c CHECKSUMS.txt",
        "certutil -hashfile Bundle.pdf SHA256",
        "Get-FileHash Bundle.pdf",
        "What this does not show",
    ):
        assert words in flat


def test_the_first_page_gives_a_clip_the_length_that_its_sheet_gives(cycle):
    path = cycle.copy.path / "READ ME FIRST.pdf"
    first = " ".join(page_text(path, 1).split())
    for clip in cycle.first.record["clips"]:
        entry = next(each for each in cycle.first.index if each.item == clip["item"])
        sheet = " ".join(page_text(cycle.first.pdf_path, entry.pdf_page).split())
        [length] = re.findall(r"\(([0-9]+\.[0-9]{3} s)\)", sheet)
        assert length in first


def test_the_same_package_person_and_time_give_the_same_bytes_and_freeze_once(cycle, served):
    lines = (served.folder / "served.jsonl").read_bytes()
    log = (served.folder / "custody.jsonl").read_bytes()
    again = served.serve(cycle.first, into=served.root / "again")
    assert files_of(again.path) == files_of(cycle.copy.path)
    assert again.number == 1
    assert (served.folder / "served.jsonl").read_bytes() == lines
    assert (served.folder / "custody.jsonl").read_bytes() == log


def test_a_zip_holds_the_same_files_and_is_the_same_twice(cycle, served):
    one = served.serve(cycle.first, into=served.root / "one.zip", as_zip=True)
    two = served.serve(cycle.first, into=served.root / "two.zip", as_zip=True)
    assert one.path.read_bytes() == two.path.read_bytes()
    with zipfile.ZipFile(one.path) as archive:
        held = {each: archive.read(each) for each in archive.namelist()}
    assert held == files_of(cycle.copy.path)
    assert [each.name for each in served.root.glob(".*")] == []


def test_serving_is_in_the_custody_log_with_the_digest_of_the_bundle(cycle):
    entry = read_log(cycle.folder / "custody.jsonl").entries[-1]
    assert entry.kind is EntryKind.SERVED
    assert entry.receiver == TO
    assert entry.recorded_at == "2026-06-01T10:00:00Z"
    assert entry.entered_by == "Ruth Kemp"
    assert entry.digests[0].value == cycle.copy.bundle_sha256
    line = json.loads((cycle.folder / "served.jsonl").read_bytes())
    assert line["entry"] == entry.id
    assert validate(json.loads(entry_line(cycle)), "custody") == ()


def entry_line(cycle) -> bytes:
    return (cycle.folder / "custody.jsonl").read_bytes().splitlines()[-1]


def test_no_served_label_moves_and_new_pages_follow(cycle):
    before, after = labels(cycle.first), labels(cycle.second)
    moved = {
        item: (shown, after.get(item), after.get(f"{item}@1"))
        for item, shown in before.items()
        if item != "part:index" and shown not in (after.get(item), after.get(f"{item}@1"))
    }
    assert moved == {}
    assert after["document:late"] == "E7"
    last = max(
        int(each.last_label[1:]) for each in cycle.first.index if each.last_label.startswith("D")
    )
    added = [
        each.first_label
        for each in cycle.second.index
        if each.first_label.startswith("D") and int(each.first_label[1:]) > last
    ]
    assert after["clip:5"].partition("-")[0] in added
    assert added[0] == f"D{last + 1}"
    assert after["part:consent@1"] == before["part:consent"]
    assert after["part:changes"].startswith("A")


def test_served_pages_stand_as_they_were(cycle):
    was, now = read_pdf(cycle.first.pdf_path), read_pdf(cycle.second.pdf_path)
    place = {label: number for number, label in enumerate(now.labels, start=1)}
    for page in was.pages:
        if page.label in ("A1", "A2"):
            continue
        again = now.pages[place[page.label] - 1]
        old = page_text(cycle.first.pdf_path, page.ordinal)
        new = page_text(cycle.second.pdf_path, again.ordinal)
        assert new == old, page.label
        assert (again.printed[0], again.printed_left[:1]) == (
            page.printed[0],
            page.printed_left[:1],
        )
        # Links lead where they led, by the number that is printed there.
        assert [now.pages[link.page - 1].label for link in again.links if link.page] == [
            was.pages[link.page - 1].label for link in page.links if link.page
        ]


def test_a_clip_that_was_served_keeps_its_number_and_its_file(cycle):
    clips = {each["number"]: each for each in cycle.second.record["clips"]}
    was = {each["number"]: each for each in cycle.first.record["clips"]}
    assert sorted(clips) == [1, 2, 3, 4, 5]
    assert clips[5]["title"] == "Earlier"
    assert clips[5]["file"].startswith("data/clips/Clip 5 - Home visit 0m2.000s")
    for number, each in was.items():
        assert clips[number]["file"] == each["file"]
        assert clips[number]["samples_sha256"] == each["samples_sha256"]
        assert (cycle.second.path / each["file"]).is_file()


def test_the_changes_are_printed_and_in_the_record(cycle):
    entry = next(each for each in cycle.second.index if each.item == "part:changes")
    text = page_text(cycle.second.pdf_path, entry.pdf_page)
    assert "Changes since the copy served on 1 June 2026" in text
    assert TO in text
    flat = " ".join(text.split())
    assert "E-mail - E7" in flat
    was, now = labels(cycle.first)["part:consent"], labels(cycle.second)["part:consent"]
    assert f"Consent schedule {was} {now}" in flat
    (note,) = cycle.second.record["served"]
    assert (note["to"], note["number"]) == (TO, 1)
    rows = {each["item"]: each for each in note["items"]}
    assert rows["part:consent"]["now"] == "part:consent@1"
    assert rows["part:consent"]["newer"] == labels(cycle.second)["part:consent"]
    assert rows["document:minutes"]["now"] == "document:minutes"
    for each in rows.values():
        label = each["labels"].partition("-")[0]
        shown = cycle.second.record["bundle"]["labels"][each["pdf_page_now"] - 1]
        assert shown == label


def test_a_package_that_follows_a_served_copy_is_consistent(cycle):
    report = ek.verify(cycle.second.path)
    assert report.failures == ()
    assert validate(dict(cycle.second.record), "bundle") == ()


def test_what_was_served_is_an_input_of_the_build_and_in_the_package(cycle):
    inputs = {each["id"]: each for each in cycle.second.record["inputs"]}
    assert inputs["served"]["stored"] == "data/custody/served.jsonl"
    stored = cycle.second.path / inputs["served:1"]["stored"]
    assert stored.read_bytes() == cycle.first.pdf_path.read_bytes()


def test_the_same_matter_log_and_served_copies_give_the_same_bytes(cycle):
    again = cycle.build()
    assert again.pdf_path.read_bytes() == cycle.second.pdf_path.read_bytes()
    assert again.record == cycle.second.record


def test_after_serving_alone_only_the_log_is_revised(served):
    package = served.build()
    assert [each for each in labels(package) if each.endswith("@1")] == ["part:custody@1"]
    assert "part:changes" in labels(package)


def test_a_served_document_that_is_gone_stops_the_build(served):
    served.edit(("minutes = { file", "#"), (', "minutes", "minutes comparison"', ""))
    text = (served.folder / "matter.toml").read_text("utf-8")
    at = text.index("[[disputed]]")
    (served.folder / "matter.toml").write_text(
        text[:at] + text[text.index("[statement]") :], "utf-8"
    )
    with pytest.raises(ServedItemChanged) as caught:
        served.build()
    assert (caught.value.item, caught.value.labels) == ("document:minutes", "E3-E5")


def test_a_served_document_that_was_changed_stops_the_build(served):
    path = served.folder / "documents/refusal.pdf"
    path.write_bytes(path.read_bytes() + b"\n%another\n")
    with pytest.raises(ServedItemChanged) as caught:
        served.build()
    assert caught.value.item == "document:refusal"
    assert not (served.root / "package 1").exists()


def test_a_served_document_may_not_become_a_placeholder(served):
    (served.folder / "documents/refusal.pdf").unlink()
    with pytest.raises(ServedItemChanged):
        served.build(placeholders=["refusal"])


def test_a_served_clip_that_was_moved_stops_the_build(served):
    served.edit(('to = "0:31.900"', 'to = "0:31.800"'))
    with pytest.raises(ServedItemChanged) as caught:
        served.build()
    assert (caught.value.item, caught.value.labels) == ("clip:1", "D4")


def test_everything_that_was_changed_is_named_at_once(served):
    served.edit(('to = "0:31.900"', 'to = "0:31.800"'), ('to = "0:19.500"', 'to = "0:19.400"'))
    with pytest.raises(SeveralErrors) as caught:
        served.build()
    assert [each.item for each in caught.value.errors] == ["clip:1", "clip:4"]


def test_a_lost_record_of_what_was_served_stops_the_build(served):
    (served.folder / "served.jsonl").unlink()
    with pytest.raises(ServedRecordUnusable, match="entry 3 of the custody log"):
        served.build()


def test_a_lost_or_changed_pdf_that_was_served_stops_the_build(served):
    kept = served.folder / "served/1/Bundle.pdf"
    data = kept.read_bytes()
    kept.write_bytes(data[:-1] + b"!")
    with pytest.raises(ServedRecordUnusable, match="not the bundle that was served"):
        served.build()
    kept.unlink()
    with pytest.raises(ServedRecordUnusable, match="does not exist"):
        served.build()


def test_a_second_serving_keeps_what_the_first_kept(served):
    served.everything()
    second = served.build()
    later = SERVED_AT + dt.timedelta(days=7)
    served.serve(second, to="the court", now=later)
    served.edit(("prepared_on = 2026-06-05", "prepared_on = 2026-06-12"))
    served.edit(('device = "Samsung', 'device = "My Samsung'))
    third = served.build()
    before, after = labels(second), labels(third)
    for item, shown in before.items():
        assert shown in (after.get(item), after.get(f"{item}@2")), item
    assert after["part:consent@1"] == before["part:consent@1"]
    assert after["part:recordings@2"] == before["part:recordings"]
    titles = {each.item: each.title for each in third.index}
    assert titles["part:recordings"] == "Schedule of all recordings held (revised 12 June 2026)"
    assert titles["part:changes@2"] == "Changes since the copy served on 1 June 2026"
    assert titles["part:changes"] == "Changes since the copy served on 8 June 2026"
    assert ek.verify(third.path).failures == ()
    assert len(set(third.record["bundle"]["labels"])) == third.record["bundle"]["pages"]


def test_a_package_from_before_the_last_serving_is_not_served(served, cycle):
    served.everything()
    stale = served.build()
    served.serve(served.build(), to="the court", now=SERVED_AT + dt.timedelta(days=1))
    served.edit(("prepared_on = 2026-06-05", "prepared_on = 2026-06-06"))
    newer = served.build()
    served.serve(newer, to="the court", now=SERVED_AT + dt.timedelta(days=2))
    # The same bytes as what was served: that may be served again, on somebody else.
    again = served.serve(
        stale, to="somebody else", now=SERVED_AT + dt.timedelta(days=3), into=served.root / "x"
    )
    assert again.number == 4
    assert again.served.kept_at == "served/2/Bundle.pdf"
    served.edit(('copies = "My phone', 'copies = "Her phone'))
    lines = (served.folder / "served.jsonl").read_bytes()
    log = (served.folder / "custody.jsonl").read_bytes()
    (served.folder / "served.jsonl").write_bytes(lines.splitlines(keepends=True)[0])
    (served.folder / "custody.jsonl").write_bytes(b"".join(log.splitlines(keepends=True)[:3]))
    fork = served.build()
    (served.folder / "served.jsonl").write_bytes(lines)
    (served.folder / "custody.jsonl").write_bytes(log)
    with pytest.raises(OutputError, match="built before the copy that was served on 2026-06-03"):
        served.serve(fork, now=SERVED_AT + dt.timedelta(days=4))


def test_what_is_there_is_never_replaced(cycle, served):
    with pytest.raises(AlreadyExists):
        served.serve(cycle.first, into=cycle.first.path)
    (served.root / "there.zip").write_bytes(b"")
    with pytest.raises(AlreadyExists):
        served.serve(cycle.first, into=served.root / "there.zip", as_zip=True)


def test_a_served_copy_and_another_matters_package_are_not_served(cycle, served, smallest_package):
    with pytest.raises(NotAPackage, match="is a served copy"):
        served.serve(ek.open_package(cycle.copy.path))
    with pytest.raises(OutputError, match="was not built from the custody log"):
        served.serve(smallest_package)
    assert not (served.root / f"copy of {smallest_package.path.name}").exists()


def test_a_clip_that_was_changed_in_the_package_is_not_served(served):
    package = served.build()
    clip = package.clips[0].path
    clip.write_bytes(clip.read_bytes()[:-2] + b"xx")
    with pytest.raises(DigestMismatch) as caught:
        served.serve(package)
    assert caught.value.path == "clip 1"
    assert sorted(each.name for each in served.root.iterdir()) == ["home-visit", "package 1"]


def test_a_recording_that_was_left_with_its_holder_is_served_from_there(served):
    served.edit(('title = "Voicemail from Mr Price"', 'title = "Voicemail"'))
    package = served.build(originals="leave")
    copy = served.serve(package, now=SERVED_AT + dt.timedelta(days=1))
    assert (copy.path / "Whole recordings/visit.m4a").read_bytes() == (
        served.folder / "recordings/visit.m4a"
    ).read_bytes()


def test_an_empty_addressee_or_a_time_without_zone_is_refused(cycle, served):
    with pytest.raises(ValueError, match="on whom"):
        served.serve(cycle.first, to="  ")
    with pytest.raises(ValueError, match="time zone"):
        served.serve(cycle.first, now=dt.datetime(2026, 6, 1))  # noqa: DTZ001 - that is the point


def test_a_copy_is_named_by_case_and_number(cycle):
    late = dt.datetime(2026, 6, 8, 23, 30, tzinfo=dt.UTC)
    assert copy_name(cycle.second, cycle.folder, now=late) == "NB26C00123 served copy 2 2026-06-09"


def test_a_refused_copy_freezes_nothing(served):
    package = served.build()
    bad = evolve(package, record={**package.record, "people": [CHILD]})
    before = files_of(served.folder)
    with pytest.raises(ServeRefused) as caught:
        serve(
            bad,
            into=served.root / "Ella Dean",
            to=TO,
            now=SERVED_AT + dt.timedelta(days=1),
            folder=served.folder,
        )
    assert caught.value.hits == (("the name of child", "the name of the copy"),)
    assert "Ella" not in str(caught.value)
    assert files_of(served.folder) == before
    assert not (served.root / "Ella Dean").exists()


@pytest.mark.parametrize("step", ["keep_pdf", "add_line", "append"])
def test_a_serving_that_fails_at_any_step_hands_nothing_over_and_can_be_done_again(
    tmp_path, monkeypatch, step
):
    cycle = Cycle(tmp_path, "smallest")
    package = cycle.build()

    def broken(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"evidencekit.pipeline.serve.{step}", broken)
        with pytest.raises(Killed):
            cycle.serve(package, into=cycle.root / "copy")
    assert sorted(each.name for each in cycle.root.iterdir()) == ["package 1", "smallest"]
    assert labels(cycle.build()) == labels(package)
    copy = cycle.serve(package, into=cycle.root / "copy")
    assert copy.number == 1
    assert len((cycle.folder / "served.jsonl").read_bytes().splitlines()) == 1
    kinds = [each.kind for each in read_log(cycle.folder / "custody.jsonl").entries]
    assert kinds.count(EntryKind.SERVED) == 1


class Killed(BaseException):
    """Stands for a run that ends."""


CHILD = {"id": "child", "name": "Ella Dean", "role": None, "party": None, "child": True}


def test_what_to_know_before_the_letter_goes_out_is_said(tmp_path):
    folder = copy_example("home-visit", tmp_path)
    matter = ek.load_matter(folder / "matter.toml")
    package = ek.build(matter, folder=folder, into=tmp_path / "package", now=NOW)
    transfer(
        matter,
        folder=folder,
        what=["visit"],
        giver="amara",
        receiver="Kemp Law",
        how="in person",
        by="Ruth Kemp",
        now=NOW,
    )
    copy = ek.serve(package, into=tmp_path / "copy", to="the council", now=NOW, folder=folder)
    said = {each.code: each.message for each in copy.findings}
    assert "has 1 newer entry than this package" in said["EK-K012"]
    assert "unsigned draft" in said["EK-S003"]
