# SPDX-License-Identifier: AGPL-3.0-or-later
"""A change of hands is recorded with what was checked, whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from evidencekit.custody.intake import intake
from evidencekit.custody.log import read_log
from evidencekit.custody.transfer import transfer
from evidencekit.errors import (
    Cancelled,
    ChainBroken,
    CustodyError,
    DigestMismatch,
    IntakeError,
    NotTakenIn,
    PathEscapes,
)
from evidencekit.model.custody import EntryKind
from evidencekit.model.findings import Severity
from evidencekit.model.matter import Case, Matter
from evidencekit.model.person import Person
from evidencekit.model.recording import Recording

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.findings import Report

NOW = dt.datetime(2026, 5, 20, 15, 2, 11, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
FILES = {"visit": "recordings/visit.m4a", "voicemail": "recordings/voicemail.mp3"}
MATTER = Matter(
    case=Case(title="Re E (A Child)"),
    people=(
        Person(id="amara", name="Amara Dean"),
        Person(id="smith1", name="John Smith"),
        Person(id="smith2", name="John  Smith"),
    ),
    recordings=tuple(Recording(id=key, file=file) for key, file in FILES.items()),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    here = tmp_path / "giver"
    fill(here)
    intake(MATTER, folder=here, by="Ruth Kemp", now=NOW, holder="amara")
    return here


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    there = tmp_path / "receiver"
    fill(there)
    return there


def fill(folder: Path) -> None:
    (folder / "recordings").mkdir(parents=True)
    for key, file in FILES.items():
        (folder / file).write_bytes(key.encode() * 1000)


def hand_over(folder: Path, **changes: Any) -> Report:
    said: dict[str, Any] = {
        "what": ("visit", "voicemail"),
        "giver": "amara",
        "receiver": "Ruth Kemp, Kemp Law",
        "how": "USB stick, in person",
        "by": "Ruth Kemp",
        "now": LATER,
    }
    return transfer(MATTER, folder=folder, **(said | changes))


def codes(report: Report) -> list[tuple[str, str]]:
    return [(each.code, each.subject) for each in report.findings]


def stored(folder: Path) -> bytes:
    return (folder / "custody.jsonl").read_bytes()


def test_each_recording_gets_an_entry_with_what_was_told_and_what_was_measured(
    folder: Path,
) -> None:
    report = hand_over(folder, on=dt.date(2026, 5, 19), note="stick kept in the safe")
    _, _, visit, voicemail = read_log(folder / "custody.jsonl").entries
    assert (visit.kind, visit.item, voicemail.item) == (EntryKind.TRANSFER, "visit", "voicemail")
    assert (visit.giver, visit.receiver) == ("amara", "Ruth Kemp, Kemp Law")
    assert (visit.how, visit.on) == ("USB stick, in person", "2026-05-19")
    assert visit.note == "stick kept in the safe"
    assert (visit.entered_by, visit.recorded_at) == ("Ruth Kemp", "2026-05-21T15:02:11Z")
    assert visit.holder is None
    assert (visit.name, visit.size) == ("visit.m4a", 5000)
    assert visit.digests[0].value == hashlib.sha256(b"visit" * 1000).hexdigest()
    assert visit.checked == "giver"
    assert codes(report) == [("EK-D014", "visit"), ("EK-D014", "voicemail")]
    assert {each.severity for each in report.findings} == {Severity.NOT_CHECKED}
    assert [each.message for each in report.summary[:2]] == [
        "2 handed over, 0 recorded already",
        "checked at the giver, not checked at the receiver",
    ]


@pytest.mark.parametrize("flat", [False, True])
def test_the_receivers_copies_are_checked_where_they_are_at_hand(
    folder: Path, copies: Path, flat: bool
) -> None:
    if flat:
        for file in FILES.values():
            (copies / file).rename(copies / file.rpartition("/")[2])
    report = hand_over(folder, receiver_folder=str(copies))
    entries = read_log(folder / "custody.jsonl").entries[2:]
    assert [each.checked for each in entries] == ["giver and receiver"] * 2
    assert codes(report) == [("EK-D013", "visit"), ("EK-D013", "voicemail")]
    assert report.summary[1].message == "checked on both sides"


def test_one_recording_may_be_checked_by_its_file(folder: Path, copies: Path) -> None:
    copy = copies / "renamed by the mail program"
    (copies / FILES["visit"]).rename(copy)
    report = hand_over(folder, what=["visit"], receiver_file=copy)
    assert codes(report) == [("EK-D013", "visit")]


def test_a_receivers_copy_that_differs_is_refused_and_nothing_is_recorded(
    folder: Path, copies: Path
) -> None:
    before = stored(folder)
    (copies / FILES["voicemail"]).write_bytes(b"other")
    with pytest.raises(DigestMismatch) as raised:
        hand_over(folder, receiver_folder=copies)
    assert raised.value.path == str(copies / FILES["voicemail"])
    assert raised.value.found == hashlib.sha256(b"other").hexdigest()
    assert stored(folder) == before


def test_a_givers_file_that_changed_is_refused_and_nothing_is_recorded(folder: Path) -> None:
    before = stored(folder)
    (folder / FILES["voicemail"]).write_bytes(b"other")
    with pytest.raises(DigestMismatch) as raised:
        hand_over(folder)
    assert raised.value.path == FILES["voicemail"]
    assert stored(folder) == before


@pytest.mark.parametrize("side", ["giver", "receiver"])
def test_one_file_that_is_missing_on_either_side_records_nothing(
    folder: Path, copies: Path, side: str
) -> None:
    before = stored(folder)
    ((folder if side == "giver" else copies) / FILES["voicemail"]).unlink()
    with pytest.raises(IntakeError, match="voicemail"):
        hand_over(folder, receiver_folder=copies)
    assert stored(folder) == before


def test_the_givers_own_file_is_no_receivers_copy(folder: Path, tmp_path: Path) -> None:
    before = stored(folder)
    with pytest.raises(IntakeError, match="the giver's own file"):
        hand_over(folder, receiver_folder=folder)
    link = tmp_path / "elsewhere.m4a"
    link.hardlink_to(folder / FILES["visit"])
    with pytest.raises(IntakeError, match="the giver's own file"):
        hand_over(folder, what=["visit"], receiver_file=link)
    assert stored(folder) == before


def test_a_receivers_folder_leads_nowhere_else(folder: Path, copies: Path) -> None:
    secret = copies.parent / "secret"
    secret.write_bytes(b"visit" * 1000)
    (copies / FILES["visit"]).unlink()
    (copies / FILES["visit"]).symlink_to(secret)
    with pytest.raises(PathEscapes):
        hand_over(folder, receiver_folder=copies)


def test_a_recording_that_is_not_in_the_log_is_named(folder: Path) -> None:
    (folder / "custody.jsonl").unlink()
    with pytest.raises(NotTakenIn) as raised:
        hand_over(folder)
    assert raised.value == NotTakenIn(("visit", "voicemail"))
    assert not (folder / "custody.jsonl").exists()


def test_a_recording_that_the_matter_does_not_have_is_named(folder: Path) -> None:
    with pytest.raises(CustodyError, match=r"no recording nursery\. It has: visit, voicemail"):
        hand_over(folder, what=["visit", "nursery"])


def test_a_recording_named_twice_is_recorded_once(folder: Path) -> None:
    hand_over(folder, what=["visit", "visit"])
    assert read_log(folder / "custody.jsonl").count == 3


def test_a_broken_log_gets_no_entry(folder: Path) -> None:
    (folder / "custody.jsonl").write_bytes(stored(folder).replace(b"Ruth", b"Rath", 1))
    broken = stored(folder)
    with pytest.raises(ChainBroken):
        hand_over(folder)
    assert stored(folder) == broken


def test_a_transfer_said_again_adds_nothing(folder: Path) -> None:
    hand_over(folder)
    before = stored(folder)
    report = hand_over(folder, now=LATER + dt.timedelta(hours=1))
    assert stored(folder) == before
    assert codes(report) == [("EK-D015", "visit"), ("EK-D015", "voicemail")]
    assert "entry 3 says the same" in report.findings[0].message
    assert report.summary[0].message == "0 handed over, 2 recorded already"


def test_what_a_transfer_lacks_is_added_and_no_more(folder: Path) -> None:
    hand_over(folder, what=["visit"])
    report = hand_over(folder)
    assert codes(report) == [("EK-D015", "visit"), ("EK-D014", "voicemail")]
    assert [each.item for each in read_log(folder / "custody.jsonl").entries[2:]] == [
        "visit",
        "voicemail",
    ]


def test_a_later_check_on_the_receivers_side_is_recorded(folder: Path, copies: Path) -> None:
    hand_over(folder, what=["visit"])
    hand_over(folder, what=["visit"], receiver_folder=copies)
    hand_over(folder, what=["visit"])
    assert [each.checked for each in read_log(folder / "custody.jsonl").entries[2:]] == [
        "giver",
        "giver and receiver",
    ]


def test_there_and_back_and_there_again_is_three_transfers(folder: Path) -> None:
    for giver, receiver in (("amara", "Counsel"), ("Counsel", "amara"), ("amara", "Counsel")):
        hand_over(folder, what=["visit"], giver=giver, receiver=receiver)
    log = read_log(folder / "custody.jsonl")
    assert [each.receiver for each in log.entries[2:]] == ["Counsel", "amara", "Counsel"]


def test_a_torn_end_is_set_aside_first(folder: Path) -> None:
    with (folder / "custody.jsonl").open("ab") as file:
        file.write(b'{"half')
    report = hand_over(folder)
    assert ("EK-L010", "custody.jsonl") in codes(report)
    assert [each.kind for each in read_log(folder / "custody.jsonl").entries[2:]] == [
        EntryKind.REPAIR,
        EntryKind.TRANSFER,
        EntryKind.TRANSFER,
    ]


def test_a_clock_set_back_is_kept_and_reported(folder: Path) -> None:
    report = hand_over(folder, now=NOW - dt.timedelta(days=400))
    (finding,) = [each for each in report.findings if each.code == "EK-L011"]
    assert finding.found == "2025-04-15T15:02:11Z"
    assert read_log(folder / "custody.jsonl").count == 4


@pytest.mark.parametrize(
    ("giver", "receiver"),
    [("smith1", "smith2"), ("John Smith", "JOHN SMITH"), ("smith1", "John Smith")],
)
def test_a_giver_and_a_receiver_of_one_name_are_kept_and_reported(
    folder: Path, giver: str, receiver: str
) -> None:
    report = hand_over(folder, what=["visit"], giver=giver, receiver=receiver)
    (finding,) = [each for each in report.findings if each.code == "EK-L012"]
    assert "giver and receiver of entry 3 bear one name" in finding.message
    assert "Smith" not in finding.message
    entry = read_log(folder / "custody.jsonl").entries[2]
    assert (entry.giver, entry.receiver) == (giver, receiver)


def test_two_holders_of_one_name_in_different_entries_are_reported_once(folder: Path) -> None:
    hand_over(folder, what=["visit"], receiver="smith1")
    report = hand_over(folder, what=["voicemail"], receiver="smith2")
    (finding,) = [each for each in report.findings if each.code == "EK-L012"]
    assert "holders in entries 3 and 4 are written differently" in finding.message
    assert not [
        each for each in hand_over(folder, what=["visit"], receiver="Counsel").findings
        if each.code == "EK-L012"
    ]  # fmt: skip


def test_a_giver_whom_nothing_names_as_a_holder_is_reported(folder: Path) -> None:
    report = hand_over(folder, what=["visit"], giver="Counsel")
    (finding,) = [each for each in report.findings if each.code == "EK-L013"]
    assert "entry 3" in finding.message
    assert "Counsel" not in finding.message
    assert "EK-L013" not in {each.code for each in hand_over(folder, what=["voicemail"]).findings}


@pytest.mark.parametrize(
    ("on", "kept"),
    [
        (dt.date(2026, 5, 19), "2026-05-19"),
        (dt.datetime(2026, 5, 19, 9, 30, tzinfo=dt.UTC), "2026-05-19T09:30:00+00:00"),
        ("one day in May", "one day in May"),
        (None, None),
    ],
)
def test_when_it_happened_is_kept_as_it_was_told(folder: Path, on: Any, kept: str | None) -> None:
    hand_over(folder, what=["visit"], on=on)
    assert read_log(folder / "custody.jsonl").entries[2].on == kept


@pytest.mark.parametrize(
    "changes",
    [
        {"giver": " "},
        {"receiver": ""},
        {"how": ""},
        {"by": " "},
        {"what": []},
        {"now": dt.datetime(2026, 5, 20)},  # noqa: DTZ001 - that is the point
        {"on": dt.datetime(2026, 5, 20)},  # noqa: DTZ001 - that is the point
        {"receiver_file": "a", "receiver_folder": "b"},
        {"receiver_file": "a"},
    ],
)
def test_what_must_be_told_and_is_not_is_refused(folder: Path, changes: dict[str, Any]) -> None:
    before = stored(folder)
    with pytest.raises(ValueError):
        hand_over(folder, **changes)
    assert stored(folder) == before


def test_a_text_that_is_too_long_is_refused_and_nothing_is_recorded(folder: Path) -> None:
    before = stored(folder)
    with pytest.raises(CustodyError, match="note has 20001 characters"):
        hand_over(folder, note="n" * 20_001)
    assert stored(folder) == before


def test_a_cancelled_transfer_records_nothing(folder: Path) -> None:
    before = stored(folder)
    with pytest.raises(Cancelled):
        hand_over(folder, cancelled=lambda: True)
    assert stored(folder) == before


def test_an_executor_changes_nothing_but_who_works(folder: Path, copies: Path) -> None:
    start = stored(folder)
    hand_over(folder, receiver_folder=copies)
    serial = stored(folder)
    (folder / "custody.jsonl").write_bytes(start)
    with ThreadPoolExecutor(2) as pool:
        hand_over(folder, receiver_folder=copies, executor=pool)
    assert stored(folder) == serial
