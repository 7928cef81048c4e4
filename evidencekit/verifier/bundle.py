# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work out again what the record says of the bundle's pages: sections, labels, exhibit, index.

Only the record is read here; `pages` compares it with the PDF. Once a copy was served, its labels
stand where they stood, so that labels then run from 1 without a gap and no longer in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from evidencekit.model.bundle import is_divider
from evidencekit.model.findings import Finding
from evidencekit.model.late import CONTINUED, SUPERSEDED, inserted_behind, insertion
from evidencekit.verifier.record import number, rows, table, text, values
from evidencekit.verifier.result import COMPLETENESS, INTEGRITY, error

if TYPE_CHECKING:
    from collections.abc import Iterator


_FRONT = ("part:front", "part:index")
_COVER = "part:cover"
_SECOND = 2
_KINDS = {"document": ("included", "left out"), "placeholder": ("placeholder",)}


@frozen(kw_only=True)
class _Bundle:
    """What the record says of the bundle, and the findings so far."""

    record: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]
    labels: Sequence[str]
    served: bool
    findings: list[Finding] = field(factory=list)

    def add(
        self,
        code: str,
        subject: str,
        message: str,
        *,
        expected: object = None,
        found: object = None,
    ) -> None:
        self.findings.append(
            error(code, subject, message, group=INTEGRITY, expected=expected, found=found)
        )

    def where(self, page: int) -> str:
        """Name a page by its ordinal: "E1 (pdf page 21)"."""
        if 1 <= page <= len(self.labels):
            return f"{self.labels[page - 1]} (pdf page {page})"
        return f"pdf page {page}"


def check_bundle(record: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what does not add up in what *record* says of the bundle."""
    stated = table(record, "bundle")
    bundle = _Bundle(
        record=record,
        entries=tuple(rows(stated, "index")),
        labels=tuple(str(each) for each in values(stated, "labels")),
        served=bool(values(record, "served")),
    )
    if number(stated, "pages") != len(bundle.labels):
        bundle.add(
            "EK-K022",
            "pages",
            "there are not as many labels as pages",
            expected=number(stated, "pages"),
            found=len(bundle.labels),
        )
    _check_pages(bundle)
    _check_numbers(bundle)
    _check_sections(bundle, stated)
    _check_numbering(bundle, text(stated, "numbering"))
    _check_exhibit(bundle, stated)
    _check_items(bundle)
    _check_served(bundle, stated)
    return tuple(bundle.findings)


def _check_pages(bundle: _Bundle) -> None:
    """Every page must belong to one item, and every item's labels be those of its pages."""
    following = 1
    ids: set[str] = set()
    for entry in bundle.entries:
        item, first, pages = text(entry, "item"), number(entry, "pdf_page"), number(entry, "pages")
        if item in ids:
            bundle.add("EK-K022", item, "is in the index twice")
        ids.add(item)
        if first > following:
            orphans = ", ".join(
                bundle.where(each) for each in range(following, min(first, len(bundle.labels) + 1))
            )
            bundle.add("EK-K022", orphans or "pages", "belongs to no item of the index")
        elif first < following:
            bundle.add("EK-K022", item, f"has {bundle.where(first)}, which is another item's too")
        following = first + pages
    for page in range(following, len(bundle.labels) + 1):
        bundle.add("EK-K022", bundle.where(page), "belongs to no item of the index")


def _check_numbers(bundle: _Bundle) -> None:
    """The listed items are numbered from 1 in order; only cover, front sheet, index and dividers
    are not.
    """
    following = 1
    for entry in bundle.entries:
        item, found = text(entry, "item"), entry.get("number")
        base = item.partition(CONTINUED)[0].partition(SUPERSEDED)[0]
        unlisted = base in {*_FRONT, _COVER} or is_divider(base)
        expected = None if unlisted else following
        if found != expected:
            bundle.add(
                "EK-K023",
                item,
                "has not the number that its place in the index gives",
                expected="none" if expected is None else expected,
                found="none" if found is None else found,
            )
        # One wrong number is one finding, and not one for each that follows it.
        following = found + 1 if isinstance(found, int) else following + (not unlisted)


def _check_sections(bundle: _Bundle, stated: Mapping[str, Any]) -> None:
    """Each section's labels and pages are those of its items, which stand together."""
    sections = list(rows(stated, "sections"))
    letters = [text(each, "letter") for each in sections]
    for letter in sorted({each for each in letters if letters.count(each) > 1}):
        bundle.add("EK-K024", f"section {letter}", "is listed twice among the sections")
    for entry in bundle.entries:
        if text(entry, "section") not in letters:
            page = bundle.where(number(entry, "pdf_page"))
            item = text(entry, "item")
            bundle.add("EK-K024", item, f"its section, from {page}, is not among the sections")
    for each in sections:
        _check_section(bundle, each)
    order = [text(each, "section") for each in bundle.entries]
    wanted = sorted(order, key=lambda each: letters.index(each) if each in letters else -1)
    if order != wanted and not (bundle.served and text(stated, "numbering") == "arabic"):
        bundle.add("EK-K024", "sections", "its items do not stand in the order of the sections")


def _check_section(bundle: _Bundle, section: Mapping[str, Any]) -> None:
    letter = text(section, "letter")
    own = [each for each in bundle.entries if text(each, "section") == letter]
    if not own:
        bundle.add("EK-K024", f"section {letter}", "is among the sections and holds no item")
        return
    expected = (
        text(own[0], "first_label"),
        text(own[-1], "last_label"),
        sum(number(each, "pages") for each in own),
    )
    found = (section.get("first_label"), section.get("last_label"), section.get("pages"))
    if found != expected:
        bundle.add(
            "EK-K024",
            f"section {letter}",
            "its labels and pages are not those of its items",
            expected="{} to {}, {} pages".format(*expected),
            found="{} to {}, {} pages".format(*found),
        )


def _check_numbering(bundle: _Bundle, numbering: str) -> None:
    """Labels run from 1 in each section, or in the whole bundle, and none is given twice."""
    by_section: dict[str, list[int]] = {}
    for entry in bundle.entries:
        letter = "" if numbering == "arabic" else text(entry, "section")
        first, pages = number(entry, "pdf_page"), max(number(entry, "pages"), 0)
        own = range(max(first, 1), min(first + pages, len(bundle.labels) + 1))
        by_section.setdefault(letter, []).extend(
            each for each in own if not _is_inserted(bundle, each)
        )
    for letter, pages_of_it in by_section.items():
        found = [bundle.labels[each - 1] for each in pages_of_it]
        expected = [f"{letter}{each}" for each in range(1, len(found) + 1)]
        wrong = [
            bundle.where(page)
            for page, label, wanted in zip(pages_of_it, found, expected, strict=True)
            if label != wanted
        ]
        if not wrong or (bundle.served and sorted(found) == sorted(expected)):
            continue
        bundle.add(
            "EK-K025",
            "numbering",
            f"is said to be {numbering}, and the labels do not run so at {_some(wrong)}",
        )


def _is_inserted(bundle: _Bundle, page: int) -> bool:
    """Say whether a page stands between two that were delivered: E3A behind E3, E3B behind E3A."""
    behind = inserted_behind(bundle.labels[page - 1])
    if not bundle.served or behind is None or page < _SECOND:
        return False
    before = bundle.labels[page - 2]
    label = bundle.labels[page - 1]
    places = (each for each in range(1, page) if label == f"{behind}{insertion(each)}")
    place = next(places, 0)
    wanted = behind if place == 1 else f"{behind}{insertion(place - 1)}"
    return place > 0 and before == wanted


def _some(places: Sequence[str], most: int = 5) -> str:
    rest = len(places) - most
    return ", ".join(places[:most]) + (f" and {rest} more" if rest > 0 else "")


def _check_exhibit(bundle: _Bundle, stated: Mapping[str, Any]) -> None:
    """The exhibit's own numbers run from 1, and the index gives those of its pages."""
    marks = values(stated, "exhibit_labels")
    if len(marks) != len(bundle.labels):
        bundle.add("EK-K026", "exhibit", "there are not as many exhibit numbers as pages")
        return
    exhibit = table(stated, "exhibit")
    mark = text(exhibit, "mark")
    own = [each for each in marks if isinstance(each, str)]
    ours = [each for each in own if each.rpartition("/")[0] == mark]
    expected = [f"{mark}/{each}" for each in range(1, len(ours) + 1)]
    if exhibit and number(exhibit, "pages") != len(own):
        bundle.add(
            "EK-K026",
            f"exhibit {mark}",
            "has not as many numbered pages as is said",
            expected=number(exhibit, "pages"),
            found=len(own),
        )
    for page, each in enumerate(marks, start=1):
        if isinstance(each, str) and each not in expected and not bundle.served:
            message = f"its exhibit number is none of exhibit {mark or 'without a mark'}"
            bundle.add("EK-K026", bundle.where(page), message, found=each)
    if sorted(ours) != sorted(expected) or (not bundle.served and ours != expected):
        bundle.add("EK-K026", f"exhibit {mark}", "its numbers do not run from 1 in order")
    statement = table(bundle.record, "statement")
    if statement and (statement.get("exhibit") or "") != mark:
        bundle.add(
            "EK-K026",
            f"exhibit {mark}",
            "is not the mark that the statement gives its exhibit",
            expected=statement.get("exhibit"),
            found=mark,
        )
    _check_exhibit_of_items(bundle, marks)


def _check_exhibit_of_items(bundle: _Bundle, marks: Sequence[Any]) -> None:
    for entry in bundle.entries:
        first, pages = number(entry, "pdf_page"), number(entry, "pages")
        if not 1 <= first <= first + pages - 1 <= len(marks):
            continue
        expected = (marks[first - 1], marks[first + pages - 2])
        found = (entry.get("exhibit_first"), entry.get("exhibit_last"))
        if found != expected:
            bundle.add(
                "EK-K026",
                text(entry, "item"),
                "its exhibit numbers are not those of its pages",
                expected="{} to {}".format(*expected),
                found="{} to {}".format(*found),
            )


def _check_items(bundle: _Bundle) -> None:
    """Items and what they stand for agree: no clip or document without the other."""
    by_item = {text(each, "item"): each for each in bundle.entries}
    wanted = dict(_wanted(bundle))
    for item, (title, dated) in wanted.items():
        entry = by_item.get(item)
        if entry is None:
            continue
        if not _is_titled(entry, title, served=bundle.served):
            bundle.add("EK-K027", item, "has another title in the index than in the record")
        if entry.get("dated") != dated:
            bundle.add(
                "EK-K027",
                item,
                "has another date in the index than in the record",
                expected=dated,
                found=entry.get("dated"),
            )
    for item in by_item:
        kind = item.partition(":")[0]
        if kind in {"clip", "document"} and SUPERSEDED not in item and item not in wanted:
            bundle.findings.append(
                error("EK-K028", item, "is in the index and not in the record", group=COMPLETENESS)
            )
    for item in (*wanted, *_parts(bundle.record)):
        if item not in by_item:
            bundle.findings.append(
                error("EK-K028", item, "is in the record and not in the index", group=COMPLETENESS)
            )
    _check_documents(bundle, by_item)


def _parts(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parts that a bundle has whatever its sections are."""
    yield from _FRONT
    if any(rows(record, "recordings")):
        yield from ("part:recordings", "part:consent", "part:custody", "part:coverage")
    if table(record, "statement"):
        yield "part:statement"


def _is_titled(entry: Mapping[str, Any], title: str, *, served: bool) -> bool:
    """Say whether an item has its title; a version newer than what was served adds to it."""
    found = text(entry, "title")
    return found == title or (served and found.startswith(f"{title} ("))


def _wanted(bundle: _Bundle) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Yield the items of clips and documents, with the title and date that they must have."""
    recorded_at = {
        text(each, "id"): table(table(each, "told"), "recorded_at").get("value")
        for each in rows(bundle.record, "recordings")
    }
    for clip in rows(bundle.record, "clips"):
        named = f"Clip {number(clip, 'number')}: {text(clip, 'title')}"
        yield f"clip:{number(clip, 'number')}", (named, recorded_at.get(text(clip, "recording")))
    for document in rows(bundle.record, "documents"):
        if text(document, "outcome") in {"included", "left out", "placeholder"}:
            yield (
                f"document:{text(document, 'id')}",
                (text(document, "title"), document.get("dated")),
            )


def _check_served(bundle: _Bundle, stated: Mapping[str, Any]) -> None:
    """What was served stands under the labels, and exhibit numbers, that it was served with."""
    marks = values(stated, "exhibit_labels")
    for copy in rows(bundle.record, "served"):
        for each in rows(copy, "items"):
            page, label = number(each, "pdf_page_now"), text(each, "labels").partition("-")[0]
            there = 1 <= page <= min(len(bundle.labels), len(marks))
            found = (bundle.labels[page - 1], marks[page - 1]) if there else (None, None)
            if found != (label, each.get("exhibit_first")):
                bundle.add(
                    "EK-K034",
                    text(each, "item"),
                    f"was served as {text(each, 'labels')}, and does not stand there now",
                    expected=label,
                    found=found[0],
                )


def _check_documents(bundle: _Bundle, by_item: Mapping[str, Mapping[str, Any]]) -> None:
    """A document takes as many pages as it is said to, of the kind that its outcome gives."""
    digests = {text(each, "id"): each.get("sha256") for each in rows(bundle.record, "inputs")}
    for document in rows(bundle.record, "documents"):
        item = f"document:{text(document, 'id')}"
        entry = by_item.get(item)
        if entry is None:
            continue
        if number(document, "pages") != number(entry, "pages"):
            bundle.add(
                "EK-K027",
                item,
                "takes another number of pages in the index than in the record",
                expected=number(document, "pages"),
                found=number(entry, "pages"),
            )
        if text(document, "outcome") not in _KINDS.get(text(entry, "kind"), ()):
            message = f"is {text(document, 'outcome')}, and {text(entry, 'kind')} in the index"
            bundle.add("EK-K027", item, message)
        held = entry.get("content_sha256")
        stored = digests.get(text(document, "input"))
        if text(entry, "kind") == "document" and None not in {held, stored} and held != stored:
            bundle.add(
                "EK-K027",
                item,
                "the pages were made from another file than the one listed",
                expected=held,
                found=stored,
            )
