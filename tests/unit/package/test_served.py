# SPDX-License-Identifier: AGPL-3.0-or-later
"""served.jsonl: lines that read back the same, and a record of which nothing is lost unnoticed."""

from __future__ import annotations

import hashlib
import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.custody.durable import hold
from evidencekit.errors import LogBusy, ServedRecordUnusable
from evidencekit.model.bundle import Item, ItemKind, Numbering, PageMark, SectionHead
from evidencekit.model.consent import optional_moment
from evidencekit.model.custody import CustodyEntry, CustodyLog, EntryKind
from evidencekit.model.served import Served, ServedClip, ServedItem, ServedRecording
from evidencekit.package.served import (
    add_line,
    followed_of,
    kept_pdf,
    parse_served,
    read_served,
    served_from_record,
    to_line,
)
from evidencekit.package.served_record import served_record

words = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
digests = st.binary(max_size=4).map(lambda data: hashlib.sha256(data).hexdigest())


@st.composite
def items(draw) -> ServedItem:
    pages = draw(st.integers(1, 4))
    exhibit = draw(st.booleans())
    return ServedItem(
        item=Item(
            id=draw(words),
            title=draw(words),
            kind=draw(st.sampled_from(list(ItemKind))),
            section=draw(st.sampled_from("ABC")),
            dated=optional_moment(
                draw(
                    st.sampled_from([None, "2026-03-11", "in spring", "2026-03-11T14:05:00+00:00"])
                )
            ),
            exhibit=exhibit,
            listed=draw(st.booleans()),
        ),
        marks=tuple(
            PageMark(label=f"A{page}", exhibit=f"AD1/{page}" if exhibit else None)
            for page in range(pages)
        ),
        content=draw(st.none() | digests),
    )


@st.composite
def copies(draw, number: int = 1) -> Served:
    return Served(
        number=number,
        entry=draw(digests),
        to=draw(words),
        served_at="2026-06-01T10:00:00Z",
        edition="file",
        bundle_sha256=draw(digests),
        kept_at=f"served/{number}/Bundle.pdf",
        log_count=draw(st.integers(0, 9)),
        log_head=draw(digests),
        numbering=draw(st.sampled_from(list(Numbering))),
        exhibit_mark=draw(st.none() | words),
        sections=tuple(SectionHead(letter=each, title=draw(words)) for each in "ABC"),
        items=tuple(draw(st.lists(items(), max_size=4))),
        clips=(
            ServedClip(
                number=1, recording="visit", samples_sha256=draw(digests), file_name=draw(words)
            ),
        ),
        recordings=(ServedRecording(number=1, recording="visit", file_name=draw(words)),),
    )


def made(number: int = 1, bundle: bytes = b"a pdf", **said) -> Served:
    return Served(
        number=number,
        entry=f"entry {number}",
        to="the court",
        served_at="2026-06-01T10:00:00Z",
        edition="file",
        bundle_sha256=hashlib.sha256(bundle).hexdigest(),
        kept_at=f"served/{number}/Bundle.pdf",
        log_count=2,
        log_head="0" * 64,
        numbering=Numbering.BATES,
        exhibit_mark=None,
        sections=(SectionHead(letter="A", title="Index"),),
        items=(),
        **said,
    )


@given(copies(), st.data())
def test_lines_read_back_the_same(first, data):
    second = data.draw(copies(2))
    assert parse_served(to_line(first) + to_line(second)) == (first, second)
    assert to_line(first).count(b"\n") == 1


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    try:
        found = parse_served(data)
    except ServedRecordUnusable:
        return
    assert found == ()
    assert data == b""


@given(copies(), st.data())
def test_a_line_cut_anywhere_is_refused(copy, data):
    line = to_line(copy)
    cut = data.draw(st.integers(1, len(line) - 1))
    with pytest.raises(ServedRecordUnusable):
        parse_served(line[:cut])


def test_lines_out_of_order_are_refused():
    with pytest.raises(ServedRecordUnusable, match="copy 2 on line 1"):
        parse_served(to_line(made(2)))


def test_the_last_bundle_that_is_new_is_followed():
    first, second = made(1, b"one"), made(2, b"two")
    again = evolve(made(3, b"one"), kept_at="served/1/Bundle.pdf")
    assert followed_of(()) is None
    assert followed_of((first,)) is first
    assert followed_of((first, second)) is second
    assert followed_of((first, second, again)) is second


def log_with(*ids: str) -> CustodyLog:
    return CustodyLog(
        entries=tuple(
            CustodyEntry(
                seq=seq,
                id=each,
                kind=EntryKind.SERVED,
                prev="0" * 64,
                recorded_at="2026-06-01T10:00:00Z",
                entered_by="Ruth Kemp",
                line_sha256="0" * 64,
            )
            for seq, each in enumerate(ids, start=1)
        )
    )


def keep(folder, copy: Served, bundle: bytes) -> None:
    path = folder / copy.kept_at
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bundle)


def test_a_matter_of_which_nothing_was_served_has_no_record(tmp_path):
    assert read_served(tmp_path, CustodyLog()) == ()


def test_a_copy_of_which_the_log_knows_and_the_record_does_not_is_missed(tmp_path):
    copy = made()
    add_line(tmp_path, copy, before=b"")
    keep(tmp_path, copy, b"a pdf")
    assert read_served(tmp_path, log_with("entry 1")) == (copy,)
    with pytest.raises(ServedRecordUnusable, match="entry 2 of the custody log"):
        read_served(tmp_path, log_with("entry 1", "entry 2"))


def test_a_line_without_an_entry_is_a_copy_that_was_never_handed_over(tmp_path):
    copy = made()
    add_line(tmp_path, copy, before=b"")
    keep(tmp_path, copy, b"a pdf")
    assert read_served(tmp_path, CustodyLog()) == (copy,)


def test_a_served_pdf_is_read_only_as_it_was_served(tmp_path):
    copy = made()
    with pytest.raises(ServedRecordUnusable, match="does not exist"):
        kept_pdf(tmp_path, copy)
    keep(tmp_path, copy, b"another")
    with pytest.raises(ServedRecordUnusable, match="not the bundle"):
        kept_pdf(tmp_path, copy)
    with pytest.raises(ServedRecordUnusable):
        kept_pdf(tmp_path, evolve(copy, kept_at="../elsewhere.pdf"))


def test_a_line_is_added_to_what_was_read_or_not_at_all(tmp_path):
    first = made()
    add_line(tmp_path, first, before=b"")
    with pytest.raises(ServedRecordUnusable, match="another program"):
        add_line(tmp_path, made(2), before=b"")
    add_line(tmp_path, made(2), before=to_line(first))
    assert (tmp_path / "served.jsonl").read_bytes() == to_line(first) + to_line(made(2))
    assert [each.name for each in tmp_path.glob("*.part")] == []


def test_two_programs_add_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.setattr("evidencekit.package.served._LOCK_SECONDS", 0)
    with hold(tmp_path / ".served.jsonl.lock", seconds=1), pytest.raises(LogBusy):
        add_line(tmp_path, made(), before=b"")
    assert not (tmp_path / "served.jsonl").exists()


def test_what_a_package_freezes_is_all_of_its_labels(home_visit_package):
    served = served_from_record(
        home_visit_package.record,
        number=1,
        entry="x",
        to="the court",
        served_at="2026-06-01T10:00:00Z",
        kept_at="served/1/Bundle.pdf",
    )
    bundle = home_visit_package.record["bundle"]
    assert [mark.label for each in served.items for mark in each.marks] == bundle["labels"]
    assert [mark.exhibit for each in served.items for mark in each.marks] == bundle[
        "exhibit_labels"
    ]
    assert [page for _, page in served.first_pages] == [
        each["pdf_page"] for each in bundle["index"]
    ]
    assert parse_served(to_line(served)) == (served,)
    made_anew = {each.item.id for each in served.items if each.content is None}
    assert made_anew == {"part:front", "part:index"}


def test_a_field_that_nobody_decided_on_stays_in_the_firm(home_visit_package):
    record = json.loads(json.dumps(home_visit_package.record))
    marked = "STAYS-IN-THE-FIRM"
    for key in ("inputs", "people", "recordings", "clips", "documents", "consent", "findings"):
        for each in record[key]:
            each["later_field"] = marked
    for key in ("case", "bundle", "statement", "custody", "tools"):
        record[key]["later_field"] = marked
    for each in record["bundle"]["index"]:
        each["later_field"] = marked
    record["later_field"] = marked
    record["recordings"][0]["file_says"].append(
        {
            "name": "com.apple.quicktime.location.ISO6709",
            "stated": {"value": marked, "standing": "file", "by": None, "source": "location"},
        }
    )
    served = served_of(record)
    assert marked not in json.dumps(served)
    assert {each["outcome"] for each in served["inputs"]} == {"left out", "bound in"}


def served_of(record: dict) -> dict:
    """Return the record of a copy without whole recordings."""
    return served_record(
        record,
        to="the court",
        served_at="2026-06-01T10:00:00Z",
        recordings={},
        read_me_sha256="0" * 64,
    )


def test_the_account_of_a_copy_says_of_each_input_what_its_documents_and_pages_say(
    home_visit_package,
):
    served = served_of(home_visit_package.record)
    inputs = {each["id"]: each for each in served["inputs"]}
    for each in served["documents"]:
        assert each["outcome"] == "included"
        assert inputs[each["input"]]["outcome"] == "bound in"
    for each in served["recordings"]:
        own = inputs[each["input"]]
        assert (own["sha256"], own["size"]) == (each["sha256"], each["size"])
        assert own["name"]
    listed = {each["id"] for each in home_visit_package.record["inputs"]}
    kept_back = {"matter", "matter-file", "custody-log"}
    assert listed - set(inputs) <= kept_back
    assert "transcript-before-correction:visit" in inputs


def test_a_childs_name_stands_in_the_record_of_a_copy_where_the_bundle_prints_it(
    home_visit_package,
):
    record = json.loads(json.dumps(home_visit_package.record))
    (child,) = (each for each in record["people"] if each["child"])

    def named() -> str:
        return next(each["name"] for each in served_of(record)["people"] if each["child"])

    assert named() == child["name"]
    bundle = record["bundle"]
    bundle["index"] = [each for each in bundle["index"] if each["item"] != "part:consent"]
    record["statement"] = None
    assert named() == child["id"]
