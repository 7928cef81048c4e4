# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the paragraphs of the covering statement are made with, before they have numbers.

A statement says which matters are own knowledge and which are information, with its source (PD 32
para 18.2), so each paragraph carries that from the moment it is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.compose.facts import NOT_STATED
from evidencekit.compose.plan import Block, Run, Text, flat
from evidencekit.compose.refs import cite_by_title, exhibit_pages
from evidencekit.compose.telling import Teller, joined
from evidencekit.model.bundle import Layout
from evidencekit.model.material import Material
from evidencekit.model.matter import Matter, Statement

if TYPE_CHECKING:
    from evidencekit.model.recording import Recording

__all__ = ["NOT_MINE", "OF_OTHERS", "Context", "Piece", "Said", "Source", "said"]


#: What paragraphs are about that may hold more than the declarant knows.
NOT_MINE = "a recording whose maker is not stated, or is not me"
OF_OTHERS = "what other people did, said or knew"


@frozen(kw_only=True)
class Source:
    """Where a paragraph's facts come from.

    `own` is the declarant's own knowledge; otherwise `told_by` says who told, or `about` what it is
    about of which only the declarant can say how much is own knowledge.
    """

    own: bool = True
    told_by: str | None = None
    about: str | None = None


@frozen(kw_only=True)
class Said:
    """One paragraph."""

    text: Text
    source: Source = Source()

    @property
    def says_nothing(self) -> bool:
        """Whether it says of each thing only that it is not stated, and nobody knows or told it."""
        *unstated, rest = flat(self.text).split(f": {NOT_STATED}.")
        return bool(unstated) and not rest.strip() and not any(". " in each for each in unstated)


#: A paragraph, or a block between paragraphs.
Piece = Said | Block


def said(*pieces: str | Run, source: Source | None = None) -> Said:
    """Return a paragraph of these pieces; own knowledge, unless a source is given."""
    return Said(text=joined(pieces), source=source or Source())


@frozen(kw_only=True)
class Context:
    """What the paragraphs are made from."""

    material: Material
    statement: Statement
    layout: Layout | None

    @property
    def matter(self) -> Matter:
        """The matter as told."""
        return self.material.matter

    @property
    def teller(self) -> Teller:
        """The declarant, who cites documents by title and date."""
        return Teller(matter=self.matter, cite=cite_by_title(self.matter))

    def by(self, who: str) -> str:
        """Return a name as it stands after "by", "from" or "to"."""
        return "me" if who == self.statement.by else (self.matter.name_of(who) or who)

    def pages(self, items: list[str]) -> str | None:
        """Return the exhibit pages of items, or None where they are not exhibited."""
        if self.statement.exhibit is None:
            return None
        return exhibit_pages(self.layout, items, mark=self.statement.exhibit)

    def made_by_declarant(self, recording: Recording) -> bool:
        """Return whether the declarant is told to have made a recording."""
        return recording.made_by is not None and recording.made_by.value == self.statement.by
