# SPDX-License-Identifier: AGPL-3.0-or-later
"""No change to a log goes unseen: it breaks, is torn, or has another head than the one kept."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from evidencekit.custody.append import EntryDraft, Stamp, append
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
