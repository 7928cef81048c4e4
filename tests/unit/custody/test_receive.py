# SPDX-License-Identifier: AGPL-3.0-or-later
"""A receiver's own log says where the giver's stood, and holds the receiver's own measurements."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from evidencekit.custody.compare import Relation, compare_logs
from evidencekit.custody.intake import intake
from evidencekit.custody.log import read_log
from evidencekit.custody.receive import receive
from evidencekit.custody.transfer import transfer
from evidencekit.errors import CustodyError, DigestMismatch, IntakeError
from evidencekit.model.custody import EntryKind, LogHead
from evidencekit.model.findings import Severity
from evidencekit.model.matter import Case, Matter
from evidencekit.model.recording import Recording

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.findings import Report

NOW = dt.datetime(2026, 5, 20, 15, 2, 11, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
FILES = {"visit": "recordings/visit.m4a", "voicemail": "recordings/voicemail.mp3"}


def matter_of(files: dict[str, str]) -> Matter:
    return Matter(
        case=Case(title="Re E (A Child)"),
        recordings=tuple(Recording(id=key, file=file) for key, file in files.items()),
    )


MATTER = matter_of(FILES)


def fill(folder: Path) -> Path:
    (folder / "recordings").mkdir(parents=True)
    for key, file in FILES.items():
        (folder / file).write_bytes(key.encode() * 1000)
    return folder


@pytest.fixture
def giver(tmp_path: Path) -> Path:
    here = fill(tmp_path / "giver")
    intake(MATTER, folder=here, by="Amara Dean", now=NOW)
    transfer(
        MATTER, folder=here, what=tuple(FILES), giver="amara", receiver="Kemp Law",
        how="USB stick", by="Amara Dean", now=NOW,
    )  # fmt: skip
    return here


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "receiver")


def take_over(folder: Path, giver_log: Path | str | LogHead, **changes: Any) -> Report:
    said: dict[str, Any] = {
        "giver": "amara",
        "receiver": "Kemp Law",
        "how": "USB stick",
        "by": "Ruth Kemp",
        "now": LATER,
    } | changes
    return receive(said.pop("matter", MATTER), folder=folder, giver_log=giver_log, **said)


def codes(report: Report) -> list[tuple[str, str]]:
    return [(each.code, each.subject) for each in report.findings]


def test_the_first_entry_cites_the_givers_log_and_the_recordings_follow(
    folder: Path, giver: Path
) -> None:
    theirs = read_log(giver / "custody.jsonl")
    kept = (giver / "custody.jsonl").read_bytes()
    report = take_over(folder, giver / "custody.jsonl")
    log = read_log(folder / "custody.jsonl")
    first, visit, voicemail = log.entries
    assert (first.kind, first.cites) == (EntryKind.RECEIVED, LogHead(count=4, head=theirs.head))
    assert (first.giver, first.receiver, first.how) == ("amara", "Kemp Law", "USB stick")
    assert first.entered_by == "Ruth Kemp"
    assert (visit.kind, visit.item, voicemail.item) == (EntryKind.INTAKE, "visit", "voicemail")
    assert (visit.holder, visit.entered_by) == ("Kemp Law", "Ruth Kemp")
    assert visit.digests == theirs.entries[0].digests
    assert codes(report) == [("EK-D012", "visit"), ("EK-D012", "voicemail")]
    assert [each.message for each in report.summary] == [
        "2 taken in, 0 in the log already; each is a file that the giver's log holds",
        f"cited at 4 entries, head {theirs.head[:8]}",
        f"3 entries, unbroken, head {log.head[:8]}",
    ]
    assert (giver / "custody.jsonl").read_bytes() == kept
    assert sorted(each.name for each in giver.iterdir() if "lock" not in each.name) == [
        "custody.jsonl",
        "recordings",
    ]


def test_two_logs_of_two_holders_are_seen_to_follow_each_other(folder: Path, giver: Path) -> None:
    take_over(folder, str(giver / "custody.jsonl"))
    logs = read_log(giver / "custody.jsonl"), read_log(folder / "custody.jsonl")
    for a, b in (logs, logs[::-1]):
        found = compare_logs(a, b)
        assert (found.relation, found.common, found.cited) == (Relation.CITES, 0, logs[0].at)


def test_receiving_again_adds_nothing(folder: Path, giver: Path) -> None:
    take_over(folder, giver / "custody.jsonl")
    before = (folder / "custody.jsonl").read_bytes()
    report = take_over(folder, giver / "custody.jsonl", now=LATER + dt.timedelta(days=1))
    assert (folder / "custody.jsonl").read_bytes() == before
    assert ("EK-L017", "custody.jsonl") in codes(report)


def test_a_later_receipt_cites_the_log_as_it_then_stands(folder: Path, giver: Path) -> None:
    take_over(folder, giver / "custody.jsonl", what=["visit"])
    transfer(
        MATTER, folder=giver, what=["voicemail"], giver="amara", receiver="Kemp Law",
        how="by post", by="Amara Dean", now=NOW,
    )  # fmt: skip
    take_over(folder, giver / "custody.jsonl", what=["voicemail"], how="by post")
    log = read_log(folder / "custody.jsonl")
    assert [each.kind for each in log.entries] == ["received", "intake", "received", "intake"]
    assert [each.cites.count for each in log.entries if each.cites] == [4, 5]


def test_a_recording_under_another_id_is_known_by_its_bytes(folder: Path, giver: Path) -> None:
    report = take_over(folder, giver / "custody.jsonl", matter=matter_of({"a": FILES["visit"]}))
    assert codes(report) == [("EK-D012", "a")]


def test_a_giver_who_recorded_sha512_too_is_compared_by_both(folder: Path, tmp_path: Path) -> None:
    here = fill(tmp_path / "giver")
    both = ("sha256", "sha512")
    intake(MATTER, folder=here, by="Amara Dean", now=NOW, algorithms=both)
    take_over(folder, here / "custody.jsonl", algorithms=both)
    theirs, ours = (read_log(each / "custody.jsonl") for each in (here, folder))
    assert ours.entries[1].digests == theirs.entries[0].digests
    assert len(ours.entries[1].digests) == 2


def test_a_file_that_is_not_the_givers_is_refused(folder: Path, giver: Path) -> None:
    (folder / FILES["voicemail"]).write_bytes(b"other")
    with pytest.raises(DigestMismatch) as raised:
        take_over(folder, giver / "custody.jsonl")
    assert raised.value.path == FILES["voicemail"]
    assert not (folder / "custody.jsonl").exists()


def test_a_file_that_the_giver_never_had_is_refused(folder: Path, giver: Path) -> None:
    (folder / FILES["voicemail"]).write_bytes(b"other")
    with pytest.raises(CustodyError, match=r"voicemail\.mp3 is not in the giver's log"):
        take_over(folder, giver / "custody.jsonl", matter=matter_of({"b": FILES["voicemail"]}))
    assert not (folder / "custody.jsonl").exists()


def test_where_only_count_and_head_are_known_they_are_cited_and_said_to_be_unchecked(
    folder: Path,
) -> None:
    pin = LogHead(count=4, head="ab" * 32)
    report = take_over(folder, pin)
    assert read_log(folder / "custody.jsonl").entries[0].cites == pin
    (finding,) = [each for each in report.findings if each.code == "EK-L015"]
    assert finding.severity is Severity.NOT_CHECKED
    assert report.summary[1].outcome is Severity.NOT_CHECKED


def test_a_recording_of_which_the_giver_recorded_no_transfer_is_reported(
    folder: Path, tmp_path: Path
) -> None:
    here = fill(tmp_path / "giver")
    intake(MATTER, folder=here, by="Amara Dean", now=NOW)
    report = take_over(folder, here / "custody.jsonl")
    assert [each for each in codes(report) if each[0] == "EK-L016"] == [
        ("EK-L016", "visit"),
        ("EK-L016", "voicemail"),
    ]


def test_clocks_of_two_computers_that_differ_are_reported(folder: Path, giver: Path) -> None:
    report = take_over(folder, giver / "custody.jsonl", now=NOW - dt.timedelta(days=1))
    assert ("EK-L011", "giver's log") in codes(report)


def damaged(data: bytes, how: str) -> bytes:
    return {
        "broken": data.replace(b"Amara", b"Amora", 1),
        "torn": data[:-5],
        "empty": b"",
        "another thing": b"PK\x03\x04",
    }[how]


@pytest.mark.parametrize("how", ["broken", "torn", "empty", "another thing"])
def test_a_givers_log_that_cannot_be_read_is_not_cited(folder: Path, giver: Path, how: str) -> None:
    path = giver / "custody.jsonl"
    path.write_bytes(damaged(path.read_bytes(), how))
    with pytest.raises(CustodyError, match="the giver's log"):
        take_over(folder, path)
    assert not (folder / "custody.jsonl").exists()


def test_a_missing_givers_log_and_ones_own_are_refused(folder: Path, giver: Path) -> None:
    with pytest.raises(CustodyError, match="no entries"):
        take_over(folder, giver / "nothing.jsonl")
    take_over(folder, giver / "custody.jsonl")
    with pytest.raises(CustodyError, match="the receiver's own log"):
        take_over(folder, folder / "custody.jsonl")


def test_a_missing_file_and_an_empty_matter_are_refused(folder: Path, giver: Path) -> None:
    (folder / FILES["visit"]).unlink()
    with pytest.raises(IntakeError):
        take_over(folder, giver / "custody.jsonl")
    with pytest.raises(ValueError, match="no recording"):
        take_over(folder, giver / "custody.jsonl", matter=evolve(MATTER, recordings=()))
    assert not (folder / "custody.jsonl").exists()
