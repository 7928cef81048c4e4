# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the declarant speaks: of themself as "I", of others by name, of told words as they were told.

The matter does not say whether a person is "he" or "she", so a name stands where a pronoun would.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.compose.facts import declarant
from evidencekit.compose.plan import Run, Text
from evidencekit.model.matter import Matter
from evidencekit.model.moment import print_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evidencekit.model.moment import Moment


@frozen(kw_only=True)
class Teller:
    """Who tells, and how the papers cite a document for its id."""

    matter: Matter
    cite: Callable[[str], Text]

    @property
    def name(self) -> str:
        """The declarant's name, as it stands in the middle of a sentence."""
        return declarant(self.matter)

    def subject(self, person_id: str) -> Subject:
        """Return how the declarant speaks of a person."""
        person = self.matter.person(person_id)
        statement = self.matter.statement
        return Subject(
            name=person.name if person else person_id,
            myself=statement is not None and statement.by == person_id,
            child=person is not None and person.child,
        )

    def answerer(self, who: str) -> str:
        """Return who answered as it stands after "by"."""
        statement = self.matter.statement
        if statement is not None and who == statement.by:
            return "me"
        return self.matter.name_of(who) or who


@frozen(kw_only=True)
class Subject:
    """A person as the declarant speaks of them: "I", or their name."""

    name: str
    myself: bool = False
    child: bool = False

    @property
    def opening(self) -> str:
        """The subject at the head of a sentence; a child is called one."""
        return f"{self.name}, a child," if self.child and not self.myself else self.who

    @property
    def who(self) -> str:
        """The subject inside a sentence."""
        return "I" if self.myself else self.name

    @property
    def verb_is(self) -> str:
        """The verb that goes with the subject."""
        return "am" if self.myself else "is"

    @property
    def whose(self) -> str:
        """Whose the voice is."""
        return "mine" if self.myself else f"{self.name}\u2019s"


def opened(teller: Teller, text: Text) -> Text:
    """Open a sentence as the consent schedule does: "Amara Dean says: ..."."""
    name = capitalised((Run(text=teller.name),))[0].text
    return joined((f"{name} says: ", *text))


def capitalised(text: Text) -> Text:
    """Return *text* with a capital first letter."""
    first, *rest = text
    return (
        Run(text=first.text[:1].upper() + first.text[1:], style=first.style, target=first.target),
        *rest,
    )


def stopped(words: str) -> str:
    """Return told words with a full stop, unless they end a sentence already."""
    return words if words.rstrip().endswith((".", "!", "?", "…")) else f"{words}."


def quoted_stop(words: str) -> str:
    """Return told words, unaltered, in quotation marks at the end of a sentence."""
    return f"“{words}”" if stopped(words) == words else f"“{words}”."


def on_date(moment: Moment) -> str:
    """Return "on 2 March 2026 at 14:05"; a time told only in words is quoted as it was told."""
    if moment.at is not None:
        return f"on {print_time(moment.at).replace(',', ' at')}"
    if moment.on is not None or moment.written[:1].isdigit():
        return f"on {moment}"
    return f"at a time told as “{moment}”"


def joined(pieces: Iterable[str | Run]) -> Text:
    """Join pieces of text, so that plain neighbours are one run."""
    runs: list[Run] = []
    for piece in pieces:
        run = Run(text=piece) if isinstance(piece, str) else piece
        before = runs[-1] if runs else None
        if before and (before.style, before.target) == (run.style, run.target):
            runs[-1] = Run(text=before.text + run.text, style=run.style, target=run.target)
        else:
            runs.append(run)
    return tuple(runs)


def sentence(main: str, cited: Text | None = None) -> tuple[str | Run, ...]:
    """Return a clause as a sentence: with its citation in brackets, and one full stop at the end.

    Told words at its end may bring a full stop of their own.
    """
    if cited is not None:
        return (main, " (", *cited, ").")
    ended = main.rstrip("”").endswith((".", "!", "?", "…"))
    return (main if ended else f"{main}.",)


def to_complete(what: str) -> str:
    """Return a marked place inside a line, for something that only the declarant can say."""
    return f"[{what}: to be completed]"
