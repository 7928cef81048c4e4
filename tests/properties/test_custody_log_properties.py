# SPDX-License-Identifier: AGPL-3.0-or-later
"""No change to a log goes unseen: it breaks, is torn, or has another head than the one kept."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.custody.append import EntryDraft, Stamp, append, append_after
from evidencekit.custody.compare import PinRelation, Relation, compare_logs, compare_with_pin
from evidencekit.custody.log import parse_log
from evidencekit.errors import CustodyError
from evidencekit.model.custody import EntryKind
from evidencekit.model.digest import Digest

AT = "2026-05-20T15:02:11Z"
STAMP = Stamp(recorded_at=AT, entered_by="Ruth Kemp", software="evidencekit test")


@cache
def stored() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "custody.jsonl"
        drafts = [
            EntryDraft(
                id=f"entry-{number}",
                kind=EntryKind.INTAKE,
                recorded_at=AT,
                entered_by="Ruth Kemp",
                item="visit",
                name="zażółć.m4a",
                size=number,
                digests=(Digest("sha256", f"{number:064x}"),),
            )
            for number in range(3)
        ]
        append(path, drafts, stamp=STAMP)
        return path.read_bytes()


def is_seen(changed: bytes) -> bool:
    """True where the change is found by reading, or by comparing with the head and count kept."""
    original = parse_log(stored())
    try:
        log = parse_log(changed)
    except CustodyError:
        return True
    return (log.head, log.count) != (original.head, original.count)


def test_every_byte_counts() -> None:
    data = stored()
    for place in range(len(data)):
        for other in (data[place] ^ 1, data[place] ^ 0x20, 0x0A, 0x22):
            if other != data[place]:
                assert is_seen(data[:place] + bytes([other]) + data[place + 1 :]), place


@given(st.data())
def test_any_change_of_bytes_is_seen(data: st.DataObject) -> None:
    original = stored()
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 200)))
    changed = original[:start] + data.draw(st.binary(max_size=40)) + original[end:]
    assert changed == original or is_seen(changed)


@given(st.permutations(range(3)), st.integers(0, 3))
def test_any_reordering_and_cut_is_seen(order: list[int], keep: int) -> None:
    lines = stored().splitlines(keepends=True)
    changed = b"".join(lines[each] for each in order[:keep])
    assert changed == stored() or is_seen(changed)


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_read_or_refused_by_name(data: bytes) -> None:
    try:
        parse_log(data)
    except CustodyError:
        return
    assert data == b""


text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.builds(lambda *each: each, text, text, text), max_size=4))
def test_whatever_is_written_reads_back_the_same(values: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "custody.jsonl"
        drafts = [
            EntryDraft(
                id=f"{number}",
                kind=EntryKind.TRANSFER,
                recorded_at=AT,
                entered_by=who,
                name=name,
                note=note,
            )
            for number, (who, name, note) in enumerate(values)
        ]
        log = append(path, drafts, stamp=STAMP)
        assert [(each.entered_by, each.name, each.note) for each in log.entries] == values


steps = st.lists(
    st.tuples(
        st.lists(
            st.sampled_from(["a", "b", "c", 'say "d"', "ż", "visit"]), unique=True, max_size=3
        ),
        st.sampled_from([b"", b"", b'{"half', b"\xff", b'{"id":"a"}', b'"visit"']),
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=50)
@given(steps)
def test_appending_by_the_tail_writes_what_appending_after_reading_all_writes(
    runs: list[tuple[list[str], bytes]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / "by-tail" / "custody.jsonl", Path(folder) / "all" / "custody.jsonl"
        for path in paths:
            path.parent.mkdir()
        for ids, torn in runs:
            drafts = [
                EntryDraft(
                    id=each, kind=EntryKind.SERVED, recorded_at=AT, entered_by="R", note="visit"
                )
                for each in ids
            ]
            for path in paths:
                with path.open("ab") as file:
                    file.write(torn)
            quick = append(paths[0], drafts, stamp=STAMP)
            whole = append_after(paths[1], lambda _, new=drafts: new, stamp=STAMP)
            assert (quick.count, quick.head) == (whole.count, whole.head)
            assert quick.entries == whole.entries[whole.count - len(quick.entries) :]
            assert paths[0].read_bytes() == paths[1].read_bytes()
            assert parse_log(paths[0].read_bytes()) == whole


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 2), max_size=6), st.lists(st.integers(0, 2), max_size=6))
def test_logs_share_what_their_lines_share_and_no_more(one: list[int], two: list[int]) -> None:
    logs = []
    with tempfile.TemporaryDirectory() as folder:
        for name, choices in (("one", one), ("two", two)):
            drafts = [
                EntryDraft(
                    id=f"{place} {choice}", kind=EntryKind.SERVED, recorded_at=AT, entered_by="R"
                )
                for place, choice in enumerate(choices)
            ]
            path = Path(folder) / name
            append(path, drafts, stamp=STAMP)
            logs.append(path.read_bytes() if drafts else b"")
    found = compare_logs(parse_log(logs[0]), parse_log(logs[1]))
    pairs = zip(logs[0].splitlines(), logs[1].splitlines(), strict=False)
    shared = next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(two)))
    assert found.common == shared
    assert (found.relation is Relation.SAME) == (logs[0] == logs[1])
    begins = logs[0].startswith(logs[1]) or logs[1].startswith(logs[0])
    assert (found.relation in {Relation.SAME, Relation.PREFIX}) == begins
    assert (found.relation is Relation.FORK) == (not begins and shared > 0)
    assert len(found.a_only) + found.common == len(one)
    assert len(found.b_only) + found.common == len(two)


@given(st.integers(0, 3), st.integers(0, 3))
def test_a_log_cut_at_any_entry_is_seen_against_what_was_written_down(kept: int, now: int) -> None:
    lines = stored().splitlines(keepends=True)
    pin = parse_log(b"".join(lines[:kept])).at
    found = compare_with_pin(parse_log(b"".join(lines[:now])), pin)
    expected = {True: PinRelation.CONTINUED, False: PinRelation.CUT_SHORT}[now > kept]
    assert found is (PinRelation.SAME if now == kept else expected)
