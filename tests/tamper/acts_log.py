# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts upon the custody log and its pin in the record.

The pages are left as they are: on them the head of the log is printed, so that a log made anew
differs from paper even where record and bag agree with it.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import rfc8785
from tamper.insider import (
    HEAD,
    LOG,
    ZEROS,
    Expectation,
    act,
    edit_record,
    entries,
    found,
    pin,
    rebuild,
    record_of,
    recording_path,
    replace,
    seal,
    sha256,
    take_in_again,
    write_log,
    write_record,
)

if TYPE_CHECKING:
    from pathlib import Path


def stored_lines(package: Path) -> list[bytes]:
    return (package / LOG).read_bytes().splitlines(keepends=True)


def put(package: Path, *stored: bytes, pinned: bool = False) -> Expectation:
    """Store lines as the log, and make everything but its own chain agree with it."""
    (package / LOG).write_bytes(b"".join(stored))
    if pinned:
        pin(package)
    rebuild(package)
    return found(LOG)


# --- with nothing rehashed


@act()
def edit_a_log_entry(package: Path) -> Expectation:
    replace(package / LOG, rb'"entered_by":"[^"]*"', b'"entered_by":"Somebody"')
    return found(LOG)


@act()
def cut_the_log_tail(package: Path) -> Expectation:
    (package / LOG).write_bytes(stored_lines(package)[0])
    return found(LOG)


@act()
def torn_log(package: Path) -> Expectation:
    path = package / LOG
    path.write_bytes(path.read_bytes()[:-20])
    return found(LOG)


@act()
def delete_the_log(package: Path) -> Expectation:
    (package / LOG).unlink()
    return found(LOG)


# --- with bag and digests made to agree, and the pin left


@act()
def edit_a_log_entry_and_rehash(package: Path) -> Expectation:
    """The first entry changes, so the second no longer follows from it."""
    replace(package / LOG, rb'"entered_by":"[^"]*"', b'"entered_by":"Somebody"')
    rebuild(package)
    return found(LOG)


@act()
def edit_the_last_log_entry_and_rehash(package: Path) -> Expectation:
    """No later entry holds its digest: only the pin and the printed head do."""
    first, last = stored_lines(package)
    return put(package, first, last.replace(b"Ruth Kemp", b"Ruth Kamp"))


@act()
def cut_the_log_tail_and_rehash(package: Path) -> Expectation:
    return put(package, stored_lines(package)[0])


@act()
def cut_the_log_head_and_rehash(package: Path) -> Expectation:
    return put(package, stored_lines(package)[1])


@act()
def reorder_log_entries(package: Path) -> Expectation:
    return put(package, *reversed(stored_lines(package)))


@act()
def repeat_a_log_entry(package: Path) -> Expectation:
    first, last = stored_lines(package)
    return put(package, first, last, last)


@act()
def torn_log_and_rehash(package: Path) -> Expectation:
    first, last = stored_lines(package)
    return put(package, first, last[:-20])


@act()
def log_without_its_last_line_feed(package: Path) -> Expectation:
    first, last = stored_lines(package)
    return put(package, first, last[:-1])


@act()
def bytes_after_the_log(package: Path) -> Expectation:
    return put(package, *stored_lines(package), b'{"kind":"tra')


@act()
def blank_line_in_the_log(package: Path) -> Expectation:
    first, last = stored_lines(package)
    return put(package, first, b"\n", last)


@act()
def blank_line_after_the_log(package: Path) -> Expectation:
    return put(package, *stored_lines(package), b"\n")


@act()
def crlf_log(package: Path) -> Expectation:
    return put(package, *(each[:-1] + b"\r\n" for each in stored_lines(package)))


@act()
def byte_order_mark_in_the_log(package: Path) -> Expectation:
    first, last = stored_lines(package)
    return put(package, b"\xef\xbb\xbf" + first, last)


@act()
def empty_log(package: Path) -> Expectation:
    return put(package)


@act()
def empty_log_pinned_as_empty(package: Path) -> Expectation:
    """A record without custody, that says so: none of the recordings was ever taken in."""
    put(package, pinned=True)
    return found("visit", "voicemail")


@act()
def log_that_is_no_text(package: Path) -> Expectation:
    return put(package, bytes(range(256)) * 8)


@act()
def delete_the_log_and_rehash(package: Path) -> Expectation:
    (package / LOG).unlink()
    rebuild(package)
    return found(LOG)


@act()
def delete_the_log_and_its_path_in_the_record(package: Path) -> Expectation:
    shutil.rmtree(package / "data/custody")
    record = record_of(package)
    record["custody"].update(log=None, entries=0, head=ZEROS)
    record["inputs"] = [each for each in record["inputs"] if each["kind"] != "custody log"]
    write_record(package, record)
    seal(package)
    return found("custody")


# --- the pin


@act()
def wrong_pin_head(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["custody"]["head"] = sha256(b"another head")
    return found(LOG)


@act()
def wrong_pin_count(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["custody"]["entries"] = 3
    return found(LOG)


@act()
def pin_of_the_first_entry(package: Path) -> Expectation:
    """Count and head agree with each other, and not with the log."""
    with edit_record(package) as record:
        record["custody"].update(entries=1, head=sha256(stored_lines(package)[0]))
    return found(LOG)


@act()
def no_pin(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["custody"] = {"log": LOG}
    return found("custody")


@act()
def log_path_to_another_file(package: Path) -> Expectation:
    """A second log, cut short and pinned, is the one that the record names."""
    (package / "data/custody/earlier.jsonl").write_bytes(stored_lines(package)[0])
    with edit_record(package) as record:
        record["custody"].update(
            log="data/custody/earlier.jsonl", entries=1, head=sha256(stored_lines(package)[0])
        )
    return found("data/custody/earlier.jsonl")


@act()
def log_path_outside_the_package(package: Path) -> Expectation:
    (package.parent / "custody.jsonl").write_bytes((package / LOG).read_bytes())
    (package / LOG).unlink()
    with edit_record(package) as record:
        record["custody"]["log"] = "../custody.jsonl"
    return found("../custody.jsonl")


# --- chained and pinned anew: found by the recordings, or by the printed head


@act()
def cut_the_log_tail_and_pin_it(package: Path) -> Expectation:
    """The second recording then has no entry, and the printed head is another."""
    write_log(package, entries(package)[:1])
    pin(package)
    rebuild(package)
    return found("voicemail", HEAD)


@act()
def forge_a_log_entry_and_pin_it(package: Path) -> Expectation:
    """An entry is put in that says who held the recording in the missing week."""
    log = entries(package)
    log.insert(
        1,
        {
            "schema": "evidencekit/custody/1",
            "id": "forged",
            "kind": "transfer",
            "recorded_at": log[0]["recorded_at"],
            "entered_by": "Somebody",
            "item": "visit",
            "giver": "Amara Dean",
            "receiver": "Somebody",
        },
    )
    write_log(package, log)
    pin(package)
    rebuild(package)
    return found(HEAD)


@act()
def backdate_the_intake_and_pin_it(package: Path) -> Expectation:
    log = entries(package)
    for entry in log:
        entry["recorded_at"] = "2026-03-11T15:00:00Z"
    write_log(package, log)
    pin(package)
    rebuild(package)
    return found(HEAD)


@act()
def reorder_log_entries_and_pin_it(package: Path) -> Expectation:
    write_log(package, entries(package)[::-1])
    pin(package)
    rebuild(package)
    return found(HEAD)


@act()
def log_from_another_matter(package: Path) -> Expectation:
    """A whole, unbroken log, that speaks of other recordings."""
    log = entries(package)
    for entry, item in zip(log, ("call", "meeting"), strict=True):
        entry.update(item=item, name=f"{item}.m4a", id=sha256(item.encode()), size=1)
        entry["digests"] = {"sha256": sha256(item.encode())}
    write_log(package, log)
    pin(package)
    rebuild(package)
    return found("visit", "voicemail", HEAD)


@act()
def swap_the_items_of_two_log_entries_and_pin_it(package: Path) -> Expectation:
    """Each digest is in the log, under the other recording's id."""
    log = entries(package)
    log[0]["item"], log[1]["item"] = log[1]["item"], log[0]["item"]
    write_log(package, log)
    pin(package)
    rebuild(package)
    return found("visit", "voicemail", HEAD)


@act()
def second_intake_with_another_digest(package: Path) -> Expectation:
    """The first digest wins: a later entry does not make another file the one taken in."""
    path = package / recording_path(package, 2)
    path.write_bytes(path.read_bytes() + b"\0" * 400)
    log = entries(package)
    again = {**log[1], "id": "again", "digests": {"sha256": sha256(path.read_bytes())}}
    again["size"] = path.stat().st_size
    write_log(package, [*log, again])
    pin(package)
    rebuild(package)
    return found("voicemail", HEAD)


@act()
def recording_replaced_and_taken_in_again(package: Path) -> Expectation:
    """Everything agrees but the pages, where the first digest and the first head are printed."""
    path = package / recording_path(package, 2)
    path.write_bytes(path.read_bytes() + b"\0" * 400)
    take_in_again(package)
    rebuild(package)
    return found(HEAD)


@act()
def wrong_size_in_the_log(package: Path) -> Expectation:
    log = entries(package)
    log[0]["size"] += 1
    write_log(package, log)
    pin(package)
    rebuild(package)
    return found("visit", HEAD)


@act()
def two_log_entries_with_one_id(package: Path) -> Expectation:
    log = entries(package)
    log[1]["id"] = log[0]["id"]
    write_log(package, log)
    pin(package)
    rebuild(package)
    return found(LOG)


@act()
def log_numbered_from_nought(package: Path) -> Expectation:
    log = entries(package)
    for position, entry in enumerate(log):
        entry["seq"] = position
    write_log(package, log, number=False)
    pin(package)
    rebuild(package)
    return found(LOG)


@act()
def gap_in_the_log_numbers(package: Path) -> Expectation:
    log = entries(package)
    log[1]["seq"] = 3
    write_log(package, log, number=False)
    pin(package)
    rebuild(package)
    return found(LOG)


@act()
def unknown_kind_of_log_entry(package: Path) -> Expectation:
    """An intake that is called something else is no intake."""
    log = entries(package)
    log[0]["kind"] = "taken in"
    write_log(package, log)
    pin(package)
    rebuild(package)
    return found(LOG)


@act()
def log_entry_of_another_schema(package: Path) -> Expectation:
    log = entries(package)
    log[0]["schema"] = "evidencekit/custody/2"
    write_log(package, log)
    pin(package)
    rebuild(package)
    return found(LOG)


# --- lines that two readers read differently, chained and pinned


def chained(package: Path, first: bytes) -> Expectation:
    """Store *first*, and the second entry so that it follows from it, and pin both."""
    second = {**entries(package)[1], "prev": sha256(first)}
    return put(package, first, rfc8785.dumps(second) + b"\n", pinned=True)


@act()
def log_line_with_duplicate_keys(package: Path) -> Expectation:
    """One reader takes the first value of a key, another the last."""
    first = stored_lines(package)[0]
    return chained(package, first.replace(b'"item"', b'"entered_by":"Somebody","item"', 1))


@act()
def log_line_with_spaces(package: Path) -> Expectation:
    """The same entry, not canonical: two texts of one entry have two digests."""
    return chained(package, json.dumps(entries(package)[0]).encode() + b"\n")


@act()
def log_line_with_a_float(package: Path) -> Expectation:
    first = stored_lines(package)[0]
    return chained(package, first.replace(b'"seq":1,', b'"seq":1.0,'))


@act()
def log_line_with_true_for_a_number(package: Path) -> Expectation:
    first = stored_lines(package)[0]
    return chained(package, first.replace(b'"seq":1,', b'"seq":true,'))


@act()
def log_line_that_is_a_list(package: Path) -> Expectation:
    return chained(package, b"[]\n")


@act()
def log_line_that_is_not_json(package: Path) -> Expectation:
    return chained(package, b"nothing happened\n")


@act()
def log_line_of_deep_nesting(package: Path) -> Expectation:
    return chained(package, b"[" * 1_000_000 + b"]" * 1_000_000 + b"\n")


@act()
def log_line_with_a_huge_number(package: Path) -> Expectation:
    first = stored_lines(package)[0]
    return chained(package, first.replace(b'"seq":1,', b'"seq":' + b"9" * 10_000 + b","))


@act()
def log_line_with_a_lone_surrogate(package: Path) -> Expectation:
    first = stored_lines(package)[0]
    return chained(package, first.replace(b'"Ruth Kemp"', rb'"\ud800"'))


@act()
def log_line_with_wrong_types(package: Path) -> Expectation:
    entry = entries(package)[0]
    wrong = {key: [each] for key, each in entry.items() if key != "schema"}
    return chained(package, rfc8785.dumps({**entry, **wrong}) + b"\n")


@act()
def log_line_with_digests_that_are_no_object(package: Path) -> Expectation:
    entry = {**entries(package)[0], "digests": "none"}
    return chained(package, rfc8785.dumps(entry) + b"\n")


@act()
def log_line_with_a_digest_in_capitals(package: Path) -> Expectation:
    """Compared without care, it is the same digest; as text it is another."""
    entry = entries(package)[0]
    entry["digests"]["sha256"] = entry["digests"]["sha256"].upper()
    return chained(package, rfc8785.dumps(entry) + b"\n")
