# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record of a package: data/bundle.json, schema evidencekit/bundle/1.

Everything that the pages say stands here for programs, and every input is accounted for. The
record holds no float, no clock and no path of the machine, so the same matter gives the same
bytes.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from evidencekit.compose.consent import consent_record
from evidencekit.compose.coverage import coverage_of
from evidencekit.compose.openness import openness
from evidencekit.model.clip import IndexState
from evidencekit.model.timecode import format_media_time
from evidencekit.package.record_documents import SIGNED, document_record, file_record
from evidencekit.package.record_values import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import IndexEntry, Layout
    from evidencekit.model.clip import Decoder, Still
    from evidencekit.model.findings import Finding
    from evidencekit.model.material import (
        CutClip,
        Material,
        ReadRecording,
    )
    from evidencekit.model.stated import Stated
    from evidencekit.model.transcript import ExcerptLine
    from evidencekit.package.inputs import Input

SCHEMA = "evidencekit/bundle/1"
TOLD = ("recorded_at", "place", "made_by", "device", "reason", "whole", "edited", "copies")


@frozen(kw_only=True)
class BundleFile:
    """The bundle's PDF: its path in the package, its digest, and that of each page's text, with
    the library that read it; and the page of the index that each page leads back to.
    """

    path: str
    sha256: str
    page_text_sha256: tuple[str | None, ...] = ()
    page_text_by: str | None = None
    back_links: tuple[int | None, ...] = ()


@frozen(kw_only=True)
class StatementFile:
    """The draft's paragraphs, blanks and .docx in the package; the signed one's input id."""

    paragraphs: tuple[tuple[int, str], ...]
    docx: str | None
    signed_input: str | None
    blanks: int = 0


def make_record(
    material: Material,
    profile: Profile,
    layout: Layout,
    *,
    edition: str,
    inputs: Iterable[Input],
    bundle: BundleFile,
    statement: StatementFile | None,
    findings: Iterable[Finding],
    tools: Mapping[str, str],
    contents: Mapping[str, str | None] | None = None,
    served: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return the record as a JSON document.

    *contents* gives a digest of what each item says or holds, by which a later bundle sees
    whether it changed; *served* what was served before, with where it is now.
    """
    matter = material.matter
    return {
        "schema": SCHEMA,
        "edition": edition,
        "timezone": matter.timezone,
        "case": plain(asdict(matter.case, recurse=False)),
        "profile": {
            "id": profile.id,
            "title": profile.title,
            "reviewed_on": profile.reviewed_on,
        },
        "inputs": [each.to_record() for each in inputs],
        "people": [asdict(person) for person in matter.people],
        "recordings": [_recording(material, each) for each in material.recordings],
        "other_recordings": _other_recordings(material),
        "clips": [_clip(material, each) for each in material.clips],
        "documents": [document_record(each, layout) for each in material.documents],
        "consent": consent_record(material, layout),
        "custody": {
            "entries": material.log.count,
            "head": material.log.head,
            "log": "data/custody/custody.jsonl",
        },
        "bundle": _bundle(material, layout, bundle, contents or {}),
        "statement": _statement(material, statement, layout),
        "disputed": [_disputed(material, place) for place in range(len(matter.disputed))],
        "coverage": [_coverage(each) for each in material.recordings],
        "served": [dict(each) for each in served],
        "findings": [asdict(each) for each in findings],
        "tools": dict(tools),
    }


def _stated(stated: Stated[Any] | None) -> dict[str, Any] | None:
    if stated is None:
        return None
    return {
        "value": plain(stated.value),
        "standing": stated.standing.value,
        "by": stated.by,
        "source": stated.source,
    }


def _decoder(decoder: Decoder) -> dict[str, str]:
    return asdict(decoder)


def _recording(material: Material, each: ReadRecording) -> dict[str, Any]:
    recording = each.recording
    measurement = each.measurement
    verdict = openness(recording, material.matter)
    return {
        "id": recording.id,
        "number": each.number,
        "title": recording.shown_title,
        "input": f"recording:{recording.id}",
        "told": {name: _stated(getattr(recording, name)) for name in TOLD},
        "whole_recording": recording.whole_recording,
        "track": recording.track,
        "channel": _one(recording.channels),
        "chosen_channels": list(recording.channels),
        "measured": {
            "track": measurement.track,
            "tracks": measurement.tracks,
            "sample_rate": measurement.sample_rate,
            "channels": measurement.channels,
            "sample_count": measurement.sample_count,
            "length_ms": measurement.length_ms,
            "decode_errors": measurement.decode_errors,
            "decoder": _decoder(measurement.decoder),
        },
        "file_says": [
            {"name": fact.name, "stated": _stated(fact.stated)} for fact in measurement.facts
        ],
        "sha256": each.digest.value,
        "size": each.size,
        "same_file_as": [other.recording.id for other in material.same_file(each)],
        "samples_sha256": each.samples_digest.value if each.samples_digest else None,
        "same_samples_as": [other.recording.id for other in material.same_samples(each)],
        "index": {
            "used": each.index is IndexState.USED,
            "why_not": None if each.index is IndexState.USED else each.index.value,
        },
        "transcript": _transcript(each),
        "clips": [clip.number for clip in each.clips],
        "openness": {
            "verdict": verdict.verdict,
            "reason": verdict.reason,
            "source": verdict.source,
        },
    }


def _one(channels: tuple[int, ...]) -> int | None:
    return channels[0] if len(channels) == 1 else None


def _transcript(each: ReadRecording) -> dict[str, Any] | None:
    source = each.recording.transcript
    if source is None or each.transcript is None:
        return None
    return {
        "input": f"transcript:{each.recording.id}",
        "format": each.transcript.format,
        "cues": len(each.transcript.cues),
        "cues_seen": each.transcript.cues_seen,
        "made_by": source.made_by,
        "made_by_tool": source.made_by_tool,
        "corrected_by": source.corrected_by,
        "draft": each.transcript.draft,
    }


def _other_recordings(material: Material) -> dict[str, Any] | None:
    others = material.matter.other_recordings
    if others is None:
        return None
    return {
        "are_there_any": others.are_there_any,
        "list": [asdict(each) for each in others.listed],
    }


def _seconds(ms: int) -> str:
    """Write milliseconds as Media Fragments' NPT seconds, without a float."""
    whole, rest = divmod(ms, 1000)
    return f"{whole}.{rest:03}".rstrip("0").rstrip(".") if rest else str(whole)


def _clip(material: Material, each: CutClip) -> dict[str, Any]:
    file = each.file
    source = material.recording(each.recording)
    requested = file.requested
    return {
        "number": each.number,
        "recording": each.recording,
        "title": each.clip.title,
        "item": f"clip:{each.number}",
        "requested": {"from_ms": requested.start_ms, "to_ms": requested.end_ms},
        "by": "times" if each.clip.quote is None else "quote",
        "samples": {
            "first": file.samples.first,
            "end": file.samples.end,
            "rate": file.sample_rate,
            "channels": file.channels,
            "bits": file.bits,
        },
        "start_ms": file.start_ms,
        "length_ms": file.length_ms,
        "from": format_media_time(requested.start_ms),
        "to": format_media_time(requested.end_ms),
        "file": f"data/clips/{each.file_name}",
        "file_sha256": file.file_digest.value,
        "samples_sha256": file.samples_digest.value,
        "samples_form": f"s{file.bits}le interleaved",
        "source_sha256": file.source_digest.value,
        "decoder": _decoder(file.decoder),
        "way": file.way,
        "track": file.track,
        "channel": file.channel,
        "chosen_channels": list(file.chosen_channels),
        "media_fragment": f"{source.file_name if source else ''}"
        f"#t={_seconds(requested.start_ms)},{_seconds(requested.end_ms)}",
        "excerpt": _excerpt(each),
        "viewing_copy": _viewing(each),
        "stills": [_still(still) for still in each.stills],
    }


def _viewing(each: CutClip) -> dict[str, Any] | None:
    """Return what there is to watch of a clip, with its times as exact fractions of a second."""
    copy = each.viewing
    if copy is None:
        return None
    return {
        "file": f"data/clips/{each.viewing_name}",
        "file_sha256": copy.file_digest.value,
        "from": str(copy.start),
        "to": str(copy.end),
        "frames": copy.frames,
        "width": copy.width,
        "height": copy.height,
        "encoder": copy.encoder,
        "label": copy.label,
        "exact": False,
    }


def _still(still: Still) -> dict[str, Any]:
    return {
        "wanted_ms": still.wanted_ms,
        "at_ms": still.at_ms,
        "width": still.width,
        "height": still.height,
        "sha256": hashlib.sha256(still.data).hexdigest(),
    }


def _excerpt(each: CutClip) -> dict[str, Any] | None:
    if each.excerpt is None:
        return None
    return {
        "trimmed": each.excerpt.trimmed,
        "lines": [_line(line) for line in each.excerpt.lines],
    }


def _line(line: ExcerptLine) -> dict[str, Any]:
    """Return a line as it is printed; when each word of it sounds stays in the transcript."""
    written = {**asdict(line), "edge": line.edge.value}
    del written["words"]
    return written


def _entry(entry: IndexEntry, content: str | None) -> dict[str, Any]:
    return {
        "number": entry.number,
        "item": entry.item,
        "section": entry.section,
        "title": entry.title,
        "kind": entry.kind.value,
        "dated": plain(entry.dated),
        "pages": entry.pages,
        "pdf_page": entry.pdf_page,
        "first_label": entry.first_label,
        "last_label": entry.last_label,
        "exhibit_first": entry.exhibit_first,
        "exhibit_last": entry.exhibit_last,
        "content_sha256": content,
    }


def _bundle(
    material: Material,
    layout: Layout,
    bundle: BundleFile,
    contents: Mapping[str, str | None],
) -> dict[str, Any]:
    statement = material.matter.statement
    exhibit_labels = [mark.exhibit for mark in layout.marks]
    exhibit_pages = sum(label is not None for label in exhibit_labels)
    sections = []
    for head in layout.sections:
        entries = layout.section_entries(head.letter)
        sections.append(
            {
                "letter": head.letter,
                "title": head.title,
                "first_label": entries[0].first_label,
                "last_label": entries[-1].last_label,
                "pages": sum(entry.pages for entry in entries),
            }
        )
    return {
        "path": bundle.path,
        "sha256": bundle.sha256,
        "pages": len(layout.marks),
        "numbering": layout.numbering.value,
        "sections": sections,
        "index": [_entry(entry, contents.get(entry.item)) for entry in layout.entries],
        "labels": list(layout.labels),
        "exhibit": {"mark": statement.exhibit, "pages": exhibit_pages}
        if statement is not None and statement.exhibit is not None
        else None,
        "exhibit_labels": exhibit_labels,
        "page_text_sha256": list(bundle.page_text_sha256),
        "page_text_by": bundle.page_text_by,
        "back_links": list(bundle.back_links),
    }


def _statement(
    material: Material, made: StatementFile | None, layout: Layout
) -> dict[str, Any] | None:
    statement = material.matter.statement
    if statement is None or made is None:
        return None
    return {
        "by": statement.by,
        "number": statement.number,
        "exhibit": statement.exhibit,
        "state": "draft" if made.signed_input is None else "signed",
        "signed_input": made.signed_input,
        "signed_file": None
        if material.signed_statement is None
        else file_record(material.signed_statement, layout, item="part:statement", name=SIGNED),
        "paragraphs": [{"number": number, "text": text} for number, text in made.paragraphs],
        "blanks": made.blanks,
        "docx": made.docx,
    }


def _disputed(material: Material, place: int) -> dict[str, Any]:
    each = material.matter.disputed[place]
    return {
        "document": each.document,
        "page": each.page,
        "minuted": each.minuted,
        "my_words": each.my_words,
        "in_document": material.minuted_at(place).value,
    }


def _coverage(each: ReadRecording) -> dict[str, Any]:
    coverage = coverage_of(each)
    return {
        "recording": each.recording.id,
        "length_ms": each.measurement.length_ms,
        "used_ms": coverage.used_ms,
        "used_samples": coverage.used_samples,
        "sample_count": coverage.sample_count,
        "share_per_mille": coverage.share_per_mille,
        "used": [{"first": span.first, "end": span.end} for span in coverage.used],
        "gaps": [{"first": span.first, "end": span.end} for span in coverage.gaps],
    }
