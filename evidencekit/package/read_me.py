# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write READ ME FIRST.pdf, the page that lies on top of a served copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.compose.facts import local_date
from evidencekit.compose.readme import CopiedClip, CopiedRecording, CopyContents, read_me_part

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

READ_ME = "READ ME FIRST.pdf"
LANGUAGE = "en-GB"


def write_read_me(
    path: Path,
    record: Mapping[str, Any],
    *,
    to: str,
    now: dt.datetime,
    recordings: Mapping[str, str],
) -> None:
    """Write the page at *path* from the *record* of the package that is served.

    *recordings* gives the file name in the copy of each recording that is in it, by its id.
    """
    from evidencekit.pdf.typeset import typeset

    part = read_me_part(_contents(record, to=to, now=now, recordings=recordings))
    made = typeset(
        [part],
        title=f"{record['case']['title']} - {part.title}",
        language=LANGUAGE,
        created=int(now.timestamp()),
    )
    path.write_bytes(made.pdf)


def _contents(
    record: Mapping[str, Any], *, to: str, now: dt.datetime, recordings: Mapping[str, str]
) -> CopyContents:
    case, bundle = record["case"], record["bundle"]
    numbers = {each["id"]: each["number"] for each in record["recordings"]}
    labels = {each["item"]: each["first_label"] for each in bundle["index"]}
    return CopyContents(
        case=case["title"],
        court=case["court"],
        case_number=case["number"],
        to=to,
        served_on=local_date(now.isoformat(), record["timezone"]),
        pages=bundle["pages"],
        sections=tuple(f"{each['letter']} {each['title']}" for each in bundle["sections"]),
        clips=tuple(
            CopiedClip(
                number=each["number"],
                title=each["title"],
                recording=numbers[each["recording"]],
                label=labels[each["item"]],
                file_name=each["file"].rpartition("/")[2],
                start_ms=each["start_ms"],
                length_ms=each["length_ms"],
                viewing=each.get("viewing_copy") is not None,
            )
            for each in sorted(record["clips"], key=lambda each: int(each["number"]))
        ),
        recordings=tuple(
            CopiedRecording(
                number=each["number"],
                title=each["title"],
                length_ms=each["measured"]["length_ms"],
                file_name=recordings.get(each["id"]),
                whole=each["whole_recording"],
            )
            for each in record["recordings"]
        ),
        bundle_sha256=bundle["sha256"],
        log_count=record["custody"]["entries"],
        log_head=record["custody"]["head"],
    )
