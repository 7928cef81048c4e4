# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the record says and the bundle's pages must say too, item by item.

What was told and found stands in the record for programs and on the pages for people; a change of
one alone shows here. Nothing is said of how it is printed: only that it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.model.bundle import DRAFT_MARK
from evidencekit.model.moment import Moment
from evidencekit.model.timecode import format_media_time, samples_to_ms
from evidencekit.verifier.record import number, rows, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TOLD = ("place", "device", "reason", "whole", "edited", "copies")
#: What the front sheet calls what was told of the case.
_FRONT = {
    "court": "Court:",
    "number": "",
    "hearing_on": "Hearing:",
    "whose": "Whose bundle",
    "prepared_by": "Prepared by",
    "prepared_on": "Prepared on",
}
#: What the schedule of recordings calls what was told of one.
_LABELS = {
    "recorded_at": "Recorded at",
    "place": "Place",
    "made_by": "Made by",
    "device": "Device",
    "reason": "Why it was made",
    "whole": "Is it whole",
    "edited": "Was it edited",
    "copies": "Copies",
}
_NOT_STATED = "not stated"
_NO_TRANSCRIPT = "No transcript of this clip is supplied"
_NO_WORDS = "The transcript has no words in this clip"
_LETTERS = {"told": "T", "file": "F", "measured": "M"}


@frozen
class Fact:
    """Something that must be printed: on the pages of `item`, as one of `printed`.

    `subject` is the id of what it is about, and `what` names it in a finding. It must be printed
    as often as `times` says.
    """

    subject: str
    what: str
    item: str
    printed: tuple[str, ...]
    times: int = 1


def facts(record: Mapping[str, Any]) -> Iterator[Fact]:
    """Yield all that the pages must say."""
    names = _names(record)
    yield from _of_case(record)
    yield from _of_nothing_stated(record)
    yield from _of_statement(record)
    for each in rows(record, "recordings"):
        yield from _of_recording(record, each, names)
    yield from _of_nothing_told(record)
    for each in rows(record, "clips"):
        yield from _of_clip(each, names)
    yield from _of_consent(record, names)
    yield from _of_coverage(record)
    yield from _of_others(record)
    yield from _of_placeholders(record)


def _names(record: Mapping[str, Any]) -> dict[str, str]:
    """Return people's names by id. A served copy has the id of a child whose name is not printed
    in the place of it.
    """
    return {
        text(each, "id"): text(each, "name")
        for each in rows(record, "people")
        if not (
            text(record, "edition") == "served"
            and each.get("child")
            and text(each, "name") == text(each, "id")
        )
    }


def _moment(value: str) -> str:
    try:
        return str(Moment.of(value))
    except ValueError:
        return value


def _of_case(record: Mapping[str, Any]) -> Iterator[Fact]:
    case = table(record, "case")
    permission = table(case, "permission")

    def printed(what: str, value: str) -> Iterator[Fact]:
        if value:
            yield Fact("case", what, "part:front", (value,))

    for key in ("title", "court", "number", "whose", "prepared_by"):
        yield from printed(key, text(case, key))
    for key in ("hearing_on", "prepared_on"):
        yield from printed(key, _moment(text(case, key)))
    agreed = case.get("agreed")
    if isinstance(agreed, bool):
        yield from printed("agreed", f"Status {'agreed' if agreed else 'not agreed'}")
    for key in ("by", "result"):
        yield from printed(f"permission: {key}", text(permission, key).rstrip("."))
    for key in ("applied_on", "decided_on"):
        yield from printed(f"permission: {key}", _moment(text(permission, key)))


def _of_nothing_stated(record: Mapping[str, Any]) -> Iterator[Fact]:
    """What nobody stated is printed as that: a field emptied since is printed otherwise."""
    case = table(record, "case")
    for key, label in _FRONT.items():
        if not text(case, key):
            printed = (f"{label} {_NOT_STATED}",)
            yield Fact("case", f"that {key} is not stated", "part:front", printed)
    permission = table(case, "permission")
    if not any(text(permission, key) for key in permission):
        printed = (f"Permission to rely on the recordings: {_NOT_STATED}",)
        yield Fact("case", "that permission is not stated", "part:front", printed)


def _of_statement(record: Mapping[str, Any]) -> Iterator[Fact]:
    statement = table(record, "statement")
    if text(statement, "state") != "draft":
        return
    item = "part:statement"
    index = rows(table(record, "bundle"), "index")
    pages = next((number(each, "pages") for each in index if text(each, "item") == item), 1)
    # Once on each of its pages.
    yield Fact("statement", "that it is a draft", item, (DRAFT_MARK,), times=pages)
    for each in rows(statement, "paragraphs"):
        place = number(each, "number")
        yield Fact("statement", f"paragraph {place}", item, (f"{place}. {text(each, 'text')}",))


def _of_recording(
    record: Mapping[str, Any], each: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[Fact]:
    ident, item, told = text(each, "id"), "part:recordings", table(each, "told")
    heading = f"R{number(each, 'number')}: {text(each, 'title')}"
    yield Fact(ident, "number and title", item, (heading,))
    recorded_at = table(told, "recorded_at")
    if recorded_at:
        yield Fact(ident, "recorded_at", item, (_moment(text(recorded_at, "value")),))
    maker = text(table(told, "made_by"), "value")
    if maker:
        yield Fact(ident, "made_by", item, (names.get(maker, maker),))
    by = text(table(record, "statement"), "by")
    for key in _TOLD:
        stated = table(told, key)
        if text(stated, "value"):
            yield Fact(ident, key, item, _with_standing(stated, by))
    whole = text(each, "whole_recording")
    if whole:
        shown = "to be served" if whole == "served" else whole
        yield Fact(ident, "whole_recording", item, (f"{shown} T",))
    openness = table(each, "openness")
    verdict = f"{text(openness, 'verdict')}. {text(openness, 'reason')}"
    yield Fact(ident, "openness", "part:consent", (verdict[:1].upper() + verdict[1:],))


def _of_nothing_told(record: Mapping[str, Any]) -> Iterator[Fact]:
    """What nobody stated of a recording is printed as that, once for each recording."""
    recordings = list(rows(record, "recordings"))
    untold = {
        key: [each for each in recordings if not text(table(table(each, "told"), key), "value")]
        for key in _LABELS
    }
    untold["whole_recording"] = [each for each in recordings if not text(each, "whole_recording")]
    for key, own in untold.items():
        if own:
            label = _LABELS.get(key, "Where the whole is")
            ident = ", ".join(text(each, "id") for each in own)
            printed = (f"{label} {_NOT_STATED}",)
            yield Fact(ident, f"that {key} is not stated", "part:recordings", printed, len(own))


def _with_standing(stated: Mapping[str, Any], declarant: str) -> tuple[str, ...]:
    """Return a told value as it is printed: with its letter, or with who told it before that."""
    value = text(stated, "value")
    letter = _LETTERS.get(text(stated, "standing"), "")
    by = text(stated, "by")
    if letter == "T" and by and by != declarant:
        return (f"{value} (told by",)
    return (f"{value} {letter}",)


def _of_clip(each: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Fact]:
    place = number(each, "number")
    subject = item = f"clip:{place}"
    excerpt = table(each, "excerpt")
    if not excerpt:
        yield Fact(subject, "that it has no transcript", item, (_NO_TRANSCRIPT,))
    elif not any(number(line, "number") > 0 for line in rows(excerpt, "lines")):
        yield Fact(subject, "that it has no words", item, (_NO_WORDS,))
    for line in rows(table(each, "excerpt"), "lines"):
        counted = number(line, "number")
        cue = number(line, "cue")
        shown = "" if counted < 1 else str(counted)
        person = text(line, "person")
        speaker = names.get(person, "") if person else text(line, "speaker")
        at = format_media_time(max(number(line, "start_ms"), 0))[:-2]
        said = " ".join(
            part for key in ("outside_before", "text", "outside_after") if (part := text(line, key))
        )
        if person and not speaker:
            yield Fact(subject, f"the words of cue {cue}", item, (said,))
        else:
            yield Fact(subject, f"cue {cue}", item, (f"{shown} {at} {speaker} {said}",))


def _of_consent(record: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Fact]:
    item = "part:consent"
    for each in rows(record, "consent"):
        person, recording = text(each, "person"), text(each, "recording")
        if names.get(person):
            yield Fact(person, "name", item, (names[person],))
        for place, event in enumerate(rows(each, "events"), start=1):
            what = f"what is said of {recording}, event {place},"
            yield Fact(person, what, item, (text(event, "printed"),))
        use = text(table(each, "use_in_evidence"), "printed")
        if use:
            yield Fact(person, f"what is said of {recording} and use in evidence", item, (use,))


def _of_coverage(record: Mapping[str, Any]) -> Iterator[Fact]:
    item = "part:coverage"
    rates = {
        text(each, "id"): number(table(each, "measured"), "sample_rate")
        for each in rows(record, "recordings")
    }
    for each in rows(record, "coverage"):
        ident = text(each, "recording")
        share, rate = number(each, "share_per_mille"), rates.get(ident, 0)
        line = f"({share // 10}.{share % 10} per cent)"
        yield Fact(ident, "share used", item, (line,))
        for key in ("used", "gaps"):
            for span in rows(each, key):
                first, end = number(span, "first"), number(span, "end")
                if rate > 0 and 0 <= first <= end:
                    start, stop = (
                        format_media_time(samples_to_ms(one, rate)) for one in (first, end)
                    )
                    yield Fact(ident, f"what is {key}, from {start},", item, (f"{start} {stop}",))


def _of_others(record: Mapping[str, Any]) -> Iterator[Fact]:
    others = table(record, "other_recordings")
    answer = text(others, "are_there_any") or "not stated"
    for item in ("part:recordings", "part:coverage"):
        yield Fact(
            "other_recordings",
            "whether there are any",
            item,
            (f"Are there any other recordings: {answer}",),
        )
        for place, each in enumerate(rows(others, "list"), start=1):
            words = f"{text(each, 'what')} {text(each, 'reason') or 'not stated'}"
            yield Fact("other_recordings", f"number {place}", item, (words,))


def _of_placeholders(record: Mapping[str, Any]) -> Iterator[Fact]:
    for each in rows(record, "documents"):
        if text(each, "outcome") == "placeholder":
            item = f"document:{text(each, 'id')}"
            yield Fact(item, "title", item, (text(each, "title"),))
            yield Fact(item, "reason", item, (text(each, "reason"),))
