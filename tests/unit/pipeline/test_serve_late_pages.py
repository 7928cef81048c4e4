# SPDX-License-Identifier: AGPL-3.0-or-later
"""Late pages in every kind of bundle: new sections, Arabic numbers, a shorter or a longer index."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from attrs import evolve
from support_examples import EXAMPLES
from support_served import SERVED_AT, Cycle, labels

import evidencekit as ek
from evidencekit.court.profiles import choose_profile
from evidencekit.court.sections import resolve_sections
from evidencekit.errors import ServedItemChanged
from evidencekit.model.bundle import Numbering, PageMark
from evidencekit.package.served import served_from_record
from evidencekit.pdfread import page_text, read_pdf
from evidencekit.pipeline.build import make_draft
from evidencekit.pipeline.late import follow
from evidencekit.pipeline.late_pages import set_late_pages
from evidencekit.pipeline.pages import items_of

STATEMENT = '\n[statement]\nby = "amara"\nexhibit = "AD1"\n'


@pytest.fixture
def small(tmp_path):
    return Cycle(tmp_path, "smallest")


def add(cycle, text: str) -> None:
    path = cycle.folder / "matter.toml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def add_letter(cycle, ident: str, title: str) -> None:
    folder = cycle.folder / "documents"
    folder.mkdir(exist_ok=True)
    shutil.copy(EXAMPLES / "home-visit/documents/refusal.pdf", folder / f"{ident}.pdf")
    path = cycle.folder / "matter.toml"
    text = path.read_text("utf-8")
    if "[documents]" not in text:
        text += "\n[documents]\n"
    line = f'{ident} = {{ file = "documents/{ident}.pdf", title = "{title}" }}\n'
    path.write_text(text.replace("[documents]\n", f"[documents]\n{line}"), "utf-8")


def test_a_section_that_the_profile_would_put_between_follows_the_last(small):
    small.edit(("[case]\n", '[case]\nproceedings = "children"\n'))
    first = small.build()
    small.serve(first)
    add(small, STATEMENT)
    second = small.build()
    before, after = labels(first), labels(second)
    for item, shown in before.items():
        assert shown in (after.get(item), after.get(f"{item}@1"))
    sections = [each["letter"] for each in second.record["bundle"]["sections"]]
    assert sections == sorted(sections)
    assert after["part:statement"].startswith(sections[-1])
    assert ek.verify(second.path).failures == ()


def test_arabic_numbers_go_on_at_the_end_of_the_bundle(small):
    small.edit(("[case]\n", '[case]\nproceedings = "financial remedy"\n'))
    add_letter(small, "one", "First letter")
    first = small.build()
    assert first.record["bundle"]["numbering"] == "arabic"
    pages = first.record["bundle"]["pages"]
    small.serve(first)
    add_letter(small, "two", "Second letter")
    second = small.build()
    after = labels(second)
    for item, shown in labels(first).items():
        assert shown in (after.get(item), after.get(f"{item}@1"))
    assert second.record["bundle"]["labels"] == [
        str(each + 1) for each in range(second.record["bundle"]["pages"])
    ]
    assert int(after["document:two"].partition("-")[0]) > pages
    assert second.record["bundle"]["sections"][-1]["title"] == "Added since 1 June 2026"
    assert ek.verify(second.path).failures == ()
    small.serve(second, now=SERVED_AT + dt.timedelta(days=1))
    add_letter(small, "three", "Third letter")
    third = small.build()
    assert labels(third)["document:two"] == after["document:two"]
    titles = [each["title"] for each in third.record["bundle"]["sections"]]
    assert titles[-2:] == ["Added since 1 June 2026", "Added since 2 June 2026"]
    assert ek.verify(third.path).failures == ()


def test_a_profile_that_changes_changes_no_numbers(small):
    small.edit(("[case]\n", '[case]\nproceedings = "children"\n'))
    add_letter(small, "one", "First letter")
    first = small.build()
    small.serve(first)
    small.edit(('proceedings = "children"', 'proceedings = "financial remedy"'))
    second = small.build()
    assert second.record["bundle"]["numbering"] == first.record["bundle"]["numbering"] == "bates"
    assert labels(second)["document:one"] == labels(first)["document:one"]


def test_a_placeholder_that_was_served_stays_and_the_document_follows(small):
    add_letter(small, "one", "First letter")
    letter = small.folder / "documents/one.pdf"
    data = letter.read_bytes()
    letter.unlink()
    first = small.build(placeholders=["one"])
    small.serve(first)
    letter.write_bytes(data)
    second = small.build()
    before, after = labels(first), labels(second)
    assert after["document:one@1"] == before["document:one"]
    assert after["document:one"] != before["document:one"]
    titles = {each.item: each.title for each in second.index}
    assert titles["document:one"] == "First letter"
    assert titles["document:one@1"] == "First letter (as served on 1 June 2026)"
    assert ek.verify(second.path).failures == ()
    letter.unlink()
    small.serve(second, now=SERVED_AT + dt.timedelta(days=1))
    with pytest.raises(ServedItemChanged):
        small.build(placeholders=["one"])


def test_a_signed_statement_follows_the_draft_that_was_served(small):
    add(small, STATEMENT)
    first = small.build()
    small.serve(first)
    shutil.copy(
        EXAMPLES / "home-visit/documents/minutes.pdf", small.folder / "statement-signed.pdf"
    )
    small.edit(('exhibit = "AD1"\n', 'exhibit = "AD1"\nsigned = "statement-signed.pdf"\n'))
    second = small.build()
    assert labels(second)["part:statement@1"] == labels(first)["part:statement"]
    entry = next(each for each in second.index if each.item == "part:statement")
    assert entry.title == "Witness statement of Amara Dean"
    assert entry.pages == 3
    copy = small.serve(second, now=SERVED_AT + dt.timedelta(days=1))
    signed = small.folder / "statement-signed.pdf"
    signed.write_bytes(signed.read_bytes() + b"\n% altered\n")
    with pytest.raises(ServedItemChanged) as caught:
        small.build()
    assert caught.value.item == "part:statement"
    assert copy.number == 2


OLDER = """
[recordings.older]
file = "older.mp3"
recorded_at = 2001-01-01
[[recordings.older.clip]]
title = "Older"
from = "0:00"
to = "0:01"
"""


def test_a_new_recording_that_is_earlier_gets_the_next_number(small):
    small.edit(('made_by = "amara"', 'made_by = "amara"\nrecorded_at = 2026-03-11'))
    first = small.build()
    small.serve(first)
    shutil.copy(EXAMPLES / "home-visit/recordings/voicemail.mp3", small.folder / "older.mp3")
    add(small, OLDER)
    matter = ek.load_matter(small.folder / "matter.toml")
    assert [each.id for each in matter.recordings_in_order] == ["older", "visit"]
    ek.intake(matter, folder=small.folder, by="Ruth Kemp", now=SERVED_AT)
    second = small.build()
    assert {each["id"]: each["number"] for each in second.record["recordings"]} == {
        "visit": 1,
        "older": 2,
    }
    clips = {each["number"]: each["file"] for each in second.record["clips"]}
    assert clips[1] == first.record["clips"][0]["file"]
    assert clips[2].startswith("data/clips/Clip 2 - older 0m0.000s")
    assert all((second.path / each).is_file() for each in clips.values())
    assert ek.verify(second.path).failures == ()


def late_pages(tmp_path, index_pages: int, numbering: Numbering = Numbering.BATES):
    """Set a bundle that follows one whose index had so many pages."""
    cycle = Cycle(tmp_path, "smallest")
    package = cycle.build()
    served = served_from_record(
        package.record, number=1, entry="x", to="a", served_at="2026-06-01T10:00:00Z", kept_at="x"
    )
    index = next(each for each in served.items if each.item.id == "part:index")
    longer = evolve(
        index,
        marks=tuple(PageMark(label=f"A{2 + place}") for place in range(index_pages)),
    )
    served = evolve(served, items=tuple(longer if each is index else each for each in served.items))
    matter = ek.load_matter(cycle.folder / "matter.toml")
    draft = make_draft(
        matter, folder=cycle.folder, clips_folder=tmp_path / "clips", scratch=tmp_path
    )
    profile = choose_profile(matter.case)
    sections = resolve_sections(matter, profile)
    late = follow(
        (served,),
        items_of(draft.material, profile, sections, ()),
        matter=matter,
        sections=sections,
        contents=draft.contents,
        bound_pages={},
        inserts={},
    )
    return set_late_pages(late, draft.material, profile, sections, bound_pages={}), tmp_path


def test_an_index_that_became_shorter_keeps_its_pages_and_says_that_they_are_empty(tmp_path):
    pages, folder = late_pages(tmp_path, 3)
    entry = pages.layout.entry("part:index")
    assert (entry.first_label, entry.last_label) == ("A2", "A4")
    (folder / "front.pdf").write_bytes(pages.pdf)
    placed = {each.item: each for each in pages.placed}
    assert placed["part:index"].pages == 3
    last = placed["part:index"].page + 2
    assert "left empty, so that no page moves" in " ".join(
        page_text(folder / "front.pdf", last).split()
    )
    assert read_pdf(folder / "front.pdf").page_count == sum(each.pages for each in pages.placed)
