# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sealed folder is a bag to bagit and to sha256sum, and holds nothing they read differently."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from evidencekit.errors import Cancelled, OutputError
from evidencekit.package.bag import read_manifest, seal_bag

if TYPE_CHECKING:
    from pathlib import Path

RUN_AT = dt.datetime(2026, 5, 29, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=-2)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "bag"
    for name, data in {
        "data/bundle.json": b"{}\n",
        "data/clips/Clip 1 - Zażółć 家访.wav": b"RIFF" * 100,
        "data/clips/Clip 10.wav": b"x",
        "data/clips-and-more.txt": b"",
        "data/Re E (A Child) - Bundle.pdf": b"%PDF",
        "signatures/readme.txt": b"tag file",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def seal(folder: Path, **options: object) -> None:
    seal_bag(
        folder,
        run_at=RUN_AT,
        external_id="NB26C00123",
        software="evidencekit 0.1.0",
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("algorithms", [("sha256",), ("sha256", "sha512")])
def test_bagit_accepts_it(folder: Path, algorithms: tuple[str, ...]) -> None:
    bagit = pytest.importorskip("bagit")
    seal(folder, algorithms=algorithms)
    bag = bagit.Bag(str(folder))
    bag.validate()
    assert bag.version_info == (1, 0)
    assert sorted(bag.algorithms) == sorted(algorithms)
    assert bag.info["Payload-Oxum"] == "408.5"
    assert bag.info["External-Identifier"] == "NB26C00123"


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_the_stock_tool_accepts_both_lists(folder: Path, algorithm: str) -> None:
    tool = shutil.which(f"{algorithm}sum")
    if tool is None:
        pytest.skip(f"{algorithm}sum is not installed")
    seal(folder, algorithms=("sha256", "sha512"))
    for kind, count in (("manifest", 5), ("tagmanifest", 5)):
        done = subprocess.run(
            [tool, "--strict", "-c", f"{kind}-{algorithm}.txt"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.count(": OK\n") == count


def test_the_lists_name_every_file_once_in_the_order_of_bytes(folder: Path) -> None:
    seal(folder)
    lines = (folder / "manifest-sha256.txt").read_bytes().splitlines()
    paths = [line.split(b"  ", 1)[1] for line in lines]
    assert paths == sorted(paths)
    listed = {
        *read_manifest((folder / "manifest-sha256.txt").read_bytes()),
        *read_manifest((folder / "tagmanifest-sha256.txt").read_bytes()),
    }
    there = {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}
    assert there - listed == {"tagmanifest-sha256.txt"}
    assert listed <= there


def test_only_bag_info_tells_the_time_of_the_run(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    seal(folder)
    seal_bag(
        other,
        run_at=RUN_AT + dt.timedelta(days=900),
        external_id="NB26C00123",
        software="evidencekit 0.1.0",
    )
    differing = {
        each.name
        for each in folder.iterdir()
        if each.is_file() and each.read_bytes() != (other / each.name).read_bytes()
    }
    assert differing == {"bag-info.txt", "tagmanifest-sha256.txt"}


def test_bag_info_is_in_utc_and_one_line_a_label(folder: Path) -> None:
    seal_bag(
        folder, run_at=RUN_AT, external_id="Re E\r\n(A Child): ż", software="evidencekit 0.1.0"
    )
    assert (folder / "bag-info.txt").read_bytes().decode() == (
        "Bag-Software-Agent: evidencekit 0.1.0\n"
        "Bagging-Date: 2026-05-30\n"
        "Bagging-Time: 01:30:00Z\n"
        "External-Identifier: Re E (A Child): ż\n"
        "Payload-Oxum: 408.5\n"
    )


@pytest.mark.parametrize("name", ["a%b.txt", "a\nb.txt", "a\\b", "nul", "a ", "a.", "Zoe\u0301"])
def test_a_name_that_the_tools_read_differently_is_refused(folder: Path, name: str) -> None:
    (folder / "data" / name).write_bytes(b"x")
    with pytest.raises(OutputError, match="name that not every system keeps"):
        seal(folder)
    assert not (folder / "bagit.txt").exists()


def test_a_link_is_refused(folder: Path) -> None:
    (folder / "data" / "link").symlink_to("bundle.json")
    with pytest.raises(OutputError, match="is a link"):
        seal(folder)


def test_a_link_to_a_folder_is_refused(folder: Path) -> None:
    (folder / "data" / "link").symlink_to("..")
    with pytest.raises(OutputError, match="is a link"):
        seal(folder)


def test_an_empty_folder_is_refused(folder: Path) -> None:
    (folder / "data" / "clips" / "none").mkdir()
    with pytest.raises(OutputError, match="data/clips/none is an empty folder"):
        seal(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused(folder: Path) -> None:
    os.mkfifo(folder / "data" / "pipe")
    with pytest.raises(OutputError, match="not an ordinary file"):
        seal(folder)


def test_a_folder_without_payload_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_bytes(b"x")
    with pytest.raises(OutputError, match="no payload"):
        seal(tmp_path)


def test_a_bag_is_not_sealed_twice(folder: Path) -> None:
    seal(folder)
    before = (folder / "tagmanifest-sha256.txt").read_bytes()
    with pytest.raises(OutputError, match="is a bag already"):
        seal(folder)
    assert (folder / "tagmanifest-sha256.txt").read_bytes() == before


def test_a_time_without_a_zone_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        seal_bag(folder, run_at=RUN_AT.replace(tzinfo=None), external_id=None, software="x")


def test_sealing_can_be_cancelled(folder: Path) -> None:
    with pytest.raises(Cancelled):
        seal(folder, cancelled=lambda: True)
