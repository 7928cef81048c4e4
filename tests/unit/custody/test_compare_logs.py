# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two logs are the same, one begins the other, they fork, one cites the other, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.custody.compare import PinRelation, Relation, compare_logs, compare_with_pin
from evidencekit.custody.log import read_log
from evidencekit.custody.reading import comparison_text, pin_text
from evidencekit.model.custody import CustodyLog, EntryKind, LogHead

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-05-20T15:02:11Z"
STAMP = Stamp(recorded_at=AT, entered_by="Ruth Kemp", software="evidencekit test")


def written(path: Path, ids: str, *, cites: LogHead | None = None) -> CustodyLog:
    drafts = [
        EntryDraft(id=each, kind=EntryKind.SERVED, recorded_at=AT, entered_by="R") for each in ids
    ]
    if cites is not None:
        drafts.insert(
            0,
            EntryDraft(
                id="received",
                kind=EntryKind.RECEIVED,
                recorded_at=AT,
                entered_by="R",
                receiver=ids,
                cites=cites,
            ),
        )
    append(path, drafts, stamp=STAMP)
    return read_log(path)


@pytest.mark.parametrize(
    ("a", "b", "relation", "common"),
    [
        ("xyz", "xyz", Relation.SAME, 3),
        ("", "", Relation.SAME, 0),
        ("xy", "xyz", Relation.PREFIX, 2),
        ("xyz", "x", Relation.PREFIX, 1),
        ("", "x", Relation.PREFIX, 0),
        ("xya", "xyb", Relation.FORK, 2),
        ("xyabc", "xyb", Relation.FORK, 2),
        ("abc", "xyz", Relation.UNRELATED, 0),
        ("axy", "bxy", Relation.UNRELATED, 0),
    ],
)
def test_logs_are_compared_line_by_line(
    tmp_path: Path, a: str, b: str, relation: Relation, common: int
) -> None:
    first, second = written(tmp_path / "a.jsonl", a), written(tmp_path / "b.jsonl", b)
    found = compare_logs(first, second)
    assert (found.relation, found.common) == (relation, common)
    assert found.a_only == first.entries[common:]
    assert found.b_only == second.entries[common:]
    other = compare_logs(second, first)
    assert (other.relation, other.a_only, other.b_only) == (relation, found.b_only, found.a_only)


def test_a_log_that_takes_over_cites_where_the_other_stood(tmp_path: Path) -> None:
    giver = written(tmp_path / "giver.jsonl", "xyz")
    second = LogHead(count=2, head=giver.entries[1].line_sha256)
    receiver = written(tmp_path / "receiver.jsonl", "ab", cites=second)
    found = compare_logs(giver, receiver)
    assert (found.relation, found.common, found.cited) == (Relation.CITES, 0, second)


def test_two_logs_that_cite_one_head_are_a_fork(tmp_path: Path) -> None:
    head = written(tmp_path / "giver.jsonl", "xyz").at
    one = written(tmp_path / "one.jsonl", "a", cites=head)
    two = written(tmp_path / "two.jsonl", "b", cites=head)
    found = compare_logs(one, two)
    assert (found.relation, found.common, found.cited) == (Relation.FORK, 0, head)


def test_a_citation_of_a_head_that_the_other_never_had_is_no_relation(tmp_path: Path) -> None:
    giver = written(tmp_path / "giver.jsonl", "xyz")
    for cites in (LogHead(count=3, head="ab" * 32), LogHead(count=2, head=giver.head)):
        path = tmp_path / f"{cites.count}.jsonl"
        receiver = written(path, "a", cites=cites)
        assert compare_logs(giver, receiver).relation is Relation.UNRELATED


def test_a_log_is_compared_with_what_was_written_down(tmp_path: Path) -> None:
    log = written(tmp_path / "a.jsonl", "xyz")
    second = log.entries[1].line_sha256
    assert compare_with_pin(log, log.at) is PinRelation.SAME
    assert compare_with_pin(log, LogHead(count=2, head=second)) is PinRelation.CONTINUED
    assert compare_with_pin(log, LogHead(count=0, head="0" * 64)) is PinRelation.CONTINUED
    assert compare_with_pin(log, LogHead(count=4, head="ab" * 32)) is PinRelation.CUT_SHORT
    assert compare_with_pin(log, LogHead(count=3, head=second)) is PinRelation.ANOTHER
    assert compare_with_pin(log, LogHead(count=0, head=second)) is PinRelation.ANOTHER
    assert compare_with_pin(CustodyLog(), log.at) is PinRelation.CUT_SHORT
    assert compare_with_pin(CustodyLog(), CustodyLog().at) is PinRelation.SAME


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        ("xyz", "xyz", "A and B are the same log: 3 entries, line for line."),
        ("x", "xyz", "B goes on from the other: they share 1 entry, and it has 2 more."),
        ("xyz", "x", "A goes on from the other: they share 1 entry, and it has 2 more."),
        (
            "xya",
            "xyb",
            "A and B part after entry 2: 1 more in one, 1 more in the other. "  # noqa: ISC004
            "Two entries follow one; both stand.",
        ),
        ("a", "b", "A and B share no entry, and neither takes over from the other."),
    ],
)
def test_how_two_logs_stand_is_said_in_words(tmp_path: Path, a: str, b: str, text: str) -> None:
    found = compare_logs(written(tmp_path / "a.jsonl", a), written(tmp_path / "b.jsonl", b))
    assert comparison_text(found, a="A", b="B") == text


def test_what_cites_and_what_is_pinned_is_said_in_words(tmp_path: Path) -> None:
    giver = written(tmp_path / "giver.jsonl", "x")
    one = written(tmp_path / "one.jsonl", "a", cites=giver.at)
    two = written(tmp_path / "two.jsonl", "b", cites=giver.at)
    assert comparison_text(compare_logs(giver, one), a="A", b="B") == (
        f"One takes over from the other, which stood at 1 entry, head {giver.head}."
    )
    assert comparison_text(compare_logs(one, two), a="A", b="B") == (
        f"Both take over from a third log, which stood at 1 entry, head {giver.head}."
    )
    texts = {pin_text(each, giver.at) for each in PinRelation}
    assert len(texts) == len(PinRelation)
    assert all(giver.head in each for each in texts)
