# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier on a copy that was served: what its recipient can check, and what not."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pymupdf
import pytest
import rfc8785
from support_examples import NOW
from support_verify import assert_quiet, build, clip_of, loud, matter_of
from tamper.insider import overtype

import evidencekit as ek
from evidencekit.model.findings import Severity
from evidencekit.pipeline.serve import serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UNSEEN = [("EK-K036", "matter"), ("EK-L020", "custody log")]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds a matter, its package after a copy was served, and the copy."""
    folder = tmp_path_factory.mktemp("served")
    package = build(folder)
    for to, as_zip in (("copy", False), ("copy.zip", True)):
        serve(package, into=folder / to, to="the court", now=NOW, folder=folder, as_zip=as_zip)
    return folder


@pytest.fixture
def copy(served: Path, tmp_path: Path) -> Path:
    return shutil.copytree(served / "copy", tmp_path / "copy")


def reseal(copy: Path) -> None:
    """Make CHECKSUMS.txt agree with the files."""
    paths = [each.relative_to(copy).as_posix() for each in copy.rglob("*") if each.is_file()]
    (copy / "CHECKSUMS.txt").write_text(
        "".join(
            f"{hashlib.sha256((copy / each).read_bytes()).hexdigest()}  {each}\n"
            for each in sorted(paths)
            if each != "CHECKSUMS.txt"
        )
    )


@pytest.mark.parametrize("name", ["copy", "copy.zip"])
def test_a_served_copy_is_consistent_and_its_log_is_said_to_be_unseen(
    name: str, served: Path
) -> None:
    report = ek.verify(served / name)
    assert [each[:2] for each in loud(report)] == UNSEEN
    assert report.ok
    assert report.conclusion.startswith("CONSISTENT")
    digest = hashlib.sha256((served / "copy/CHECKSUMS.txt").read_bytes()).hexdigest()
    assert name != "copy" or digest in report.conclusion
    clips = next(each for each in report.summary if each.check == "clips")
    assert clips.message.startswith("1 of 1")


def test_a_bundle_that_follows_a_served_one_is_consistent(served: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(served, tmp_path / "later", ignore=lambda *_: ["copy", "package"])
    clips = [clip_of("0:01.500", "0:02.000", "Another"), clip_of()]
    document = matter_of()
    document["recordings"]["visit"]["clip"] = clips
    package = build(folder, document)
    assert len(package.record["served"]) == 1
    assert_quiet(package.path)


def test_a_served_item_that_moved_is_named(served: Path, tmp_path: Path) -> None:
    package = shutil.copytree(
        build(shutil.copytree(served, tmp_path / "later")).path, tmp_path / "p"
    )
    record = json.loads((package / "data/bundle.json").read_bytes())
    moved = next(each for each in record["served"][0]["items"] if each["item"] == "clip:1")
    moved["pdf_page_now"] += 1
    (package / "data/bundle.json").write_bytes(rfc8785.dumps(record) + b"\n")
    failures = {(each.code, each.subject) for each in ek.verify(package).failures}
    assert ("EK-K034", "clip:1") in failures


def change_a_clip(copy: Path) -> str:
    (path,) = (copy / "Clips").iterdir()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    return "clip 1"


def drop_a_clip(copy: Path) -> str:
    (path,) = (copy / "Clips").iterdir()
    path.unlink()
    return "clip 1"


def change_the_recording(copy: Path) -> str:
    (path,) = (copy / "Whole recordings").iterdir()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    return "recording:visit"


def drop_the_recording(copy: Path) -> str:
    shutil.rmtree(copy / "Whole recordings")
    return "recording:visit"


def add_a_file(copy: Path) -> str:
    (copy / "Clips/Clip 2.wav").write_bytes(b"RIFF")
    return "Clips/Clip 2.wav"


def drop_the_read_me(copy: Path) -> str:
    (copy / "READ ME FIRST.pdf").unlink()
    return "READ ME FIRST.pdf"


def change_the_read_me(copy: Path) -> str:
    """Change a statement on the first page that a recipient reads."""
    path = copy / "READ ME FIRST.pdf"
    with pymupdf.open(stream=path.read_bytes(), filetype="pdf") as pdf:
        overtype(pdf[0], "Open \u201c", "Destroyed by the court: ")
        path.write_bytes(pdf.tobytes())
    return path.name


def change_the_read_me_and_its_digest(copy: Path) -> str:
    name = change_the_read_me(copy)
    sha256 = hashlib.sha256((copy / name).read_bytes()).hexdigest()
    edit(lambda record: record["read_me"].update(sha256=sha256))(copy)
    return name


def forge_a_page(copy: Path) -> None:
    """Change words of the record's on a page, and the digest of the PDF."""
    path = copy / "Bundle.pdf"
    with pymupdf.open(stream=path.read_bytes(), filetype="pdf") as pdf:
        page = next(each for each in pdf if each.search_for("no errors in decoding"))
        overtype(page, "no errors in decoding", "many errors in it")
        path.write_bytes(pdf.tobytes())
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    edit(lambda record: record["bundle"].update(sha256=sha256))(copy)


def forge_a_page_and_empty_the_digests_of_texts(copy: Path) -> str:
    forge_a_page(copy)
    edit(lambda record: record["bundle"].update(page_text_sha256=[]))(copy)
    return "Bundle.pdf"


def forge_a_page_and_drop_the_digests_of_texts(copy: Path) -> str:
    forge_a_page(copy)
    edit(lambda record: record["bundle"].pop("page_text_sha256"))(copy)
    return "Bundle.pdf"


def print_another_fact(copy: Path) -> str:
    """A fact of the record is another on its page, whose digest agrees again."""
    edit(lambda record: record["recordings"][0].update(whole_recording="on request"))(copy)
    return "visit"


def another_bundle(copy: Path) -> str:
    shutil.copyfile(copy / "READ ME FIRST.pdf", copy / "Bundle.pdf")
    return "Bundle.pdf"


def edit(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def do(copy: Path) -> None:
        record = json.loads((copy / "bundle.json").read_bytes())
        change(record)
        (copy / "bundle.json").write_bytes(rfc8785.dumps(record) + b"\n")

    return do


def move_the_range(copy: Path) -> str:
    edit(lambda record: record["clips"][0]["samples"].update(first=801, end=10_001))(copy)
    return "clip 1"


def another_head(copy: Path) -> str:
    edit(lambda record: record["custody"].update(head="0" * 64))(copy)
    return "custody log"


def call_it_the_firms_file(copy: Path) -> str:
    edit(lambda record: record.update(edition="file"))(copy)
    return "bundle.json"


ACTS = [
    *(change_a_clip, drop_a_clip, change_the_recording, drop_the_recording, add_a_file),
    *(change_the_read_me, change_the_read_me_and_its_digest, print_another_fact),
    *(forge_a_page_and_empty_the_digests_of_texts, forge_a_page_and_drop_the_digests_of_texts),
    *(drop_the_read_me, another_bundle, move_the_range, another_head, call_it_the_firms_file),
]


@pytest.mark.parametrize("act", ACTS)
def test_a_change_is_found_and_named_though_the_list_agrees(
    act: Callable[[Path], str], copy: Path
) -> None:
    subject = act(copy)
    reseal(copy)
    report = ek.verify(copy)
    assert subject in {each.subject for each in report.failures}
    assert report.conclusion.startswith("NOT CONSISTENT")


@pytest.mark.parametrize(
    ("name", "byte", "code"),
    [
        ("Bundle.pdf", 10, "EK-D001"),
        ("bundle.json", 10, "EK-D001"),
        ("CHECKSUMS.txt", 10, "EK-D001"),
        ("CHECKSUMS.txt", 64, "EK-D004"),
        ("CHECKSUMS.txt", -1, "EK-D004"),
    ],
)
def test_a_changed_byte_is_found(name: str, byte: int, code: str, copy: Path) -> None:
    data = bytearray((copy / name).read_bytes())
    # A digit stays a digit, whatever it is: the list is to stay a list.
    data[byte] = ord("0") + (data[byte] == ord("0")) if code == "EK-D001" else data[byte] ^ 1
    (copy / name).write_bytes(data)
    assert code in {each.code for each in ek.verify(copy).failures}


def test_a_list_that_leads_out_of_the_copy_is_refused(copy: Path) -> None:
    (copy.parent / "outside").write_bytes(b"x")
    with (copy / "CHECKSUMS.txt").open("a") as file:
        file.write(f"{hashlib.sha256(b'x').hexdigest()}  ../outside\n")
    assert "EK-D004" in {each.code for each in ek.verify(copy).failures}


def test_a_page_whose_text_nothing_is_compared_with_is_named(copy: Path) -> None:
    def forget(record: dict[str, Any]) -> None:
        record["bundle"]["page_text_sha256"][2] = None

    edit(forget)(copy)
    reseal(copy)
    label = json.loads((copy / "bundle.json").read_bytes())["bundle"]["labels"][2]
    assert any(code == "EK-P122" and label in message for code, _, message in loud(ek.verify(copy)))


def test_no_line_that_is_ok_counts_one_thing_too_few(copy: Path, served: Path) -> None:
    for each in (served / "package", copy):
        for line in ek.verify(each).summary:
            for good, of in re.findall(r"([0-9,]+) of ([0-9,]+)", line.message):
                assert line.outcome is not Severity.OK or good == of


@pytest.mark.parametrize("key", ["page_text_by", "page_text_sha256"])
def test_a_record_that_lacks_what_it_always_has_is_not_checked_there(key: str, copy: Path) -> None:
    edit(lambda record: record["bundle"].pop(key))(copy)
    reseal(copy)
    found = [(code, subject) for code, subject, _ in loud(ek.verify(copy))]
    assert ("EK-K035", f"bundle.json /bundle/{key}") in found
