# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check the index: rows, links and bookmarks lead to the pages that the record gives."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from evidencekit.model.bundle import is_divider
from evidencekit.model.findings import Severity
from evidencekit.model.late import CONTINUED
from evidencekit.model.moment import Moment, print_date
from evidencekit.pdfread import HeldDocument, letters
from evidencekit.verifier.record import rows, table, text
from evidencekit.verifier.result import PAGES, error

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evidencekit.model.findings import Finding
    from evidencekit.pdfread import SeenBookmark, ShownLink, ShownPage
    from evidencekit.verifier.pdf_read import Bundle, Entry
    from evidencekit.verifier.pdf_words import Words

INDEX = "part:index"
_SECTION_LEVEL, _ITEM_LEVEL = 1, 2
#: Points by which the top of two links on one line may differ.
_ONE_LINE = 3.0
#: A link as high as this goes over two lines, and has words of others in its box.
_TWO_LINES = 20.0
#: How the words of a link cite a label: "D1-D3", "(from D1)", "Clip 1 (D4)".
_CITED = re.compile(
    r"(?:.*\()?(?:from )?([A-Za-z]*[0-9]+[A-Z]*)(?:-[A-Za-z]*[0-9]+[A-Z]*)?\)?[.,;]?", re.DOTALL
)


def check_entries(bundle: Bundle) -> Iterator[Finding]:
    """Each entry's labels must be those of its pages; entries must cover every page once."""
    labels = bundle.labels
    following = 1
    for entry in bundle.entries:
        fits = 1 <= entry.first <= entry.last <= len(labels)
        if (
            not fits
            or entry.first != following
            or labels[entry.first - 1] != entry.first_label
            or labels[entry.last - 1] != entry.last_label
        ):
            yield error(
                "EK-P106",
                entry.item,
                "its labels in the index are not those of its pages",
                group=PAGES,
                expected=f"{entry.first_label} to {entry.last_label}",
                found=f"{labels[entry.first - 1]} to {labels[entry.last - 1]}"
                if fits
                else "no such page",
            )
        following = entry.last + 1
    if following != len(labels) + 1:
        yield error("EK-P107", "index", "does not cover every page once", group=PAGES)
    if bundle.entry(INDEX) is None:
        yield error("EK-P107", "index", "the bundle has none", group=PAGES)


def check_rows(bundle: Bundle, words: Words) -> Iterator[Finding]:
    """The index must print each entry as the record has it: number, title, date and labels."""
    index = bundle.entry(INDEX)
    if index is None or not words.can_say(INDEX):
        return
    where = bundle.pages_name(index)
    for entry in bundle.entries:
        if is_divider(entry.item):
            continue
        counted = "" if entry.number is None else str(entry.number)
        row = f"{counted} {entry.title} {_date(entry.dated)} {entry.exhibit} {entry.labels}"
        if not words.say(INDEX, row):
            missing = [
                what
                for what, value in (
                    ("title", entry.title),
                    ("date", _date(entry.dated)),
                    ("label", entry.first_label),
                )
                if not words.say(INDEX, value)
            ]
            what = " and ".join(missing) or "row"
            yield error(
                "EK-P109", entry.item, f"the index, {where}, does not print its {what}", group=PAGES
            )
    for section in rows(table(bundle.record, "bundle"), "sections"):
        if not words.say(INDEX, f"{text(section, 'letter')} {text(section, 'title')}"):
            yield error(
                "EK-P109",
                f"section {text(section, 'letter')}",
                f"the index, {where}, does not print its title",
                group=PAGES,
            )


def _date(dated: str) -> str:
    """Write a date as the index does: the day alone, and words as they stand."""
    if not dated:
        return ""
    moment = Moment.of(dated)
    return moment.written if moment.on is None else print_date(moment.on)


def check_links(bundle: Bundle) -> Iterator[Finding]:
    """Each row's links must lead to that row's page, and every link of our pages inside."""
    index = bundle.entry(INDEX)
    pages = _pages_of(bundle, index) if index is not None else []
    targets = {link.page for page in pages for link in page.links}
    leading = dict(_rows_of_links(bundle, pages))
    for entry in bundle.entries:
        if entry.number is None and entry.first not in targets:
            continue
        wrong = leading.get(entry.item, set()) - {entry.first}
        if entry.first not in targets or (wrong and entry.item in leading):
            what = (
                f"a link of its row in the index leads to {_places(bundle, wrong)}"
                if wrong
                else "the index has no link to its first page"
            )
            yield error("EK-P108", entry.item, what, group=PAGES, expected=entry.first_label)
    yield from _check_elsewhere(bundle)
    yield from _check_back(bundle)


def _check_back(bundle: Bundle) -> Iterator[Finding]:
    """The number of every page leads back to the index: to the page of it that names the item.

    A bundle that was made before there were such links does not say that it has any: no pass.
    """
    if not bundle.back_links:
        yield error(
            "EK-P128",
            bundle.path,
            "the record does not say which page of the index each page leads back to (back_links), "
            "so that was not checked",
            group=PAGES,
            severity=Severity.NOT_CHECKED,
        )
        return
    rows_at = _rows_at(bundle)
    for ordinal, page in bundle.pages.items():
        entry = bundle.entry_of_page(ordinal)
        if entry is None or _is_index(entry):
            continue
        expected = rows_at.get(entry.first) or rows_at.get(None)
        if page.back != expected or bundle.back_link(ordinal) != expected:
            yield error(
                "EK-P128",
                bundle.page_name(ordinal),
                "the number on it does not lead back to the index",
                group=PAGES,
                expected=None if expected is None else bundle.page_name(expected),
                found=None if page.back is None else bundle.page_name(page.back),
            )


def _rows_at(bundle: Bundle) -> dict[int | None, int]:
    """Return the page of the index whose links lead to a page, by that page; None: the first."""
    found: dict[int | None, int] = {}
    for entry in bundle.entries:
        if _is_index(entry):
            for page in _pages_of(bundle, entry):
                found.setdefault(None, page.ordinal)
                for link in page.links:
                    if link.page is not None:
                        found.setdefault(link.page, page.ordinal)
    return found


def _is_index(entry: Entry) -> bool:
    return entry.item.partition(CONTINUED)[0] == INDEX


def _pages_of(bundle: Bundle, entry: Entry) -> list[ShownPage]:
    return [bundle.pages[each] for each in bundle.ordinals(entry) if each in bundle.pages]


def _places(bundle: Bundle, ordinals: set[int | None]) -> str:
    names = sorted("no page" if each is None else bundle.page_name(each) for each in ordinals)
    return ", ".join(names)


def _rows_of_links(
    bundle: Bundle, pages: Sequence[ShownPage]
) -> Iterator[tuple[str, set[int | None]]]:
    """Yield for each entry where the links of its row lead.

    A row is known by its label at the right, which is a link itself. What stands below it, as far
    as the next label, belongs to it, on the next page too.
    """
    by_labels = {each.labels: each.item for each in bundle.entries}
    found: dict[str, set[int | None]] = {}
    item: str | None = None
    for page in pages:
        anchors = {
            link.top: by_labels[link.text]
            for link in page.links
            if link.text in by_labels and link.left + link.right > page.width
        }
        for link in sorted(page.links, key=lambda each: each.top):
            above = [top for top in anchors if top <= link.top + _ONE_LINE]
            if above:
                item = anchors[max(above)]
            if item is not None:
                found.setdefault(item, set()).add(link.page)
    yield from found.items()


def _check_elsewhere(bundle: Bundle) -> Iterator[Finding]:
    """A link of our own pages leads to a page; where its words are a label, to that page."""
    places = {label: place for place, label in enumerate(bundle.labels, start=1)}
    for ordinal, page in bundle.pages.items():
        entry = bundle.entry_of_page(ordinal)
        if entry is None or entry.is_document or entry.item == INDEX:
            continue
        for link in page.links:
            one_line = link.bottom - link.top < _TWO_LINES
            cited = _CITED.fullmatch(link.text) if one_line else None
            named = places.get(cited[1]) if cited is not None else None
            if link.page is None or named not in {None, link.page}:
                yield _wrong_link(bundle, ordinal, link, named)


def _wrong_link(bundle: Bundle, ordinal: int, link: ShownLink, expected: int | None) -> Finding:
    return error(
        "EK-P126",
        bundle.page_name(ordinal),
        "a link on it leads to no page of the bundle"
        if link.page is None
        else "a link on it does not lead to the page that it names",
        group=PAGES,
        expected=None if expected is None else bundle.page_name(expected),
        found=None if link.page is None else bundle.page_name(link.page),
    )


def check_bookmarks(bundle: Bundle) -> Iterator[Finding]:
    """The bookmarks are the sections, their items, and below a document its own."""
    found = [
        (each.level, letters(each.title), each.page)
        for each in bundle.file.outline
        if each.level <= _ITEM_LEVEL
    ]
    expected = [
        (item, (level, letters(title), page))
        for item, level, title, page in _expected_bookmarks(bundle)
    ]
    left = Counter(found)
    for item, mark in expected:
        if left[mark]:
            left[mark] -= 1
            continue
        yield error(
            "EK-P127",
            item,
            "has no bookmark with its title that leads to its first page",
            group=PAGES,
            expected=bundle.page_name(mark[2]),
        )
    if left.total():
        yield error(
            "EK-P127",
            bundle.path,
            "has bookmarks that the record does not give",
            group=PAGES,
            expected=len(expected),
            found=len(found),
        )
    elif len(found) == len(expected) and found != [mark for _, mark in expected]:
        yield error("EK-P127", bundle.path, "its bookmarks are in another order", group=PAGES)
    yield from _check_bookmarks_below(bundle)


def _expected_bookmarks(bundle: Bundle) -> Iterator[tuple[str, int, str, int]]:
    """Yield who a bookmark is of, its level, title and page."""
    for section in rows(table(bundle.record, "bundle"), "sections"):
        letter = text(section, "letter")
        own = [each for each in bundle.entries if each.section == letter]
        if not own:
            continue
        first, last = own[0].first_label, own[-1].last_label
        labels = first if first == last else f"{first}-{last}"
        title = f"{letter} {text(section, 'title')} ({labels})"
        yield f"section {letter}", _SECTION_LEVEL, title, own[0].first
        for entry in own:
            if is_divider(entry.item):
                continue
            yield entry.item, _ITEM_LEVEL, f"{entry.first_label} {entry.title}", entry.first


def _check_bookmarks_below(bundle: Bundle) -> Iterator[Finding]:
    """A document's own bookmarks lead to its own pages, and have its own titles."""
    above: SeenBookmark | None = None
    reported: set[str] = set()
    for mark in bundle.file.outline:
        if mark.level <= _ITEM_LEVEL:
            above = mark
            continue
        entry = bundle.entry_of_page(above.page) if above is not None and above.page else None
        if entry is None or entry.item in reported:
            continue
        held = bundle.held.get(entry.item)
        titles = {letters(each) for each in held.titles} if isinstance(held, HeldDocument) else None
        inside = mark.page is None or entry.first <= mark.page <= entry.last
        known = titles is None or letters(mark.title) in titles
        if not (entry.is_document and inside and known):
            reported.add(entry.item)
            yield error(
                "EK-P127", entry.item, "a bookmark below it is none of its own", group=PAGES
            )
