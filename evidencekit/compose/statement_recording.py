# SPDX-License-Identifier: AGPL-3.0-or-later
"""The covering statement's paragraphs about one recording, each one portion of the subject.

Told words that do not fit a sentence are given after a colon or quoted, as they were told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.consent import people_in_order, said_of, use_of
from evidencekit.compose.facts import NOT_STATED, counted, quoted
from evidencekit.compose.plan import Heading
from evidencekit.compose.statement_said import (
    NOT_MINE,
    OF_OTHERS,
    Context,
    Piece,
    Said,
    Source,
    said,
)
from evidencekit.compose.telling import capitalised, on_date, quoted_stop, stopped
from evidencekit.compose.wording import use_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.compose.plan import Run
    from evidencekit.model.material import ReadRecording
    from evidencekit.model.recording import Recording, TranscriptSource
    from evidencekit.model.stated import Stated

__all__ = ["recording_pieces"]


def recording_pieces(of: Context, read: ReadRecording) -> Iterator[Piece]:
    """Yield the paragraphs about one recording, below a heading of their own."""
    recording = read.recording
    name = f"R{read.number}"
    source = Source() if of.made_by_declarant(recording) else Source(own=False, about=NOT_MINE)
    yield Heading(text=f"{name}: {recording.shown_title}", level=2)
    yield said(*_making(of, recording, name), source=source)
    yield said(_reason(of, recording, name), source=source)
    yield said(*_whole(recording, name), source=source)
    yield from _people(of, recording, name, source)
    yield _transcript(of, recording.transcript, name)
    yield said(*_copies(recording, name))
    if read.clips:
        yield _passages(of, read, name)


def _making(of: Context, recording: Recording, name: str) -> list[str | Run]:
    """Say who made a recording, when, where and with what."""
    title = f"{name}, {quoted(recording.shown_title)}"
    moment = recording.recorded_at.value if recording.recorded_at is not None else None
    when = f", {on_date(moment)}" if moment is not None else ""
    if of.made_by_declarant(recording):
        who = f"I made {title}{when}."
    else:
        maker = recording.made_by.value if recording.made_by is not None else None
        told = stopped(of.matter.name_of(maker) or NOT_STATED)
        made = f"{title}, was made {when[2:]}." if when else f"This is about {title}."
        who = f"{made} Who or what made it: {told}"
    missing = [
        label
        for label, told in (
            ("When it was made", moment),
            ("Where it was made", recording.place),
            ("What it was made with", recording.device),
        )
        if told is None
    ]
    described = _described(recording)
    return [who, *described, *(f" {label}: {NOT_STATED}." for label in missing)]


def _reason(of: Context, recording: Recording, name: str) -> str:
    if recording.reason is None:
        return f"Why {name} was made: {NOT_STATED}."
    mine = of.made_by_declarant(recording)
    lead = f"My reason for making {name}" if mine else f"The reason told for making {name}"
    return f"{lead}: {quoted_stop(recording.reason.value)}"


def _people(of: Context, recording: Recording, name: str, source: Source) -> Iterator[Piece]:
    """Say of each person recorded what each was told or asked, in the schedule's sentences."""
    people = people_in_order(recording, of.matter)
    spoken_of = [each for each in people if not _is_declarant_and_maker(of, recording, each)]
    if not spoken_of:
        yield said(f"Who else was recorded in {name}, and what they were told: {NOT_STATED}.")
        return
    for person_id in spoken_of:
        others = source.own and person_id != of.statement.by
        yield said(
            *_about(of, recording, name, person_id),
            source=Source(own=False, about=OF_OTHERS) if others else source,
        )


def _is_declarant_and_maker(of: Context, recording: Recording, person_id: str) -> bool:
    mine = person_id == of.statement.by and of.made_by_declarant(recording)
    return mine and use_of(recording, person_id) is None


def _about(of: Context, recording: Recording, name: str, person_id: str) -> list[str | Run]:
    person = of.matter.person(person_id)
    shown = person.name if person is not None else person_id
    role = f", {person.role}" if person is not None and person.role else ""
    pieces: list[str | Run] = [
        "As to me" if person_id == of.statement.by else f"As to {shown}{role}",
        f", and {name}:",
    ]
    _, texts = said_of(of.teller, recording, person_id)
    for place, text in enumerate(texts):
        pieces += [" ", *(capitalised(text) if place else text)]
    if not texts:
        pieces.append(f" what was said or asked about being recorded: {NOT_STATED}.")
    use = use_of(recording, person_id)
    if use is not None:
        pieces += [" ", *capitalised(use_text(of.teller, use))]
    else:
        pieces.append(f" About use in evidence: {NOT_STATED}.")
    return pieces


def _transcript(of: Context, source: TranscriptSource | None, name: str) -> Said:
    if source is None:
        return said(f"No transcript of {name} is supplied.")
    made = [source.made_by_tool] if source.made_by_tool is not None else []
    made += [of.by(source.made_by)] if source.made_by is not None else []
    words = f"The transcript of {name} was made by {' and '.join(made)}" if made else ""
    corrected = of.by(source.corrected_by) if source.corrected_by is not None else None
    if words and corrected:
        words = f"{words} and corrected by {corrected}."
    elif words:
        words = f"{words}. Whether anyone corrected it: {NOT_STATED}."
    else:
        words = f"Who or what made the transcript of {name}: {NOT_STATED}."
        words += f" It was corrected by {corrected}." if corrected else ""
    if source.before_correction is not None:
        words += " The transcript before correction is kept."
    return said(f"{words} The recording is the evidence; the transcript is an aid to it.")


def _passages(of: Context, read: ReadRecording, name: str) -> Said:
    """Name the clips, each by its sheet in the exhibit."""
    shown = []
    for clip in read.clips:
        pages = of.pages([f"clip:{clip.number}"])
        where = f" ({pages})" if pages is not None else ""
        shown.append(f"clip {clip.number}, {quoted(clip.clip.title)}{where}")
    count = counted(len(shown), "passage")
    return said(f"From {name} I rely on {count}: {'; '.join(shown)}.")


def _described(recording: Recording) -> list[str]:
    """Return where and with what, in the words told."""
    described = []
    if recording.place is not None:
        described.append(f" The place: {stopped(recording.place.value)}")
    if recording.device is not None:
        described.append(f" It was made with: {stopped(recording.device.value)}")
    return described


def _whole(recording: Recording, name: str) -> list[str | Run]:
    """Say whether it is the whole, whether it was edited, and where the whole is to be had."""
    whole = _yes_no(
        recording.whole,
        yes=f"{name} is the whole recording",
        no=f"{name} is not the whole recording",
        unsaid=f"Whether {name} is the whole recording",
    )
    edited = _yes_no(
        recording.edited,
        yes="It has been edited",
        no="It has not been edited",
        unsaid="Whether it has been edited",
    )
    told = recording.whole.value if recording.whole is not None else ""
    part = told.partition(":")[0].strip().casefold() == "no"
    held = "What there is of it" if part else "The whole recording"
    return [f"{whole} {edited} {_where_whole(recording.whole_recording, held)}"]


def _yes_no(stated: Stated[str] | None, *, yes: str, no: str, unsaid: str) -> str:
    """Return the sentence for "yes", "no" or neither, each with its explanation if there is one."""
    answer, _, more = (stated.value if stated is not None else "").partition(":")
    words = {"yes": yes, "no": no}.get(answer.strip().casefold())
    if words is None:
        told = stated.value if stated is not None else NOT_STATED
        return f"{unsaid}: {stopped(told)}"
    return f"{words}: {stopped(more.strip())}" if more.strip() else f"{words}."


def _where_whole(answer: str | None, held: str) -> str:
    kind, _, more = (answer or "").partition(":")
    match kind.strip().casefold():
        case "served":
            # Signed before anything is served: what is to come is not sworn to as done.
            return f"{held} is to be served."
        case "on request":
            return f"{held} can be had on request."
        case "withheld":
            reason = stopped(more.strip() or f"the reason is {NOT_STATED}")
            return f"{held} is withheld: {reason}"
        case _:
            return f"Where the whole recording can be had: {stopped(answer or NOT_STATED)}"


def _copies(recording: Recording, name: str) -> list[str | Run]:
    if recording.copies is None:
        return [f"Where there are copies of {name}: {NOT_STATED}."]
    return [f"Copies of {name} are here: {quoted_stop(recording.copies.value)}"]
