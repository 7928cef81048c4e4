# SPDX-License-Identifier: AGPL-3.0-or-later
"""Open a package and hand out what it holds, as its record says; `verify` checks it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, fields, frozen

from evidencekit.errors import NotAPackage
from evidencekit.model.bundle import IndexEntry, ItemKind
from evidencekit.model.channels import chosen_channels
from evidencekit.model.clip import ClipFile, Decoder
from evidencekit.model.consent import optional_moment
from evidencekit.model.digest import Digest
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.timecode import SampleRange, Span

_SCHEMA = "evidencekit/bundle/1"
_LIMIT_BYTES = 256_000_000


@frozen(kw_only=True)
class Package:
    """A package or a served copy on disk. `record` is its bundle.json as it stands."""

    path: Path
    pdf_path: Path
    index: tuple[IndexEntry, ...]
    clips: tuple[ClipFile, ...]
    findings: tuple[Finding, ...]
    record: Mapping[str, Any] = field(repr=False)


def open_package(path: Path | str) -> Package:
    """Open the package, or the served copy, in the folder *path*.

    Raises:
        NotAPackage: if there is no record there, or not one that this version reads.
    """
    path = Path(path)
    record = _read_record(path)
    try:
        return Package(
            path=path,
            pdf_path=path / record["bundle"]["path"],
            index=tuple(_entry(each) for each in record["bundle"]["index"]),
            clips=tuple(_clip(path, each) for each in record["clips"]),
            findings=tuple(_finding(each) for each in record["findings"]),
            record=record,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAPackage(str(path), "bundle.json lacks what a record must have") from error


def _read_record(path: Path) -> dict[str, Any]:
    shown = "data/bundle.json"
    file = path / "data" / "bundle.json"
    if not file.is_file():
        # A served copy has it at the top, beside Bundle.pdf.
        file, shown = path / "bundle.json", "bundle.json"
    if not file.is_file():
        raise NotAPackage(str(path), "there is no data/bundle.json in it")
    if file.stat().st_size > _LIMIT_BYTES:
        raise NotAPackage(str(path), f"{shown} is larger than any record")
    try:
        record = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise NotAPackage(str(path), f"{shown} is not JSON") from error
    if not isinstance(record, dict) or record.get("schema") != _SCHEMA:
        raise NotAPackage(str(path), f"{shown} is not of schema {_SCHEMA}")
    return record


def _entry(each: Mapping[str, Any]) -> IndexEntry:
    return IndexEntry(
        item=each["item"],
        number=each["number"],
        section=each["section"],
        title=each["title"],
        kind=ItemKind(each["kind"]),
        dated=optional_moment(each["dated"]),
        pages=each["pages"],
        pdf_page=each["pdf_page"],
        first_label=each["first_label"],
        last_label=each["last_label"],
        exhibit_first=each["exhibit_first"],
        exhibit_last=each["exhibit_last"],
    )


def _clip(path: Path, each: Mapping[str, Any]) -> ClipFile:
    samples = each["samples"]
    requested = each["requested"]
    return ClipFile(
        path=path / each["file"],
        requested=Span(start_ms=requested["from_ms"], end_ms=requested["to_ms"]),
        samples=SampleRange(samples["first"], samples["end"]),
        sample_rate=samples["rate"],
        channels=samples["channels"],
        bits=samples["bits"],
        source_digest=Digest("sha256", each["source_sha256"]),
        samples_digest=Digest("sha256", each["samples_sha256"]),
        file_digest=Digest("sha256", each["file_sha256"]),
        decoder=Decoder(**{field.name: each["decoder"][field.name] for field in fields(Decoder)}),
        way=each["way"],
        track=each.get("track", 1),
        chosen_channels=_channels(each),
    )


def _channels(each: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the channels chosen; records that are older name one at most."""
    return tuple(each.get("chosen_channels", ())) or chosen_channels(each.get("channel"))


def _finding(each: Mapping[str, Any]) -> Finding:
    return Finding(
        code=each["code"],
        severity=Severity(each["severity"]),
        subject=each["subject"],
        message=each["message"],
        group=each.get("group", ""),
        expected=each.get("expected"),
        found=each.get("found"),
    )
