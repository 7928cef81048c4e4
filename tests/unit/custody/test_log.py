# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log's chain is checked over the stored bytes, and every break is named by its entry."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.custody.log import parse_log, read_log, scan_log
from evidencekit.errors import ChainBroken, CustodyError, LogTorn
from evidencekit.model.custody import CustodyLog, EntryKind, LogHead
from evidencekit.model.digest import Digest

SCHEMAS = Path(__file__).parents[3] / "schemas"
AT = "2026-05-20T15:02:11Z"
STAMP = Stamp(recorded_at=AT, entered_by="Ruth Kemp", software="evidencekit test")


def draft(number: int) -> EntryDraft:
    return EntryDraft(
        id=f"entry-{number}",
        kind=EntryKind.INTAKE,
        recorded_at=AT,
        entered_by="Ruth Kemp",
        item=f"visit{number}",
        name=f"visit {number} ż.m4a",
        size=number,
        digests=(Digest("sha256", hashlib.sha256(bytes([number])).hexdigest()),),
        software="evidencekit test",
    )


@pytest.fixture
def stored(tmp_path: Path) -> bytes:
    """A log of four entries."""
    append(tmp_path / "custody.jsonl", [draft(each) for each in range(4)], stamp=STAMP)
    return (tmp_path / "custody.jsonl").read_bytes()


def rechained(lines: list[bytes]) -> bytes:
    """Return the lines with seq and prev made to fit again, as a forger would."""
    prev, out = "0" * 64, b""
    for seq, line in enumerate(lines, start=1):
        value = json.loads(line) | {"seq": seq, "prev": prev}
        new = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        out += new.encode() + b"\n"
        prev = hashlib.sha256(new.encode() + b"\n").hexdigest()
    return out


def added(line: bytes, text: str) -> bytes:
    """Put a field into a line."""
    return line.replace(b'"entered_by"', text.encode() + b'"entered_by"', 1)


def cited(count: object) -> str:
    return f'"cites":{{"count":{count},"head":"{"a" * 64}"}},'


def received(line: bytes) -> bytes:
    return line.replace(b'"intake"', b'"received"')


def test_a_log_that_takes_over_from_another_is_read(stored: bytes) -> None:
    lines = stored.splitlines(keepends=True)
    line = added(received(lines[3]), cited(7) + '"receiver":"Kemp Law","on":"in May",')
    entry = parse_log(b"".join([*lines[:3], line])).entries[3]
    assert entry.cites == LogHead(count=7, head="a" * 64)
    assert (entry.kind, entry.receiver, entry.on) == (EntryKind.RECEIVED, "Kemp Law", "in May")


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_log(tmp_path / "custody.jsonl") == CustodyLog()
    assert parse_log(b"").head == "0" * 64


def test_entries_are_read_back_as_written(stored: bytes) -> None:
    log = parse_log(stored)
    assert [each.seq for each in log.entries] == [1, 2, 3, 4]
    assert log.entries[2].name == "visit 2 ż.m4a"
    assert log.entries[2].digests == draft(2).digests
    assert log.entries[0].prev == "0" * 64


def test_the_head_is_what_sha256_says_of_the_last_line(stored: bytes) -> None:
    last = stored.splitlines(keepends=True)[-1]
    assert parse_log(stored).head == hashlib.sha256(last).hexdigest()


@pytest.mark.parametrize(
    ("act", "entry"),
    [
        (lambda lines: [lines[0].replace(b"Kemp", b"Kamp"), *lines[1:]], 2),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
        (lambda lines: [lines[0], lines[2], lines[3]], 2),
        (lambda lines: [lines[0], lines[0], *lines[1:]], 2),
        (lambda lines: [*lines[1:]], 1),
        (lambda lines: [*lines[:2], b"\n", *lines[2:]], 3),
        (lambda lines: [*lines[:2], b"not json\n", *lines[2:]], 3),
        (lambda lines: [*lines[:2], b"[]\n", *lines[2:]], 3),
        (lambda lines: [*lines[:2], b"{\xff}\n", *lines[2:]], 3),
        (lambda lines: [*lines, b"\n"], 5),
        (lambda lines: [each.replace(b"\n", b"\r\n") for each in lines], 1),
        (lambda lines: [b"\xef\xbb\xbf" + lines[0], *lines[1:]], 1),
        (lambda lines: [b" " + lines[0], *lines[1:]], 1),
        (lambda lines: [*lines[:3], lines[3].replace(b'"seq":4', b'"seq":4.0')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"seq":4', b'"seq":true')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"seq":4', b'"seq":5')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"seq":4', b'"seq":4,"seq":4')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"size":3', b'"size":-3')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"size":3', b'"size":1e3')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"size":3', b'"size":"3"')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"kind":"intake"', b'"kind":"magic"')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b"custody/1", b"custody/9")], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b"15:02:11Z", b"15:02:11+")], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b"2026-05-20", b"2026-02-30")], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"item"', b'"itam"')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"sha256":"0', b'"sha256":"g')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"Ruth Kemp"', b'"\\ud800"')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"Ruth Kemp"', b'""')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"digests":{', b'"digests":[{')], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"sha256"', b'"md5"')], 4),
        (lambda lines: [*lines[:3], added(lines[3], '"on":"",')], 4),
        (lambda lines: [*lines[:3], added(lines[3], '"checked":7,')], 4),
        (lambda lines: [*lines[:3], added(lines[3], '"cites":"4",')], 4),
        (lambda lines: [*lines[:3], added(lines[3], '"cites":{"count":4},')], 4),
        (lambda lines: [*lines[:3], added(lines[3], f'"cites":{{"head":"{"a" * 64}"}},')], 4),
        (lambda lines: [*lines[:3], added(lines[3], '"cites":{"count":4,"head":"ab"},')], 4),
        (lambda lines: [*lines[:3], added(lines[3], cited(-1))], 4),
        (lambda lines: [*lines[:3], added(lines[3], cited("true"))], 4),
        (lambda lines: [*lines[:3], lines[3].replace(b'"intake"', b'"received"')], 4),
        (lambda lines: [*lines[:3], added(received(lines[3]), cited(1))], 4),
        (lambda lines: [*lines[:3], b"{" + b'"a":{' * 5000 + b"}" * 5001 + b"\n"], 4),
        (lambda lines: [*lines[:3], b'{"a":"' + b"a" * 1024 * 1024 + b'"}\n'], 4),
    ],
    ids=lambda value: None if callable(value) else f"entry {value}",
)
def test_a_changed_log_breaks_at_the_entry(stored: bytes, act: object, entry: int) -> None:
    lines = stored.splitlines(keepends=True)
    changed = b"".join(act(lines))  # type: ignore[operator]
    assert changed != stored
    with pytest.raises(ChainBroken) as raised:
        parse_log(changed)
    assert raised.value.entry == entry


def test_two_entries_with_one_id_are_a_break_even_where_the_chain_holds(stored: bytes) -> None:
    lines = stored.splitlines(keepends=True)
    with pytest.raises(ChainBroken) as raised:
        parse_log(rechained([*lines, lines[1]]))
    assert raised.value == ChainBroken(5, "an id of its own", "the id of an earlier entry")


def test_a_field_that_this_version_does_not_know_is_no_break(stored: bytes) -> None:
    lines = stored.splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"size":3', b'"seal":{"x":1},"size":3')
    assert parse_log(b"".join(lines)).count == 4


def test_a_digest_by_an_algorithm_of_tomorrow_is_no_break(stored: bytes) -> None:
    lines = stored.splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"sha256"', b'"blake9":"??","sha256"')
    assert parse_log(b"".join(lines)).entries[3].digests == draft(3).digests


def test_every_line_fits_the_schema(stored: bytes) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((SCHEMAS / "custody.schema.json").read_bytes())
    for line in stored.splitlines():
        jsonschema.Draft202012Validator(schema).validate(json.loads(line))


@pytest.mark.parametrize("cut", [1, 2, 50])
def test_a_log_cut_in_the_middle_of_a_line_is_torn(stored: bytes, cut: int) -> None:
    whole = stored.rfind(b"\n", 0, -1) + 1
    with pytest.raises(LogTorn) as raised:
        parse_log(stored[:-cut])
    assert raised.value == LogTorn("custody.jsonl", whole, len(stored) - whole - cut)
    assert scan_log(stored[:-cut]).log.count == 3


def test_a_break_before_a_torn_end_is_a_break(stored: bytes) -> None:
    with pytest.raises(ChainBroken):
        parse_log(b"x" + stored[:-5])


def test_a_break_tells_nothing_of_what_a_line_says(stored: bytes) -> None:
    lines = stored.splitlines(keepends=True)
    lines[1] = b'{"entered_by": "Ella Dean"\n'
    with pytest.raises(ChainBroken) as raised:
        parse_log(b"".join(lines))
    assert "Ella" not in str(raised.value)


def test_a_log_that_is_a_link_is_refused(tmp_path: Path, stored: bytes) -> None:
    if not hasattr(os, "O_NOFOLLOW"):
        pytest.skip("links are followed here")
    link = tmp_path / "matter" / "custody.jsonl"
    link.parent.mkdir()
    link.symlink_to("../custody.jsonl")
    with pytest.raises(CustodyError, match="ordinary file"):
        read_log(link)
    with pytest.raises(CustodyError, match="ordinary file"):
        append(link, [draft(9)], stamp=STAMP)
    assert (tmp_path / "custody.jsonl").read_bytes() == stored


def test_a_log_that_cannot_be_read_to_its_end_is_an_error(
    tmp_path: Path, stored: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdopen", refuse)
        with pytest.raises(CustodyError, match="could not be read to its end"):
            read_log(tmp_path / "custody.jsonl")


def test_a_log_larger_than_any_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "custody.jsonl").open("wb") as file:
        file.truncate(257 * 1024 * 1024)
    with pytest.raises(CustodyError, match="at most 268435456 are read"):
        read_log(tmp_path / "custody.jsonl")


def test_a_log_that_another_process_is_writing_is_read_again(
    tmp_path: Path, stored: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "custody.jsonl"
    path.write_bytes(stored[:-5])
    monkeypatch.setattr(time, "sleep", lambda _: path.write_bytes(stored))
    assert read_log(path).count == 4


def test_a_log_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "custody.jsonl").mkdir()
    with pytest.raises(CustodyError):
        read_log(tmp_path / "custody.jsonl")
