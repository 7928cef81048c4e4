# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that checks a package with stock tools works as it is printed, and finds what it should."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support_seal import NOW as TODAY
from support_seal import self_signed
from support_tsa import Authority, needs_openssl, serve

from evidencekit.custody.seal import seal

PAGE = Path(__file__).parent.parent.parent / "docs" / "verify-without-evidencekit.md"
TOOLS = ("bash", "sha256sum", "ffmpeg", "od", "awk")

pytestmark = pytest.mark.skipif(
    not all(shutil.which(tool) for tool in TOOLS),
    reason=f"one of {', '.join(TOOLS)} is not on this machine",
)


def blocks():
    return re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def follow_the_page(package, scratch):
    script = "set -euo pipefail\n" + "\n".join(blocks()).replace("/tmp/", f"{scratch}/")
    return subprocess.run(
        ["bash", "-c", script], cwd=package, check=False, capture_output=True, text=True
    )


@pytest.fixture
def copy(home_visit_package, tmp_path):
    return shutil.copytree(home_visit_package.path, tmp_path / "package")


def test_a_good_package_passes_every_step(home_visit_package, tmp_path):
    result = follow_the_page(home_visit_package.path, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    head = home_visit_package.record["custody"]["head"]
    assert f"head of the log: {head}\n" in result.stdout
    assert re.search(r"largest difference: [01]\n", result.stdout)


def test_a_changed_recording_is_found(copy, tmp_path):
    path = copy / "data/recordings/voicemail.mp3"
    path.write_bytes(path.read_bytes() + b"\0")
    assert follow_the_page(copy, tmp_path).returncode != 0


def test_an_added_file_is_found(copy, tmp_path):
    (copy / "data/clips/another.wav").write_bytes(b"RIFF")
    assert "another.wav" in follow_the_page(copy, tmp_path).stdout


def test_a_log_with_an_entry_taken_out_is_found_although_the_lists_are_made_anew(copy, tmp_path):
    log = copy / "data/custody/custody.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[1:]))
    for name, pattern in (
        ("manifest", "data"),
        ("tagmanifest", "bag*.txt READ*.txt manifest-*.txt"),
    ):
        subprocess.run(
            f"find {pattern} -type f | xargs -d '\\n' sha256sum > {name}-sha256.txt",
            shell=True,
            cwd=copy,
            check=True,
        )
    result = follow_the_page(copy, tmp_path)
    assert result.returncode != 0
    assert "the chain is broken" in result.stdout


def test_a_clip_from_another_place_is_found_although_the_lists_are_made_anew(copy, tmp_path):
    clips = sorted((copy / "data/clips").iterdir())
    shutil.copyfile(clips[1], clips[0])
    subprocess.run(
        "find data -type f | xargs -d '\\n' sha256sum > manifest-sha256.txt; "
        "sha256sum bag*.txt READ*.txt manifest-sha256.txt > tagmanifest-sha256.txt",
        shell=True,
        cwd=copy,
        check=True,
    )
    assert follow_the_page(copy, tmp_path).returncode != 0


@pytest.fixture
def sealed(copy, tmp_path):
    authority = Authority(tmp_path / "authority")
    with serve(authority) as server:
        seal(copy, key=self_signed(), now=TODAY, timestamp_url=server.url)
    return copy


@needs_openssl
def test_a_sealed_package_passes_every_step_and_its_seal_is_shown(sealed, tmp_path):
    result = follow_the_page(sealed, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Verification successful" in result.stderr
    assert "sha256 Fingerprint=" in result.stdout
    assert "Time stamp: " in result.stdout


@needs_openssl
def test_a_list_that_was_made_anew_under_a_seal_is_found(sealed, tmp_path):
    info = sealed / "bag-info.txt"
    info.write_bytes(info.read_bytes().replace(b"Bagging-Time: ", b"Bagging-Time: 0"))
    subprocess.run(
        "sha256sum bag*.txt READ*.txt manifest-sha256.txt > tagmanifest-sha256.txt",
        shell=True,
        cwd=sealed,
        check=True,
    )
    result = follow_the_page(sealed, tmp_path)
    assert result.returncode != 0
    assert "Verification failure" in result.stderr
