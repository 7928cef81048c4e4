# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record of a served copy: what leaves of a package's record.

It names what it keeps, so that a field which a later version adds stays in the firm until somebody
decides that it leaves. Out stay: findings, paths and names of source files, holders, transcripts as
files, the matter file and the log, where a file says it was recorded, and all but the version of
evidencekit itself. One rule for what is named: what the bundle prints, which leaves with it, may
stand here too (a child's name, a recording's file name and digest), and nothing else of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.compose.readme import BUNDLE, CLIPS
from evidencekit.compose.recordings import LOCATION_WORDS
from evidencekit.model.material import Outcome
from evidencekit.package.read_me import READ_ME
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
    "transcript before correction": "compared with the corrected one where the bundle says so; the "
    "transcript itself is not part of this copy",
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
    "id", "number", "title", "input", "whole_recording", "track", "channel", "chosen_channels",
    "measured", "sha256", "size", "same_file_as", "samples_sha256", "same_samples_as", "clips",
    "openness",
)  # fmt: skip
_TRANSCRIPT = (
    "input", "format", "cues", "cues_seen", "made_by", "made_by_tool", "corrected_by", "draft",
)  # fmt: skip
_PERSON = ("id", "name", "role", "party", "child")
_CLIP = (
    "number", "recording", "title", "item", "requested", "by", "samples", "start_ms", "length_ms",
    "from", "to", "file_sha256", "samples_sha256", "samples_form", "source_sha256", "decoder",
    "way", "track", "channel", "chosen_channels",
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
    read_me_sha256: str,
) -> dict[str, Any]:
    """Return what the copy says of itself.

    *recordings* gives the path in the copy of each recording that is in it, by its id, and
    *read_me_sha256* the digest of the page that lies on top.
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
        "people": [_person(record, each) for each in record["people"]],
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
        "read_me": {"path": READ_ME, "sha256": read_me_sha256},
        "findings": [],
        "tools": _some(record["tools"], ("evidencekit",)),
    }


def _some(given: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: given[key] for key in keys if key in given}


def _input(each: Mapping[str, Any], recordings: Mapping[str, str]) -> dict[str, Any]:
    """Return an input without its path.

    Name, digest and size stay of a recording, because the bundle prints them, and digest and size
    of what is bound into it.
    """
    stored = recordings.get(str(each["id"]).partition(":")[2])
    included = each["outcome"] in {"included", "left out"}
    is_recording = included and each["kind"] == "recording"
    bound_in = included and each["kind"] in {"document", "signed statement"}
    known = is_recording or bound_in
    leaves = {
        "id": each["id"],
        "kind": each["kind"],
        "path": None,
        "name": each["name"] if is_recording else None,
        "sha256": each["sha256"] if known else None,
        "size": each["size"] if known else None,
        "outcome": "left out" if included else each["outcome"],
        "reason": _INPUTS[each["kind"]] if included else each["reason"],
        "stored": None,
        "holder": None,
    }
    if is_recording and stored is not None:
        name = stored.rpartition("/")[2]
        return {**leaves, "name": name, "outcome": "included", "reason": None, "stored": stored}
    if bound_in:
        return {**leaves, "outcome": Outcome.BOUND_IN.value}
    return leaves


def _person(record: Mapping[str, Any], each: Mapping[str, Any]) -> dict[str, Any]:
    """Return a person; a child is named where the bundle, which leaves too, prints the name."""
    person = _some(each, _PERSON)
    if each["child"] and not _prints(record, each):
        return {**person, "name": each["id"]}
    return person


def _prints(record: Mapping[str, Any], person: Mapping[str, Any]) -> bool:
    """Say whether the bundle prints a person's name: its schedules and statement, or a sheet."""
    items = {each["item"] for each in record["bundle"]["index"]}
    ident, name = person["id"], person["name"]
    if "part:consent" in items and any(each["person"] == ident for each in record["consent"]):
        return True
    excerpts = [each["excerpt"] for each in record["clips"] if each["excerpt"] is not None]
    if any(line["person"] == ident for excerpt in excerpts for line in excerpt["lines"]):
        return True
    paragraphs = (record["statement"] or {}).get("paragraphs", ())
    return any(name in each["text"] for each in paragraphs)


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
