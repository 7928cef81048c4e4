# SPDX-License-Identifier: AGPL-3.0-or-later
"""The consent schedule: what the declarant says of each person recorded, a row for each event.

Being recorded and use in evidence are two questions in two columns. Whether a recording was open
or covert is worked out from what was told and printed with its reason, below what it rests on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import asdict

from evidencekit.compose.facts import declarant, recording_name
from evidencekit.compose.openness import (
    COVERT_SOURCE,
    Openness,
    PersonOpenness,
    Verdict,
    openness,
    people_recorded,
)
from evidencekit.compose.plan import (
    Align,
    Block,
    Column,
    Heading,
    Manner,
    Paragraph,
    Part,
    Row,
    Run,
    Style,
    Table,
    Text,
    flat,
    plain,
)
from evidencekit.compose.refs import cite_by_label
from evidencekit.compose.telling import Teller, opened
from evidencekit.compose.wording import consent_texts, maker_text, use_text
from evidencekit.model.moment import Moment

if TYPE_CHECKING:
    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Layout
    from evidencekit.model.consent import Consent, UseInEvidence
    from evidencekit.model.material import Material, ReadRecording
    from evidencekit.model.matter import Matter
    from evidencekit.model.recording import Recording

__all__ = [
    "COVERT_SOURCE",
    "ITEM",
    "TITLE",
    "Openness",
    "PersonOpenness",
    "Verdict",
    "consent_part",
    "consent_record",
    "openness",
    "people_in_order",
    "said_of",
    "use_of",
]

ITEM = "part:consent"
TITLE = "Consent schedule"

_NOTHING_SAID = "Not stated."
_COLUMNS = (
    Column(title="Person", share=3),
    Column(title="What is said about being recorded", share=6),
    Column(title="Use in evidence", share=4),
    Column(title="T/F/M", share=0, align=Align.CENTRE),
)


def consent_part(material: Material, profile: Profile, layout: Layout | None) -> Part:
    """Return the schedule, recording by recording in printed order."""
    matter = material.matter
    teller = Teller(matter=matter, cite=cite_by_label(matter, layout))
    # Not a note in grey: what the schedule is not is the first thing to be read.
    head = (Run(text=_head_note(matter), style=Style.ITALIC),)
    blocks: list[Block] = [Paragraph(text=head)]
    for read in material.recordings:
        blocks += [
            Heading(text=recording_name(read)),
            Table(columns=_COLUMNS, rows=_rows(teller, read)),
            _openness_line(matter, read, profile),
        ]
    blocks.append(Paragraph(text=plain(_foot_note(profile)), manner=Manner.SMALL))
    return Part(item=ITEM, title=TITLE, blocks=tuple(blocks))


def _head_note(matter: Matter) -> str:
    return (
        f"This records what {declarant(matter)} has said about each person. It is not a finding "
        "that anyone agreed. Agreeing to be recorded is not agreeing that the recording be used "
        "in court."
    )


def people_in_order(recording: Recording, matter: Matter) -> tuple[str, ...]:
    """Return the ids of everyone the schedule names for a recording: the maker first, then the
    others by id, children last.
    """
    named = {each.person for each in recording.consent}
    named |= {each.person for each in recording.use_in_evidence}
    named |= {each.person for each in people_recorded(recording, matter)}
    # A child is never passed over: what nobody said about a child prints as not stated.
    named |= {each.id for each in matter.people if each.child}
    maker = recording.made_by.value if recording.made_by is not None else None
    if maker is not None and matter.person(maker) is not None:
        named.add(maker)

    def key(person_id: str) -> tuple[bool, bool, str]:
        person = matter.person(person_id)
        return (person_id != maker, person is not None and person.child, person_id)

    return tuple(sorted(named, key=key))


def said_of(
    teller: Teller, recording: Recording, person_id: str
) -> tuple[Consent | None, tuple[Text, ...]]:
    """Return what was told of a person and a recording, and its sentences.

    Who is told as the maker of a recording and nothing else made it: that is a thing told, too.
    """
    consent = next((each for each in recording.consent if each.person == person_id), None)
    if consent is not None and consent.events:
        return consent, consent_texts(teller, consent)
    if recording.made_by is not None and recording.made_by.value == person_id:
        return consent, (maker_text(teller, person_id),)
    return consent, ()


def use_of(recording: Recording, person_id: str) -> UseInEvidence | None:
    """Return what was told of a person and the use of a recording in evidence."""
    return next((each for each in recording.use_in_evidence if each.person == person_id), None)


def _rows(teller: Teller, read: ReadRecording) -> tuple[Row, ...]:
    people = people_in_order(read.recording, teller.matter)
    rows = [row for person in people for row in _person_rows(teller, read.recording, person)]
    if rows:
        return tuple(rows)
    nobody = plain("No person is named.")
    return (Row(cells=(nobody, plain(_NOTHING_SAID), plain(_NOTHING_SAID), plain(""))),)


def _person_rows(teller: Teller, recording: Recording, person_id: str) -> tuple[Row, ...]:
    """Return a row for each event; the name is repeated in grey, for a table cut by a page."""
    _, said = said_of(teller, recording, person_id)
    use = use_of(recording, person_id)
    used = opened(teller, use_text(teller, use)) if use is not None else plain(_NOTHING_SAID)
    texts = [opened(teller, text) for text in said] or [plain(_NOTHING_SAID)]
    rows = []
    for place, text in enumerate(texts):
        told = bool(said) or (place == 0 and use is not None)
        cells = (
            _name(teller.matter, person_id, again=place > 0),
            text,
            used if place == 0 else plain(""),
            plain("T" if told else ""),
        )
        rows.append(Row(cells=cells))
    return tuple(rows)


def _name(matter: Matter, person_id: str, *, again: bool) -> Text:
    person = matter.person(person_id)
    name = person.name if person else person_id
    if again:
        return (Run(text=name, style=Style.GREY),)
    role = f", {person.role}" if person and person.role else ""
    return (
        (Run(text=name, style=Style.BOLD), Run(text=role))
        if role
        else (Run(text=name, style=Style.BOLD),)
    )


def _openness_line(matter: Matter, read: ReadRecording, profile: Profile) -> Paragraph:
    found = openness(read.recording, matter, source=profile.covert_source)
    verdict = found.verdict[:1].upper() + found.verdict[1:]
    return Paragraph(
        text=(
            Run(text=f"Open or covert: {verdict}. ", style=Style.BOLD),
            Run(text=found.reason),
        )
    )


def _foot_note(profile: Profile) -> str:
    source = f" ({profile.covert_source})" if profile.covert_source else ""
    return (
        "Covert means any recording made without the express knowledge and permission of the "
        f"people being recorded{source}. Whether a recording is open or covert is worked out here "
        "from what was told, and from nothing else. T: told."
    )


def consent_record(material: Material, layout: Layout | None) -> list[dict[str, Any]]:
    """Return what `bundle.json` records: what was told, with each sentence as it is printed."""
    matter = material.matter
    teller = Teller(matter=matter, cite=cite_by_label(matter, layout))
    return [
        _recorded(teller, read.recording, person)
        for read in material.recordings
        for person in people_in_order(read.recording, matter)
    ]


def _recorded(teller: Teller, recording: Recording, person_id: str) -> dict[str, Any]:
    consent, said = said_of(teller, recording, person_id)
    use = use_of(recording, person_id)
    in_question = people_recorded(recording, teller.matter)
    found = next((each for each in in_question if each.person == person_id), None)
    events = [_as_told(event) for event in (consent.events if consent else ())]
    if not events and said:
        events = [{"status": "made the recording"}]
    return {
        "recording": recording.id,
        "person": person_id,
        "events": [
            each | {"printed": flat(opened(teller, text))}
            for each, text in zip(events, said, strict=True)
        ],
        "use_in_evidence": None
        if use is None
        else _as_told(use) | {"printed": flat(opened(teller, use_text(teller, use)))},
        "openness": None
        if found is None
        else {"permission": found.permission, "knowledge": found.knowledge},
    }


def _as_told(event: Any) -> dict[str, Any]:
    """Return what was told of an event, as the matter file writes it, without what was not."""
    told = {
        key: value.written if isinstance(value, Moment) else value
        for key, value in asdict(event, recurse=False).items()
        if value is not None and key != "person"
    }
    return {
        key: ("yes" if value else "no") if isinstance(value, bool) else str(value)
        for key, value in told.items()
    }
