# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether every id that is named is the id of something."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from evidencekit.matterfile.explain import UNKNOWN_ID, Complaint
from evidencekit.matterfile.schema import schema
from evidencekit.matterfile.suggest import closest
from evidencekit.matterfile.told import Part, Told, texts
from evidencekit.model.matter import GENERATED_PARTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from evidencekit.matterfile.pointer import Path

MISPLACED = "EK-M006"
CONFLICT = "EK-M007"

#: In a section's contents: all documents that no section names.
ALL_DOCUMENTS = "documents"

_SINGULAR = {"people": "person", "recordings": "recording", "documents": "document"}
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_VERY_CLOSE = 0.8
_SHOWN = 6


def misplaced(told: Told) -> Iterator[Complaint]:
    """Find keys of other tables, typed where ids belong."""
    keys = _keys()
    recording = told.scrubber.path(next(iter(told.ids("recordings")), "ID"))
    homes = {
        "people": {
            "a person's own table": keys["person"] - {"child"},
            f"[recordings.{recording}]": keys["recording"],
            "[case]": keys["case"],
            "[statement]": keys["statement"],
        },
        "recordings": {"the table of one recording, [recordings.ID]": keys["recording"]},
        "documents": {"the table of one document": keys["document"]},
    }
    for table, known in homes.items():
        for name, value in told.whole.map(table).items():
            home = next((home for home, names in known.items() if name in names), None)
            if home is not None and not isinstance(value, dict):
                yield _misplaced((table, name), f"{name} belongs in {home}, not in [{table}].")
    for part in told.recordings():
        for key in ("consent", "use_in_evidence"):
            for name in part.map(key):
                if name in keys["recording"] and name not in told.ids("people"):
                    home = told.scrubber.path(f"recordings.{part.path[-1]}")
                    message = f"{name} belongs in [{home}], not in [{home}.{key}]."
                    yield _misplaced((*part.path, key, name), message)


def reserved(told: Told) -> Iterator[Complaint]:
    """Find ids that mean something else where they are used."""
    for name in told.ids("documents"):
        if name in {*GENERATED_PARTS, ALL_DOCUMENTS, "index"}:
            message = f'"{name}" is the name of a part of the bundle. Give the document another id.'
            yield Complaint(path=("documents", name), code=UNKNOWN_ID, message=message)
    if "also" in told.ids("people"):
        message = '"also" is a key of [anonymise]. Give the person another id.'
        yield Complaint(path=("people", "also"), code=UNKNOWN_ID, message=message)
    stand_ins = told.one("anonymise", "also")
    for word in stand_ins.map("also") if stand_ins else ():
        if word in told.ids("people"):
            message = "is a person's id. Give what stands for the person one level up."
            yield Complaint(path=("anonymise", "also", word), code=UNKNOWN_ID, message=message)


def unknown_ids(told: Told) -> Iterator[Complaint]:
    """Find ids of people, recordings and documents that nothing has."""
    for kind, path, name in _named(told):
        if name not in told.ids(kind):
            yield Complaint(path=path, code=UNKNOWN_ID, message=_no_such(told, kind, name))


def withheld(told: Told) -> Iterator[Complaint]:
    """Find what refers to a document that must not leave: the reference would leave."""
    hidden = told.withheld()
    named = [(path, name) for kind, path, name in _named(told) if kind == "documents"]
    named += [
        (part.at(key), word)
        for kind, part, key in _free(told)
        if kind == "documents" and (word := part.text(key)) is not None
    ]
    for path, name in named:
        if name in hidden:
            quoted = told.scrubber.quote(name)
            message = (
                f"the document {quoted} is withheld, so nothing that is printed can refer to it. "
                'Take this away, or the "withheld" of the document.'
            )
            yield Complaint(path=path, code=CONFLICT, message=message)


def nearly_ids(told: Told) -> Iterator[Complaint]:
    """Find words that may be anything, and are one slip away from an id."""
    for kind, part, key in _free(told):
        word = part.text(key)
        if word is None or word in told.ids(kind) or not _ID.fullmatch(word):
            continue
        if closest(word, told.ids(kind), close=_VERY_CLOSE) is not None:
            message = (
                f"{_no_such(told, kind, word)} Words that are no id are written with a capital "
                "or with a space in them."
            )
            yield Complaint(path=part.at(key), code=UNKNOWN_ID, message=message)


def _named(told: Told) -> Iterator[tuple[str, Path, str]]:
    """Yield every place where an id has to stand: its kind, its path and the id."""
    for path in _people(told):
        yield "people", path, str(path[-1])
    for transcript in told.transcripts():
        for label, name in transcript.map("speakers").items():
            if isinstance(name, str):
                yield "people", (*transcript.path, "speakers", label), name
    if (statement := told.one("statement", "by")) is not None:
        yield from _key(statement, "by", "people")
    for event in told.events():
        yield from _key(event, "evidence", "documents")
    for passage in told.disputed():
        yield from _key(passage, "document", "documents")
    for passage in told.comparisons():
        yield from _key(passage, "recording", "recordings")
    for transfer in told.transfers():
        yield from (("recordings", path, name) for path, name in texts(transfer, "what"))


def _people(told: Told) -> Iterator[Path]:
    """Yield the keys that are people's ids."""
    for recording in told.recordings():
        for key in ("consent", "use_in_evidence"):
            yield from ((*recording.path, key, name) for name in recording.map(key))
    stand_ins = told.one("anonymise", "also")
    for name in stand_ins.table if stand_ins else ():
        if name != "also":
            yield "anonymise", name


def _key(part: Part, key: str, kind: str) -> Iterator[tuple[str, Path, str]]:
    if (name := part.text(key)) is not None:
        yield kind, part.at(key), name


def _free(told: Told) -> Iterator[tuple[str, Part, str]]:
    """Yield every place where an id may stand, or words."""
    for part in told.recordings():
        yield "people", part, "made_by"
    for part in told.transcripts():
        yield "people", part, "made_by"
        yield "people", part, "corrected_by"
    for part in told.transfers():
        for key in ("from", "to", "told_by"):
            yield "people", part, key
    case = told.one("case", "title")
    permission = case.table.get("permission") if case else None
    if isinstance(permission, dict):
        yield "documents", Part(path=("case", "permission"), table=permission), "order"


def _no_such(told: Told, kind: str, name: str) -> str:
    ids = told.ids(kind)
    quote = told.scrubber.quote
    message = f"{quote(name)} is not the id of a {_SINGULAR[kind]}."
    if (found := closest(name, ids)) is not None:
        return f"{message} Did you mean {quote(found)}?"
    if not ids:
        return f"{message} There is no [{kind}] yet."
    return f"{message} The ids are: {_some(told, ids)}."


def _some(told: Told, ids: Collection[str]) -> str:
    shown = [told.scrubber.path(each) for each in list(ids)[:_SHOWN]]
    return ", ".join([*shown, "..."] if len(ids) > _SHOWN else shown)


def _misplaced(path: Path, message: str) -> Complaint:
    return Complaint(path=path, code=MISPLACED, message=message)


@functools.cache
def _keys() -> dict[str, frozenset[str]]:
    """Return the keys of each table of the schema."""
    tables: dict[str, Any] = schema("matter")["$defs"]
    return {name: frozenset(each.get("properties", ())) for name, each in tables.items()}
