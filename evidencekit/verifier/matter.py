# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compare the matter, as the package holds it, with what the record says was told.

The matter is what a person wrote and the record what was made of it: each name, date and answer
stands in both. Findings name ids and never people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evidencekit.model.channels import CHANNEL_NAMES
from evidencekit.model.timecode import parse_media_time
from evidencekit.verifier.chosen import chosen_by
from evidencekit.verifier.matter_compared import MATTER, Comparison, yes_or_no
from evidencekit.verifier.matter_disputed import compare_disputed
from evidencekit.verifier.record import bytes_of, number, rows, table, text, values
from evidencekit.verifier.result import COMPLETENESS, INTEGRITY, error
from evidencekit.verifier.strictjson import NotReadable, complaints, parse

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.findings import Finding


_LIMIT_BYTES = 64_000_000
_CASE = (
    "title", "court", "number", "proceedings", "hearing_on", "prepared_on", "prepared_by", "whose",
    "agreed", "profile",
)  # fmt: skip
_PERMISSION = ("applied_on", "by", "result", "decided_on", "order")
_PERSON = ("name", "role", "party")
_TOLD = ("recorded_at", "place", "made_by", "device", "reason", "whole", "edited", "copies")
_MAKERS = ("made_by", "made_by_tool", "corrected_by")


def check_matter(root: Path, record: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what the matter of the package at *root* and its record do not agree on."""
    if not any(text(each, "stored") == MATTER for each in rows(record, "inputs")):
        message = "the record lists no matter"
        return (error("EK-K030", MATTER, message, group=COMPLETENESS),)
    try:
        document = parse(bytes_of(root, MATTER, most=_LIMIT_BYTES))
    except NotReadable as reason:
        return (error("EK-K030", MATTER, str(reason), group=INTEGRITY),)
    wrong = complaints(document.value, "matter", name=MATTER)
    if wrong:
        return wrong
    comparison = Comparison(record=record, matter=document.value)
    if not document.canonical:
        comparison.add(MATTER, "is not written in its one canonical form", there=False)
    _case(comparison)
    _people(comparison)
    _recordings(comparison)
    _documents(comparison)
    _statement(comparison)
    _others(comparison)
    compare_disputed(comparison)
    return tuple(comparison.findings)


def _case(of: Comparison) -> None:
    recorded, told = table(of.record, "case"), table(of.matter, "case")
    of.same("case", recorded, told, _CASE)
    of.same(
        "case",
        table(recorded, "permission"),
        table(told, "permission"),
        _PERMISSION,
        within="permission, ",
    )
    if text(of.record, "timezone") != (text(of.matter, "timezone") or "Europe/London"):
        of.add("case", '"timezone" is not in the record')


def _people(of: Comparison) -> None:
    told = table(of.matter, "people")
    recorded = {text(each, "id"): each for each in rows(of.record, "people")}
    of.ids("people", list(recorded), list(told))
    for ident in recorded.keys() & told.keys():
        person = _as_table(told[ident], "name")
        of.same(ident, recorded[ident], person, _PERSON)
        if bool(recorded[ident].get("child")) != bool(person.get("child")):
            of.add(ident, '"child" is not in the record')


def _recordings(of: Comparison) -> None:
    told = table(of.matter, "recordings")
    recorded = {text(each, "id"): each for each in rows(of.record, "recordings")}
    inputs = {text(each, "id"): each for each in rows(of.record, "inputs")}
    of.ids("recordings", list(recorded), list(told))
    for ident in sorted(recorded.keys() & told.keys()):
        own = _as_table(told[ident], "file")
        _recording(of, ident, recorded[ident], own)
        _paths(of, inputs, f"recording:{ident}", own.get("file"))
        transcript = _as_table(own.get("transcript"), "file")
        _paths(of, inputs, f"transcript:{ident}", transcript.get("file"))
        before = transcript.get("before_correction")
        _paths(of, inputs, f"transcript-before-correction:{ident}", before)
        of.same(ident, table(recorded[ident], "transcript"), transcript, _MAKERS)
        _consent(of, ident, own)
        _clips(of, ident, own)


def _recording(
    of: Comparison, ident: str, recorded: Mapping[str, Any], told: Mapping[str, Any]
) -> None:
    if text(recorded, "title") != (text(told, "title") or ident):
        of.add(ident, '"title" is not in the record')
    if recorded.get("whole_recording") != told.get("whole_recording"):
        of.add(ident, '"whole recording" is not in the record')
    if recorded.get("track") != told.get("track"):
        of.add(ident, '"track" is not in the record')
    if chosen_by(recorded) != _channels(told.get("channel")):
        of.add(ident, '"channel" is not in the record')
    for key in _TOLD:
        stated = table(table(recorded, "told"), key)
        words = key.replace("_", " ")
        if not of.agree(stated.get("value"), told.get(key)):
            of.add(ident, f'"{words}" is not in the record')
        elif stated and text(stated, "standing") != "told":
            message = f'"{words}" was told, and the record says: {text(stated, "standing")}'
            of.add(ident, message, there=False)


def _channels(told: Any) -> tuple[Any, ...]:
    """Return the channels that the matter names, as numbers."""
    listed = told if isinstance(told, list) else [] if told is None else [told]
    return tuple(
        CHANNEL_NAMES.get(each, each) if isinstance(each, str) else each for each in listed
    )


def _paths(of: Comparison, inputs: Mapping[str, Mapping[str, Any]], ident: str, told: Any) -> None:
    """Compare the file that the matter names for an input with the one that the record lists."""
    recorded = inputs.get(ident, {}).get("path")
    if recorded != told:
        of.add(ident, '"file" is not in the record')


def _consent(of: Comparison, recording: str, told: Mapping[str, Any]) -> None:
    recorded = {
        text(each, "person"): each
        for each in rows(of.record, "consent")
        if text(each, "recording") == recording
    }
    for person, events in table(told, "consent").items():
        own = recorded.get(person)
        expected = [_as_told(_as_table(each, "status")) for each in _as_list(events)]
        found = [_as_recorded(each) for each in rows(own, "events")]
        if len(expected) != len(found) or not all(
            each.keys() == other.keys() and all(of.agree(other[key], each[key]) for key in each)
            for each, other in zip(expected, found, strict=True)
        ):
            message = f"what was told of being recorded, of {recording}, is not in the record"
            of.add(person, message)
    for person, own in recorded.items():
        use = table(told, "use_in_evidence").get(person)
        expected_use = None if use is None else _as_told(_as_table(use, "status"))
        stated = own.get("use_in_evidence")
        found_use = _as_recorded(stated) if isinstance(stated, Mapping) else None
        if (expected_use is None) != (found_use is None) or (
            expected_use is not None
            and found_use is not None
            and not (
                expected_use.keys() == found_use.keys()
                and all(of.agree(found_use[key], expected_use[key]) for key in expected_use)
            )
        ):
            message = f"what was told of use in evidence, of {recording}, is not in the record"
            of.add(person, message)
        if person not in table(told, "consent") and not _is_makers(own, told, person):
            message = f"has said of {recording} what is not in {MATTER}"
            if list(rows(own, "events")):
                of.add(person, message, there=False)
    for person in sorted(set(table(told, "use_in_evidence")) - set(recorded)):
        message = f"what was told of use in evidence, of {recording}, is not in the record"
        of.add(person, message)


def _is_makers(recorded: Mapping[str, Any], told: Mapping[str, Any], person: str) -> bool:
    """Say whether all that is recorded is that the person made the recording, which was told."""
    events = [_as_recorded(each) for each in rows(recorded, "events")]
    return events == [{"status": "made the recording"}] and told.get("made_by") == person


def _as_told(event: Mapping[str, Any]) -> dict[str, Any]:
    return {key: yes_or_no(value) for key, value in event.items()}


def _as_recorded(event: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != "printed"}


def _clips(of: Comparison, recording: str, told: Mapping[str, Any]) -> None:
    """Each clip asked for must be one of the recording's, whatever its number."""
    left = [each for each in rows(of.record, "clips") if text(each, "recording") == recording]
    for asked in [_as_table(each, "title") for each in _as_list(told.get("clip", []))]:
        match = next((each for each in left if _is_asked_for(each, asked)), None)
        if match is not None:
            left.remove(match)
            continue
        near = [each for each in left if text(each, "title") == text(asked, "title")]
        subject = f"clip {number(near[0], 'number')}" if near else recording
        of.add(subject, "a clip that was asked for is not in the record", there=True)
        left = [each for each in left if each not in near[:1]]
    for each in left:
        message = f"nothing in {MATTER} asks for it"
        of.add(f"clip {number(each, 'number')}", message, there=False)


def _is_asked_for(clip: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    if text(clip, "title") != text(asked, "title"):
        return False
    if "quote" in asked:
        return text(clip, "by") == "quote"
    requested = table(clip, "requested")
    found = (number(requested, "from_ms"), number(requested, "to_ms"))
    try:
        expected = (parse_media_time(text(asked, "from")), parse_media_time(text(asked, "to")))
    except ValueError:
        return False
    return text(clip, "by") == "times" and found == expected


def _documents(of: Comparison) -> None:
    told = table(of.matter, "documents")
    recorded = {text(each, "id"): each for each in rows(of.record, "documents")}
    inputs = {text(each, "id"): each for each in rows(of.record, "inputs")}
    of.ids("documents", list(recorded), list(told))
    for ident in sorted(recorded.keys() & told.keys()):
        own = {"title": ident, **_as_table(told[ident], "file")}
        of.same(f"document:{ident}", recorded[ident], own, ("title", "dated"))
        _paths(of, inputs, f"document:{ident}", own.get("file"))


def _statement(of: Comparison) -> None:
    recorded = of.record.get("statement")
    if (recorded is None) != ("statement" not in of.matter):
        of.add("statement", "is not in the record")
        return
    if recorded is None:
        return
    told = {"number": 1, **_as_table(of.matter["statement"], "by")}
    of.same("statement", recorded, told, ("by", "number", "exhibit"))
    signed = told.get("signed") is not None
    if (text(recorded, "state") == "signed") != signed:
        of.add("statement", '"signed" is not in the record')
    words = [" ".join(str(each).split()) for each in _as_list(told.get("words", []))]
    paragraphs = [" ".join(text(each, "text").split()) for each in rows(recorded, "paragraphs")]
    for place, (word, found) in enumerate(
        zip(words, paragraphs + [""] * len(words), strict=False), start=1
    ):
        if word != found:
            of.add("statement", f"paragraph {place}, in the declarant's own words, is not recorded")


def _others(of: Comparison) -> None:
    """Compare what was told of other recordings."""
    recorded = of.record.get("other_recordings")
    told = of.matter.get("other_recordings")
    told = None if told is None else _as_table(told, "are_there_any")
    if (recorded is None) != (told is None):
        of.add("other_recordings", "is not in the record")
        return
    if recorded is None or told is None:
        return
    expected = [
        (each.get("what"), each.get("reason"))
        for each in (_as_table(one, "what") for one in _as_list(told.get("list", [])))
    ]
    found = [(each.get("what"), each.get("reason")) for each in rows(recorded, "list")]
    if expected != found or len(values(recorded, "list")) != len(found):
        of.add("other_recordings", '"list" is not in the record')
    if not of.agree(recorded.get("are_there_any"), told.get("are_there_any")):
        of.add("other_recordings", '"are there any" is not in the record')


def _as_table(value: Any, key: str) -> Mapping[str, Any]:
    """Return a table; a bare value is that of *key*, and None is an empty table."""
    if isinstance(value, Mapping):
        return value
    return {} if value is None else {key: value}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
