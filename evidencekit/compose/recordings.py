# SPDX-License-Identifier: AGPL-3.0-or-later
"""The schedule of all recordings held, used or not.

What was told stands beside what the file says and what was measured. They are never merged: where
a told time and the file's own differ, both are printed, with the words that the difference has not
been explained.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from evidencekit.compose.clips import clip_item
from evidencekit.compose.corrections import corrections, summary
from evidencekit.compose.facts import (
    NOT_STATED,
    channels_chosen,
    counted,
    declarant,
    draft_warning,
    listed,
    local_time,
    measured_detail,
    mono,
    recording_name,
    seconds_of_ms,
    stated_detail,
    told_detail,
    transcript_makers,
    where_whole,
    with_name,
)
from evidencekit.compose.labels import label
from evidencekit.compose.others import other_recordings
from evidencekit.compose.plan import (
    Block,
    Detail,
    Details,
    Heading,
    Manner,
    Paragraph,
    Part,
    Run,
    Text,
    plain,
)
from evidencekit.model.moment import Moment
from evidencekit.model.stated import Standing, Stated
from evidencekit.model.timecode import format_media_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Layout
    from evidencekit.model.clip import Fact
    from evidencekit.model.material import Material, ReadRecording
    from evidencekit.model.matter import Matter

ITEM = "part:recordings"
TITLE = "Schedule of all recordings held"

#: What names a fact of the file that is never printed: where the recording was made.
LOCATION_WORDS = ("location", "iso6709", "gps", "latitude", "longitude")

#: The line that a fact stands in, and the words before it; others stand under "Also".
_SHOWN_AS = {
    "length in the header": ("Length it states", "in its header: "),
    "length, second reading": ("Length it states", "as a second program reads it: "),
    "start time in the file": ("Start it states", ""),
    "format, second reading": ("Format", "as a second program reads it: "),
    "samples of a clip": ("Samples in clips", ""),
    "encoder delay": ("Encoder delay", ""),
    "peak level": ("Peak level", ""),
    "average level": ("Average level", ""),
    "silence": ("Silence", ""),
    "full scale": ("Full scale", ""),
}

_DIFFERENT = "The difference has not been explained."
_NOT_COMPARED = "The two were not compared, because one is not an exact date or time."
_PLACE_KEPT_BACK = "The file holds a location. It is not printed here."


def recordings_part(material: Material, profile: Profile, layout: Layout | None) -> Part:
    """Return the schedule: every recording with its facts, then those held and not used."""
    del profile
    intro = (
        f"T: told, in the words of {declarant(material.matter)} unless somebody else is named. "
        "F: read from the file; whoever has a file can change what it says. "
        f"M: measured by {material.software}. \u201c{NOT_STATED}\u201d: nobody said. "
        "The length that a file states, which players show, may differ a little from what can be "
        "decoded of it; clips are counted in what was decoded."
    )
    blocks: list[Block] = [Paragraph(text=plain(intro), manner=Manner.NOTE)]
    if not material.recordings:
        blocks.append(Paragraph(text=plain("No recording is held in this matter.")))
    for read in material.recordings:
        number = f"R{read.number}"
        blocks.append(Heading(text=f"{number}: {read.recording.shown_title}", anchor=number))
        blocks.append(Details(rows=recording_details(material, read, layout)))
        blocks.extend(corrections(read))
    blocks.extend(other_recordings(material.matter))
    return Part(item=ITEM, title=TITLE, blocks=tuple(blocks))


def recording_details(
    material: Material, read: ReadRecording, layout: Layout | None
) -> tuple[Detail, ...]:
    """Return all facts about one recording, told before read before measured."""
    return (
        *_told(material.matter, read),
        *_transcript(material.matter, read),
        *_measured(read),
        *_chosen(material.matter, read),
        *_format(material.matter, read),
        *_file_also_says(material.matter, read),
        *_held(material, read),
        Detail(label="Clips", text=_clips(read, layout)),
    )


def _told(matter: Matter, read: ReadRecording) -> tuple[Detail, ...]:
    recording = read.recording
    whole = recording.whole_recording
    return (
        *recorded_at(matter, read),
        told_detail(matter, "Place", recording.place),
        *_location(read),
        told_detail(matter, "Made by", with_name(matter, recording.made_by)),
        *_device(matter, read),
        told_detail(matter, "Why it was made", recording.reason),
        told_detail(matter, "Is it whole", recording.whole),
        told_detail(matter, "Was it edited", recording.edited),
        told_detail(
            matter, "Where the whole is", Stated(value=where_whole(whole)) if whole else None
        ),
        told_detail(matter, "Copies", recording.copies),
    )


def recorded_at(matter: Matter, read: ReadRecording) -> tuple[Detail, ...]:
    """Return the told time beside every time of making that the file states."""
    name = "Recorded at"
    told = read.recording.recorded_at
    said = _facts(read, _is_time)
    words = (
        None
        if told is None
        else Stated(value=str(told.value), standing=told.standing, by=told.by, source=told.source)
    )
    rows = [told_detail(matter, name, words)]
    rows.extend(_file_says(name, each, named=len(said) > 1) for each in said)
    if told is not None and said:
        verdicts = {_compare(told.value, each.stated.value, matter.timezone) for each in said}
        if False in verdicts:
            rows.append(Detail(label=name, text=plain(_DIFFERENT)))
        elif True not in verdicts:
            rows.append(Detail(label=name, text=plain(_NOT_COMPARED)))
    return tuple(rows)


def _compare(told: Moment, said: str, timezone: str) -> bool | None:
    """Return whether a told moment and a file's time are the same, None where nobody can say.

    A told time is taken to be as exact as it is written: to the day, the minute or the second.
    """
    file = Moment.of(said)
    if told.on is None or file.on is None:
        return True if told.written == said else None
    exact = file.at
    if told.at is None or exact is None:
        day = exact.astimezone(ZoneInfo(timezone)).date() if exact else file.on
        return told.on == day
    unit = dt.timedelta(seconds=1) if told.at.second else dt.timedelta(minutes=1)
    return told.at <= exact < told.at + unit


def _device(matter: Matter, read: ReadRecording) -> tuple[Detail, ...]:
    said = [_file_says("Device", fact, named=True) for fact in _facts(read, _is_device)]
    return (told_detail(matter, "Device", read.recording.device), *said)


def _location(read: ReadRecording) -> tuple[Detail, ...]:
    """Say that the file holds a location, without printing it: it may be a protected address."""
    if not _facts(read, _is_location):
        return ()
    return (Detail(label="Place", text=plain(_PLACE_KEPT_BACK), standing="F"),)


def _file_says(name: str, fact: Fact, *, named: bool) -> Detail:
    """Return what the file says; the name of its field where one alone would not be understood."""
    field = f" ({fact.name})" if named else ""
    return Detail(
        label=name,
        text=plain(f"The file says: {fact.stated.value}{field}."),
        standing=fact.stated.standing.letter,
    )


def _transcript(matter: Matter, read: ReadRecording) -> tuple[Detail, ...]:
    name, source = "Transcript", read.recording.transcript
    if source is None:
        return (Detail(label=name, text=plain("none supplied")),)
    makers = transcript_makers(matter, source)
    rows = [
        Detail(
            label=name,
            text=plain(makers or f"who made it: {NOT_STATED}"),
            standing="T" if makers else "",
        )
    ]
    if draft := draft_warning(source, read.transcript):
        rows.append(Detail(label=name, text=plain(draft), standing="F"))
    if source.before_correction is not None:
        kept = "the transcript as it was before correction is held"
        rows.append(Detail(label=name, text=plain(kept), standing="T"))
    if read.difference is not None:
        rows.append(measured_detail(name, summary(read.difference)))
    return tuple(rows)


def _measured(read: ReadRecording) -> tuple[Detail, ...]:
    found = read.measurement
    length = (
        f"{format_media_time(found.length_ms)} ({seconds_of_ms(found.length_ms)}; "
        f"{counted(found.sample_count, 'sample')} at {found.sample_rate:,} a second)"
    )
    errors = (
        f"{counted(found.decode_errors, 'error')} in decoding; the length counts only what was "
        "decoded"
        if found.decode_errors
        else "no errors in decoding"
    )
    return (
        measured_detail("Length", length),
        measured_detail("Channels", str(found.channels)),
        measured_detail("Decoded with", str(found.decoder)),
        measured_detail("Decoded with", errors),
    )


def _chosen(matter: Matter, read: ReadRecording) -> tuple[Detail, ...]:
    """Say which track and channel are used: those chosen, or the first and all of them."""
    found, recording = read.measurement, read.recording
    rows = []
    if found.tracks > 1:
        name = "Audio track"
        if recording.track is None:
            used = f"the first of {found.tracks}: none was chosen, and tracks are never mixed"
            rows.append(measured_detail(name, used))
        else:
            chosen = Stated(value=f"{recording.track} of {found.tracks}, as chosen")
            rows.append(told_detail(matter, name, chosen))
    if recording.channels:
        held = f"{channels_chosen(recording.channels, found.channels)}, as chosen"
        rows.append(told_detail(matter, "Clips hold", Stated(value=held)))
    return tuple(rows)


def _same(material: Material, read: ReadRecording) -> tuple[Detail, ...]:
    """Say which other recordings are the same file, or hold the same sound in another."""
    rows = []
    if same := material.same_file(read):
        names = listed(recording_name(each) for each in same)
        rows.append(measured_detail("Same file", f"byte for byte the same as {names}"))
    if same := material.same_samples(read):
        names = listed(recording_name(each) for each in same)
        words = (
            f"sample for sample the same as {names}, which "
            f"{'is another file' if len(same) == 1 else 'are other files'}, as when a program "
            "rewrites a file\u2019s tags"
        )
        rows.append(measured_detail("Same sound", words))
    return tuple(rows)


def _format(matter: Matter, read: ReadRecording) -> tuple[Detail, ...]:
    """Return container and codec as the file states them, or else as the decoder took them."""
    said = tuple(
        stated_detail(matter, name, fact.stated)
        for name in ("Container", "Codec")
        for fact in read.measurement.facts
        if fact.name == name.lower()
    )
    found = read.measurement.decoder
    return said or (measured_detail("Codec", f"{found.name}, in {found.container}"),)


def _file_also_says(matter: Matter, read: ReadRecording) -> tuple[Detail, ...]:
    """Return what else the file says or was measured, so that nothing found is kept back."""
    rest = [
        (*_SHOWN_AS.get(fact.name, ("Also", f"{fact.name}: ")), fact.stated)
        for fact in read.measurement.facts
        if fact.name not in {"container", "codec"}
        and not (_is_time(fact) or _is_device(fact) or _is_location(fact))
    ]
    order = [*dict.fromkeys(name for name, _ in _SHOWN_AS.values()), "Also"]
    return tuple(
        stated_detail(matter, name, stated, lead=lead)
        for name, lead, stated in sorted(rest, key=lambda each: order.index(each[0]))
    )


def _held(material: Material, read: ReadRecording) -> tuple[Detail, ...]:
    rows = [
        measured_detail("File", f"{read.file_name}, {counted(read.size, 'byte')}"),
        measured_detail("SHA-256", mono(read.digest.value)),
    ]
    entry = material.log.intake_of(read.recording.id)
    if entry is not None:
        when = local_time(entry.recorded_at, material.matter.timezone)
        rows.append(measured_detail("Taken in", f"{when}, entry {entry.seq} of the custody log"))
    return (*rows, *_same(material, read))


def _clips(read: ReadRecording, layout: Layout | None) -> Text:
    if not read.clips:
        return plain("none: this recording is held and no clip of it is used")
    runs: list[Run] = []
    for clip in read.clips:
        item = clip_item(clip.number)
        runs.append(Run(text=", " if runs else ""))
        runs.append(Run(text=f"Clip {clip.number} ({label(layout, item)})", target=item))
    return tuple(run for run in runs if run.text)


def _facts(read: ReadRecording, kind: Callable[[Fact], bool]) -> tuple[Fact, ...]:
    return tuple(fact for fact in read.measurement.facts if kind(fact))


def _is_time(fact: Fact) -> bool:
    return _file_names(fact, ("creat", "originat", "date"))


def _is_device(fact: Fact) -> bool:
    return _file_names(fact, ("make", "model", "manufacturer", "device"))


def _is_location(fact: Fact) -> bool:
    return _file_names(fact, LOCATION_WORDS)


def _file_names(fact: Fact, words: tuple[str, ...]) -> bool:
    """Return whether a fact that the file states is named by one of *words*.

    Containers have no common names: "creation_time", "com.apple.quicktime.creationdate".
    """
    name = f"{fact.name} {fact.stated.source or ''}".lower()
    return fact.stated.standing is Standing.FILE and any(word in name for word in words)
