# SPDX-License-Identifier: AGPL-3.0-or-later
"""An entry is in the log whole, or was never acknowledged; a killed run leaves no mess."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve, fields

from evidencekit.custody import append as append_module
from evidencekit.custody import draft as draft_module
from evidencekit.custody.append import EntryDraft, Stamp, append, append_after
from evidencekit.custody.draft import LIMITS, stored_lines
from evidencekit.custody.durable import hold
from evidencekit.custody.known import forget
from evidencekit.custody.log import read_log
from evidencekit.errors import ChainBroken, CustodyError, LogBusy
from evidencekit.model.custody import CustodyEntry, EntryKind, LogHead
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMAS = Path(__file__).parents[3] / "schemas"
AT = "2026-05-20T15:02:11Z"
STAMP = Stamp(recorded_at=AT, entered_by="Ruth Kemp", software="evidencekit test")


def draft(number: int) -> EntryDraft:
    return EntryDraft(
        id=f"entry-{number}", kind=EntryKind.SERVED, recorded_at=AT, entered_by="Ruth Kemp"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "custody.jsonl"


def test_the_line_is_canonical_json_that_names_the_line_before(path: Path) -> None:
    append(path, [evolve(draft(1), note="zażółć\n")], stamp=STAMP)
    append(path, [draft(2)], stamp=STAMP)
    first, second = path.read_bytes().splitlines(keepends=True)
    assert first.decode() == (
        '{"entered_by":"Ruth Kemp","id":"entry-1","kind":"served","note":"zażółć\\n","prev":"'
        + "0" * 64
        + '","recorded_at":"2026-05-20T15:02:11Z","schema":"evidencekit/custody/1","seq":1}\n'
    )
    assert hashlib.sha256(first).hexdigest().encode() in second


def test_an_entry_that_is_in_the_log_is_not_added_again(path: Path) -> None:
    append(path, [draft(1), draft(2)], stamp=STAMP)
    before = path.read_bytes()
    log = append(path, [draft(2), draft(1)], stamp=STAMP)
    assert path.read_bytes() == before
    assert log.count == 2


def test_another_entry_under_a_known_id_is_refused(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    before = path.read_bytes()
    with pytest.raises(CustodyError, match="another entry under the id entry-1"):
        append(path, [draft(2), evolve(draft(1), note="other")], stamp=STAMP)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "odd", ['say "id"', "back\\slash", "a/b", "zażółć", "tab\there", "e\u0301"]
)
def test_an_id_that_json_can_write_in_two_ways_is_known_again(path: Path, odd: str) -> None:
    append(path, [draft(1), evolve(draft(2), id=odd)], stamp=STAMP)
    assert append(path, [evolve(draft(2), id=odd)], stamp=STAMP).entries == ()


def test_an_id_that_only_stands_elsewhere_in_the_log_is_new(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    added = append(path, [evolve(draft(1), id="Ruth Kemp")], stamp=STAMP)
    assert [each.id for each in added.entries] == ["Ruth Kemp"]
    assert read_log(path).count == 2


def test_an_id_that_only_a_torn_end_holds_is_new(path: Path) -> None:
    append(path, [draft(1), draft(2)], stamp=STAMP)
    path.write_bytes(path.read_bytes()[:-1])
    added = append(path, [draft(2)], stamp=STAMP)
    assert [each.kind for each in added.entries] == [EntryKind.REPAIR, EntryKind.SERVED]


def test_digests_in_any_order_are_the_same_entry(path: Path) -> None:
    digests = (Digest("sha512", "a" * 128), Digest("sha256", "b" * 64))
    append(path, [evolve(draft(1), digests=digests)], stamp=STAMP)
    assert append(path, [evolve(draft(1), digests=digests[::-1])], stamp=STAMP).entries == ()


def test_many_entries_at_once_are_told_from_those_that_are_in_the_log(path: Path) -> None:
    append(path, [draft(each) for each in range(0, 300, 2)], stamp=STAMP)
    added = append(path, [draft(each) for each in range(300)], stamp=STAMP)
    assert [each.id for each in added.entries] == [f"entry-{each}" for each in range(1, 300, 2)]
    assert read_log(path).at == LogHead(count=300, head=added.head)


@pytest.mark.parametrize(
    ("unfit", "why"),
    [
        (evolve(draft(2), kind=EntryKind.INTAKE), "item"),
        (evolve(draft(2), kind=EntryKind.RECEIVED, receiver="Kemp Law"), "cites"),
        (evolve(draft(2), size=-1), "size"),
        (evolve(draft(2), size=2**53), "size|integer|2"),
        (evolve(draft(2), item=""), "item"),
        (evolve(draft(2), note="\ud800"), "cannot be written"),
        (evolve(draft(2), note="n" * 20_001), "note has 20001 characters; at most 20000"),
        (evolve(draft(2), cites=LogHead(count=-1, head="0" * 64)), "cites"),
        (evolve(draft(2), cites=LogHead(count=1, head="00")), "cites"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_entry_that_no_reader_would_take_is_never_written(
    path: Path, unfit: EntryDraft, why: str
) -> None:
    append(path, [draft(1)], stamp=STAMP)
    before = path.read_bytes()
    with pytest.raises(CustodyError, match=why) as raised:
        append(path, [draft(3), unfit], stamp=STAMP)
    assert "Nothing was written" in str(raised.value)
    assert path.read_bytes() == before


def test_a_draft_has_every_field_of_an_entry_but_its_place() -> None:
    placed = {"seq", "prev", "line_sha256"}
    assert {each.name for each in fields(EntryDraft)} == {
        each.name for each in fields(CustodyEntry)
    } - placed


def test_texts_are_as_long_as_the_schema_allows() -> None:
    properties = json.loads((SCHEMAS / "custody.schema.json").read_bytes())["properties"]
    texts = {each.name for each in fields(EntryDraft)} & set(properties)
    allowed = {each: properties[each].get("maxLength") for each in texts}
    del allowed["recorded_at"]
    assert {key: most for key, most in allowed.items() if most} == LIMITS


def test_two_drafts_with_one_id_are_refused(path: Path) -> None:
    with pytest.raises(CustodyError, match="have the id"):
        append(path, [draft(1), draft(1)], stamp=STAMP)
    assert not path.exists()


def test_nothing_to_add_makes_no_log(path: Path) -> None:
    assert append(path, [], stamp=STAMP).count == 0
    assert not path.exists()


def test_a_broken_log_is_left_as_it_is(path: Path) -> None:
    append(path, [draft(1), draft(2)], stamp=STAMP)
    broken = path.read_bytes().replace(b"Kemp", b"Kamp", 1)
    path.write_bytes(broken)
    with pytest.raises(ChainBroken):
        append(path, [draft(3)], stamp=STAMP)
    assert path.read_bytes() == broken


@pytest.mark.parametrize(
    ("act", "entry"),
    [
        (lambda data: data.replace(b"\n", b"\r\n"), 3),
        (lambda data: data + b"not json\n", 4),
        (lambda data: data + b"\n", 4),
        (lambda data: data + b"[3]\n", 4),
        (lambda data: data + data.splitlines(keepends=True)[0], 4),
        (lambda data: data.replace(b'"seq":3', b'"seq":1'), 3),
        (lambda data: data.replace(b'"seq":3', b'"seq":"3"'), 3),
        (lambda data: b"".join(sorted(data.splitlines(keepends=True), reverse=True)), 3),
        (lambda data: b"".join(data.splitlines(keepends=True)[::2]), 3),
        (lambda data: b"not json\n", 1),
        (lambda data: data.splitlines(keepends=True)[2], 1),
        (lambda data: data + b'"' + b"x" * 1024 * 1024 + b'"\n', 4),
        (lambda data: data + b"[" * 100_000 + b"\n", 4),
    ],
)
def test_a_last_line_that_does_not_follow_is_a_break_and_nothing_is_written(
    path: Path, act: Callable[[bytes], bytes], entry: int
) -> None:
    append(path, [draft(1), draft(2), draft(3)], stamp=STAMP)
    broken = act(path.read_bytes())
    path.write_bytes(broken)
    forget()
    with pytest.raises(ChainBroken) as raised:
        append(path, [draft(9)], stamp=STAMP)
    assert raised.value.entry == entry
    assert path.read_bytes() == broken
    with pytest.raises(ChainBroken):
        append_after(path, lambda _: [draft(9)], stamp=STAMP)
    assert path.read_bytes() == broken


def test_a_process_that_comes_again_checks_what_others_added(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    append(path, [draft(2)], stamp=STAMP)
    lines, entries = stored_lines([draft(7), draft(8)], after=read_log(path).at)
    path.write_bytes(path.read_bytes() + lines)
    assert append(path, [draft(8)], stamp=STAMP).entries == ()
    assert append(path, [draft(3)], stamp=STAMP).count == 5
    assert [each.id for each in read_log(path).entries[2:4]] == [each.id for each in entries]
    path.write_bytes(path.read_bytes() + lines)
    for _ in range(2):
        with pytest.raises(ChainBroken) as raised:
            append(path, [draft(4)], stamp=STAMP)
        assert raised.value.entry == 6


def test_a_log_that_was_put_back_or_replaced_is_read_anew(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    append(path, [draft(2)], stamp=STAMP)
    earlier = path.read_bytes()
    append(path, [draft(3)], stamp=STAMP)
    path.write_bytes(earlier)
    assert append(path, [draft(3)], stamp=STAMP).count == 3
    path.unlink()
    assert append(path, [draft(1), draft(3)], stamp=STAMP).count == 2
    other = path.with_name("other.jsonl")
    append(other, [draft(each) for each in (5, 6, 3)], stamp=STAMP)
    other.replace(path)
    assert append(path, [draft(3), draft(5), draft(9)], stamp=STAMP).count == 4
    assert read_log(path).count == 4


def test_what_was_not_written_to_its_end_is_not_remembered(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(path, [draft(1)], stamp=STAMP)
    append(path, [draft(2)], stamp=STAMP)

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(append_module, "flush", fail)
        with pytest.raises(CustodyError, match="Input/output error"):
            append(path, [draft(3)], stamp=STAMP)
    assert append(path, [draft(3)], stamp=STAMP).count == 3
    assert read_log(path).count == 3


def test_more_logs_than_are_remembered_are_appended_to_all_the_same(tmp_path: Path) -> None:
    for number in range(3):
        for name in range(40):
            added = append(tmp_path / f"{name}.jsonl", [draft(number)], stamp=STAMP)
            assert added.count == number + 1


def test_a_break_further_up_is_found_by_whoever_reads_the_whole_log(path: Path) -> None:
    append(path, [draft(each) for each in range(5)], stamp=STAMP)
    path.write_bytes(path.read_bytes().replace(b"entry-1", b"entry-7"))
    forget()
    assert append(path, [draft(9)], stamp=STAMP).count == 6
    with pytest.raises(ChainBroken) as raised:
        read_log(path)
    assert raised.value.entry == 3
    left = path.read_bytes()
    for _ in range(2):
        with pytest.raises(ChainBroken) as raised:
            append(path, [draft(10)], stamp=STAMP)
        assert raised.value.entry == 3
    assert path.read_bytes() == left


def test_a_log_to_which_nothing_is_added_is_only_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(path, [draft(1)], stamp=STAMP)
    path.with_name(".custody.jsonl.lock").unlink(missing_ok=True)
    real = os.open

    def read_only(name: object, flags: int, *rest: object, **more: object) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, "Read-only file system")
        return real(name, flags, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", read_only)
    assert append_after(path, lambda _: [draft(1)], stamp=STAMP).count == 1
    with pytest.raises(CustodyError, match=r"Read-only file system\. No entry was added"):
        append_after(path, lambda _: [draft(2)], stamp=STAMP)
    assert sorted(each.name for each in path.parent.iterdir()) == ["custody.jsonl"]


def test_a_disk_that_keeps_other_bytes_than_were_written_is_not_believed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(path, [draft(1)], stamp=STAMP)
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data).replace(b"K", b"k")))
    with pytest.raises(CustodyError, match="does not hold what was written"):
        append(path, [draft(2)], stamp=STAMP)


def test_a_folder_that_cannot_be_listed_is_an_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(path, [draft(1)], stamp=STAMP)

    def fail(_: object) -> list[str]:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "listdir", fail)
    with pytest.raises(CustodyError, match="Permission denied"):
        append_after(path, lambda _: [], stamp=STAMP)


def test_a_torn_end_whose_repair_the_log_holds_is_cut_off_all_the_same(path: Path) -> None:
    torn = b"{"
    append(path, [evolve(draft(1), id="f" * 64)], stamp=STAMP)
    offset = path.stat().st_size
    path.unlink()
    known = hashlib.sha256(f"repair {offset} {hashlib.sha256(torn).hexdigest()}".encode())
    append(path, [evolve(draft(1), id=known.hexdigest())], stamp=STAMP)
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert append(path, [], stamp=STAMP).entries == ()
    assert path.read_bytes() == whole
    (aside,) = path.parent.glob("custody.jsonl.torn-*")
    assert aside.read_bytes() == torn


def test_an_entry_that_would_read_back_otherwise_is_not_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = draft_module.read_entry

    def other(line: bytes, *, seq: int, prev: str) -> CustodyEntry:
        return evolve(real(line, seq=seq, prev=prev), note="other")

    monkeypatch.setattr(draft_module, "read_entry", other)
    with pytest.raises(CustodyError, match="would not read back the same"):
        append(path, [draft(1)], stamp=STAMP)
    assert not path.exists()


def test_a_line_that_is_too_long_to_be_read_is_not_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_module, "MOST_LINE", 300)
    append(path, [draft(1)], stamp=STAMP)
    with pytest.raises(CustodyError, match=r"a line of [0-9]+ bytes; at most 300 are read"):
        append(path, [evolve(draft(2), note="n" * 300)], stamp=STAMP)


@pytest.mark.parametrize(
    "changes",
    [{"id": ""}, {"entered_by": ""}, {"recorded_at": "2026-05-20 15:02:11"}],
)
def test_a_draft_without_what_every_entry_has_cannot_be_made(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        evolve(draft(1), **changes)
    with pytest.raises(ValueError):
        evolve(STAMP, **({"software": ""} | {k: v for k, v in changes.items() if k != "id"}))


def test_things_that_only_look_like_set_aside_bytes_are_left_alone(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    digest = hashlib.sha256(b"x").hexdigest()
    path.with_name("custody.jsonl.torn-notes.txt").write_bytes(b"x")
    path.with_name(f"custody.jsonl.torn-1-{digest}").mkdir()
    path.with_name(f"custody.jsonl.torn-2-{digest}").symlink_to(path)
    assert [each.id for each in append(path, [draft(2)], stamp=STAMP).entries] == ["entry-2"]


def test_a_log_that_would_be_too_large_to_read_is_not_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(path, [draft(1)], stamp=STAMP)
    before = path.read_bytes()
    monkeypatch.setattr(append_module, "MOST_BYTES", len(before) + 10)
    with pytest.raises(CustodyError, match="larger than"):
        append(path, [draft(2)], stamp=STAMP)
    assert path.read_bytes() == before


def test_a_torn_end_is_set_aside_and_recorded(path: Path) -> None:
    append(path, [draft(1), draft(2)], stamp=STAMP)
    whole = path.read_bytes()
    torn = b'{"entered_by":"Ru'
    path.write_bytes(whole + torn)
    added = append(path, [draft(3)], stamp=STAMP).entries
    assert path.read_bytes().startswith(whole)
    assert [each.kind for each in added] == [EntryKind.REPAIR, EntryKind.SERVED]
    assert read_log(path).entries[2:] == added
    repair = added[0]
    digest = hashlib.sha256(torn).hexdigest()
    assert (repair.size, repair.digests[0].value) == (len(torn), digest)
    assert repair.name == f"custody.jsonl.torn-{len(whole)}-{digest}"
    assert path.with_name(repair.name).read_bytes() == torn


def test_a_torn_end_is_set_aside_even_where_nothing_is_added(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    with path.open("ab") as file:
        file.write(b"{")
    assert append(path, [], stamp=STAMP).entries[-1].kind is EntryKind.REPAIR
    assert append(path, [], stamp=STAMP).count == 2


def test_a_log_that_is_nothing_but_a_torn_line_starts_anew(path: Path) -> None:
    path.write_bytes(b'{"half')
    log = append(path, [draft(1)], stamp=STAMP)
    assert [each.kind for each in log.entries] == [EntryKind.REPAIR, EntryKind.SERVED]


def test_set_aside_bytes_that_were_not_recorded_are_recorded_later(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    torn = b'{"half'
    digest = hashlib.sha256(torn).hexdigest()
    path.with_name(f"custody.jsonl.torn-99-{digest}").write_bytes(torn)
    path.with_name(f"custody.jsonl.torn-98-{digest}").write_bytes(b"half a copy")
    append(path, [draft(2)], stamp=STAMP)
    assert [each.kind for each in read_log(path).entries] == ["served", "repair", "served"]
    assert append(path, [draft(2)], stamp=STAMP).count == 3


def test_a_disk_that_fills_during_the_write_leaves_the_log_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(path, [draft(1)], stamp=STAMP)
    before = path.read_bytes()

    def half(fd: int, data: bytes) -> None:
        os.write(fd, data[:40])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(append_module, "write_all", half)
    with pytest.raises(CustodyError, match="No space left on device"):
        append(path, [draft(2)], stamp=STAMP)
    assert path.read_bytes() == before


def test_an_error_in_the_decision_leaves_the_log_as_it_was(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    torn = path.read_bytes() + b"{"
    path.write_bytes(torn)

    def refuse(_: object) -> list[EntryDraft]:
        msg = "no"
        raise CustodyError(msg)

    with pytest.raises(CustodyError):
        append_after(path, refuse, stamp=STAMP)
    assert path.read_bytes() == torn


def test_the_decision_sees_the_log_that_will_be_appended_to(path: Path) -> None:
    append(path, [draft(1)], stamp=STAMP)
    seen = []
    append_after(path, lambda log: seen.append(log.count) or [], stamp=STAMP)
    assert seen == [1]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_an_error_that_says_so(path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        with pytest.raises(CustodyError, match="could not be written"):
            append(path, [draft(1)], stamp=STAMP)
    finally:
        path.parent.chmod(0o700)


def test_a_log_that_another_holds_is_waited_for_and_then_refused(path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from evidencekit.custody.durable import hold\n"
        "with hold(pathlib.Path(sys.argv[1]), seconds=5):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    lock = path.with_name(".custody.jsonl.lock")
    with subprocess.Popen(
        [sys.executable, "-c", program, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LogBusy):
            append(path, [draft(1)], stamp=STAMP, seconds=0)
        holder.kill()
        holder.wait()
        assert append(path, [draft(1)], stamp=STAMP, seconds=5).count == 1


def test_a_lock_file_left_over_blocks_nobody(path: Path) -> None:
    lock = path.with_name(".custody.jsonl.lock")
    lock.write_bytes(b"left over")
    with hold(lock, seconds=0):
        pass
    assert append(path, [draft(1)], stamp=STAMP, seconds=0).count == 1


APPEND_MANY = """
import pathlib, sys
from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.model.custody import EntryKind
AT = "2026-05-20T15:02:11Z"
path, who, count = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
stamp = Stamp(recorded_at=AT, entered_by=who, software="evidencekit test")
for number in range(count):
    draft = EntryDraft(id=f"{who}-{number}", kind=EntryKind.SERVED, recorded_at=AT, entered_by=who)
    append(path, [draft], stamp=stamp)
"""


def test_eight_processes_appending_200_entries_at_once_make_one_chain(path: Path) -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", APPEND_MANY, path, who, "25"], stdout=subprocess.DEVNULL
        )
        for who in "abcdefgh"
    ]
    assert [each.wait() for each in runs] == [0] * 8
    log = read_log(path)
    assert sorted(each.id for each in log.entries) == sorted(
        f"{who}-{number}" for who in "abcdefgh" for number in range(25)
    )
