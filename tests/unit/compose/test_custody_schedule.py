# SPDX-License-Identifier: AGPL-3.0-or-later
"""The custody schedule."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve
from support_parts import lines_of, text_of

from evidencekit.compose.custody import custody_part
from evidencekit.compose.facts import local_time
from evidencekit.model.custody import CustodyLog, EntryKind, LogHead
from evidencekit.model.matter import Transfer


def printed(material):
    return lines_of(custody_part(material, None, None))


def with_entry(material, **changes):
    entry = evolve(material.log.entries[0], **changes)
    return evolve(material, log=CustodyLog(entries=(entry,), head=entry.line_sha256))


def with_transfers(material, *transfers):
    return evolve(material, matter=evolve(material.matter, custody=transfers))


def test_what_was_told_comes_before_what_was_logged(material):
    lines = printed(material)
    assert lines.index("As told") < lines.index("As the custody log holds it")
    assert (
        "11 March 2026 | R1, Home visit | my phone | my laptop | USB cable, file copied | "
        "Amara Dean | T"
    ) in lines


def test_people_and_recordings_are_named_on_paper(material):
    assert (
        "20 May 2026 | R1, Home visit and R2, Voicemail from Mr Price | Amara Dean | "
        "Ruth Kemp, Kemp Law | USB stick, in person; stick kept in the firm's safe | "
        "Amara Dean | T"
    ) in printed(material)


def test_an_entry_prints_local_time_with_utc(material):
    assert (
        "1 | 20 May 2026, 16:02:11 BST (15:02:11 UTC) | Taken in: R1, Home visit "
        "(visit.m4a, 1,234,567 bytes); held by Kemp Law as told | Ruth Kemp | evidencekit 0.1.0 | M"
    ) in printed(material)


@pytest.mark.parametrize(
    ("recorded_at", "zone", "expected"),
    [
        (
            "2026-05-20T23:30:05Z",
            "Europe/London",
            "21 May 2026, 00:30:05 BST (20 May 2026, 23:30:05 UTC)",
        ),
        ("2026-01-20T15:02:11Z", "Europe/London", "20 January 2026, 15:02:11 GMT"),
        ("2026-05-20T15:02:00Z", "UTC", "20 May 2026, 15:02 UTC"),
    ],
)
def test_a_log_time_names_its_zone_and_the_day_where_it_differs(recorded_at, zone, expected):
    assert local_time(recorded_at, zone) == expected


def test_count_and_head_of_the_log_are_printed_in_full(material):
    lines = printed(material)
    assert "Entries in the log | 2 | M" in lines
    assert f"Head of the log | {material.log.head} | M" in lines


def test_every_digest_taken_in_is_printed_in_full(material):
    lines = printed(material)
    for entry in material.log.entries:
        assert f"Entry {entry.seq}, SHA-256 | {entry.digests[0].value} | M" in lines


def test_the_schedule_says_what_it_does_not_show(material):
    assert "Nothing here shows what happened before 20 May 2026;" in printed(material)[1]


def test_the_first_intake_counts_even_where_the_log_lists_it_later(material):
    first, second = material.log.entries
    earlier = evolve(second, recorded_at="2026-05-01T09:00:00Z")
    changed = evolve(material, log=CustodyLog(entries=(first, earlier), head=material.log.head))
    assert "happened before 1 May 2026;" in printed(changed)[1]


def test_an_entry_that_somebody_typed_is_told_however_it_is_kept(material):
    changed = with_entry(
        material, kind=EntryKind.TRANSFER, giver="amara", receiver="Counsel", how="by hand"
    )
    row = next(line for line in printed(changed) if line.startswith("1 | "))
    assert "Changed hands: R1, Home visit" in row
    assert "from Amara Dean to Counsel held by Kemp Law; by hand" in row
    assert "bytes" not in row
    assert row.endswith("| T")


@pytest.mark.parametrize(
    ("checked", "words"),
    [
        ("giver and receiver", "Entry 1, SHA-256, checked on both sides | "),
        ("giver", "Entry 1, SHA-256, checked at the giver and not at the receiver | "),
        (None, "Entry 1, SHA-256 | "),
    ],
)
def test_where_a_digest_was_compared_stands_with_what_was_measured(material, checked, words):
    changed = with_entry(material, kind=EntryKind.TRANSFER, checked=checked)
    line = next(each for each in printed(changed) if each.startswith(words))
    assert line.endswith(" | M")


@pytest.mark.parametrize(
    ("on", "words"),
    [("2026-05-20", "; when: 20 May 2026; by hand"), ("in May", "; when: in May; by hand")],
)
def test_when_a_change_of_hands_happened_is_printed_as_told(material, on, words):
    changed = with_entry(material, kind=EntryKind.TRANSFER, on=on, how="by hand")
    row = next(line for line in printed(changed) if line.startswith("1 | "))
    assert words in row


def test_a_log_that_takes_over_from_another_says_where_that_stood(material):
    cites = LogHead(count=5, head="ab" * 32)
    changed = with_entry(
        material, kind=EntryKind.RECEIVED, item=None, name=None, size=None, digests=(),
        holder=None, giver="amara", receiver="Counsel", how="USB stick", cites=cites,
    )  # fmt: skip
    lines = printed(changed)
    row = next(line for line in lines if line.startswith("1 | "))
    assert (
        "Received; this log takes over from the giver's; from Amara Dean to Counsel; USB stick"
    ) in row
    assert row.endswith("| T")
    assert f"Entry 1, head of the giver's log after its entry 5 | {'ab' * 32} | M" in lines


def test_a_repair_of_the_log_is_shown(material):
    changed = with_entry(
        material, kind=EntryKind.REPAIR, item=None, name=None, size=None, digests=(),
        holder=None, note="12 bytes set aside",
    )  # fmt: skip
    assert any("Log repaired; 12 bytes set aside" in line for line in printed(changed))


def test_told_transfers_stand_by_date_and_the_undated_last(material):
    def transfer(how, on=None):
        return Transfer(what=("visit",), how=how, on=on)

    changed = with_transfers(
        material,
        transfer("undated"),
        transfer("words", "in the summer"),
        transfer("later", dt.date(2026, 5, 1)),
        transfer("earlier", dt.date(2026, 4, 1)),
    )
    hows = [line.split(" | ")[4] for line in printed(changed) if line.endswith("| T")]
    assert hows == ["earlier", "later", "words", "undated"]


def test_what_nobody_said_of_custody_is_not_stated(bare_material):
    assert "Who held the recordings before: not stated." in printed(bare_material)


def test_a_transfer_half_told_says_what_is_missing(material):
    changed = with_transfers(material, Transfer(what=("visit",)))
    assert (
        "not stated | R1, Home visit | not stated | not stated | not stated | not stated | T"
    ) in printed(changed)


def test_an_empty_log_is_said_to_be_empty(material):
    text = text_of(custody_part(evolve(material, log=CustodyLog()), None, None))
    assert "No recording has been taken in. Nothing here was measured." in text
    assert "The custody log has no entries." in text
