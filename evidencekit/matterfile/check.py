# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a schema cannot see: ids, sections, files, times and protected names, each against the rest.

Every check runs over the whole document, valid or not, and finds all that is wrong.
"""

from __future__ import annotations

import unicodedata
import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Any

from evidencekit.matterfile import references
from evidencekit.matterfile.explain import UNKNOWN_ID, Complaint
from evidencekit.matterfile.moments import DEFAULT_ZONE, is_moment, moment_in, zone_named
from evidencekit.matterfile.names import protected_names
from evidencekit.matterfile.pointer import Path, place
from evidencekit.matterfile.references import ALL_DOCUMENTS, CONFLICT
from evidencekit.matterfile.suggest import did_you_mean
from evidencekit.matterfile.told import Part, Told, texts
from evidencekit.model.channels import CHANNEL_NAMES
from evidencekit.model.matter import GENERATED_PARTS
from evidencekit.model.moment import LocalTimeUnclear
from evidencekit.model.timecode import parse_media_time

PROTECTED_NAME = "EK-M008"


def check(document: Mapping[str, Any]) -> tuple[Complaint, ...]:
    """Return everything in a matter document that does not agree with the rest of it."""
    told = Told(document)
    return tuple(complaint for rule in _RULES for complaint in rule(told))


def _conflict(path: Path, message: str) -> Complaint:
    return Complaint(path=path, code=CONFLICT, message=message)


def _sections(told: Told) -> Iterator[Complaint]:
    """Find what stands in no section or in two, and what is nothing."""
    if not told.ids("sections"):
        return
    known = (*GENERATED_PARTS, ALL_DOCUMENTS, *told.ids("documents"))
    seen: dict[str, Path] = {}
    for section in told.by_id("sections", "title"):
        for path, name in texts(section, "contents"):
            if name not in known:
                quoted = told.scrubber.quote(name)
                suggestion = did_you_mean(name, [told.scrubber.path(each) for each in known])
                message = f"{quoted} is neither a document's id nor a part.{suggestion}"
                yield Complaint(path=path, code=UNKNOWN_ID, message=message)
            elif name in seen:
                first = told.scrubber.path(place(seen[name]))
                yield _conflict(path, f"{told.scrubber.quote(name)} is listed already, at {first}.")
            seen.setdefault(name, path)
    withheld = told.withheld()
    documents = [
        each for each in told.ids("documents") if ALL_DOCUMENTS not in seen and each not in withheld
    ]
    for name in (*_wanted(told), *documents):
        if name not in seen:
            quoted = told.scrubber.quote(name)
            message = f"{quoted} is in no section. Add it to the contents of one"
            rest = f', or add "{ALL_DOCUMENTS}", which stands for all documents not listed'
            yield _conflict(("sections",), f"{message}{rest if name in documents else ''}.")


def _wanted(told: Told) -> Iterator[str]:
    """Yield the parts that this matter will have."""
    if "statement" in told.document:
        yield "statement"
    if told.ids("recordings"):
        yield "recordings"
        if next(told.clips(), None) is not None:
            yield "clips"
        yield from ("consent", "custody", "coverage")
    if next(told.disputed(), None) is not None:
        yield "minutes comparison"


def _files(told: Told) -> Iterator[Complaint]:
    """Find files that are named twice."""
    seen: dict[str, Path] = {}
    for path, name in _paths(told):
        same = unicodedata.normalize("NFC", name).casefold()
        if same in seen:
            first = told.scrubber.path(place(seen[same]))
            yield _conflict(path, f"names the same file as {first}. Each file is named once.")
        seen.setdefault(same, path)


def _channels(told: Told) -> Iterator[Complaint]:
    """Find channels that a recording names twice, also by name and by number."""
    for recording in told.recordings():
        given = recording.table.get("channel")
        listed = given if isinstance(given, list) else []
        seen: list[object] = []
        for index, each in enumerate(listed):
            number = CHANNEL_NAMES.get(each, each) if isinstance(each, str) else each
            if number in seen and each not in listed[:index]:  # the schema sees the same word twice
                message = f"channel {number} is in the list already, under its other name."
                yield _conflict((*recording.path, "channel", index), message)
            seen.append(number)


def _paths(told: Told) -> Iterator[tuple[Path, str]]:
    statement = told.one("statement", "by")
    keys = ("file", "before_correction", "signed")
    parts = (
        *told.recordings(),
        *told.transcripts(),
        *told.by_id("documents", "file"),
        *((statement,) if statement else ()),
    )
    for part in parts:
        for key in keys:
            if (name := part.text(key)) is not None:
                yield part.at(key), name


def _times(told: Told) -> Iterator[Complaint]:
    """Find times that nobody could place."""
    name = told.document.get("timezone", DEFAULT_ZONE)
    zone = zone_named(name) if isinstance(name, str) else None
    if zone is None:
        if isinstance(name, str):
            suggestion = did_you_mean(name, sorted(zoneinfo.available_timezones()))
            message = f"{told.scrubber.quote(name)} is not the name of a time zone.{suggestion}"
            yield _conflict(("timezone",), message)
        zone = zoneinfo.ZoneInfo(DEFAULT_ZONE)
    for path, text in _moments((), told.document):
        try:
            moment_in(text, zone)
        except LocalTimeUnclear as error:
            yield _conflict(path, f"{error}.")
        except ValueError:
            message = (
                f"{told.scrubber.quote(text)} is no date or time. Write 2026-03-11, "
                "2026-03-11T14:05:00, or words."
            )
            yield _conflict(path, message)


def _moments(path: Path, value: object) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str) and is_moment(path):
        yield path, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _moments((*path, key), each)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _moments((*path, index), each)


def _spans(told: Told) -> Iterator[Complaint]:
    """Find passages that end where they start, or before."""
    for part in (*told.clips(), *told.comparisons()):
        start, end = part.text("from"), part.text("to")
        try:
            if start is None or end is None or parse_media_time(start) < parse_media_time(end):
                continue
            same = parse_media_time(start) == parse_media_time(end)
        except ValueError:
            continue  # the schema says which
        kind = "is of zero length" if same else "ends before it starts"
        yield _conflict(part.at("to"), f"the passage {start} to {end} {kind}. Correct its times.")


def _words_of_clips(told: Told) -> Iterator[Complaint]:
    """Find clips that name words, of recordings whose words nobody has written down."""
    with_transcript = {part.path[:2] for part in told.transcripts()}
    for part in told.clips():
        for key in ("quote", "first_words", "last_words"):
            if part.text(key) is not None and part.path[:2] not in with_transcript:
                way_on = "Name its transcript, or give from and to instead."
                message = f"this recording has no transcript to find these words in. {way_on}"
                yield _conflict(part.at(key), message)


def _encodings(told: Told) -> Iterator[Complaint]:
    """Find transcripts in an encoding that does not exist."""
    for part in told.transcripts():
        if (name := part.text("encoding")) is None:
            continue
        try:
            "a".encode(name)
        except (LookupError, ValueError):
            message = (
                f"{told.scrubber.quote(name)} is not the name of a character encoding, such as "
                '"cp1252".'
            )
            yield _conflict(part.at("encoding"), message)


def _protected(told: Told) -> Iterator[Complaint]:
    """Find a child's name where it would reach a log, a title or the name of a file."""
    children = protected_names(told.document)
    for what, path, text in _public(told) if children else ():
        for child in children:
            if child.is_in(text):
                if path == ("people", child.id):
                    message = (
                        "this id is a name of the child, and ids reach logs and file names. Choose "
                        "another id, such as child, here and wherever this one stands."
                    )
                    yield Complaint(path=path, code=PROTECTED_NAME, message=message)
                    continue
                message = (
                    f"{what} contains a name of the child {told.scrubber.quote(child.id)}. "
                    "Such words reach logs and file names: use initials, or other words."
                )
                yield Complaint(path=path, code=PROTECTED_NAME, message=message)


def _public(told: Told) -> Iterator[tuple[str, Path, str]]:
    """Yield every id, title and path of the matter."""
    for table in ("people", "recordings", "documents"):
        for name in told.ids(table):
            yield "this id", (table, name), name
    case = told.one("case", "title")
    titled: tuple[Part, ...] = (
        *((case,) if case else ()),
        *told.recordings(),
        *told.clips(),
        *told.by_id("documents", "file"),
        *told.by_id("sections", "title"),
    )
    for part in titled:
        if (title := part.text("title")) is not None:
            yield "this title", part.at("title"), title
    for path, name in _paths(told):
        yield "this path", path, name


_RULES = (
    references.misplaced,
    references.reserved,
    references.unknown_ids,
    references.nearly_ids,
    references.withheld,
    _channels,
    _sections,
    _files,
    _times,
    _spans,
    _words_of_clips,
    _encodings,
    _protected,
)
