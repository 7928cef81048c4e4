# SPDX-License-Identifier: AGPL-3.0-or-later
"""A bundle that somebody has is appended to: every number stays, and what is new is said."""

from __future__ import annotations

import shutil

import pytest
from support_served import Cycle, files_of, labels

import evidencekit as ek
from evidencekit.errors import AssemblyError, NotAPackage, OutputError, ServedItemChanged
from evidencekit.pdfread import page_text


@pytest.fixture(scope="module")
def cycle(tmp_path_factory):
    """The example with a cover and dividers; built, then added to, and built after the first."""
    cycle = Cycle(tmp_path_factory.mktemp("append"))
    cycle.edit(("[sections]", "[bundle]\ncover = true\ndividers = true\n\n[sections]"))
    cycle.first = cycle.build()
    cycle.everything()
    shutil.copy(cycle.folder / "documents/request.pdf", cycle.folder / "documents/own.pdf")
    cycle.edit(
        ("late = {", 'own = { file = "documents/own.pdf", title = "Own letter" }\nlate = {'),
        ("[sections]", '[sections]\nF = { title = "Later letters", contents = ["own"] }'),
    )
    cycle.second = cycle.build(append_to=cycle.first)
    return cycle


def test_every_page_keeps_its_number_and_what_is_new_follows(cycle):
    before, after = labels(cycle.first), labels(cycle.second)
    # The index may go on after its first page: all else stands where it stood.
    for item, shown in before.items():
        if item != "part:index":
            assert shown in (after.get(item), after.get(f"{item}@1"))
    assert after["document:late"].startswith("E")
    assert ek.verify(cycle.second.path).failures == ()


def test_dividers_move_nothing_and_a_new_section_has_its_own(cycle):
    before, after = labels(cycle.first), labels(cycle.second)
    assert {each: after[each] for each in before if each.startswith("divider:")} == {
        "divider:B": "B1",
        "divider:C": "C1",
        "divider:D": "D1",
        "divider:E": "E1",
    }
    assert (after["divider:F"], after["document:own"]) == ("F1", "F2")
    assert (before["part:cover"], after["part:cover"]) == ("A1", "A1")


def test_the_bundle_lists_what_changed_and_where_each_page_is_now(cycle):
    entry = next(each for each in cycle.second.index if each.item == "part:changes")
    assert entry.title == "Changes since the bundle prepared on 29 May 2026"
    text = "\n".join(
        page_text(cycle.second.pdf_path, entry.pdf_page + page) for page in range(entry.pages)
    )
    words = " ".join(text.split())
    assert "The bundle prepared on 29 May 2026 has" in words
    assert "served" not in words
    minutes = next(each for each in cycle.first.index if each.item == "document:minutes")
    now = next(each for each in cycle.second.index if each.item == "document:minutes")
    spans = [f"{each.pdf_page}-{each.pdf_page + each.pages - 1}" for each in (minutes, now)]
    assert spans[0] != spans[1]
    assert f"Minutes, core group {minutes.labels} {' '.join(spans)}" in words


def test_the_record_says_what_is_followed_and_where_it_is_now(cycle):
    (followed,) = cycle.second.record["served"]
    assert followed["kind"] == "earlier bundle"
    assert (followed["to"], followed["served_at"], followed["entry"]) == (None, None, None)
    assert followed["bundle_sha256"] == cycle.first.record["bundle"]["sha256"]
    kept = next(e for e in cycle.second.record["inputs"] if e["id"] == "earlier-bundle")
    stored = cycle.second.path / kept["stored"]
    assert stored.read_bytes() == cycle.first.pdf_path.read_bytes()


def test_the_same_again_gives_the_same_bytes_and_nothing_is_noted_in_the_folder(cycle):
    again = cycle.build(append_to=cycle.first.path)
    assert files_of(again.path) == files_of(cycle.second.path)
    assert not (cycle.folder / "served.jsonl").exists()


def test_a_third_bundle_follows_the_second(cycle):
    third = cycle.build(append_to=cycle.second)
    after = labels(third)
    for item, shown in labels(cycle.second).items():
        assert shown in (after.get(item), *(after.get(f"{item}@{n}") for n in (1, 2)))
    assert ek.verify(third.path).failures == ()


def test_a_document_is_inserted_between_others_where_that_is_asked_for(cycle):
    made = cycle.build(
        append_to=cycle.first, inserts={"late": "request", "own": "document:minutes"}
    )
    after = labels(made)
    request, minutes = after["document:request"], after["document:minutes"].rpartition("-")[2]
    assert after["document:late"] == f"{request}A"
    assert after["document:own"] == f"{minutes}A"
    titles = [each.item for each in made.index]
    assert titles.index("document:late") == titles.index("document:request") + 1
    asked = [each.subject for each in made.findings if each.code == "EW-GEN-11"]
    assert asked == ["document:late", "document:own"]
    assert ek.verify(made.path).failures == ()


def test_what_was_inserted_stays_and_the_next_one_follows_it(cycle):
    made = cycle.build(append_to=cycle.first, inserts={"late": "request"})
    more = Cycle(cycle.root / "more")
    shutil.rmtree(more.folder)
    shutil.copytree(cycle.folder, more.folder)
    shutil.copy(more.folder / "documents/request.pdf", more.folder / "documents/next.pdf")
    more.edit(
        ("late = {", 'next = { file = "documents/next.pdf", title = "Next" }\nlate = {'),
        ('contents = ["late"', 'contents = ["next", "late"'),
    )
    last = more.build(append_to=made, inserts={"next": "request"})
    request = labels(last)["document:request"]
    assert (labels(last)["document:late"], labels(last)["document:next"]) == (
        f"{request}A",
        f"{request}B",
    )
    # Numbers go on behind the last whole one, not behind the inserted pages.
    assert all(
        not label.endswith("A") or label.startswith(request)
        for label in last.record["bundle"]["labels"]
    )
    assert ek.verify(last.path).failures == ()


@pytest.mark.parametrize(
    ("inserts", "said"),
    [
        ({"minutes": "request"}, "minutes was delivered already"),
        ({"late": "own"}, "own was not delivered"),
    ],
)
def test_what_cannot_be_inserted_is_refused_and_named(cycle, inserts, said):
    with pytest.raises(AssemblyError, match=said):
        cycle.build(append_to=cycle.first, inserts=inserts)


def test_nothing_is_inserted_into_a_bundle_that_nobody_has(cycle):
    with pytest.raises(AssemblyError, match="--append"):
        cycle.build(inserts={"late": "request"})


def test_a_delivered_document_that_changed_stops_the_build(cycle):
    other = Cycle(cycle.root / "changed")
    first = other.build()
    shutil.copy(other.folder / "documents/refusal.pdf", other.folder / "documents/request.pdf")
    with pytest.raises(ServedItemChanged):
        other.build(append_to=first)


def test_a_package_of_another_matter_or_a_served_copy_is_refused(cycle, tmp_path):
    small = Cycle(tmp_path, "smallest")
    package = small.build()
    with pytest.raises(OutputError, match="custody log"):
        cycle.build(append_to=package)
    copy = small.serve(package)
    with pytest.raises(NotAPackage):
        small.build(append_to=copy.path)
    # Served since, it is followed for that reason, and asking for it changes nothing.
    one, two = small.build(), small.build(append_to=package)
    assert files_of(one.path) == files_of(two.path)


def test_a_cover_that_was_not_delivered_is_not_added_later_and_that_is_said(tmp_path):
    small = Cycle(tmp_path, "smallest")
    first = small.build()
    path = small.folder / "matter.toml"
    path.write_text(path.read_text("utf-8") + "\n[bundle]\ncover = true\n", "utf-8")
    second = small.build(append_to=first)
    assert "part:cover" not in labels(second)
    (said,) = (each for each in second.findings if each.code == "EK-K051")
    assert said.subject == "bundle/cover"


def test_a_bundle_that_was_appended_to_is_served_and_followed(cycle):
    other = Cycle(cycle.root / "served after")
    first = other.build()
    other.add_answer()
    second = other.build(append_to=first)
    assert "part:consent@1" in labels(second)
    other.serve(second)
    other.edit(('price = { status = "agreed"', 'price = { status = "refused"'))
    third = other.build()
    after = labels(third)
    for item, shown in labels(second).items():
        assert shown in (after.get(item), after.get(f"{item}@1"), after.get(f"{item}@2"))
    assert {"part:consent", "part:consent@1", "part:consent@2"} <= set(after)
    assert [each["kind"] for each in third.record["served"]] == ["served"]
    assert ek.verify(third.path).failures == ()
