# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a recording was made openly, covertly, or whether that cannot be said: on what was told.

The measure is the Family Justice Council's (guidance on covert recordings, May 2025, para 1.2):
covert is any recording made without the express knowledge and permission of the people being
recorded. So one person who is told to have given no permission, or not to have known, makes it
covert; it is open only where both are told of everyone; and what nobody knows settles nothing.
docs/decisions says how each status counts. It is worked out from what was told, and is no finding.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.compose.facts import NOT_STATED
from evidencekit.model.consent import Consent, ConsentEvent, ConsentStatus, Knew

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evidencekit.model.matter import Matter
    from evidencekit.model.moment import Moment
    from evidencekit.model.recording import Recording

__all__ = ["COVERT_SOURCE", "Openness", "PersonOpenness", "Verdict", "openness", "people_recorded"]

COVERT_SOURCE = "Family Justice Council guidance on covert recordings (May 2025), para 1.2"

_Status = ConsentStatus
_NOT_KNOWN = "not known"
_NONE = "none"
_EXPRESS = "express"
_ON_TERMS = "on terms; whether they were kept is not stated"
_WITHDRAWN = "withdrawn; the recording went on"
_UNCLEAR = "told differently, in an order that is not stated"
#: What each status says of express permission; a status that is not here says nothing of it.
_PERMISSION = {
    _Status.AGREED: _EXPRESS,
    _Status.AGREED_WITH_CONDITIONS: _ON_TERMS,
    _Status.REFUSED: _NONE,
    _Status.ASKED_NO_ANSWER: _NONE,
    _Status.NOT_ASKED: _NONE,
    _Status.NOT_KNOWN: _NOT_KNOWN,
}
_AGREEING = frozenset({_Status.AGREED, _Status.AGREED_WITH_CONDITIONS, _Status.WITHDREW})


class Verdict(StrEnum):
    """What can be said of a recording, on what was told."""

    OPEN = "open"
    COVERT = "covert"
    CANNOT_BE_SAID = "cannot be said"


@frozen(kw_only=True)
class PersonOpenness:
    """One person who was recorded: express permission and express knowledge, as told.

    `follows_from` says what knowledge was concluded from where nobody told of it in so many words.
    """

    person: str
    permission: str
    knowledge: str
    follows_from: str | None = None

    @property
    def verdict(self) -> Verdict:
        """What this person alone makes of the recording."""
        if self.permission in {_NONE, _WITHDRAWN} or self.knowledge == _NONE:
            return Verdict.COVERT
        if self.permission == _EXPRESS and self.knowledge == Knew.YES:
            return Verdict.OPEN
        return Verdict.CANNOT_BE_SAID


@frozen(kw_only=True)
class Openness:
    """The verdict, its reason in words, and the guidance whose words it uses."""

    verdict: Verdict
    reason: str
    source: str | None
    people: tuple[PersonOpenness, ...] = ()


def openness(
    recording: Recording, matter: Matter, *, source: str | None = COVERT_SOURCE
) -> Openness:
    """Return whether *recording* was made openly, as far as can be said on what was told."""
    people = people_recorded(recording, matter)
    messages = [
        each.person
        for each in recording.consent
        if _says(each, _Status.LEFT_THE_MESSAGE) and not _is_maker(recording, each.person)
    ]
    verdict = _verdict(people)
    reason = _reason(matter, people, messages)
    return Openness(verdict=verdict, reason=reason, source=source, people=people)


def people_recorded(recording: Recording, matter: Matter) -> tuple[PersonOpenness, ...]:
    """Return everyone told to be recorded whose permission is in question.

    The maker is not, nor who is only spoken of, nor who left the message. A person whom the
    transcript's speakers name is recorded, whatever was or was not told about asking.
    """
    told = {each.person: each for each in recording.consent}
    names = list(told) + [each.person for each in recording.use_in_evidence]
    if recording.transcript is not None:
        names += [person for _, person in recording.transcript.speakers]
    outside = (_Status.MENTIONED_ONLY, _Status.LEFT_THE_MESSAGE)
    return tuple(
        _person(recording, matter, told.get(name) or Consent(person=name, events=()))
        for name in dict.fromkeys(names)
        if not _is_maker(recording, name)
        and not (name in told and any(_says(told[name], status) for status in outside))
    )


def _says(consent: Consent, status: ConsentStatus) -> bool:
    return any(event.status is status for event in consent.events)


def _is_maker(recording: Recording, person: str) -> bool:
    if recording.made_by is not None and recording.made_by.value == person:
        return True
    return any(
        each.person == person and _says(each, _Status.MADE_THE_RECORDING)
        for each in recording.consent
    )


def _person(recording: Recording, matter: Matter, consent: Consent) -> PersonOpenness:
    made = recording.recorded_at.value if recording.recorded_at is not None else None
    events = [event for event in consent.events if not _is_after(event.on, made)]
    person = matter.person(consent.person)
    child = person is not None and person.child
    knowledge, follows_from = _knowledge(events, child=child)
    return PersonOpenness(
        person=consent.person,
        permission=NOT_STATED if child and not _only_no(events) else _permission(events),
        knowledge=knowledge,
        follows_from=follows_from,
    )


def _only_no(events: Iterable[ConsentEvent]) -> bool:
    """Return whether nothing but a no was told, which counts for a child as for anybody.

    A yes does not: a child's answer is not set down as consent.
    """
    said = [_permission_of(event) for event in events]
    return _NONE in said and not {_EXPRESS, _ON_TERMS} & set(said)


def _is_after(event: Moment | None, made: Moment | None) -> bool:
    """Return whether an event came on a later day, when nothing could change any more."""
    if event is None or made is None or event.on is None or made.on is None:
        return False
    return event.on > made.on


def _permission_of(event: ConsentEvent) -> str | None:
    if event.status is not _Status.WITHDREW:
        return _PERMISSION.get(event.status)
    if event.then is None:
        return "withdrawn; whether the recording stopped is not stated"
    return _EXPRESS if event.then == "stopped" else _WITHDRAWN


def _permission(events: Iterable[ConsentEvent]) -> str:
    """Return the permission told last before or on the day of the recording."""
    said = [(event.on, word) for event in events if (word := _permission_of(event)) is not None]
    words = {word for _, word in said}
    if not words:
        return NOT_STATED
    if len(words) == 1:
        return words.pop()
    dated = [(on.on, word) for on, word in said if on is not None and on.on is not None]
    if len(dated) < len(said):
        return _UNCLEAR
    last = max(on for on, _ in dated)
    latest = {word for on, word in dated if on == last}
    return latest.pop() if len(latest) == 1 else _UNCLEAR


def _knowledge(events: Iterable[ConsentEvent], *, child: bool) -> tuple[str, str | None]:
    """Return the express knowledge told last, or what follows from an answer, and from which.

    Agreeing to be recorded is knowing of it; that it follows is said, because nobody told it.
    """
    told = [event.knew for event in events if event.knew is not None]
    if told:
        return _NONE if told[-1] is Knew.NO else str(told[-1]), None
    statuses = {event.status for event in events}
    if not child and _Status.TOLD_IT_WAS_RECORDED in statuses:
        return str(Knew.YES), "was told that it was recorded"
    if not child and statuses & _AGREEING:
        return str(Knew.YES), "whoever agrees to be recorded knows of it"
    return _NOT_KNOWN if _Status.NOT_KNOWN in statuses else NOT_STATED, None


def _verdict(people: tuple[PersonOpenness, ...]) -> Verdict:
    found = {each.verdict for each in people}
    if Verdict.COVERT in found:
        return Verdict.COVERT
    if Verdict.CANNOT_BE_SAID in found or not people:
        return Verdict.CANNOT_BE_SAID
    return Verdict.OPEN


def _reason(matter: Matter, people: tuple[PersonOpenness, ...], messages: list[str]) -> str:
    """Give the reason, a sentence for each person, in the words that were told."""
    said = [
        f"{matter.name_of(each.person)}, express permission: {_printed(each.permission)}; "
        f"express knowledge: {_known(each)}."
        for each in people
    ]
    said += [
        f"{matter.name_of(person)} left the message on an answering service; express permission "
        f"and knowledge: {NOT_STATED}."
        for person in messages
    ]
    if not said:
        said = ["who was recorded, besides the maker, is not stated."]
    return f"On what was told: {' '.join(said)}"


def _known(person: PersonOpenness) -> str:
    if person.follows_from is None:
        return person.knowledge
    return f"{person.knowledge} (not told in words; {person.follows_from})"


def _printed(permission: str) -> str:
    return str(Knew.YES) if permission == _EXPRESS else permission
