# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which sections a bundle has, and what stands in each.

The matter's own sections win and keep the letters they were given. Without them the profile's
default layout is used, lettered from A without a gap, as Bates numbering asks (PD 27A para 1.2).
A part with nothing to print is left out, and a section with nothing in it; the first section holds
front sheet and index and always stays. Every document is in some section: one that none names goes
where "documents" stands, or into a last section of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.errors import MatterError, Problem
from evidencekit.model.matter import GENERATED_PARTS, Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evidencekit.court.profile import Profile
    from evidencekit.model.matter import Document, Matter

__all__ = ["letter_after", "resolve_sections"]

#: Stands, in a section's contents, for all documents that no section names.
ALL_OTHER_DOCUMENTS = "documents"
#: What `MatterError` names where a matter was made in a program and has no file.
_SUBJECT = "the matter"


def resolve_sections(matter: Matter, profile: Profile) -> tuple[Section, ...]:
    """Return the sections in order of their letters, with document ids and part names in each.

    Raises:
        MatterError: if a section's contents name something unknown, or one thing twice.
    """
    given = sorted(matter.sections, key=lambda each: (len(each.letter), each.letter))
    if given:
        return _filled(matter, given)
    default = [
        Section(letter=each.letter, title=each.title, contents=each.contents)
        for each in profile.sections
    ]
    return _lettered(_filled(matter, default))


def letter_after(letter: str) -> str:
    """Return the next letter of a section: B after A, AA after Z.

    >>> letter_after("D"), letter_after("AZ")
    ('E', 'BA')
    """
    head, last = letter[:-1], letter[-1]
    if last != "Z":
        return head + chr(ord(last) + 1)
    return (letter_after(head) if head else "A") + "A"


def _filled(matter: Matter, sections: Sequence[Section]) -> tuple[Section, ...]:
    """Resolve the contents, and drop what is empty but the first section."""
    _check(matter, sections)
    named = {name for section in sections for name in section.contents}
    withheld = {each.id for each in matter.documents if each.withheld is not None}
    others = tuple(
        each.id for each in _by_date(matter.documents) if each.id not in named | withheld
    )
    if others and ALL_OTHER_DOCUMENTS not in named:
        last = letter_after(sections[-1].letter)
        sections = [*sections, Section(letter=last, title="Other documents", contents=others)]
    absent = nothing_to_print(matter) | withheld
    resolved = [
        Section(
            letter=section.letter,
            title=section.title,
            contents=tuple(
                item
                for name in section.contents
                for item in (others if name == ALL_OTHER_DOCUMENTS else (name,))
                if item not in absent
            ),
        )
        for section in sections
    ]
    return tuple(each for n, each in enumerate(resolved) if n == 0 or each.contents)


def _lettered(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Letter the sections anew, from A, without a gap."""
    letter = "A"
    lettered = []
    for each in sections:
        lettered.append(Section(letter=letter, title=each.title, contents=each.contents))
        letter = letter_after(letter)
    return tuple(lettered)


def nothing_to_print(matter: Matter) -> frozenset[str]:
    """Return the parts for which the matter holds nothing."""
    absent = set()
    if matter.statement is None:
        absent.add("statement")
    if not matter.disputed:
        absent.add("minutes comparison")
    if not any(each.clips for each in matter.recordings):
        absent.add("clips")
    if not matter.recordings:
        absent |= {"consent", "custody", "coverage"}
        if matter.other_recordings is None:
            absent.add("recordings")
    return frozenset(absent)


def _by_date(documents: Iterable[Document]) -> list[Document]:
    """Sort by date, words after dates, undated last; then by id."""

    def key(each: Document) -> tuple[int, tuple[int, str, str], str]:
        return (
            (1, (0, "", ""), each.id) if each.dated is None else (0, each.dated.sort_key, each.id)
        )

    return sorted(documents, key=key)


def _check(matter: Matter, sections: Sequence[Section]) -> None:
    """Refuse contents that name nothing, or something that already has its place."""
    known = {ALL_OTHER_DOCUMENTS, *GENERATED_PARTS, *(each.id for each in matter.documents)}
    problems = []
    seen: dict[str, str] = {}
    for section in sections:
        for place, name in enumerate(section.contents):
            message = None
            if name not in known:
                message = f'"{name}" is neither a document\'s id nor a part of the bundle.'
            elif name in seen:
                message = f'"{name}" already stands in section {seen[name]}. Name it once.'
            seen.setdefault(name, section.letter)
            if message:
                pointer = f"/sections/{section.letter}/contents/{place}"
                where = f"[sections] {section.letter}.contents"
                problems.append(Problem(pointer=pointer, message=message, place=where))
    letters = [each.letter for each in sections]
    problems.extend(
        Problem(
            pointer=f"/sections/{letter}",
            message=f"{letters.count(letter)} sections have this letter. Give each its own.",
            place=f"[sections] {letter}",
        )
        for letter in sorted(set(letters))
        if letters.count(letter) > 1
    )
    if problems:
        raise MatterError(_SUBJECT, problems)
