# SPDX-License-Identifier: AGPL-3.0-or-later
"""A valid matter document as a `Matter`.

First every shorthand is written out and every map by id becomes a list (`_expand`), then one cattrs
converter for the matter's time zone makes the values. What a person told about a recording is
marked as told, by the declarant, with a pointer to where it stands.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evidencekit.matterfile.moments import DEFAULT_ZONE, moment_in
from evidencekit.matterfile.pointer import pointer
from evidencekit.model.channels import CHANNEL_NAMES
from evidencekit.model.matter import Comparison, Matter, OtherRecordings, Transfer
from evidencekit.model.moment import Moment
from evidencekit.model.timecode import parse_media_time

if TYPE_CHECKING:
    from cattrs import Converter

Table = Mapping[str, Any]

#: What a recording's keys tell, each as `Stated`.
TOLD = ("recorded_at", "place", "made_by", "device", "reason", "whole", "edited", "copies")


def structure(document: Table) -> Matter:
    """Return the `Matter` that a document without problems describes.

    Raises:
        ValueError: if the document has problems after all (`load_document` finds them first).
    """
    converter = _converter(document.get("timezone", DEFAULT_ZONE))
    return converter.structure(_expand(document), Matter)


@functools.cache
def _converter(timezone: str) -> Converter:
    """Return the converter of one time zone."""
    from zoneinfo import ZoneInfo

    import cattrs
    from cattrs.gen import make_dict_structure_fn, override

    zone = ZoneInfo(timezone)
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(Moment, lambda text, _: moment_in(text, zone))
    converter.register_structure_hook(bool, lambda value, _: value in (True, "yes"))
    converter.register_structure_hook(
        Comparison | str | None,
        lambda value, _: (
            value if isinstance(value, str) else converter.structure(value, Comparison)
        ),
    )
    for cls, names in ((Transfer, RENAMED_TRANSFER), (OtherRecordings, RENAMED_OTHERS)):
        renames: dict[str, Any] = {field: override(rename=key) for field, key in names.items()}
        hook = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **renames)
        converter.register_structure_hook(cls, hook)
    return converter


#: Fields that are called otherwise in the file, where plain words are Python's own.
RENAMED_TRANSFER = {"giver": "from", "receiver": "to"}
RENAMED_OTHERS = {"listed": "list"}


def _expand(document: Table) -> dict[str, Any]:
    """Write every shorthand out, and turn each map by id into a list with the ids inside."""
    whole = {key: document[key] for key in ("schema", "timezone", "language") if key in document}
    whole["case"] = dict(_table(document["case"], "title"))
    if "permission" in whole["case"]:
        whole["case"]["permission"] = _table(whole["case"]["permission"], "result")
    if "statement" in document:
        statement = _table(document["statement"], "by")
        whole["statement"] = {**statement, "words": _listed(statement.get("words", []))}
    if "other_recordings" in document:
        others = _table(document["other_recordings"], "are_there_any")
        listed = [_table(each, "what") for each in others.get("list", [])]
        whole["other_recordings"] = {**others, "list": listed}
    if "bundle" in document:
        whole["bundle"] = dict(document["bundle"])
    declarant = whole.get("statement", {}).get("by")
    return whole | {
        "people": _by_id(document, "people", "name"),
        "recordings": [
            _recording(name, _table(each, "file"), declarant)
            for name, each in document.get("recordings", {}).items()
        ],
        "documents": [
            {"title": each["id"], **each} for each in _by_id(document, "documents", "file")
        ],
        "disputed": [_disputed(each) for each in _listed(document.get("disputed", []))],
        "custody": [
            {**each, "what": _listed(each["what"])} for each in _listed(document.get("custody", []))
        ],
        "sections": [
            _section(letter, _table(each, "title"))
            for letter, each in document.get("sections", {}).items()
        ],
        "anonymise": _anonymise(document.get("anonymise", {})),
    }


def _by_id(document: Table, key: str, bare: str) -> list[dict[str, Any]]:
    """Return the tables of a map by id; a bare text is the value of *bare*."""
    return [{"id": name, **_table(each, bare)} for name, each in document.get(key, {}).items()]


def _recording(name: str, table: Table, declarant: str | None) -> dict[str, Any]:
    told = {
        key: {"value": table[key], "by": declarant, "source": pointer(("recordings", name, key))}
        for key in TOLD
        if key in table
    }
    consent = [
        {"person": person, "events": [_table(event, "status") for event in _listed(events)]}
        for person, events in table.get("consent", {}).items()
    ]
    use = [
        {"person": person, **_table(each, "status")}
        for person, each in table.get("use_in_evidence", {}).items()
    ]
    plain = {
        key: table[key] for key in ("file", "track", "title", "whole_recording") if key in table
    }
    if "channel" in table:
        plain["channels"] = [CHANNEL_NAMES.get(each, each) for each in _listed(table["channel"])]
    if "transcript" in table:
        transcript = dict(_table(table["transcript"], "file"))
        plain["transcript"] = {
            **transcript,
            "speakers": list(transcript.get("speakers", {}).items()),
        }
    clips = [_clip(each) for each in _listed(table.get("clip", []))]
    return {"id": name, **plain, **told, "consent": consent, "use_in_evidence": use, "clips": clips}


def _clip(table: Table) -> dict[str, Any]:
    plain = {key: each for key, each in table.items() if key not in ("from", "to", *WIDENED)}
    for key, field in WIDENED.items():
        if key in table:
            plain[field] = parse_media_time(table[key])
    return {**plain, "span": _span(table)} if "from" in table else plain


#: How much a quote's span is widened: the file's keys and the model's fields.
WIDENED = {"before": "before_ms", "after": "after_ms"}


def _span(table: Table) -> dict[str, int]:
    return {
        "start_ms": parse_media_time(table["from"]),
        "end_ms": parse_media_time(table["to"]),
    }


def _disputed(table: Table) -> dict[str, Any]:
    compare = table.get("compare")
    if not isinstance(compare, Mapping):
        return dict(table)
    return {**table, "compare": {"recording": compare["recording"], "span": _span(compare)}}


def _section(letter: str, table: Table) -> dict[str, Any]:
    contents = _listed(table.get("contents", []))
    return {"letter": letter, **table, "contents": contents}


def _anonymise(table: Table) -> list[tuple[str, str]]:
    people = [(name, each) for name, each in table.items() if name != "also"]
    return [*people, *table.get("also", {}).items()]


def _table(value: Any, key: str) -> Table:
    """Return a table; a bare text is the value of *key*."""
    return value if isinstance(value, Mapping) else {key: value}


def _listed(value: Any) -> list[Any]:
    """Return a list; anything else is its one item."""
    return list(value) if isinstance(value, list | tuple) else [value]
