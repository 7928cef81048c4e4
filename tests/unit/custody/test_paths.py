# SPDX-License-Identifier: AGPL-3.0-or-later
"""A path in a matter file leads into the matter's folder, or is refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from evidencekit.custody.paths import check_all, inside
from evidencekit.errors import IntakeError, PathEscapes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A matter's folder with one recording, and a secret beside it."""
    (tmp_path / "secret.m4a").write_bytes(b"secret")
    (tmp_path / "matter" / "recordings").mkdir(parents=True)
    (tmp_path / "matter" / "recordings" / "visit.m4a").write_bytes(b"visit")
    return tmp_path / "matter"


@pytest.mark.parametrize(
    "relative",
    [
        "../secret.m4a",
        "recordings/../../secret.m4a",
        "recordings/..",
        "..",
        "/etc/passwd",
        "//server/share/a.m4a",
        "C:/a.m4a",
        "c:a.m4a",
        "..\\secret.m4a",
        "recordings\\visit.m4a",
        "recordings/visit.m4a\n",
        "recordings/\x00visit.m4a",
        "recordings/\x7fvisit.m4a",
        "recordings/\x9bvisit.m4a",
        "recordings/\ud800.m4a",
        "",
        ".",
        "./",
    ],
)
def test_a_path_that_could_lead_out_is_refused(folder: Path, relative: str) -> None:
    with pytest.raises(PathEscapes) as raised:
        inside(folder, relative)
    assert all(each.isprintable() for each in str(raised.value))


def test_a_path_inside_is_returned_whether_or_not_it_exists(folder: Path) -> None:
    assert inside(folder, "recordings/visit.m4a") == folder / "recordings" / "visit.m4a"
    assert inside(folder, "./recordings//visit.m4a") == folder / "recordings" / "visit.m4a"
    assert inside(folder, "recordings/no.m4a") == folder / "recordings" / "no.m4a"
    assert inside(folder, "no/such/no.m4a") == folder / "no" / "such" / "no.m4a"
    assert inside(folder, "recordings/..m4a") == folder / "recordings" / "..m4a"


def test_a_link_at_the_end_of_the_path_is_refused(folder: Path) -> None:
    (folder / "recordings" / "link.m4a").symlink_to("../../secret.m4a")
    with pytest.raises(PathEscapes, match="goes through a link"):
        inside(folder, "recordings/link.m4a")


def test_a_link_on_the_way_is_refused_even_where_it_leads_nowhere(folder: Path) -> None:
    (folder / "out").symlink_to("..")
    (folder / "gone").symlink_to("nowhere")
    for relative in ("out/secret.m4a", "gone/a.m4a", "gone"):
        with pytest.raises(PathEscapes, match="goes through a link"):
            inside(folder, relative)


def test_a_folder_that_is_itself_reached_by_a_link_is_the_users_choice(folder: Path) -> None:
    alias = folder.parent / "alias"
    alias.symlink_to(folder)
    assert inside(alias, "recordings/visit.m4a").read_bytes() == b"visit"


def test_what_is_no_ordinary_file_is_refused(folder: Path) -> None:
    with pytest.raises(IntakeError, match="is a folder"):
        inside(folder, "recordings")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")
        with pytest.raises(IntakeError, match="not an ordinary file"):
            inside(folder, "pipe")


def test_a_file_that_must_exist_and_does_not_is_named(folder: Path) -> None:
    with pytest.raises(IntakeError) as raised:
        inside(folder, "recordings/no.m4a", must_exist=True)
    assert str(raised.value) == (
        "recordings/no.m4a does not exist. Put it there, or correct its path."
    )


def test_a_name_that_only_looks_the_same_is_explained(folder: Path) -> None:
    (folder / "recordings" / "Zo\u0065\u0301.m4a").write_bytes(b"x")
    if (folder / "recordings" / "Zo\u00e9.m4a").exists():
        pytest.skip("this file system takes both spellings for one name")
    with pytest.raises(IntakeError, match="how its accents are stored"):
        inside(folder, "recordings/Zo\u00e9.m4a", must_exist=True)


def test_all_missing_files_are_named_at_once(folder: Path) -> None:
    with pytest.raises(IntakeError) as raised:
        check_all(folder, ["a.m4a", "recordings/visit.m4a", "b.m4a", "c.m4a"])
    assert str(raised.value) == "a.m4a does not exist. Nor does any of these: b.m4a, c.m4a."


def test_a_name_longer_than_the_disk_takes_is_an_error_and_no_crash(folder: Path) -> None:
    with pytest.raises(IntakeError, match="could not be looked at"):
        inside(folder, "a" * 5000)


@pytest.mark.parametrize("name", ["a.m4a:hidden", "a.m4a.", "folder /a.m4a"])
def test_a_name_that_windows_reads_as_another_is_refused_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    inside(tmp_path, name)
    monkeypatch.setattr("evidencekit.custody.paths.sys.platform", "win32")
    with pytest.raises(PathEscapes, match="not a name that Windows keeps"):
        inside(tmp_path, name)


def test_a_folder_that_cannot_be_listed_gives_no_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "A.m4a").write_bytes(b"")
    with pytest.raises(IntakeError, match="differs only in capitals"):
        inside(tmp_path, "a.m4a", must_exist=True)

    def refuse(_: object) -> list[str]:
        raise PermissionError

    monkeypatch.setattr("os.listdir", refuse)
    with pytest.raises(IntakeError) as raised:
        inside(tmp_path, "a.m4a", must_exist=True)
    assert "capitals" not in str(raised.value)
