# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log in words: what was told apart from what was measured, and nothing a terminal obeys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.custody.log import read_log
from evidencekit.custody.reading import entry_document, log_lines, printable
from evidencekit.custody.remarks import log_remarks, standing
from evidencekit.model.custody import CustodyLog, EntryKind, LogHead
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.custody.reading import LogLine

AT = "2026-05-20T15:02:11Z"
STAMP = Stamp(recorded_at=AT, entered_by="Ruth Kemp", software="evidencekit test")
NAMES = {"amara": "Amara Dean", "kemp": "Ruth Kemp"}


def log_of(path: Path, *entries: dict[str, Any]) -> CustodyLog:
    drafts = [
        EntryDraft(**({"id": f"e{number}", "recorded_at": AT, "entered_by": "kemp"} | each))
        for number, each in enumerate(entries)
    ]
    append(path / "custody.jsonl", drafts, stamp=STAMP)
    return read_log(path / "custody.jsonl")


def line_of(path: Path, **entry: Any) -> LogLine:
    (line,) = log_lines(log_of(path, entry), timezone="Europe/London", name_of=NAMES.get)
    return line


DIGESTS = (Digest("sha256", "ab" * 32), Digest("sha512", "cd" * 64))


def test_an_intake_in_words(tmp_path: Path) -> None:
    line = line_of(
        tmp_path, kind=EntryKind.INTAKE, item="visit", name="visit.m4a", size=1_213_004,
        digests=DIGESTS, holder="amara", software="evidencekit 0.1.0",
    )  # fmt: skip
    assert (line.number, line.at) == (1, "20 May 2026, 16:02:11 BST")
    assert (line.event, line.item) == ("taken in", "visit")
    assert line.told == ("held by Amara Dean",)
    assert line.measured == (
        "visit.m4a, 1,213,004 bytes",
        f"sha256 {'ab' * 32}",
        f"sha512 {'cd' * 64}",
    )
    assert (line.entered_by, line.software) == ("Ruth Kemp", "evidencekit 0.1.0")


@pytest.mark.parametrize(
    ("checked", "words"),
    [
        ("giver and receiver", "checked on both sides"),
        ("giver", "checked at the giver, not checked at the receiver"),
        ("receiver's bank", "checked at receiver's bank"),
    ],
)
def test_a_transfer_in_words(tmp_path: Path, checked: str, words: str) -> None:
    line = line_of(
        tmp_path, kind=EntryKind.TRANSFER, item="visit", giver="amara", receiver="Counsel",
        how="USB stick", on="2026-05-19", note="kept in the safe", digests=DIGESTS[:1],
        checked=checked,
    )  # fmt: skip
    assert line.event == "handed over"
    assert line.told == ("from Amara Dean to Counsel", "19 May 2026", "USB stick",
                         "kept in the safe")  # fmt: skip
    assert line.measured == (f"sha256 {'ab' * 32}", words)


def test_a_receipt_in_words(tmp_path: Path) -> None:
    cites = LogHead(count=1, head="ab" * 32)
    line = line_of(
        tmp_path, kind=EntryKind.RECEIVED, giver="amara", receiver="kemp", cites=cites,
        on="2026-05-19T23:30:00Z",
    )  # fmt: skip
    assert line.told == ("from Amara Dean to Ruth Kemp", "20 May 2026, 00:30 BST")
    assert line.measured == (f"the giver's log stood at 1 entry, head {'ab' * 32}",)


def test_a_repair_in_words_is_all_measured(tmp_path: Path) -> None:
    (tmp_path / "custody.jsonl").write_bytes(b'{"half')
    append(tmp_path / "custody.jsonl", [], stamp=STAMP)
    (line,) = log_lines(read_log(tmp_path / "custody.jsonl"), timezone="UTC")
    assert (line.event, line.item, line.told) == ("log repaired", "", ())
    assert line.measured[0].endswith(", 6 bytes")


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    line = line_of(tmp_path, kind=EntryKind.SERVED)
    assert (line.event, line.item, line.told, line.measured) == ("served", "", (), ())


def test_every_kind_has_words(tmp_path: Path) -> None:
    entry = log_of(tmp_path, {"kind": EntryKind.SERVED}).entries[0]
    log = CustodyLog(entries=tuple(evolve(entry, kind=each) for each in EntryKind))
    assert len({each.event for each in log_lines(log, timezone="UTC")}) == len(EntryKind)


def test_what_a_terminal_would_obey_is_written_out(tmp_path: Path) -> None:
    line = line_of(
        tmp_path, kind=EntryKind.SERVED, item="a\x1b]0;x\x07b", note="one\ntwo \u202egnp.exe",
        name="\u2028",
    )  # fmt: skip
    assert line.item == "a\\x1b]0;x\\x07b"
    assert line.told == ("one\\ntwo \\u202egnp.exe",)
    assert line.measured == ("\\u2028",)
    assert printable("zażółć 你好 👨‍👩‍👧 سلام") == "zażółć 你好 👨‍👩‍👧 سلام"


def test_an_entry_is_printed_for_programs_under_the_logs_own_keys(tmp_path: Path) -> None:
    log = log_of(
        tmp_path,
        {"kind": EntryKind.INTAKE, "item": "a", "name": "a", "size": 1, "digests": DIGESTS},
    )
    document = entry_document(log.entries[0])
    assert document["digests"] == {"sha256": "ab" * 32, "sha512": "cd" * 64}
    assert document["line_sha256"] == log.head
    assert "giver" not in document
    bare = log_of(tmp_path, {"id": "b", "kind": EntryKind.SERVED}).entries[1]
    assert "digests" not in entry_document(bare)


def test_where_a_log_stands_is_said_in_few_words(tmp_path: Path) -> None:
    assert standing(CustodyLog()) == "no entries"
    log = log_of(tmp_path, {"kind": EntryKind.SERVED})
    assert standing(log) == f"1 entry, unbroken, head {log.head[:8]}"


def test_a_log_with_nothing_odd_has_no_remarks(tmp_path: Path) -> None:
    log = log_of(
        tmp_path,
        {"kind": EntryKind.INTAKE, "item": "a", "name": "a", "size": 1, "digests": DIGESTS,
         "holder": "amara"},
        {"kind": EntryKind.TRANSFER, "item": "a", "giver": "amara", "receiver": "kemp"},
        {"kind": EntryKind.TRANSFER, "item": "a", "giver": "Ruth  kemp", "receiver": "Counsel"},
    )  # fmt: skip
    assert [each.code for each in log_remarks(log, name_of=NAMES.get)] == ["EK-L012"]
    assert log_remarks(CustodyLog(entries=log.entries[:2])) == ()


def test_remarks_name_entries_and_nobody(tmp_path: Path) -> None:
    log = log_of(
        tmp_path,
        {"kind": EntryKind.INTAKE, "item": "a", "name": "a", "size": 1, "digests": DIGESTS,
         "holder": "Zed Alpha"},
        {"kind": EntryKind.TRANSFER, "item": "a", "giver": "Yan Beta", "receiver": "yan beta"},
        {"kind": EntryKind.TRANSFER, "item": "a", "giver": "zed alpha", "receiver": "Counsel",
         "recorded_at": "2020-01-01T00:00:00Z"},
    )  # fmt: skip
    remarks = log_remarks(log)
    assert [each.code for each in remarks] == ["EK-L011", "EK-L012", "EK-L012", "EK-L013"]
    said = " ".join(str(each) for each in remarks).casefold()
    assert not any(name in said for name in ("zed", "alpha", "yan", "beta"))
