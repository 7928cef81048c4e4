# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compare READ ME FIRST.pdf, the page on top of a served copy, with the copy's record.

It is the first thing that a recipient reads, and it says where recordings and clips are. The record
has its digest; what it says of clips, recordings and digests is looked for in it beside that, so
that who makes the digests agree again has to make the record say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.errors import Cancelled, EvidenceError
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.timecode import format_media_time
from evidencekit.pdfread import letters, read_structure, show_pages
from evidencekit.verifier.record import inside, number, rows, table, text
from evidencekit.verifier.result import INTEGRITY, error
from evidencekit.verifier.words import is_simple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from evidencekit.isolate import Isolate
    from evidencekit.pdfread import ShownPage

NAME = "READ ME FIRST.pdf"
_NOT_STATED = "not stated"
_MOST_PAGES = 100


def check_read_me(
    root: Path, record: Mapping[str, Any], digests: Mapping[str, str], *, worker: Isolate
) -> tuple[Finding, ...]:
    """Return where the page on top of the copy at *root* is not what the record gives.

    Raises:
        Cancelled: if the worker's caller asked for it.
    """
    path = inside(root, NAME)
    if path is None:
        return ()  # a missing file is named among the files
    findings = list(_check_digest(record, digests))
    try:
        count = min(worker.call(read_structure, path).page_count, _MOST_PAGES)
        ordinals = tuple(range(1, count + 1))
        pages = worker.call(show_pages, path, ordinals, generated=set(ordinals))
    except Cancelled:
        raise
    except EvidenceError as unreadable:
        reason = getattr(unreadable, "reason", str(unreadable))
        return (*findings, _wrong(f"cannot be read: {reason}"))
    findings += _check_looks(pages)
    said = letters("".join(page.text for page in pages))
    findings += [
        _wrong(f"does not say {what} as the record has it")
        for what, phrase in _facts(record)
        if is_simple(phrase) and letters(phrase) not in said
    ]
    return tuple(findings)


def _wrong(message: str, **more: Any) -> Finding:
    return error("EK-K037", NAME, message, group=INTEGRITY, **more)


def _check_digest(record: Mapping[str, Any], digests: Mapping[str, str]) -> Iterator[Finding]:
    expected = text(table(record, "read_me"), "sha256")
    if not expected:
        yield _wrong(
            "the record has no digest of it (read_me), so that not all of its words were checked",
            severity=Severity.NOT_CHECKED,
        )
    elif digests.get(NAME) != expected:
        message = "is not the page whose digest the record gives (read_me)"
        yield _wrong(message, expected=expected, found=digests.get(NAME))


def _check_looks(pages: tuple[ShownPage, ...]) -> Iterator[Finding]:
    """Nothing lies over it, does anything, or is there unseen."""
    for page in pages:
        for kind in sorted({each.kind for each in page.marks}):
            yield _wrong(f"something lies over page {page.ordinal} ({kind})")
        for act in sorted(set(page.acts)):
            yield _wrong(f"page {page.ordinal} does something by itself or at a click: {act}")
        if page.unseen:
            yield _wrong(f"{page.unseen} words of page {page.ordinal} cannot be seen")
        if page.images:
            yield _wrong(f"page {page.ordinal} shows a picture")


def _facts(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the page says, each with what it is called in a finding."""
    case, bundle, pin = (table(record, each) for each in ("case", "bundle", "custody"))
    yield "the case", text(case, "title")
    yield "the court", text(case, "court") or f"Court: {_NOT_STATED}"
    yield "the case's number", text(case, "number") or _NOT_STATED
    for each in rows(record, "served"):
        yield "for whom it is", f"Copy for {text(each, 'to')}"
    sections = ", ".join(
        f"{text(each, 'letter')} {text(each, 'title')}" for each in rows(bundle, "sections")
    )
    pages = _counted(number(bundle, "pages"), "page")
    yield "the bundle's pages", f"{pages}: {sections}. Start with it."
    yield from _of_clips(record)
    yield from _of_recordings(record)
    yield "the bundle's digest", text(bundle, "sha256")
    entries = number(pin, "entries")
    counted = "1 entry" if entries == 1 else f"{entries:,} entries"
    yield "the head of the custody log", f"Log, {counted} {text(pin, 'head')}"


def _of_clips(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    numbers = {text(each, "id"): number(each, "number") for each in rows(record, "recordings")}
    index = rows(table(record, "bundle"), "index")
    labels = {text(each, "item"): text(each, "first_label") for each in index}
    for each in rows(record, "clips"):
        samples = table(each, "samples")
        rate = max(number(samples, "rate"), 1)
        count = number(samples, "end") - number(samples, "first")
        start = format_media_time(max(number(each, "start_ms"), 0))[:-2]
        length = _seconds((2000 * count + rate) // (2 * rate))
        place = f"R{numbers.get(text(each, 'recording'), 0)} from {start}"
        file = text(each, "file").rpartition("/")[2]
        clip = number(each, "number")
        row = f"{clip} {text(each, 'title')} ({place}) {file} {length}"
        yield f"what clip {clip} is", f"{row} {labels.get(text(each, 'item'), '')}"


def _of_recordings(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    inputs = {text(each, "id"): text(each, "stored") for each in rows(record, "inputs")}
    for each in rows(record, "recordings"):
        stored = inputs.get(text(each, "input"), "").rpartition("/")[2]
        whole = text(each, "whole_recording") or _NOT_STATED
        where = f"Not in this folder. Where the whole is: {whole}."
        if stored:
            where = f"Open {stored} in the folder Whole recordings."
        length = _seconds(max(number(table(each, "measured"), "length_ms"), 0))
        name = f"R{number(each, 'number')}"
        yield f"where {name} is", f"{name} {text(each, 'title')}, {length}. {where}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _seconds(ms: int) -> str:
    return f"{ms // 1000:,}.{ms % 1000:03} s"
