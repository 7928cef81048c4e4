# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fifty-four acts upon a sealed package, in the order of their numbers.

Each is a function named by what is done. Three kinds of hand do them: anybody (nothing is made to
agree), somebody who makes the lists agree again, and the holder of the key, who also signs and
stamps anew. Signing and stamping is done here with the stock `openssl`, from the format alone.

What must be found is said by `names`: the files, pages or ids that the report has to name. Of one
act nobody can say anything from the package alone, `act_50`; the report must say that of itself.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from attrs import field, frozen
from support_sound import sound, write_wav
from support_tsa import Authority, pem, plain_pem
from tamper.insider import (
    HEAD,
    INFO,
    LOG,
    MANIFEST,
    TAGMANIFEST,
    bundle_path,
    clip_name,
    clip_path,
    entries,
    flip,
    pin,
    rebuild,
    record_of,
    recording_path,
    replace,
    retag,
    seal,
    sha256,
    swap,
    write_log,
    write_record,
)

from evidencekit.custody.keys import SigningKey

SIGNATURES = "signatures"
P7S = f"{SIGNATURES}/{TAGMANIFEST}.p7s"
TSQ = f"{P7S}.tsq"
TSR = f"{P7S}.tsr"
SIGNER = f"{SIGNATURES}/signer.crt"
ROOTS = f"{TSR}.crt"


@frozen(kw_only=True)
class Sealed:
    """A sealed package, a folder for keys outside it, and the keys of its holder and of others."""

    package: Path
    keys: Path
    holder: SigningKey
    stranger: SigningKey
    authority: Authority
    foreign: Authority
    #: Builds the matter anew, with other sound in its first recording, as this package.
    build_anew: Callable[[Path], Any] = field(repr=False)


@frozen(kw_only=True)
class SealedAct:
    """Act *number* of the list. `names` is returned by it: what the report must name."""

    number: int
    name: str
    do: Callable[[Sealed], tuple[Any, ...]]
    #: A warning is enough: nothing is changed, and nothing need be.
    only_warned: bool = False


SEALED_ACTS: dict[int, SealedAct] = {}
UNDETECTED = 50


def act(number: int, *, only_warned: bool = False) -> Callable[[Any], Any]:
    def register(function: Callable[[Sealed], tuple[Any, ...]]) -> Any:
        assert number not in SEALED_ACTS, number
        SEALED_ACTS[number] = SealedAct(
            number=number, name=function.__name__, do=function, only_warned=only_warned
        )
        return function

    return register


# --- what a holder of keys does


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def sign(sealed: Sealed, key: SigningKey) -> None:
    """Sign the tag manifest as it is now, with stock tools, and put the certificate beside it."""
    certificate, private = sealed.keys / "signing.crt", sealed.keys / "signing.key"
    certificate.write_bytes(pem(key.certificate))
    private.write_bytes(plain_pem(key.private_key))
    openssl(
        *("cms", "-sign", "-binary", "-nosmimecap", "-md", "sha256", "-outform", "DER"),
        *("-in", sealed.package / TAGMANIFEST, "-out", sealed.package / P7S),
        *("-signer", certificate, "-inkey", private),
    )
    (sealed.package / SIGNER).write_bytes(pem(key.certificate))


def stamp(sealed: Sealed, authority: Authority, *, of: str = P7S) -> None:
    """Have an authority stamp a file of the package, and keep request and answer."""
    query = sealed.package / TSQ
    openssl("ts", "-query", "-data", sealed.package / of, "-sha256", "-cert", "-out", query)
    (sealed.package / TSR).write_bytes(authority.reply(query.read_bytes()))


def relist(package: Path) -> None:
    """Make the seal's own list of digests agree with its files."""
    folder = package / SIGNATURES
    names = sorted(each.name for each in folder.iterdir() if each.name != "seal-sha256.txt")
    lines = [
        f"{hashlib.sha256((folder / each).read_bytes()).hexdigest()}  {each}\n" for each in names
    ]
    (folder / "seal-sha256.txt").write_text("".join(lines))


def seal_again(sealed: Sealed) -> None:
    """Sign and stamp anew, as only the holder of the key can."""
    sign(sealed, sealed.holder)
    stamp(sealed, sealed.authority)
    relist(sealed.package)


def recording_name(package: Path) -> tuple[str, ...]:
    """Return the names of the first recording: its file, and its id."""
    return (recording_path(package), record_of(package)["recordings"][0]["id"])


def swap_clips(package: Path) -> None:
    swap(package / clip_path(package, 1), package / clip_path(package, 2))


def change_title(package: Path) -> None:
    record = record_of(package)
    record["clips"][0]["title"] = "The refusal is withdrawn"
    write_record(package, record)


# --- 1 to 11: recordings, clips and other files


@act(1)
def flip_a_bit_of_a_recording(sealed: Sealed) -> tuple[Any, ...]:
    path = recording_path(sealed.package)
    flip(sealed.package / path)
    return (path,)


@act(2)
def append_to_a_recording(sealed: Sealed) -> tuple[Any, ...]:
    path = recording_path(sealed.package)
    with (sealed.package / path).open("ab") as file:
        file.write(b"\0")
    return (path,)


@act(3)
def truncate_a_recording(sealed: Sealed) -> tuple[Any, ...]:
    path = recording_path(sealed.package)
    os.truncate(sealed.package / path, (sealed.package / path).stat().st_size - 100)
    return (path,)


@act(4)
def delete_a_clip(sealed: Sealed) -> tuple[Any, ...]:
    path = clip_path(sealed.package, 1)
    (sealed.package / path).unlink()
    return (path,)


@act(5)
def add_a_file(sealed: Sealed) -> tuple[Any, ...]:
    (sealed.package / "data/clips/Clip 9 - never agreed.wav").write_bytes(b"RIFF")
    return ("data/clips/Clip 9 - never agreed.wav",)


@act(6)
def rename_a_clip(sealed: Sealed) -> tuple[Any, ...]:
    path = clip_path(sealed.package, 1)
    (sealed.package / path).rename(sealed.package / "data/clips/Clip 1.wav")
    return (path, "data/clips/Clip 1.wav")


@act(7)
def swap_two_clips(sealed: Sealed) -> tuple[Any, ...]:
    swap_clips(sealed.package)
    return (clip_path(sealed.package, 1), clip_path(sealed.package, 2))


@act(8)
def swap_two_clips_and_rehash(sealed: Sealed) -> tuple[Any, ...]:
    swap_clips(sealed.package)
    rebuild(sealed.package)
    return (clip_name(sealed.package, 1), clip_name(sealed.package, 2), TAGMANIFEST)


@act(9)
def swap_two_clips_and_sign_with_a_foreign_key_of_the_same_name(sealed: Sealed) -> tuple[Any, ...]:
    swap_clips(sealed.package)
    rebuild(sealed.package)
    sign(sealed, sealed.stranger)
    stamp(sealed, sealed.authority)
    relist(sealed.package)
    return (clip_name(sealed.package, 1), clip_name(sealed.package, 2), SIGNER)


@act(10)
def swap_two_clips_by_the_holder(sealed: Sealed) -> tuple[Any, ...]:
    swap_clips(sealed.package)
    rebuild(sealed.package)
    seal_again(sealed)
    return (clip_name(sealed.package, 1), clip_name(sealed.package, 2))


@act(11)
def edit_the_record_and_rehash(sealed: Sealed) -> tuple[Any, ...]:
    change_title(sealed.package)
    seal(sealed.package)
    return (TAGMANIFEST, clip_name(sealed.package, 1))


# --- 12 to 19: the custody log


@act(12)
def edit_a_log_entry(sealed: Sealed) -> tuple[Any, ...]:
    replace(sealed.package / LOG, b"Ruth Kemp", b"Ruth Kamp")
    return (LOG,)


@act(13)
def cut_the_log_tail(sealed: Sealed) -> tuple[Any, ...]:
    path = sealed.package / LOG
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    return (LOG,)


@act(14)
def cut_the_log_tail_and_rehash(sealed: Sealed) -> tuple[Any, ...]:
    cut_the_log_tail(sealed)
    rebuild(sealed.package)
    return (LOG, TAGMANIFEST)


@act(15)
def cut_the_log_tail_by_the_holder(sealed: Sealed) -> tuple[Any, ...]:
    cut_the_log_tail(sealed)
    rebuild(sealed.package)
    seal_again(sealed)
    return (LOG,)


@act(16)
def write_the_log_anew_by_the_holder(sealed: Sealed) -> tuple[Any, ...]:
    log = entries(sealed.package)
    for entry in log:
        entry["recorded_at"] = "2026-03-11T14:30:00Z"
    write_log(sealed.package, log)
    pin(sealed.package)
    rebuild(sealed.package)
    seal_again(sealed)
    return (HEAD,)


@act(17)
def reorder_the_log(sealed: Sealed) -> tuple[Any, ...]:
    path = sealed.package / LOG
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    return (LOG,)


@act(18)
def tear_the_log(sealed: Sealed) -> tuple[Any, ...]:
    path = sealed.package / LOG
    os.truncate(path, path.stat().st_size - 20)
    return (LOG,)


@act(19)
def give_the_log_windows_line_ends(sealed: Sealed) -> tuple[Any, ...]:
    replace(sealed.package / LOG, b"\n", b"\r\n", count=0)
    return (LOG,)


# --- 20 to 28: lists, bag-info, and what goes with them


@act(20)
def delete_the_tag_manifest(sealed: Sealed) -> tuple[Any, ...]:
    (sealed.package / TAGMANIFEST).unlink()
    return (TAGMANIFEST,)


@act(21)
def delete_the_tag_manifest_and_edit_bag_info(sealed: Sealed) -> tuple[Any, ...]:
    (sealed.package / TAGMANIFEST).unlink()
    replace(sealed.package / INFO, rb"Bagging-Date: [^\n]*", b"Bagging-Date: 2026-03-11")
    return (TAGMANIFEST,)


@act(22)
def put_a_tag_manifest_by_sha512_in_place_of_the_signed_one(sealed: Sealed) -> tuple[Any, ...]:
    """A package has one algorithm; a bag may have another, which stock tools are content with."""
    (sealed.package / TAGMANIFEST).unlink()
    tags = ("bag-info.txt", "bagit.txt", MANIFEST)
    lines = [
        f"{hashlib.sha512((sealed.package / each).read_bytes()).hexdigest()}  {each}\n"
        for each in tags
    ]
    (sealed.package / "tagmanifest-sha512.txt").write_text("".join(lines))
    return (TAGMANIFEST, "tagmanifest-sha512.txt")


@act(23)
def edit_bag_info(sealed: Sealed) -> tuple[Any, ...]:
    replace(sealed.package / INFO, rb"Bagging-Date: [^\n]*", b"Bagging-Date: 2026-03-11")
    return (INFO,)


@act(24)
def put_a_manifest_by_sha512_in_place_of_the_listed_one_and_retag(
    sealed: Sealed,
) -> tuple[Any, ...]:
    package = sealed.package
    paths = [line.split("  ", 1)[1] for line in (package / MANIFEST).read_text().splitlines()]
    (package / MANIFEST).unlink()
    lines = [
        f"{hashlib.sha512((package / each).read_bytes()).hexdigest()}  {each}\n" for each in paths
    ]
    (package / "manifest-sha512.txt").write_text("".join(lines))
    retag(package)
    return (MANIFEST, "manifest-sha512.txt", TAGMANIFEST)


@act(25)
def delete_bag_info(sealed: Sealed) -> tuple[Any, ...]:
    (sealed.package / INFO).unlink()
    return (INFO,)


@act(26)
def edit_a_recording_and_rehash(sealed: Sealed) -> tuple[Any, ...]:
    path = recording_path(sealed.package)
    flip(sealed.package / path)
    rebuild(sealed.package)
    return (recording_name(sealed.package), TAGMANIFEST)


@act(27)
def edit_a_recording_rehash_and_strip_the_seal(sealed: Sealed) -> tuple[Any, ...]:
    path = recording_path(sealed.package)
    flip(sealed.package / path)
    rebuild(sealed.package)
    shutil.rmtree(sealed.package / SIGNATURES)
    return (recording_name(sealed.package), SIGNATURES)


@act(28)
def edit_a_recording_rehash_and_seal_with_foreign_key_and_stamp(
    sealed: Sealed,
) -> tuple[Any, ...]:
    path = recording_path(sealed.package)
    flip(sealed.package / path)
    rebuild(sealed.package)
    sign(sealed, sealed.stranger)
    stamp(sealed, sealed.foreign)
    relist(sealed.package)
    return (recording_name(sealed.package), SIGNER, TSR)


# --- 29 to 34: signature and stamp alone


@act(29)
def strip_the_seal(sealed: Sealed) -> tuple[Any, ...]:
    shutil.rmtree(sealed.package / SIGNATURES)
    return (SIGNATURES,)


@act(30)
def strip_the_stamp(sealed: Sealed) -> tuple[Any, ...]:
    for each in (TSQ, TSR, ROOTS):
        (sealed.package / each).unlink()
    relist(sealed.package)
    return (TSR,)


@act(31)
def put_a_bare_token_in_place_of_the_answer(sealed: Sealed) -> tuple[Any, ...]:
    openssl(
        *("ts", "-reply", "-in", sealed.package / TSR, "-token_out"),
        *("-out", sealed.keys / "token"),
    )
    (sealed.package / TSR).write_bytes((sealed.keys / "token").read_bytes())
    relist(sealed.package)
    return (TSR,)


@act(32)
def put_a_stamp_of_another_file_in_place_of_its_own(sealed: Sealed) -> tuple[Any, ...]:
    stamp(sealed, sealed.authority, of=MANIFEST)
    relist(sealed.package)
    return (TSR,)


@act(33)
def add_bytes_after_the_stamp(sealed: Sealed) -> tuple[Any, ...]:
    with (sealed.package / TSR).open("ab") as file:
        file.write(b"\0")
    relist(sealed.package)
    return (TSR,)


@act(34)
def add_bytes_after_the_signature(sealed: Sealed) -> tuple[Any, ...]:
    with (sealed.package / P7S).open("ab") as file:
        file.write(b"\0")
    relist(sealed.package)
    return (P7S,)


# --- 35 to 45: names, and what is no file


@act(35)
def add_a_stray_tag_file(sealed: Sealed) -> tuple[Any, ...]:
    (sealed.package / "notes.txt").write_text("read this instead\n")
    return ("notes.txt",)


@act(36)
def add_a_stray_file_to_the_seal(sealed: Sealed) -> tuple[Any, ...]:
    (sealed.package / SIGNATURES / "HOW TO CHECK NOW.txt").write_text("run this\n")
    relist(sealed.package)
    return (f"{SIGNATURES}/HOW TO CHECK NOW.txt",)


@act(37)
def add_an_empty_folder(sealed: Sealed) -> tuple[Any, ...]:
    (sealed.package / "data/withheld").mkdir()
    return ("data/withheld",)


@act(38)
def put_a_link_in_place_of_a_recording(sealed: Sealed) -> tuple[Any, ...]:
    path = recording_path(sealed.package)
    outside = sealed.keys / "recording.wav"
    (sealed.package / path).rename(outside)
    (sealed.package / path).symlink_to(outside)
    return (path,)


@act(39, only_warned=True)
def give_a_recording_a_second_name_outside(sealed: Sealed) -> tuple[Any, ...]:
    path = recording_path(sealed.package)
    os.link(sealed.package / path, sealed.keys / "second.wav")
    return (path,)


@act(40)
def add_a_twin_by_case(sealed: Sealed) -> tuple[Any, ...]:
    path = Path(recording_path(sealed.package))
    twin = path.with_name(path.name.upper()).as_posix()
    (sealed.package / twin).write_bytes(b"other")
    return (twin,)


def _listed_twin(sealed: Sealed, name: str) -> tuple[Any, ...]:
    """Put a file into the package, its lists and its seal, as the holder can."""
    path = f"data/recordings/{name}"
    (sealed.package / path).write_bytes(b"other")
    seal(sealed.package)
    seal_again(sealed)
    return (path,)


@act(41)
def add_a_listed_twin_by_case_by_the_holder(sealed: Sealed) -> tuple[Any, ...]:
    return _listed_twin(sealed, Path(recording_path(sealed.package)).name.upper())


@act(42)
def add_a_listed_twin_by_composition_by_the_holder(sealed: Sealed) -> tuple[Any, ...]:
    composed = unicodedata.normalize("NFC", "e\u0301cole.wav")
    _listed_twin(sealed, composed)
    return _listed_twin(sealed, unicodedata.normalize("NFD", composed))


@act(43)
def add_a_listed_reserved_name_by_the_holder(sealed: Sealed) -> tuple[Any, ...]:
    return _listed_twin(sealed, "aux.wav")


@act(44)
def list_a_file_outside_the_package(sealed: Sealed) -> tuple[Any, ...]:
    (sealed.package.parent / "outside.txt").write_bytes(b"outside")
    with (sealed.package / MANIFEST).open("ab") as file:
        file.write(f"{sha256(b'outside')}  data/../../outside.txt\n".encode())
    return (MANIFEST,)


@act(45)
def list_a_file_twice(sealed: Sealed) -> tuple[Any, ...]:
    data = (sealed.package / MANIFEST).read_bytes()
    first = data.split(b"\n", 1)[0]
    (sealed.package / MANIFEST).write_bytes(data + b"0" * 64 + first[64:] + b"\n")
    return (MANIFEST,)


# --- 46 to 54: the PDF, recordings, and the rest


def _update_pdf(package: Path) -> str:
    """Hide page 2's contents by an incremental update, as PDF editors save."""
    path = bundle_path(package)
    data = (package / path).read_bytes()
    with pikepdf.open(package / path) as pdf:
        contents = pdf.pages[1].obj.get("/Contents")
        contents = contents[0] if isinstance(contents, pikepdf.Array) else contents
        number, size = contents.objgen[0], int(pdf.trailer["/Size"])
        root = pdf.trailer["/Root"].objgen[0]
    at = len(data) + 1
    body = f"\n{number} 0 obj\n<</Length 0>>\nstream\n\nendstream\nendobj\n".encode()
    previous = int(data[data.rfind(b"startxref") + 9 :].split()[0])
    table = at + len(body) - 1
    body += (
        f"xref\n{number} 1\n{at:010} 00000 n \ntrailer\n<</Size {size} /Root {root} 0 R "
        f"/Prev {previous}>>\nstartxref\n{table}\n%%EOF\n"
    ).encode()
    (package / path).write_bytes(data + body)
    return path


@act(46)
def append_to_the_pdf(sealed: Sealed) -> tuple[Any, ...]:
    path = bundle_path(sealed.package)
    with (sealed.package / path).open("ab") as file:
        file.write(b"\n% a remark\n")
    return (path,)


@act(47)
def update_the_pdf(sealed: Sealed) -> tuple[Any, ...]:
    return (_update_pdf(sealed.package),)


@act(48)
def update_the_pdf_by_the_holder(sealed: Sealed) -> tuple[Any, ...]:
    path = _update_pdf(sealed.package)
    rebuild(sealed.package)
    seal_again(sealed)
    return (path,)


@act(49)
def replace_a_recording_and_keep_the_log_by_the_holder(sealed: Sealed) -> tuple[Any, ...]:
    path = recording_path(sealed.package)
    write_wav(sealed.package / path, sound(3, seed=99))
    rebuild(sealed.package)
    seal_again(sealed)
    return (recording_name(sealed.package),)


@act(UNDETECTED)
def build_everything_anew_by_the_holder(sealed: Sealed) -> tuple[Any, ...]:
    """Another recording, another log, another bundle: all made anew, signed and stamped."""
    seal_files = {each.name: each.read_bytes() for each in (sealed.package / SIGNATURES).iterdir()}
    shutil.rmtree(sealed.package)
    sealed.build_anew(sealed.package)
    (sealed.package / SIGNATURES).mkdir()
    for name, data in seal_files.items():
        (sealed.package / SIGNATURES / name).write_bytes(data)
    seal_again(sealed)
    return ()


@act(51)
def give_the_manifest_windows_line_ends(sealed: Sealed) -> tuple[Any, ...]:
    replace(sealed.package / MANIFEST, b"\n", b"\r\n", count=0)
    return (MANIFEST,)


@act(52)
def change_a_file_and_its_manifest_line_only(sealed: Sealed) -> tuple[Any, ...]:
    package = sealed.package
    old = sha256((package / "data/index.csv").read_bytes())
    flip(package / "data/index.csv", offset=5)
    new = sha256((package / "data/index.csv").read_bytes())
    replace(package / MANIFEST, old.encode(), new.encode())
    return (MANIFEST,)


@act(53)
def add_a_fetch_list(sealed: Sealed) -> tuple[Any, ...]:
    (sealed.package / "fetch.txt").write_text("http://example.org/a.wav 4 data/a.wav\n")
    return ("fetch.txt",)


@act(54)
def add_a_pipe(sealed: Sealed) -> tuple[Any, ...]:
    os.mkfifo(sealed.package / "data/recordings/pipe.wav")
    return ("data/recordings/pipe.wav",)
