# SPDX-License-Identifier: AGPL-3.0-or-later
"""A `Matter` as a matter document: the JSON form that the schema describes and `load` reads.

No shorthand is used, so that a program that reads it meets one shape. Loading what this returns
gives an equal matter; what the document has no key for (who told a fact) is what loading adds.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, get_origin

from evidencekit.matterfile.moments import looks_exact
from evidencekit.matterfile.structure import RENAMED_OTHERS, RENAMED_TRANSFER, WIDENED
from evidencekit.model.matter import Matter, OtherRecordings, Transfer
from evidencekit.model.moment import Moment
from evidencekit.model.stated import Stated
from evidencekit.model.timecode import format_media_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cattrs import Converter


def to_document(matter: Matter) -> dict[str, Any]:
    """Return *matter* as a document of the matter schema.

    Raises:
        ValueError: if two people, recordings, documents or sections share an id.
    """
    table: dict[str, Any] = _converter().unstructure(matter)
    document: dict[str, Any] = {"schema": matter.schema, "timezone": matter.timezone}
    for key in ("language", "case", "other_recordings", "statement", "bundle"):
        if key in table:
            document[key] = table[key]
    for key in ("people", "recordings", "documents"):
        if key in table:
            document[key] = _by("id", table[key])
    for recording in document.get("recordings", {}).values():
        _fold_recording(recording)
    if "sections" in table:
        document["sections"] = _by("letter", table["sections"])
    if "custody" in table:
        document["custody"] = table["custody"]
    if "disputed" in table:
        document["disputed"] = [_fold_disputed(each) for each in table["disputed"]]
    if matter.anonymise:
        document["anonymise"] = _fold_anonymise(matter)
    return document


@functools.cache
def _converter() -> Converter:
    import cattrs
    from cattrs.gen import make_dict_unstructure_fn, override

    converter = cattrs.Converter(omit_if_default=True)
    converter.register_unstructure_hook(Moment, _written)
    converter.register_unstructure_hook_func(
        lambda cls: Stated in {cls, get_origin(cls)},
        lambda each: converter.unstructure(each.value),
    )
    for cls, names in ((Transfer, RENAMED_TRANSFER), (OtherRecordings, RENAMED_OTHERS)):
        renames: dict[str, Any] = {field: override(rename=key) for field, key in names.items()}
        hook = make_dict_unstructure_fn(cls, converter, _cattrs_omit_if_default=True, **renames)
        converter.register_unstructure_hook(cls, hook)
    return converter


def _written(moment: Moment) -> str:
    """Return the moment as it was written, or as ISO 8601 where the words do not say as much."""
    said = Moment.of(moment.written)
    if looks_exact(moment.written) or (said.at, said.on) == (moment.at, moment.on):
        return moment.written
    exact = moment.at or moment.on
    return exact.isoformat() if exact else moment.written


def _by(key: str, tables: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for table in tables:
        name = table.pop(key)
        if name in found:
            msg = f"two entries have the {key} {name!r}"
            raise ValueError(msg)
        found[name] = table
    return found


def _fold_recording(table: dict[str, Any]) -> None:
    if speakers := table.get("transcript", {}).get("speakers"):
        table["transcript"]["speakers"] = dict(speakers)
    if "consent" in table:
        people = _by("person", table["consent"])
        table["consent"] = {person: each["events"] for person, each in people.items()}
    if "use_in_evidence" in table:
        table["use_in_evidence"] = _by("person", table["use_in_evidence"])
    if channels := table.pop("channels", ()):
        table["channel"] = channels[0] if len(channels) == 1 else list(channels)
    if "clips" in table:
        table["clip"] = [_fold_clip(each) for each in table.pop("clips")]


def _fold_clip(table: dict[str, Any]) -> dict[str, Any]:
    if "span" in table:
        table |= _fold_span(table.pop("span"))
    for key, field in WIDENED.items():
        if field in table:
            table[key] = format_media_time(table.pop(field))
    return table


def _fold_span(span: dict[str, int]) -> dict[str, str]:
    return {
        "from": format_media_time(span["start_ms"]),
        "to": format_media_time(span["end_ms"]),
    }


def _fold_disputed(table: dict[str, Any]) -> dict[str, Any]:
    compare = table.get("compare")
    if isinstance(compare, dict):
        table["compare"] = {"recording": compare["recording"], **_fold_span(compare["span"])}
    return table


def _fold_anonymise(matter: Matter) -> dict[str, Any]:
    people = {name: each for name, each in matter.anonymise if matter.person(name)}
    also = {name: each for name, each in matter.anonymise if not matter.person(name)}
    return {**people, "also": also} if also else people
