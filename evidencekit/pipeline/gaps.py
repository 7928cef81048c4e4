# SPDX-License-Identifier: AGPL-3.0-or-later
"""What nobody has said yet. Each gap prints as "not stated"; each is a finding for its author."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import asdict

from evidencekit.court.sections import nothing_to_print
from evidencekit.matterfile.init import TO_FILL_IN, UNTITLED
from evidencekit.model.consent import ConsentStatus
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.matter import GENERATED_PARTS
from evidencekit.model.moment import print_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evidencekit.model.custody import CustodyLog
    from evidencekit.model.matter import Matter, Section
    from evidencekit.model.recording import Recording
    from evidencekit.model.stated import Stated

#: What a court asks of every recording (FJC guidance May 2025: why, who, when, edited, whole).
_ASKED = (
    ("recorded_at", "when it was made"),
    ("place", "where it was made"),
    ("made_by", "who made it"),
    ("device", "with what it was made"),
    ("reason", "why it was made"),
    ("whole", "whether it is the whole recording"),
    ("edited", "whether it was edited"),
    ("copies", "who has copies"),
    ("whole_recording", "where the whole recording can be had"),
)


def gaps(matter: Matter) -> tuple[Finding, ...]:
    """Return what is not stated or not known: of the matter, of the statement, then recording by
    recording in printed order.
    """
    return (
        *_left_to_fill_in(matter),
        *_statement(matter),
        *(
            finding
            for recording in matter.recordings_in_order
            for finding in (*_told(recording), *_consent(matter, recording))
        ),
    )


def _left_to_fill_in(matter: Matter) -> Iterator[Finding]:
    """Yield each place of a matter file that `init` wrote and nobody has filled in since."""
    if matter.case.title == UNTITLED:
        yield _place("/case/title", f'"{UNTITLED}" is not a title yet')
    for pointer, text in _texts(asdict(matter), ""):
        if TO_FILL_IN in text:
            yield _place(pointer, f'"{text}" is still to be filled in')
        elif not text.strip("? "):
            yield _place(pointer, "is still to be filled in")


def _place(pointer: str, message: str) -> Finding:
    return Finding(
        code="EK-M014",
        severity=Severity.WARNING,
        subject=pointer,
        message=f"{message}. It is printed as it stands.",
        group="matter",
    )


def _texts(value: object, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a matter with where it stands in the model."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, f"{pointer}/{key}")
    elif isinstance(value, tuple | list):
        for place, each in enumerate(value):
            yield from _texts(each, f"{pointer}/{place}")


def _statement(matter: Matter) -> Iterator[Finding]:
    """Yield what is a marked blank in the draft, for the declarant to complete."""
    statement = matter.statement
    if statement is None or statement.signed is not None:
        return
    person = matter.person(statement.by)
    asked = (
        (statement.words, "own words"),
        (statement.prepared_how, "how it was made"),
        (statement.address, "address"),
        (statement.occupation, "occupation"),
        (person.party if person is not None else None, "party"),
        (statement.exhibit, "exhibit mark"),
        (matter.case.court, "court"),
        (matter.case.number, "case number"),
    )
    missing = [name for told, name in asked if not told]
    if missing:
        yield Finding(
            code="EK-M015",
            severity=Severity.WARNING,
            subject="statement",
            message=f"a marked blank stands in the draft for: {'; '.join(missing)}.",
            group="statement",
        )


def _told(recording: Recording) -> Iterator[Finding]:
    missing = [
        words
        for name, words in _ASKED
        if getattr(stated := getattr(recording, name), "value", stated) in {None, "not stated"}
    ]
    if missing:
        yield Finding(
            code="EK-M004",
            severity=Severity.WARNING,
            subject=recording.id,
            message=f"not stated: {'; '.join(missing)}. Printed as such.",
            group="told",
        )
    if _says(recording.whole, "yes") and _says(recording.edited, "yes"):
        yield Finding(
            code="EK-M018",
            severity=Severity.WARNING,
            subject=recording.id,
            message="is told to be whole and to be edited. Both are printed; say after a colon "
            "what was done.",
            group="told",
        )
    source = recording.transcript
    if source is not None and source.made_by is None and source.made_by_tool is None:
        yield Finding(
            code="EK-M012",
            severity=Severity.WARNING,
            subject=recording.id,
            message="who made the transcript is not stated. Printed as such.",
            group="told",
        )


def _says(stated: Stated[str] | None, answer: str) -> bool:
    return stated is not None and stated.value.partition(":")[0].strip().casefold() == answer


def _consent(matter: Matter, recording: Recording) -> Iterator[Finding]:
    if not recording.consent:
        yield Finding(
            code="EK-C001",
            severity=Severity.WARNING,
            subject=recording.id,
            message="nothing is stated about who was asked, agreed or knew. Printed as such.",
            group="consent",
        )
    for consent in recording.consent:
        if any(event.status is ConsentStatus.NOT_KNOWN for event in consent.events):
            yield Finding(
                code="EK-C003",
                severity=Severity.WARNING,
                subject=f"{recording.id} / {consent.person}",
                message='"not known". Printed as such.',
                group="consent",
            )
    spoken = {person for _, person in recording.transcript.speakers} if recording.transcript else ()
    told = {consent.person for consent in recording.consent}
    for person in sorted(set(spoken) - told):
        if matter.person(person) is not None:
            yield Finding(
                code="EK-C002",
                severity=Severity.WARNING,
                subject=f"{recording.id} / {person}",
                message="speaks in the transcript, and nothing is stated about being recorded.",
                group="consent",
            )


def parts_left_out(matter: Matter, sections: Sequence[Section]) -> tuple[Finding, ...]:
    """Return the parts that the matter gives something to print for and no section names."""
    named = {name for section in sections for name in section.contents}
    return tuple(
        Finding(
            code="EK-K051",
            severity=Severity.WARNING,
            subject="sections",
            message=f'"{part}" is in no section, so the bundle does not hold it.',
            group="completeness",
        )
        for part in GENERATED_PARTS
        if part not in named and part not in nothing_to_print(matter)
    )


def unnamed_intakes(matter: Matter, log: CustodyLog) -> tuple[Finding, ...]:
    """Return a finding if the log does not say who took recordings in: it is asked in court."""
    unnamed = [
        each.id
        for each in matter.recordings_in_order
        if (entry := log.intake_of(each.id)) is not None and entry.entered_by == "not stated"
    ]
    if not unnamed:
        return ()
    return (
        Finding(
            code="EK-M016",
            severity=Severity.WARNING,
            subject=", ".join(unnamed),
            message="who took it in is not stated, and is printed as such: an entry of the "
            "custody log is never changed. Next time, name who does it: intake --by.",
            group="custody",
        ),
    )


def dates_that_disagree(matter: Matter, log: CustodyLog) -> tuple[Finding, ...]:
    """Return a finding if the bundle says it was prepared before an entry of its own custody log.

    Both are printed, so an opponent would see it first.
    """
    prepared = matter.case.prepared_on
    if prepared is None or prepared.on is None or not log.entries:
        return ()
    last = dt.datetime.fromisoformat(log.entries[-1].recorded_at)
    last_day = last.astimezone(ZoneInfo(matter.timezone)).date()
    if last_day <= prepared.on:
        return ()
    return (
        Finding(
            code="EK-M013",
            severity=Severity.WARNING,
            subject="case",
            message=f"prepared_on is {print_date(prepared.on)}, and the custody log's last entry "
            f"is of {print_date(last_day)}. Both are printed.",
            group="told",
        ),
    )
