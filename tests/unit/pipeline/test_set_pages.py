# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages are set until the numbers printed on them are the right ones, or it is said that they are
not: never in between.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.compose.plan import Paragraph, Part, flat, plain
from evidencekit.court.profiles import choose_profile
from evidencekit.errors import Cancelled, LayoutUnstable
from evidencekit.model.bundle import Item, ItemKind, Layout
from evidencekit.model.material import Material
from evidencekit.model.matter import Case, Matter, Section
from evidencekit.pdf.typeset import Typeset
from evidencekit.pipeline import pages as rooms
from evidencekit.pipeline.pages import ROUNDS, Pages, set_pages

MATERIAL = Material(matter=Matter(case=Case(title="Re E", profile="ew-family-children")))
SECTIONS = (Section(letter="A", title="One"), Section(letter="B", title="Two"))
Counter = Callable[[Part], int]


def items(count: int) -> tuple[Item, ...]:
    return tuple(
        Item(
            id=f"part:{number}",
            title=f"Part {number}",
            section="A" if number < count // 2 else "B",
            kind=ItemKind.GENERATED,
        )
        for number in range(count)
    )


def compose(wanted: Sequence[Item]) -> Callable[..., list[Part]]:
    """Return what composes parts that print the labels of all others, as an index does."""

    def parts(_m: Any, _p: Any, layout: Layout | None, _s: Any = ()) -> list[Part]:
        labels = ["?"] * len(wanted) if layout is None else [e.labels for e in layout.entries]
        text = " ".join(labels)
        return [
            Part(item=each.id, title=each.title, blocks=(Paragraph(text=plain(text)),))
            for each in wanted
        ]

    return parts


def words(part: Part) -> str:
    [block] = part.blocks
    assert isinstance(block, Paragraph)
    return flat(block.text)


def run(
    monkeypatch: pytest.MonkeyPatch, count: int, counter: Counter, **more: Any
) -> tuple[Pages | None, int]:
    """Set pages with lengths that *counter* makes up; return the pages and the rounds it took."""
    wanted = items(count)
    rounds = 0

    def typeset(parts: Sequence[Part], **_: Any) -> Typeset:
        nonlocal rounds
        rounds += 1
        text = "|".join(words(each) for each in parts)
        return Typeset(pdf=text.encode(), pages=tuple(counter(each) for each in parts))

    monkeypatch.setattr(rooms, "bundle_items", lambda *_: wanted)
    monkeypatch.setattr(rooms, "compose_generated", compose(wanted))
    monkeypatch.setattr(rooms, "typeset", typeset)
    try:
        made = set_pages(
            MATERIAL,
            choose_profile(MATERIAL.matter.case),
            SECTIONS,
            bound_pages=more.pop("bound_pages", {}),
            **more,
        )
    except LayoutUnstable:
        return None, rounds
    return made, rounds


@settings(max_examples=60)
@given(
    count=st.integers(2, 12),
    lengths=st.lists(st.integers(1, 400), min_size=12, max_size=12),
    per_page=st.integers(3, 60),
)
def test_what_is_printed_is_what_the_layout_says(
    count: int, lengths: list[int], per_page: int
) -> None:
    """Each part's length depends on how long all labels are, which depends on all lengths."""

    def counter(part: Part) -> int:
        own = lengths[int(part.item.removeprefix("part:"))]
        return max(1, math.ceil((own + len(words(part))) / per_page))

    with pytest.MonkeyPatch.context() as monkeypatch:
        made, rounds = run(monkeypatch, count, counter)
    assert rounds <= ROUNDS
    if made is None:
        assert rounds == ROUNDS
        return
    labels = " ".join(each.labels for each in made.layout.entries)
    assert set(made.pdf.decode().split("|")) == {labels}
    assert [each.pages for each in made.placed] == [each.pages for each in made.layout.entries]
    assert sum(each.pages for each in made.placed) == len(made.layout.marks)


def test_lengths_that_depend_on_nothing_settle_at_the_second_look(monkeypatch) -> None:
    made, rounds = run(monkeypatch, 6, lambda _: 2)
    assert made is not None
    assert rounds == 2


def test_pages_that_never_settle_are_an_error_and_end(monkeypatch) -> None:
    turns = iter(range(1000))
    made, rounds = run(monkeypatch, 4, lambda _: 1 + next(turns) // 4 % 2)
    assert (made, rounds) == (None, ROUNDS)


def test_what_is_bound_in_is_not_set(monkeypatch) -> None:
    made, _ = run(monkeypatch, 4, lambda _: 1, bound_pages={"part:1": 7})
    assert made is not None
    assert [each.item for each in made.placed] == ["part:0", "part:2", "part:3"]
    entry = made.layout.entry("part:1")
    assert entry is not None
    assert (entry.kind, entry.pages, entry.labels) == (ItemKind.DOCUMENT, 7, "A2-A8")


def test_setting_pages_can_be_cancelled(monkeypatch) -> None:
    with pytest.raises(Cancelled):
        run(monkeypatch, 4, lambda _: 1, cancelled=iter([False, True]).__next__)
