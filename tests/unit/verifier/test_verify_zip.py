# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import shutil
import stat
import struct
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest
from support_verify import assert_quiet, build

import evidencekit as ek
from evidencekit.errors import NotAPackage
from evidencekit.verifier import zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("zipped")).path


def zip_of(package: Path, to: Path, *, within: str = "") -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(package.rglob("*")):
            if each.is_file():
                archive.write(each, f"{within}{each.relative_to(package).as_posix()}")
    return to


@pytest.mark.parametrize("within", ["", "NB26C00123 file/"])
def test_a_zip_of_a_package_is_checked_as_the_package_is(
    within: str, package: Path, tmp_path: Path
) -> None:
    path = zip_of(package, tmp_path / "package.zip", within=within)
    report = assert_quiet(path)
    assert report.subject == str(path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["package.zip"]


def test_what_a_mac_adds_to_a_zip_is_no_part_of_the_package(package: Path, tmp_path: Path) -> None:
    path = zip_of(package, tmp_path / "package.zip", within="a/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/a/._bagit.txt", b"\0\5\x16\7")
    assert_quiet(path)


@pytest.mark.skipif(shutil.which("zip") is None, reason="the zip command is not installed")
def test_a_zip_of_another_program_is_read(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    subprocess.run(["zip", "-qr", path, package.name], cwd=package.parent, check=True)
    assert_quiet(path)


def test_damage_inside_a_zip_is_found(package: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(package, tmp_path / "copy")
    with (copy / "data/index.csv").open("ab") as file:
        file.write(b"x")
    report = ek.verify(zip_of(copy, tmp_path / "package.zip"))
    assert "data/index.csv" in {each.subject for each in report.failures}


def link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("data/clips/link.wav")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


def pipe(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("data/clips/pipe.wav")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFIFO | 0o600) << 16
    archive.writestr(entry, "")


def named(*names: str) -> Callable[[zipfile.ZipFile], None]:
    def add(archive: zipfile.ZipFile) -> None:
        for name in names:
            archive.writestr(name, b"x")

    return add


def bomb(archive: zipfile.ZipFile) -> None:
    with archive.open("data/zeros", "w", force_zip64=True) as file:
        for _ in range(1100):
            file.write(bytes(1_000_000))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("add", "reason"),
    [
        (named("../outside"), "leads out"),
        (named("data/../../outside"), "leads out"),
        (named("/etc/outside"), "another system"),
        (named("C:\\outside"), "another system"),
        (named("data\\outside"), "another system"),
        (named("C:outside"), "another system"),
        (named("data//x"), "not plain"),
        (named("./x"), "not plain"),
        (named("/".join(["d"] * 40)), "deeper"),
        (named("data/a\nb"), "control characters"),
        (named("data/" + "x" * 300), "too long"),
        (named("bagit.txt"), "two entries of one name"),
        (named("BAGIT.TXT"), "two entries of one name"),
        (named("data/é", "data/e\u0301"), "two entries of one name"),
        (named("bagit.txt/x"), "a folder too"),
        (link, "a link"),
        (pipe, "a link or a special file"),
        (bomb, "unpacks to"),
    ],
)
def test_a_zip_that_is_not_safe_is_refused_with_its_reason(
    add: Callable[[zipfile.ZipFile], None], reason: str, package: Path, tmp_path: Path
) -> None:
    path = zip_of(package, tmp_path / "package.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        add(archive)
    with pytest.raises(NotAPackage, match=reason) as caught:
        ek.verify(path)
    assert "\n" not in str(caught.value)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["package.zip"]


def test_entries_that_share_their_bytes_are_refused(package: Path, tmp_path: Path) -> None:
    """Two entries of the directory lead to one place: a small file that unpacks without end."""
    path = zip_of(package, tmp_path / "package.zip")
    with zipfile.ZipFile(path, "a") as archive:
        first = archive.infolist()[0]
        again = zipfile.ZipInfo("data/again")
        for key in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
            setattr(again, key, getattr(first, key))
        archive.filelist.append(again)
        archive.NameToInfo[again.filename] = again
        archive._didModify = True
    with pytest.raises(NotAPackage, match="over each other"):
        ek.verify(path)


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + bytes(18), b"PK\3\4" * 100])
def test_what_is_no_zip_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_bytes(data)
    with pytest.raises(NotAPackage):
        ek.verify(tmp_path / "package.zip")


def test_a_zip_cut_short_is_refused(package: Path, tmp_path: Path) -> None:
    path = zip_of(package, tmp_path / "package.zip")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(NotAPackage, match="damaged"):
        ek.verify(path)


def test_a_zip_with_a_changed_byte_is_refused(package: Path, tmp_path: Path) -> None:
    path = zip_of(package, tmp_path / "package.zip")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = max(archive.infolist(), key=lambda each: each.compress_size)
    data[entry.header_offset + 200] ^= 1
    path.write_bytes(data)
    with pytest.raises(NotAPackage, match="damaged"):
        ek.verify(path)


def test_a_zip_with_a_password_is_refused(package: Path, tmp_path: Path) -> None:
    path = zip_of(package, tmp_path / "package.zip")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    (flags,) = struct.unpack_from("<H", data, start + 8)
    struct.pack_into("<H", data, start + 8, flags | 1)
    path.write_bytes(data)
    with pytest.raises(NotAPackage, match="password"):
        ek.verify(path)


def test_a_zip_that_the_disk_has_no_room_for_is_refused(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zip_of(package, tmp_path / "package.zip")
    monkeypatch.setattr(zipped, "_LEAST_LEFT", 2**60)
    with pytest.raises(NotAPackage, match="are free"):
        ek.verify(path)


@pytest.mark.parametrize(
    "names", [("a/bagit.txt", "b/bagit.txt"), ("readme.txt",), ("a/b/bagit.txt",)]
)
def test_a_zip_without_one_package_is_refused(names: tuple[str, ...], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as archive:
        named(*names)(archive)
    with pytest.raises(NotAPackage, match="without a package"):
        ek.verify(tmp_path / "package.zip")


def test_the_unpacked_files_are_gone_when_it_is_cancelled(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    path = zip_of(package, tmp_path / "package.zip")
    asked = iter([False] * 5)
    with pytest.raises(ek.Cancelled):
        ek.verify(path, cancelled=lambda: next(asked, True))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["package.zip"]


def test_one_file_of_a_package_is_told_from_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "Bundle.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(NotAPackage, match=r"is one file\. Name the folder"):
        ek.verify(path)
