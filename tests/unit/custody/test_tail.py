# SPDX-License-Identifier: AGPL-3.0-or-later
"""An append reads a log's end: what it sees there is what the whole log says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evidencekit.custody import tail as tail_module
from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.custody.tail import may_hold, read_tail, tail_of
from evidencekit.errors import ChainBroken
from evidencekit.model.custody import EntryKind

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-05-20T15:02:11Z"
STAMP = Stamp(recorded_at=AT, entered_by="Ruth Kemp", software="evidencekit test")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("log") / "custody.jsonl"
    drafts = [
        EntryDraft(id=f"id-{number}", kind=EntryKind.SERVED, recorded_at=AT, entered_by="R" * 9)
        for number in range(12)
    ]
    append(path, drafts, stamp=STAMP)
    return path.read_bytes()


@pytest.mark.parametrize("window", [1, 300, 500, 700, 1000, 3000, 10**6])
@pytest.mark.parametrize("lines", [0, 1, 2, 3, 12])
@pytest.mark.parametrize("torn", [b"", b'{"entered'])
def test_the_end_of_a_log_says_what_the_whole_says(
    log: bytes, tmp_path: Path, window: int, lines: int, torn: bytes
) -> None:
    data = b"".join(log.splitlines(keepends=True)[:lines]) + torn
    (tmp_path / "custody.jsonl").write_bytes(data)
    found = read_tail(tmp_path / "custody.jsonl", window=window)
    assert found == tail_of(data)
    assert (found.count, found.torn, found.offset) == (lines, torn, len(data) - len(torn))


def test_no_log_is_an_empty_one(tmp_path: Path) -> None:
    assert read_tail(tmp_path / "custody.jsonl") == tail_of(b"")
    assert not may_hold(tmp_path / "custody.jsonl", "id-1", end=0)


@pytest.mark.parametrize("window", [700, 10**6])
def test_a_last_line_that_does_not_follow_is_a_break_wherever_it_is_seen(
    log: bytes, tmp_path: Path, window: int
) -> None:
    lines = log.splitlines(keepends=True)
    lines[-2] = lines[-2].replace(b"RRR", b"RRQ")
    (tmp_path / "custody.jsonl").write_bytes(b"".join(lines))
    with pytest.raises(ChainBroken):
        read_tail(tmp_path / "custody.jsonl", window=window)


@pytest.mark.parametrize("piece", [1, 2, 7, 64, 500, 10**6])
def test_an_id_is_found_wherever_the_pieces_part(
    log: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(tail_module, "_PIECE", piece)
    path = tmp_path / "custody.jsonl"
    path.write_bytes(log)
    assert all(may_hold(path, f"id-{number}", end=len(log)) for number in range(12))
    assert not any(may_hold(path, f"id-{number}", end=len(log)) for number in (12, 13, 100))
    assert not may_hold(path, "id-11", end=log.index(b'"id-11"') + 6)
    assert may_hold(path, "odd\\id", end=len(log))
