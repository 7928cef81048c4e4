# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every status, and the facets that matter to it, against the sentence that is to be printed.

The golden files hold the exact words. EVIDENCEKIT_UPDATE_GOLDEN=1 writes them anew; read the
difference as an opponent would before committing it.
"""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.compose.plan import Run, flat
from evidencekit.compose.refs import cite_by_title
from evidencekit.compose.telling import Teller, on_date, opened, quoted_stop
from evidencekit.compose.wording import consent_texts, use_text
from evidencekit.model.consent import (
    Consent,
    ConsentEvent,
    ConsentStatus,
    Knew,
    UseInEvidence,
    UseStatus,
)
from evidencekit.model.matter import Case, Document, Matter, Statement
from evidencekit.model.moment import Moment
from evidencekit.model.person import Person

GOLDEN = Path(__file__).parents[2] / "golden"
#: Words that no page may print, whatever was told (docs/decisions).
NEVER = re.compile(
    r"obtained|valid|lawful|authentic|proves|proof|tampered|tamper|admissib|consented|gave consent"
    r"|\bhe\b|\bshe\b|\bhis\b|\bher\b",
    re.IGNORECASE,
)
MATTER = Matter(
    case=Case(title="Re E (A Child)"),
    people=(
        Person(id="amara", name="Amara Dean"),
        Person(id="hale", name="Joanna Hale"),
        Person(id="child", name="Ella Dean", child=True),
    ),
    documents=(Document(id="refusal", file="r.pdf", title="Reply refusing", dated="2026-03-02"),),
    statement=Statement(by="amara"),
)
TELLER = Teller(
    matter=MATTER, cite=lambda document: (Run(text="E2", target=f"document:{document}"),)
)
DAY = "2026-03-02"
WORDS_DAY = "in the spring"
BY = "Dana Reeve, team manager"

CASES: dict[ConsentStatus, dict[str, dict[str, object]]] = {
    ConsentStatus.MADE_THE_RECORDING: {
        "nothing more": {},
        "with a basis": {"basis": "I saw the phone on the table."},
    },
    ConsentStatus.AGREED: {
        "nothing more": {},
        "date and manner": {"on": DAY, "how": "by e-mail"},
        "date and manner, with the document": {
            "on": DAY,
            "how": "by e-mail",
            "evidence": "refusal",
        },
        "date only": {"on": DAY},
        "date in words": {"on": WORDS_DAY, "how": "in person"},
        "somebody else answered, and knew": {
            "on": DAY,
            "how": "by telephone",
            "answered_by": BY,
            "answered_for": "the council",
            "knew": Knew.YES,
        },
    },
    ConsentStatus.AGREED_WITH_CONDITIONS: {
        "nothing more": {},
        "terms": {"on": DAY, "how": "by e-mail", "terms": "for my own notes"},
        "terms that are a sentence": {"on": DAY, "how": "by e-mail", "terms": "Not for court."},
        "terms, with the document": {
            "on": DAY,
            "how": "by e-mail",
            "terms": "Not for court.",
            "evidence": "refusal",
        },
    },
    ConsentStatus.REFUSED: {
        "nothing more": {},
        "by whom and for whom, with the document": {
            "on": DAY,
            "answered_by": BY,
            "answered_for": "the council",
            "evidence": "refusal",
        },
        "by the person": {"on": DAY, "answered_by": "hale"},
        "by the declarant": {"on": DAY, "answered_by": "amara"},
        "for whom only": {"on": DAY, "answered_for": "the council", "how": "by letter"},
        "and knew": {"on": DAY, "answered_by": BY, "knew": Knew.YES},
    },
    ConsentStatus.ASKED_NO_ANSWER: {
        "nothing more": {},
        "date and manner": {"on": DAY, "how": "by e-mail"},
        "did not know": {"on": DAY, "knew": Knew.NO},
    },
    ConsentStatus.NOT_ASKED: {
        "nothing more": {},
        "date": {"on": DAY},
        "knew": {"on": DAY, "knew": Knew.YES},
        "did not know": {"on": DAY, "knew": Knew.NO},
        "not known, and also recorded": {
            "on": DAY,
            "knew": Knew.NOT_KNOWN,
            "also_recorded": True,
            "basis": "I saw the phone",
        },
        "also recorded: no": {"on": DAY, "knew": Knew.NOT_KNOWN, "also_recorded": False},
    },
    ConsentStatus.WITHDREW: {
        "nothing more": {},
        "went on": {"on": DAY, "at": "0:41", "then": "went on"},
        "stopped, with the document": {
            "on": DAY,
            "at": "0:41",
            "then": "stopped",
            "evidence": "refusal",
        },
        "no time": {"on": DAY, "then": "stopped"},
    },
    ConsentStatus.NOT_KNOWN: {
        "nothing more": {},
        "knew": {"knew": Knew.YES},
        "on a date": {"on": DAY},
    },
    ConsentStatus.LEFT_THE_MESSAGE: {"nothing more": {}, "with a basis": {"basis": "the voice"}},
    ConsentStatus.TOLD_IT_WAS_RECORDED: {
        "nothing more": {},
        "by a service": {"service": "The council's telephone line"},
        "and knew": {"service": "The council's telephone line", "knew": Knew.YES},
    },
    ConsentStatus.MENTIONED_ONLY: {"nothing more": {}},
    ConsentStatus.HEARD: {
        "nothing more": {},
        "knew": {"knew": Knew.YES},
        "a parent said": {"parent_said": "Her father knew of it."},
    },
}


def _hold(name: str, found: str) -> None:
    """Compare with the golden file, or write it where that is asked for."""
    path = GOLDEN / name
    if os.environ.get("EVIDENCEKIT_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def _event(status: ConsentStatus, facets: dict[str, object]) -> ConsentEvent:
    return ConsentEvent(status=status, **facets)  # type: ignore[arg-type]


def _printed(person: str, *events: ConsentEvent) -> list[str]:
    texts = consent_texts(TELLER, Consent(person=person, events=events))
    return [flat(opened(TELLER, text)) for text in texts]


def test_every_status_has_its_golden_cases() -> None:
    assert set(CASES) == set(ConsentStatus)


@pytest.mark.parametrize("status", list(ConsentStatus))
def test_every_status_prints_its_exact_words(status: ConsentStatus) -> None:
    lines = []
    for person in ("hale", "amara", "child"):
        for name, facets in CASES[status].items():
            (sentence,) = _printed(person, _event(status, facets))
            lines.append(f"[{person}: {name}]\n{sentence}\n")
    slug = re.sub(r"[^a-z]+", "-", status)
    _hold(f"consent/{slug}.txt", "\n".join(lines))


def test_every_use_status_prints_its_exact_words() -> None:
    facets: dict[str, dict[str, object]] = {
        "nothing more": {},
        "date and manner": {"on": DAY, "how": "by e-mail"},
        "everything": {
            "on": DAY,
            "how": "by e-mail",
            "answered_by": BY,
            "terms": "Not in open court.",
            "evidence": "refusal",
        },
    }
    lines = []
    for person, status in itertools.product(("hale", "amara", "child"), UseStatus):
        for name, each in facets.items():
            use = UseInEvidence(person=person, status=status, **each)  # type: ignore[arg-type]
            lines.append(
                f"[{person}: {status}: {name}]\n{flat(opened(TELLER, use_text(TELLER, use)))}\n"
            )
    _hold("consent/use-in-evidence.txt", "\n".join(lines))


def test_a_refusal_that_says_nothing_of_knowing_asks_about_it_once_at_the_end() -> None:
    refused = _event(ConsentStatus.REFUSED, {"on": DAY, "answered_by": BY})
    again = _event(ConsentStatus.REFUSED, {"on": "2026-03-09", "answered_by": BY})
    first, last = _printed("hale", refused, again)
    asked = "Whether Joanna Hale knew that the recording was made: not stated."
    assert asked not in first
    assert last.endswith(asked)


def test_a_later_event_that_speaks_of_knowing_answers_for_the_refusal() -> None:
    refused = _event(ConsentStatus.REFUSED, {"on": DAY})
    not_asked = _event(ConsentStatus.NOT_ASKED, {"knew": Knew.NOT_KNOWN})
    assert not any(
        "that the recording was made" in each for each in _printed("hale", refused, not_asked)
    )


def test_no_document_is_supplied_is_said_only_where_agreement_is_claimed() -> None:
    said = {
        status
        for status in ConsentStatus
        if "No document is supplied." in _printed("hale", _event(status, {}))[0]
    }
    assert said == {
        ConsentStatus.AGREED,
        ConsentStatus.AGREED_WITH_CONDITIONS,
        ConsentStatus.WITHDREW,
    }


def test_a_cited_document_is_a_link_to_its_item() -> None:
    event = _event(ConsentStatus.REFUSED, {"evidence": "refusal"})
    (text,) = consent_texts(TELLER, Consent(person="hale", events=(event,)))
    assert [run for run in text if run.target] == [Run(text="E2", target="document:refusal")]


def test_a_statement_cites_the_document_by_title_and_date() -> None:
    cited = cite_by_title(MATTER)
    assert flat(cited("refusal")) == "“Reply refusing”, dated 2 March 2026"
    assert flat(cited("a letter I no longer have")) == "a letter I no longer have"


def test_without_a_statement_the_declarant_is_not_named() -> None:
    matter = Matter(case=Case(title="Re E"), people=MATTER.people)
    teller = Teller(matter=matter, cite=TELLER.cite)
    event = _event(ConsentStatus.MADE_THE_RECORDING, {})
    (text,) = consent_texts(teller, Consent(person="amara", events=(event,)))
    assert flat(opened(teller, text)) == "The declarant says: Amara Dean made this recording."


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("2026-03-02", "on 2 March 2026"),
        ("2026-03-02T14:05:00+00:00", "on 2 March 2026 at 14:05"),
        ("13 March 2026, in the afternoon", "on 13 March 2026, in the afternoon"),
        ("in the spring", "at a time told as “in the spring”"),
    ],
)
def test_dates_read_as_part_of_a_sentence(written: str, printed: str) -> None:
    assert on_date(Moment.of(written)) == printed


def test_quoted_words_keep_their_own_full_stop() -> None:
    assert quoted_stop("I said no.") == "“I said no.”"
    assert quoted_stop("I said no") == "“I said no”."


_PLAIN = st.text(alphabet="abc XYZ,.'", min_size=1, max_size=20)


@st.composite
def _events(draw: st.DrawFn) -> ConsentEvent:
    optional = {
        "on": st.sampled_from([DAY, WORDS_DAY]),
        "how": _PLAIN,
        "answered_by": st.one_of(_PLAIN, st.sampled_from(["amara", "hale"])),
        "answered_for": _PLAIN,
        "knew": st.sampled_from(Knew),
        "terms": _PLAIN,
        "evidence": st.just("refusal"),
        "basis": _PLAIN,
        "at": st.just("0:41"),
        "then": st.sampled_from(["stopped", "went on"]),
        "parent_said": _PLAIN,
        "service": _PLAIN,
        "also_recorded": st.booleans(),
    }
    facets = {name: draw(values) for name, values in optional.items() if draw(st.booleans())}
    return ConsentEvent(status=draw(st.sampled_from(ConsentStatus)), **facets)  # type: ignore[arg-type]


@given(_events(), st.sampled_from(["hale", "amara", "child"]))
def test_every_word_that_was_told_is_printed_and_no_forbidden_one_is(
    event: ConsentEvent, person: str
) -> None:
    (sentence,) = _printed(person, event)
    assert sentence.startswith("Amara Dean says: ")
    for told in (event.how, event.terms, event.basis, event.at, event.then, event.service):
        assert told is None or told in sentence
    assert event.parent_said is None or event.parent_said in sentence
    assert event.knew is None or f": {event.knew}." in sentence
    assert event.on is None or str(event.on) in sentence
    assert event.evidence is None or "(E2)" in sentence
    assert event.answered_for is None or event.answered_for in sentence
    if event.answered_by is not None and event.answered_by not in {"amara", "hale"}:
        assert event.answered_by in sentence
    assert event.also_recorded is None or "also made a recording" in sentence
    assert not NEVER.search(sentence)


@given(_events())
def test_a_child_s_answer_is_never_printed_as_agreement(event: ConsentEvent) -> None:
    (sentence,) = _printed("child", event)
    for verb in ("Ella Dean agreed", "Ella Dean, a child, agreed"):
        assert verb not in sentence
    claims = {
        ConsentStatus.AGREED,
        ConsentStatus.AGREED_WITH_CONDITIONS,
        ConsentStatus.WITHDREW,
    }
    assert (event.status in claims) == ("not set down here as a child’s consent" in sentence)
