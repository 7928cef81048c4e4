# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts as they are printed: with their standing, and "not stated" where nobody said.

Figures are worked out in integers, so that the same material prints the same on any machine.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from evidencekit.compose.plan import Detail, Run, Style, Text, plain
from evidencekit.model.moment import print_date, print_time
from evidencekit.model.stated import Standing, Stated
from evidencekit.model.timecode import format_media_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evidencekit.model.material import Material, ReadRecording
    from evidencekit.model.matter import Matter
    from evidencekit.model.recording import TranscriptSource
    from evidencekit.model.transcript import Transcript

NOT_STATED = "not stated"


def declarant(matter: Matter) -> str:
    """Return the name of who makes the statement."""
    by = matter.name_of(matter.statement.by) if matter.statement else None
    return by or "the declarant"


def told_detail(matter: Matter, name: str, stated: Stated[str] | None) -> Detail:
    """Return a told fact as a line, in the words it was told in."""
    if stated is None:
        return Detail(label=name, text=plain(NOT_STATED))
    return stated_detail(matter, name, stated)


def stated_detail(matter: Matter, name: str, stated: Stated[str], *, lead: str = "") -> Detail:
    """Return a fact as a line. Who told it is named where it is not the declarant."""
    text = f"{lead}{stated.value}"
    teller = stated.by if stated.standing is Standing.TOLD else None
    if teller and (matter.statement is None or teller != matter.statement.by):
        text = f"{text} (told by {matter.name_of(teller)})"
    return Detail(label=name, text=plain(text), standing=stated.standing.letter)


def with_name(matter: Matter, stated: Stated[str] | None) -> Stated[str] | None:
    """Return a fact that names a person by id with the person's name in its place."""
    if stated is None:
        return None
    return Stated(
        value=matter.name_of(stated.value) or stated.value,
        standing=stated.standing,
        by=stated.by,
        source=stated.source,
    )


def measured_detail(name: str, text: str | Text) -> Detail:
    """Return something measured as a line."""
    return Detail(label=name, text=plain(text) if isinstance(text, str) else text, standing="M")


def mono(text: str) -> Text:
    """Return a digest as it is printed."""
    return (Run(text=text, style=Style.MONO),)


def quoted(text: str) -> str:
    """Return *text* in quotation marks."""
    return f"\u201c{text}\u201d"


def listed(words: Iterable[str]) -> str:
    """Return words as a list in a sentence: "a, b and c"."""
    *before, last = [*words] or [""]
    return f"{', '.join(before)} and {last}" if before else last


def channels_chosen(chosen: tuple[int, ...], channels: int) -> str:
    """Return the channels chosen, in their order, with the names that two of them have."""
    stereo = channels == 2  # noqa: PLR2004
    names = {1: " (left)", 2: " (right)"} if stereo else {}
    numbers = [f"{each}{names.get(each, '')}" for each in chosen]
    if len(chosen) == 1:
        return f"channel {chosen[0]} of {channels}{names.get(chosen[0], '')} alone"
    return f"channels {listed(numbers)} of {channels}, in that order"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 clip", "1,234 clips"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def seconds_of_ms(ms: int) -> str:
    """Return a length in seconds to the millisecond: "19.500 s"."""
    return f"{ms // 1000:,}.{ms % 1000:03} s"


def where_whole(told: str | None) -> str:
    """Return where the whole recording is to be had. Nothing is served yet when pages are set."""
    return "to be served" if told == "served" else (told or NOT_STATED)


def short_time(ms: int) -> str:
    """Return a time in a recording to the tenth of a second, rounded down: "0:12.4"."""
    return format_media_time(ms)[:-2]


def recording_name(read: ReadRecording) -> str:
    """Return a recording's number and title: "R1, Home visit"."""
    return f"R{read.number}, {read.recording.shown_title}"


def item_name(material: Material, recording_id: str) -> str:
    """Return a recording's number and title for its id; an id that is not known stays as it is."""
    read = material.recording(recording_id)
    return recording_name(read) if read else recording_id


def transcript_makers(matter: Matter, source: TranscriptSource) -> str:
    """Say who or what made a transcript and who corrected it, or return nothing if nobody said."""
    made = [
        each for each in (source.made_by_tool, matter.name_of(source.made_by)) if each is not None
    ]
    words = [f"made by {' and '.join(made)}"] if made else []
    if source.corrected_by is not None:
        words.append(f"corrected by {matter.name_of(source.corrected_by)}")
    return " and ".join(words)


def transcript_aid(matter: Matter, source: TranscriptSource) -> str:
    """Say what a transcript is to the recording."""
    makers = transcript_makers(matter, source)
    if not makers:
        return (
            f"The recording is the evidence; the transcript is an aid. Who made it: {NOT_STATED}."
        )
    return f"The recording is the evidence; the transcript is an aid {makers}."


def draft_warning(source: TranscriptSource, transcript: Transcript | None) -> str:
    """Say that a transcript is a machine's draft, until somebody is named who corrected it."""
    if transcript is None or transcript.draft is None or source.corrected_by is not None:
        return ""
    return (
        f"Machine draft, not checked: made by {transcript.draft}. Nobody is named who corrected it."
    )


def local_time(recorded_at: str, timezone: str) -> str:
    """Write a time of the custody log in the matter's zone, with UTC beside it."""
    at = dt.datetime.fromisoformat(recorded_at)
    local = at.astimezone(ZoneInfo(timezone))
    utc_time = at.astimezone(dt.UTC)
    if not local.utcoffset():
        return f"{print_time(local)} {local.tzname()}"
    day = "" if utc_time.date() == local.date() else f"{print_date(utc_time.date())}, "
    return f"{print_time(local)} {local.tzname()} ({day}{utc_time:%H:%M:%S} UTC)"


def local_date(recorded_at: str, timezone: str) -> str:
    """Write the date of a time of the custody log in the matter's zone."""
    return print_date(dt.datetime.fromisoformat(recorded_at).astimezone(ZoneInfo(timezone)).date())
