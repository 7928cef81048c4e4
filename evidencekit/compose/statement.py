# SPDX-License-Identifier: AGPL-3.0-or-later
"""The covering statement: a draft in the declarant's first person and in the court's form.

The declarant's own words come first and unaltered. Then each recording, from what was told and from
nothing else. What nobody said is printed as "not stated", or as a marked blank where only the
declarant can fill it. What the software measured is not the declarant's knowledge: it stays in the
exhibit, and the statement says who told of it. Documents are cited by title and date and the
exhibit by its own pages, never by a bundle's labels, so that the statement outlives the bundle.

The draft is unsigned and says so. Nothing here is ever signed by the software.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.plan import (
    Band,
    Blank,
    Block,
    CaseHeading,
    Corner,
    Heading,
    Numbered,
    Paragraph,
    Part,
    Run,
    Signature,
    Space,
    Style,
    Text,
    flat,
    plain,
)
from evidencekit.compose.statement_body import body
from evidencekit.compose.statement_said import Piece, Said, Source
from evidencekit.compose.telling import joined, to_complete
from evidencekit.model.bundle import DRAFT_MARK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Layout
    from evidencekit.model.material import Material
    from evidencekit.model.matter import Matter, Statement
    from evidencekit.model.person import Person

__all__ = ["ITEM", "initials_and_surname", "statement_paragraphs", "statement_part"]

ITEM = "part:statement"


def statement_part(material: Material, profile: Profile, layout: Layout | None) -> Part | None:
    """Return the draft statement, or None where the matter has none."""
    matter = material.matter
    statement = matter.statement
    if statement is None:
        return None
    declarant = matter.name_of(statement.by) or statement.by
    blocks: list[Block] = [
        Band(text=DRAFT_MARK),
        _corner(matter, statement, declarant),
        _case_heading(matter, profile, declarant),
        Paragraph(text=_opening(matter, statement, declarant)),
        *_numbered(body(material, layout)),
        *_ending(profile, declarant),
    ]
    draft = "" if statement.signed else " (draft, unsigned)"
    return Part(
        item=ITEM,
        title=f"Witness statement of {declarant}{draft}",
        blocks=tuple(blocks),
        show_title=False,
        wide_margins=True,
        # The band is at the head of the first page.
        running_head=DRAFT_MARK,
    )


def statement_paragraphs(part: Part) -> tuple[tuple[int, str], ...]:
    """Return the numbered paragraphs, as the record keeps them and a signed copy is held against.

    >>> from evidencekit.compose.plan import Part
    >>> statement_paragraphs(Part(item="x", title="x", blocks=(Numbered(number=1, text=()),)))
    ((1, ''),)
    """
    return tuple(
        (block.number, flat(block.text)) for block in part.blocks if isinstance(block, Numbered)
    )


def initials_and_surname(name: str) -> str:
    """Return a name as the corner block asks for it (PD 22A; PD 32 para 17.2).

    Words in small letters belong to the surname; a name in a script without capitals stays whole.

    >>> initials_and_surname("Amara Dean"), initials_and_surname("Ruth van der Berg")
    ('A. Dean', 'R. van der Berg')
    """
    words = name.split()
    given = []
    for word in words[:-1]:
        if not word[0].isupper():
            break
        given.append(word)
    if not given:
        return name
    initials = " ".join(f"{word[0]}." for word in given)
    return f"{initials} {' '.join(words[len(given) :])}"


def _corner(matter: Matter, statement: Statement, declarant: str) -> Corner:
    person = matter.person(statement.by)
    party = person.party if person is not None and person.party else to_complete("party")
    return Corner(
        lines=(
            f"On behalf of: {party}",
            f"Witness: {initials_and_surname(declarant)}",
            f"Statement no. {statement.number}",
            f"Exhibit: {statement.exhibit or to_complete('exhibit mark')}",
            f"Dated: {to_complete('date of signing')}",
        )
    )


def _case_heading(matter: Matter, profile: Profile, declarant: str) -> CaseHeading:
    case = matter.case
    return CaseHeading(
        court=case.court or to_complete("court"),
        number=case.number or to_complete("case number"),
        lines=(case.title,),
        title=profile.statement_title.replace("{name}", declarant),
    )


def _opening(matter: Matter, statement: Statement, declarant: str) -> Text:
    """Return "I, NAME, of ADDRESS, OCCUPATION, PARTY, say:" with a marked place for each gap."""
    person = matter.person(statement.by)
    occupation = statement.occupation or to_complete("occupation")
    return joined(
        (
            "I, ",
            Run(text=declarant, style=Style.BOLD),
            f", of {_address(statement)}, {occupation}, {_standing_in_the_case(person)}, say:",
        )
    )


def _address(statement: Statement) -> str:
    if statement.address is None:
        return to_complete("address")
    withheld = statement.address.casefold().startswith("known to")
    return f"an address {statement.address}" if withheld else statement.address


def _standing_in_the_case(person: Person | None) -> str:
    if person is None or person.party is None:
        return to_complete("whether a party, or employed by one")
    return f"{person.party} in these proceedings"


def _numbered(said: Iterable[Piece]) -> list[Block]:
    """Number the paragraphs, and end with which are own knowledge and which are not."""
    blocks: list[Block] = []
    sources: dict[Source, list[int]] = {}
    silent: list[int] = []
    number = 0
    for each in said:
        if not isinstance(each, Said):
            blocks.append(each)
            continue
        number += 1
        blocks.append(Numbered(number=number, text=each.text))
        (silent if each.says_nothing else sources.setdefault(each.source, [])).append(number)
    blocks.append(Heading(text="What I know and what I have been told"))
    for text in (*_knowledge(sources), *_silence(silent)):
        number += 1
        blocks.append(Numbered(number=number, text=plain(text)))
    return blocks


def _knowledge(sources: dict[Source, list[int]]) -> list[str]:
    """Say which matters are own knowledge and which information, with its source (PD 32 18.2)."""
    texts = []
    own = sources.pop(Source(), [])
    if own:
        texts.append(
            f"{_paragraphs(own)} of this statement {_are(own)} within my own knowledge, unless "
            "the paragraph says otherwise."
        )
    for source, numbers in sources.items():
        shown = f"{_paragraphs(numbers)} {_are(numbers)}"
        if source.told_by is None:
            gap = to_complete("who told me, or how I know")
            texts.append(
                f"{shown} about {source.about}. What of that is not within my own knowledge, and "
                f"its source: {gap}."
            )
        else:
            texts.append(
                f"{shown} not within my own knowledge. The source of my information: "
                f"{source.told_by}."
            )
    return texts


def _silence(silent: list[int]) -> list[str]:
    """Say which paragraphs hold nothing that anybody could know or have been told."""
    if not silent:
        return []
    verb = "says" if len(silent) == 1 else "say"
    return [f"{_paragraphs(silent)} {verb} only what is not stated."]


def _are(numbers: list[int]) -> str:
    return "is" if len(numbers) == 1 else "are"


def _paragraphs(numbers: list[int]) -> str:
    """Return "Paragraph 3", "Paragraphs 1 to 4, 7 and 9"."""
    runs: list[list[int]] = []
    for each in numbers:
        if runs and each == runs[-1][-1] + 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    words: list[str] = []
    for run in runs:
        words += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(each) for each in run]  # noqa: PLR2004 - "3 and 4" reads better than "3 to 4"
    listed = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
    return f"Paragraph{'s' if len(numbers) > 1 else ''} {listed}"


def _ending(profile: Profile, declarant: str) -> list[Block]:
    blocks: list[Block] = [Heading(text="Statement of truth")]
    if profile.statement_of_truth:
        blocks.append(Paragraph(text=plain(" ".join(profile.statement_of_truth))))
    else:
        blocks.append(Blank(label="The statement of truth, in the words this court asks for"))
    blocks += [Space(), Signature(name=declarant)]
    if profile.certificate_source is not None:
        label = (
            "Only for a witness who cannot read or sign: the certificate, in the words of "
            f"{profile.certificate_source}. Otherwise strike this out"
        )
        blocks.append(Blank(label=label))
    return blocks
