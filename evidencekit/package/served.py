# SPDX-License-Identifier: AGPL-3.0-or-later
"""served.jsonl: what was served, kept beside the custody log as an input of every later build.

A line a copy, canonical JSON (RFC 8785), whole or not there: the file is written anew beside its
name and renamed. The served PDF itself is kept in the folder served/, because its pages stand in
every later bundle as they were. The custody log has an entry for each line, so that a line that
goes missing is noticed.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from evidencekit.custody.canonical import canonical_bytes
from evidencekit.custody.digests import hash_file
from evidencekit.custody.durable import LockHeldError, flush, flush_folder, hold
from evidencekit.custody.log import read_bytes
from evidencekit.custody.paths import inside
from evidencekit.errors import IntakeError, LogBusy, ServedRecordUnusable
from evidencekit.model.bundle import Item, ItemKind, Numbering, PageMark, SectionHead
from evidencekit.model.consent import optional_moment
from evidencekit.model.custody import EntryKind
from evidencekit.model.served import SCHEMA, Served, ServedClip, ServedItem, ServedRecording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from evidencekit.model.custody import CustodyLog

SERVED_NAME = "served.jsonl"
#: The folder of the PDFs that were served, in the matter's folder.
KEPT_FOLDER = "served"
KEPT_NAME = "Bundle.pdf"
_LOCK_SECONDS = 30


def served_from_record(
    record: Mapping[str, Any],
    *,
    number: int,
    entry: str,
    to: str,
    served_at: str,
    kept_at: str,
) -> Served:
    """Return what a package freezes when it is served, from the package's record."""
    bundle = record["bundle"]
    marks = [
        PageMark(label=label, exhibit=exhibit)
        for label, exhibit in zip(bundle["labels"], bundle["exhibit_labels"], strict=True)
    ]
    exhibit = bundle["exhibit"]
    inputs = {each["id"]: each for each in record["inputs"]}
    return Served(
        number=number,
        entry=entry,
        to=to,
        served_at=served_at,
        edition=record["edition"],
        bundle_sha256=bundle["sha256"],
        kept_at=kept_at,
        log_count=record["custody"]["entries"],
        log_head=record["custody"]["head"],
        numbering=Numbering(bundle["numbering"]),
        exhibit_mark=exhibit["mark"] if exhibit else None,
        sections=tuple(
            SectionHead(letter=each["letter"], title=each["title"]) for each in bundle["sections"]
        ),
        items=tuple(
            ServedItem(
                item=Item(
                    id=each["item"],
                    title=each["title"],
                    kind=ItemKind(each["kind"]),
                    section=each["section"],
                    dated=optional_moment(each["dated"]),
                    exhibit=each["exhibit_first"] is not None,
                    listed=each["number"] is not None,
                ),
                marks=tuple(marks[each["pdf_page"] - 1 : each["pdf_page"] - 1 + each["pages"]]),
                content=each.get("content_sha256"),
            )
            for each in bundle["index"]
        ),
        clips=tuple(
            ServedClip(
                number=each["number"],
                recording=each["recording"],
                samples_sha256=each["samples_sha256"],
                file_name=each["file"].rpartition("/")[2],
            )
            for each in record["clips"]
        ),
        recordings=tuple(
            ServedRecording(
                number=each["number"],
                recording=each["id"],
                file_name=_file_name(inputs.get(each["input"]), each["id"]),
            )
            for each in record["recordings"]
        ),
    )


def _file_name(given: Mapping[str, Any] | None, otherwise: str) -> str:
    """Return a recording's name in the package, or the one it came with where it was left out."""
    stored = given and (given["stored"] or given["name"])
    return str(stored).rpartition("/")[2] if stored else otherwise


def to_line(served: Served) -> bytes:
    """Return the line of a served copy, with its newline."""
    return canonical_bytes(_document(served)) + b"\n"


def _document(served: Served) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "number": served.number,
        "entry": served.entry,
        "to": served.to,
        "served_at": served.served_at,
        "edition": served.edition,
        "bundle_sha256": served.bundle_sha256,
        "kept_at": served.kept_at,
        "custody": {"entries": served.log_count, "head": served.log_head},
        "numbering": served.numbering.value,
        "exhibit_mark": served.exhibit_mark,
        "sections": [{"letter": each.letter, "title": each.title} for each in served.sections],
        "items": [_item_document(each) for each in served.items],
        "clips": [
            {
                "number": each.number,
                "recording": each.recording,
                "samples_sha256": each.samples_sha256,
                "file_name": each.file_name,
            }
            for each in served.clips
        ],
        "recordings": [
            {"number": each.number, "recording": each.recording, "file_name": each.file_name}
            for each in served.recordings
        ],
    }


def _item_document(served: ServedItem) -> dict[str, Any]:
    item = served.item
    dated = item.dated
    return {
        "id": item.id,
        "title": item.title,
        "kind": item.kind.value,
        "section": item.section,
        "dated": None if dated is None else dated.at.isoformat() if dated.at else dated.written,
        "exhibit": item.exhibit,
        "listed": item.listed,
        "pages": len(served.marks),
        "labels": [each.label for each in served.marks],
        "exhibit_labels": [each.exhibit for each in served.marks],
        "content_sha256": served.content,
    }


def parse_served(data: bytes) -> tuple[Served, ...]:
    """Read the lines of served.jsonl.

    Raises:
        ServedRecordUnusable: at a line that is not one that was written here.
    """
    *lines, rest = data.split(b"\n")
    if rest:
        reason = "ends in the middle of a line"
        raise ServedRecordUnusable(SERVED_NAME, reason)
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            served = _served(json.loads(line))
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            reason = f"has a line {number} that is not as it was written"
            raise ServedRecordUnusable(SERVED_NAME, reason) from error
        if served.number != number:
            reason = f"has copy {served.number} on line {number}"
            raise ServedRecordUnusable(SERVED_NAME, reason)
        found.append(served)
    return tuple(found)


def _served(line: Mapping[str, Any]) -> Served:
    if line["schema"] != SCHEMA:
        msg = "another schema"
        raise ValueError(msg)
    return Served(
        number=line["number"],
        entry=str(line["entry"]),
        to=str(line["to"]),
        served_at=str(line["served_at"]),
        edition=str(line["edition"]),
        bundle_sha256=str(line["bundle_sha256"]),
        kept_at=str(line["kept_at"]),
        log_count=line["custody"]["entries"],
        log_head=line["custody"]["head"],
        numbering=Numbering(line["numbering"]),
        exhibit_mark=line["exhibit_mark"],
        sections=tuple(
            SectionHead(letter=each["letter"], title=each["title"]) for each in line["sections"]
        ),
        items=tuple(_item(each) for each in line["items"]),
        clips=tuple(
            ServedClip(
                number=each["number"],
                recording=each["recording"],
                samples_sha256=each["samples_sha256"],
                file_name=each["file_name"],
            )
            for each in line["clips"]
        ),
        recordings=tuple(
            ServedRecording(
                number=each["number"], recording=each["recording"], file_name=each["file_name"]
            )
            for each in line["recordings"]
        ),
    )


def _item(each: Mapping[str, Any]) -> ServedItem:
    marks = tuple(
        PageMark(label=label, exhibit=exhibit)
        for label, exhibit in zip(each["labels"], each["exhibit_labels"], strict=True)
    )
    if not marks or len(marks) != each["pages"]:
        msg = "an item without its pages"
        raise ValueError(msg)
    return ServedItem(
        item=Item(
            id=each["id"],
            title=each["title"],
            kind=ItemKind(each["kind"]),
            section=each["section"],
            dated=optional_moment(each["dated"]),
            exhibit=each["exhibit"],
            listed=each["listed"],
        ),
        marks=marks,
        content=each["content_sha256"],
    )


def read_served(folder: Path, log: CustodyLog) -> tuple[Served, ...]:
    """Return what was served of the matter in *folder*, and check that nothing of it is lost.

    Raises:
        ServedRecordUnusable: if a line, or a PDF that was served, is missing or changed.
        CustodyError: if served.jsonl cannot be read.
    """
    served = parse_served(read_bytes(folder / SERVED_NAME))
    known = {each.entry for each in served}
    for entry in log.entries:
        if entry.kind is EntryKind.SERVED and entry.id not in known:
            reason = f"has no line for the copy served by entry {entry.seq} of the custody log"
            raise ServedRecordUnusable(SERVED_NAME, reason)
    followed = followed_of(served)
    if followed is not None:
        kept_pdf(folder, followed)
    return served


def followed_of(served: Sequence[Served]) -> Served | None:
    """Return the copy that later bundles follow: the last that was not served before.

    Every bundle keeps what was served before it, so the last one holds all of it. A copy of an
    earlier bundle, served once more to somebody else, changes nothing.
    """
    first: dict[str, Served] = {}
    for each in served:
        first.setdefault(each.bundle_sha256, each)
    return list(first.values())[-1] if first else None


def kept_pdf(folder: Path, served: Served) -> Path:
    """Return the PDF that was served, once it is seen to be the same.

    Raises:
        ServedRecordUnusable: if it is missing or changed.
    """
    try:
        path = served.pdf or inside(folder, served.kept_at, must_exist=True)
    except IntakeError as error:
        reason = "does not exist there, or is not an ordinary file"
        raise ServedRecordUnusable(served.kept_at, reason) from error
    if hash_file(path).sha256 != served.bundle_sha256:
        reason = "is not the bundle that was served"
        shown = served.kept_at
        if served.pdf is not None:
            reason, shown = "is not the bundle that the package's record is of", served.pdf.name
        raise ServedRecordUnusable(shown, reason)
    return path


def keep_pdf(source: Path, folder: Path, kept_at: str) -> None:
    """Copy the PDF that is served to *kept_at* in the matter's folder, flushed to the disk."""
    write_flushed(folder / kept_at, source.read_bytes())


def add_line(folder: Path, served: Served, *, before: bytes) -> None:
    """Add a served copy to served.jsonl, whose bytes were *before*.

    Raises:
        ServedRecordUnusable: if another process added one meanwhile.
        LogBusy: if another process held the file for half a minute.
    """
    path = folder / SERVED_NAME
    try:
        with hold(folder / f".{SERVED_NAME}.lock", seconds=_LOCK_SECONDS):
            if read_bytes(path) != before:
                reason = "was changed by another program at this moment"
                raise ServedRecordUnusable(SERVED_NAME, reason)
            write_flushed(path, before + to_line(served))
    except LockHeldError:
        raise LogBusy(SERVED_NAME, _LOCK_SECONDS) from None


def write_flushed(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole, and on the disk, or as it was before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        flush(file.fileno())
    os.replace(partial, path)  # noqa: PTH105 - the same call as everywhere else
    flush_folder(path.parent)
