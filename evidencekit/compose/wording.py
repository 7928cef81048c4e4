# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sentences about who was asked, who agreed and who knew.

Each event becomes what the declarant says about it, in the declarant's own first person: the
consent schedule opens it with "<Declarant> says: ", the covering statement prints it as it is. So
no sentence needs a pronoun that nobody told, and the two papers cannot differ.

What was told is printed, every facet of it; what was not told is printed as "not stated". Nothing
here says that anyone's agreement was good or bad, and nothing a child said is printed as consent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from evidencekit.compose.facts import NOT_STATED
from evidencekit.compose.telling import (
    Subject,
    Teller,
    joined,
    on_date,
    quoted_stop,
    sentence,
    stopped,
)
from evidencekit.model.consent import Consent, ConsentEvent, ConsentStatus, UseInEvidence, UseStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from evidencekit.compose.plan import Text

__all__ = ["consent_texts", "maker_text", "use_text"]

_Status = ConsentStatus
#: Statuses that claim agreement: the only ones that say when no document is supplied.
_CLAIMS = frozenset({_Status.AGREED, _Status.AGREED_WITH_CONDITIONS, _Status.WITHDREW})
#: Statuses that leave open whether the person knew, and are asked about it once, at the end.
_LEAVES_KNEW_OPEN = frozenset({_Status.REFUSED, _Status.ASKED_NO_ANSWER})
#: Follows whatever a child is told to have answered.
_NO_CHILD_CONSENT = "It is not set down here as a child\u2019s consent."
#: The facets that a status's own sentence prints; whatever else was told follows it.
_PRINTED: dict[ConsentStatus, frozenset[str]] = {
    _Status.MADE_THE_RECORDING: frozenset(),
    _Status.AGREED: frozenset({"on", "how"}),
    _Status.AGREED_WITH_CONDITIONS: frozenset({"on", "how", "terms"}),
    _Status.REFUSED: frozenset({"on", "how", "answered_by", "answered_for"}),
    _Status.ASKED_NO_ANSWER: frozenset({"on", "how"}),
    _Status.NOT_ASKED: frozenset({"on", "knew"}),
    _Status.WITHDREW: frozenset({"on", "how", "at", "then"}),
    _Status.NOT_KNOWN: frozenset(),
    _Status.LEFT_THE_MESSAGE: frozenset(),
    _Status.TOLD_IT_WAS_RECORDED: frozenset({"service"}),
    _Status.MENTIONED_ONLY: frozenset(),
    _Status.HEARD: frozenset(),
}


def consent_texts(teller: Teller, consent: Consent) -> tuple[Text, ...]:
    """Return one sentence, or a few short ones, for each event, in the order told."""
    texts = [_event_text(teller, consent.person, event) for event in consent.events]
    statuses = {event.status for event in consent.events}
    told = any(event.knew is not None for event in consent.events)
    if statuses and statuses <= _LEAVES_KNEW_OPEN and not told:
        who = teller.subject(consent.person).who
        texts[-1] = joined(
            (*texts[-1], f" Whether {who} knew that the recording was made: {NOT_STATED}.")
        )
    return tuple(texts)


def maker_text(teller: Teller, person_id: str) -> Text:
    """Return the sentence that a person made the recording."""
    return joined((f"{teller.subject(person_id).who} made this recording.",))


def _event_text(teller: Teller, person_id: str, event: ConsentEvent) -> Text:
    who = teller.subject(person_id)
    main, notes = _CLAUSES[event.status](teller, who, event)
    if who.child and event.status in _CLAIMS:
        main, notes = _child_answer(who, event)
    cited = teller.cite(event.evidence) if event.evidence is not None else None
    if cited is None and event.status in _CLAIMS:
        notes = [*notes, "No document is supplied."]
    if event.status is _Status.REFUSED and event.answered_by != person_id:
        notes = [*notes, f"Whether {who.who} was asked then: {NOT_STATED}."]
    notes = [*notes, *_further(teller, who, event)]
    return joined((*sentence(main, cited), *(f" {note}" for note in notes)))


_Clause = tuple[str, list[str]]


def _made(_: Teller, who: Subject, __: ConsentEvent) -> _Clause:
    return f"{who.who} made this recording", []


def _agreed(_: Teller, who: Subject, event: ConsentEvent) -> _Clause:
    return f"{who.opening} agreed to be recorded{_on_how(event)}", _when_how_missing(event)


def _agreed_on_terms(_: Teller, who: Subject, event: ConsentEvent) -> _Clause:
    main = f"{who.opening} agreed to be recorded{_on_how(event)}"
    if event.terms is None:
        return f"{main}, with conditions", [
            f"The terms: {NOT_STATED}.",
            *_when_how_missing(event),
        ]
    return f"{main}, on these terms: “{event.terms}”", _when_how_missing(event)


def _refused(teller: Teller, _: Subject, event: ConsentEvent) -> _Clause:
    main = "a request to record was refused"
    main += f" {on_date(event.on)}" if event.on is not None else ""
    notes = [] if event.on is not None else [f"When: {NOT_STATED}."]
    if event.answered_by is not None:
        main += f" by {teller.answerer(event.answered_by)}"
    else:
        notes.append(f"Who answered: {NOT_STATED}.")
    if event.answered_for is not None:
        main += f", for {teller.answerer(event.answered_for)}"
    return main + (f", {event.how}" if event.how is not None else ""), notes


def _asked(_: Teller, who: Subject, event: ConsentEvent) -> _Clause:
    main = f"{who.opening} was asked{_on_how(event, comma=False)}; no answer is stated"
    return main, [] if event.on is not None else [f"When: {NOT_STATED}."]


def _not_asked(_: Teller, who: Subject, event: ConsentEvent) -> _Clause:
    on = f" {on_date(event.on)}" if event.on is not None else ""
    return f"{who.opening} was not asked{on}", [
        f"Whether {who.who} knew: {event.knew or NOT_STATED}."
    ]


def _withdrew(_: Teller, who: Subject, event: ConsentEvent) -> _Clause:
    at = f" at {event.at} of the recording" if event.at is not None else ""
    then = f"; the recording {event.then}" if event.then is not None else ""
    notes = []
    if event.on is None:
        notes.append(f"When {who.who} agreed: {NOT_STATED}.")
    if event.at is None:
        notes.append(f"When {who.who} withdrew: {NOT_STATED}.")
    if event.then is None:
        notes.append(f"Whether the recording stopped or went on: {NOT_STATED}.")
    return f"{who.opening} agreed{_on_how(event, comma=False)} and withdrew{at}{then}", notes


def _not_known(_: Teller, who: Subject, event: ConsentEvent) -> _Clause:
    knew = "" if event.knew is not None else " or knew"
    return f"I do not know whether {who.who} was asked{knew}", []


def _left_message(_: Teller, who: Subject, __: ConsentEvent) -> _Clause:
    return f"the voice is {who.whose}, leaving a message on an answering service", []


def _told(_: Teller, who: Subject, event: ConsentEvent) -> _Clause:
    agreement = f"Agreement: {NOT_STATED}."
    if event.service is None:
        return f"{who.opening} was told of the recording", [f"By whom: {NOT_STATED}.", agreement]
    return f"{event.service} said it was recording", [agreement]


def _mentioned(_: Teller, who: Subject, __: ConsentEvent) -> _Clause:
    return f"{who.who} {who.verb_is} spoken of and not heard", []


def _heard(_: Teller, who: Subject, event: ConsentEvent) -> _Clause:
    main = f"{who.opening} {who.verb_is} heard"
    if who.child:
        return main, []
    knew = "" if event.knew is not None else " or knew"
    return main, [f"Whether {who.who} was asked{knew}: {NOT_STATED}."]


def _child_answer(who: Subject, event: ConsentEvent) -> _Clause:
    """A child's yes is told, and is not printed as consent."""
    main = f"{who.opening} was asked{_on_how(event, comma=False)}; the answer is told as “"
    main += f"{event.status}”"
    notes = [_NO_CHILD_CONSENT]
    if event.terms is not None:
        notes.append(f"The terms: {quoted_stop(event.terms)}")
    if event.at is not None:
        notes.append(f"Withdrawn at {event.at} of the recording.")
    if event.then is not None:
        notes.append(f"The recording {event.then}.")
    return main, notes


_CLAUSES: dict[ConsentStatus, Callable[[Teller, Subject, ConsentEvent], _Clause]] = {
    _Status.MADE_THE_RECORDING: _made,
    _Status.AGREED: _agreed,
    _Status.AGREED_WITH_CONDITIONS: _agreed_on_terms,
    _Status.REFUSED: _refused,
    _Status.ASKED_NO_ANSWER: _asked,
    _Status.NOT_ASKED: _not_asked,
    _Status.WITHDREW: _withdrew,
    _Status.NOT_KNOWN: _not_known,
    _Status.LEFT_THE_MESSAGE: _left_message,
    _Status.TOLD_IT_WAS_RECORDED: _told,
    _Status.MENTIONED_ONLY: _mentioned,
    _Status.HEARD: _heard,
}


def _on_how(event: ConsentEvent | UseInEvidence, *, comma: bool = True) -> str:
    """Return date and manner as they follow a verb: ", on 2 March 2026, by e-mail"."""
    on = f"{',' if comma else ''} {on_date(event.on)}" if event.on is not None else ""
    return on + (f", {event.how}" if event.how is not None else "")


def _when_how_missing(event: ConsentEvent | UseInEvidence) -> list[str]:
    missing = []
    if event.on is None:
        missing.append(f"When: {NOT_STATED}.")
    if event.how is None:
        missing.append(f"How: {NOT_STATED}.")
    return missing


def _further(teller: Teller, who: Subject, event: ConsentEvent) -> list[str]:
    """Return what was told and the event's own sentence does not print, the basis last."""
    printed = _PRINTED[event.status]
    answered = ", for ".join(
        teller.answerer(each) for each in (event.answered_by, event.answered_for) if each
    )
    facets = {
        "on": f"When: {event.on}.",
        "how": f"How: {stopped(event.how or '')}",
        "answered_by": f"Who answered: {stopped(answered)}",
        "service": f"Who or what said so: {stopped(event.service or '')}",
        "knew": f"Whether {who.who} knew: {event.knew}.",
        "terms": f"The terms: {quoted_stop(event.terms or '')}",
        "at": f"At: {event.at} of the recording.",
        "then": f"Then the recording {event.then}.",
    }
    if who.child and event.status in _CLAIMS:
        printed |= {"terms", "at", "then"}
    if event.answered_by is None and event.answered_for is not None:
        facets["answered_for"] = f"For whom the answer was given: {stopped(answered)}"
    notes = [
        text
        for facet, text in facets.items()
        if facet not in printed and getattr(event, facet) is not None
    ]
    if event.parent_said is not None or _asks_for_parent(who, event):
        told = event.parent_said
        said = quoted_stop(told) if told is not None else f"{NOT_STATED}."
        notes.append(f"What anyone with parental responsibility said: {said}")
    if event.also_recorded is True:
        notes.append(f"{who.who} also made a recording. It has not been supplied.")
    if event.also_recorded is False:
        notes.append(f"Whether {who.who} also made a recording: no.")
    if event.basis is not None:
        notes.append(f"The basis given: {quoted_stop(event.basis)}")
    return notes


def _asks_for_parent(who: Subject, event: ConsentEvent) -> bool:
    silent = {_Status.MENTIONED_ONLY, _Status.MADE_THE_RECORDING}
    return who.child and event.status not in silent


def use_text(teller: Teller, use: UseInEvidence) -> Text:
    """Return what the declarant says about a person and the use of a recording in evidence."""
    who = teller.subject(use.person)
    main, notes = _use_clause(teller, who, use)
    cited = teller.cite(use.evidence) if use.evidence is not None else None
    if cited is None and use.status in _USE_CLAIMS and not who.child:
        notes = [*notes, "No document is supplied."]
    if use.answered_by is not None and use.status is not UseStatus.REFUSED:
        notes = [*notes, f"Who answered: {stopped(teller.answerer(use.answered_by))}"]
    if use.terms is not None and (who.child or use.status is not UseStatus.AGREED_WITH_CONDITIONS):
        notes = [*notes, f"The terms: {quoted_stop(use.terms)}"]
    return joined((*sentence(main, cited), *(f" {note}" for note in notes)))


_USE_CLAIMS = frozenset({UseStatus.AGREED, UseStatus.AGREED_WITH_CONDITIONS, UseStatus.WITHDREW})


def _use_clause(teller: Teller, who: Subject, use: UseInEvidence) -> _Clause:
    if use.status is UseStatus.REFUSED:
        return _use_refused(teller, who, use)
    if use.status in _USE_CLAIMS:
        return _use_claimed(who, use)
    when = _on_how(use, comma=False)
    if use.status is UseStatus.NOT_KNOWN:
        return f"I do not know whether {who.who} was asked about use in evidence{when}", []
    if use.status is UseStatus.NOT_ASKED:
        return f"{who.opening} was not asked about use in evidence{when}", []
    missing = [] if use.on is not None else [f"When: {NOT_STATED}."]
    return f"{who.opening} was asked about use in evidence{when}; no answer is stated", missing


def _use_claimed(who: Subject, use: UseInEvidence) -> _Clause:
    missing = _when_how_missing(use)
    if who.child:
        main = f"{who.opening} was asked about use in evidence{_on_how(use, comma=False)}"
        return f"{main}; the answer is told as “{use.status}”", [_NO_CHILD_CONSENT, *missing]
    main = f"{who.who} agreed to its use in evidence{_on_how(use)}"
    if use.status is UseStatus.WITHDREW:
        return f"{main}, and withdrew that", missing
    if use.status is UseStatus.AGREED:
        return main, missing
    if use.terms is None:
        return f"{main}, with conditions", [f"The terms: {NOT_STATED}.", *missing]
    return f"{main}, on these terms: “{use.terms}”", missing


def _use_refused(teller: Teller, who: Subject, use: UseInEvidence) -> _Clause:
    main = "a request about use in evidence was refused"
    main += f" {on_date(use.on)}" if use.on is not None else ""
    notes = [] if use.on is not None else [f"When: {NOT_STATED}."]
    if use.answered_by is None:
        notes.append(f"Who answered: {NOT_STATED}.")
    else:
        main += f" by {teller.answerer(use.answered_by)}"
    if use.answered_by != use.person:
        notes.append(f"Whether {who.who} was asked then: {NOT_STATED}.")
    return main + (f", {use.how}" if use.how is not None else ""), notes
