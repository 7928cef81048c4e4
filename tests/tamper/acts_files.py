# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts upon the package's files, their names and the bag's lists."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from typing import TYPE_CHECKING

import pytest
from tamper.insider import (
    INFO,
    MANIFEST,
    RECORD,
    TAGMANIFEST,
    Expectation,
    act,
    bundle_path,
    clip_name,
    clip_path,
    digest,
    flip,
    found,
    lines,
    recording_path,
    replace,
    retag,
    seal,
    swap,
    unseen,
)

if TYPE_CHECKING:
    from pathlib import Path

TRANSCRIPT = "data/transcripts/visit.corrected.vtt"


def place(path: Path, data: bytes) -> None:
    """Write a new file, where the disk keeps such a name apart from all others."""
    before = len(os.listdir(path.parent))  # noqa: PTH208 - names
    path.write_bytes(data)
    if len(os.listdir(path.parent)) == before:  # noqa: PTH208
        pytest.skip("this disk does not keep the two names apart")


# --- bytes


@act()
def flip_a_byte_in_a_recording(package: Path) -> Expectation:
    flip(package / recording_path(package), 5000)
    return found(recording_path(package))


@act()
def append_to_a_recording(package: Path) -> Expectation:
    path = package / recording_path(package)
    path.write_bytes(path.read_bytes() + b"\0")
    return found(recording_path(package))


@act()
def truncate_a_recording(package: Path) -> Expectation:
    path = package / recording_path(package, 2)
    path.write_bytes(path.read_bytes()[:-4096])
    return found(recording_path(package, 2))


@act()
def empty_a_recording(package: Path) -> Expectation:
    (package / recording_path(package, 2)).write_bytes(b"")
    return found(recording_path(package, 2))


@act()
def delete_a_recording(package: Path) -> Expectation:
    path = recording_path(package, 2)
    (package / path).unlink()
    return found(path)


@act()
def delete_a_clip(package: Path) -> Expectation:
    path = clip_path(package, 3)
    (package / path).unlink()
    return found(path)


@act()
def delete_all_clips(package: Path) -> Expectation:
    paths = [clip_path(package, each) for each in (1, 2, 3, 4)]
    shutil.rmtree(package / "data/clips")
    return found(*paths)


@act()
def delete_the_bundle(package: Path) -> Expectation:
    path = bundle_path(package)
    (package / path).unlink()
    return found(path)


@act()
def delete_the_record(package: Path) -> Expectation:
    (package / RECORD).unlink()
    return found(RECORD)


@act()
def delete_the_record_and_reseal(package: Path) -> Expectation:
    (package / RECORD).unlink()
    seal(package)
    return found(RECORD)


@act()
def rename_a_clip(package: Path) -> Expectation:
    path = clip_path(package, 1)
    (package / path).rename(package / "data/clips/Clip 1 - renamed.wav")
    return found(path, "data/clips/Clip 1 - renamed.wav")


@act()
def move_a_recording_to_another_folder(package: Path) -> Expectation:
    path = recording_path(package, 2)
    (package / path).rename(package / "data/documents/voicemail.mp3")
    return found(path, "data/documents/voicemail.mp3")


@act()
def add_a_file_to_the_payload(package: Path) -> Expectation:
    (package / "data/clips/Clip 5 - Home visit.wav").write_bytes(b"RIFF")
    return found("data/clips/Clip 5 - Home visit.wav")


@act()
def add_a_clip_and_reseal(package: Path) -> Expectation:
    """The bag lists the file; the record knows of no fifth clip."""
    added = "data/clips/Clip 5 - Home visit 0m1.000s to 0m2.000s.wav"
    shutil.copyfile(package / clip_path(package, 2), package / added)
    seal(package)
    return found(added)


@act()
def add_a_document_and_reseal(package: Path) -> Expectation:
    shutil.copyfile(package / "data/documents/c2.pdf", package / "data/documents/extra.pdf")
    seal(package)
    return found("data/documents/extra.pdf")


@act()
def add_a_second_bundle_and_reseal(package: Path) -> Expectation:
    """Two PDFs at the level where the bundle is the only one."""
    shutil.copyfile(package / bundle_path(package), package / "data/Bundle.pdf")
    seal(package)
    return found("data/Bundle.pdf")


@act()
def add_a_hidden_file_and_reseal(package: Path) -> Expectation:
    (package / "data/.note").write_bytes(b"unlisted by a tool that skips dot files\n")
    seal(package)
    return found("data/.note")


@act()
def swap_two_documents(package: Path) -> Expectation:
    swap(package / "data/documents/request.pdf", package / "data/documents/refusal.pdf")
    return found("data/documents/request.pdf", "data/documents/refusal.pdf")


@act()
def change_a_file_and_its_manifest_line_only(package: Path) -> Expectation:
    """The manifest agrees with the file; the tag manifest does not agree with the manifest."""
    before = digest(package / TRANSCRIPT)
    flip(package / TRANSCRIPT)
    replace(package / MANIFEST, before.encode(), digest(package / TRANSCRIPT).encode())
    return found(MANIFEST)


# --- tag files


@act()
def delete_tagmanifest(package: Path) -> Expectation:
    (package / TAGMANIFEST).unlink()
    return found(TAGMANIFEST)


@act()
def delete_tagmanifest_and_edit_bag_info(package: Path) -> Expectation:
    (package / TAGMANIFEST).unlink()
    replace(package / INFO, rb"Bagging-Date: \S+", b"Bagging-Date: 2020-01-01")
    return found(TAGMANIFEST)


@act()
def empty_the_tagmanifest(package: Path) -> Expectation:
    (package / TAGMANIFEST).write_bytes(b"")
    return found(TAGMANIFEST)


@act()
def drop_bag_info_from_the_tagmanifest(package: Path) -> Expectation:
    replace(package / TAGMANIFEST, rb"[0-9a-f]{64}  bag-info.txt\n", b"")
    replace(package / INFO, rb"Bagging-Date: \S+", b"Bagging-Date: 2020-01-01")
    return found(INFO)


@act()
def delete_manifest(package: Path) -> Expectation:
    (package / MANIFEST).unlink()
    return found(MANIFEST)


@act()
def delete_manifest_and_retag(package: Path) -> Expectation:
    (package / MANIFEST).unlink()
    retag(package)
    return found(MANIFEST)


@act()
def empty_the_manifest_and_retag(package: Path) -> Expectation:
    (package / MANIFEST).write_bytes(b"")
    retag(package)
    return found(bundle_path(package), RECORD)


@act()
def replace_the_manifest_by_another_algorithm(package: Path) -> Expectation:
    """A bag by the RFC, whose MD5 anybody can collide."""
    import hashlib

    listed = [
        f"{hashlib.md5((package / each).read_bytes()).hexdigest()}  {each}\n"  # noqa: S324
        for each in _payload(package)
    ]
    (package / MANIFEST).unlink()
    (package / "manifest-md5.txt").write_text("".join(listed))
    retag(package)
    return found(MANIFEST)


def _payload(package: Path) -> list[str]:
    return re.findall(r"^[0-9a-f]{64}  (.+)$", (package / MANIFEST).read_text(), re.MULTILINE)


@act()
def add_an_empty_sha512_manifest_and_retag(package: Path) -> Expectation:
    (package / "manifest-sha512.txt").write_bytes(b"")
    retag(package)
    return found("manifest-sha512.txt")


@act()
def edit_bag_info(package: Path) -> Expectation:
    replace(package / INFO, rb"Bagging-Date: \S+", b"Bagging-Date: 2020-01-01")
    return found(INFO)


@act()
def edit_bag_info_and_retag(package: Path) -> Expectation:
    replace(package / INFO, rb"Bagging-Date: \S+", b"Bagging-Date: 2020-01-01")
    retag(package)
    return unseen(
        "the time of the run stands in bag-info.txt alone and is in no record; who rewrites the "
        "tag manifest can write any time there until the tag manifest is signed and stamped"
    )


@act()
def delete_bag_info_and_retag(package: Path) -> Expectation:
    (package / INFO).unlink()
    retag(package)
    return found(INFO)


@act()
def wrong_payload_oxum(package: Path) -> Expectation:
    replace(package / INFO, rb"Payload-Oxum: \d+", b"Payload-Oxum: 1")
    retag(package)
    return found(INFO)


@act()
def two_payload_oxums(package: Path) -> Expectation:
    """The first is right, the second wrong: readers take one or the other."""
    path = package / INFO
    path.write_bytes(path.read_bytes() + b"Payload-Oxum: 1.1\n")
    retag(package)
    return found(INFO)


@act()
def remove_payload_oxum(package: Path) -> Expectation:
    replace(package / INFO, rb"Payload-Oxum: [^\n]*\n", b"")
    retag(package)
    return found(INFO)


@act()
def delete_bagit_txt(package: Path) -> Expectation:
    (package / "bagit.txt").unlink()
    retag(package)
    return found("bagit.txt")


@act()
def older_bagit_version(package: Path) -> Expectation:
    """0.97 has other rules, so a reader that follows them reads another bag."""
    replace(package / "bagit.txt", rb"1\.0", b"0.97")
    retag(package)
    return found("bagit.txt")


@act()
def tag_files_in_another_encoding(package: Path) -> Expectation:
    replace(package / "bagit.txt", rb"UTF-8", b"ISO-8859-1")
    retag(package)
    return found("bagit.txt")


@act()
def fetch_txt(package: Path) -> Expectation:
    (package / "fetch.txt").write_bytes(b"https://example.invalid/x 3 data/recordings/x\n")
    return found("fetch.txt")


@act()
def fetch_txt_listed_in_the_tagmanifest(package: Path) -> Expectation:
    (package / "fetch.txt").write_bytes(b"https://example.invalid/x 3 data/recordings/x\n")
    retag(package)
    return found("fetch.txt")


@act()
def stray_tag_file(package: Path) -> Expectation:
    (package / "READ ME NOW.txt").write_bytes(b"Open the other bundle.\n")
    return found("READ ME NOW.txt")


@act()
def stray_tag_file_and_retag(package: Path) -> Expectation:
    """The tag manifest lists it; no part of the format has such a file."""
    (package / "READ ME NOW.txt").write_bytes(b"Open the other bundle.\n")
    retag(package)
    return found("READ ME NOW.txt")


@act()
def stray_folder_beside_data(package: Path) -> Expectation:
    (package / "recordings").mkdir()
    shutil.copyfile(package / recording_path(package), package / "recordings/visit.m4a")
    return found("recordings/visit.m4a")


@act()
def unlisted_signature(package: Path) -> Expectation:
    """A folder of signatures that sign nothing must not pass as a seal."""
    (package / "signatures").mkdir()
    (package / "signatures/tagmanifest-sha256.txt.p7s").write_bytes(b"0\x80")
    return found("signatures/tagmanifest-sha256.txt.p7s")


# --- how a manifest is written


@act()
def crlf_manifest(package: Path) -> Expectation:
    path = package / MANIFEST
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    retag(package)
    return found(MANIFEST)


@act()
def uppercase_hex_manifest(package: Path) -> Expectation:
    path = package / MANIFEST
    upper = re.sub(rb"(?m)^[0-9a-f]{64}", lambda line: line[0].upper(), path.read_bytes())
    path.write_bytes(upper)
    retag(package)
    return found(MANIFEST)


@act()
def duplicate_manifest_line(package: Path) -> Expectation:
    """The first line is right and the last wrong: readers take one or the other."""
    path = package / MANIFEST
    path.write_bytes(path.read_bytes() + b"0" * 64 + f"  {TRANSCRIPT}\n".encode())
    retag(package)
    return found(MANIFEST)


@act()
def duplicate_right_manifest_line(package: Path) -> Expectation:
    path = package / MANIFEST
    path.write_bytes(path.read_bytes() + lines(package, [TRANSCRIPT]))
    retag(package)
    return found(MANIFEST)


@act()
def dotdot_in_manifest(package: Path) -> Expectation:
    """A line that leads out of the package, to a file that is there and has that digest."""
    outside = package.parent / "outside.txt"
    outside.write_bytes(b"outside\n")
    path = package / MANIFEST
    line = f"{digest(outside)}  data/../../outside.txt\n".encode()
    path.write_bytes(path.read_bytes() + line)
    retag(package)
    return found(("data/../../outside.txt", MANIFEST))


@act()
def dotdot_within_the_package_in_manifest(package: Path) -> Expectation:
    name = TRANSCRIPT.removeprefix("data/")
    replace(package / MANIFEST, TRANSCRIPT.encode(), f"data/clips/../{name}".encode())
    retag(package)
    return found((f"data/clips/../{name}", MANIFEST))


@act()
def absolute_path_in_manifest(package: Path) -> Expectation:
    outside = package.parent / "outside.txt"
    outside.write_bytes(b"outside\n")
    path = package / MANIFEST
    path.write_bytes(path.read_bytes() + f"{digest(outside)}  {outside}\n".encode())
    retag(package)
    # The path is this machine's, so the list is what must be named.
    return found(MANIFEST)


@act()
def dot_and_double_slash_in_manifest(package: Path) -> Expectation:
    replace(package / MANIFEST, b"  data/transcripts/", b"  ./data//transcripts/")
    retag(package)
    return found(MANIFEST)


@act()
def backslash_in_manifest(package: Path) -> Expectation:
    replace(package / MANIFEST, b"  data/transcripts/", rb"  data\\transcripts\\")
    retag(package)
    return found(TRANSCRIPT)


@act()
def percent_encoding_in_manifest(package: Path) -> Expectation:
    """Some readers decode %65 as e, others look for a file with that name."""
    replace(package / MANIFEST, b"visit.corrected", b"visit.corr%65cted")
    retag(package)
    return found(TRANSCRIPT)


@act()
def asterisk_in_manifest(package: Path) -> Expectation:
    """sha256sum's mark of a binary file, which BagIt 1.0 no longer has."""
    replace(package / MANIFEST, rb"  data/index\.csv", b" *data/index.csv")
    retag(package)
    return found((MANIFEST, "data/index.csv"))


@act()
def tab_in_manifest(package: Path) -> Expectation:
    replace(package / MANIFEST, rb"  data/index\.csv", b"\tdata/index.csv")
    retag(package)
    return found("data/index.csv")


@act()
def manifest_in_another_order(package: Path) -> Expectation:
    path = package / MANIFEST
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    retag(package)
    return unseen("the order of a manifest's lines has no meaning (RFC 8493 section 2.1.3)")


@act()
def manifest_without_its_last_line_feed(package: Path) -> Expectation:
    path = package / MANIFEST
    path.write_bytes(path.read_bytes()[:-1])
    retag(package)
    return found(MANIFEST)


@act()
def byte_order_mark_in_manifest(package: Path) -> Expectation:
    path = package / MANIFEST
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    retag(package)
    return found(MANIFEST)


@act()
def comment_in_manifest(package: Path) -> Expectation:
    path = package / MANIFEST
    path.write_bytes(b"# checked by hand, all well\n" + path.read_bytes())
    retag(package)
    return found(MANIFEST)


@act()
def null_byte_in_manifest(package: Path) -> Expectation:
    path = package / MANIFEST
    path.write_bytes(path.read_bytes() + b"0" * 64 + b"  data/a\0b\n")
    retag(package)
    return found((MANIFEST, r"data/a\x00b", r"data/a\u0000b"))


@act()
def manifest_that_is_no_text(package: Path) -> Expectation:
    (package / MANIFEST).write_bytes(bytes(range(256)) * 16)
    retag(package)
    return found(MANIFEST)


@act()
def lone_surrogate_in_manifest(package: Path) -> Expectation:
    path = package / MANIFEST
    path.write_bytes(path.read_bytes() + b"0" * 64 + b"  data/\xed\xa0\x80\n")
    retag(package)
    return found(MANIFEST)


@act()
def manifest_line_of_a_megabyte(package: Path) -> Expectation:
    path = package / MANIFEST
    path.write_bytes(path.read_bytes() + b"0" * 64 + b"  data/" + b"x" * 1_000_000 + b"\n")
    retag(package)
    return found(MANIFEST)


@act()
def folder_listed_as_a_file(package: Path) -> Expectation:
    path = package / MANIFEST
    path.write_bytes(path.read_bytes() + b"0" * 64 + b"  data/clips\n")
    retag(package)
    return found(("data/clips", MANIFEST))


@act()
def tag_file_listed_in_manifest(package: Path) -> Expectation:
    """The manifest is for the payload; here it vouches for a file outside it."""
    path = package / MANIFEST
    path.write_bytes(path.read_bytes() + lines(package, ["bagit.txt"]))
    retag(package)
    return found("bagit.txt")


# --- what is no ordinary file


@act()
def empty_folder(package: Path) -> Expectation:
    (package / "data/withheld").mkdir()
    return found("data/withheld")


@act()
def empty_folder_beside_data(package: Path) -> Expectation:
    (package / "signatures").mkdir()
    return found("signatures")


@act()
def symlink(package: Path) -> Expectation:
    """A link to bytes outside that have the right digest today."""
    path = package / TRANSCRIPT
    path.rename(package.parent / "elsewhere.vtt")
    path.symlink_to(package.parent / "elsewhere.vtt")
    return found(TRANSCRIPT)


@act()
def symlink_within_the_package(package: Path) -> Expectation:
    path = package / TRANSCRIPT
    shutil.copyfile(path, package / "data/transcripts/copy.vtt")
    path.unlink()
    path.symlink_to("copy.vtt")
    seal(package)
    return found(TRANSCRIPT)


@act()
def symlink_to_a_folder(package: Path) -> Expectation:
    (package / "data/recordings").rename(package.parent / "recordings")
    (package / "data/recordings").symlink_to(package.parent / "recordings")
    return found("data/recordings")


@act()
def symlink_in_place_of_data(package: Path) -> Expectation:
    (package / "data").rename(package.parent / "elsewhere")
    (package / "data").symlink_to(package.parent / "elsewhere")
    return found("data")


@act()
def symlink_in_place_of_the_manifest(package: Path) -> Expectation:
    (package / MANIFEST).rename(package.parent / MANIFEST)
    (package / MANIFEST).symlink_to(package.parent / MANIFEST)
    return found(MANIFEST)


@act()
def symlink_in_place_of_the_tagmanifest(package: Path) -> Expectation:
    (package / TAGMANIFEST).rename(package.parent / TAGMANIFEST)
    (package / TAGMANIFEST).symlink_to(package.parent / TAGMANIFEST)
    return found(TAGMANIFEST)


@act()
def symlink_in_place_of_the_record(package: Path) -> Expectation:
    (package / RECORD).rename(package.parent / "bundle.json")
    (package / RECORD).symlink_to(package.parent / "bundle.json")
    return found(RECORD)


@act()
def dangling_symlink(package: Path) -> Expectation:
    (package / "data/clips/later.wav").symlink_to("nowhere")
    return found("data/clips/later.wav")


@act()
def symlink_that_leads_round(package: Path) -> Expectation:
    (package / "data/clips/again").symlink_to("..")
    return found("data/clips/again")


@act()
def fifo(package: Path) -> Expectation:
    """A pipe, which keeps a reader waiting for ever."""
    os.mkfifo(package / "data/clips/later.wav")
    return found("data/clips/later.wav")


@act()
def fifo_in_place_of_a_recording(package: Path) -> Expectation:
    path = recording_path(package, 2)
    (package / path).unlink()
    os.mkfifo(package / path)
    return found(path)


@act()
def fifo_in_place_of_the_record(package: Path) -> Expectation:
    (package / RECORD).unlink()
    os.mkfifo(package / RECORD)
    return found(RECORD)


@act()
def fifo_in_place_of_the_manifest(package: Path) -> Expectation:
    (package / MANIFEST).unlink()
    os.mkfifo(package / MANIFEST)
    return found(MANIFEST)


@act()
def fifo_in_place_of_bag_info(package: Path) -> Expectation:
    (package / INFO).unlink()
    os.mkfifo(package / INFO)
    return found(INFO)


@act()
def folder_in_place_of_the_record(package: Path) -> Expectation:
    (package / RECORD).unlink()
    (package / RECORD).mkdir()
    return found(RECORD)


@act()
def folder_in_place_of_the_tagmanifest(package: Path) -> Expectation:
    (package / TAGMANIFEST).unlink()
    (package / TAGMANIFEST).mkdir()
    return found(TAGMANIFEST)


@act()
def file_in_place_of_data(package: Path) -> Expectation:
    shutil.rmtree(package / "data")
    (package / "data").write_bytes(b"data")
    retag(package)
    return found(RECORD)


@act()
def hard_link(package: Path) -> Expectation:
    """The bytes can be changed later through a name outside the package."""
    os.link(package / TRANSCRIPT, package.parent / "elsewhere.vtt")
    return unseen(
        "a second name of the same bytes changes none of them, which is a warning and no failure; "
        "once it is used to change them, the digest differs"
    )


# --- names


@act()
def case_twin(package: Path) -> Expectation:
    place(package / "data/recordings/VISIT.M4A", b"another recording")
    seal(package)
    return found("data/recordings/VISIT.M4A")


@act()
def nfc_nfd_twin(package: Path) -> Expectation:
    """Two names that look the same, both listed."""
    composed = unicodedata.normalize("NFC", "Café.vtt")
    place(package / "data/transcripts" / composed, b"one")
    place(package / "data/transcripts" / unicodedata.normalize("NFD", composed), b"other")
    seal(package)
    return found("data/transcripts/" + unicodedata.normalize("NFD", composed))


@act()
def nfd_name_on_disk_nfc_name_in_the_list(package: Path) -> Expectation:
    composed = unicodedata.normalize("NFC", "data/transcripts/Café.vtt")
    place(package / unicodedata.normalize("NFD", composed), b"one")
    line = f"{digest(package / unicodedata.normalize('NFD', composed))}  {composed}\n"
    path = package / MANIFEST
    path.write_bytes(path.read_bytes() + line.encode())
    retag(package)
    return found(composed)


@act()
def device_name(package: Path) -> Expectation:
    place(package / "data/clips/aux.wav", b"RIFF")
    seal(package)
    return found("data/clips/aux.wav")


@act()
def name_with_a_line_feed(package: Path) -> Expectation:
    """A name that a list of lines cannot hold, and that writes a line of its own into a report."""
    place(package / "data/clips/a\nCONSISTENT.wav", b"RIFF")
    return found("a")


@act()
def name_with_a_trailing_space(package: Path) -> Expectation:
    place(package / "data/index.csv ", (package / "data/index.csv").read_bytes())
    seal(package)
    return found("data/index.csv ")


@act()
def name_that_turns_the_line_round(package: Path) -> Expectation:
    """U+202E shows gpj.exe as exe.jpg."""
    place(package / "data/documents/\u202egpj.exe", b"MZ")
    seal(package)
    return found("documents")


@act()
def name_that_is_no_text(package: Path) -> Expectation:
    """Bytes that are not UTF-8."""
    folder = os.fsencode(package / "data/clips")
    try:
        with open(folder + b"/\xff\xfe.wav", "wb") as file:  # noqa: PTH123 - bytes
            file.write(b"RIFF")
    except OSError:
        pytest.skip("this disk takes no such name")
    return found("data/clips")


@act()
def colour_codes_in_a_name(package: Path) -> Expectation:
    """Escape codes that clear a terminal and print a verdict of their own."""
    place(package / "data/clips/\x1b[2J\x1b[32mCONSISTENT.wav", b"RIFF")
    return found((r"data/clips/\x1b[2J\x1b[32mCONSISTENT.wav", "CONSISTENT.wav"))


@act()
def fold_a_name_to_a_look_alike(package: Path) -> Expectation:
    """A Cyrillic a in a name that the record spells with a Latin one."""
    path = clip_path(package, 4)
    (package / path).rename(package / path.replace("Voicemail", "Voicem\u0430il"))
    seal(package)
    return found(clip_name(package, 4))


@act()
def deep_folders(package: Path) -> Expectation:
    """Folders within folders, further than recursion and a path reach."""
    deepest = package / "data"
    here = os.open(deepest, os.O_RDONLY)
    for _ in range(2500):
        os.mkdir("d", dir_fd=here)
        there = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = there
    os.close(here)
    return found("data/d")
