# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record of a served copy: what leaves of a package's record.

It names what it keeps, so that a field which a later version adds stays in the firm until somebody
decides that it leaves. Out stay: findings, paths and names of source files, holders, transcripts as
files, the matter file and the log, where a file says it was recorded, a child's name, and all but
the version of evidencekit itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.compose.readme import BUNDLE, CLIPS
from evidencekit.compose.recordings import LOCATION_WORDS
from evidencekit.package.record import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

EDITION = "served"
_WITHHELD = "withheld"
_INPUTS = {
    "recording": "the whole recording is not part of this copy",
    "document": f"bound into {BUNDLE}",
    "signed statement": f"bound into {BUNDLE}",
    "transcript": "printed as far as the clips go; the transcript itself is not part of this copy",
}
_PLAIN = ("profile", "other_recordings", "coverage", "timezone", "disputed")
_BUNDLE = (
    "sha256", "pages", "numbering", "sections", "labels", "exhibit", "exhibit_labels",
    "page_text_sha256", "page_text_by", "back_links",
)  # fmt: skip
_ENTRY = (
    "number", "item", "section", "title", "kind", "dated", "pages", "pdf_page", "first_label",
    "last_label", "exhibit_first", "exhibit_last",
)  # fmt: skip
_CASE = (
    "title", "court", "number", "proceedings", "hearing_on", "prepared_on", "prepared_by", "whose",
    "agreed", "permission",
)  # fmt: skip
_DOCUMENT = ("id", "title", "dated", "input", "outcome", "pages", "reason")
_RECORDING = (
    "id", "number", "title", "input", "whole_recording", "track", "channel", "measured", "sha256",
    "size", "same_file_as", "samples_sha256", "same_samples_as", "clips", "openness",
)  # fmt: skip
_TRANSCRIPT = (
    "input", "format", "cues", "cues_seen", "made_by", "made_by_tool", "corrected_by", "draft",
)  # fmt: skip
_CLIP = (
    "number", "recording", "title", "item", "requested", "by", "samples", "start_ms", "length_ms",
    "from", "to", "file_sha256", "samples_sha256", "samples_form", "source_sha256", "decoder",
    "way", "track", "channel",
)  # fmt: skip
_LINE = (
    "number", "cue", "start_ms", "end_ms", "speaker", "person", "text", "edge", "outside_before",
    "outside_after",
)  # fmt: skip
_VIEWING = ("file_sha256", "from", "to", "frames", "width", "height", "encoder", "label", "exact")
_STILL = ("wanted_ms", "at_ms", "width", "height", "sha256")
_CONSENT = ("recording", "person", "events", "openness", "use_in_evidence")
_STATEMENT = ("by", "number", "exhibit", "state", "paragraphs")


def served_record(
    record: Mapping[str, Any],
    *,
    to: str,
    served_at: str,
    recordings: Mapping[str, str],
) -> dict[str, Any]:
    """Return what the copy says of itself.

    *recordings* gives the path in the copy of each recording that is in it, by its id.
    """
    return {
        "schema": SCHEMA,
        "edition": EDITION,
        **_some(record, _PLAIN),
        "case": {**_some(record["case"], _CASE), "profile": None},
        "inputs": [
            _input(each, recordings)
            for each in record["inputs"]
            if each["kind"] in _INPUTS and each["outcome"] != _WITHHELD
        ],
        "people": [_person(each) for each in record["people"]],
        "recordings": [_recording(each) for each in record["recordings"]],
        "clips": [_clip(each) for each in record["clips"]],
        "documents": [
            _some(each, _DOCUMENT) for each in record["documents"] if each["outcome"] != _WITHHELD
        ],
        "documents_withheld": sum(each["outcome"] == _WITHHELD for each in record["documents"]),
        "consent": [_some(each, _CONSENT) for each in record["consent"]],
        "custody": {**_some(record["custody"], ("entries", "head")), "log": None},
        "bundle": {
            **_some(record["bundle"], _BUNDLE),
            "path": BUNDLE,
            "index": [_some(each, _ENTRY) for each in record["bundle"]["index"]],
        },
        "statement": _statement(record["statement"]),
        "served": [{"to": to, "served_at": served_at, "bundle_sha256": record["bundle"]["sha256"]}],
        "findings": [],
        "tools": _some(record["tools"], ("evidencekit",)),
    }


def _some(given: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: given[key] for key in keys if key in given}


def _input(each: Mapping[str, Any], recordings: Mapping[str, str]) -> dict[str, Any]:
    """Return an input without its name and path; what does not leave has no digest either."""
    stored = recordings.get(str(each["id"]).partition(":")[2])
    if each["kind"] != "recording" or stored is None:
        included = each["outcome"] in {"included", "left out"}
        bound_in = included and each["kind"] in {"document", "signed statement"}
        return {
            "id": each["id"],
            "kind": each["kind"],
            "path": None,
            "name": None,
            "sha256": each["sha256"] if bound_in else None,
            "size": each["size"] if bound_in else None,
            "outcome": "left out" if included else each["outcome"],
            "reason": _INPUTS[each["kind"]] if included else each["reason"],
            "stored": None,
            "holder": None,
        }
    return {
        "id": each["id"],
        "kind": each["kind"],
        "path": None,
        "name": stored.rpartition("/")[2],
        "sha256": each["sha256"],
        "size": each["size"],
        "outcome": "included",
        "reason": None,
        "stored": stored,
        "holder": None,
    }


def _person(each: Mapping[str, Any]) -> dict[str, Any]:
    """Return a person; the bundle says what a child is called, if anything does."""
    return {
        **_some(each, ("id", "name", "role", "party", "child")),
        **({"name": each["id"]} if each["child"] else {}),
    }


def _recording(each: Mapping[str, Any]) -> dict[str, Any]:
    transcript = each["transcript"]
    return {
        **_some(each, _RECORDING),
        "told": {
            name: None if stated is None else {**stated, "source": None}
            for name, stated in each["told"].items()
        },
        "file_says": [fact for fact in each["file_says"] if not _is_location(fact)],
        "transcript": None if transcript is None else _some(transcript, _TRANSCRIPT),
    }


def _is_location(fact: Mapping[str, Any]) -> bool:
    stated = fact["stated"] or {}
    name = f"{fact['name']} {stated.get('source') or ''}".lower()
    return any(word in name for word in LOCATION_WORDS)


def _clip(each: Mapping[str, Any]) -> dict[str, Any]:
    excerpt = each["excerpt"]
    return {
        **_some(each, _CLIP),
        "file": f"{CLIPS}/{each['file'].rpartition('/')[2]}",
        "viewing_copy": _viewing(each.get("viewing_copy")),
        "stills": [_some(still, _STILL) for still in each.get("stills", ())],
        "excerpt": None
        if excerpt is None
        else {
            "trimmed": excerpt["trimmed"],
            "lines": [_some(line, _LINE) for line in excerpt["lines"]],
        },
    }


def _viewing(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    return {**_some(given, _VIEWING), "file": f"{CLIPS}/{given['file'].rpartition('/')[2]}"}


def _statement(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    return {**_some(given, _STATEMENT), "signed_input": given.get("signed_input"), "docx": None}
