# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compare the statement as a Word file with the record, and with the bundle's own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.model.bundle import DRAFT_MARK
from evidencekit.verifier.record import bytes_of, number, rows, table, text, values
from evidencekit.verifier.result import INTEGRITY, error
from evidencekit.verifier.strictjson import NotReadable
from evidencekit.verifier.wordfile import NotAWordFile, WordFile, read_word_file
from evidencekit.verifier.words import is_simple, squashed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from evidencekit.model.findings import Finding
    from evidencekit.verifier.words import PageWords

_ITEM = "part:statement"
_LIMIT_BYTES = 32_000_000
#: All that stands in a Word file beside its body: the number of the page, and that it is a draft.
_ELSEWHERE = frozenset({"Page1of1", squashed(DRAFT_MARK)})


def check_statement(
    root: Path, record: Mapping[str, Any], words: PageWords | None
) -> tuple[Finding, ...]:
    """Return what is wrong with the statement's Word file and with what the record says of it."""
    statement = table(record, "statement")
    findings = list(_check_record(record, statement)) if statement else []
    stored = text(statement, "docx")
    if stored:
        findings += _check_file(root, stored, record, statement, words)
    return tuple(findings)


def _check_record(record: Mapping[str, Any], statement: Mapping[str, Any]) -> Iterator[Finding]:
    numbers = [number(each, "number") for each in rows(statement, "paragraphs")]
    if numbers != list(range(1, len(numbers) + 1)):
        yield _wrong("statement", "its paragraphs are not numbered from 1 in order")
    signed = text(statement, "state") == "signed"
    if signed != bool(text(statement, "signed_input")):
        yield _wrong("statement", "is signed by the record, or by its file, and not by both")
    entry = _entry(record)
    if entry and (text(entry, "kind") == "document") != signed:
        kind = text(entry, "kind")
        yield _wrong("statement", f"is {text(statement, 'state')}, and {kind} in the index")


def _wrong(subject: str, message: str) -> Finding:
    return error("EK-S010", subject, message, group=INTEGRITY)


def _entry(record: Mapping[str, Any]) -> Mapping[str, Any]:
    entries = rows(table(record, "bundle"), "index")
    return next((each for each in entries if text(each, "item") == _ITEM), {})


def _check_file(
    root: Path,
    stored: str,
    record: Mapping[str, Any],
    statement: Mapping[str, Any],
    words: PageWords | None,
) -> Iterator[Finding]:
    try:
        file = read_word_file(bytes_of(root, stored, most=_LIMIT_BYTES))
    except (NotReadable, NotAWordFile) as reason:
        yield _wrong(stored, str(reason))
        return
    for part in sorted(file.elsewhere):
        if squashed(file.elsewhere[part]) not in _ELSEWHERE:
            yield _wrong(stored, f"has words outside its body, in {part}")
    yield from _check_paragraphs(stored, file, statement)
    draft = text(statement, "state") == "draft"
    # Pages that were served stay as they were, and what they cite may have moved since.
    if words is not None and draft and not values(record, "served"):
        yield from _check_pages(stored, file, _entry(record), words)


def _check_paragraphs(
    stored: str, file: WordFile, statement: Mapping[str, Any]
) -> Iterator[Finding]:
    """The numbered paragraphs must be those of the record, word for word and in order."""
    found = [squashed(each) for each in file.paragraphs]
    after = 0
    for each in rows(statement, "paragraphs"):
        wanted = squashed(f"{number(each, 'number')}.{text(each, 'text')}")
        if wanted in found[after:]:
            after = found.index(wanted, after) + 1
        else:
            message = f"paragraph {number(each, 'number')} of the record is not in it, or not there"
            yield _wrong(stored, message)


def _check_pages(
    stored: str, file: WordFile, entry: Mapping[str, Any], words: PageWords
) -> Iterator[Finding]:
    """Whatever stands in the file must stand on the pages of the draft."""
    printed = words.span(number(entry, "pdf_page"), number(entry, "pages")) if entry else ""
    if not printed:
        return
    for place, paragraph in enumerate(file.paragraphs, start=1):
        wanted = squashed(paragraph)
        bare = wanted.removeprefix("[").removesuffix("]")
        if is_simple(paragraph) and wanted not in printed and bare not in printed:
            yield _wrong(stored, f"the {_ordinal(place)} of its paragraphs is not on the pages")


def _ordinal(place: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    teen = place % 100 // 10 == 1
    return f"{place}{'th' if teen else endings.get(place % 10, 'th')}"
