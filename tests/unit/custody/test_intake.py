# SPDX-License-Identifier: AGPL-3.0-or-later
"""Intake enters each recording once, refuses what changed since, and writes all or nothing."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from evidencekit.custody.compare import Relation, compare_logs
from evidencekit.custody.intake import check_recordings, intake
from evidencekit.custody.log import read_log
from evidencekit.errors import (
    Cancelled,
    CustodyError,
    DigestMismatch,
    IntakeError,
    NotTakenIn,
    PathEscapes,
    RecordingUnreadable,
)
from evidencekit.model.custody import CustodyEntry, CustodyLog, EntryKind
from evidencekit.model.findings import Severity
from evidencekit.model.matter import Case, Matter
from evidencekit.model.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAKE_IN_AGAIN = """
import datetime, sys
from evidencekit.custody.intake import intake
from evidencekit.model.matter import Case, Matter
from evidencekit.model.recording import Recording
files = {"visit": "recordings/visit.m4a", "voicemail": "recordings/voicemail.mp3"}
matter = Matter(
    case=Case(title="Re E (A Child)"),
    recordings=tuple(Recording(id=key, file=file) for key, file in files.items()),
)
now = datetime.datetime(2026, 5, 21, tzinfo=datetime.UTC)
report = intake(matter, folder=sys.argv[1], by="R", now=now)
print(*(each.code for each in report.findings))
"""
READ_ONLY = """
mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 3
touch "$1/custody.jsonl" 2>/dev/null && exit 4
exec "$2" -c "$3" "$1"
"""
NOW = dt.datetime(2026, 5, 20, 15, 2, 11, tzinfo=dt.UTC)
FILES = {"visit": "recordings/visit.m4a", "voicemail": "recordings/voicemail.mp3"}


def matter_of(files: dict[str, str]) -> Matter:
    return Matter(
        case=Case(title="Re E (A Child)"),
        recordings=tuple(Recording(id=key, file=file) for key, file in files.items()),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "recordings").mkdir()
    for key, file in FILES.items():
        (tmp_path / file).write_bytes(key.encode() * 1000)
    return tmp_path


def can_mount() -> bool:
    """Say whether a file system can be mounted, in a name space of its own."""
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "-m", "mount", "--bind", "/", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def codes(report: object) -> list[tuple[str, str]]:
    return [(each.code, each.subject) for each in report.findings]  # type: ignore[attr-defined]


def test_each_recording_is_entered_with_name_size_and_digest(folder: Path) -> None:
    report = intake(matter_of(FILES), folder=folder, by="Ruth Kemp", now=NOW)
    log = read_log(folder / "custody.jsonl")
    visit = log.intake_of("visit")
    assert visit is not None
    assert (visit.kind, visit.name, visit.size) == (EntryKind.INTAKE, "visit.m4a", 5000)
    assert visit.recorded_at == "2026-05-20T15:02:11Z"
    assert visit.entered_by == "Ruth Kemp"
    assert visit.digests[0].value == hashlib.sha256(b"visit" * 1000).hexdigest()
    assert visit.software is not None
    assert visit.software.startswith("evidencekit ")
    assert codes(report) == [("EK-D012", "visit"), ("EK-D012", "voicemail")]
    assert [each.message for each in report.summary] == [
        "2 taken in, 0 in the log already",
        f"2 entries, unbroken, head {log.head[:8]}",
    ]


def test_taking_in_again_adds_nothing_and_says_so(folder: Path) -> None:
    intake(matter_of(FILES), folder=folder, by="Ruth Kemp", now=NOW)
    before = (folder / "custody.jsonl").read_bytes()
    later = NOW + dt.timedelta(days=1)
    report = intake(matter_of(FILES), folder=folder, by="Amara", now=later)
    assert (folder / "custody.jsonl").read_bytes() == before
    assert codes(report) == [("EK-D010", "visit"), ("EK-D010", "voicemail")]
    assert "2026-05-20 16:02 BST" in report.findings[0].message
    assert report.ok


def test_only_what_is_new_is_added(folder: Path) -> None:
    intake(matter_of({"visit": FILES["visit"]}), folder=folder, by="R", now=NOW)
    report = intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    assert codes(report) == [("EK-D010", "visit"), ("EK-D012", "voicemail")]
    assert [each.item for each in read_log(folder / "custody.jsonl").entries] == [
        "visit",
        "voicemail",
    ]


def test_the_same_moment_in_any_zone_is_the_same_entry(folder: Path, tmp_path: Path) -> None:
    intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    first = (folder / "custody.jsonl").read_bytes()
    (folder / "custody.jsonl").unlink()
    there = NOW.astimezone(dt.timezone(dt.timedelta(hours=9)))
    intake(matter_of(FILES), folder=folder, by="R", now=there)
    assert (folder / "custody.jsonl").read_bytes() == first


def test_a_recording_that_changed_since_is_refused_with_both_digests(folder: Path) -> None:
    intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    before = (folder / "custody.jsonl").read_bytes()
    (folder / FILES["visit"]).write_bytes(b"other")
    with pytest.raises(DigestMismatch) as raised:
        intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    assert raised.value == DigestMismatch(
        "recordings/visit.m4a",
        hashlib.sha256(b"visit" * 1000).hexdigest(),
        hashlib.sha256(b"other").hexdigest(),
        "2026-05-20 16:02 BST",
    )
    assert pickle.loads(pickle.dumps(raised.value)) == raised.value  # noqa: S301 - our own
    assert (folder / "custody.jsonl").read_bytes() == before


def test_all_missing_recordings_are_named_and_nothing_is_written(folder: Path) -> None:
    files = FILES | {"a": "recordings/a.m4a", "b": "recordings/b.m4a"}
    with pytest.raises(IntakeError) as raised:
        intake(matter_of(files), folder=folder, by="R", now=NOW)
    assert "recordings/a.m4a" in str(raised.value)
    assert "recordings/b.m4a" in str(raised.value)
    assert not (folder / "custody.jsonl").exists()


def test_an_empty_recording_is_refused_and_nothing_is_written(folder: Path) -> None:
    (folder / FILES["voicemail"]).write_bytes(b"")
    with pytest.raises(RecordingUnreadable, match=r"voicemail\.mp3 is empty"):
        intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    assert not (folder / "custody.jsonl").exists()


def test_a_recording_outside_the_folder_is_refused(folder: Path) -> None:
    (folder / "matter").mkdir()
    with pytest.raises(PathEscapes):
        intake(
            matter_of({"visit": "../recordings/visit.m4a"}),
            folder=folder / "matter",
            by="R",
            now=NOW,
        )


def test_one_file_under_two_ids_is_said(folder: Path) -> None:
    files = {"visit": FILES["visit"], "again": "recordings/copy.m4a"}
    (folder / "recordings" / "copy.m4a").write_bytes(b"visit" * 1000)
    report = intake(matter_of(files), folder=folder, by="R", now=NOW)
    (finding,) = [each for each in report.findings if each.code == "EK-D011"]
    assert finding.subject == "again"
    assert finding.message == "is byte for byte the same recording as visit"


def test_sha512_is_entered_where_it_is_asked_for_and_then_compared(folder: Path) -> None:
    algorithms = ("sha512", "sha256")
    intake(matter_of(FILES), folder=folder, by="R", now=NOW, algorithms=algorithms)
    entry = read_log(folder / "custody.jsonl").entries[0]
    assert [each.algorithm for each in entry.digests] == ["sha256", "sha512"]
    assert intake(matter_of(FILES), folder=folder, by="R", now=NOW).ok


def test_a_torn_log_is_mended_and_reported(folder: Path) -> None:
    intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    with (folder / "custody.jsonl").open("ab") as file:
        file.write(b'{"half')
    report = intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    (finding,) = [each for each in report.findings if each.code == "EK-L010"]
    assert finding.severity is Severity.WARNING
    assert read_log(folder / "custody.jsonl").entries[-1].kind is EntryKind.REPAIR


def test_a_clock_set_back_is_kept_and_reported(folder: Path) -> None:
    intake(matter_of({"visit": FILES["visit"]}), folder=folder, by="R", now=NOW)
    earlier = NOW - dt.timedelta(days=400)
    report = intake(matter_of(FILES), folder=folder, by="R", now=earlier)
    (finding,) = [each for each in report.findings if each.code == "EK-L011"]
    assert finding.found == "2025-04-15T15:02:11Z"
    assert read_log(folder / "custody.jsonl").count == 2


def test_a_matter_without_recordings_makes_no_log(folder: Path) -> None:
    report = intake(matter_of({}), folder=folder, by="R", now=NOW)
    assert report.findings == ()
    assert not (folder / "custody.jsonl").exists()


def test_a_cancelled_intake_leaves_nothing(folder: Path) -> None:
    with pytest.raises(Cancelled):
        intake(matter_of(FILES), folder=folder, by="R", now=NOW, cancelled=lambda: True)
    assert sorted(each.name for each in folder.iterdir()) == ["recordings"]


def test_a_time_without_a_zone_an_unnamed_maker_and_no_sha256_are_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        intake(matter_of(FILES), folder=folder, by="R", now=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="by is empty"):
        intake(matter_of(FILES), folder=folder, by=" ", now=NOW)
    with pytest.raises(ValueError, match="sha256"):
        intake(matter_of(FILES), folder=folder, by="R", now=NOW, algorithms=("sha512",))


def test_two_holders_of_one_name_are_kept_and_reported_once(folder: Path) -> None:
    """An id and the name that it prints as: whether they are one person is not stated."""
    first = matter_of({"visit": FILES["visit"]})
    intake(first, folder=folder, by="R", now=NOW, holder="Amara Dean")
    report = intake(matter_of(FILES), folder=folder, by="R", now=NOW, holder="amara  dean")
    said = [each.message for each in report.findings if each.code == "EK-L012"]
    (message,) = said
    assert message.startswith("holders in entries 1 and 2 are written differently and print as one")
    assert read_log(folder / "custody.jsonl").entries[1].holder == "amara  dean"
    again = intake(matter_of(FILES), folder=folder, by="R", now=NOW, holder="amara  dean")
    assert not [each for each in again.findings if each.code == "EK-L012"]


def test_originals_are_not_written_to(folder: Path) -> None:
    before = {file: (folder / file).stat() for file in FILES.values()}
    intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    for file, status in before.items():
        after = (folder / file).stat()
        assert (after.st_mtime_ns, after.st_ctime_ns) == (status.st_mtime_ns, status.st_ctime_ns)


def test_an_executor_changes_nothing_but_who_works(folder: Path) -> None:
    intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    serial = (folder / "custody.jsonl").read_bytes()
    for kind in (ThreadPoolExecutor, ProcessPoolExecutor):
        (folder / "custody.jsonl").unlink()
        with kind(2) as pool:
            intake(matter_of(FILES), folder=str(folder), by="R", now=NOW, executor=pool)
        assert (folder / "custody.jsonl").read_bytes() == serial


def test_a_holder_stands_apart_from_who_made_the_entry(folder: Path) -> None:
    intake(matter_of(FILES), folder=folder, by="Ruth Kemp", now=NOW, holder="amara")
    entry = read_log(folder / "custody.jsonl").entries[0]
    assert (entry.entered_by, entry.holder) == ("Ruth Kemp", "amara")


def test_a_folder_in_which_nothing_can_be_written_is_only_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake(matter_of({"visit": FILES["visit"]}), folder=folder, by="R", now=NOW)
    (folder / ".custody.jsonl.lock").unlink(missing_ok=True)
    real = os.open

    def read_only(name: object, flags: int, *rest: object, **more: object) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, "Read-only file system")
        return real(name, flags, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", read_only)
    report = intake(matter_of({"visit": FILES["visit"]}), folder=folder, by="R", now=NOW)
    assert codes(report) == [("EK-D010", "visit")]
    with pytest.raises(CustodyError, match="Read-only file system"):
        intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    assert sorted(each.name for each in folder.iterdir()) == ["custody.jsonl", "recordings"]


def test_a_really_read_only_file_system_is_only_read(folder: Path) -> None:
    if not can_mount():
        pytest.skip("no file system can be mounted here")
    matter = matter_of(FILES)
    intake(matter, folder=folder, by="R", now=NOW)
    (folder / ".custody.jsonl.lock").unlink(missing_ok=True)
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", READ_ONLY, "sh", folder, sys.executable, TAKE_IN_AGAIN],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "EK-D010 EK-D010\n"), done.stderr


def test_another_matters_log_is_refused_and_left_alone(folder: Path) -> None:
    intake(matter_of({"interview": FILES["visit"]}), folder=folder, by="R", now=NOW)
    before = (folder / "custody.jsonl").read_bytes()
    with pytest.raises(CustodyError, match="interview first, and none of this matter's"):
        intake(matter_of({"voicemail": FILES["voicemail"]}), folder=folder, by="R", now=NOW)
    assert (folder / "custody.jsonl").read_bytes() == before


def test_the_same_bytes_under_a_new_id_are_this_matters(folder: Path) -> None:
    intake(matter_of({"interview": FILES["visit"]}), folder=folder, by="R", now=NOW)
    report = intake(matter_of({"visit": FILES["visit"]}), folder=folder, by="R", now=NOW)
    assert codes(report) == [("EK-D012", "visit"), ("EK-L014", "interview")]


def test_a_recording_that_left_the_matter_is_still_accounted_for(folder: Path) -> None:
    intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    report = intake(matter_of({"visit": FILES["visit"]}), folder=folder, by="R", now=NOW)
    assert codes(report) == [("EK-D010", "visit"), ("EK-L014", "voicemail")]
    assert "entry 2 of the custody log took it in" in report.findings[1].message


def test_one_recording_can_serve_two_matters(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "recordings").mkdir(parents=True)
    (other / "recordings" / "a.m4a").write_bytes((folder / FILES["visit"]).read_bytes())
    intake(matter_of(FILES), folder=folder, by="R", now=NOW)
    intake(matter_of({"a": "recordings/a.m4a"}), folder=other, by="R", now=NOW)
    here, there = (read_log(each / "custody.jsonl") for each in (folder, other))
    assert here.entries[0].digests == there.entries[0].digests
    assert compare_logs(here, there).relation is Relation.UNRELATED


def test_a_log_of_many_recordings_is_not_searched_once_for_each(folder: Path) -> None:
    files = {f"r{number}": f"recordings/{number}.bin" for number in range(3000)}
    for number in range(3000):
        (folder / "recordings" / f"{number}.bin").write_bytes(b"%d" % number)
    intake(matter_of(files), folder=folder, by="R", now=NOW)
    log = read_log(folder / "custody.jsonl")
    looked_at = 0

    class Counting(tuple[CustodyEntry, ...]):
        __slots__ = ()

        def __iter__(self) -> Iterator[CustodyEntry]:
            nonlocal looked_at
            looked_at += 1
            return super().__iter__()

    check_recordings(matter_of(files), folder, CustodyLog(entries=Counting(log.entries)))
    assert looked_at <= 2


def test_a_recording_replaced_while_it_is_read_is_refused(folder: Path) -> None:
    def grow(_: object) -> None:
        with (folder / FILES["visit"]).open("ab") as more:
            more.write(b"more")

    with pytest.raises(IntakeError, match="changed while it was read"):
        intake(matter_of(FILES), folder=folder, by="R", now=NOW, progress=grow)
    assert not (folder / "custody.jsonl").exists()


def test_checking_returns_the_digests_by_id(folder: Path) -> None:
    matter = matter_of(FILES)
    intake(matter, folder=folder, by="R", now=NOW)
    found = check_recordings(matter, folder, read_log(folder / "custody.jsonl"))
    assert {key: each.size for key, each in found.items()} == {"visit": 5000, "voicemail": 9000}


def test_checking_names_every_recording_that_was_not_taken_in(folder: Path) -> None:
    with pytest.raises(NotTakenIn) as raised:
        check_recordings(matter_of(FILES), folder, read_log(folder / "custody.jsonl"))
    assert raised.value == NotTakenIn(("visit", "voicemail"))


def test_checking_finds_a_recording_that_changed(folder: Path) -> None:
    matter = matter_of(FILES)
    intake(matter, folder=folder, by="R", now=NOW)
    (folder / FILES["voicemail"]).write_bytes(b"other")
    with pytest.raises(DigestMismatch):
        check_recordings(matter, folder, read_log(folder / "custody.jsonl"))
